"""The autograders for Gradescope, in a folder laid out as Gradescope lays out its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import nbformat
import pytest

from lossbook.grading import gradescope, isolation, outside
from tests.course.answers import mistakes
from tests.course.support import answers_of, nbgrader_of, points_of
from tests.course.test_attacks import ATTACKS, FAKE, submission
from tools import chapters, course
from tools.browser import ROOT

ASSIGNMENT = "1_risk"
FILE = f"{ASSIGNMENT}.ipynb"
# Fields and values: https://gradescope-autograders.readthedocs.io/en/latest/specs/
TOP = {"score", "execution_time", "output", "visibility", "stdout_visibility", "tests"}
TEST = {"score", "max_score", "status", "name", "number", "output", "tags", "visibility"}
SHOWN = {"hidden", "after_due_date", "after_published", "visible"}
ELSEWHERE = 64123  # an account that nobody has


@pytest.fixture(scope="module")
def zips(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "BUILT", folder)
        assert course.main(["gradescope"]) == 0
    return folder / "gradescope"


@pytest.fixture
def autograder(zips, tmp_path) -> Path:
    """Return a folder like ``/autograder`` once setup.sh has run, without a submission."""
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    with zipfile.ZipFile(zips / f"{ASSIGNMENT}.zip") as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "environment").symlink_to(Path(sys.executable).parents[1])
    (tmp_path / "submission_metadata.json").write_text("{}")
    return tmp_path


def run(autograder: Path, *, isolates: bool = True) -> tuple[dict, str]:
    """Return the results of what was handed in, and what only the instructor sees."""
    command = ["bash", str(autograder / "source" / "run_autograder"), str(autograder)]
    path = os.environ["PATH"]
    if not isolates:
        refuses = autograder / "bwrap"
        refuses.write_text("#!/bin/sh\nexit 1\n")
        refuses.chmod(0o755)
        path = f"{autograder}{os.pathsep}{path}"
    done = subprocess.run(
        command, cwd=autograder, env={"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads((autograder / "results" / "results.json").read_text()), done.stdout


def hand_in(autograder: Path, answers: dict[str, str], before: str = "", drop=()) -> None:
    """Hand in a notebook with these answers, the right ones otherwise, and tests that are none."""
    notebook = chapters.read(course.source(ASSIGNMENT))
    names = [nbgrader_of(cell).get("grade_id") for cell in notebook.cells]
    for name, cell in zip(names, notebook.cells, strict=True):
        cell.source = "pass" if name in points_of(ASSIGNMENT) else answers.get(name, cell.source)
    cells = zip(names, notebook.cells, strict=True)
    notebook.cells = [cell for name, cell in cells if name not in drop]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    nbformat.write(notebook, autograder / "submission" / FILE)


def lost(results: dict) -> set[str]:
    """Return the tests that give no points, which must say so; the others give all."""
    most = points_of(ASSIGNMENT)
    assert {test["name"]: test["max_score"] for test in results["tests"]} == most
    for test in results["tests"]:
        passed = test["status"] == "passed"
        assert test["score"] == (most[test["name"]] if passed else 0)
    return {test["name"] for test in results["tests"] if test["status"] == "failed"}


def test_a_right_submission_gets_full_marks(autograder):
    hand_in(autograder, {})
    results, _ = run(autograder)
    assert lost(results) == set()
    assert sum(test["score"] for test in results["tests"]) == sum(points_of(ASSIGNMENT).values())
    said = {test["name"]: test["output"] for test in results["tests"]}
    assert "zero_one_loss: right for 1 input" in said["zero_one_value"]
    assert "lacks" not in results["output"]


def test_an_untouched_notebook_gets_nothing(autograder):
    hand_in(autograder, dict.fromkeys(answers_of(ASSIGNMENT), "raise NotImplementedError"))
    results, _ = run(autograder)
    assert lost(results) == points_of(ASSIGNMENT).keys()


def test_a_mistake_costs_what_it_costs_with_nbgrader(autograder):
    mistake = mistakes(ASSIGNMENT)[0]
    hand_in(autograder, mistake.cells)
    results, _ = run(autograder)
    assert lost(results) == set(mistake.loses)
    said = [test["output"] for test in results["tests"] if test["name"] in mistake.loses]
    assert mistake.says in "\n".join(said)


def test_the_results_have_the_fields_that_gradescope_reads(autograder):
    hand_in(autograder, mistakes(ASSIGNMENT)[0].cells)
    results, _ = run(autograder)
    assert results.keys() <= TOP
    assert isinstance(results["output"], str)
    assert results["stdout_visibility"] == "hidden"
    for test in results["tests"]:
        assert test.keys() <= TEST
        assert test["visibility"] in SHOWN
        assert isinstance(test["output"], str)


def test_students_see_no_verdict_before_it_is_published_and_no_hidden_test_ever(autograder):
    hand_in(autograder, mistakes(ASSIGNMENT)[0].cells)
    results, _ = run(autograder)
    assert {test["visibility"] for test in results["tests"]} == {"after_published"}
    assert "score" not in results
    shown = json.dumps(results)
    for cell in chapters.read(course.source(ASSIGNMENT)).cells:
        hidden = [line for line in course._marked(cell, "HIDDEN TESTS") if "default_rng" in line]
        assert not [line for line in hidden if line in shown]


FORGE = """
import json, os
try:
    everything = [{"name": "all", "score": 99, "max_score": 99}]
    with open("RESULTS", "w") as file:
        json.dump({"score": 99, "tests": everything}, file)
