"""The promise beside every equation: a mark that opens what was checked, and links both ways.

The last run of ``make formulas`` says of each labelled equation how it was checked. The page shows
it beside the number; docstrings that name a label link to its equation.
"""

from __future__ import annotations

import html
import posixpath
import re
from functools import cache
from typing import Any

from book_data import checked_equations
from side_by_side import address
from sphinx.application import Sphinx

import lossbook.reference
from lossbook.registry import BINDINGS

LABEL = re.compile(r"``(eq-[a-z0-9-]+)``")
# The start of an equation on the page: its label and its number.
NUMBER = re.compile(
    r'<div class="math[^>]*id="equation-(?P<label>[^"]+)">\s*<span class="eqno">.*?</span>',
    re.DOTALL,
)
HOW = {
    "definition": "evaluated as printed",
    "gradient": "compared with the numerical derivative of the printed definition",
    "derivation": "each line compared with the next",
    "bound": "tested as the relation that it is",
    "identity": "both sides compared",
}
HELD_TO = {
    "code": "the NumPy function",
    "definition": "the printed definition that it speaks of",
    "derivative": "the numerical derivative of a printed definition",
    "value": "a value that was drawn, not printed",
    "itself": "itself alone",
}


@cache
def rows() -> dict[str, dict[str, Any]]:
    """Return what was done with each labelled equation."""
    return {row["label"]: row for row in checked_equations()}


def mark(label: str, page: str) -> str:
    """Return the mark of one equation as HTML: a native element that a click opens."""
    row = rows()[label]

    def link(target: str, text: str) -> str:
        folder, _, place = target.partition("#")
        address = f"{posixpath.relpath(folder, posixpath.dirname(page))}#{place}"
        return f'<a class="reference internal" href="{html.escape(address)}">{text}</a>'

    if row["kind"] == "exempt":
        sign, title = "–", "Not checked"
        lines = [f"Compared with nothing: {html.escape(row['reason'])}."]
    else:
        sign, title = "✓", "Checked"
        lines = [
            f"{row['kind'].capitalize()}: {HOW[row['kind']]}; held to {HELD_TO[row['tie']]}.",
            f"At {row['points']} random points the largest relative error is at most "
            f"{row['error']:.0e}.",
            f"{row['killed']} of {row['mutants']} deliberate mistakes in one place are noticed, "
            f"and {row['slips_noticed']} of {row['slips']} that run through all of it.",
        ]
        if row["reason"]:
            lines.append(html.escape(row["reason"]))
    binding = BINDINGS.get(label)
    if binding and binding.function.__name__ in lossbook.reference.__all__:
        name = f"{binding.function.__module__.rpartition('.')[0]}.{binding.function.__name__}"
        api = f"book/reference/api/reference.html#{name}"
        beside = link(address(binding.function.__name__), "NumPy and PyTorch")
        lines.append(f"Code: {link(api, f'<code>{binding.function.__name__}</code>')}; {beside}.")
    lines.append(link(f"book/reference/checked.html#checked-{label}", "All equations"))
    body = "".join(f"<p>{line}</p>" for line in lines)
    summary = (
        f'<summary title="{title}"><span class="visually-hidden">{title}</span>{sign}</summary>'
    )
    return f'<details class="checked-mark">{summary}<div>{body}</div></details>'


def add_marks(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put a mark behind the number of each labelled equation of a page."""

    def marked(found: re.Match[str]) -> str:
        label = found["label"]
        return found[0] + (mark(label, pagename) if label in rows() else "")

    if "body" in context:
        context["body"] = NUMBER.sub(marked, context["body"])


def link_labels(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Make a label that a docstring names a link to the equation."""
    for place, line in enumerate(lines):
        lines[place] = LABEL.sub(
            lambda found: f":eq:`{found[1]}`" if found[1] in rows() else found[0], line
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", add_marks, priority=400)
    app.connect("autodoc-process-docstring", link_labels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
