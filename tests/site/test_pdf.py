"""A part of the printed book: outline, links, page numbers, and nothing cut."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from tests.site.conftest import require_browser
from tools.browser import ROOT

CHOSEN = ["book/index", "book/0_risk", "book/1_classification/5_hinge"]


@pytest.fixture(scope="module")
def book(built_site: None, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    require_browser()
    file = tmp_path_factory.mktemp("pdf") / "book.pdf"
    # In a process of its own: the browser of the other tests has this one's event loop.
    subprocess.run([sys.executable, "-m", "tools.pdf", file, *CHOSEN], cwd=ROOT, check=True)
    return PdfReader(file)


def entries(outline: list[Any], level: int = 0) -> Iterator[tuple[int, str]]:
    for item in outline:
        if isinstance(item, Destination):
            yield level, str(item.title)
        else:
            yield from entries(item, level + 1)


def annotations(book: PdfReader) -> Iterator[Any]:
    for page in book.pages:
        for annotation in page.get("/Annots", []):
            yield annotation.get_object()


def test_the_outline_is_the_table_of_contents(book: PdfReader):
    found = list(entries(book.outline))
    level = {title: level for level, title in found}
    assert len(found) > 20
    assert level["Before the losses"] == level["Loss functions, executed"] == 0
    assert level["0. What a loss is"] == 1
    assert level["1.5. Hinge loss"] == 2
    assert level["1.5.2. Definition"] == 3


def test_links_stay_inside_the_book_or_lead_to_the_web(book: PdfReader):
    names = set(book.named_destinations)
    targets = [link["/Dest"] for link in annotations(book) if "/Dest" in link]
    assert len(targets) > 20
    assert {str(target).lstrip("/") for target in targets} <= {name.lstrip("/") for name in names}
    actions = [link["/A"] for link in annotations(book) if "/URI" in link.get("/A", {})]
    addresses = {str(action["/URI"]) for action in actions}
    assert not {address for address in addresses if "127.0.0.1" in address}


def test_every_page_has_its_number(book: PdfReader):
    for number, page in enumerate(book.pages, start=1):
        assert str(number) in page.extract_text().split()


def test_a_page_of_the_site_begins_a_page(book: PdfReader):
    firsts = [page.extract_text().strip() for page in book.pages]
    assert sum(text.startswith("1.5. Hinge loss") for text in firsts) == 1
