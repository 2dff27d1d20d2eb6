"""Graded notebooks as pages that are complete without a network: for students and for markers.

``nbgrader_config.py`` puts :func:`exporter` in place of nbgrader's own, whose pages load what
typesets formulas from a server.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS", re.DOTALL)
# Code, which may hold dollars, or a formula on lines of its own, or one between words.
FORMULA = re.compile(
    r"```.*?```|`[^`\n]*`|(?<!\\)\$\$(?P<block>.+?)\$\$|(?<!\\)\$(?P<inline>[^$]+?)(?<!\\)\$",
    re.DOTALL,
)
REMOTE = re.compile(r'<script[^>]*\bsrc="https?://[^"]*"[^>]*>\s*</script>')
RENDER = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const html = formulas.map(([tex, block]) => katex.renderToString(
  tex, {displayMode: block, output: "mathml", throwOnError: false}));
process.stdout.write(JSON.stringify(html));
"""


def exporter(*, hidden_tests: bool = False) -> type:
    """Return what makes a page of a graded notebook.

    Args:
        hidden_tests: whether to show them, which students are not to see.
    """
    from nbconvert.exporters import HTMLExporter

    class Page(HTMLExporter):
        """Makes pages that ask no server for anything."""

        def from_notebook_node(self, nb: Any, resources: Any = None, **settings: Any) -> Any:
            shown = copy.deepcopy(nb)
            formulas: list[tuple[str, bool]] = []
            for cell in shown.cells:
                if cell.cell_type == "markdown":
                    cell.source = _marked(cell.source, formulas)
                elif not hidden_tests:
                    cell.source = HIDDEN.sub("# More tests of the same kind run here.", cell.source)
            page, resources = super().from_notebook_node(shown, resources, **settings)
            for number, formula in enumerate(_rendered(formulas)):
                page = page.replace(_mark(number), formula)
            return REMOTE.sub("", page), resources

    return Page


def _marked(text: str, formulas: list[tuple[str, bool]]) -> str:
    """Return Markdown with a mark for each formula, which joins the others."""

    def replace(match: re.Match[str]) -> str:
        formula = match["block"] or match["inline"]
        if formula is None:
            return match[0]
        formulas.append((formula.strip(), match["block"] is not None))
        return _mark(len(formulas) - 1)

    return FORMULA.sub(replace, text)


def _mark(number: int) -> str:
    return f"formula-{number:05d}-formula"


def _rendered(formulas: list[tuple[str, bool]]) -> list[str]:
    """Return formulas as MathML, which browsers show by themselves; as LaTeX without KaTeX."""
    package = find_spec("sphinxcontrib.katex")
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if not (package and package.origin and node):
        return [f"$${tex}$$" if block else f"${tex}$" for tex, block in formulas]
    katex = Path(package.origin).with_name("katex.min.js")
    command = [node, "-e", RENDER, str(katex)]
    done = subprocess.run(
        command, input=json.dumps(formulas), capture_output=True, text=True, check=True
    )
    return [str(html) for html in json.loads(done.stdout)]
