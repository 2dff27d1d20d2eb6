"""Cards for links: what stands at the other end, carried by the page itself.

Pages are read without a server, too, where a script cannot fetch another page. So each page gets,
in inert ``template`` elements, the equations, works, terms and chapters that it links to elsewhere;
``cards.js`` shows them.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

LINK = re.compile(r'<a class="reference internal" href="(?P<address>[^"]+)"')
EQUATION = re.compile(
    r'<div class="math[^>]*id="(?P<id>equation-[^"]+)">.*?'
    r'(?P<content><span class="katex-display">.*?)'
    r'(?=<div class="narrow-formula">|</div>)',
    re.DOTALL,
)
WORK = re.compile(
    r'<div class="citation" id="(?P<id>[^"]+)".*?(?P<content><p>.*?</p>)\s*</div>', re.DOTALL
)
TERM = re.compile(
    r'<span class="target" id="(?P<id>term-[^"]+)"></span>\s*(?P<content><p>.*?</p>)', re.DOTALL
)
CHAPTER = re.compile(
    r"<article.*?<h1>(?P<title>.*?)<a .*?<blockquote>\s*<div>\s*(?P<question><p>.*?</p>)", re.DOTALL
)
# A card is read, not entered: it has no links; and an id stands once in a page.
SPARE = re.compile(r'</?a\b[^>]*>| id="[^"]*"')


def ends(page: str, text: str) -> dict[str, str]:
    """Return what the places of a page show in a card, by address."""
    found = {
        f"{page}#{place['id']}": place["content"]
        for pattern in (EQUATION, WORK, TERM)
        for place in pattern.finditer(text)
    }
    if chapter := CHAPTER.search(text):
        found[page] = f"<p><strong>{chapter['title']}</strong></p>{chapter['question']}"
    return {address: SPARE.sub("", content) for address, content in found.items()}


def deal(app: Sphinx, error: Exception | None) -> None:
    """Write into each page the cards of its links."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {f"{name}.html": (out / f"{name}.html") for name in app.env.all_docs}
    texts = {name: path.read_text(encoding="utf-8") for name, path in pages.items()}
    known: dict[str, str] = {}
    for name, text in texts.items():
        known |= ends(name, text)
    for name, text in texts.items():
        article, end, rest = text.partition("</article>")
        cards = []
        for address in dict.fromkeys(LINK.findall(article)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
            if not address.startswith("#") and target in known:
                cards.append(f'<template data-card="{address}">{known[target]}</template>\n')
        pages[name].write_text(article + "".join(cards) + end + rest, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("build-finished", deal, priority=800)  # before light_pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
