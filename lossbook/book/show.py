"""What a chapter shows beside its figures: the package's source, tables, formulas from elsewhere.

All return Markdown or LaTeX, which JupyterLab and the site render alike.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.display import Latex, Markdown


def source(function: Callable[..., Any]) -> Markdown:
    """Show a function's source without its docstring, so that page and package cannot differ.

    Example:
        >>> from lossbook.reference import sigmoid_grad
        >>> "return sigmoid(s)" in source(sigmoid_grad).data
        True
    """
    from IPython.display import Markdown

    lines = inspect.getsource(function).rstrip().splitlines()
    (definition,) = ast.parse("\n".join(lines)).body
    assert isinstance(definition, ast.FunctionDef)
    first = definition.body[0]
    if ast.get_docstring(definition) is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return Markdown("```python\n" + "\n".join(lines) + "\n```")


def formula(latex: str) -> Latex:
    r"""Show a formula that no page prints, such as one from a library's docstring.

    Example:
        >>> print(formula(r"\ell = \max(0, 1 - m)").data)
        $$\ell = \max(0, 1 - m)$$
    """
    from IPython.display import Latex

    return Latex(f"$${latex}$$")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Markdown:
    """Show rows as a table; the first column is text, the others are numbers to the right.

    Floats show four significant digits, so that they survive another processor.

    Example:
        >>> print(table(["loss", "value"], [["hinge", 0.123456]]).data)
        | loss | value |
        |:---|---:|
        | hinge | 0.1235 |
    """
    from IPython.display import Markdown

    rule = "|:---|" + "---:|" * (len(header) - 1)
    body = [
        [f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows
    ]
    return Markdown("\n".join([_row(header), rule, *(_row(cells) for cells in body)]))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
