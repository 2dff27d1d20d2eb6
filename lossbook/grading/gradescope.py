"""Grades a submission where Gradescope puts it: ``python -m lossbook.grading.gradescope FOLDER``.

``tools/gradescope.py`` packs this package with the tests of an assignment. Points come from
``outside``, as they do with nbgrader; nothing else of the notebook runs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lossbook.grading import isolation, outside
from lossbook.grading.__main__ import remarks

ASSIGNMENT = "assignment.json"  # the assignment's name, and id, points and source of its tests
LONGEST = 20_000
GRADED = (
    "{name} was read, and {count} tests ran. Points and what the tests said are shown when grades "
    "are published; essays are read by a person."
)
PUT_BACK = " Tests that it lacks were put back: {names}. Is it the right notebook?"


class NoNotebookError(Exception):
    """There is nothing to grade; the message tells the student why."""


def submitted(folder: Path, name: str) -> Any:
    """Return what the notebook holds that was handed in.

    Args:
        folder: holds the submission.
        name: what the notebook is called; if no file is, the only notebook counts.

    Raises:
        NoNotebookError: If there is no such notebook, or it cannot be read.
    """
    found = sorted(path for path in folder.rglob("*.ipynb") if path.parent.name[0] != ".")
    chosen = [path for path in found if path.name == name] or found
    if len(chosen) != 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found) or "none"
        raise NoNotebookError(f"Hand in one notebook, {name}. Found: {names}.")
    try:
        return json.loads(chosen[0].read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise NoNotebookError(f"{chosen[0].name} cannot be read as a notebook: {error}") from None


def arranged(notebook: Any, tests: dict[str, str]) -> tuple[list[tuple[str, str, bool]], list[str]]:
    """Return the cells for ``outside.decide``, and the ids of tests that the notebook lacks.

    Args:
        notebook: the submission. Where it has a test, the instructor's takes its place.
        tests: the instructor's tests, by their ids; those that are lacking come last.

    Raises:
        NoNotebookError: If this is no notebook.
    """
    cells: list[tuple[str, str, bool]] = []
    lacking = dict(tests)
    try:
        for cell in notebook["cells"]:
            entry, own = cell["metadata"].get("nbgrader", {}), "".join(cell["source"])
            name = str(entry.get("grade_id", f"code cell {len(cells) + 1}"))
            own.encode()  # no text otherwise, and none that can be sent
            if cell["cell_type"] == "code":
                cells.append((name, lacking.pop(name, own), name in tests))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        kind = f"{type(error).__name__}: {error}"
        raise NoNotebookError(f"This is no notebook as Jupyter writes it ({kind})") from None
    return [*cells, *((name, source, True) for name, source in lacking.items())], list(lacking)


def graded(assignment: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the results of a submission, as Gradescope's results.json has them.

    Args:
        assignment: what ``ASSIGNMENT`` holds.
        folder: holds the submission.
    """
    points = {test["id"]: test["points"] for test in assignment["tests"]}
    file = f"{assignment['name']}.ipynb"
    try:
        notebook = submitted(folder, file)
        sources = {test["id"]: test["source"] for test in assignment["tests"]}
        cells, lacking = arranged(notebook, sources)
    except NoNotebookError as error:
        return {"score": 0, "output": str(error), "stdout_visibility": "hidden", "tests": []}
    for name, remark in remarks(notebook):
        print(f"look at {name!a}: {remark!a}")
    tests = [_shown(name, points[name], verdict) for name, verdict in outside.decide(cells)]
    output = GRADED.format(name=file, count=len(tests))
    output += PUT_BACK.format(names=", ".join(lacking)) if lacking else ""
    return {"output": output, "stdout_visibility": "hidden", "tests": tests}


def _shown(name: str, points: float, verdict: outside.Verdict) -> dict[str, Any]:
    lines = [verdict.said.strip(), *(f"{kind}: {message}" for kind, message in verdict.faults)]
    return {
        "name": name,
        "score": 0 if verdict.faults else points,
        "max_score": points,
        "status": "failed" if verdict.faults else "passed",
        "output": "\n".join(filter(None, lines))[:LONGEST],
        "visibility": "after_published",
    }


def main(top: Path) -> None:
    """Grade the submission in a folder that is laid out as Gradescope's is.

    What is printed is for the instructor.
    """
    if not isolation.available():
        print("Submissions are not isolated here: see the guide.")
    assignment = json.loads((top / "source" / ASSIGNMENT).read_text(encoding="utf-8"))
    results = graded(assignment, top / "submission")
    (top / "results" / "results.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
