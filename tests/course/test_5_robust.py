"""Assignment 5: its wrong answers stand in answers/a5_robust.py."""

from tests.course.proofs import *  # noqa: F403

ASSIGNMENT = "5_robust"
