"""Assignment 4: its wrong answers stand in answers/a4_divergence.py."""

from tests.course.proofs import *  # noqa: F403

ASSIGNMENT = "4_divergence"
