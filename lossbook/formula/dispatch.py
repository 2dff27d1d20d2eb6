"""The one way to the value of a tree: a rule for each kind of node, found by its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from lossbook.formula.errors import FormulaError
from lossbook.formula.tree import Node
from lossbook.formula.values import MOST_STEPS, Row, Scope, Value

Rule = Callable[[Any, Scope], Value]
Decorated = TypeVar("Decorated", bound=Rule)

RULES: dict[type[Node], Rule] = {}


def rule(kind: type[Node]) -> Callable[[Decorated], Decorated]:
    """Make the decorated function the rule for one kind of node."""

    def register(function: Decorated) -> Decorated:
        RULES[kind] = function
        return function

    return register


def quiet() -> Any:
    """Return a context in which only what is not a number is an error: log 0 is minus infinity."""
    return np.errstate(divide="ignore", over="ignore", under="ignore", invalid="raise")


def value(node: Node, scope: Scope) -> Value:
    """Return the value of a tree; see :func:`evaluate`."""
    scope.trace.steps += 1
    if scope.trace.steps > MOST_STEPS:
        raise FormulaError("this takes too many steps", position=node.start)
    try:
        return RULES[type(node)](node, scope)
    except FloatingPointError:
        raise FormulaError("not a number at this point", position=node.start) from None
    except FormulaError as error:
        if error.position is None:
            raise FormulaError(error.message, position=node.start) from None
        raise


def scalar(node: Node, scope: Scope) -> np.float64:
    """Return the value of a tree that must be a number."""
    result = value(node, scope)
    if isinstance(result, Row) or np.ndim(result):
        raise FormulaError("a vector where a number belongs", position=node.start)
    return np.float64(result)
