"""lossbook.grading: what its messages say, what it refuses, what it reports."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from lossbook import grading, reference
from lossbook.grading import Wrong, calling, compare, stand_ins, wire
from lossbook.grading.__main__ import events

try:
    from scipy import special
    from scipy.special import log_expit
except ImportError:  # the tests that need it are skipped
    pass

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


def is_root(r, a):
    return abs(r * r - a) < 1e-9


@pytest.mark.parametrize(
    ("yours", "says"),
    [
        (lambda a: a, "is no root\n(input 2: a = 4.0)"),
        (lambda a: np.nan, "is no root"),
        (lambda a: np.inf, "is no root"),
        (lambda a: np.array([1.0, 2.0]), "returns an array of shape (2,); expected one number"),
        (lambda a: None, "returns nothing"),
        (lambda a: "2", "which is not an array of numbers"),
    ],
)
def test_what_is_found_must_do_what_is_asked(yours, says):
    with pytest.raises(Wrong) as caught:
        grading.check(yours, is_root, [(1.0,), (4.0,)], otherwise="is no root")
    assert says in str(caught.value)


def test_many_findings_will_do(capsys):
    for sign in (1, -1):
        grading.check(lambda a, s=sign: s * a**0.5, is_root, [(1.0,), (4.0,)], otherwise="")
    assert capsys.readouterr().out.count("right for 2 inputs") == 2


def test_right_answers_are_told_so(capsys):
    compare(mean_square, lambda x: (x * x).mean(), [(X,), (X[0],)])
    assert capsys.readouterr().out == "mean_square: right for 2 inputs\n"
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
        (lambda x: x.undefined, "(line "),
        (lambda x: 1.00001 * (x**2).mean(), "nearly right, but not as exact as the formula"),
        (lambda x: "much", "returns a str"),
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


def test_only_functions_are_tested():
    assert "expected a function, found one of type int" in message(3, mean_square, X)


def test_what_is_not_finite_is_compared_too():
    compare(lambda x: np.inf, lambda x: np.inf, [(X,)])
    assert "gives -inf where" in message(lambda x: -np.inf, lambda x: np.inf, X)
    assert "gives 3 where" in message(lambda x: 3, lambda x: np.inf, X)


def test_a_measured_slope_is_told_from_a_formula():
    def measured(x):
        moves = 1e-5 * np.eye(x.size).reshape(x.size, *x.shape)
        rises = [mean_square(x + move) - mean_square(x - move) for move in moves]
        return np.reshape(rises, x.shape) / 2e-5

    grading.check_gradient(measured, mean_square, [(X,)])
    with pytest.raises(Wrong, match="is a slope measured"):
        grading.check_gradient(measured, mean_square, [(X,)], right=mean_square_grad)
    grading.check_gradient(mean_square_grad, mean_square, [(X,)], right=mean_square_grad)


def test_changing_an_argument_is_noticed_and_harmless():
    def greedy(x):
        x *= 2
        return x.mean()

    before = X.copy()
    assert "greedy changes its argument x" in message(greedy, mean_square, X)
    np.testing.assert_array_equal(X, before)


def test_warnings_on_the_way_cost_nothing(capsys):
    def talks(x):
        print("progress", file=sys.stderr)
        return (x**2).mean()

    compare(talks, mean_square, [(X,)])
    assert capsys.readouterr().err == ""
    compare(lambda s: 1 / (1 + np.exp(-s)), reference.sigmoid, [(np.array([-1e4, 1e4]),)])


@pytest.mark.parametrize(
    "theirs",
    [
        lambda z, y: reference.softmax_loss(z, y),
        lambda z, y: sys.modules["torch"].tensor(z).logsumexp(1).mean().item(),
        lambda z, y: sys.modules["torch"].nn.functional.relu(z),
        lambda z, y: sys.modules["scipy.special"].softmax(z),
        lambda z, y: sys.modules["scipy.special"].logsumexp(z),
        lambda z, y: log_expit(z).sum(),
        lambda z, y: special.log_expit(z).sum(),
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


def test_a_function_of_ones_own_is_called_where_the_right_one_takes_less():
    namespace: dict = {}
    exec("def early(x, power=2):\n    return x**power", namespace)
    exec("def late(x):\n    return early(x, power=3)", namespace)
    compare(namespace["late"], lambda x: x**3, [(X,)], given={"early": squares})


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
from lossbook.grading import guard
refused = []
guard.start([course], report=refused.append)
def attempt():
{code}
try:
    attempt()
    print("allowed")
except Exception as error:
    print(type(error).__name__)
print(len(refused))
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
    (tmp_path / "nbgrader_config.py").touch()
    return tmp_path


def attempt(folder, code) -> list[str]:
    script = GUARDED.format(code=textwrap.indent(code, "    "))
    command = [sys.executable, "-c", script, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


UP = "../../.."


@pytest.mark.parametrize(
    "code",
    [
        f"open('{UP}/source/hw/hw.ipynb')",
        "open(b'hw.ipynb')",
        f"open('{UP}/notes.txt', 'w')",
        "open(os.path.expanduser('~/notes.txt'), 'a')",
        f"os.open('{UP}/gradebook.db', os.O_RDONLY)",
        f"os.open('{UP}/notes.txt', os.O_CREAT | os.O_WRONLY)",
        f"import sqlite3; sqlite3.connect('{UP}/gradebook.db')",
        f"os.listdir('{UP}')",
        f"os.chdir('{UP}')",
        f"os.symlink('{UP}/source', 'there')",
        f"os.link('{UP}/gradebook.db', 'copy')",
        f"os.rename('data.csv', '{UP}/nbgrader_config.py')",
        f"os.replace('data.csv', '{UP}/nbgrader_config.py')",
        f"os.rename('{UP}/nbgrader_config.py', 'mine.py')",
        f"os.remove('{UP}/nbgrader_config.py')",
        f"os.truncate('{UP}/gradebook.db', 0)",
        f"os.mkdir('{UP}/there')",
        f"os.rmdir('{UP}/source')",
        f"os.chmod('{UP}/gradebook.db', 0)",
        f"import shutil; shutil.rmtree('{UP}/source')",
        f"import pathlib; pathlib.Path('{UP}/gradebook.db').unlink()",
        "os.open('/etc', os.O_RDONLY)",
        "os.system('true')",
        "import numpy; numpy.vectorize(os.system)('true')",
        "import subprocess; subprocess.run(['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.fork()",
        "os.kill(os.getppid(), 0)",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
        "import gc; gc.get_objects()",
    ],
)
def test_the_guard_refuses(folder, code):
    assert attempt(folder, code) == ["Refused", "1"]


def test_the_guards_constants_are_no_way_in(folder):
    code = """
