"""What nbgrader makes of right, empty and wrong answers to one assignment.

Each assignment has a module that takes these tests over, so that --dist loadfile gives each to one
worker; xdist 3.8 does not heed its groups under pytest 9.2.
"""

from __future__ import annotations

import pytest

from tests.course.answers import mistakes
from tests.course.support import Graded, answers_of
from tools import course

# nbgrader's libraries warn about themselves.
pytestmark = pytest.mark.filterwarnings("ignore")


def student(name: str) -> str:
    return name.replace(" ", "-")


@pytest.fixture(scope="module")
def graded(request, tmp_path_factory) -> Graded:
    """Return an assignment with all its submissions graded."""
    assignment = request.module.ASSIGNMENT
    result = Graded(tmp_path_factory.mktemp(assignment), assignment)
    right = answers_of(assignment)
    result.submit("right", right)
    result.submit("untouched", {})
    assert len(mistakes(assignment)) >= 5
    for mistake in mistakes(assignment):
        assert mistake.cells.keys() <= right.keys()
        result.submit(student(mistake.name), {**right, **mistake.cells})
    result.grade()
    assert result.result["success"], result.result
    return result


def test_the_solution_gets_full_marks(graded):
    assert graded.points("right") == graded.most()


def test_essays_wait_for_a_person(graded):
    with graded.api.gradebook as gradebook:
        submission = gradebook.find_submission(graded.assignment, "right")
        assert submission.needs_manual_grade
        essays = [g for n in submission.notebooks for g in n.grades if g.needs_manual_grade]
        assert {grade.cell.cell_type for grade in essays} == {"markdown"}
        assert 1 <= len(essays) <= 2


def test_the_untouched_release_gets_nothing(graded):
    assert set(graded.points("untouched").values()) == {0}
    with graded.api.gradebook as gradebook:
        assert gradebook.find_submission(graded.assignment, "untouched").score == 0


def test_each_mistake_costs_its_own_points_and_no_others(graded):
    expected = {mistake.name: set(mistake.loses) for mistake in mistakes(graded.assignment)}
    assert {name: graded.lost(student(name)) for name in expected} == expected


def test_messages_say_what_is_wrong(graded):
    for mistake in mistakes(graded.assignment):
        messages = graded.messages(student(mistake.name))
        for name in mistake.loses:
            assert messages[name].startswith("Wrong: "), (mistake.name, messages[name])
        said = "\n".join(messages[name] for name in mistake.loses)
        assert mistake.says in said, (mistake.name, said)


def test_every_test_is_failed_by_some_mistake(graded):
    caught = {name for mistake in mistakes(graded.assignment) for name in mistake.loses}
    assert caught == graded.most().keys()


def test_feedback_is_written(graded):
    course.succeed(graded.api.generate_feedback(graded.assignment, "right"))
    page = graded.notebook("feedback", "right").with_suffix(".html").read_text()
    assert "Score" in page
