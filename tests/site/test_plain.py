"""The book's plain notebooks: nothing raw is left in them, nothing is lost, the zip is whole."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

import nbformat
import pytest
from nbformat import NotebookNode
from plain_notebooks import NEEDED, is_record

from tools import chapters, course, plain
from tools.browser import ROOT, SITE, toc_pages

PAGES = [page for page in toc_pages() if (ROOT / f"{page}.ipynb").exists()]
FOLDER = SITE.parent / plain.NAME
ARCHIVE = SITE / f"{plain.NAME}.zip"

# What MyST reads and nothing else does, whatever its name: a directive that the book never used
# before is found too.
RAW = {
    "role": re.compile(r"\{[\w:.+-]+\}`"),
    "directive": re.compile(r"^[ >]*(?:`{3,}|~{3,}|:{3,})[ ]*\{", re.MULTILINE),
    "fence of colons": re.compile(r"^[ >]*:{3,}", re.MULTILINE),
    "option": re.compile(r"^[ >]*:[\w-]+:(?: |$)", re.MULTILINE),
    "label of an equation": re.compile(r"^[ >]*\$\$[ ]*\([\w:-]+\)", re.MULTILINE),
    "label of a place": re.compile(r"^\([\w:-]+\)=\s*$", re.MULTILINE),
    "attributes": re.compile(r"[`)\]]\{[.#%]?\w"),
    "block break": re.compile(r"^\+\+\+", re.MULTILINE),
    "comment": re.compile(r"^%", re.MULTILINE),
    "footnote": re.compile(r"\[\^[\w-]+\]"),
    "substitution": re.compile(r"\{\{ ?\w+ ?\}\}"),
}
# Code is itself, but for the braces before it: those make a role of it.
FENCE = re.compile(r"^[ >]*(?P<fence>`{3,})[\w-]*\n.*?^[ >]*(?P=fence)$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(?<!`)(?P<ticks>`{1,2})(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$]+\$", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
# Roles, fences with the name of a directive, options and labels: what MyST does not print.
MARKUP = re.compile(
    r"\{[\w:.+-]+\}`[^`]*`|^ *(?:`{3,}|:{3,})(?:\{explore\}.*|\S*)|^:.*$"
    r"|\b(?:eq|ex|sol)-[\w-]+|^\(.*\)=$",
    re.MULTILINE,
)
# What the plain notebook has beyond the chapter.
ADDED = re.compile(
    r"<details>\n<summary>The figure in words</summary>.*?</details>"
    r"|^## References\n.*\Z|</?\w+[^>]*>",
    re.DOTALL | re.MULTILINE,
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
EXAMPLES = {
    "role": "see {eq}`eq-hinge`",
    "directive": "```{a-new-directive} with a title\n```",
    "fence of colons": ":::\n",
    "option": ":label: ex-hinge",
    "label of an equation": "$$ (eq-hinge)",
    "label of a place": "(a-place)=",
    "attributes": "[words](link){.class}",
    "block break": "+++",
    "comment": "% nobody sees this",
    "footnote": "so it is[^1]",
    "substitution": "{{ name }}",
}


@cache
def cells(page: str, source: bool = False) -> list[NotebookNode]:
    path = (ROOT if source else FOLDER) / f"{page}.ipynb"
    return nbformat.read(path, as_version=4).cells


def prose(page: str, source: bool = False) -> str:
    """Return a notebook's text."""
    return "\n\n".join(cell.source for cell in cells(page, source) if cell.cell_type == "markdown")


def raw(text: str) -> Counter[str]:
    """Count what only MyST reads, outside of code."""
    text = without_code(text)
    counts = Counter({name: len(pattern.findall(text)) for name, pattern in RAW.items()})
    return +counts


def without_code(text: str) -> str:
    """Return a text without what stands in its code."""
    return CODE.sub(r"\g<ticks>\g<ticks>", FENCE.sub("", text))


@pytest.mark.parametrize("name", RAW)
def test_each_construct_is_noticed(name: str) -> None:
    assert name in raw(f"Text with `code`.\n\n{EXAMPLES[name]}\n\n```python\ncode\n```")


def test_the_chapters_are_full_of_them() -> None:
    total: Counter[str] = Counter()
    for page in PAGES:
        total += raw(prose(page, source=True))
    assert sum(total.values()) > 1000
    assert {"role", "directive", "fence of colons", "option", "label of an equation"} <= set(total)


