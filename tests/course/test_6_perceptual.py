"""Assignment 6: its wrong answers stand in answers/a6_perceptual.py."""

from tests.course.proofs import *  # noqa: F403

ASSIGNMENT = "6_perceptual"
