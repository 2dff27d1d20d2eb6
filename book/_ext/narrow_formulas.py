r"""Formulas that fit every screen: they break where they read well, and only where they must.

KaTeX lets a line break behind relations and operators, within brackets too. Here it breaks before
them, outside of brackets. Beside a derivation, whose rows are ``left &= right && \text{reason}``,
stands a narrow form, in which a row becomes up to three lines: the left side, the right side, the
reason. The style shows one of the two. A comma stays with the formula in a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinxcontrib import katex

ROWS = re.compile(
    r"^\s*\\begin\{(?P<kind>aligned|gathered)\}(?P<rows>.*)\\end\{(?P=kind)\}\s*$", re.DOTALL
)
TOKEN = re.compile(r"\\(?:begin|end)\{\w+\}|\\\\(?:\[[^]]*\])?|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
RELATIONS = ("=", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\approx", r"\mid")
SIGNS = ("+", "-")
RELATION = re.compile(rf"\s*(?:{'|'.join(map(re.escape, RELATIONS))})\s*\{{\}}\s*")
# Behind these a sign belongs to a number.
NO_TERM = ("", ",", "&", "(", "[", *SIGNS, *RELATIONS)
QUADS = (r"\quad", r"\qquad")
LARGE = (r"\bigl", r"\Bigl")
FUNCTIONS = (r"\exp", r"\log", r"\max", r"\min")
# What opens and what closes a group. Two bars are a group, but one alone, as in p(y | x), is none.
OPENING = ("{", "(", "[", r"\left", r"\lVert", r"\lvert", r"\lfloor", r"\lceil", r"\begin")
CLOSING = ("}", ")", "]", r"\right", r"\rVert", r"\rvert", r"\rfloor", r"\rceil", r"\end")
BARS = ("|", r"\|")
WHOLE = ("{", r"\begin")  # no line breaks within
FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
BOUNDS = re.compile(r"(?<=\\sum)_\{[^{}]*\}\^\{[^{}]*\}")
UNSEEN = re.compile(r"\\(?:[bB]ig[lr]|quad|[,;])|[{}_^\s]")
LETTERS = 32  # about as many stand in a line on a phone
CLOSES = re.compile(r"[.,;:!?)\]’”]+| ?%|-\w+")
ANNOTATION = re.compile(
    r'(<annotation encoding="application/x-tex">).*?(?=</annotation>)', re.DOTALL
)


def depths(latex: str) -> Iterator[tuple[str, float]]:
    """Yield the tokens of a formula and in how many groups each stands, ends of groups included."""
    groups: list[str] = []
    for token in TOKEN.findall(latex):
        name = token.partition("{")[0] or token
        depth = math.inf if set(WHOLE) & set(groups) else len(groups)
        if name in CLOSING:
            while groups and groups.pop() in BARS:
                pass
        elif name in BARS and name in groups[-1:]:
            groups.pop()
        elif name in OPENING + BARS:
            groups.append(name)
        yield token, depth


def split(latex: str, separator: str) -> Iterator[str]:
    """Yield the parts of a formula between separators that stand in no group."""
    part = ""
    for token, depth in depths(latex):
        if depth == 0 and token.startswith(separator):
            yield part
            part = ""
        else:
            part += token
    yield part


def pieces(latex: str, depth: int) -> list[str]:
    """Cut a formula before the relations, terms, clauses and large factors at some depth."""
    found = [""]
    before, last, in_clause = "", "", False
    for token, here in depths(latex):
        clause = token == r"\text" or (last in QUADS and before == ",")
        in_clause |= here == depth and clause  # and so stays on one line, if it can
        term = token in RELATIONS or (token in SIGNS and last not in NO_TERM)
        factor = found[-1][-1:].isspace() and (
            (token in LARGE and (last in ")]" or before == "_"))
            or (token in FUNCTIONS and last in ")]")
        )
        if here == depth and found[-1].strip() and (clause or (not in_clause and (term or factor))):
            found.append("")
        found[-1] += token
        if not token.isspace():
            before, last = last, token
    return found


def letters(latex: str) -> int:
    """Return about how many letters wide a formula is."""
    latex = BOUNDS.sub("", latex)
    while FRACTION.search(latex):
        latex = FRACTION.sub(lambda parts: max(parts[1], parts[2], key=len), latex)
    return len(re.sub(r"\\(?:(exp|log|max|min)|[A-Za-z]+)", r"x\1", UNSEEN.sub("", latex)))


def breakable(latex: str) -> str:
    r"""Return a formula that breaks between its pieces, within a long one between the parts of it.

    Example:
        >>> print(breakable(r"\ell = a (b + c) - d"))
        \ell \allowbreak =\nobreak  a (b +\nobreak  c) \allowbreak -\nobreak  d
    """
    found = []
    for piece in pieces(latex, 0):
        found += pieces(piece, 1) if letters(piece) > LETTERS else [piece]
    return r"\allowbreak ".join(
        "".join(
            token + (r"\nobreak " if token in RELATIONS + SIGNS and depth < math.inf else "")
            for token, depth in depths(piece)
        )
        for piece in found
    )


def narrow(latex: str) -> list[tuple[str, str]] | None:
    """Return the lines of a derivation, each with what it is; None for another formula."""
    found = ROWS.match(latex)
    if not found:
        return None
    rows = split(found["rows"], "\\\\")
    if found["kind"] == "gathered":
        return [("left", row) for row in rows]
    lines = []
    for row in rows:
        left, right, *rest = [*split(row, "&"), ""]
        if RELATION.fullmatch(left):
            left, right = "", left + right
        reason = " ".join(part.strip() for part in rest if part.strip())
        lines += [("left", left), ("right", right), ("reason", reason and rf"\small {reason}")]
    return [(kind, line.strip()) for kind, line in lines if line.strip()]


def render(latex: str) -> str:
    """Return a formula as HTML; whoever copies it gets it as it was written."""
    drawn = katex.render_latex(breakable(latex), {"displayMode": True})
    return ANNOTATION.sub(lambda found: found[1] + escape(latex), drawn)


def visit_displaymath(self: Any, node: nodes.math_block) -> None:
    """Write a formula as sphinxcontrib-katex does, but breakable, and its narrow form after it."""
    try:
        katex.html_visit_displaymath(self, node)
    finally:
        *self.body, _, closing = self.body
        latex = node.astext()
        lines = [f'<div class="{kind}">{render(line)}</div>' for kind, line in narrow(latex) or []]
        form = f'<div class="narrow-formula">{"".join(lines)}</div>' if lines else ""
        self.body += [render(latex), form, closing]


def keep_together(app: Sphinx, document: nodes.document, page: str) -> None:
    """Let no line break between a formula in a sentence and the comma, % or -fold behind it."""
    for formula in list(document.findall(nodes.math)):
        after = formula.next_node(descend=False, siblings=True)
        closing = CLOSES.match(after.astext()) if isinstance(after, nodes.Text) else None
        if closing:
            whole = nodes.inline(classes=["together"])
            formula.parent.replace(after, nodes.Text(after[closing.end() :]))
            formula.replace_self(whole)
            whole += [formula, nodes.Text(closing[0])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", keep_together, priority=950)  # after the plain notebooks
    app.registry.html_block_math_renderers["katex"] = (visit_displaymath, None)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