except OSError: pass
"""


@pytest.mark.parametrize("system", ["isolates", "does not"])
@pytest.mark.parametrize("attack", ["the other side of the pipe", "compare", "results"])
def test_an_attack_gains_nothing(autograder, attack, system):
    forge = FORGE.replace("RESULTS", str(autograder / "results" / "results.json"))
    functions, before = {**ATTACKS, "results": (FAKE, forge)}[attack]
    hand_in(autograder, submission(functions), before)
    results, printed = run(autograder, isolates=system == "isolates")
    assert ("not isolated" in printed) == (system == "does not" or not isolation.available())
    assert lost(results) == points_of(ASSIGNMENT).keys()
    assert "score" not in results


def test_a_refusal_costs_the_points_as_with_nbgrader(autograder):
    source = "def zero_one_loss(p, t):\n    try: open('/etc/passwd')\n    except OSError: pass\n"
    hand_in(autograder, {"zero_one_loss": f"{source}    return (p != t).mean()"})
    results, _ = run(autograder)
    refused = {test["name"] for test in results["tests"] if "Refused: " in test["output"]}
    assert lost(results) == refused == {"zero_one_value"}


def test_tests_that_were_deleted_come_back_and_are_named(autograder):
    hand_in(autograder, {"step": ""}, drop={"step_value", "bce_value"})
    results, _ = run(autograder)
    assert lost(results) == {"step_value"}
    assert "lacks were put back: bce_value, step_value" in results["output"]


def test_the_instructor_is_told_what_deserves_a_look(autograder):
    hand_in(autograder, {}, before="import sys; sys.setprofile(None)")
    results, printed = run(autograder)
    assert "look at 'cell 1': 'import sys; sys.setprofile(None)'" in printed
    assert "setprofile" not in json.dumps(results)


DEEP = {"deep": "1" + "+1" * 10**5, "deeper": "-" * 10**5 + "1", "no text": "x = 1\0"}


@pytest.mark.parametrize("case", DEEP)
def test_code_that_cannot_be_parsed_stops_no_grading(autograder, case):
    hand_in(autograder, {}, before=DEEP[case])
    results, _ = run(autograder)
    assert lost(results) == set()


SURROGATE = {"cell_type": "code", "metadata": {}, "source": "'\ud800'"}
ODD_TEXT = {"cell_type": "markdown", "metadata": {"nbgrader": None}, "source": ""}
BROKEN = {
    "nothing": ({}, "Found: none"),
    "no notebook": ({"1_risk.py": "x = 1"}, "Found: none"),
    "two notebooks": ({"a.ipynb": "", "b/c.ipynb": ""}, "Found: a.ipynb, b/c.ipynb."),
    "no JSON": ({FILE: "not a notebook"}, "1_risk.ipynb cannot be read"),
    "too deep": ({FILE: "[" * 10**5}, "1_risk.ipynb cannot be read"),
    "a list": ({FILE: "[1, 2]"}, "no notebook as Jupyter writes it"),
    "no cells": ({FILE: "{}"}, "no notebook as Jupyter writes it"),
    "odd cells": ({FILE: '{"cells": [{"cell_type": "code"}]}'}, "no notebook as Jupyter"),
    "half a character": ({FILE: json.dumps({"cells": [SURROGATE]})}, "no notebook as Jupyter"),
    "odd text": ({FILE: json.dumps({"cells": [ODD_TEXT]})}, "no notebook as Jupyter"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_notebook_gets_nothing_and_says_why(tmp_path, case):
    files, message = BROKEN[case]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    results = gradescope.graded({"name": ASSIGNMENT, "tests": []}, tmp_path)
    assert (results["score"], results["tests"]) == (0, [])
    assert message in results["output"]
    assert "visibility" not in results  # students see it at once


def test_a_missing_notebook_is_said_by_the_script_too(autograder):
    results, _ = run(autograder)
    assert results["score"] == 0
    assert results["output"] == "Hand in one notebook, 1_risk.ipynb. Found: none."


def test_another_name_does_not_matter_if_it_is_the_only_notebook(tmp_path):
    checkpoints = tmp_path / ".ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / FILE).write_text("{}")
    (tmp_path / "1_risk (1).ipynb").write_text('{"cells": []}')
    assert gradescope.submitted(tmp_path, FILE) == {"cells": []}
    (tmp_path / FILE).write_text('{"cells": [1]}')
    assert gradescope.submitted(tmp_path, FILE) == {"cells": [1]}


def test_every_assignment_has_an_autograder_without_secrets_and_paths(zips):
    assert {path.stem for path in zips.iterdir()} == {path.stem for path in course.sources()}
    for path in course.sources():
        with zipfile.ZipFile(zips / f"{path.stem}.zip") as archive:
            modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
            texts = {name: archive.read(name).decode() for name in modes}
        assert modes["run_autograder"] == modes["setup.sh"] == 0o755
        everything = "\n".join(texts.values())
        for place in (ROOT, Path.home(), Path(sys.prefix), Path(sys.base_prefix)):
            assert str(place) not in everything
        notebook = chapters.read(path)
        tests = {t["id"]: t["source"] for t in json.loads(texts["assignment.json"])["tests"]}
        assert tests.keys() == points_of(path.stem).keys()
        for name, lines in course.secrets(notebook).items():
            assert (name in tests) == all(line in tests.get(name, "") for line in lines)
            if name not in tests:
                assert max(lines, key=len) not in texts["assignment.json"]


def test_a_seed_changes_the_hidden_inputs(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "BUILT", tmp_path)
    assert course.main(["gradescope", ASSIGNMENT, "--seed", "2027"]) == 0
    (path,) = (tmp_path / "gradescope").iterdir()
    with zipfile.ZipFile(path) as archive:
        assert "default_rng([2027, " in archive.read("assignment.json").decode()


def test_the_scripts_are_valid_shell(autograder):
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(autograder / "source" / name)], check=True)


def test_the_package_needs_what_setup_installs_and_nothing_else(autograder):
    code = (
        "import json, sys, IPython, lossbook.reference, lossbook.grading.stand_ins\n"
        "from lossbook.grading import gradescope\n"
        "print(json.dumps([gradescope.__file__, [*sys.modules]]))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=autograder / "source", capture_output=True, text=True, check=True
    )
    file, modules = json.loads(done.stdout)
    assert Path(file).is_relative_to(autograder)
    assert not {"torch", "scipy", "sklearn", "nbformat", "nbgrader", "matplotlib"} & {*modules}
    requirements = (autograder / "source" / "requirements.txt").read_text().split()
    assert requirements == ["--constraint", "constraints.txt", "ipython", "numpy"]
    pins = (autograder / "source" / "constraints.txt").read_text()
    assert "numpy==" in pins
    assert "-e" not in pins.split()


def python_for_all() -> str | None:
    """Return a Python of this version that an account without rights can start, with NumPy."""
    code = f"import sys; sys.path.append({str(outside.NUMPY.parent)!r}); import numpy"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            subprocess.run(
                [python, "-I", "-S", "-c", code], user=ELSEWHERE, capture_output=True, check=True
            )
        except (OSError, subprocess.SubprocessError):
            continue
        return python
    return None


def test_functions_run_as_another_account_where_nothing_isolates_them(monkeypatch, request):
    python = python_for_all()
    if python is None:
        pytest.skip("this account cannot start Python as another one")
    monkeypatch.setenv("LOSSBOOK_ACCOUNT", str(ELSEWHERE))
    monkeypatch.setattr(sys, "executable", python)
    monkeypatch.setattr(isolation, "available", lambda: False)
    request.addfinalizer(partial(os.setgroups, os.getgroups()))
    os.setgroups([ELSEWHERE + 1])
    own = "import os\ndef who(x):\n    open('its own folder', 'w').close()\n"
    own += "    return [os.getuid(), os.getgid(), len(os.getgroups()), x]"
    test = f"assert list(who(5)) == [{ELSEWHERE}, {ELSEWHERE}, 0, 5], list(who(5))"
    ((_, verdict),) = outside.decide([("own", own, False), ("test", test, True)])
    assert verdict.faults == []


def test_no_other_account_is_taken_where_functions_are_isolated_or_none_is_named(monkeypatch):
    monkeypatch.setattr(isolation, "available", lambda: False)
    assert "LOSSBOOK_ACCOUNT" not in os.environ
    assert isolation.other_account() is None
    monkeypatch.setenv("LOSSBOOK_ACCOUNT", "")  # no account of that name
    assert isolation.other_account() is None
    monkeypatch.setenv("LOSSBOOK_ACCOUNT", "5")
    assert isolation.other_account() == 5
    monkeypatch.setattr(isolation, "available", lambda: True)
    assert isolation.other_account() is None
