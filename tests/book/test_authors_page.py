"""The page for authors of other books: its examples run as printed."""

import doctest

from book_data import BOOK


def test_examples_run_as_printed():
    page = BOOK / "reference" / "formula.md"
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted >= 10
    assert result.failed == 0
