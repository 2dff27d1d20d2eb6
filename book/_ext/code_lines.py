"""Long lines of code that wrap: what does not fit goes on below, further in than its beginning.

A style sheet alone cannot indent the rest of a line, so each line that a phone is too narrow for
stands in an element of its own, which says how far the line itself is indented.
"""

from __future__ import annotations

import html
import re
from typing import Any

from sphinx.application import Sphinx

# Behind a dot, a bracket that opens and an underscore a long name may go on below.
JOINT = re.compile(r"(?<=[.(\[])</span>|(?<=_)(?=[a-zA-Z])")
BLOCK = re.compile(r"(<pre>(?:<span></span>)?)(.*?)(?=</pre>)", re.DOTALL)
FITS = 36  # letters, on a phone within a box


def wrapped(line: str) -> str:
    """Return a highlighted line, in its element if it is long; Pygments closes its tags in it."""
    letters = html.unescape(re.sub(r"<[^>]*>", "", line))
    if len(letters) <= FITS:
        return line
    indent = len(letters) - len(letters.lstrip())
    joined = JOINT.sub(r"\g<0><wbr>", line)
    return f'<span class="line" style="--indent: {indent}">{joined}</span>'


def wrap_lines(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Prepare the code of a page; listings of modules hold links that span lines."""
    if "body" in context and not pagename.startswith("_modules/"):
        context["body"] = BLOCK.sub(
            lambda block: block[1] + "\n".join(map(wrapped, block[2].split("\n"))), context["body"]
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", wrap_lines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
