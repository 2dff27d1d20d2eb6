"""lossbook.grading: what its messages say, what it refuses, what it reports."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from lossbook import grading, reference
from lossbook.grading import Wrong, calling, compare, stand_ins
from lossbook.grading.__main__ import events

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 3))


def mean_square(x):
    return (x**2).mean()


def mean_square_grad(x):
    return 2 * x / x.size


def squares(x):
    return x**2


def message(yours, right, *arguments, **options) -> str:
    with pytest.raises(Wrong) as caught:
        compare(yours, right, [arguments], **options)
    return str(caught.value)


def test_right_answers_pass_in_silence():
    compare(mean_square, lambda x: (x * x).mean(), [(X,), (X[0],)])
    compare(lambda x, *, m: m * x, lambda x, *, m: x * m, [(X, {"m": 2})])
    grading.check_gradient(mean_square_grad, mean_square, [(X,)])


@pytest.mark.parametrize(
    ("yours", "says"),
    [
        (lambda x: -((x**2).mean()), "right but for its sign"),
        (lambda x: 0.0, "0 where it should not be"),
        (lambda x: 5 * (x**2).mean(), "5 times too large, and there are 5 samples"),
        (lambda x: (x**2).mean() / 5, "5 times too small, and there are 5 samples"),
        (lambda x: 1.25 * (x**2).mean(), "too large, by 25 %"),
        (lambda x: 0.5 * (x**2).mean(), "too small, by 50 %"),
        (lambda x: float("nan"), "gives nan where the right result is finite; the largest"),
        (lambda x: None, "returns nothing: is there a return?"),
        (lambda x: "much", "returns a str, which is not an array of numbers"),
        (lambda x: x, r"returns an array of shape (5, 3); expected one number"),
        (lambda x: x.undefined, "raises AttributeError"),
        (lambda x: sys.exit(), "leaves by SystemExit"),
    ],
)
def test_messages_about_a_number(yours, says):
    assert says in message(yours, mean_square, X)


@pytest.mark.parametrize(
    ("yours", "says"),
    [
        (lambda x: -(x**2), "right but for its sign"),
        (lambda x: 2 * x**2, "2 times what it should be, in every entry"),
        (lambda x: x**2 + 1, "off by the same amount in every entry"),
        (lambda x: x**2 + 9 * (np.arange(15).reshape(5, 3) == 7), "in 1 of 15 entries"),
        (lambda x: (x**2).T, "returns an array of shape (3, 5); expected an array of shape (5, 3)"),
    ],
)
def test_messages_about_an_array(yours, says):
    assert says in message(yours, squares, X)
    assert "input 1: x of shape (5, 3)" in message(yours, squares, X) or "expected" in says


def test_the_worst_entry_is_named():
    wrong = message(lambda x: x**2 + 9 * (np.arange(15).reshape(5, 3) == 7), squares, X)
    assert "most of all in entry [2, 1]" in wrong


def test_messages_do_not_show_the_right_number():
    assert f"{mean_square(X):.3f}" not in message(lambda x: 0.3, mean_square, X)


def test_single_numbers_among_the_arguments_are_shown():
    wrong = message(lambda x, m: x, lambda x, m: m * x, X, {"m": 2})
    assert "m = 2" in wrong


def test_an_unfinished_answer_is_called_so():
    def todo(x):
        raise NotImplementedError

    assert message(todo, mean_square, X) == "todo is not written yet: it raises NotImplementedError"


def test_only_functions_of_ones_own_are_tested():
    assert "define with def" in message(np.mean, mean_square, X)


def test_changing_an_argument_is_noticed_and_harmless():
    def greedy(x):
        x *= 2
        return x.mean()

    before = X.copy()
    assert "greedy changes its argument x" in message(greedy, mean_square, X)
    np.testing.assert_array_equal(X, before)


def test_warnings_on_the_way_cost_nothing():
    compare(lambda s: 1 / (1 + np.exp(-s)), reference.sigmoid, [(np.array([-1e4, 1e4]),)])


@pytest.mark.parametrize(
    "theirs",
    [
        lambda z, y: reference.softmax_loss(z, y),
        lambda z, y: sys.modules["torch"].tensor(z).logsumexp(1).mean().item(),
        lambda z, y: sys.modules["torch"].nn.functional.relu(z),
        lambda z, y: sys.modules["scipy.special"].softmax(z),
        lambda z, y: sys.modules["scipy.special"].logsumexp(z),
    ],
)
def test_ready_made_functions_are_refused(theirs):
    pytest.importorskip("scipy.special")
    pytest.importorskip("torch")
    assert "write the formula in NumPy" in message(
        theirs, reference.softmax_loss, X, np.array([0, 1, 2, 0, 1])
    )


def test_catching_the_refusal_does_not_help():
    def sly(x):
        try:
            return reference.empirical_risk(x)
        except BaseException:
            return x.mean()

    assert "sly calls empirical_risk of lossbook" in message(sly, lambda x: x.mean(), X)


def test_ready_made_functions_work_again_afterwards():
    before = sys.getprofile()
    message(lambda x: reference.empirical_risk(x), lambda x: x.mean(), X)
    assert sys.getprofile() is before
    assert reference.empirical_risk([1.0]) == 1


def helper(x):
    return -x


def leans_on_helper(x):
    return helper(x) + 1


def test_a_function_is_judged_without_those_before_it():
    right = {"helper": lambda x: reference.empirical_risk(x)}
    compare(leans_on_helper, lambda x: x.mean() + 1, [(X,)], given=right)
    assert helper(1) == -1


def test_a_missing_earlier_function_is_given_too():
    namespace: dict = {}
    exec("def late(x):\n    return early(x)", namespace)
    compare(namespace["late"], squares, [(X,)], given={"early": squares})
    assert "early" not in namespace


def test_a_call_ends_at_the_time_limit(monkeypatch):
    monkeypatch.setattr(calling, "TIME_LIMIT_S", 0.1)

    def endless(x):
        while True:
            pass

    assert "endless does not return within 0.1 seconds" in message(endless, mean_square, X)


def test_messages_come_without_a_traceback():
    assert Wrong("so")._render_traceback_() == ["Wrong: so"]


def test_stand_ins_take_what_students_pass():
    np.testing.assert_allclose(stand_ins.softmax(X, 2.0).sum(axis=1), 1)
    np.testing.assert_allclose(np.diag(stand_ins.cosines(X, -X)), -1)


# The guard changes its process for good, so it is tried in others --------------------------

GUARDED = """
import os, sys
course = sys.argv[1]
os.chdir(os.path.join(course, "autograded", "me", "hw"))
from lossbook.grading import calling, compare, guard
guard.start(course)
def attempt():
{code}
try:
    attempt()
    print("allowed")
