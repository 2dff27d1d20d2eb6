"""The exercises' solutions: a link from each exercise to its own, and a site without any of them.

``hide_solutions: true`` in ``_config.yml``, or ``make book SOLUTIONS=no``, leaves their pages out
of the build. sphinx-exercise, whose key it is, would keep the code cells between ``solution-start``
and ``solution-end`` on the page, with their outputs.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx_exercise.nodes import is_exercise_node

SOLUTIONS = "book/course/solutions/"


def leave_out(app: Sphinx, config: Config) -> None:
    """Take the solutions out of the contents and out of the build, if they are to be hidden."""
    if os.environ.get("SOLUTIONS") == "no":
        config["hide_solutions"] = True
    if not config["hide_solutions"]:
        return
    if (app.outdir / SOLUTIONS).exists():  # from an earlier build: Sphinx would leave it there
        shutil.rmtree(app.outdir)
        for folder in (app.outdir, app.doctreedir):
            folder.mkdir(parents=True, exist_ok=True)
    config["exclude_patterns"] = [*config["exclude_patterns"], f"{SOLUTIONS}**"]
    pages = config["external_site_map"]
    for name in [name for name in pages if name.startswith(SOLUTIONS)]:
        del pages[name]
    for page in pages.values():
        for tree in page.subtrees:
            tree.items = [item for item in tree.items if not str(item).startswith(SOLUTIONS)]
        page.subtrees = [tree for tree in page.subtrees if tree.items]


def unlink(app: Sphinx, env: Any, node: nodes.Element, content: nodes.TextElement) -> Any:
    """Print a link to hidden solutions as its text."""
    hidden = app.config.hide_solutions and "solutions/" in node.get("reftarget", "")
    return content if hidden and node.get("reftype") == "doc" else None


def link(app: Sphinx, document: nodes.document, page: str) -> None:
    """Add to each exercise of a page the link to its solution."""
    registry = getattr(app.env, "sphinx_exercise_registry", {}).values()
    solved = {entry["node"].get("target_label"): entry for entry in registry}
    for exercise in document.findall(is_exercise_node):
        if solution := solved.get(exercise["label"]):
            place = app.builder.get_relative_uri(page, solution["docname"])
            target = f"{place}#{solution['node']['label']}"
            reference = nodes.reference("", "Solution", internal=True, refuri=target)
            exercise += nodes.paragraph("", "", reference, classes=["solution-link"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", leave_out, priority=1000)  # after sphinx-external-toc read the toc
    app.connect("missing-reference", unlink)
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
