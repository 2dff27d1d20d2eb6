"""Index pages mark their parts by a bold line: on the site it is a heading, without a number.

A real heading would take the number of a chapter that the page is the index of.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

LEVEL = 2


class IndexHeadings(SphinxTransform):
    """Make a heading of each line that is bold and stands alone."""

    default_priority = 700

    def apply(self) -> None:
        """Replace the lines of an index page."""
        if not self.env.docname.endswith("/index"):
            return
        for strong in list(self.document.findall(nodes.strong)):
            paragraph = strong.parent
            alone = paragraph.astext() == strong.astext()
            if alone and isinstance(paragraph.parent, nodes.section):
                rubric = nodes.rubric("", "", *strong.children)
                rubric.source, rubric.line = paragraph.source, paragraph.line
                rubric["level"] = LEVEL  # as MyST marks a heading outside the sections
                rubric["ids"].append(nodes.make_id(paragraph.astext()))
                paragraph.replace_self(rubric)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_transform(IndexHeadings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
