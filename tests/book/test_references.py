"""A citation leads to one work: no two have the same authors and year."""

from __future__ import annotations

from collections import Counter

from pybtex.database import Entry, parse_file

ENTRIES = parse_file("book/references.bib").entries


def label(work: Entry) -> str:
    """Return how a page cites the work, such as ``Wang et al., 2018a``."""
    names = [
        " ".join(person.prelast_names + person.last_names) for person in work.persons["author"]
    ]
    shown = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{shown}, {work.fields['year']}"


def test_no_two_works_are_cited_alike():
    labels = Counter(label(work) for work in ENTRIES.values())
    assert [shown for shown, works in labels.items() if works > 1] == []