except Exception as error:
    print(type(error).__name__)
print(len(guard.incidents()))
try:
    calling.require_clean()
    print("graded")
except calling.Wrong:
    print("stopped")
"""


@pytest.fixture
def folder(tmp_path):
    """Return a course in which a submission is being graded."""
    own = tmp_path / "autograded" / "me" / "hw"
    for place in (own, tmp_path / "source" / "hw"):
        place.mkdir(parents=True)
        (place / "hw.ipynb").write_text("{}")
    (own / "data.csv").write_text("1,2\n")
    (tmp_path / "gradebook.db").touch()
    return tmp_path


def attempt(folder, code) -> list[str]:
    script = GUARDED.format(code=textwrap.indent(code, "    "))
    command = [sys.executable, "-c", script, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    "code",
    [
        "open('../../../source/hw/hw.ipynb')",
        "open(b'hw.ipynb')",
        "open('../../../notes.txt', 'w')",
        "os.open('../../../gradebook.db', os.O_RDONLY)",
        "import sqlite3; sqlite3.connect('../../../gradebook.db')",
        "os.listdir('../../..')",
        "os.symlink('../../../source', 'there')",
        "os.link('../../../gradebook.db', 'copy')",
        "os.system('true')",
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
    ],
)
def test_the_guard_refuses(folder, code):
    assert attempt(folder, code) == ["Refused", "1", "stopped"]


@pytest.mark.parametrize(
    "code",
    [
        "open('data.csv').read()",
        "open('result.csv', 'w').write('1')",
        "import tempfile; tempfile.TemporaryFile()",
        "import json.tool, scipy.special",
        "import platform; platform.processor()",
    ],
)
def test_the_guard_lets_work_go_on(folder, code):
    assert attempt(folder, code) == ["allowed", "0", "graded"]


# The report --------------------------------------------------------------------------------


def cell(source="", error=None, **nbgrader):
    outputs = [{"output_type": "error", "ename": error[0], "evalue": error[1]}] if error else []
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": outputs}


def reported(folder, *cells):
    place = folder / "submitted" / "me" / "hw"
    place.mkdir(parents=True)
    (place / "hw.ipynb").write_text("{}")
    graded = folder / "autograded" / "me" / "hw" / "hw.ipynb"
    graded.write_text(json.dumps({"cells": list(cells)}))
    return [tuple(event)[2:] for event in events(folder)]


def test_an_ordinary_notebook_is_not_reported(folder):
    ordinary = [cell("a = 1"), cell(error=("Wrong", "f is off"), grade_id="f", locked=True)]
    assert reported(folder, *ordinary) == []


def test_events_are_reported(folder):
    found = reported(
        folder,
        cell("np.allclose = print"),
        cell(error=("CellTimeoutError", ""), grade_id="loss"),
        cell(error=("ValueError", "odd\nlong")),
        cell(error=("Refused", "This notebook tried")),
        cell(error=("Wrong", "not graded: this notebook tried"), grade_id="f", locked=True),
        cell(error=("Wrong", "not graded: this notebook tried"), grade_id="g", locked=True),
    )
    assert found == [
        ("look", "cell 1", "np.allclose = print"),
        ("time limit", "loss", "CellTimeoutError"),
        ("error", "cell 3", "ValueError: odd"),
        ("refused", "cell 4", "Refused: This notebook tried"),
        ("refused", "", "not graded: this notebook tried"),
    ]


def test_a_submission_without_a_graded_notebook_is_reported(folder):
    assert reported(folder) == []
    (folder / "autograded" / "me" / "hw" / "hw.ipynb").unlink()
    ((kind, _, text),) = [tuple(event)[2:] for event in events(folder)]
    assert kind == "not graded"
    assert "its kernel died" in text
