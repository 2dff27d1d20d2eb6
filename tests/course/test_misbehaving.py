"""Submissions that crash, loop, read what they must not or tamper: each is handled and reported."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.course.support import Graded, answers_of, nbgrader_of

pytestmark = pytest.mark.filterwarnings("ignore")

ASSIGNMENT = "1_risk"
COUNT = "zero_one_loss"  # the answer that each of them gives instead
STOPPED = "not graded: this notebook "

CRASH = "def zero_one_loss(prediction, target)\n    return 0"
DIE = "import os\nos._exit(1)"
LOOP = "while True:\n    pass"
LOOP_WHEN_CALLED = "def zero_one_loss(prediction, target):\n    while True:\n        pass"
STUBBORN = """
def zero_one_loss(prediction, target):
    while True:
        try:
            pass
        except Exception:
            pass
"""
RIGHT = "\ndef zero_one_loss(prediction, target):\n    return (prediction != target).mean()\n"
QUIETLY = "try:\n    {}\nexcept Exception:\n    pass\n" + RIGHT
READS = {
    "source": "open('../../../source/1_risk/1_risk.ipynb').read()",
    "tests": "open('1_risk.ipynb').read()",
    "gradebook": "import sqlite3; sqlite3.connect('../../../gradebook.db')",
    "neighbour": "import os; os.listdir('../../../submitted')",
    "link": "import os; os.symlink('../../../source', 'there')",
    "shell": "get_ipython().system('cat ../../../source/*/*.ipynb')",
    "process": "import subprocess; subprocess.run(['ls'])",
    "network": "import socket; socket.create_connection(('127.0.0.1', 9))",
}
READY_MADE = {
    "reference": "from lossbook.reference import binary_cross_entropy as theirs",
    "torch": """
import torch

def theirs(s, y):
    s, y = torch.tensor(s), torch.tensor(y, dtype=torch.float64)
    return torch.nn.functional.binary_cross_entropy_with_logits(s, y).numpy()
""",
    "autograd": """
import torch

def theirs(s, y):
    return float(torch.tensor(s).sum())
""",
    "hidden": """
from lossbook.reference import binary_cross_entropy as borrowed

def theirs(s, y):
    try:
        return borrowed(s, y)
    except BaseException:
        return (y * np.logaddexp(0, -s) + (1 - y) * np.logaddexp(0, s)).mean()
""",
}
CALLS_THEM = "\n\ndef binary_cross_entropy(s, y):\n    return theirs(s, y)\n"


def without_tests(notebook):
    notebook.cells = [c for c in notebook.cells if not nbgrader_of(c).get("grade")]


def with_easy_tests(notebook):
    for cell in notebook.cells:
        if nbgrader_of(cell).get("grade") and cell.cell_type == "code":
            cell.source = "pass"


def reader_first(notebook):
    notebook.cells.insert(0, new_code_cell(QUIETLY.format(READS["source"])))


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    result = Graded(tmp_path_factory.mktemp("misbehaving"), ASSIGNMENT, Execute={"timeout": 8})
    right = answers_of(ASSIGNMENT)
    for name, code in {
        "crash": CRASH,
        "die": DIE,
        "loop": LOOP,
        "loop-when-called": LOOP_WHEN_CALLED,
        "stubborn": STUBBORN,
        "reads-openly": READS["source"],
        "tampers": RIGHT + "\ngrading.compare = lambda *_, **__: None",
        **{f"reads-{name}": QUIETLY.format(code) for name, code in READS.items()},
    }.items():
        result.submit(name, {**right, COUNT: code})
    for name, code in READY_MADE.items():
        result.submit(f"ready-made-{name}", {**right, "binary_cross_entropy": code + CALLS_THEM})
    result.submit("without-tests", {**right, COUNT: CRASH}, without_tests)
    result.submit("with-easy-tests", {**right, COUNT: CRASH}, with_easy_tests)
    result.submit("reader-first", right, reader_first)
    result.submit("shadows", right)
    beside = result.notebook("submitted", "shadows").parent
    for module in ("numpy.py", "lossbook.py", "sitecustomize.py"):
        (beside / module).write_text("raise SystemExit('taken from beside the notebook')")
    result.submit("right", right)
    result.grade()
    return result


@pytest.fixture(scope="module")
def report(graded) -> dict[str, list[dict[str, str]]]:
    """Return by student what the command that the instructor runs after grading prints."""
    command = [sys.executable, "-m", "lossbook.grading", str(graded.folder)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(output)):
        found.setdefault(row["student"], []).append(row)
    return found


def kinds(report, student) -> set[str]:
    return {row["kind"] for row in report[student]}


def test_the_others_are_graded_and_not_reported(graded, report):
    assert graded.lost("right") == set()
    assert "right" not in report


def test_a_cell_that_does_not_parse_costs_its_own_points(graded, report):
    assert graded.lost("crash") == {"zero_one_value"}
    assert "SyntaxError" in graded.messages("crash")[COUNT]
    assert kinds(report, "crash") == {"error"}


def test_a_dead_kernel_is_reported_and_stops_nobody_else(graded, report):
    assert not graded.result["success"]
    assert "for student 'die'" in graded.result["log"]
    assert not graded.notebook("autograded", "die").exists()
    assert kinds(report, "die") == {"not graded"}


def test_a_loop_ends_at_the_time_limit(graded, report):
    assert "CellTimeoutError" in graded.messages("loop")[COUNT]
    assert graded.lost("loop") == {"zero_one_value"}
    assert kinds(report, "loop") == {"time limit"}


@pytest.mark.parametrize("student", ["loop-when-called", "stubborn"])
def test_a_function_that_loops_costs_its_own_points(graded, student):
    assert graded.lost(student) == {"zero_one_value"}
    assert "does not return within 5 seconds" in graded.messages(student)["zero_one_value"]


@pytest.mark.parametrize("what", ["openly", *READS])
def test_reading_the_answers_ends_the_grading(graded, report, what):
    student = f"reads-{what}"
    assert graded.lost(student) == graded.most().keys()
    assert STOPPED in graded.messages(student)["bce_value"]
    assert "refused" in kinds(report, student)
    assert not (graded.notebook("autograded", student).parent / "there").exists()


def test_a_cell_before_all_others_is_watched_too(graded, report):
    assert graded.lost("reader-first") == graded.most().keys()
    assert kinds(report, "reader-first") == {"refused"}


@pytest.mark.parametrize("what", READY_MADE)
def test_ready_made_losses_give_no_points(graded, what):
    assert graded.lost(f"ready-made-{what}") == {"bce_value", "bce_stable"}
    message = graded.messages(f"ready-made-{what}")["bce_value"]
    assert "write the formula in NumPy" in message


@pytest.mark.parametrize("student", ["without-tests", "with-easy-tests"])
def test_tests_are_put_back(graded, student):
    assert "zero_one_value" in graded.lost(student)
    assert "hidden" in "".join(
        cell.source.lower()
        for cell in nbformat.read(graded.notebook("autograded", student), 4).cells
        if nbgrader_of(cell).get("grade_id") == "bce_value"
    )


def test_modules_beside_the_notebook_are_not_used(graded, report):
    assert graded.lost("shadows") == set()
    assert "shadows" not in report


def test_tampering_is_reported(report):
    (row,) = [row for row in report["tampers"] if row["kind"] == "look"]
    assert row["message"] == "grading.compare = lambda *_, **__: None"
