"""Other seeds reach the chapter, and a finding or a cell that fails with them is told."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import replicate

CELLS = (
    "from lossbook.book.findings import finding, larger",
    "SEEDS = range(3)",
    "finding('small', 'Seeds are small', larger(50.0, list(SEEDS)))",
    "assert max(SEEDS) < 150",
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book of one chapter, whose finding holds for small seeds only."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    notebook.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, tmp_path / "0_small.ipynb")
    monkeypatch.setattr(replicate, "BOOK", tmp_path)
    monkeypatch.setattr(replicate, "STORED", tmp_path / "findings.json")
    return tmp_path


def test_shifts_and_what_they_break(book: Path) -> None:
    path = book / "0_small.ipynb"
    stored = path.read_bytes()
    printed, other, far = (replicate.run(path, shift) for shift in (0, 1, 2))
    assert [result.holds for result in printed] == [True]
    assert "3 of 3 seeds" in printed[0].shown
    assert [(result.name, result.holds) for result in other] == [("small", False)]
    assert [result.name for result in far] == ["small", "error"]
    assert "AssertionError" in far[1].shown
    assert path.read_bytes() == stored


def test_a_chapter_without_seeds_is_left_out(book: Path) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), book / "1_fixed.ipynb")
    assert replicate.with_seeds(sorted(book.glob("*.ipynb"))) == [book / "0_small.ipynb"]


def test_the_command_counts_stores_and_fails(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "findings.json").write_text('{"other": {}}')
    options = ["--chapter", str(book / "0_small.ipynb"), "--store"]
    assert replicate.main(["0", "1", *options]) == 1
    assert "shift 1: 0_small: small fails: Seeds are small" in capsys.readouterr().out
    stored = json.loads((book / "findings.json").read_text())
    assert stored["other"] == {}
    assert stored["0_small"]["shifts"] == [0, 1]
    assert stored["0_small"]["findings"]["small"]["survived"] == 1
    assert replicate.main(["0", *options]) == 0
