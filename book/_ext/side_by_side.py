"""``{side-by-side}``: for each loss a box with the formula, its NumPy and its PyTorch as tabs.

The formulas are read from the chapters, the sources from the package, and the registry says which
belong together: nothing is typed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from book_data import BOOK, checked_equations
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import eqtest
from lossbook import functional, reference
from lossbook.book import show
from lossbook.registry import BINDINGS

PAGE = "book/reference/side_by_side"
GRADIENT = "_grad"


@cache
def printed() -> dict[str, str]:
    """Return every labelled equation as it is printed, in the order of the book."""
    rows = checked_equations()
    pages = {row["chapter"]: eqtest.equations(BOOK / f"{row['chapter']}.ipynb") for row in rows}
    return {
        row["label"]: pages[row["chapter"]][row["label"]]
        for row in rows
        if row["label"] in pages[row["chapter"]]  # not the displays without a label
    }


@cache
def boxes() -> dict[str, list[str]]:
    """Return the labels of each function's definitions and gradients, in the order of the book."""
    found: dict[str, list[str]] = {}
    for label in printed():
        name = BINDINGS[label].function.__name__ if label in BINDINGS else ""
        if name in functional.__all__:
            slopes = (one for one in printed() if one.startswith(f"{label}-grad"))
            labels = [label, *(one for one in slopes if not one.endswith("-derivation"))]
            found.setdefault(name, []).extend(labels)
    return found


def address(name: str) -> str:
    """Return where the box of a function stands, its gradient's being the same."""
    return f"{PAGE}.html#{_target(name.removesuffix(GRADIENT))}"


def _target(name: str) -> str:
    return f"code-{name.replace('_', '-')}"


class SideBySide(SphinxDirective):
    """The boxes of all losses that the package exports, each under its name."""

    def run(self) -> list[nodes.Node]:
        """Return headings and boxes."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)

    def lines(self) -> Iterator[str]:
        """Write them as Markdown."""
        for name, labels in boxes().items():
            yield f"({_target(name)})=\n## `{name}`\n\n::::{{tab-set}}\n:sync-group: code\n"
            formulas = [f"$$\n{printed()[one].strip()}\n$$\n\n{{eq}}`{one}`" for one in labels]
            yield from tab("Formula", formulas)
            both = [one for one in (name, f"{name}{GRADIENT}") if hasattr(reference, one)]
            yield from tab("NumPy", [part for one in both for part in code(reference, one)])
            yield from tab("PyTorch", code(functional, name))
            yield "::::\n"


def tab(title: str, parts: list[str]) -> list[str]:
    """Return a tab; all boxes show the one that the reader chose last."""
    return [f":::{{tab-item}} {title}\n:sync: {title}\n", *(f"{part}\n" for part in parts), ":::\n"]


def code(module: Any, name: str) -> list[str]:
    """Return a function's source, and the link to what it takes, returns and comes from."""
    function: Callable[..., Any] = getattr(module, name)
    return [str(show.source(function).data), f"{{py:func}}`{module.__name__}.{name}`"]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_directive("side-by-side", SideBySide)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
