"""Report a round of grading: ``python -m lossbook.grading [course folder]``.

Lists, after ``nbgrader autograde``, what nbgrader's table of grades does not show: submissions that
are not there or could not be graded, cells that ran past the time limit, code that reached for what
grading keeps shut, cells that fail for any other reason than a test, and code that deserves a look:
it meddles with modules or Python's own hooks, or a gradient that asks for the loss.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lossbook.grading import isolation

KINDS = {"CellTimeoutError": "time limit", "Refused": "refused", "DeadKernelError": "kernel died"}
# An unanswered cell, a failing test, an answer that is missing: no news. KeyboardInterrupt comes
# with the time limit.
EXPECTED = {"NotImplementedError", "Wrong", "AssertionError", "NameError", "KeyboardInterrupt"}
# Assigns to what a module holds, or reaches into the interpreter. It changes no points, since the
# tests run elsewhere; an honest answer has no use for it.
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
    found = {
        (path.name, path.parent.name)
        for stage in ("submitted", "autograded")
        for path in course.glob(f"{stage}/*/*")
    }
    for assignment, student in sorted(found):
        submitted = course / "submitted" / student / assignment
        graded = sorted(course.glob(f"autograded/{student}/{assignment}/*.ipynb"))
        if not any(submitted.glob("*.ipynb")):
            message = "there is no notebook in submitted/: never handed in, or gone since"
            yield Event(assignment, student, "missing", "", message)
        elif not graded:
            message = "no graded notebook: not run yet, or failed; run autograde --debug"
            yield Event(assignment, student, "not graded", "", message)
        for path in graded:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell, remark in dict.fromkeys(remarks(notebook)):
                yield Event(assignment, student, "look", cell, remark)
            for cell, name, said in dict.fromkeys(_errors(notebook)):
                kind = KINDS.get(name, "error")
                if kind != "error" or name not in EXPECTED:
                    message = f"{name}: {said}".partition("\n")[0].rstrip(": ")
                    yield Event(assignment, student, kind, cell, message)


def _named(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, cell in enumerate(notebook["cells"], start=1):
        yield cell["metadata"].get("nbgrader", {}).get("grade_id", f"cell {number}"), cell


def remarks(notebook: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what deserves a look in the cells that are the student's own."""
    for name, cell in _named(notebook):
        if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader", {}).get("locked"):
            source = "".join(cell["source"])
            yield from (
                (name, line.strip()) for line in source.splitlines() if MEDDLES.search(line)
            )
            yield from ((name, remark) for remark in _measured(source))


def _measured(source: str) -> Iterator[str]:
    """Yield the gradients in a cell that call their own loss, as measuring a slope does."""
    try:
        functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # no function to look at
        return
    for function in functions:
        loss = function.name.removesuffix("_grad")
        used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        if loss != function.name and loss in used:
            yield f"{function.name} calls {loss}: is the slope measured?"


def _errors(notebook: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, cell in _named(notebook):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                yield name, output["ename"], output["evalue"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; the exit status is 0 whatever it says."""
    parser = argparse.ArgumentParser(prog="python -m lossbook.grading")
    parser.description = "Report what happened while submissions were graded."
    parser.add_argument("course", nargs="?", type=Path, default=Path(), help="default: this folder")
    options = parser.parse_args(arguments)
    if not isolation.available():
        print("This system does not isolate submissions: see the guide.", file=sys.stderr)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(Event._fields)
    writer.writerows(events(options.course))
    return 0


if __name__ == "__main__":
    sys.exit(main())
