"""Rules of symbols: their values, entries and definitions, calls, and derivatives by them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from lossbook.formula.calculus import slope
from lossbook.formula.dispatch import rule, scalar, value
from lossbook.formula.errors import FormulaError
from lossbook.formula.tree import Call, Constant, Derivative, Element, Name, Node, Number, walk
from lossbook.formula.values import (
    DEEPEST_DEFINITIONS,
    MOST_TERMS,
    Array,
    Definition,
    Row,
    Scope,
    Symbol,
    Value,
    entry,
    numeric,
    same_name,
    whole,
)

CONSTANTS = {"e": np.float64(math.e), "pi": np.float64(math.pi), "infty": np.float64(math.inf)}


@rule(Name)
def _name(node: Name, scope: Scope) -> Value:
    base = node.base + "_prime" * node.primes
    key = same_name(node, scope) if not node.primes else base
    consumed = bool(node.label) and key == node.key
    indices = () if consumed else node.indices
    found = scope.find(key)
    if found is None:
        if node.base in CONSTANTS and not indices:
            return CONSTANTS[node.base]
        raise FormulaError(f"no value is given for {node.key}", position=node.start)
    if isinstance(found, tuple):
        if len(found) > 1:
            raise FormulaError(f"{key} has several definitions: print its arguments")
        return defined(found[0], None, [scalar(index, scope) for index in indices], scope)
    if callable(found):
        raise FormulaError(f"{key} is a function: print its arguments", position=node.start)
    if not indices:
        return found
    if node.applied and not np.ndim(found):  # type: ignore[arg-type]
        raise FormulaError(f"{key}(…) is printed like a function, but {key} is a number")
    below = numbers(indices, scope)
    if len(below) == 1 and isinstance(indices[0], Number) and below[0] > 9 and np.ndim(found) > 1:  # type: ignore[arg-type]
        raise FormulaError(f"one index or two? write {key} with a comma")
    return entry(found, below, key)


@rule(Constant)
def _constant(node: Constant, scope: Scope) -> Value:
    if scope.known(node.name):
        return _name(Name(node.name, start=node.start, end=node.end), scope)
    return CONSTANTS[node.name]


def numbers(indices: Iterable[Node], scope: Scope) -> list[int]:
    """Return the values of indices."""
    return [whole(scalar(index, scope), "an index") for index in indices]


def defined(
    definition: Definition,
    arguments: list[Value] | None,
    indices: list[np.float64],
    scope: Scope,
) -> Value:
    """Return the value of a symbol that an equation defines."""
    _step_into(definition, scope)
    bound: dict[str, Symbol] = dict(zip(definition.parameters or (), arguments or (), strict=False))
    own = definition.indices if len(indices) >= len(definition.indices) else ()
    if indices and definition.indices and not own:
        raise FormulaError(f"{definition.name} needs {len(definition.indices)} indices")
    bound |= dict(zip(own, indices, strict=False))
    try:
        inner = scope.open(definition, bound)
        spread = bool(definition.indices) and not own
        result = _spread(definition, inner) if spread else value(definition.body, inner)
        rest = [whole(index, "an index") for index in indices[len(own) :]]
        result = entry(result, rest, definition.name) if rest else result
    except FormulaError as error:
        raise error.within(definition.latex) from None
    scope.trace.nested -= 1
    return result


def _step_into(definition: Definition, scope: Scope) -> None:
    """Count how deep definitions are in definitions; who counts up counts down afterwards."""
    scope.trace.nested += 1
    if scope.trace.nested > DEEPEST_DEFINITIONS:
        raise FormulaError(f"{definition.name} is defined by itself")


def _spread(definition: Definition, scope: Scope) -> Array:
    """Return all entries of a symbol that is defined entry by entry."""
    sizes = [only_extent(definition.body, index, scope) for index in definition.indices]
    if math.prod(sizes) > MOST_TERMS:
        raise FormulaError(f"more than {MOST_TERMS} entries")
    result = np.empty(sizes)
    for place in np.ndindex(*sizes):
        inner = scope
        for index, position in zip(definition.indices, place, strict=True):
            inner = inner.bind(index, np.float64(position + 1))
            inner = replace(inner, owner={**inner.owner, index: np.float64(position + 1)})
        result[place] = scalar(definition.body, inner)
    return result


@rule(Call)
def _call(node: Call, scope: Scope) -> Value:
    arguments = [value(argument, scope) for argument in node.arguments]
    if not node.name.primes:
        return apply(node.name.key, arguments, scope)
    if len(arguments) != 1 or np.ndim(arguments[0]) or node.name.primes > 2:  # type: ignore[arg-type]
        raise FormulaError("a prime is read on a function of one number")

    def once(x: np.float64) -> Any:
        return apply(node.name.key, [x], scope)

    def twice(x: np.float64) -> Any:
        return slope(once, x)

    at = np.float64(arguments[0])  # type: ignore[arg-type]
    derivative: Value = slope(once if node.name.primes == 1 else twice, at)
    return derivative


def apply(name: str, arguments: list[Value], scope: Scope) -> Value:
    """Return the value of a function that is given or defined."""
    found = scope.find(name)
    if isinstance(found, tuple):
        for definition in found:
            if definition.parameters and len(definition.parameters) == len(arguments):
                return defined(definition, arguments, [], scope)
        raise FormulaError(f"{name} is not defined for {len(arguments)} arguments")
    if not callable(found):
        raise FormulaError(f"{name} is no function")
    if any(isinstance(argument, Row) for argument in arguments):
        raise FormulaError(f"{name} of a transposed vector")
    try:
        result = numeric(name, found(*arguments))
    except Exception as error:  # whatever foreign code raises, the formula has no value here
        raise FormulaError(f"{name} raised {type(error).__name__}: {error}") from error
    if callable(result):
        raise FormulaError(f"{name} returned a function")
    return result


@rule(Element)
def _element(node: Element, scope: Scope) -> Value:
    below = [scalar(index, scope) for index in node.indices]
    if isinstance(node.inner, Call) and not node.inner.name.primes:
        found = scope.find(node.inner.name.key)
        if isinstance(found, tuple):
            arguments = [value(argument, scope) for argument in node.inner.arguments]
            for definition in found:
                if len(definition.parameters or ()) == len(arguments):
                    return defined(definition, arguments, below, scope)
    return entry(value(node.inner, scope), numbers(node.indices, scope), "the bracket")


@rule(Derivative)
def _derivative(node: Derivative, scope: Scope) -> Value:
    if node.letter and scope.known("d"):
        raise FormulaError(r"a derivative or the symbol d? write \mathrm{d} or \partial")
    key = same_name(node.variable, scope)
    whole_symbol = replace(node.variable, base=key, indices=(), label="")
    current = value(whole_symbol, scope)
    if isinstance(current, Row):
        raise FormulaError("a derivative with respect to a transposed vector")
    indices = node.variable.indices if key == node.variable.base else ()
    place = [index - 1 for index in numbers(indices, scope)]
    shape = np.shape(current)
    if indices:
        entry(current, [index + 1 for index in place], key)
    inner_shape = shape[len(place) :]

    def along(position: tuple[int, ...]) -> Any:
        where = (*place, *position)

        def moved(x: np.float64) -> Any:
            if not shape:
                return value(node.body, scope.change(key, x))
            changed = np.array(current)
            changed[where] = x
            return value(node.body, scope.change(key, changed))

        found = slope(moved, np.float64(np.asarray(current)[where]))
        if inner_shape and np.ndim(found):
            raise FormulaError("a derivative of a vector with respect to a vector")
        return found

    if not inner_shape:
        return along(())  # type: ignore[no-any-return]
    return np.reshape([along(position) for position in np.ndindex(*inner_shape)], inner_shape)


def extent(body: Node, index: str, scope: Scope) -> set[int]:
    """Return the sizes of the axes that an index runs over in a formula."""
    sizes: set[int] = set()
    for node in walk(body):
        if not isinstance(node, Name | Element):
            continue
        for axis, below in enumerate(node.indices):
            if isinstance(below, Name) and below.base == index and not below.indices:
                sizes |= _axis(node, axis, index, scope)
    return sizes


def _axis(node: Name | Element, axis: int, index: str, scope: Scope) -> set[int]:
    if isinstance(node, Element):
        if any(isinstance(part, Name) and part.base == index for part in walk(node.inner)):
            return set()
        shape = np.shape(value(node.inner, scope))  # type: ignore[arg-type]
        return {shape[axis]} if axis < len(shape) else set()
    key = same_name(node, scope)
    if key != node.base:
        return set()
    found = scope.find(key)
    if isinstance(found, tuple):
        sizes = set()
        for definition in found:
            if axis < len(definition.indices):
                _step_into(definition, scope)
                inner = scope.open(definition, {})
                sizes |= extent(definition.body, definition.indices[axis], inner)
                scope.trace.nested -= 1
        return sizes
    if found is None or callable(found) or isinstance(found, Row) or np.ndim(found) <= axis:
        return set()
    return {np.shape(found)[axis]}


def only_extent(body: Node, index: str, scope: Scope) -> int:
    """Return the size of the one axis that an index runs over."""
    sizes = extent(body, index, scope)
    if len(sizes) != 1:
        found = " or ".join(map(str, sorted(sizes))) or "nothing"
        raise FormulaError(f"the range of {index} is not determined: {found}", position=body.start)
    return sizes.pop()
