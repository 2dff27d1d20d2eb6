"""Assignment 2: its wrong answers stand in answers/a2_softmax.py."""

from tests.course.proofs import *  # noqa: F403

ASSIGNMENT = "2_softmax"
