from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import chapters

NOTEBOOK = Path("book/1_part/1_small.ipynb")
TEXT = Path("chapters/1_part/1_small.md")
ALT = "A straight line from the lower left to the upper right corner of the figure"
SHOWN = {"image": {"alt": ALT}, "figure": {"caption": "A line", "name": "fig-line"}}
PROSE = """\
# Small

$$ y = x $$ (eq-small)

```{note}
A box.
```

```{code-cell}
from pathlib import Path
x = 2
print(Path.cwd().name)
```

+++

Between two cells of prose.

```{code-cell}
:tags: [hide-input]

x + 1
```
"""


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    TEXT.parent.mkdir(parents=True)
    Path("book").mkdir()


@pytest.fixture
def stored() -> NotebookNode:
    """Store a chapter as 'run' would, with a figure, without starting a kernel."""
    figure = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"})
    cells = [
        new_markdown_cell("# Small\n\n$$ y = x $$ (eq-small)"),
        new_code_cell("1 + 1", execution_count=1),
        new_code_cell(
            "draw()",
            execution_count=2,
            metadata={"mystnb": SHOWN, "tags": ["hide-input"]},
            outputs=[figure],
        ),
    ]
    notebook = chapters.normalise(new_notebook(cells=cells))
    save(notebook)
    return notebook


def save(notebook: NotebookNode) -> None:
    NOTEBOOK.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, NOTEBOOK)


def command(*arguments: str) -> int:
    return chapters.main(arguments)


# Text and back -------------------------------------------------------------------------------


def test_text_has_the_cells_and_no_header(stored: NotebookNode) -> None:
    assert command("text") == 0
    assert TEXT.read_text().startswith("# Small\n\n$$ y = x $$ (eq-small)\n")
    assert "jupytext" not in TEXT.read_text()
    assert "iVBOR" not in TEXT.read_text()


def test_text_and_back_changes_nothing(stored: NotebookNode) -> None:
    back = chapters.from_text(chapters.to_text(stored))
    assert [cell.source for cell in back.cells] == [cell.source for cell in stored.cells]
    assert [cell.metadata for cell in back.cells] == [cell.metadata for cell in stored.cells]
    assert [cell.id for cell in back.cells] == [cell.id for cell in stored.cells]


