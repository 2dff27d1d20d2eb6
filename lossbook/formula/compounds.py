"""Rules of comparisons, cases, sums over an index and expectations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lossbook.formula.dispatch import rule, scalar, value
from lossbook.formula.errors import FormulaError
from lossbook.formula.lookup import only_extent
from lossbook.formula.tree import Big, Cases, Collection, Expectation, Indicator, Node, Relation
from lossbook.formula.values import MOST_TERMS, Row, Scope, Value, whole

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<": np.less,
    ">": np.greater,
    r"\leq": np.less_equal,
    r"\geq": np.greater_equal,
    r"\neq": np.not_equal,
}


def holds(relation: Relation, scope: Scope) -> bool:
    """Say whether a chain of comparisons holds."""
    sides = relation.sides
    for operator, left, right in zip(relation.operators, sides, sides[1:], strict=False):
        if operator == r"\in":
            true = scalar(left, scope) in members(right, scope)
        else:
            true = bool(COMPARE[operator](scalar(left, scope), scalar(right, scope)))
        if not true:
            return False
    return True


def members(node: Node, scope: Scope) -> list[np.float64]:
    """Return the members of a printed set or of a vector that stands for one."""
    if not isinstance(node, Collection):
        found = value(node, scope)
        if isinstance(found, Row) or np.ndim(found) != 1:
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


@rule(Indicator)
def _indicator(node: Indicator, scope: Scope) -> Value:
    true = holds(node.condition, scope)
    scope.trace.taken.add((id(node), true))
    return np.float64(true)


@rule(Big)
def _big(node: Big, scope: Scope) -> Value:
    if node.domain is not None:
        places = members(node.domain, scope)
    elif node.low is not None and node.high is not None:
        low = whole(scalar(node.low, scope), "a bound")
        high = whole(scalar(node.high, scope), "a bound")
        places = [np.float64(place) for place in bounded(low, high)]
    else:
        size = only_extent(node.body, node.index, scope)
        places = [np.float64(place) for place in bounded(1, size)]
    values: list[Any] = []
    for place in places:
        inner = scope.bind(node.index, place)
        if all(holds(condition, inner) for condition in node.conditions):
            values.append(
                value(node.body, inner) if node.name == "sum" else scalar(node.body, inner)
            )
    if any(isinstance(item, Row) or np.shape(item) != np.shape(values[0]) for item in values):
        raise FormulaError("a sum over different shapes")
    if node.name == "sum":
        total: Value = sum(values, start=np.float64(0))
        return total
    if node.name == "prod":
        return math.prod(values, start=np.float64(1))
    if not values:
        raise FormulaError(f"a {node.name} over nothing")
    return np.float64(max(values) if node.name == "max" else min(values))


@rule(Expectation)
def _expectation(node: Expectation, scope: Scope) -> Value:
    found = value(node.distribution, scope)
    if isinstance(found, Row) or np.ndim(found) != 1:
        raise FormulaError("an expectation is taken over a vector of probabilities")
    weights = np.asarray(found)
    if np.any(weights < 0) or abs(np.sum(weights) - 1) > 1e-9:
        raise FormulaError("the probabilities of an expectation do not sum to one")
    total: Any = np.float64(0)
    for place, weight in enumerate(weights, start=1):
        total = total + weight * scalar(node.body, scope.bind(node.index, np.float64(place)))
    return np.float64(total)


@rule(Cases)
def _cases(node: Cases, scope: Scope) -> Value:
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


@rule(Relation)
@rule(Collection)
def _misplaced(node: Node, scope: Scope) -> Value:
    raise FormulaError("a comparison or a set where a value belongs")
