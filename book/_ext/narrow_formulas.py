r"""Derivations that fit a phone: beside the printed form a narrow one; the style shows one of them.

A derivation prints ``left &= right && \text{reason}`` in each row. On a narrow screen a row becomes
up to three: the left side, the right side, and the reason below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinxcontrib import katex

ALIGNED = re.compile(r"^\s*\\begin\{aligned\}(?P<rows>.*)\\end\{aligned\}\s*$", re.DOTALL)
# What opens and closes a group within which \\ and & belong to something else.
TOKEN = re.compile(
    r"\\begin\{\w+\}|\\end\{\w+\}|\\left|\\right|\\\\(?:\[[^]]*\])?|\\.|[{}&]|[^\\{}&]+", re.DOTALL
)
RELATION = re.compile(r"\s*(?:=|\\leq?|\\geq?|\\approx|[<>])\s*\{\}\s*")


def split(latex: str, separator: str) -> Iterator[str]:
    """Yield the parts of a formula between separators that stand in no group."""
    depth, part = 0, ""
    for token in TOKEN.findall(latex):
        depth += token in ("{", r"\left") or token.startswith(r"\begin")
        depth -= token in ("}", r"\right") or token.startswith(r"\end")
        if depth == 0 and token.startswith(separator):
            yield part
            part = ""
        else:
            part += token
    yield part


def narrow(latex: str) -> str | None:
    """Return a derivation with its reasons below its lines, or None for another formula."""
    found = ALIGNED.match(latex)
    if not found:
        return None
    lines = []
    for row in split(found["rows"], "\\\\"):
        left, right, *rest = [*split(row, "&"), ""]
        if RELATION.fullmatch(left):
            left, right = "", left + right
        lines += [f"& {left.strip()}"] if left.strip() and right.strip() else []
        lines += [rf"& \quad {right.strip() or left.strip()}"]
        reason = " ".join(part.strip() for part in rest if part.strip())
        lines += [rf"& \qquad {{\small {reason}}}"] if reason else []
    return r"\begin{aligned}" + " \\\\\n".join(lines) + r"\end{aligned}"


def visit_displaymath(self: Any, node: nodes.math_block) -> None:
    """Write a formula as sphinxcontrib-katex does, and its narrow form after it."""
    try:
        katex.html_visit_displaymath(self, node)
    finally:
        if latex := narrow(node.astext()):
            *self.body, closing = self.body
            formula = katex.render_latex(latex, {"displayMode": True})
            self.body += [f'<div class="narrow-formula">{formula}</div>', closing]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.registry.html_block_math_renderers["katex"] = (visit_displaymath, None)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
