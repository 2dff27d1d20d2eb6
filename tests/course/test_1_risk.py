"""Assignment 1: its wrong answers stand in answers/a1_risk.py."""

from tests.course.proofs import *  # noqa: F403

ASSIGNMENT = "1_risk"
