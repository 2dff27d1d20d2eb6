"""What the syllabus' weeks ask of students, and what students can after each of them.

The load is counted in the chapters and assignments themselves, by a stated pace: nobody has
measured students. It is the directive ``{course-load}``; ``{course-outcomes}`` is the table of
``outcomes.yml``, with where each outcome is tested. ``python book/_ext/course_load.py`` prints
both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).resolve().parents[1]
SYLLABUS = BOOK / "course" / "syllabus.md"
OUTCOMES = BOOK / "course" / "outcomes.yml"
WORDS_A_MINUTE = 150
FORMULA_MINUTES = 0.5  # for a line of a displayed formula
CELL_MINUTES = 0.5
POINT_MINUTES = 3

WEEK = re.compile(r"^\| (?P<number>\d) \|.*$", re.MULTILINE)
PAGE = re.compile(r"`/(book/[^`]+)`")
ASSIGNMENT = re.compile(r"`(\d_\w+)`")
POINTS = re.compile(r"\*\*Points\*\*: (\d+)")
DISPLAYED = re.compile(r"\$\$(.*?)\$\$(?: \([\w-]+\))?", re.DOTALL)
SHORT = re.compile(r"\$[^$]+\$|\{[\w:]+\}`[^`]*`")  # a formula in a line and a role: a word each
WORD = re.compile(r"\w[\w'’-]*")
UNREAD = {"remove-cell", "hide-cell"}
SECTION = re.compile(r"^## (\d+)\. ", re.MULTILINE)


class Load(NamedTuple):
    """What is read and run: words, lines of displayed formulas, cells; and points to be earned."""

    words: int = 0
    formulas: int = 0
    cells: int = 0
    points: int = 0

    @property
    def reading(self) -> float:
        """Minutes of reading and running at the stated pace."""
        formulas = self.formulas * FORMULA_MINUTES
        return self.words / WORDS_A_MINUTE + formulas + self.cells * CELL_MINUTES

    @property
    def work(self) -> float:
        """Minutes for the assignment."""
        return self.points * POINT_MINUTES

    def __add__(self, other: object) -> Load:
        """Return both together."""
        assert isinstance(other, Load)
        return Load(*map(sum, zip(self, other, strict=True)))


def load_of(cells: Iterable[dict[str, Any]]) -> Load:
    """Return the load of a chapter's cells."""
    words = formulas = run = 0
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            run += not UNREAD & set(cell["metadata"].get("tags", ()))
            continue
        formulas += sum(found.count(r"\\") + 1 for found in DISPLAYED.findall(text))
        words += len(WORD.findall(SHORT.sub(" x ", DISPLAYED.sub(" ", text))))
    return Load(words, formulas, run)


def weeks() -> dict[str, Load]:
    """Return the load of each week of the syllabus' first plan."""
    plan = SYLLABUS.read_text(encoding="utf-8").split("## ")[1]
    found = {}
    for line in WEEK.finditer(plan):
        total = Load()
        for page in PAGE.findall(line[0]):
            total += load_of(cells_of(BOOK.parent / f"{page}.ipynb"))
        for name in ASSIGNMENT.findall(line[0]):
            first = cells_of(BOOK / "course" / "source" / name / f"{name}.ipynb")[0]
            points = POINTS.search("".join(first["source"]))
            total += Load(points=int(points[1]) if points else 0)
        found[line["number"]] = total
    return found


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def lines() -> Iterator[str]:
    """Write the table, and the pace, as Markdown."""
    found = weeks()
    found["all"] = sum(found.values(), Load())
    yield "| Week | Words | Lines of formulas | Cells | Reading | Points | Assignment | Hours |"
    yield "|:---|---:|---:|---:|---:|---:|---:|---:|"
    for name, week in found.items():
        hours = (week.reading + week.work) / 60
        counts = f"{week.words:,} | {week.formulas} | {week.cells}"
        minutes = f"{week.reading:.0f} min | {week.points} | {week.work:.0f} min"
        yield f"| {name} | {counts} | {minutes} | {hours:.1f} |"
    yield ""
    yield (
        f"The pace: {WORDS_A_MINUTE} words a minute, half a minute for a line of a displayed "
        f"formula and for a cell, {POINT_MINUTES} minutes for a point."
    )


def outcome_lines() -> Iterator[str]:
    """Write what students can after each week, and where it is tested, as Markdown."""
    weeks = yaml.load(OUTCOMES.read_text(encoding="utf-8"), yaml.BaseLoader)
    yield "| Week | Students can afterwards | Sections of the assignment | Exam | Self-checks |"
    yield "|:---|:---|:---|:---|---:|"
    for week, outcomes in weeks.items():
        (source,) = (BOOK / "course" / "source").glob(f"{week}_*/*.ipynb")
        places = sections(cells_of(source))
        for outcome in outcomes:
            found = {places[name] for name in outcome.get("cells", "").split()}
            where = ", ".join(map(str, sorted(found)))
            exams = " and ".join(outcome.get("exams", {}))
            asked = sum(map(len, outcome.get("questions", {}).values()))
            yield f"| {week} | {outcome['can']} | {where} | {exams} | {asked or ''} |"


def sections(cells: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return the number of the section that holds each graded cell of an assignment."""
    found, number = {}, 0
    for cell in cells:
        entry = cell["metadata"].get("nbgrader", {})
        if entry.get("grade"):
            found[entry["grade_id"]] = number
        elif cell["cell_type"] == "markdown":
            number = int([str(number), *SECTION.findall("".join(cell["source"]))][-1])
    return found


class CourseLoad(SphinxDirective):
    """The table of the load."""

    written = staticmethod(lines)

    def run(self) -> list[nodes.Node]:
        """Return the table, which depends on every notebook."""
        for path in (*BOOK.rglob("*.ipynb"), OUTCOMES):
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes("\n".join(self.written()))


class CourseOutcomes(CourseLoad):
    """The table of the outcomes."""

    written = staticmethod(outcome_lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives with Sphinx."""
    app.add_directive("course-load", CourseLoad)
    app.add_directive("course-outcomes", CourseOutcomes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    print("\n".join([*lines(), "", *outcome_lines()]))
