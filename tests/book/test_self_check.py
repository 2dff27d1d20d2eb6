"""The self-check: each question has one right option, and its numbers come from ``lossbook``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tools import chapters

PAGES = sorted((chapters.BOOK / "course" / "self_check").glob("*.ipynb"))
OPTION = re.compile(r"^:::\{dropdown\} (?P<title>.+)\n(?P<answer>(?:.*\n)*?):::$", re.MULTILINE)
GLUED = re.compile(r"\{glue:text\}`(?P<name>[^`]+)`")


class Option(NamedTuple):
    """One option of a question: what it says, and what opening it answers."""

    title: str
    answer: str

    @property
    def right(self) -> bool:
        return self.answer.startswith("**Right.**")


def glued(page: Path) -> dict[str, str]:
    """Return the values that a page's cells computed, as they are shown."""
    return {
        output.metadata["scrapbook"]["name"]: next(iter(output.data.values())).strip("'")
        for cell in chapters.read(page).cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def questions(page: Path) -> dict[str, list[Option]]:
    """Return each question of a page with its options."""
    prose = "\n".join(c.source for c in chapters.read(page).cells if c.cell_type == "markdown")
    parts = re.split(r"^## ", prose + "\n", flags=re.MULTILINE)[1:]
    return {
        f"{page.stem}: {part.splitlines()[0]}": [
            Option(found["title"], found["answer"]) for found in OPTION.finditer(part)
        ]
        for part in parts
    }


QUESTIONS = {name: (page, options) for page in PAGES for name, options in questions(page).items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_one_option_is_right_and_every_option_says_why(name: str) -> None:
    _, options = QUESTIONS[name]
    assert len(options) >= 3
    assert sum(option.right for option in options) == 1
    assert all(option.right or option.answer.startswith("**No.**") for option in options)


@pytest.mark.parametrize("name", QUESTIONS)
def test_numbers_are_computed_and_differ(name: str) -> None:
    page, options = QUESTIONS[name]
    shown = [GLUED.sub(lambda found: glued(page)[found["name"]], o.title) for o in options]
    assert len(set(shown)) == len(options)
    for option in options:
        numeric = GLUED.fullmatch(option.title)
        assert numeric or not re.search(r"\d\.\d", option.title), "a number must come from a cell"
        assert not numeric or option.right == numeric["name"].endswith("-right")


def test_the_place_of_the_right_option_says_nothing() -> None:
    places = [[o.right for o in options].index(True) for _, options in QUESTIONS.values()]
    assert len(QUESTIONS) >= 20
    assert max(map(places.count, range(4))) <= len(places) / 2
