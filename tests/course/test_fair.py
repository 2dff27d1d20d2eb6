"""Right answers written in unusual ways keep full marks, also where grading decides.

They stand in ``tests/course/unusual``, each replaces answers of one assignment, and all tests must
pass. Below: right mathematics that breaks a rule of the notebook, and the words that say so.
"""

from __future__ import annotations

import pytest

from tests.course import unusual
from tests.course.support import lost, verdicts
from tools import course

RIGHT = [(path.stem, name) for path in course.sources() for name in unusual.answers(path.stem)]


@pytest.mark.parametrize(("assignment", "name"), RIGHT)
def test_an_unusual_right_answer_keeps_full_marks(assignment, name):
    answers = unusual.answers(assignment)[name]
    found = verdicts(assignment, answers, before=answers.get("own", ""))
    assert {test: found[test].message for test in lost(found)} == {}


def test_there_are_enough_of_them():
    assert len(RIGHT) >= 90


EXPLAINED = {
    "single precision": (
        "1_risk", "binary_cross_entropy_grad", "bce_grad", "rounded to single precision", """
def binary_cross_entropy_grad(s, y):
    s = s.astype(np.float32)
    return (1 / (1 + np.exp(-s)) - y) / len(s)
"""),
    "a line that fails": (
        "1_risk", "zero_one_loss", "zero_one_value", "(line 4 of its cell)", """
def zero_one_loss(prediction, target):
    wrong = prediction != target
    return np.nosuch(wrong)
"""),
    "a mistake of syntax": (
        "1_risk", "zero_one_loss", "zero_one_value", "SyntaxError", "def zero_one_loss(p, t)\n"),
    "another name": (
        "1_risk", "zero_one_loss", "zero_one_value", "zero_one_loss is not defined",
        "def my_loss(p, t):\n    return (p != t).mean()"),
    "a value instead of a function": (
        "1_risk", "zero_one_loss", "zero_one_value", "found one of type int", "zero_one_loss = 3"),
    "an array of the wrong shape": (
        "1_risk", "structural_risk", "risk_value", "expected one number", """
def structural_risk(losses, theta, lam):
    return losses.mean(keepdims=True) + lam * theta @ theta
"""),
    "text": (
        "1_risk", "structural_risk", "risk_value", "which is not an array of numbers", """
def structural_risk(losses, theta, lam):
    return f"{losses.mean() + lam * theta @ theta}"
"""),
    "an argument that it does not take": (
        "1_risk", "structural_risk", "risk_value", "unexpected keyword argument 'lam'", """
def structural_risk(losses, theta, l):
    return losses.mean() + l * theta @ theta
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_costs_points_is_said(name):
    assignment, cell, test, says, source = EXPLAINED[name]
    found = verdicts(assignment, {cell: source})
    assert test in lost(found)
    assert says in found[test].message
