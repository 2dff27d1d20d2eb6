"""What grading makes of right, empty and wrong answers to one assignment.

Each assignment has a module that takes these tests over, so that --dist loadfile gives each to one
worker; xdist 3.8 does not heed its groups under pytest 9.2.
"""

from __future__ import annotations

import html
import re

import pytest
from nbformat import NotebookNode

from tests.course.answers import mistakes
from tests.course.support import Graded, answers_of, lost, points_of, verdicts
from tools import chapters, course

# nbgrader's libraries warn about themselves.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def assignment(request) -> str:
    return request.module.ASSIGNMENT


@pytest.fixture(scope="module")
def judged(assignment):
    """Return the tests' verdicts on each mistake, by its name."""
    assert len(mistakes(assignment)) >= 5
    for mistake in mistakes(assignment):
        assert mistake.cells.keys() <= answers_of(assignment).keys()
    return {m.name: verdicts(assignment, m.cells) for m in mistakes(assignment)}


def as_for_group_2(notebook: NotebookNode) -> None:
    notebook.cells = course.drawn(notebook, None, 2).cells


@pytest.fixture(scope="module")
def graded(assignment, tmp_path_factory) -> Graded:
    """Return an assignment with three submissions graded by nbgrader."""
    result = Graded(tmp_path_factory.mktemp(assignment), assignment)
    right = answers_of(assignment)
    result.submit("right", right, change=as_for_group_2)
    result.submit("untouched", {})
    result.submit("mistaken", {**right, **mistakes(assignment)[0].cells})
    result.grade()
    assert result.result["success"], result.result
    return result


def test_the_solution_gets_full_marks(graded):
    assert graded.points("right") == graded.most()


def test_grading_leaves_a_group_its_tables(graded):
    submitted, autograded = (
        [
            course.DRAW.findall(cell.source)
            for cell in chapters.read(graded.notebook(stage, "right")).cells
        ]
        for stage in ("submitted", "autograded")
    )
    assert submitted == autograded
    assert ["DRAW = 0"] not in submitted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_solution_passes_with_other_hidden_inputs(assignment, seed):
    found = verdicts(assignment, {}, seed=seed)
    assert {name: found[name].message for name in lost(found)} == {}


def test_essays_wait_for_a_person(graded):
    with graded.api.gradebook as gradebook:
        submission = gradebook.find_submission(graded.assignment, "right")
        assert submission.needs_manual_grade
        essays = [g for n in submission.notebooks for g in n.grades if g.needs_manual_grade]
        assert {grade.cell.cell_type for grade in essays} == {"markdown"}
        assert 1 <= len(essays) <= 3


def test_the_untouched_release_gets_nothing(graded):
    assert set(graded.points("untouched").values()) == {0}
    with graded.api.gradebook as gradebook:
        assert gradebook.find_submission(graded.assignment, "untouched").score == 0


def test_each_mistake_costs_its_own_points_and_no_others(assignment, judged):
    expected = {mistake.name: set(mistake.loses) for mistake in mistakes(assignment)}
    assert {name: lost(found) for name, found in judged.items()} == expected


def test_each_mistake_costs_the_same_with_other_hidden_inputs(assignment):
    for mistake in mistakes(assignment):
        assert lost(verdicts(assignment, mistake.cells, seed=2027)) == set(mistake.loses), (
            mistake.name
        )


def test_nbgrader_takes_the_verdicts(assignment, graded):
    mistake = mistakes(assignment)[0]
    assert graded.lost("mistaken") == mistake.loses
    messages = graded.messages("mistaken")
    assert all(messages[name].startswith("Wrong: ") for name in mistake.loses)


def test_messages_say_what_is_wrong(assignment, judged):
    for mistake in mistakes(assignment):
        found = judged[mistake.name]
        assert {found[name].error for name in mistake.loses} == {"Wrong"}, mistake.name
        said = "\n".join(found[name].message for name in mistake.loses)
        assert mistake.says in said, (mistake.name, said)


def test_every_test_is_failed_by_some_mistake(assignment):
    caught = {name for mistake in mistakes(assignment) for name in mistake.loses}
    assert caught == points_of(assignment).keys()


def test_feedback_needs_no_network_and_shows_no_hidden_test(assignment, graded):
    course.succeed(graded.api.generate_feedback(assignment, "right"))
    page = graded.notebook("feedback", "right").with_suffix(".html").read_text()
    assert "Score" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//|@import|url\(["']?https?:""", page)
    assert "<math" in page
    assert "formula-0" not in page
    assert "katex-error" not in page
    source = chapters.read(course.source(assignment))
    shown = html.unescape(re.sub("<[^>]*>", "", page))
    for cell in source.cells:
        hidden = [line for line in course._marked(cell, "HIDDEN TESTS") if "default_rng" in line]
        assert not [line for line in hidden if line in shown]
