"""Submissions that crash, loop, tamper, read or change what is not theirs, graded by nbgrader.

Each is harmless to the others and to the instructor's files, and is reported.
"""

from __future__ import annotations

import csv
import hashlib
import io
import socket
import subprocess
import sys

import nbformat
import pytest

from lossbook.grading import isolation
from tests.course.support import Graded, answers_of, nbgrader_of

pytestmark = pytest.mark.filterwarnings("ignore")

ASSIGNMENT = "1_risk"
COUNT = "zero_one_loss"  # the answer that each of them gives instead
RIGHT = "\ndef zero_one_loss(prediction, target):\n    return (prediction != target).mean()\n"

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
FLOOD = "print('flood ' * 10**6)\nfor k in range(10**4):\n    print(k)" + RIGHT
NOISY = """
import logging, sys

def zero_one_loss(prediction, target):
    logging.warning("called")
    print("progress", file=sys.stderr)
    return (prediction != target).mean()
"""
# Each is tried where the notebook runs, and again where the points are decided.
READS = {
    "source": "print(open('../../../source/1_risk/1_risk.ipynb').read())",
    "itself": "print(open('1_risk.ipynb').read())",
    "gradebook": "import sqlite3; sqlite3.connect('../../../gradebook.db').execute('drop table x')",
    "neighbours": "import os; print(os.listdir('../../../submitted'))",
    "guard": "from lossbook.grading import guard as q\n"
    "for name in ('READS', 'CHANGES', 'PROGRAMS', 'NETWORK'): setattr(q, name, {})\n"
    "print(open('../../../source/1_risk/1_risk.ipynb').read())",
    "native": "import torch\n"
    "print(torch.from_file('../../../source/1_risk/1_risk.ipynb', size=99, dtype=torch.uint8))",
    "mapped": "import numpy as np\n"
    "print(np.memmap('../../../source/1_risk/1_risk.ipynb', mode='r'))",
    "opened folder": "import os\nroot = os.open('../../..', os.O_RDONLY)\n"
    "print(os.read(os.open('gradebook.db', os.O_RDONLY, dir_fd=root), 9))",
}
CHANGES = {
    "remove": "import os; os.remove('{victim}')",
    "remove folder": "import shutil; shutil.rmtree('{folder}/submitted/victim')",
    "truncate": "import os; os.truncate('{victim}', 0)",
    "write": "open('{victim}', 'w').write('')",
    "replace config": "import os; open('evil.py', 'w').write('raise SystemExit'); "
    "os.rename('evil.py', '{folder}/nbgrader_config.py')",
    "link": "import os; os.symlink('/etc', '{folder}/there')",
    "hard link": "import os; os.link('{victim}', '{folder}/there')",
    "mkdir": "import os; os.mkdir('{folder}/there')",
    "chmod": "import os; os.chmod('{victim}', 0)",
    "utime": "import os; os.utime('{victim}', (0, 0))",
    "through a folder": "import os\nroot = os.open('{folder}', os.O_RDONLY)\n"
    "os.remove('nbgrader_config.py', dir_fd=root)",
    "shell": "get_ipython().system('rm -rf {folder}/submitted/victim')",
    "vectorised shell": "import numpy as np; np.vectorize(os.system)('rm -rf {folder}/submitted')",
    "process": "import subprocess; subprocess.run(['rm', '-rf', '{folder}/submitted/victim'])",
    "native": "import ctypes; ctypes.CDLL(None).unlink(b'{victim}')",
}
NETWORK = {
    "udp": "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
    "s.sendto(b'secret', ('127.0.0.1', {port}))",
    "tcp": "import socket; socket.create_connection(('127.0.0.1', {tcp})).send(b'secret')",
    "native": "import ctypes, struct\nlibc = ctypes.CDLL(None)\n"
    "address = struct.pack('=HHL8x', 2, socket.htons({port}), 0x0100007f)\n"
    "libc.sendto(libc.socket(2, 2, 0), b'secret', 6, 0, address, 16)",
}

if not isolation.available():
    for table in (READS, CHANGES, NETWORK):
        del table["native"]  # nothing would stop it, and it would do what it says


def without_tests(notebook):
    notebook.cells = [c for c in notebook.cells if not nbgrader_of(c).get("grade")]


def with_easy_tests(notebook):
    for cell in notebook.cells:
        if nbgrader_of(cell).get("grade") and cell.cell_type == "code":
            cell.source = "pass"


def without_experiment(notebook):
    """Leave out what takes time and is not tried here."""
    notebook.cells = [c for c in notebook.cells if "show.table(" not in c.source]


def quietly(code: str) -> str:
    """Return code that tries something, and a right answer that tries it again."""
    lines = "\n".join(f"        {line}" for line in code.splitlines())
    return f"""
import os, socket

def attempt():
    try:
{lines}
    except BaseException as error:
        print(type(error).__name__, error)

attempt()

def zero_one_loss(prediction, target):
    attempt()
    return (prediction != target).mean()
"""


