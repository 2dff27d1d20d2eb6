"""The contents at the side: long lists that few readers need stay folded, and arrows have names."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

FOLDED = "book/course/solutions/index"  # 21 pages, each linked from its exercises


def adapt(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Change the contents that the theme writes into each page."""
    generate = context["generate_toctree_html"]

    def contents(*args: Any, **options: Any) -> Any:
        tree = generate(*args, **options)
        for summary in tree.select("li > details > summary"):
            entry = summary.find_parent("li")
            link = entry.find("a")
            summary["aria-label"] = f"Sections of {link.get_text(strip=True)}"
            page = app.builder.get_relative_uri(pagename, FOLDED)
            if link["href"] == page and "current" not in entry["class"]:
                del summary.parent["open"]
        return tree

    context["generate_toctree_html"] = contents


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", adapt, priority=600)  # after the theme's
    return {"parallel_read_safe": True, "parallel_write_safe": True}
