"""How far a reader has come: the page's place in its part of the book, and the minutes it takes.

It stands in the page's head (``_templates/reading-progress.html``). ``reading.js`` moves the bar on
and counts the minutes down as the page is read; without it both say what holds at its top.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

TIME = re.compile(r"\bTime: (\d+) minutes")


def measure(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Tell the template the page's place among the pages of its part, and its minutes."""
    numbers = {page: own[""] for page, own in app.env.toc_secnumbers.items() if own.get("")}
    if own := numbers.get(pagename):
        part = sorted(number for number in numbers.values() if number[0] == own[0])
        context["place"] = {"part": own[0], "pages": len(part), "before": part.index(own)}
    if doctree and (time := TIME.search(doctree.astext())):
        context["minutes"] = time[1]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", measure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
