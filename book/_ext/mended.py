"""What extensions write that a screen reader stumbles over, mended in the finished page."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

# sphinx-exercise and sphinx-proof give the inside of each of their boxes the same id; myst-nb names
# folded code otherwise than it shows it; roles of sphinxcontrib-bibtex are out of use.
FAULT = re.compile(
    r' id="(?:exercise|solution|proof)-content"'
    r'| aria-label="Toggle hidden content"'
    r'| role="(?:doc-biblioentry|list)"(?= class="citation-list"|>)'
)
# The corner of a table with names at its top and at its side is no heading.
EMPTY_HEADING = re.compile(r"<th [^>]*>\s*(?:<p></p>)?\s*</th>")
TEXT = re.compile(r"(?<=>)[^<]*[\u4e00-\u9fff][^<]*(?=<)")
CHINESE = re.compile(r"[\u4e00-\u9fff](?:[\u3001-\u9fff\uff00-\uffef—]*[\u4e00-\u9fff\uff09])?")


def mend(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Mend a page's body."""
    if "body" not in context:
        return
    body = EMPTY_HEADING.sub("<td></td>", FAULT.sub("", context["body"]))
    context["body"] = TEXT.sub(
        lambda text: CHINESE.sub(r'<span lang="zh">\g<0></span>', text[0]), body
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