for name in ("READS", "CHANGES", "PROGRAMS", "NETWORK", "INSIDE"):
    setattr(guard, name, {})
guard.CLOSED_SUFFIXES = ()
open("../../../source/hw/hw.ipynb")
"""
    assert attempt(folder, code) == ["Refused", "1"]


@pytest.mark.parametrize(
    "code",
    [
        "open('data.csv').read()",
        "open('result.csv', 'w').write('1')",
        "os.mkdir('mine'); os.rename('data.csv', 'mine/data.csv')",
        "import tempfile; tempfile.TemporaryFile()",
        "import tempfile; tempfile.mkdtemp()",
        "import json.tool, scipy.special",
        "import platform; platform.processor()",
        "open(os.devnull, 'w').write('1')",
    ],
)
def test_the_guard_lets_work_go_on(folder, code):
    assert attempt(folder, code) == ["allowed", "0"]


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
        cell("def f_grad(x):\n    return f(x + 1) - f(x)"),
        cell(error=("CellTimeoutError", ""), grade_id="loss"),
        cell(error=("ValueError", "odd\nlong")),
        cell(error=("Refused", "This notebook tried")),
        cell(error=("DeadKernelError", "died")),
        cell(error=("Wrong", "f is off"), grade_id="f", locked=True),
    )
    assert found == [
        ("look", "cell 1", "np.allclose = print"),
        ("look", "cell 2", "f_grad calls f: is the slope measured?"),
        ("time limit", "loss", "CellTimeoutError"),
        ("error", "cell 4", "ValueError: odd"),
        ("refused", "cell 5", "Refused: This notebook tried"),
        ("kernel died", "cell 6", "DeadKernelError: died"),
    ]


def test_a_submission_without_a_graded_notebook_is_reported(folder):
    assert reported(folder) == []
    (folder / "autograded" / "me" / "hw" / "hw.ipynb").unlink()
    ((kind, _, text),) = [tuple(event)[2:] for event in events(folder)]
    assert kind == "not graded"
    assert "not run yet" in text


def test_a_submission_without_a_notebook_is_reported(folder):
    assert reported(folder) == []
    (folder / "submitted" / "me" / "hw" / "hw.ipynb").unlink()
    ((kind, _, _),) = [tuple(event)[2:] for event in events(folder)]
    assert kind == "missing"


# What goes through the pipe ----------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3),
        np.array([np.nan, np.inf, -0.0]),
        np.zeros((0, 3)),
        np.array([True, False]),
        np.float32(0.1),
        (1, 2.5, "T", None, [True]),
        {"s": 30.0, "m": np.eye(2)},
    ],
)
def test_numbers_come_back_as_they_went(value):
    back = wire.decode(wire.encode(value))
    np.testing.assert_equal(back, value)
    assert getattr(back, "dtype", None) == getattr(value, "dtype", None)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"\x80\x04",
        b'{"array": ["O", [1], "AAAAAAAAAAA="]}',
        b'{"array": ["<f8", [3], "AAAAAAAAAAA="]}',
        b'{"array": ["<f8", [1]]}',
        b'{"array": ["<f8", [-1, -1], "AAAAAAAAAAA="]}',
        b'{"array": {"a": 1}}',
        b"[" * 10**5,
    ],
)
def test_what_is_no_message_is_refused(line):
    with pytest.raises(ValueError):  # noqa: PT011  (of whatever kind)
        wire.decode(line)


@pytest.mark.parametrize("value", [object(), np.array([object()]), {1, 2}, b"bytes"])
def test_what_is_no_number_is_not_sent(value):
    with pytest.raises(TypeError):
        wire.encode(value)
