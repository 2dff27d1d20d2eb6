"""The terms of the glossary, and what counts as a place of one."""

from __future__ import annotations

from pathlib import Path

import pytest
import subject_index
from subject_index import Term, terms

HINGE = Term("hinge loss", "book/1_classification/5_hinge")


def test_a_row_with_two_terms_counts_twice() -> None:
    pages = {term.name: term.page for term in terms()}
    assert pages["precision"] == pages["recall"] == "book/1_classification/3_softmax/2_weighted"
    assert len({term.place for term in terms()}) == len(pages) > 100


def test_a_term_in_two_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    glossary = tmp_path / f"{subject_index.GLOSSARY}.md"
    glossary.parent.mkdir(parents=True)
    row = "| margin | x | {doc}`../0_risk` |\n"
    glossary.write_text(row + row)
    monkeypatch.setattr(subject_index, "BOOK", tmp_path / "book")
    with pytest.raises(ValueError, match="'margin' stands in two rows"):
        terms.__wrapped__()


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("hinge loss", True, True),
        ("Hinge\nlosses:", True, True),
        ("the hinge loss of a sample", True, False),
        ("the hinge", False, False),
        ("a squared-hinge loss", False, False),
    ],
)
def test_a_term_is_found_as_a_word_and_in_the_plural(text: str, found: bool, whole: bool) -> None:
    assert HINGE.is_in(text) == found
    assert HINGE.is_in(text, whole=True) == whole


def test_what_stands_in_parentheses_is_no_part_of_a_term() -> None:
    assert Term("support vector machine (SVM)", "").is_in("a support vector machine")
    assert Term("Jensen's inequality", "").is_in("By Jensen’s inequality")
