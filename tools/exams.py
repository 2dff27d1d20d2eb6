"""The midterm and the final: their check, the sheets, and the solutions with their rubrics.

An exam is a file of ``book/course/exams``. Its tasks are questions as in the bank
(:mod:`tools.quiz`), or are answered in words or code: then they have a ``solution`` or ``code``, a
``rubric`` whose points add up, and perhaps ``checks``, expressions that are true of the solution.
Neither site nor students' sets hold any of it: :func:`leaks` looks for its sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tools import handout, quiz
from tools.quiz import Option, Question

EXAMS = quiz.COURSE / "exams"
RULES = """**Time**: {minutes} minutes. **Points**: {points}, one a minute. **Covers**: {covers}.

Of several options one is right; a wrong answer costs nothing. Where a number is asked for, the
number is enough. Allowed are a calculator and one sheet of notes in your own hand. Code is NumPy,
on paper; small slips of syntax cost nothing.
"""
# What a sentence of an exam is broken at, since a page may show it otherwise.
MARKUP = re.compile(r"\$[^$]*\$|```.*?```|`[^`]*`|\*|\n", re.DOTALL)
TEXT = {".html", ".ipynb", ".js", ".json", ".md", ".py", ".txt", ".xml", ".yml"}


class Task(NamedTuple):
    """A task of an exam, with what its marker needs."""

    title: str
    points: int
    ask: str
    question: Question | None = None
    solution: str = ""
    code: str = ""
    rubric: tuple[tuple[int, int, str], ...] = ()  # points, how many times, for what
    let: str = ""
    checks: tuple[str, ...] = ()


class Exam(NamedTuple):
    """An exam: its name in the set, and its tasks."""

    name: str
    title: str
    minutes: int
    covers: str
    tasks: tuple[Task, ...]

    @property
    def points(self) -> int:
        """The sum of the tasks' points."""
        return sum(task.points for task in self.tasks)


def read(path: Path) -> Exam:
    """Return the exam of a file."""
    entry = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    tasks = tuple(_task(path.stem, found) for found in entry["tasks"])
    return Exam(path.stem, entry["title"], int(entry["minutes"]), entry["covers"], tasks)


def _task(exam: str, entry: dict[str, Any]) -> Task:
    points = int(entry["points"])
    if "options" in entry:
        rest = {key: text for key, text in entry.items() if key != "points"}
        question = quiz.question(exam, {"level": "apply", **rest})
        return Task(question.title, points, question.ask, question)
    rubric = tuple(
        (int(row["points"]), int(row.get("each", 1)), row["for"]) for row in entry["rubric"]
    )
    texts = {key: entry.get(key, "") for key in ("solution", "code", "let")}
    checks = tuple(entry.get("checks", ()))
    return Task(entry["title"], points, entry["ask"], rubric=rubric, checks=checks, **texts)


@cache
def all_exams() -> tuple[Exam, ...]:
    """Return the exams, the shorter first."""
    exams = map(read, EXAMS.glob("*.yml"))
    return tuple(sorted(exams, key=lambda exam: exam.minutes))


def faults(exam: Exam) -> Iterator[str]:
    """Yield what is wrong with an exam: points, keys, solutions."""
    if exam.points != exam.minutes:
        yield f"{exam.name}: {exam.points} points for {exam.minutes} minutes"
    for task in exam.tasks:
        yield from (f"{exam.name}: {task.title}: {fault}" for fault in _task_faults(task))


def _task_faults(task: Task) -> Iterator[str]:
    if task.question:
        yield from quiz.faults(task.question)
        return
    if not (task.solution or task.code):
        yield "there is no solution"
    if sum(points * times for points, times, _ in task.rubric) != task.points:
        yield "the points of the rubric do not add up"
    if task.code and not task.checks:
        yield "the code is not checked"
    names = dict(quiz.NAMES)
    exec(task.code, names)  # our own, as a cell of a notebook is
    exec(task.let, names)
    yield from (f"not true: {check}" for check in task.checks if not eval(check, names))


# The pages ---------------------------------------------------------------------------------


def sheet(exam: Exam) -> str:
    """Return what students get."""
    parts = [RULES.format(minutes=exam.minutes, points=exam.points, covers=exam.covers)]
    for number, task in enumerate(exam.tasks, start=1):
        parts += [_heading(number, task), task.ask]
        if task.question and task.question.form == "choice":
            parts.append("\n".join(f"- ({a}) {o.say}" for a, o in _lettered(task.question)))
    return handout.page(exam.title, parts)


def solutions(exam: Exam) -> str:
    """Return what its markers get: every task with its solution and its rubric."""
    parts = [RULES.format(minutes=exam.minutes, points=exam.points, covers=exam.covers)]
    for number, task in enumerate(exam.tasks, start=1):
        parts += [_heading(number, task), task.ask, *_solution(task)]
    return handout.page(f"{exam.title}: solutions and rubrics", parts)


def _solution(task: Task) -> Iterator[str]:
    if question := task.question:
        numbers = question.form == "number"
        for letter, option in _lettered(question):
            mark = f"**{task.points} points**" if option.right else "0 points"
            name = option.say if numbers else f"({letter}) {option.say.rstrip('.')}"
            yield f"- {name}: {mark}. {option.why}"
        if numbers:
            yield "Another number, with a way that is right but for one slip: half of the points."
        return
    if task.solution:
        yield f"**Solution.** {task.solution}"
    if task.code:
        yield f"```python\n{task.code.strip()}\n```"
    rows = [f"| {_worth(points, times)} | {text} |" for points, times, text in task.rubric]
    yield "\n".join(["| Points | For |", "|:---|:---|", *rows])


def _worth(points: int, times: int) -> str:
    return f"{points}" if times == 1 else f"{times} × {points}"


def _heading(number: int, task: Task) -> str:
    return f"## {number}. {task.title} ({task.points} points)"


def _lettered(question: Question) -> Iterator[tuple[str, Option]]:
    return zip("abcdef", question.options, strict=False)


def write(folder: Path) -> None:
    """Write the sheets and the solutions of all exams into a folder."""
    folder.mkdir(parents=True)
    for exam in all_exams():
        (folder / f"{exam.name}.html").write_text(sheet(exam), encoding="utf-8")
        (folder / f"{exam.name}-solutions.html").write_text(solutions(exam), encoding="utf-8")


# Leaks -------------------------------------------------------------------------------------


def sentences() -> Iterator[tuple[str, str]]:
    """Yield the exam's name and each piece of its texts that is long enough to be known by."""
    for exam in all_exams():
        for task in exam.tasks:
            options = task.question.options if task.question else ()
            texts = [task.ask, task.solution, *(option.why for option in options)]
            for text in texts:
                pieces = (" ".join(piece.split()) for piece in MARKUP.split(text))
                yield from ((exam.name, piece) for piece in pieces if len(piece) >= 35)


def leaks(folder: Path) -> Iterator[str]:
    """Yield each sentence of an exam that a file of a folder shows."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in TEXT:
            shown = " ".join(path.read_text(encoding="utf-8", errors="replace").split())
            yield from (
                f"{path.name} shows the {name}: {piece}"
                for name, piece in sentences()
                if piece in shown
            )
