"""How code is called from a page's symbols: one sample for a batch, classes counted from 1."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from eqtest.errors import FormulaError


@dataclass(frozen=True)
class Binding:
    """The function that implements an equation, and how the page's symbols become its arguments.

    Args:
        label: the equation's label, for messages.
        function: the implementation.
        symbols: argument name -> symbol on the page, where the two differ.
        per: ``"sample"`` if the page prints one sample (the function then gets a batch of one),
            ``"mean"`` if the function takes what the page prints as it is.
        shared: arguments that the samples share, such as a weight matrix: they get no batch axis.
        labels: arguments that hold class indices: 1..C on the page, 0..C-1 in the code.
        fixed: arguments that the equation settles.
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


def called_as_printed(binding: Binding) -> Callable[..., Any]:
    """Return a bound function as the page would call it: one sample, classes counted from 1.

    Keyword-only arguments are hyper-parameters, which all samples share.
    """
    signature = inspect.signature(binding.function)
    sample = binding.per == "sample"

    def given(name: str, found: Any) -> Any:
        if name in binding.labels:
            found = np.asarray(found) - 1
        batched = sample and name not in binding.shared
        if batched and signature.parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY:
            found = np.asarray(found)[np.newaxis]
        return found

    @functools.wraps(binding.function)
    def call(**arguments: Any) -> Any:
        arguments = {name: given(name, found) for name, found in arguments.items()}
        result = binding.function(**arguments, **binding.fixed)
        if binding.output is not None:
            result = result[binding.output]
        elif isinstance(result, tuple):
            raise FormulaError(f"{binding.label}: the binding names no output")
        array = np.asarray(result)
        return array[0] if sample and array.ndim and array.shape[0] == 1 else array

    kept = [value for name, value in signature.parameters.items() if name not in binding.fixed]
    call.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return call
