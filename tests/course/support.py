"""A course in a folder of its own, filled with submissions and graded by nbgrader."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from lossbook.grading import outside
from tools import course

Answers = Mapping[str, str]
Change = Callable[[NotebookNode], None]


def nbgrader_of(cell: NotebookNode) -> dict[str, Any]:
    return cell.metadata.get("nbgrader", {})


def answers_of(assignment: str) -> dict[str, str]:
    """Return the right answers, essays included, by the ids of their cells."""
    return {
        nbgrader_of(cell)["grade_id"]: cell.source
        for cell in nbformat.read(course.source(assignment), 4).cells
        if nbgrader_of(cell).get("solution")
    }


def points_of(assignment: str) -> dict[str, float]:
    """Return how many points each autograded cell can give."""
    return {
        nbgrader_of(cell)["grade_id"]: nbgrader_of(cell)["points"]
        for cell in nbformat.read(course.source(assignment), 4).cells
        if nbgrader_of(cell).get("grade") and cell.cell_type == "code"
    }


def verdicts(
    assignment: str, answers: Answers, *, before: str = "", seed: int | None = None
) -> dict[str, outside.Verdict]:
    """Return what each test says of a notebook with these answers, without nbgrader.

    Args:
        assignment: the assignment's name.
        answers: sources of cells, by their ids; what is left out is the right answer.
        before: a cell of the student's own before all others.
        seed: of other hidden inputs.
    """
    notebook = nbformat.read(course.source(assignment), 4)
    if seed is not None:
        notebook = course.seeded(notebook, seed)
    cells = [("own", before, False)] if before else []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            name = nbgrader_of(cell).get("grade_id", f"cell {number}")
            cells.append(
                (name, answers.get(name, cell.source), bool(nbgrader_of(cell).get("grade")))
            )
    return dict(outside.decide(cells))


def lost(found: Mapping[str, outside.Verdict]) -> set[str]:
    """Return the tests that fail."""
    return {name for name, verdict in found.items() if verdict.error}


class Graded:
    """One assignment, released, answered and graded in a folder of its own.

    Args:
        folder: an empty folder for the course.
        assignment: the assignment's name.
        settings: of nbgrader, in place of the course's own.
    """

    def __init__(self, folder: Path, assignment: str, **settings: Any) -> None:
        self.folder, self.assignment = folder, assignment
        course.copy_course(folder)
        for other in folder.glob("source/*"):
            if other.name != assignment:
                shutil.rmtree(other)
        self.api = course.open_course(folder, **settings)
        course.succeed(self.api.generate_assignment(assignment))
        self.result: dict[str, Any] = {}

    def notebook(self, stage: str, student: str) -> Path:
        """Return where the notebook of a student is at a stage of grading."""
        return self.folder / stage / student / self.assignment / f"{self.assignment}.ipynb"

    def submit(self, student: str, answers: Answers, change: Change | None = None) -> None:
        """Submit the release with some cells answered, and then perhaps changed."""
        path = self.folder / "release" / self.assignment / f"{self.assignment}.ipynb"
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            cell.source = answers.get(nbgrader_of(cell).get("grade_id"), cell.source)
        if change:
            change(notebook)
        target = self.notebook("submitted", student)
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)

    def grade(self) -> None:
        """Grade all submissions, in one process: each runs in a kernel of its own."""
        self.result = self.api.autograde(self.assignment, "*")

    def points(self, student: str) -> dict[str, float]:
        """Return the points of each autograded cell; essays are left out."""
        with self.api.gradebook as gradebook:
            submission = gradebook.find_submission(self.assignment, student)
            return {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.cell.cell_type == "code"
            }

    def most(self) -> dict[str, float]:
        """Return how many points each autograded cell can give."""
        return points_of(self.assignment)

    def lost(self, student: str) -> set[str]:
        """Return the autograded cells that did not give all their points, which must be none."""
        most = self.most()
        points = self.points(student)
        assert points.keys() == most.keys()
        partial = {name for name, got in points.items() if got not in (0, most[name])}
        assert not partial
        return {name for name, got in points.items() if got != most[name]}

    def messages(self, student: str) -> dict[str, str]:
        """Return what each cell of a graded notebook shows as an error."""
        notebook = nbformat.read(self.notebook("autograded", student), 4)
        return {
            nbgrader_of(cell).get("grade_id", f"cell {number}"): "\n".join(
                f"{output.ename}: {output.evalue}"
                for output in cell.get("outputs", [])
                if output.output_type == "error"
            )
            for number, cell in enumerate(notebook.cells, start=1)
        }