def test_text_that_would_read_back_differently_is_refused(
    stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.cells[0].source = "one\n\n+++\n\ntwo"
    save(stored)
    assert command("text") == 1
    assert "does not survive" in capsys.readouterr().err
    assert not TEXT.exists()


def test_edits_in_the_text_are_not_overwritten(
    stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    command("text")
    TEXT.write_text(TEXT.read_text().replace("1 + 1", "1 + 2"))
    edited = TEXT.read_text()
    assert command("text") == 1
    assert str(TEXT) in capsys.readouterr().err
    assert TEXT.read_text() == edited


def test_a_text_that_is_out_of_date_is_written_anew(stored: NotebookNode) -> None:
    command("text")
    stored.cells[1].source = "1 + 5"
    save(stored)
    assert chapters.edited_text(NOTEBOOK) is None
    assert command("text") == 0
    assert "1 + 5" in TEXT.read_text()


def test_edits_on_both_sides_are_a_conflict(
    stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    command("text")
    TEXT.write_text(TEXT.read_text().replace("1 + 1", "1 + 2"))
    stored.cells[1].source = "1 + 5"
    save(stored)
    assert command("run") == 1
    assert "both changed" in capsys.readouterr().err


# Running -------------------------------------------------------------------------------------


def test_run_makes_a_normalised_chapter_from_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    TEXT.write_text(PROSE)
    assert command("run") == 0
    notebook = chapters.read(NOTEBOOK)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].outputs[0].text == "1_part\n"  # the kernel runs in the chapter's own folder
    assert code[1].outputs[0].data["text/plain"] == "3"
    assert [cell.execution_count for cell in code] == [1, 2]
    assert json.loads(NOTEBOOK.read_text())["metadata"] == chapters.NOTEBOOK_METADATA
    assert command("check") == 0
    first = NOTEBOOK.read_bytes()
    assert command("run") == 0
    assert NOTEBOOK.read_bytes() == first
    assert "import Path\n\nx = 2" in TEXT.read_text()  # the text is formatted as well
    assert command("run", "--changed") == 0
    assert "0 chapter(s) run" in capsys.readouterr().out


def test_edits_made_during_a_run_wait_for_the_next(stored: NotebookNode) -> None:
    command("text")
    taken = chapters.from_text(TEXT.read_text())
    TEXT.write_text(TEXT.read_text().replace("1 + 1", "1 + 2"))
    chapters._sync_text(NOTEBOOK, taken, stored)
    edited = chapters.edited_text(NOTEBOOK)
    assert edited is not None
    assert edited.cells[1].source == "1 + 2"


def test_an_error_names_the_cell_and_leaves_the_notebook(
    stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    before = NOTEBOOK.read_bytes()
    command("text")
    TEXT.write_text(TEXT.read_text().replace("draw()", "1 / 0"))
    assert command("run", "1_part/1_small") == 1
    message = capsys.readouterr().err
    assert f"{NOTEBOOK}: cell 3 (1 / 0) failed" in message
    assert "ZeroDivisionError" in message
    assert NOTEBOOK.read_bytes() == before


def test_a_path_in_an_output_is_not_stored(
    stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    before = NOTEBOOK.read_bytes()
    command("text")
    TEXT.write_text(TEXT.read_text().replace("draw()", "print('/ho' + 'me/someone/data')"))
    assert command("run") == 1
    assert "/home/someone" in capsys.readouterr().err
    assert NOTEBOOK.read_bytes() == before


@pytest.mark.parametrize("name", [str(NOTEBOOK), str(TEXT), "1_part/1_small"])
def test_a_chapter_has_three_names(stored: NotebookNode, name: str) -> None:
    assert chapters.notebook_path(name) == NOTEBOOK
    assert chapters.notebook_path(Path(name).absolute()) == NOTEBOOK


def test_an_unknown_chapter_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("run", "9_nothing") == 1
    assert "9_nothing" in capsys.readouterr().err


# Checking ------------------------------------------------------------------------------------


def test_a_good_chapter_passes(stored: NotebookNode) -> None:
    assert command("check") == 0


def output(kind: str, **content: object) -> Callable[[NotebookNode], None]:
    def add(notebook: NotebookNode) -> None:
        notebook.cells[1].outputs = [new_output(kind, **content)]

    return add


def put(path: str, value: object) -> Callable[[NotebookNode], None]:
    """Return a change of one value: 'cells.1.metadata.tags' and so on."""

    def change(notebook: NotebookNode) -> None:
        *parents, last = path.split(".")
        target: object = notebook
        for key in parents:
            target = target[int(key) if key.isdigit() else key]  # type: ignore[index]
        target[last] = value  # type: ignore[index]

    return change


BROKEN: dict[str, tuple[Callable[[NotebookNode], None], str]] = {
    "language version": (put("metadata.language_info", {"version": "3.11.7"}), "metadata is not"),
    "other kernel": (put("metadata.kernelspec", {"name": "mine"}), "metadata is not"),
    "cell metadata": (put("cells.1.metadata", {"collapsed": True}), "metadata not normalised"),
    "timing": (put("cells.1.metadata", {"execution": {"a": "b"}}), "metadata not normalised"),
    "cell id": (put("cells.1.id", "abc"), "cell 2 (1 + 1): id not normalised"),
    "unrun": (put("cells.1.execution_count", None), "cell 2 (1 + 1): not run"),
    "no alt": (put("cells.2.metadata", {}), "cell 3 (draw()): image without"),
    "short alt": (put("cells.2.metadata", {"mystnb": {"image": {"alt": "A line"}}}), "image wi"),
    "no caption": (
        put("cells.2.metadata.mystnb", {"image": {"alt": ALT}}),
        "cell 3 (draw()): image without mystnb.figure.caption",
    ),
    "pixels": (put("cells.2.source", "axes.imshow(x)"), "without mystnb.image.classes: picture"),
    "open figure": (
        put("cells.2.metadata", {"mystnb": SHOWN}),
        "cell 3 (draw()): draws, tabulates or sets up, but is not folded",
    ),
    "error": (output("error", ename="E", evalue="v", traceback=[]), "is an error: E: v"),
    "stderr": (output("stream", name="stderr", text="Warning: x"), "on stderr: Warning: x"),
    "path": (output("stream", name="stdout", text="in /tmp/x1/y"), "one machine: /tmp/x1"),
    "windows": (output("stream", name="stdout", text=r"in C:\Users"), "one machine: C:"),
    "address": (
        output("execute_result", data={"text/plain": "<A at 0x7f01a71f9810>"}, execution_count=1),
        "one machine: 0x7f01a71f9810",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named(
    case: str, stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, message = BROKEN[case]
    spoil(stored)
    save(stored)
    assert command("check") == 1
    assert f"{NOTEBOOK}: " in (said := capsys.readouterr().err)
    assert message in said


@pytest.mark.parametrize("text", ["a/tmp/b", "1/2", "https://example.org/tmp/x", "0x1f", "x = 1/w"])
def test_what_only_looks_like_a_path_passes(stored: NotebookNode, text: str) -> None:
    output("stream", name="stdout", text=text)(stored)
    save(stored)
    assert command("check") == 0


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("import numpy as np\ntorch.set_num_threads(1)\nplots.use_style()", True),
        ("assert right\nshow.table(['a'], rows)", True),
        ("glue('a', 1)", True),
        ("rows = [1]\nshow.table(['a'], rows)", False),
        ("show.source(hinge_loss)", False),
        ("%timeit hinge_loss(f, y)", False),
    ],
)
def test_a_cell_that_only_shows_is_to_be_folded(
    source: str, folded: bool, stored: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.cells[1].source = source
    save(chapters.normalise(stored))
    assert command("check") == int(folded)
    assert ("is not folded" in capsys.readouterr().err) == folded


def test_equal_cells_have_different_ids() -> None:
    notebook = chapters.normalise(new_notebook(cells=[new_code_cell("1"), new_code_cell("1")]))
    assert notebook.cells[0].id != notebook.cells[1].id
