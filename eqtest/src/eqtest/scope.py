"""Values that formulas compute with, and the scope they are looked up in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from eqtest.errors import FormulaError
from eqtest.statement import Definition
from eqtest.tree import Name, Number

MOST_STEPS = 400_000
MOST_TERMS = 10_000
DEEPEST_DEFINITIONS = 12

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class RowVector:
    """A transposed vector."""

    entries: Array


Value: TypeAlias = "np.float64 | Array | RowVector"
Symbol: TypeAlias = "Value | Callable[..., Any]"


@dataclass
class Trace:
    """What an evaluation has looked at: for coverage, and to stop a runaway.

    Args:
        read: names whose value was used.
        taken: the case, the side of a condition, the argument of a maximum that was taken.
        touched: how often a kink was met: two equal sides of ``a < b``, two largest entries, |0|.
        steps: how many nodes were evaluated.
        nested: how deep in definitions.
    """

    read: set[str] = field(default_factory=set)
    taken: set[tuple[int, object]] = field(default_factory=set)
    touched: int = 0
    steps: int = 0
    nested: int = 0


Definitions: TypeAlias = "Mapping[str, tuple[Definition, ...]]"


@dataclass(frozen=True)
class Scope:
    """Where names are looked up: indices and parameters, local definitions, symbols, definitions.

    A definition sees its own parameters and the symbols, never the indices of who uses it. The
    ``where`` clauses of an equation (``locals``) see that equation's parameters (``owner``).
    Indices count from ``first``.
    """

    symbols: Mapping[str, Symbol]
    definitions: Definitions
    trace: Trace
    bound: Mapping[str, Symbol] = field(default_factory=dict)
    locals: Definitions = field(default_factory=dict)
    owner: Mapping[str, Symbol] = field(default_factory=dict)
    first: int = 1

    def bind(self, name: str, value: Symbol) -> Scope:
        """Return a scope in which an index has a value."""
        return replace(self, bound={**self.bound, name: value})

    def open(self, definition: Definition, bound: Mapping[str, Symbol]) -> Scope:
        """Return the scope of a definition's body."""
        if definition in self.locals.get(definition.name, ()):
            return replace(self, bound={**self.owner, **bound})
        return replace(self, bound=bound, owner=bound, locals=definition_table(definition.where))

    def change(self, name: str, value: Symbol) -> Scope:
        """Return a scope in which a symbol has another value."""
        if name in self.bound:
            owner = {**self.owner, name: value} if name in self.owner else self.owner
            return replace(self, bound={**self.bound, name: value}, owner=owner)
        others = {key: found for key, found in self.locals.items() if key != name}
        return replace(self, symbols={**self.symbols, name: value}, locals=others)

    def find(self, name: str) -> Symbol | tuple[Definition, ...] | None:
        """Return what a name stands for, or nothing."""
        if name in self.bound:
            return self.bound[name]
        if name in self.locals:
            self.trace.read.add(f"where {name}")
            return self.locals[name]
        if name in self.symbols:
            self.trace.read.add(name)
            return self.symbols[name]
        return self.definitions.get(name)

    def known(self, name: str) -> bool:
        """Say whether a name has a value or a definition."""
        tables = (self.bound, self.locals, self.symbols, self.definitions)
        return any(name in table for table in tables)


def plain(name: str) -> str:
    """Return the symbol an argument stands for: ``lambda_`` is the page's lambda.

    >>> plain("lambda_")
    'lambda'
    """
    return name.rstrip("_")


def as_array(value: Any) -> NDArray[Any]:
    """Return a value as an array, a tensor without the gradients that it records.

    Raises:
        TypeError: for a tensor of another device or of a type that NumPy does not have.
    """
    detach = getattr(value, "detach", None)
    return np.asarray(detach() if callable(detach) else value)


def numeric(name: str, value: Any) -> Symbol:
    """Return a value as a double, an array of doubles, or a function.

    Raises:
        FormulaError: for anything that is no real number, array or function.
    """
    if callable(value) and not isinstance(value, np.ndarray):
        return value  # type: ignore[no-any-return]
    try:
        array = as_array(value)
        if array.dtype.kind not in "biuf":
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise FormulaError(f"{name}: {value!r} is no number, array or function") from error
    return np.float64(array) if array.ndim == 0 else array


def symbol_table(symbols: Mapping[str, Any]) -> dict[str, Symbol]:
    """Return symbols under the names they have on the page.

    Raises:
        FormulaError: if two of them have one name on the page.
    """
    table: dict[str, Symbol] = {}
    for name, value in symbols.items():
        if plain(name) in table:
            raise FormulaError(f"{plain(name)} is given twice")
        table[plain(name)] = numeric(name, value)
    return table


def definition_table(definitions: Iterable[Definition]) -> dict[str, tuple[Definition, ...]]:
    """Return definitions by name; one name may have one definition for each number of arguments.

    Raises:
        FormulaError: if two definitions cannot be told apart.
    """
    table: dict[str, tuple[Definition, ...]] = {}
    for definition in definitions:
        others = table.get(definition.name, ())
        arity = None if definition.parameters is None else len(definition.parameters)
        for other in others:
            if arity is None or other.parameters is None or len(other.parameters) == arity:
                raise FormulaError(f"{definition.name} is defined twice")
        table[definition.name] = (*others, definition)
    return table


def whole(value: Value, what: str) -> int:
    """Return a value as a whole number.

    Raises:
        FormulaError: if it is none.
    """
    if (
        isinstance(value, RowVector)
        or np.ndim(value)
        or not math.isfinite(value)
        or value != int(value)
    ):
        raise FormulaError(f"{what} is not a whole number")
    return int(value)


def entry(value: Value, indices: list[int], name: str, first: int = 1) -> Value:
    """Return the entry of an array at indices that count from ``first``.

    Raises:
        FormulaError: if the array has no such entry.
    """
    if isinstance(value, RowVector) or np.ndim(value) < len(indices):
        raise FormulaError(f"{name} has fewer axes than indices")
    for index, size in zip(indices, np.shape(value), strict=False):
        last = size + first - 1
        if not first <= index <= last:
            raise FormulaError(f"index {index} of {name} is outside {first}..{last}")
    found = np.asarray(value)[tuple(index - first for index in indices)]
    return np.float64(found) if np.ndim(found) == 0 else found


def same_name(variable: Name, scope: Scope) -> str:
    """Return the symbol that a name stands for: ``p_t`` if there is one, else ``p``.

    Raises:
        FormulaError: if both readings are possible.
    """
    if not variable.label or not scope.known(variable.key):
        return variable.base
    if variable.indices and scope.known(variable.base) and _indexable(variable, scope):
        raise FormulaError(
            f"{variable.key}: both this symbol and {variable.base} with an index are given",
            position=variable.start,
        )
    return variable.key


def _indexable(variable: Name, scope: Scope) -> bool:
    if any(isinstance(index, Number) and index.value < 1 for index in variable.indices):
        return False  # indices count from 1, so w_0 can only be a symbol
    value = scope.find(variable.base)
    names = [index.base for index in variable.indices if isinstance(index, Name)]
    if isinstance(value, tuple):
        axes = max(len(definition.indices) for definition in value)
    else:
        axes = (
            0
            if value is None or isinstance(value, RowVector) or callable(value)
            else np.ndim(value)
        )
    return axes >= len(variable.indices) and all(map(scope.known, names))
