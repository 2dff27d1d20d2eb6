"""Check every displayed equation of the book and print what was done with each.

Run from the repository root::

    python -m tools.formulas [--json book/reference/formulas.json] [--without-mutants] [label ...]
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from eqtest.audit import Audit, Checked
from eqtest.binding import Binding
from eqtest.extract import Display, displays
from tqdm import tqdm

import lossbook.reference  # noqa: F401  (importing it binds the functions to their labels)
from book import _draws as draws
from eqtest import FormulaError
from lossbook.registry import BINDINGS

BOOK = Path("book")


def book_audit(book: Path = BOOK) -> Audit:
    """Return all equations of the book with everything that they are checked with."""
    pages = sorted([*book.rglob("*.ipynb"), *book.rglob("*.md")], key=_in_the_books_order)
    chapters = {
        (name := page.relative_to(book).with_suffix("").as_posix()): named(name, displays(page))
        for page in pages
        if not any(part.startswith(".") for part in page.parts)
    }
    labels = {label for labelled in chapters.values() for label in labelled}
    return Audit(
        chapters={chapter: labelled for chapter, labelled in chapters.items() if labelled},
        draws=draws.DRAWS,
        bindings={
            label: Binding(**vars(binding))
            for label, binding in BINDINGS.items()
            if label in labels
        },
        uses=draws.USES,
        anchors={
            label: Binding(label, function, draws.ANCHOR_SYMBOLS.get(label, {}), per="mean")
            for label, function in draws.ANCHORS.items()
        },
        drawn=draws.DRAWN,
        alone=draws.SELF,
        exempt=draws.EXEMPT,
        tight=draws.TIGHT,
        implied=draws.IMPLIED,
        heads=draws.HEADS,
        borderless=draws.BORDERLESS,
    )


def named(page: str, found: Sequence[Display]) -> dict[str, str]:
    """Return the displays of a page by label, or by page and number if they have none: ``page#1``.

    Raises:
        FormulaError: if two have one label.
    """
    result: dict[str, str] = {}
    unlabelled = itertools.count(1)
    for display in found:
        label = display.label or f"{page}#{next(unlabelled)}"
        if label in result:
            raise FormulaError(f"{page}: two equations are labelled {label}")
        result[label] = display.latex
    return result


def _in_the_books_order(page: Path) -> list[tuple[int, str]]:
    """Return what sorts pages as the book numbers them, the opening of a part first."""
    return [
        (int(digits[0]) if (digits := re.match(r"\d+", part)) else -1, part) for part in page.parts
    ]


def table(rows: Sequence[Checked]) -> str:
    """Return the rows as a table of plain text."""
    width = max((len(row.label) for row in rows), default=5)
    kinds = f"{'checked as':<11} {'held to':<11}"
    lines = [f"{'equation':<{width}}  {kinds} points  error    mutants  noticed"]
    chapter = ""
    for row in rows:
        if row.chapter != chapter:
            chapter = row.chapter
            lines += ["", chapter]
        if row.problem:
            numbers = "FAILED"
        elif row.kind == "exempt":
            numbers = row.reason
        else:
            numbers = f"{row.points:>6}  {row.error:<8.1e}{row.mutants:>8}{row.killed:>9}"
        lines.append(f"{row.label:<{width}}  {row.kind:<11} {row.tie:<11} {numbers}")
    return "\n".join(lines)


def summary(rows: Sequence[Checked]) -> str:
    """Return one line of totals."""
    checked = [row for row in rows if row.kind != "exempt" and not row.problem]
    mutants, killed = sum(row.mutants for row in rows), sum(row.killed for row in rows)
    share = f", {100 * killed / mutants:.1f} %" if mutants else ""
    slips, noticed = sum(row.slips for row in rows), sum(row.slips_noticed for row in rows)
    failed = sum(bool(row.problem) for row in rows)
    return (
        f"{len(rows)} equations: {len(checked)} checked, {failed} failed; "
        f"{killed} of {mutants} mutants noticed{share}; {noticed} of {slips} slips noticed"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks; return 1 if one of them fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.formulas", description=__doc__)
    parser.add_argument("labels", nargs="*", help="equations to check; by default all")
    parser.add_argument("--json", type=Path, help="where to store the same data")
    parser.add_argument("--without-mutants", action="store_true", help="check only")
    options = parser.parse_args(arguments)
    audit = book_audit()
    wanted = [
        (chapter, label)
        for chapter, labelled in audit.chapters.items()
        for label in labelled
        if not options.labels or label in options.labels
    ]
    if unknown := set(options.labels) - {label for _, label in wanted}:
        parser.error(f"on no page: {', '.join(sorted(unknown))}")
    rows = [
        audit.row(chapter, label, mutants=not options.without_mutants)
        for chapter, label in tqdm(wanted, unit="equation", file=sys.stderr)
    ]
    print(table(rows))
    for row in rows:
        if row.problem:
            print(f"\n{row.problem}")
        for survivor in row.survivors:
            explained = draws.SURVIVORS.get(row.label, {}).get(survivor, "not explained")
            print(f"\n{row.label} survives {survivor}: {explained}")
    print(f"\n{summary(rows)}")
    if options.json:
        stored = json.dumps({"equations": [row.json() for row in rows]}, indent=1)
        options.json.write_text(stored + "\n", encoding="utf-8")
    return int(any(row.problem for row in rows))


if __name__ == "__main__":
    sys.exit(main())
