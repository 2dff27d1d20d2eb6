"""Rules of numbers, vectors and matrices.

Shapes are never stretched: a vector plus a number raises, and so does a product of two vectors that
does not say which product it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lossbook.formula.dispatch import rule, scalar, value
from lossbook.formula.errors import FormulaError
from lossbook.formula.tree import (
    Absolute,
    Extremum,
    Function,
    Group,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
)
from lossbook.formula.values import Row, Scope, Value

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


@rule(Number)
def _number(node: Number, scope: Scope) -> Value:
    return np.float64(node.value)


@rule(Group)
def _group(node: Group, scope: Scope) -> Value:
    return value(node.inner, scope)


@rule(Sum)
def _sum(node: Sum, scope: Scope) -> Value:
    total: Value | None = None
    for sign, term in node.terms:
        found = value(term, scope)
        row = isinstance(found, Row)
        plain: Any = found.entries if isinstance(found, Row) else found
        plain = -plain if sign == "-" else plain
        if total is None:
            total = Row(plain) if row else plain
            continue
        before: Any = total.entries if isinstance(total, Row) else total
        if isinstance(total, Row) != row or np.shape(before) != np.shape(plain):
            raise FormulaError(
                f"a sum of shapes {np.shape(before)} and {np.shape(plain)}", position=term.start
            )
        total = Row(before + plain) if row else before + plain
    if total is None:
        raise FormulaError("an empty sum")
    return total


@rule(Product)
def _product(node: Product, scope: Scope) -> Value:
    result = value(node.factors[0][1], scope)
    dotted = False
    for operator, factor in node.factors[1:]:
        right = value(factor, scope)
        vectors = (
            not isinstance(result, Row)
            and not isinstance(right, Row)
            and (np.ndim(result) == np.ndim(right) == 1)
        )
        if dotted and (isinstance(right, Row) or np.ndim(right)):
            raise FormulaError(
                r"more than two vectors and \cdot: use brackets", position=factor.start
            )
        dotted = dotted or (vectors and operator == r"\cdot")
        result = _times(result, right, operator)
    return result


def _times(left: Value, right: Value, operator: str) -> Value:
    if isinstance(left, Row) or isinstance(right, Row):
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
    if isinstance(left, Row) and isinstance(right, Row):
        raise FormulaError("a product of two transposed vectors")
    if isinstance(right, Row):
        if not np.ndim(left):  # type: ignore[arg-type]
            return Row(left * right.entries)  # type: ignore[operator]
        if np.ndim(left) != 1:  # type: ignore[arg-type]
            raise FormulaError("a matrix before a transposed vector")
        return np.outer(left, right.entries)  # type: ignore[arg-type]
    row: Any = left.entries if isinstance(left, Row) else left
    other: Any = right
    if not np.ndim(other):
        return Row(row * other)
    if np.ndim(other) > 2 or len(row) != len(other):
        raise FormulaError(f"a product of shapes {(1, len(row))} and {np.shape(other)}")
    return np.float64(row @ other) if np.ndim(other) == 1 else Row(row @ other)


@rule(Quotient)
def _quotient(node: Quotient, scope: Scope) -> Value:
    bottom = scalar(node.bottom, scope)
    top = value(node.top, scope)
    return Row(top.entries / bottom) if isinstance(top, Row) else top / bottom


@rule(Power)
def _power(node: Power, scope: Scope) -> Value:
    return np.float64(np.power(scalar(node.base, scope), scalar(node.exponent, scope)))


@rule(Transpose)
def _transpose(node: Transpose, scope: Scope) -> Value:
    inner = value(node.inner, scope)
    if isinstance(inner, Row):
        return inner.entries
    if np.ndim(inner) not in (1, 2):
        raise FormulaError("a transposition of something else than a vector or a matrix")
    return Row(np.asarray(inner)) if np.ndim(inner) == 1 else np.asarray(inner).T


@rule(Absolute)
def _absolute(node: Absolute, scope: Scope) -> Value:
    return np.float64(np.abs(scalar(node.inner, scope)))


@rule(Norm)
def _norm(node: Norm, scope: Scope) -> Value:
    inner = value(node.inner, scope)
    entries = np.asarray(inner.entries if isinstance(inner, Row) else inner)
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


@rule(Function)
def _function(node: Function, scope: Scope) -> Value:
    if node.name in SCALAR:
        return np.float64(SCALAR[node.name](scalar(node.argument, scope)))
    inner = value(node.argument, scope)
    if isinstance(inner, Row) or np.ndim(inner) > (1 if node.name != "sign" else 9):
        raise FormulaError(f"{node.name} of a matrix or a transposed vector")
    result: Value = ELEMENTWISE[node.name](inner)
    if node.base is None:
        return result
    base = scalar(node.base, scope)
    if base <= 0 or base == 1:
        raise FormulaError(f"a logarithm with base {base}")
    return np.divide(result, np.log(base))  # type: ignore[no-any-return, arg-type]


@rule(Extremum)
def _extremum(node: Extremum, scope: Scope) -> Value:
    if len(node.arguments) == 1:
        only = value(node.arguments[0], scope)
        if isinstance(only, Row) or np.ndim(only) != 1:
            raise FormulaError(f"{node.name} of one number")
        entries = list(np.asarray(only))
    else:
        entries = [scalar(argument, scope) for argument in node.arguments]
    best = max(entries) if node.name == "max" else min(entries)
    # Where two arguments tie, both decide.
    scope.trace.taken.update((id(node), at) for at, item in enumerate(entries) if item == best)
    return np.float64(best)
