"""Comparing two values at a point: the tolerance, the failure, and how values are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqtest.errors import FormulaError
from eqtest.scope import Symbol, as_array

EXACT, NUMERIC = (1e-9, 1e-12), (1e-6, 1e-8)  # relative and absolute tolerance
_ROUNDED_NUMBER = re.compile(
    r"-?\d+(?:\.(\d+))?(?:\s*\\(?:cdot|times)\s*10\^(?:\{(-?\d+)\}|(\d)))?"
)
# What a function returns in fewer digits is compared to fewer.
ROUNDED = {"float32": (1e-5, 1e-6), "float16": (1e-2, 1e-3)}


@dataclass(frozen=True)
class Report:
    """What a check that passed has done.

    Args:
        points: at how many points.
        comparisons: how many pairs of values were compared.
        error: the largest relative error among them.
        differentiated: whether a numeric derivative was compared.
        skipped: how many comparisons fell on a kink, where the numeric derivative has no value.
    """

    points: int
    comparisons: int
    error: float
    differentiated: bool
    skipped: int = 0


@dataclass(frozen=True)
class Point:
    """One random point: what was drawn, and what the function makes of it."""

    number: int
    drawn: Mapping[str, Any]
    symbols: Mapping[str, Symbol]
    reference: Any


@dataclass(frozen=True)
class Shown:
    """A value with what it is the value of; ``loose`` if a numeric derivative made it."""

    text: str
    value: Any
    loose: bool


class Disagreement(Exception):  # noqa: N818
    """Two values that differ at a point; the message is made where the equation is known."""

    def __init__(self, point: Point, left: Shown, relation: str, right: Shown) -> None:
        """Keep the two sides with their values."""
        super().__init__()
        self.point, self.left, self.relation, self.right = point, left, relation, right


def difference(point: Point, left: Shown, relation: str, right: Shown) -> float:
    """Return the relative difference of two values that should be in a relation.

    Raises:
        Disagreement: if they are not.
        FormulaError: if the relation is not one between numbers.
    """
    a, b = np.asarray(left.value, np.float64), np.asarray(right.value, np.float64)
    relative, absolute = max(tolerance(left), tolerance(right))
    room = absolute + relative * np.maximum(np.abs(a), np.abs(b)) if a.shape == b.shape else 0.0
    good = {
        "=": lambda: np.abs(a - b) <= room,
        r"\leq": lambda: a <= b + room,
        r"\geq": lambda: a >= b - room,
        "<": lambda: a < b,
        ">": lambda: a > b,
        r"\neq": lambda: np.abs(a - b) > room,
        r"\approx": lambda: np.abs(a - b) <= half_a_digit(right.text),
    }
    if relation not in good:
        raise FormulaError(f"{relation} between two sides is not checked")
    if a.shape != b.shape or not np.all(good[relation]()):
        raise Disagreement(point, left, relation, right)
    if relation != "=":
        return 0.0
    size = np.maximum(np.maximum(np.abs(a), np.abs(b)), absolute / relative)
    return float(np.max(np.abs(a - b) / size, initial=0.0))


def half_a_digit(printed: str) -> float:
    r"""Return how far a value may be from the number that it is rounded to.

    >>> half_a_digit("1.44"), half_a_digit(r"3.5 \cdot 10^{-5}")
    (0.005, 5e-07)

    Raises:
        FormulaError: if it is no such number.
    """
    found = _ROUNDED_NUMBER.fullmatch(printed)
    if not found:
        raise FormulaError(r"\approx is read before a rounded number only: how close is that?")
    return 0.5 * 10.0 ** (int(found[2] or found[3] or 0) - len(found[1] or ""))


def tolerance(shown: Shown) -> tuple[float, float]:
    """Return how far a value may be off, relatively and absolutely: its type decides."""
    usual = NUMERIC if shown.loose else EXACT
    return max(ROUNDED.get(rounded(shown), usual), usual)


def rounded(shown: Shown) -> str:
    """Return the type of a value if that has fewer digits than a double."""
    name = np.asarray(shown.value).dtype.name
    return name if name in ROUNDED else ""


def show(found: Any) -> str:
    """Return a value as a message prints it."""
    if callable(found):
        return "a function"
    array = as_array(found)
    if array.ndim == 0:
        return f"{array:.10g}" if array.dtype.kind in "fiu" else str(found)
    return " ".join(np.array2string(array, precision=6, threshold=24).split())