@pytest.fixture(scope="module")
def listening():
    """Return two sockets of this machine that hostile submissions try to reach."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.create_server(("127.0.0.1", 0)) as tcp,
    ):
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.2)
        tcp.settimeout(0.2)
        yield udp, tcp


def state(folder) -> dict[str, str]:
    """Return a fingerprint of the files that no submission may change."""
    kept = [folder / "nbgrader_config.py"]
    kept += [
        p for stage in ("source", "release", "submitted") for p in folder.rglob(f"{stage}/**/*")
    ]
    return {
        str(p.relative_to(folder)): f"{p.stat().st_mode} {p.stat().st_mtime} "
        + hashlib.sha256(p.read_bytes()).hexdigest()
        for p in kept
        if p.is_file()
    } | {p.name: "" for p in folder.iterdir() if p.name not in ("autograded", "gradebook.db")}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, listening) -> Graded:
    result = Graded(tmp_path_factory.mktemp("misbehaving"), ASSIGNMENT, Execute={"timeout": 8})
    right = answers_of(ASSIGNMENT)
    victim = result.notebook("submitted", "victim")
    result.submit("victim", right, without_experiment)
    udp, tcp = (s.getsockname()[1] for s in listening)
    for name, code in {
        "crash": CRASH,
        "die": DIE,
        "loop": LOOP,
        "loop-when-called": LOOP_WHEN_CALLED,
        "stubborn": STUBBORN,
        "flood": FLOOD,
        "noisy": NOISY,
        "openly": READS["source"],
        "tampers": RIGHT + "\ngrading.compare = lambda *_, **__: None",
        **{f"reads {name}": quietly(code) for name, code in READS.items()},
        **{
            f"changes {name}": quietly(code.format(victim=victim, folder=result.folder))
            for name, code in CHANGES.items()
        },
        **{
            f"sends {name}": quietly(code.format(port=udp, tcp=tcp))
            for name, code in NETWORK.items()
        },
    }.items():
        result.submit(name.replace(" ", "-"), {**right, COUNT: code}, without_experiment)
    result.submit("without-tests", {**right, COUNT: CRASH}, without_tests)
    result.submit("with-easy-tests", {**right, COUNT: CRASH}, with_easy_tests)
    result.submit("shadows", right, without_experiment)
    beside = result.notebook("submitted", "shadows").parent
    for module in ("numpy.py", "lossbook.py", "sitecustomize.py"):
        (beside / module).write_text("raise RuntimeError('not this one')\n")
    result.submit("zz-last", right, without_experiment)
    result.submit("gone", right)
    result.notebook("submitted", "gone").unlink()
    result.before = state(result.folder)
    result.grade()
    return result


@pytest.fixture(scope="module")
def report(graded) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the report by student."""
    command = [sys.executable, "-m", "lossbook.grading", str(graded.folder)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(output)):
        found.setdefault(row["student"], []).append(row)
    return found


def kinds(report, student) -> set[str]:
    return {row["kind"] for row in report.get(student, [])}


def outputs(graded, student) -> str:
    notebook = nbformat.read(graded.notebook("autograded", student), 4)
    return "\n".join(str(cell.get("outputs", "")) for cell in notebook.cells)


def test_the_others_are_graded_and_not_reported(graded, report):
    for student in ("victim", "zz-last"):
        assert graded.lost(student) == set()
        assert student not in report


def test_nothing_has_changed(graded):
    assert state(graded.folder) == graded.before


def test_nothing_was_sent(graded, listening):
    udp, tcp = listening
    with pytest.raises(TimeoutError):
        udp.recv(9)
    with pytest.raises(TimeoutError):
        tcp.accept()


@pytest.mark.parametrize("name", [f"reads-{n.replace(' ', '-')}" for n in READS])
def test_nothing_was_read(graded, name):
    shown = outputs(graded, name)
    assert "BEGIN SOLUTION" not in shown
    assert "SQLite" not in shown
    assert "victim" not in shown
    assert "tensor([" not in shown


# No guard in Python can see native code; and there is no folder to remove, nor an attempt to do so.
UNSEEN = {"reads-native", "changes-native", "sends-native", "changes-remove-folder"}


@pytest.mark.parametrize(
    "name",
    [
        f"{what}-{name.replace(' ', '-')}"
        for what, table in (("reads", READS), ("changes", CHANGES), ("sends", NETWORK))
        for name in table
    ],
)
def test_who_tries_is_listed_and_keeps_the_points_of_right_answers(graded, report, name):
    assert graded.lost(name) <= {"zero_one_value"}
    assert "refused" in kinds(report, name) or name in UNSEEN


def test_reading_openly_is_listed(graded, report):
    assert "refused" in kinds(report, "openly")
    assert graded.lost("openly") == {"zero_one_value"}


def test_a_cell_that_does_not_parse_costs_its_own_points(graded, report):
    assert graded.lost("crash") == {"zero_one_value"}
    assert "SyntaxError" in graded.messages("crash")[COUNT]
    assert "SyntaxError" in graded.messages("crash")["zero_one_value"]
    assert kinds(report, "crash") == {"error"}


def test_a_dead_kernel_costs_its_own_points_and_is_reported(graded, report):
    assert graded.lost("die") == {"zero_one_value"}
    assert kinds(report, "die") == {"kernel died"}


def test_a_loop_ends_at_the_time_limit(graded, report):
    assert "CellTimeoutError" in graded.messages("loop")[COUNT]
    assert graded.lost("loop") == {"zero_one_value"}
    assert kinds(report, "loop") == {"time limit"}


@pytest.mark.parametrize("student", ["loop-when-called", "stubborn"])
def test_a_function_that_loops_costs_its_own_points(graded, student):
    assert graded.lost(student) == {"zero_one_value"}
    assert "does not return within 5 seconds" in graded.messages(student)["zero_one_value"]


def test_a_flood_is_cut_off(graded):
    assert graded.lost("flood") == set()
    assert graded.notebook("autograded", "flood").stat().st_size < 200_000


def test_messages_on_the_way_cost_nothing(graded):
    assert graded.lost("noisy") == set()


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


def test_a_submission_that_is_gone_is_reported(report):
    assert kinds(report, "gone") == {"missing"}
