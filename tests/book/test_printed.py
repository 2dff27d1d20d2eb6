"""What is printed and not checked only falls."""

import json

from book_data import BOOK

from tools.printed import inline, shares

STORED = json.loads((BOOK / "reference" / "printed.json").read_text(encoding="utf-8"))


def test_what_is_printed_and_not_checked_only_falls():
    unchecked, before = (found["inline"] - found["inline checked"] for found in (shares(), STORED))
    assert unchecked <= before, "python -m tools.printed lists them"


def test_a_formula_in_a_sentence_is_found_in_its_equation():
    found = {one.latex: one.checked for one in inline() if one.page.endswith("5_hinge")}
    assert found[r"\max(0, 1 - y f)"]
    assert not all(found.values())
