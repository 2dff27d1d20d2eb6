"""The index by subject: where each term of the glossary stands out in a chapter.

A term's place is the first paragraph of a page that sets it in bold or italics, or a heading that
has it, or the first of several paragraphs that use it. In the chapter that the glossary names one
paragraph is enough, or a section that uses the term in a table or a formula. The glossary links to
the places, and so does the general index, which Sphinx makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from book_data import BOOK
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.index import IndexDomain
from sphinx.transforms import SphinxTransform

GLOSSARY = "book/reference/glossary"
ROW = re.compile(
    r"^\| (?P<terms>[^|]+) \| [^|]+ \| \{doc\}`\.\./(?P<page>[^`]+)` \|$", re.MULTILINE
)

SEVERAL = 4  # paragraphs that use a term: more than in passing


class Term(NamedTuple):
    """A term of the glossary, and the page of the chapter that introduces it."""

    name: str
    page: str

    @property
    def place(self) -> str:
        """The id of its place in a page."""
        return str(nodes.make_id(f"term-{self.name}"))

    def is_in(self, text: str, whole: bool = False) -> bool:
        """Whether a text has the term, or is it, also in the plural."""
        name = re.escape(self.name.partition(" (")[0])
        pattern = rf"(?<![\w-]){name}(?:s|es)?(?![\w-])"
        match = re.fullmatch if whole else re.search
        words = " ".join(text.replace("’", "'").split()).strip(" .:,")
        return match(pattern, words, re.IGNORECASE) is not None


@cache
def terms() -> list[Term]:
    """Return the terms of the glossary; a row with two of them counts twice.

    Raises:
        ValueError: if a term stands in two rows.
    """
    rows = ROW.finditer((BOOK.parent / f"{GLOSSARY}.md").read_text(encoding="utf-8"))
    found: dict[str, Term] = {}
    for row in rows:
        for name in row["terms"].split(", "):
            if name in found:
                raise ValueError(f"glossary: {name!r} stands in two rows")
            found[name] = Term(name, f"book/{row['page']}")
    return list(found.values())


class PlacesOfTerms(SphinxTransform):
    """Marks the places of a page's terms before Sphinx collects the entries of its index."""

    default_priority = 800

    def apply(self, **kwargs: Any) -> None:
        """Put a target and an index entry before each place."""
        page = self.env.docname
        if not re.match(r"book/\d", page):
            return
        texts = Texts(self.document)
        for term in terms():
            place = next(texts.places(term, own=term.page == page), None)
            if place is None:
                continue
            main = "main" if term.page == page else ""
            entries = [("single", term.name, term.place, main, None)]
            target = nodes.target("", "", ids=[term.place])
            if isinstance(place, nodes.title):  # the target stands inside the section
                place.parent.insert(1, [addnodes.index(entries=entries), target])
            else:
                place.parent.insert(
                    place.parent.index(place), [addnodes.index(entries=entries), target]
                )


class Texts:
    """What a page says where: read once, since each of the terms is looked for."""

    def __init__(self, document: nodes.document) -> None:
        self.marked = [
            (words.parent, words.astext())
            for kind in (nodes.strong, nodes.emphasis)
            for words in document.findall(kind)
            if _is_text(words.parent)
        ]
        titles = [
            title
            for title in document.findall(nodes.title)
            if isinstance(title.parent.parent, nodes.section)
        ]
        self.titles = [(title, title.astext()) for title in titles]
        self.paragraphs = [
            (paragraph, paragraph.astext())
            for paragraph in document.findall(nodes.paragraph)
            if _is_text(paragraph)
        ]
        self.sections = [(title, title.parent.astext()) for title in titles]

    def places(self, term: Term, own: bool) -> Iterator[nodes.Element]:
        """Yield where the term stands out, then, in its own chapter, where it stands at all."""
        yield from (node for node, text in self.marked if term.is_in(text, whole=True))
        yield from (title for title, text in self.titles if term.is_in(text))
        uses = [paragraph for paragraph, text in self.paragraphs if term.is_in(text)]
        if len(uses) >= (1 if own else SEVERAL):
            yield uses[0]
        if own:
            yield from (title for title, text in self.sections if term.is_in(text))


def _is_text(node: nodes.Node) -> bool:
    """Whether a node is a paragraph outside of tables and of what code puts out."""
    places = (nodes.section, nodes.list_item, nodes.block_quote)
    return isinstance(node, nodes.paragraph) and isinstance(node.parent, places)


def link(app: Sphinx, document: nodes.document, page: str) -> None:
    """Lead the glossary's links to the places of the terms."""
    if page != GLOSSARY:
        return
    domain = app.env.get_domain("index")
    assert isinstance(domain, IndexDomain)
    for row in document.findall(nodes.row):
        first = row[0].astext().split(", ")[0]
        term = next((term for term in terms() if term.name == first), None)
        if term and any(entry[2] == term.place for entry in domain.entries.get(term.page, [])):
            for reference in row.findall(nodes.reference):
                reference["refuri"] += f"#{term.place}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_transform(PlacesOfTerms)
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
