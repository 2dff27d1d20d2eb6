"""What students can after each week, compared with what tests it.

``book/course/outcomes.yml`` names for each outcome graded cells of the week's assignment, tasks of
an exam and questions of the bank. An outcome that nothing tests is a fault, and so are a graded
cell or a task of an exam that no outcome names. A question that only asks to recall tests none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from tools import chapters, exams, quiz

OUTCOMES = quiz.COURSE / "outcomes.yml"
KEYS = {"can", "cells", "exams", "questions"}

Outcomes = Mapping[str, Sequence[Mapping[str, Any]]]


def read() -> Outcomes:
    """Return the outcomes of each week."""
    found: Outcomes = yaml.load(OUTCOMES.read_text(encoding="utf-8"), yaml.BaseLoader)
    return found


def graded() -> dict[str, set[str]]:
    """Return the ids of the graded cells of each week's assignment."""
    found = {}
    for path in sorted(quiz.COURSE.glob("source/*/*.ipynb")):
        entries = [cell.metadata.get("nbgrader", {}) for cell in chapters.read(path).cells]
        found[path.stem[0]] = {entry["grade_id"] for entry in entries if entry.get("grade")}
    return found


def faults(outcomes: Outcomes) -> Iterator[str]:
    """Yield each outcome that nothing tests, and each task that tests no outcome."""
    cells = graded()
    tasks = {exam.name: {task.title for task in exam.tasks} for exam in exams.all_exams()}
    levels = {(one.chapter, one.title): one.level for one in quiz.bank()}
    named: Counter[tuple[str, str]] = Counter()
    if outcomes.keys() != cells.keys():
        yield f"outcomes: of the weeks {', '.join(outcomes)}, assignments: {', '.join(cells)}"
    for week, entries in outcomes.items():
        for entry in entries:
            where = f"week {week}: {entry.get('can')!r}"
            if entry.keys() - KEYS or "can" not in entry:
                yield f"{where}: its keys are not among {', '.join(sorted(KEYS))}"
            own = entry.get("cells", "").split()
            asked = [(exam, t) for exam, ts in entry.get("exams", {}).items() for t in ts]
            bank = [(page, t) for page, ts in entry.get("questions", {}).items() for t in ts]
            named.update((week, name) for name in own)
            named.update(asked)
            known = [name for name in own if name in cells.get(week, set())]
            yield from (f"{where}: no graded cell is called {n}" for n in own if n not in known)
            for name, title in asked:
                if title not in tasks.get(name, set()):
                    yield f"{where}: the {name} has no task {title!r}"
            yield from (f"{where}: there is no question {b}" for b in bank if b not in levels)
            tests = bool(known) or any(title in tasks.get(name, set()) for name, title in asked)
            if not tests and all(levels.get(one, "recall") == "recall" for one in bank):
                yield f"{where}: nothing tests it"
    for kind, found in (("assignment", cells), ("task of the exam", tasks)):
        for name, titles in found.items():
            for title in sorted(titles):
                if named[name, title] != 1:
                    yield f"{kind} {name}: {title} is named by {named[name, title]} outcomes"
