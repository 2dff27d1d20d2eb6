"""The notation page names every argument of every function, and index pages take no numbers."""

import inspect
import re
from pathlib import Path

import pytest
from book_data import BOOK, chapters, prose

from lossbook import reference

NOTATION = (BOOK / "reference" / "notation.md").read_text(encoding="utf-8")
# Not symbols of the mathematics: how results are put together, and which variant is meant.
OPTIONS = {"ignore_index", "log", "penalty", "reduction"}


@pytest.mark.parametrize("name", reference.__all__)
def test_every_argument_is_a_symbol_of_the_notation_page(name: str):
    named = set(re.findall(r"`(\w+)`", NOTATION))
    arguments = set(inspect.signature(getattr(reference, name)).parameters)
    assert arguments - OPTIONS <= named


def test_index_pages_have_no_second_level_headings():
    for path in BOOK.rglob("index.*"):
        if path.parent != BOOK and path.suffix in {".md", ".ipynb"}:
            text = prose(path) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
            assert not re.search(r"^##+ ", text, re.MULTILINE), path


@pytest.mark.parametrize("path", [p for p in chapters() if p.stem != "index"], ids=lambda p: p.stem)
def test_a_chapter_has_its_parts_in_order(path: Path):
    headings = re.findall(r"^## (.+)$", prose(path), re.MULTILINE)
    parts = [
        "At a glance",
        "Definition",
        "Gradient",
        "The code",
        "Numerical care",
        "Verdicts",
        "Common wrong implementations",
        "Exercises",
        "Summary",
        "Further reading",
    ]
    places = [next(i for i, h in enumerate(headings) if h.startswith(part)) for part in parts]
    assert places == sorted(places)
    assert prose(path).count("```{exercise}") >= 4
