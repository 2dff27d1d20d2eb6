"""The exams: points and keys are right, no task is known before, and no student sees one early."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tools import chapters, course, exams, quiz

EXAMS = exams.all_exams()
NAMES = [exam.name for exam in EXAMS]
TASKS = [task for exam in EXAMS for task in exam.tasks]


@pytest.mark.parametrize("exam", EXAMS, ids=NAMES)
def test_an_exam_has_no_fault(exam):
    assert list(exams.faults(exam)) == []


def test_there_is_a_midterm_of_one_hour_and_a_final_of_two():
    assert [(exam.name, exam.minutes) for exam in EXAMS] == [("midterm", 60), ("final", 120)]


@pytest.mark.parametrize(
    ("title", "before", "after"),
    [
        ("Code: label smoothing", "epsilon * log_p.mean(axis=1)", "epsilon * log_p.sum(axis=1)"),
        ("Code: label smoothing", "shifted = z - z.max(axis=1, keepdims=True)", "shifted = z"),
        ("Code: Jensen and Shannon", "(p * (np.log(safe_p)", "(p * (np.log(p)"),
        ("Code: find the mistakes", " / x.size", ""),
        ("Code: find the mistakes", "x - t, -delta", "np.abs(x - t), -delta"),
        ("Code: the hardest triplets", "np.where(same, np.inf, distance)", "distance"),
        ("Code: the hardest triplets", "np.where(same, distance, -np.inf)", "distance"),
        ("Code: the hardest triplets", ").sum(axis=2)", ").sum(axis=2) ** 0.5"),
        ("Code: the hardest triplets", "- negative + m", "- negative"),
        (
            "Code: the hardest triplets",
            "np.maximum(0, positive - negative + m)",
            "(positive - negative + m)",
        ),
    ],
)
def test_a_wrong_solution_in_code_is_noticed(title, before, after):
    task = next(task for task in TASKS if task.title == title)
    assert before in task.code
    damaged = task._replace(code=task.code.replace(before, after))
    with np.errstate(all="ignore"):
        try:
            found = list(exams._task_faults(damaged))
        except FloatingPointError as error:  # of the task that forbids warnings
            found = [str(error)]
    assert found


def test_points_that_do_not_add_up_are_noticed():
    exam = EXAMS[0]
    task = exam.tasks[-1]
    tasks = (*exam.tasks[:-1], task._replace(points=task.points + 1))
    found = list(exams.faults(exam._replace(tasks=tasks)))
    assert len(found) == 2
    assert "61 points for 60 minutes" in found[0]


def test_no_task_is_in_the_bank_or_in_a_chapter():
    public = [path.read_text(encoding="utf-8") for path in quiz.BANK.glob("*.yml")]
    for path in [*chapters.all_notebooks(), *course.sources()]:
        public += [cell.source for cell in chapters.read(path).cells]
    shown = " ".join(" ".join(public).split())
    assert [piece for _, piece in exams.sentences() if piece in shown] == []
    titles = {one.title for one in quiz.bank()}
    assert not titles & {task.title for task in TASKS}


def test_every_task_could_be_known_by_a_sentence():
    known = [piece for _, piece in exams.sentences()]
    for task in TASKS:
        text = " ".join(task.ask.split())
        assert any(piece in text for piece in known), task.title


@pytest.mark.parametrize("exam", EXAMS, ids=NAMES)
def test_a_sheet_shows_no_solution_and_the_solutions_show_all(exam):
    sheet, solutions = exams.sheet(exam), exams.solutions(exam)
    for task in exam.tasks:
        assert task.title in sheet
        for piece in pieces(task):
            assert piece not in sheet
            assert piece in solutions
    assert "<math" in sheet
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", sheet + solutions)


def pieces(task):
    """Return the longest plain piece of each text that a sheet must not show."""
    texts = [task.solution, *(text for _, _, text in task.rubric)]
    texts += [option.why for option in task.question.options] if task.question else []
    found = (max(re.split(r"[$`*\"'&<>\n]", text), key=len).strip() for text in texts)
    return [piece for piece in found if len(piece) > 20]


def test_a_leak_of_any_task_is_noticed(tmp_path):
    for exam in EXAMS:
        for task in exam.tasks:
            page = tmp_path / "page.html"
            page.write_text(f"<p>{task.ask}</p>")
            assert list(exams.leaks(tmp_path)), task.title
    page.write_text("<p>A loss turns one disagreement into one number.</p>")
    assert list(exams.leaks(tmp_path)) == []
