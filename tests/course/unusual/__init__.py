"""Right answers to each assignment, written in unusual ways."""

from __future__ import annotations

import importlib
from collections.abc import Mapping


def answers(assignment: str) -> Mapping[str, Mapping[str, str]]:
    """Return what students wrote, cell by cell, by a few words that say what is unusual."""
    found: Mapping[str, Mapping[str, str]] = importlib.import_module(
        f"{__name__}.a{assignment}"
    ).FAIR
    return found
