r"""From a tree to a number: the rule of each kind of node, and :func:`evaluate`.

Shapes are never stretched: a vector plus a number raises, and so does a
product of two vectors that does not say which product it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from eqtest import tree as t
from eqtest.calculus import slope
from eqtest.errors import FormulaError, NoValue
from eqtest.grammar import parse
from eqtest.scope import (
    DEEPEST_DEFINITIONS,
    MOST_STEPS,
    MOST_TERMS,
    Array,
    RowVector,
    Scope,
    Symbol,
    Trace,
    Value,
    definition_table,
    entry,
    numeric,
    same_name,
    symbol_table,
    whole,
)
from eqtest.statement import Definition, definitions_in

Rule = Callable[[Any, Scope], Value]
Decorated = TypeVar("Decorated", bound=Rule)

RULES: dict[type[t.Node], Rule] = {}


def rule(kind: type[t.Node]) -> Callable[[Decorated], Decorated]:
    """Make the decorated function the rule for one kind of node."""

    def register(function: Decorated) -> Decorated:
        RULES[kind] = function
        return function

    return register


def quiet() -> Any:
    """Return a context in which log 0 is minus infinity, and an overflow is an error."""
    return np.errstate(divide="ignore", over="raise", under="ignore", invalid="raise")


def value(node: t.Node, scope: Scope) -> Value:
    """Return the value of a tree; see :func:`evaluate`."""
    scope.trace.steps += 1
    if scope.trace.steps > MOST_STEPS:
        raise FormulaError("this takes too many steps", position=node.start)
    try:
        return RULES[type(node)](node, scope)
    except FloatingPointError as error:
        large = "overflow" in str(error)
        text = "too large for a double" if large else "not a number"
        raise FormulaError(f"{text} at this point", position=node.start) from None
    except FormulaError as error:
        if error.position is None:
            raise type(error)(error.message, position=node.start) from None
        raise


def scalar(node: t.Node, scope: Scope) -> np.float64:
    """Return the value of a tree that must be a number."""
    result = value(node, scope)
    if isinstance(result, RowVector) or np.ndim(result):
        raise FormulaError("a vector where a number belongs", position=node.start)
    return np.float64(result)


def evaluate(
    latex: str, symbols: Mapping[str, Any], *, definitions: Iterable[str] = (), first: int = 1
) -> np.float64 | Array:
    r"""Evaluate one expression.

    Args:
        latex: the expression as printed.
        symbols: name -> number, array or function: ``y_hat`` for ``\hat y``, ``x_true`` for
            ``x_{\text{true}}``, ``lambda_`` for ``\lambda``.
        definitions: equations that define further symbols, as printed.
        first: where indices on the page begin to count.

    Returns:
        A double, or an array of doubles; a transposed vector has shape ``(1, n)``.

    Raises:
        FormulaError: if the expression cannot be read, or evaluated, with certainty.

    >>> print(evaluate(r"\max(0, 1 - y \hat y)", {"y": -1, "y_hat": 0.5}))
    1.5
    >>> print(evaluate(r"\sigma(0)", {}, definitions=[r"\sigma(s) = \frac{1}{1 + e^{-s}}"]))
    0.5
    """
    table = symbol_table(symbols)
    functions = {name for name, value in table.items() if callable(value)}
    found = definitions_in(definitions, functions)
    functions |= {definition.name for definition in found if definition.parameters}
    node = parse(latex, functions, {*table, *(definition.name for definition in found)})
    scope = Scope(table, definition_table(found), Trace(), first=first)
    try:
        with quiet():
            result = value(node, scope)
    except FormulaError as error:
        raise error.within(latex) from None
    return result.entries[np.newaxis] if isinstance(result, RowVector) else result


CONSTANTS = {"e": np.float64(math.e), "pi": np.float64(math.pi), "infty": np.float64(math.inf)}


@rule(t.Name)
def _name(node: t.Name, scope: Scope) -> Value:
    base = node.base + "_prime" * node.primes
    key = same_name(node, scope) if not node.primes else base
    consumed = bool(node.label) and key == node.key
    indices = () if consumed else node.indices
    found = scope.find(key)
    if found is None:
        missing = key if node.primes else node.key
        raise NoValue(f"no value is given for {missing}", position=node.start)
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
    if len(below) == 1 and isinstance(indices[0], t.Number) and below[0] > 9 and np.ndim(found) > 1:  # type: ignore[arg-type]
        raise FormulaError(f"one index or two? write {key} with a comma")
    return entry(found, below, key, scope.first)


@rule(t.Constant)
def _constant(node: t.Constant, scope: Scope) -> Value:
    if scope.known(node.name):
        return _name(t.Name(node.name, start=node.start, end=node.end), scope)
    return CONSTANTS[node.name]


def numbers(indices: Iterable[t.Node], scope: Scope) -> list[int]:
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
        result = entry(result, rest, definition.name, scope.first) if rest else result
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
            at = np.float64(position + scope.first)
            inner = inner.bind(index, at)
            inner = replace(inner, owner={**inner.owner, index: at})
        result[place] = scalar(definition.body, inner)
    return result


@rule(t.Call)
def _call(node: t.Call, scope: Scope) -> Value:
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
    if any(isinstance(argument, RowVector) for argument in arguments):
        raise FormulaError(f"{name} of a transposed vector")
    try:
        result = numeric(name, found(*arguments))
    except Exception as error:  # whatever foreign code raises, the formula has no value here
        raise FormulaError(f"{name} raised {type(error).__name__}: {error}") from error
    if callable(result):
        raise FormulaError(f"{name} returned a function")
    return result


@rule(t.Element)
def _element(node: t.Element, scope: Scope) -> Value:
    below = [scalar(index, scope) for index in node.indices]
    if isinstance(node.inner, t.Call) and not node.inner.name.primes:
        found = scope.find(node.inner.name.key)
        if isinstance(found, tuple):
            arguments = [value(argument, scope) for argument in node.inner.arguments]
            for definition in found:
                if len(definition.parameters or ()) == len(arguments):
                    return defined(definition, arguments, below, scope)
    return entry(value(node.inner, scope), numbers(node.indices, scope), "the bracket", scope.first)


@rule(t.Derivative)
def _derivative(node: t.Derivative, scope: Scope) -> Value:
    if node.letter and scope.known("d"):
        raise FormulaError(r"a derivative or the symbol d? write \mathrm{d} or \partial")
    key = same_name(node.variable, scope)
    whole_symbol = replace(node.variable, base=key, indices=(), label="")
    current = value(whole_symbol, scope)
    if isinstance(current, RowVector):
        raise FormulaError("a derivative with respect to a transposed vector")
    indices = node.variable.indices if key == node.variable.base else ()
    place = [index - scope.first for index in numbers(indices, scope)]
    shape = np.shape(current)
    if indices:
        entry(current, [index + scope.first for index in place], key, scope.first)
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


def extent(body: t.Node, index: str, scope: Scope) -> set[int]:
    """Return the sizes of the axes that an index runs over in a formula."""
    sizes: set[int] = set()
    for node in t.walk(body):
        if not isinstance(node, t.Name | t.Element):
            continue
        for axis, below in enumerate(node.indices):
            if isinstance(below, t.Name) and below.base == index and not below.indices:
                sizes |= _axis(node, axis, index, scope)
    return sizes


def _axis(node: t.Name | t.Element, axis: int, index: str, scope: Scope) -> set[int]:
    if isinstance(node, t.Element):
        if any(isinstance(part, t.Name) and part.base == index for part in t.walk(node.inner)):
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
    if found is None or callable(found) or isinstance(found, RowVector) or np.ndim(found) <= axis:
        return set()
    return {np.shape(found)[axis]}


def only_extent(body: t.Node, index: str, scope: Scope) -> int:
    """Return the size of the one axis that an index runs over."""
    sizes = extent(body, index, scope)
    if len(sizes) != 1:
        found = " or ".join(map(str, sorted(sizes))) or "nothing"
        raise FormulaError(f"the range of {index} is not determined: {found}", position=body.start)
    return sizes.pop()


ELEMENTWISE: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "cos": np.cos,
    "sin": np.sin,
    "tan": np.tan,
    "arccos": np.arccos,
    "arcsin": np.arcsin,
    "arctan": np.arctan,
    "cosh": np.cosh,
    "sinh": np.sinh,
    "tanh": np.tanh,
    "sign": np.sign,
}


SCALAR: dict[str, Callable[[Any], Any]] = {
    "floor": np.floor,
    "ceiling": np.ceil,
    "positive part": lambda x: np.maximum(x, np.float64(0)),
}


@rule(t.Number)
def _number(node: t.Number, scope: Scope) -> Value:
    return np.float64(node.value)


@rule(t.Group)
def _group(node: t.Group, scope: Scope) -> Value:
    return value(node.inner, scope)


@rule(t.Sum)
def _sum(node: t.Sum, scope: Scope) -> Value:
    total: Value | None = None
    for sign, term in node.terms:
        found = value(term, scope)
        row = isinstance(found, RowVector)
        plain: Any = found.entries if isinstance(found, RowVector) else found
        plain = -plain if sign == "-" else plain
        if total is None:
            total = RowVector(plain) if row else plain
            continue
        before: Any = total.entries if isinstance(total, RowVector) else total
        if isinstance(total, RowVector) != row or np.shape(before) != np.shape(plain):
            raise FormulaError(
                f"a sum of shapes {np.shape(before)} and {np.shape(plain)}", position=term.start
            )
        total = RowVector(before + plain) if row else before + plain
    if total is None:
        raise FormulaError("an empty sum")
    return total


@rule(t.Product)
def _product(node: t.Product, scope: Scope) -> Value:
    left = node.factors[0][1]
    result = value(left, scope)
    dotted = False
    for operator, factor in node.factors[1:]:
        right = value(factor, scope)
        vectors = (
            not isinstance(result, RowVector)
            and not isinstance(right, RowVector)
            and (np.ndim(result) == np.ndim(right) == 1)
        )
        if dotted and (isinstance(right, RowVector) or np.ndim(right)):
            raise FormulaError(
                r"more than two vectors and \cdot: use brackets", position=factor.start
            )
        if vectors and operator == r"\cdot" and not (_plain_vector(left) and _plain_vector(factor)):
            text = r"a dot product or entry by entry? write x^\top y or x \odot y"
            raise FormulaError(text, position=factor.start)
        left = factor
        dotted = dotted or (vectors and operator == r"\cdot")
        result = _times(result, right, operator)
    return result


def _plain_vector(node: t.Node) -> bool:
    r"""Say whether a factor is surely meant as a vector: ``x \cdot y``, not ``y \cdot (a - b)``."""
    return isinstance(node, t.Name | t.Element | t.Derivative | t.Transpose | t.Product)


def _times(left: Value, right: Value, operator: str) -> Value:
    if isinstance(left, RowVector) or isinstance(right, RowVector):
        return _row_times(left, right, operator)
    axes = np.ndim(left), np.ndim(right)
    if operator == r"\odot":
        if np.shape(left) != np.shape(right):
            raise FormulaError(
                f"an entrywise product of shapes {np.shape(left)} and {np.shape(right)}"
            )
        return left * right
    if 0 in axes:
        return left * right
    if operator in (r"\times", "*"):
        raise FormulaError(f"{operator} between arrays")
    if axes == (1, 1) and operator != r"\cdot":
        raise FormulaError(r"a product of two vectors: write x^\top y or x \odot y")
    if axes not in ((1, 1), (2, 1), (2, 2)) or np.shape(left)[-1] != np.shape(right)[0]:
        raise FormulaError(f"a product of shapes {np.shape(left)} and {np.shape(right)}")
    product = np.asarray(left) @ np.asarray(right)
    return np.float64(product) if axes == (1, 1) else product


def _row_times(left: Value, right: Value, operator: str) -> Value:
    if operator not in ("", r"\cdot"):
        raise FormulaError(f"{operator} with a transposed vector")
    if isinstance(left, RowVector) and isinstance(right, RowVector):
        raise FormulaError("a product of two transposed vectors")
    if isinstance(right, RowVector):
        if not np.ndim(left):  # type: ignore[arg-type]
            return RowVector(left * right.entries)  # type: ignore[operator]
        if np.ndim(left) != 1:  # type: ignore[arg-type]
            raise FormulaError("a matrix before a transposed vector")
        return np.outer(left, right.entries)  # type: ignore[arg-type]
    row: Any = left.entries if isinstance(left, RowVector) else left
    other: Any = right
    if not np.ndim(other):
        return RowVector(row * other)
    if np.ndim(other) > 2 or len(row) != len(other):
        raise FormulaError(f"a product of shapes {(1, len(row))} and {np.shape(other)}")
    return np.float64(row @ other) if np.ndim(other) == 1 else RowVector(row @ other)


@rule(t.Quotient)
def _quotient(node: t.Quotient, scope: Scope) -> Value:
    bottom = scalar(node.bottom, scope)
    top = value(node.top, scope)
    return RowVector(top.entries / bottom) if isinstance(top, RowVector) else top / bottom


@rule(t.Power)
def _power(node: t.Power, scope: Scope) -> Value:
    return np.float64(np.power(scalar(node.base, scope), scalar(node.exponent, scope)))


@rule(t.Transpose)
def _transpose(node: t.Transpose, scope: Scope) -> Value:
    inner = value(node.inner, scope)
    if isinstance(inner, RowVector):
        return inner.entries
    if np.ndim(inner) not in (1, 2):
        raise FormulaError("a transposition of something else than a vector or a matrix")
    return RowVector(np.asarray(inner)) if np.ndim(inner) == 1 else np.asarray(inner).T


@rule(t.Absolute)
def _absolute(node: t.Absolute, scope: Scope) -> Value:
    inner = scalar(node.inner, scope)
    scope.trace.touched += bool(inner == 0)
    return np.float64(np.abs(inner))


@rule(t.Norm)
def _norm(node: t.Norm, scope: Scope) -> Value:
    inner = value(node.inner, scope)
    entries = np.asarray(inner.entries if isinstance(inner, RowVector) else inner)
    if node.order == "F":
        if entries.ndim < 2:
            raise FormulaError("a Frobenius norm of something else than a matrix")
        order = 2.0
    elif entries.ndim == 2:
        raise FormulaError(r"which norm of a matrix? write \|\cdot\|_F")
    else:
        order = 2.0 if node.order is None else float(scalar(node.order, scope))
    if order < 1:
        raise FormulaError("a norm of an order below 1")
    size = np.abs(entries).ravel()
    return np.max(size) if math.isinf(order) else np.sum(size**order) ** np.float64(1 / order)


@rule(t.Function)
def _function(node: t.Function, scope: Scope) -> Value:
    if node.name in SCALAR:
        number = scalar(node.argument, scope)
        scope.trace.touched += node.name == "positive part" and bool(number == 0)
        return np.float64(SCALAR[node.name](number))
    inner = value(node.argument, scope)
    scope.trace.touched += node.name == "sign" and bool(np.any(np.equal(inner, 0)))  # type: ignore[arg-type]
    if isinstance(inner, RowVector) or np.ndim(inner) > (1 if node.name != "sign" else 9):
        raise FormulaError(f"{node.name} of a matrix or a transposed vector")
    result: Value = ELEMENTWISE[node.name](inner)
    if node.base is None:
        return result
    base = scalar(node.base, scope)
    if base <= 0 or base == 1:
        raise FormulaError(f"a logarithm with base {base}")
    return np.divide(result, np.log(base))  # type: ignore[no-any-return, arg-type]


@rule(t.Extremum)
def _extremum(node: t.Extremum, scope: Scope) -> Value:
    if len(node.arguments) == 1:
        only = value(node.arguments[0], scope)
        if isinstance(only, RowVector) or np.ndim(only) != 1:
            raise FormulaError(f"{node.name} of one number")
        entries = list(np.asarray(only))
    else:
        entries = [scalar(argument, scope) for argument in node.arguments]
    best = max(entries) if node.name == "max" else min(entries)
    # Where two arguments tie, both decide.
    scope.trace.touched += sum(item == best for item in entries) > 1
    scope.trace.taken.update((id(node), at) for at, item in enumerate(entries) if item == best)
    return np.float64(best)


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<": np.less,
    ">": np.greater,
    r"\leq": np.less_equal,
    r"\geq": np.greater_equal,
    r"\neq": np.not_equal,
}


ORDERS = frozenset(["<", ">", r"\leq", r"\geq"])


def holds(relation: t.Relation, scope: Scope) -> bool:
    """Say whether a chain of comparisons holds."""
    true = True
    for place, operator in enumerate(relation.operators):
        left, right = scalar(relation.sides[place], scope), relation.sides[place + 1]
        if operator == r"\in":
            true = true and left in members(right, scope)
            continue
        other = scalar(right, scope)
        true = true and bool(COMPARE[operator](left, other))
        if operator in ORDERS and left == other:
            scope.trace.touched += 1
            scope.trace.taken.add((id(relation), place))
    return true


def members(node: t.Node, scope: Scope) -> list[np.float64]:
    """Return the members of a printed set or of a vector that stands for one."""
    if not isinstance(node, t.Collection):
        found = value(node, scope)
        if isinstance(found, RowVector) or np.ndim(found) != 1:
            raise FormulaError("not a set", position=node.start)
        return [np.float64(item) for item in np.asarray(found)]
    items = [scalar(item, scope) for item in node.items]
    if not node.run:
        return items
    steps = [whole(item, "a bound of a set") for item in items]
    if len(steps) == 3 and steps[1] != steps[0] + 1:
        raise FormulaError("a run goes up by one", position=node.start)
    return [np.float64(item) for item in bounded(steps[0], steps[-1])]


def bounded(low: int, high: int) -> range:
    """Return the range of an index, refusing one that is backwards or huge."""
    if high < low - 1:
        raise FormulaError(f"a range from {low} to {high}")
    if high - low >= MOST_TERMS:
        raise FormulaError(f"more than {MOST_TERMS} terms")
    return range(low, high + 1)


@rule(t.Indicator)
def _indicator(node: t.Indicator, scope: Scope) -> Value:
    true = holds(node.condition, scope)
    scope.trace.taken.add((id(node), true))
    return np.float64(true)


@rule(t.Big)
def _big(node: t.Big, scope: Scope) -> Value:
    if node.partner and node.partner not in scope.bound:
        raise FormulaError(f"a sum over {node.index} or over {node.index} and {node.partner}?")
    if node.domain is not None:
        places = members(node.domain, scope)
    elif node.low is not None and node.high is not None:
        low = whole(scalar(node.low, scope), "a bound")
        high = whole(scalar(node.high, scope), "a bound")
        places = [np.float64(place) for place in bounded(low, high)]
    else:
        size = only_extent(node.body, node.index, scope)
        first = scope.first
        places = [np.float64(place) for place in bounded(first, first + size - 1)]
    values: list[Any] = []
    for place in places:
        inner = scope.bind(node.index, place)
        if all(holds(condition, inner) for condition in node.conditions):
            values.append(
                value(node.body, inner) if node.name == "sum" else scalar(node.body, inner)
            )
    if any(isinstance(item, RowVector) or np.shape(item) != np.shape(values[0]) for item in values):
        raise FormulaError("a sum over different shapes")
    if node.name == "sum":
        total: Value = sum(values, start=np.float64(0))
        return total
    if node.name == "prod":
        return math.prod(values, start=np.float64(1))
    if not values:
        raise FormulaError(f"a {node.name} over nothing")
    return np.float64(max(values) if node.name == "max" else min(values))


@rule(t.Expectation)
def _expectation(node: t.Expectation, scope: Scope) -> Value:
    found = value(node.distribution, scope)
    if isinstance(found, RowVector) or np.ndim(found) != 1:
        raise FormulaError("an expectation is taken over a vector of probabilities")
    weights = np.asarray(found)
    if np.any(weights < 0) or abs(np.sum(weights) - 1) > 1e-9:
        raise FormulaError("the probabilities of an expectation do not sum to one")
    total: Any = np.float64(0)
    for place, weight in enumerate(weights, start=scope.first):
        total = total + weight * scalar(node.body, scope.bind(node.index, np.float64(place)))
    return np.float64(total)


@rule(t.Cases)
def _cases(node: t.Cases, scope: Scope) -> Value:
    hit = [
        row
        for row, (_, conditions) in enumerate(node.rows)
        if conditions is not None and all(holds(condition, scope) for condition in conditions)
    ]
    if not hit:
        hit = [row for row, (_, conditions) in enumerate(node.rows) if conditions is None]
    if not hit:
        raise FormulaError("no case applies at this point")
    results = [value(node.rows[row][0], scope) for row in hit]
    if any(np.any(np.not_equal(results[0], other)) for other in results[1:]):  # type: ignore[arg-type]
        raise FormulaError("two cases apply at once, with different values")
    scope.trace.taken.add((id(node), hit[0]))
    return results[0]


@rule(t.Relation)
@rule(t.Collection)
def _misplaced(node: t.Node, scope: Scope) -> Value:
    raise FormulaError("a comparison or a set where a value belongs")
