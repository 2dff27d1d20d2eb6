"""Assignment 3: its wrong answers stand in answers/a3_margin.py."""

from tests.course.proofs import *  # noqa: F403

ASSIGNMENT = "3_margin"
