"""What students can after each week is tested, and what is tested is listed."""

from __future__ import annotations

import copy

import course_load
import pytest

from tools import course, outcomes


@pytest.fixture
def listed():
    return copy.deepcopy(outcomes.read())


def find(listed, can):
    return next(entry for week in listed.values() for entry in week if can in entry["can"])


def test_every_outcome_is_tested_and_every_task_listed(listed):
    assert list(outcomes.faults(listed)) == []


def test_an_outcome_that_nothing_tests_is_noticed(listed):
    del find(listed, "choose between softmax and sigmoid")["questions"]
    assert list(outcomes.faults(listed)) == []  # the final tests it
    del find(listed, "choose between softmax and sigmoid")["exams"]
    found = list(outcomes.faults(listed))
    assert len(found) == 2
    assert "'choose between softmax and sigmoid': nothing tests it" in found[0]
    assert "One map of three is named by 0 outcomes" in found[1]


def test_a_promise_without_a_task_is_noticed(listed):
    listed["3"].append({"can": "train a network on faces"})
    assert list(outcomes.faults(listed)) == ["week 3: 'train a network on faces': nothing tests it"]


def test_a_question_that_asks_to_recall_tests_nothing(listed):
    entry = find(listed, "compare samples without class vectors")
    del entry["exams"]
    entry["questions"] = {"3_4_pairs": ["Beyond the margin"]}
    assert [fault for fault in outcomes.faults(listed) if "nothing tests it" in fault]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("cells", "psi_values", "no graded cell is called psi_values"),
        ("cells", "bce_value", "no graded cell is called bce_value"),  # of another week
        ("exams", {"final": ["The largest margin"]}, "has no task 'The largest margin'"),
        ("exams", {"oral": ["A report to judge"]}, "the oral has no task"),
        ("questions", {"1_5_hinge": ["A ceiling"]}, "there is no question"),
        ("cell", "psi_value", "its keys are not among"),
    ],
)
def test_a_wrong_name_is_noticed(listed, key, value, says):
    find(listed, "read a margin in the plane")[key] = value
    assert [fault for fault in outcomes.faults(listed) if says in fault]


def test_a_task_that_tests_no_outcome_or_two_is_noticed(listed):
    entry = find(listed, "read a margin in the plane")
    entry["cells"] = entry["cells"].removeprefix("psi_value ")
    assert list(outcomes.faults(listed)) == ["assignment 3: psi_value is named by 0 outcomes"]
    entry["cells"] += " psi_value arcface_far"
    assert list(outcomes.faults(listed)) == ["assignment 3: arcface_far is named by 2 outcomes"]


def test_a_week_without_outcomes_is_noticed(listed):
    del listed["6"]
    assert "of the weeks 1, 2, 3, 4, 5, assignments: 1, 2" in next(outcomes.faults(listed))


def test_the_check_of_the_course_includes_them(monkeypatch):
    monkeypatch.setattr(outcomes, "read", lambda: {})
    assert any("outcomes" in fault for fault in course.all_faults())


def test_the_page_shows_each_outcome_with_its_sections(listed):
    lines = list(course_load.outcome_lines())
    assert len(lines) == 2 + sum(map(len, listed.values()))
    assert "| 3 | read a margin in the plane | 5 |  | 2 |" in lines
    assert "| 4 | prove that the divergence is not negative |  | final |  |" in lines
    assert "| 5 | judge a claim by leaving one out | 7 |  |  |" in lines
