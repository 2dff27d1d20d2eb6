"""How code is called from a page's symbols: one sample for a batch, classes counted from 1."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from eqtest.errors import FormulaError, NoValue
from eqtest.scope import as_array, plain

VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


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


@dataclass(frozen=True)
class Argument:
    """An argument of a function and the symbol of the page that it takes.

    Args:
        name: the argument's name; of a function that does not say it, the symbol.
        symbol: the symbol on the page.
        place: given by its place, not by its name.
        data: required, and not by keyword only.
        option: by keyword only: a hyper-parameter.
    """

    name: str
    symbol: str
    place: bool = False
    data: bool = False
    option: bool = False


@dataclass(frozen=True)
class Call:
    """A function with the symbols that it is called with."""

    function: Callable[..., Any]
    arguments: tuple[Argument, ...]

    def __call__(self, symbols: Mapping[str, Any]) -> Any:
        """Call the function with the symbols of one point."""
        given = [(one, symbols[one.symbol]) for one in self.arguments]
        first = [found for one, found in given if one.place]
        return self.function(*first, **{one.name: found for one, found in given if not one.place})


def called_with(
    function: Callable[..., Any],
    symbols: Mapping[str, str] | Sequence[str] | None,
    drawn: set[str],
    printed: Sequence[str],
) -> Call:
    """Decide how a function is called.

    By the names of its arguments where they are symbols of the page. A function whose names fit no
    symbol, or that has none (``max``, ``np.sin``, what is compiled), is called in the order in
    which the page prints the arguments.

    Args:
        function: the function.
        symbols: argument -> symbol where the two differ, or the symbols in the order of the
            function's arguments.
        drawn: the symbols that have a value.
        printed: what stands in brackets in the head of the equation.

    Raises:
        NoValue: if an argument has no symbol.
    """
    if symbols is not None and not isinstance(symbols, Mapping):
        order = [plain(symbol) for symbol in symbols]
        if missing := [symbol for symbol in order if symbol not in drawn]:
            raise NoValue(f"nothing is drawn for the argument {missing[0]}")
        return _in_order(function, order)
    parameters = parameters_of(function)
    arguments, missing = [], []
    for one in parameters or ():
        symbol = plain((symbols or {}).get(one.name, one.name))
        required = one.default is one.empty and one.kind not in VARIABLE
        option = one.kind is one.KEYWORD_ONLY
        place = one.kind is one.POSITIONAL_ONLY
        if symbol in drawn:
            data = required and not option
            arguments.append(Argument(one.name, symbol, place, data, option))
        elif required:
            missing.append(f"the argument {one.name} ({symbol})")
    fits = bool(printed) and set(printed) <= drawn and _takes(parameters, len(printed))
    if not arguments and fits:
        return _in_order(function, printed)
    if parameters is None:
        missing = [f"{getattr(function, '__name__', 'a function')}, whose arguments have no names"]
    if missing:
        raise NoValue(f"nothing is drawn for {missing[0]}")
    return Call(function, tuple(arguments))


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    """Return the parameters of a function, or nothing of one that does not say what it takes."""
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:
        return None


def _in_order(function: Callable[..., Any], symbols: Iterable[str]) -> Call:
    return Call(function, tuple(Argument(symbol, symbol, place=True) for symbol in symbols))


def _takes(parameters: list[inspect.Parameter] | None, count: int) -> bool:
    """Say whether a function can be called with so many arguments; one without names might."""
    if parameters is None or any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return True
    places = [one for one in parameters if one.kind not in (*VARIABLE, one.KEYWORD_ONLY)]
    return sum(one.default is one.empty for one in places) <= count <= len(places)


def called_as_printed(binding: Binding, *, first: int = 1) -> Callable[..., Any]:
    """Return a bound function as the page would call it: one sample, classes counted from 1.

    Keyword-only arguments are hyper-parameters, which all samples share. Indices on the page count
    from ``first``.
    """
    signature = inspect.signature(binding.function)
    sample = binding.per == "sample"

    def given(name: str, found: Any) -> Any:
        if name in binding.labels:
            found = as_array(found) - first
        option = signature.parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        if sample and not option and name not in binding.shared:
            found = as_array(found)[np.newaxis]
        return found

    @functools.wraps(binding.function)
    def call(*places: Any, **named: Any) -> Any:
        arguments = signature.bind_partial(*places, **named).arguments
        arguments = {name: given(name, found) for name, found in arguments.items()}
        result = binding.function(**arguments, **binding.fixed)
        if binding.output is not None:
            result = result[binding.output]
        elif isinstance(result, tuple):
            raise FormulaError(f"{binding.label}: the binding names no output")
        array = as_array(result)
        return array[0] if sample and array.ndim and array.shape[0] == 1 else array

    kept = [value for name, value in signature.parameters.items() if name not in binding.fixed]
    call.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return call
