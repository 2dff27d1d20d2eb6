"""Every labelled equation of the book is checked, or exempt in writing; its mutants are noticed."""

import pytest

from book import _draws as draws
from lossbook.formula.audit import Audit, Row
from tools.formulas import book_audit

FLOOR = 0.97
AUDIT: Audit = book_audit()
LABELS = [(chapter, label) for chapter, found in AUDIT.chapters.items() for label in found]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(AUDIT.rows())


@pytest.mark.parametrize(("chapter", "label"), LABELS, ids=[label for _, label in LABELS])
def test_equation(chapter: str, label: str):
    row = AUDIT.row(chapter, label, mutants=False)
    assert not row.problem, row.problem


def test_no_draw_exemption_or_explanation_without_its_equation():
    assert AUDIT.unprinted() == []
    assert set(draws.SURVIVORS) <= set(AUDIT.latex)


@pytest.mark.xdist_group("mutants")
def test_the_check_notices_almost_every_mutant(rows: list[Row]):
    mutants, killed = sum(row.mutants for row in rows), sum(row.killed for row in rows)
    assert mutants
    assert killed >= FLOOR * mutants, f"{killed} of {mutants}"


@pytest.mark.xdist_group("mutants")
def test_every_survivor_is_explained_and_no_explanation_is_outdated(rows: list[Row]):
    survivors = {row.label: set(row.survivors) for row in rows if row.survivors}
    explained = {label: set(reasons) for label, reasons in draws.SURVIVORS.items()}
    assert survivors == explained
    for reasons in draws.SURVIVORS.values():
        assert all(reason.strip() for reason in reasons.values())
