"""Every displayed equation of the book is checked, or exempt in writing; its mutants are noticed.

The mutants are tried chapter by chapter: ``pytest tests/book -k 'mutant and hinge'`` takes seconds.
"""

import functools
import re
from dataclasses import replace

import pytest
from book_data import checked_equations
from eqtest.audit import Audit, Checked

from book import _draws as draws
from tools.formulas import book_audit

FLOOR, SLIPS = 0.97, 0.9
MOST_ALONE = MOST_EXEMPT = 10
AUDIT: Audit = book_audit()
LABELS = [(chapter, label) for chapter, found in AUDIT.chapters.items() for label in found]
CHAPTERS = list(AUDIT.chapters)


@functools.cache  # three tests read them
def rows_of(chapter: str) -> list[Checked]:
    return list(AUDIT.page(chapter))


@pytest.mark.parametrize(("chapter", "label"), LABELS, ids=[label for _, label in LABELS])
def test_equation(chapter: str, label: str):
    row = AUDIT.row(chapter, label, mutants=False)
    assert not row.problem, row.problem


def test_no_draw_exemption_or_explanation_without_its_equation():
    assert AUDIT.unprinted() == []
    assert set(draws.SURVIVORS) <= set(AUDIT.latex)
    assert {row["label"] for row in checked_equations()} == set(AUDIT.latex)


def test_another_name_in_a_head_is_noticed_by_the_equation_or_by_one_that_uses_it():
    """Where it is not, ``HEADS`` holds the name."""
    pages = {label: chapter for chapter, label in LABELS}
    users: dict[str, list[str]] = {label: [] for label in pages}
    for label in draws.DRAWS:
        for other in AUDIT.definitions(label):
            users[other].append(label)
    unnoticed, renamed = [], 0
    for label in draws.DRAWS:
        chain = AUDIT.trial(pages[label], label).statement.chains[0]
        if chain.head is None or chain.head.derivative:
            continue
        renamed += 1
        side, latex = chain.sides[0], AUDIT.latex[label]
        name = re.match(r"\\?[A-Za-z]+", side.latex)
        assert name, side.latex
        changed = f"{latex[: side.start]}Q{latex[side.start + name.end() :]}"
        page = {**AUDIT.chapters[pages[label]], label: changed}
        other = replace(AUDIT, chapters={**AUDIT.chapters, pages[label]: page})
        affected = (label, *users[label]) if label in draws.HEADS else (*users[label], label)
        rows = (other.row(pages[each], each, mutants=False) for each in affected)
        if not any(row.problem for row in rows):
            unnoticed.append(label)
    assert renamed > 40
    assert unnoticed == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_check_notices_almost_every_mutant(chapter: str):
    rows = rows_of(chapter)
    mutants, killed = sum(row.mutants for row in rows), sum(row.killed for row in rows)
    assert mutants
    assert killed >= FLOOR * mutants, f"{killed} of {mutants}"


def test_the_check_notices_most_slips_made_on_every_line():
    rows = checked_equations()  # whose freshness is a test of its own
    slips = sum(row["slips"] for row in rows)
    noticed = sum(row["slips_noticed"] for row in rows)
    assert noticed >= SLIPS * slips, f"{noticed} of {slips}"


def test_few_equations_are_held_to_nothing_but_themselves():
    assert len(draws.SELF) <= MOST_ALONE
    assert all(reason.strip() for reason in draws.SELF.values())


def test_few_equations_are_compared_with_nothing():
    assert len(draws.EXEMPT) <= MOST_EXEMPT


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_survivor_is_explained_and_no_explanation_is_outdated(chapter: str):
    rows = rows_of(chapter)
    survivors = {row.label: set(row.survivors) for row in rows if row.survivors}
    labels = {row.label for row in rows}
    explained = {label: set(found) for label, found in draws.SURVIVORS.items() if label in labels}
    assert survivors == explained
    for label in survivors:
        assert all(reason.strip() for reason in draws.SURVIVORS[label].values())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_table_that_the_site_shows_is_fresh(chapter: str):
    rows = rows_of(chapter)
    stored = {row["label"]: row for row in checked_equations()}
    for row in rows:
        fresh = row.json()
        fresh["survivors"] = list(row.survivors)
        shown = dict(stored[row.label])
        # A bound may differ by one power of ten on another processor; these powers are rounded.
        assert fresh.pop("error") < 11 * shown.pop("error"), row.label
        assert fresh == shown
