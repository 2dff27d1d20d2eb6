"""The only tie between a labelled equation of the book and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Binding:
    """How the function that implements one labelled equation is called from the page's symbols.

    Args:
        label: the equation's label, such as ``eq-hinge``.
        function: the reference implementation.
        symbols: argument name -> symbol on the page, where the two differ.
        per: ``"sample"`` if the page prints the loss of one sample (the function then gets a batch
            of one), ``"mean"`` if it prints the mean over N samples (the function gets all N).
        shared: arguments that the samples share, such as a weight matrix: they get no batch axis.
        labels: arguments that hold class indices: 1..C on the page, 0..C-1 in the code.
        fixed: arguments that the equation settles, such as ``penalty="l1"``.
        output: which of the function's results the page prints, if it returns several.
    """

    label: str
    function: Callable[..., Any]
    symbols: Mapping[str, str] = field(default_factory=dict)
    per: Literal["sample", "mean"] = "sample"
    shared: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    fixed: Mapping[str, object] = field(default_factory=dict)
    output: int | None = None


BINDINGS: dict[str, Binding] = {}


def implements(
    label: str,
    *,
    symbols: Mapping[str, str] | None = None,
    per: Literal["sample", "mean"] = "sample",
    shared: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    fixed: Mapping[str, object] | None = None,
    output: int | None = None,
) -> Callable[[Function], Function]:
    """Tie the labelled equation ``label`` to the decorated function; see :class:`Binding`.

    Raises:
        ValueError: if the label is already tied to a function.
    """

    def tie(function: Function) -> Function:
        if label in BINDINGS:
            taken = BINDINGS[label].function.__name__
            raise ValueError(f"label: {label!r} is already implemented by {taken}")
        BINDINGS[label] = Binding(
            label, function, dict(symbols or {}), per, shared, labels, dict(fixed or {}), output
        )
        return function

    return tie
