"""Chapters as text and back, their execution, and the check of what is stored.

The book keeps its chapters as notebooks with outputs. To edit one, write it out as MyST Markdown
(``text``), edit the text, then take it back and run it (``run``). Run from the repository root::

    python -m tools.chapters text  [chapter ...]
    python -m tools.chapters run   [--changed] [chapter ...]
    python -m tools.chapters check [chapter ...]

A chapter is named by its notebook (``book/0_risk.ipynb``), its text (``chapters/0_risk.md``) or
just ``0_risk``.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

BOOK = Path("book")
TEXTS = Path("chapters")
# What text and notebook held when they last agreed: tells an edited text from an outdated one.
SYNCED = TEXTS / ".synced.json"

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"tags", "mystnb"}
MIN_ALT_LENGTH = 40
# Any of these folds a cell's code away or leaves it out.
FOLDING_TAGS = {"hide-cell", "hide-input", "remove-cell", "remove-input"}
# Calls that show or store what other cells computed, or that set a notebook up.
FURNITURE = re.compile(r"(?:show\.table|plots\.\w+|glue|finding|torch\.set_\w+)")
CELL_TIMEOUT_S = 300

# These differ on every machine or in every run, so a stored one can never be reproduced.
LOCAL_TEXT = re.compile(
    r"(?<![\w/.:])/(?:home|root|Users|usr|opt|tmp|var|private|work|mnt|content|builds?)/[\w.-]+"
    r"|\b[A-Za-z]:\\\w+"
    r"|\b0x[0-9a-f]{6,}\b"
)


class ChapterError(Exception):
    """A chapter cannot be taken further; the message says which, where and why."""


def notebook_path(name: str | Path) -> Path:
    """Return the notebook of a chapter that is named by notebook, text or bare name.

    Raises:
        ChapterError: If there is neither a notebook nor a text of that name.
    """
    path = Path(name)
    path = path.resolve().relative_to(Path.cwd()) if path.is_absolute() else path
    if path.suffix in {".ipynb", ".md"}:
        path = path.with_suffix("")
    if path.parts[:1] in {(BOOK.name,), (TEXTS.name,)}:
        path = Path(*path.parts[1:])
    notebook = BOOK / f"{path}.ipynb"
    if not notebook.exists() and not text_path(notebook).exists():
        raise ChapterError(f"{name}: neither {notebook} nor {text_path(notebook)} exists")
    return notebook


def text_path(notebook: Path) -> Path:
    """Return where the text of a notebook is kept."""
    return TEXTS / notebook.relative_to(BOOK).with_suffix(".md")


def all_notebooks(with_texts: bool = False) -> list[Path]:
    """Return every chapter's notebook, and with ``with_texts`` those still to be made."""
    found = {path for path in BOOK.rglob("*.ipynb") if _is_chapter(path)}
    if with_texts:
        texts = (path for path in TEXTS.rglob("*.md") if _is_chapter(path))
        found |= {BOOK / path.relative_to(TEXTS).with_suffix(".ipynb") for path in texts}
    return sorted(found)


def _is_chapter(path: Path) -> bool:
    """Say whether a file is neither hidden nor an assignment, which is stored without outputs."""
    hidden = any(part.startswith((".", "_")) for part in path.parts)
    return not hidden and path.parts[1:3] != ("course", "source")


# Text and notebook -------------------------------------------------------------------------


def to_text(notebook: NotebookNode) -> str:
    """Return a notebook's cells as MyST Markdown, without outputs and without a header."""
    bare = nbformat.from_dict(notebook)
    bare.metadata = nbformat.from_dict({"jupytext": {"notebook_metadata_filter": "-all"}})
    return jupytext.writes(bare, fmt="md:myst").strip("\n") + "\n"


def from_text(text: str) -> NotebookNode:
    """Return the normalised, unrun notebook that a text holds."""
    return normalise(jupytext.reads(text, fmt="md:myst"))


def digest(notebook: NotebookNode) -> str:
    """Return a hash of what an author writes: cell types, sources and metadata, no outputs."""
    written = [[c.cell_type, c.source.strip("\n"), _kept(c.metadata)] for c in notebook.cells]
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()