@pytest.mark.parametrize("page", PAGES)
def test_none_is_left(page: str) -> None:
    text = prose(page)
    assert raw(text) == {}
    assert [name for name in ("{eq}", "{doc}", "{cite", "{glue", "eq-hinge`") if name in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_code_is_the_chapters_own(page: str) -> None:
    ours = [cell for cell in cells(page) if cell.cell_type == "code"]
    theirs = [cell for cell in cells(page, source=True) if cell.cell_type == "code"]
    assert ours[0] == cells(page)[0]
    assert "pip install" in ours[0].source
    assert [cell.source for cell in ours[1:]] == [cell.source for cell in theirs]
    assert [cell.execution_count for cell in ours[1:]] == [cell.execution_count for cell in theirs]


@pytest.mark.parametrize("page", PAGES)
def test_outputs_are_the_chapters_own(page: str) -> None:
    ours = [cell for cell in cells(page) if cell.cell_type == "code"][1:]
    theirs = [cell for cell in cells(page, source=True) if cell.cell_type == "code"]
    for cell, source in zip(ours, theirs, strict=True):
        shown = [output for output in source.outputs if not is_record(output)]
        assert len(cell.outputs) == len(shown)
        for output, kept in zip(cell.outputs, shown, strict=True):
            assert {**output, "metadata": {}} == {**kept, "metadata": {}}
            if "image/png" in output.get("data", {}):
                alt = source.metadata["mystnb"]["image"]["alt"]
                assert output.metadata["image/png"]["alt"] == alt


@pytest.mark.parametrize("page", PAGES)
def test_no_word_of_the_chapter_is_lost(page: str) -> None:
    text = LINK.sub("]", ADDED.sub(" ", prose(page)))
    ours = Counter(WORD.findall(FORMULA.sub(" ", text)))
    source = LINK.sub("]", prose(page, source=True))
    theirs = Counter(WORD.findall(MARKUP.sub(" ", FORMULA.sub(" ", source))))
    assert sum(theirs.values()) > 50
    assert theirs - ours == {}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    wrong = [link for link in links(page) if not reaches(page, link)]
    assert wrong == []


def links(page: str) -> Iterator[str]:
    text = FORMULA.sub("", without_code(prose(page)))
    return (link for link in LINK.findall(text) if not link.startswith("https:"))


def reaches(page: str, link: str) -> bool:
    url = urlsplit(link)
    target = page
    if url.path:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), url.path))
        target = target.removesuffix(".ipynb")
    return target in PAGES and (not url.fragment or f'<a id="{url.fragment}">' in prose(target))


def test_equations_have_the_numbers_of_the_site() -> None:
    for page in PAGES:
        site = re.findall(
            r'<span class="eqno">\(([\d.]+)\)', (SITE / f"{page}.html").read_text(encoding="utf-8")
        )
        assert re.findall(r"\\tag\{([\d.]+)\}", prose(page)) == site


def test_the_first_cell_looks_for_all_that_chapters_import() -> None:
    brought = {"numpy", "torch", "scipy"}  # by lossbook and by scikit-learn
    imported: set[str] = set()
    for page in PAGES:
        for cell in cells(page)[1:]:
            if cell.cell_type == "code":
                imported |= modules(ast.parse(cell.source))
    assert imported - sys.stdlib_module_names - brought == {*NEEDED, "eqtest"}


def modules(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


def test_the_download_is_the_plain_notebook() -> None:
    for page in PAGES:
        offered = (SITE / "_sources" / f"{page}.ipynb").read_bytes()
        assert offered == (FOLDER / f"{page}.ipynb").read_bytes()


def test_the_zip_holds_notebooks_package_and_nothing_secret() -> None:
    with zipfile.ZipFile(ARCHIVE) as archive:
        names = [name.removeprefix(f"{plain.NAME}/") for name in archive.namelist()]
    assert {f"{page}.ipynb" for page in PAGES} == {n for n in names if n.endswith(".ipynb")}
    assert {"README.md", "pyproject.toml", "requirements.txt", "lossbook/__init__.py"} <= set(names)
    assert "book/1_classification/3_softmax/comparison.json" in names
    assert [name for name in names if "source/" in name or "tests" in name] == []


def test_no_assignment_is_given_away() -> None:
    secret = {
        line
        for path in course.sources()
        for lines in course.secrets(chapters.read(path)).values()
        for line in lines
        if len(line) > 32  # no line as common as rng = np.random.default_rng(0)
    }
    assert len(secret) > 300
    shown = "\n".join(cell.source for page in PAGES for cell in cells(page))
    assert secret & {line.strip() for line in shown.splitlines()} == set()
    assert not course.MARKS.search(shown)


def test_what_is_installed_is_what_the_package_asks_for() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]
    lines = (FOLDER / "requirements.txt").read_text().splitlines()
    assert {".[chapters]", "./eqtest"} <= set(lines)
    pinned = {pin.split("==")[0] for pin in (FOLDER / "constraints.txt").read_text().split()}
    asked = {
        re.split(r"[<>=]", name)[0]
        for name in [*project["dependencies"], *project["optional-dependencies"]["chapters"]]
    }
    assert asked <= pinned
