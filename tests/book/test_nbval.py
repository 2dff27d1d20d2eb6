"""Break the stored outputs of a small notebook on purpose: each break must be seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

CONFTEST = Path(__file__).parents[2] / "book" / "conftest.py"
CURVE = "plt.plot(x, {slope} * x)\nplt.show()"
IMPORTS = "import matplotlib.pyplot as plt\nimport numpy as np\nx = np.linspace(0, 1)"


def drop_figure(cell: NotebookNode) -> None:
    del cell.outputs[0].data["image/png"]


def change_number(cell: NotebookNode) -> None:
    cell.outputs[0].data["text/plain"] = "4.1"


def forget_run(cell: NotebookNode) -> None:
    cell.execution_count = None
    cell.outputs = []


def change_tagged_number(cell: NotebookNode) -> None:
    cell.metadata.tags = ["nbval-ignore-output"]
    change_number(cell)


def change_tagged_word(cell: NotebookNode) -> None:
    cell.metadata.tags = ["nbval-ignore-output"]
    cell.outputs[0].text = "fails, by 2.1\n"


def redraw(cell: NotebookNode) -> None:
    """Keep the source as it was before the run: the stored curve now has another slope."""
    cell.source = CURVE.format(slope=1.01)


# What is run, what is done to it afterwards, and what the failure must say ('' for none).
CASES: dict[str, tuple[str, Callable[[NotebookNode], None] | None, str]] = {
    "imports": (IMPORTS, None, ""),
    "same number": ("2 + 2.0", None, ""),
    "changed number": ("2 + 2.0", change_number, "mismatch 'text/plain'"),
    "same curve": (CURVE.format(slope=1), None, ""),
    "changed curve": (CURVE.format(slope=1), redraw, "figure 1 differs from the stored one: RMS"),
    "missing figure": (CURVE.format(slope=1), drop_figure, "0 figures are stored, 1 are drawn"),
    "unrun cell": ("2 + 3.0", forget_run, "stored without having been run"),
    "unrun silent cell": ("y = 1", forget_run, "stored without having been run"),
    "tagged, changed number": ("2 + 2.0", change_tagged_number, ""),
    "tagged, changed word": ("print('holds, by 2.0')", change_tagged_word, "but for its numbers"),
    "blank cell": ("", None, ""),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a book of one chapter, broken as CASES say."""
    notebook = new_notebook(cells=[new_code_cell(source) for source, _, _ in CASES.values()])
    NotebookClient(notebook, kernel_name="python3", extra_arguments=["--log-level=ERROR"]).execute()
    for cell, (_, spoil, _) in zip(notebook.cells, CASES.values(), strict=True):
        if spoil:
            spoil(cell)
    root = tmp_path_factory.mktemp("root")
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "book").mkdir()
    shutil.copy(CONFTEST, root / "book")
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, root / "book" / "small.ipynb")
    return root


@pytest.fixture(scope="module")
def messages(folder: Path) -> dict[str, str]:
    """Return what nbval with the book's own conftest says of each case, '' if it passes."""
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "--nbval", "--color=no", f"--junitxml={report}"]
    subprocess.run([*command, "book"], cwd=folder, check=False, capture_output=True)
    cases = ET.parse(report).getroot().iter("testcase")
    failures = [case.find("failure") for case in cases]
    texts = ["" if failure is None else failure.text or "" for failure in failures]
    return dict(zip(CASES, texts, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_what_is_broken_is_seen_and_nothing_else(case: str, messages: dict[str, str]) -> None:
    expected = CASES[case][2]
    if expected:
        assert expected in messages[case]
    else:
        assert messages[case] == ""


def test_the_message_names_chapter_and_cell(messages: dict[str, str]) -> None:
    assert "small.ipynb, Cell 4: figure 1 differs" in messages["changed curve"]
    assert "small.ipynb, Cell 6: stored without" in messages["unrun cell"]


def test_both_figures_are_kept_for_a_look(folder: Path, messages: dict[str, str]) -> None:
    kept = sorted(path.name for path in (folder / "_build" / "figures").iterdir())
    assert kept == ["small-Cell-4-1-fresh.png", "small-Cell-4-1-stored.png"]
    assert "_build/figures/small-Cell-4-1-fresh.png" in messages["changed curve"]
