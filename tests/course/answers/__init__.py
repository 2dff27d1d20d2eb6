"""Typical wrong answers to each assignment, and the tests that each of them must fail."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A notebook that is right but for some cells.

    Args:
        name: the mistake in a few words; names the submission too.
        cells: answer's id -> what the student wrote instead.
        loses: the tests that then give no points; all others must.
        says: what one of the messages must contain.
    """

    name: str
    cells: Mapping[str, str]
    loses: frozenset[str]
    says: str = ""


def mistake(name: str, loses: str, says: str = "", **cells: str) -> Mistake:
    """Write a mistake down: ids of tests between spaces, answers by their ids."""
    return Mistake(name, cells, frozenset(loses.split()), says)


def mistakes(assignment: str) -> list[Mistake]:
    """Return the wrong answers of an assignment."""
    return importlib.import_module(f"{__name__}.a{assignment}").MISTAKES
