"""Report a round of grading: ``python -m lossbook.grading [course folder]``.

Lists, after ``nbgrader autograde``, what nbgrader's table of grades does not show: submissions that
could not be graded at all, cells that ran past the time limit, notebooks that reached for files
of the course, cells that fail for any other reason than a test, and code that meddles with modules
or with Python's own hooks, which deserves a look.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

KINDS = {"CellTimeoutError": "time limit", "Refused": "refused"}
# An unanswered cell, a failing test, an answer that is missing: no news. KeyboardInterrupt comes
# with the time limit.
EXPECTED = {"NotImplementedError", "Wrong", "AssertionError", "NameError", "KeyboardInterrupt"}
# How every test of a notebook begins that was refused something and went on.
STOPPED = "not graded: this notebook "
# Assigns to what a module holds, or reaches into the interpreter.
MEDDLES = re.compile(
    r"\b(?:grading|stand_ins|guard|reference|np|numpy)(?:\.\w+)+\s*=(?!=)"
    r"|\b(?:setattr|setprofile|settrace|addaudithook|_getframe|__builtins__|ctypes|sys\.modules)\b"
)


class Event(NamedTuple):
    """Something that an instructor should look at."""

    assignment: str
    student: str
    kind: str
    cell: str
    message: str


def events(course: Path) -> Iterator[Event]:
    """Yield what happened in the last round of grading, by assignment and student."""
    for folder in sorted(course.glob("submitted/*/*"), key=lambda path: (path.name, path.parent)):
        student, assignment = folder.parent.name, folder.name
        graded = sorted(course.glob(f"autograded/{student}/{assignment}/*.ipynb"))
        if not graded and any(folder.glob("*.ipynb")):
            message = "no graded notebook: not run yet, or its kernel died; run autograde --debug"
            yield Event(assignment, student, "not graded", "", message)
        for path in graded:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell, code in _meddling(notebook):
                yield Event(assignment, student, "look", cell, code)
            for cell, error in _errors(notebook):
                kind = KINDS.get(error["ename"], "error")
                if error["evalue"].startswith(STOPPED):
                    yield Event(assignment, student, "refused", "", error["evalue"])
                    break
                if kind == "error" and error["ename"] in EXPECTED:
                    continue
                message = f"{error['ename']}: {error['evalue']}".partition("\n")[0].rstrip(": ")
                yield Event(assignment, student, kind, cell, message)


def _named(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, cell in enumerate(notebook["cells"], start=1):
        yield cell["metadata"].get("nbgrader", {}).get("grade_id", f"cell {number}"), cell


def _meddling(notebook: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the suspicious lines of the cells that are the student's own."""
    for name, cell in _named(notebook):
        if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader", {}).get("locked"):
            for line in "".join(cell["source"]).splitlines():
                if MEDDLES.search(line):
                    yield name, line.strip()


def _errors(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, cell in _named(notebook):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                yield name, output


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; the exit status is 0 whatever it says."""
    parser = argparse.ArgumentParser(prog="python -m lossbook.grading")
    parser.description = "Report what happened while submissions were graded."
    parser.add_argument("course", nargs="?", type=Path, default=Path(), help="default: this folder")
    options = parser.parse_args(arguments)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(Event._fields)
    writer.writerows(events(options.course))
    return 0


if __name__ == "__main__":
    sys.exit(main())