def _kept(metadata: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in metadata.items() if key in CELL_METADATA and value}


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return a copy that holds nothing that another machine or run would store differently."""
    result = nbformat.from_dict({**notebook, "nbformat": 4, "nbformat_minor": 5})
    result.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    ids: set[str] = set()
    for cell in result.cells:
        cell.metadata = nbformat.from_dict(_kept(cell.metadata))
        cell.source = cell.source.strip("\n")
        cell.id = _cell_id(cell, ids)
    return result


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    """Return an id that follows from the content; ``taken`` tells equal cells apart."""
    for copy in itertools.count():
        content = f"{cell.cell_type}\n{copy}\n{cell.source}"
        candidate = hashlib.sha256(content.encode()).hexdigest()[:12]
        if candidate not in taken:
            taken.add(candidate)
            return candidate
    raise AssertionError("itertools.count never ends")


def read(path: Path) -> NotebookNode:
    """Read a notebook as the newest format version."""
    return nbformat.read(path, as_version=4)


def _synced() -> dict[str, str]:
    return json.loads(SYNCED.read_text()) if SYNCED.exists() else {}


def _mark_synced(notebook: Path, value: str) -> None:
    SYNCED.parent.mkdir(parents=True, exist_ok=True)
    marks = {**_synced(), str(notebook): value}
    SYNCED.write_text(json.dumps(marks, indent=1, sort_keys=True) + "\n")


def edited_text(path: Path) -> NotebookNode | None:
    """Return the chapter that the text of a notebook holds, or None if it says nothing new.

    Raises:
        ChapterError: If text and notebook both changed since they last agreed.
    """
    text = text_path(path)
    if not text.exists():
        return None
    new = from_text(text.read_text())
    if not path.exists():
        return new
    stored = digest(read(path))
    if digest(new) == stored:
        return None
    # Without a record the text was written by hand, and the notebook is as it was.
    agreed = _synced().get(str(path), stored)
    if agreed == digest(new):
        return None  # only the notebook changed: the text is out of date
    if agreed != stored:
        raise ChapterError(
            f"{text} and {path} both changed since they last agreed: delete the one to give up"
        )
    return new


def write_text(path: Path) -> Path:
    """Write a chapter's text and return where it is.

    Raises:
        ChapterError: If edits in the text would be lost, or the text would not read back.
    """
    text = text_path(path)
    if edited_text(path) is not None:
        raise ChapterError(f"{text} holds edits that {path} has not: run 'make notebooks' first")
    notebook = read(path)
    content = to_text(notebook)
    if digest(from_text(content)) != digest(notebook):
        raise ChapterError(f"{path} does not survive the way to text and back: not written")
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text(content)
    _mark_synced(path, digest(notebook))
    return text


# Running -----------------------------------------------------------------------------------


def execute(notebook: NotebookNode, path: Path, bar: tqdm) -> None:
    """Run a notebook's cells in a fresh kernel, in the notebook's own folder.

    Raises:
        ChapterError: If a cell fails; names the chapter and the cell, with the traceback.
    """
    running = [0]

    def started(cell: NotebookNode, cell_index: int) -> None:
        running[0] = cell_index

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
        # Else each kernel warns that its ports are open to this machine's users.
        extra_arguments=["--log-level=ERROR"],
        on_cell_start=started,
        on_cell_executed=lambda **_: bar.update(),
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise ChapterError(f"{_where(path, notebook, running[0])} failed\n{error}") from error


def formatted(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Return a copy whose code is formatted as 'make lint' asks for."""
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", str(path)]
    result = subprocess.run(
        ruff, input=nbformat.writes(notebook), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise ChapterError(f"{path}: {result.stderr.strip()}")
    return nbformat.reads(result.stdout, as_version=4)


def run_chapter(path: Path, bar: tqdm) -> None:
    """Take back a chapter's text if it was edited, run the chapter, store it with its outputs."""
    edited = edited_text(path)
    notebook = normalise(read(path)) if edited is None else edited
    bar.set_description(path.relative_to(BOOK).with_suffix("").as_posix())
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = normalise(formatted(notebook, path))
    execute(notebook, path, bar)
    notebook = normalise(notebook)
    found = list(output_faults(path, notebook))
    if found:
        raise ChapterError("\n".join(found))
    nbformat.write(notebook, path)
    if edited is not None:
        _sync_text(path, edited, notebook)


def _sync_text(path: Path, taken: NotebookNode, stored: NotebookNode) -> None:
    """Write the text as it was stored, formatted, unless it was edited during the run."""
    text = text_path(path)
    if digest(from_text(text.read_text())) == digest(taken):
        text.write_text(to_text(stored))
    _mark_synced(path, digest(stored))


def has_changed(path: Path) -> bool:
    """Say whether a chapter's text was edited or some of its cells are not run."""
    if edited_text(path) is not None:
        return True
    return any(_is_unrun(cell) for cell in read(path).cells)


def _is_unrun(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip()) and not cell.execution_count


def _code_cells(path: Path) -> int:
    notebook = edited_text(path) or read(path)
    return sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)


# Checking ----------------------------------------------------------------------------------


def _where(path: Path, notebook: NotebookNode, index: int) -> str:
    """Name a cell so that an author finds it: chapter, place and first line."""
    lines = notebook.cells[index].source.strip().splitlines()
    return f"{path}: cell {index + 1} ({lines[0][:60] if lines else 'empty'})"


