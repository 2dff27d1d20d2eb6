"""Numeric derivatives of formulas, which say so where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eqtest.errors import FormulaError, NoDerivative
from eqtest.scope import RowVector

# The first step is right for smooth formulas; the smaller ones get in between close kinks.
STEPS = (1e-3, 1e-4, 1e-5, 1e-6)


def slope(function: Callable[[np.float64], Any], at: np.float64) -> Any:
    """Return the derivative of a function of one number by central differences, extrapolated once.

    Args:
        function: may return a number or an array.
        at: where.

    Raises:
        NoDerivative: if differences on both sides, or with two steps, do not agree.
        FormulaError: if the function returns a transposed vector.

    >>> print(round(float(slope(lambda x: x**3, np.float64(2.0))), 9))
    12.0
    """
    middle = function(at)
    if isinstance(middle, RowVector):
        raise FormulaError("a transposed vector has no derivative here")
    for step in STEPS:
        h = step * max(1.0, abs(float(at)))
        after, before = function(at + h), function(at - h)
        wide = (after - before) / (2 * h)
        narrow = (function(at + h / 2) - function(at - h / 2)) / h
        result = (4 * narrow - wide) / 3
        size = 1 + np.max(np.abs(result))
        bend = np.max(np.abs(after - 2 * middle + before)) / h
        if np.max(np.abs(wide - narrow)) <= 1e-5 * size and bend <= 100 * h * size:
            return result
    raise NoDerivative("no derivative at this point")
