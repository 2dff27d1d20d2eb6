"""Print the built site as one PDF with outline, links and page numbers: ``make pdf``.

The articles of all pages are put into one document, and a browser prints that: what is on paper is
what the site's tests have seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import ViewportSize
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject
from sphinx_external_toc.parsing import parse_toc_yaml

from tools.browser import ROOT, SITE, open_page, serve

PAPER = ROOT / "tools" / "paper"
SHEET = f"""<!doctype html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>lossbook</title>
<link rel="stylesheet" href="/_static/site.css"><style>{(PAPER / "paper.css").read_text()}</style>
</head><body></body></html>"""
FOOTER = """
<div style="width: 100%; font: 8px sans-serif; color: #555; text-align: center">
  <span class="pageNumber"></span>
</div>"""
# The widest formula and 88 columns of code fit an A4 page at this size, which is 9.6 points.
SCALE = 0.8
# What is left of A4 between the margins, at 96 pixels an inch and that size.
VIEWPORT: ViewportSize = {"width": 841, "height": 1190}


class Printed(NamedTuple):
    """A page of the site: how far its headings go down, and the part of the book that it opens."""

    name: str
    level: int
    part: str = ""


def pages(site: Path) -> Iterator[Printed]:
    """Yield what is printed, in reading order."""
    contents = parse_toc_yaml(ROOT / "_toc.yml")

    def below(name: str, level: int, part: str) -> Iterator[Printed]:
        if (site / f"{name}.html").exists():
            yield Printed(name, level, part)
        for tree in contents[name].subtrees:
            for position, item in enumerate(tree.items):
                yield from below(str(item), level + 1, (tree.caption or "") if not position else "")

    yield from below(contents.root.docname, 0, "")


def write(target: Path, site: Path, printed: Sequence[Printed]) -> None:
    """Print the pages of a site into a file."""
    headings = print_pages(target, site, printed)
    book = PdfWriter(clone_from=target)
    book.add_metadata({"/Title": "lossbook: loss functions, executed"})
    # The browser repeats the words of a heading, or loses a space, where its line breaks.
    for entry, words in zip(entries(book.outline), headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(words)
    book.write(target)


def entries(outline: list[Any]) -> Iterator[Any]:
    """Yield the entries of an outline as the file holds them, in order."""
    for item in outline:
        if isinstance(item, list):
            yield from entries(item)
        else:
            yield item.node


def print_pages(target: Path, site: Path, printed: Sequence[Printed]) -> list[str]:
    """Print the pages of a site into a file and return the words of all headings."""
    with serve(site) as address, open_page() as page:
        sheet = f"{address}/whole-book.html"
        page.route(sheet, lambda route: route.fulfill(body=SHEET, content_type="text/html"))
        page.set_viewport_size(VIEWPORT)
        page.emulate_media(media="print")
        page.goto(sheet)
        script = (PAPER / "paper.js").read_text()
        headings: list[str] = page.evaluate(script, [entry._asdict() for entry in printed])
        page.pdf(
            path=target,
            scale=SCALE,
            prefer_css_page_size=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
    return headings


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the book."""
    parser = argparse.ArgumentParser(prog="python -m tools.pdf", description=__doc__)
    parser.add_argument("--site", type=Path, default=SITE, help="the built site")
    parser.add_argument("target", type=Path, help="the file to write")
    parser.add_argument("pages", nargs="*", help="what to print of it, such as book/0_risk")
    options = parser.parse_args(arguments)
    printed = [
        page for page in pages(options.site) if not options.pages or page.name in options.pages
    ]
    write(options.target, options.site, printed)


if __name__ == "__main__":
    main()