def faults(path: Path) -> Iterator[str]:
    """Yield everything that is wrong with a stored chapter."""
    notebook = read(path)
    yield from metadata_faults(path, notebook)
    yield from output_faults(path, notebook)


def metadata_faults(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """Yield what 'make notebooks' would store otherwise."""
    expected = normalise(notebook)
    if {**notebook, "cells": []} != {**expected, "cells": []}:
        yield f"{path}: metadata is not normalised"
    for index, (cell, wanted) in enumerate(zip(notebook.cells, expected.cells, strict=True)):
        if cell != wanted:
            changed = sorted(key for key in cell | wanted if cell.get(key) != wanted.get(key))
            yield f"{_where(path, notebook, index)}: {', '.join(changed)} not normalised"


def output_faults(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """Yield what is wrong with what the cells show."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        where = _where(path, notebook, index)
        if _is_unrun(cell):
            yield f"{where}: not run"
        if _shows_image(cell) and len(_mystnb(cell, "image").get("alt", "")) < MIN_ALT_LENGTH:
            yield f"{where}: image without mystnb.image.alt of {MIN_ALT_LENGTH} characters or more"
        if _shows_image(cell) and not {"caption", "name"} <= set(_mystnb(cell, "figure")):
            yield f"{where}: image without mystnb.figure.caption and mystnb.figure.name"
        pixels = _shows_image(cell) and ".imshow(" in cell.source
        if pixels and _mystnb(cell, "image").get("classes") != "picture":
            yield f"{where}: pixels of data without mystnb.image.classes: picture"
        if _is_furniture(cell) and FOLDING_TAGS.isdisjoint(cell.metadata.get("tags", [])):
            yield f"{where}: draws, tabulates or sets up, but is not folded: tag it hide-input"
        for output in cell.outputs:
            yield from (f"{where}: {fault}" for fault in _faults_of_output(output))


def _is_furniture(cell: NotebookNode) -> bool:
    """Say whether a cell draws, or only shows, checks or sets up: no text discusses its code."""
    if _shows_image(cell):
        return True
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:  # a line that only IPython reads
        return False
    return bool(statements) and all(map(_sets_up_or_shows, statements))


def _sets_up_or_shows(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return FURNITURE.fullmatch(ast.unparse(statement.value.func)) is not None
    return isinstance(statement, (ast.Import, ast.ImportFrom, ast.Assert))


def _shows_image(cell: NotebookNode) -> bool:
    return any(kind.startswith("image/") for out in cell.outputs for kind in out.get("data", {}))


def _mystnb(cell: NotebookNode, part: str) -> dict[str, str]:
    return dict(cell.metadata.get("mystnb", {}).get(part, {}))


def _faults_of_output(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "error":
        yield f"the output is an error: {output.ename}: {output.evalue}"
    if output.get("name") == "stderr":
        yield f"output on stderr: {output.text.strip()[:200]}"
    for text in _texts(output):
        for found in LOCAL_TEXT.findall(text):
            yield f"the output holds a path or an address of one machine: {found}"


def _texts(output: NotebookNode) -> Iterator[str]:
    """Yield the readable parts of an output: no base64, which holds every short word."""
    if "text" in output:
        yield output.text
    for kind, content in output.get("data", {}).items():
        if not re.search(r"image/(?!svg)|application/pdf", kind):
            yield content if isinstance(content, str) else json.dumps(content)


# Command line ------------------------------------------------------------------------------


def run(paths: Sequence[Path], only_changed: bool) -> None:
    """Run chapters one after the other, so that each has the machine for itself."""
    chosen = [path for path in paths if not only_changed or has_changed(path)]
    cells = sum(_code_cells(path) for path in chosen)
    with tqdm(total=cells, unit="cell", disable=not chosen) as bar:
        for path in chosen:
            run_chapter(path, bar)
    print(f"{len(chosen)} chapter(s) run and stored.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.chapters", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=["text", "run", "check"])
    parser.add_argument("chapters", nargs="*", help="default: all of them")
    parser.add_argument("--changed", action="store_true", help="run only edited or unrun chapters")
    options = parser.parse_args(arguments)
    try:
        named = [notebook_path(name) for name in options.chapters]
        paths = named or all_notebooks(with_texts=options.action == "run")
        if options.action == "text":
            for path in paths:
                print(write_text(path))
        elif options.action == "run":
            run(paths, options.changed)
        else:
            found = [fault for path in paths for fault in faults(path)]
            if found:
                raise ChapterError("\n".join(found))
            print(f"{len(paths)} chapter(s) checked.")
    except ChapterError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
