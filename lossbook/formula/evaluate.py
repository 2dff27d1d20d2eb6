"""From LaTeX to a number: the public function; the rules stand in modules of their own.

Indices count from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lossbook.formula import arithmetic, compounds, lookup  # noqa: F401  (their rules)
from lossbook.formula.dispatch import quiet, value
from lossbook.formula.errors import FormulaError
from lossbook.formula.parse import read
from lossbook.formula.statement import definitions_in
from lossbook.formula.tokens import tokenize
from lossbook.formula.values import Array, Row, Scope, Trace, definition_table, symbol_table


def evaluate(
    latex: str, symbols: Mapping[str, Any], *, definitions: Iterable[str] = ()
) -> np.float64 | Array:
    r"""Evaluate one expression.

    Args:
        latex: the expression as printed.
        symbols: name -> number, array or function: ``y_hat`` for ``\hat y``, ``x_true`` for
            ``x_{\text{true}}``, ``lambda_`` for ``\lambda``. Indices on the page count from 1.
        definitions: equations that define further symbols, as printed.

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
    node = read(tokenize(latex), latex, frozenset(functions))
    scope = Scope(table, definition_table(found), Trace())
    try:
        with quiet():
            result = value(node, scope)
    except FormulaError as error:
        raise error.within(latex) from None
    return result.entries[np.newaxis] if isinstance(result, Row) else result
