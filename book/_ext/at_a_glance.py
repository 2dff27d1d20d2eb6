"""*At a glance* shows what it names: a loss's formula stands before the number of its equation.

That table and the verdicts get classes of their own, by which they are laid out for a phone.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

SECTION = "At a glance"
VERDICTS = "Verdicts"
ROW_OF_LINES = "Definition"  # the others have room for a formula of one line
ALONE = 2  # columns of a table with one loss
LINES = (r"\begin{aligned}", r"\begin{gathered}")


def show_formulas(app: Sphinx, document: nodes.document, page: str) -> None:
    """Put the formula before each reference to an equation that opens a cell, or follows one."""
    printed = {
        f"equation-{block['label']}": " ".join(block.astext().split()).rstrip(".,")
        for block in document.findall(nodes.math_block)
        if block.get("label")
    }
    for table in document.findall(nodes.table):
        title = heading(table)
        if title in (SECTION, VERDICTS):
            table["classes"].append(nodes.make_id(title))
        if title != SECTION:
            continue
        for row in table.findall(nodes.row):
            for reference in list(row.findall(nodes.reference)):
                target = reference.get("refid") or reference.get("refuri", "").lstrip("#")
                latex = printed.get(target)
                place = reference.parent.index(reference)
                opens = place == 0 or reference.parent[place - 1].astext() == ", "
                whole = row[0].astext() == ROW_OF_LINES
                if latex and opens and (whole or not latex.startswith(LINES)):
                    if whole and len(row) == ALONE:
                        latex = rf"\displaystyle {latex}"
                        row["classes"].append("whole")  # on a phone it takes the whole width
                    reference.parent.insert(place, [nodes.math(latex, latex), nodes.Text(" ")])


def heading(table: nodes.table) -> str:
    """Return the title of a table's section, or the last of an index page's own headings above."""
    before = table.parent[: table.parent.index(table)]
    titles = [node for node in before if isinstance(node, nodes.title | nodes.rubric)]
    return titles[-1].astext() if titles else ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", show_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
