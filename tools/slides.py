"""A deck of slides for every chapter, made from the built site: ``python -m tools.slides``.

With ``--minutes 50`` the decks hold a path of that length instead: :func:`path` says what is core.

Each page of the site already holds what a slide needs: formulas rendered, references resolved,
numbers filled in, figures with their descriptions. A deck takes the page's tables, equations,
figures, outputs, exercises and lists; the prose goes into the speaker's notes, except for the
sentences that lead to such a thing or say what it shows. A derivation appears line by line, and a
question stands on a slide before its answer.
``tools/deck/deck.js`` spreads what is too long over several slides once the fonts are there, since
only a browser knows how tall a formula is; reveal.js comes from the wheel of sphinx-revealjs.
"""

from __future__ import annotations

import argparse
import ast
import copy
import html
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import distribution
from pathlib import Path
from string import Template

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement
from PIL import Image
from tqdm import tqdm

from tools.browser import ROOT, SITE, toc_pages

SLIDES = ROOT / "_build" / "slides"
PARTS = Path(__file__).parent / "deck"
REVEAL = "sphinx_revealjs/_static/revealjs"
REVEAL_FILES = [
    "LICENSE",
    "dist/reset.css",
    "dist/reveal.css",
    "dist/reveal.js",
    "dist/theme/fonts/source-sans-pro",
    "plugin/notes/notes.js",
]
# A sentence ends, and another begins with anything but a small letter.
SENTENCE_END = re.compile(r"(?:(?<=[.?!:])|(?<=[.?!][)”]))\s+(?=[^a-z\s]|$)")
SHORT = 170  # letters of a sentence beside an equation
COMMENT = 220  # letters of the sentences beside a result
PARAGRAPHS = 560  # letters of a slide that has nothing but text
# An author's tag overrules all of this; what a page folds away with its code is not for a slide.
OFF_SLIDES = {"tag_no-slide", "tag_hide-cell"}
OFF_PAGES = {"toctree-wrapper", "explore-fold"}
SHORT_CODE = 7  # lines that are shown; longer code is folded
WRONG = ("wrong", "numerical")  # sections in which the code itself is what is to be seen
# What a lecture of given length keeps, by words of the heading: the lower the number, the sooner.
# Exercises and further reading are for home, whatever the length.
CORE = {
    r"At a glance|Definition|Summary": 1,
    r"Gradient|Derivation|Verdicts": 2,
    r"The code|Numerical care|wrong implementations": 4,
    r"Exercises|Further reading": 9,
}
OTHERWISE = 3  # geometry and experiments
NEVER = 9
# Minutes that a unit is given, by the first word of its kind; a derivation by its lines.
PACE = {"figure": 3, "table": 2.5, "list": 2, "exercise": 5, "output": 1, "ask": 1}
OTHER_PACE = 1.5  # equations, code and text
LINE = 0.75
FRAME = 3  # minutes for the chapter's question and what it is about


@dataclass
class Sentence:
    """A sentence as HTML, with its letters as a reader sees them."""

    html: str = ""
    text: str = ""

    @property
    def leads(self) -> bool:
        """Whether it ends in a colon: it introduces what follows."""
        return self.text.rstrip().endswith(":")

    @property
    def asks(self) -> bool:
        """Whether it is one of the book's questions, set in italics, to think about first."""
        return self.html.lstrip().startswith("<em>") and self.text.rstrip().endswith("?")


@dataclass(eq=False)
class Unit:
    """What stays together on one slide, with what the speaker says to it."""

    kind: str
    before: str = ""
    main: str = ""
    code: str = ""
    after: list[Sentence] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0  # of a derivation, each a step

    @property
    def equation(self) -> bool:
        """Whether it is a display equation."""
        return self.kind.startswith("equation")

    @property
    def minutes(self) -> float:
        """How long it is spoken about."""
        return LINE * self.rows or PACE.get(self.kind.split()[0], OTHER_PACE)

    @property
    def needs_next(self) -> bool:
        """Whether it is a question or code, whose answer or output comes next."""
        return self.kind.split()[0] in ("ask", "code")

    def html(self) -> str:
        """Return the unit as HTML."""
        after = " ".join(sentence.html for sentence in self.after)
        last = f' fragment" data-fragment-index="{self.rows - 1}' if self.rows else ""
        comment = f'<p class="comment{last}">{after}</p>' if after else ""
        return (
            f'<div class="unit {self.kind}">{self.before}'
            f'<div class="result"><div class="main">{self.main}</div>{comment}</div>'
            f"{self.code}{notes(self.notes)}</div>"
        )


@dataclass
class Slide:
    """A heading, perhaps a second one below it, and units; the browser spreads them if need be."""

    name: str
    heading: str
    lead: str = ""
    units: list[Unit] = field(default_factory=list)

    def html(self) -> str:
        """Return the slide as HTML."""
        title = f'<p class="over">{self.heading}</p><h2>{self.lead}</h2>'
        head = title if self.lead else f"<h2>{self.heading}</h2>"
        body = "".join(unit.html() for unit in self.units)
        return section(self.name, "topic", f"<header>{head}</header>", body)


def section(name: str, kind: str, head: str, body: str) -> str:
    """Return a slide of reveal.js."""
    return (
        f'<section id="{name}" class="{kind}"><div class="frame">{head}'
        f'<div class="body">{body}</div></div></section>\n'
    )


def notes(spoken: Sequence[str]) -> str:
    """Return the speaker's notes of these paragraphs."""
    return f'<aside class="notes">{"".join(spoken)}</aside>' if spoken else ""


def inner(tag: Tag) -> str:
    """Return what is inside a tag, as HTML."""
    return tag.decode_contents().strip()


def visible(element: PageElement) -> str:
    """Return the letters that a reader sees; a formula holds its LaTeX and MathML as well."""
    if isinstance(element, NavigableString):
        return str(element)
    assert isinstance(element, Tag)
    if "katex-mathml" in element.get_attribute_list("class"):
        return ""
    return "".join(visible(child) for child in element.children)


def spoken(paragraph: Tag) -> str:
    """Return a paragraph for the speaker's window, which has no styles: formulas in MathML."""
    paragraph = copy.copy(paragraph)
    for formula in paragraph.select(".katex"):
        formula.replace_with(formula.find("math") or "")
    for source in paragraph.select("annotation"):
        source.decompose()
    return str(paragraph)


def sentences(paragraph: Tag) -> list[Sentence]:
    """Split a paragraph into its sentences."""
    found = [Sentence()]
    for child in paragraph.children:
        if isinstance(child, Tag):
            found[-1].html += str(child)
            found[-1].text += visible(child)
            continue
        text = str(child)
        if text[:1].isspace() and re.search(r"[.?!:]$", found[-1].text):
            found.append(Sentence())
        for number, piece in enumerate(SENTENCE_END.split(text)):
            if number:
                found.append(Sentence())
            found[-1].html += html.escape(piece, quote=False)
            found[-1].text += piece
    whole: list[Sentence] = []
    for sentence in found:
        if whole and whole[-1].text.count("(") > whole[-1].text.count(")"):
            whole[-1].html += f" {sentence.html}"
            whole[-1].text += f" {sentence.text}"
        elif sentence.text.strip():
            whole.append(Sentence(sentence.html.strip(), sentence.text.strip()))
    return whole


def leads_to_equation(follower: Tag | None) -> bool:
    """Whether a paragraph stands before an equation, which needs its last sentence."""
    return follower is not None and "math" in follower.get_attribute_list("class")


def first_ones(queue: list[Sentence], letters: int, keep: int = 0, most: int = 9) -> list[Sentence]:
    """Take sentences off the queue's front, while they are short enough and say something."""
    taken: list[Sentence] = []
    while len(taken) < most and len(queue) > keep:
        if queue[0].leads or any(one.asks for one in queue[:2]):
            break
        letters -= len(queue[0].text)
        if letters < 0:
            break
        taken.append(queue.pop(0))
    return taken


def last_ones(queue: list[Sentence]) -> list[Sentence]:
    """Return the sentences at the queue's end that are short enough to be read on a slide."""
    letters = SHORT
    for number in range(len(queue) - 1, -1, -1):
        letters -= len(queue[number].text)
        if letters < 0 or queue[number].asks:
            return queue[number + 1 :]
    return queue[:]


def step_rows(equation: Tag) -> int:
    """Let the rows of a derivation appear one after the other, and return how many there are.

    KaTeX sets a table column by column; the cells of a row share the height of their baseline.
    """
    table = equation.select_one(".katex-html .mtable")
    assert table is not None
    rows: dict[float, list[Tag]] = {}
    columns = table.select(":scope > [class^=col-align] > .vlist-t > .vlist-r:first-child > .vlist")
    for column, cells in enumerate(columns):
        for cell in cells.find_all("span", recursive=False):
            strut = cell.find("span", class_="pstrut", recursive=False)
            if isinstance(strut, Tag):
                place = length(cell, "top") + length(strut, "height")
                rows.setdefault(round(place, 2), []).append(cell)
                cell["class"] = "fragment" if column < 2 else "fragment reason"
    for number, place in enumerate(sorted(rows)):
        for cell in rows[place]:
            cell["data-fragment-index"] = str(number)
    return len(rows)


def length(tag: Tag, name: str) -> float:
    """Return a length in em from a tag's style."""
    found = re.search(rf"(?:^|;)\s*{name}:\s*(-?[\d.]+)em", str(tag["style"]))
    assert found is not None, tag["style"]
    return float(found[1])


def listing(code: Tag, last: int | None = None) -> str:
    """Return the first lines of a highlighted cell; Pygments closes its tags at a line's end."""
    pre = code.select_one("pre")
    assert pre is not None
    lines = pre.decode_contents().rstrip().split("\n")[:last]
    return '<div class="highlight"><pre>' + "\n".join(lines) + "</pre></div>"


def definitions(source: str) -> int:
    """Return how many lines the functions at the top of a cell take, 0 if none or too many."""
    end = 0
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.FunctionDef):
            break
        end = statement.end_lineno or 0
    return end if end <= 2 * SHORT_CODE else 0


class Section:
    """Lays one section of a chapter on slides."""

    def __init__(self, name: str, heading: str, blocks: Sequence[Tag]) -> None:
        self.name = name
        self.slides = [Slide(name, heading)]
        self.queue: list[Sentence] = []  # read, but on no slide yet
        self.said: list[str] = []  # paragraphs for the notes of what comes next
        self.code: list[str] = []  # cells without an output, folded into the next one
        self.open: Unit | None = None  # whose comment may follow
        self.run_in = ""  # a small heading for the next unit alone
        for number, block in enumerate(blocks, start=1):
            self.read(block, blocks[number] if number < len(blocks) else None)
        self.rest()

    @property
    def units(self) -> list[Unit]:
        """The units of the slide that is being made."""
        return self.slides[-1].units

    def read(self, block: Tag, follower: Tag | None) -> None:
        """Take one block of the page."""
        classes = block.get_attribute_list("class")
        if block.name == "p":
            self.paragraph(block, follower)
        elif block.name == "section":
            self.rest()
            self.slides += section_slides(block)
        elif "math" in classes:
            self.equation(block)
        elif "cell" in classes:
            self.cell(block)
        elif "predict" in classes:
            self.prediction(block)
        elif "exercise" in classes:
            title = block.select_one(".admonition-title")
            content = block.find("section")
            assert isinstance(title, Tag)
            assert isinstance(content, Tag)
            self.add(Unit("exercise", f"<h3>{title.get_text(strip=True)}</h3>", inner(content)))
        elif OFF_PAGES.isdisjoint(classes):
            kind = "table" if block.find("table") else "list" if block.find("li") else "block"
            self.add(Unit(kind, main=str(block)))

    def add(self, unit: Unit, bare: bool = False) -> None:
        """Put a unit on the slide, with the sentences that lead to it; a bare one needs some."""
        leads = unit.equation or bool(self.queue and self.queue[-1].leads)
        asking = [number for number, one in enumerate(self.queue) if one.asks]
        intro: list[Sentence] = []
        if asking:
            intro = last_ones(self.queue[: asking[0]])
        elif not leads and (self.run_in or (self.slides[-1].lead and not self.units)):
            intro = first_ones(self.queue, SHORT)
        elif bare or leads:
            intro = last_ones(self.queue)
        first = Unit("ask solo") if asking else unit
        first.before, self.run_in = self.run_in + first.before, ""
        if intro:
            first.before += f'<p class="intro">{" ".join(one.html for one in intro)}</p>'
        for number in asking:
            first.before += f'<p class="question">{self.queue[number].html}</p>'
        first.notes += self.said
        self.queue, self.said = [], []
        self.units.extend([first, unit] if asking else [unit])
        self.open = None

    def paragraph(self, block: Tag, follower: Tag | None) -> None:
        """Take a paragraph: a comment on what came before, words to what comes next, or a lead."""
        queue = sentences(block)
        if self.leads_in(block, queue):
            pass
        elif self.open is not None:
            goes_on = queue[0].text[:1].islower() and len(queue) > 1
            keep = int(leads_to_equation(follower) and not goes_on)
            beside = 1 if self.open.equation else len(queue)
            self.open.after = first_ones(queue, COMMENT, keep, beside)
            self.open.notes.append(spoken(block))
            self.open, self.queue = None, queue
            self.said = [spoken(block)] if queue else []  # some of it is about what comes next
            return
        self.said.append(spoken(block))
        self.queue += queue
        self.open = None

    def prediction(self, block: Tag) -> None:
        """Take a question whose answer a page holds back: on a slide that is the speaker's."""
        question = block.select_one(".sd-summary-text")
        assert question is not None
        self.queue.append(Sentence(f"<em>{inner(question)}</em>", visible(question).strip()))
        self.said += [spoken(paragraph) for paragraph in block.select("p")]
        self.open = None

    def leads_in(self, block: Tag, queue: list[Sentence]) -> bool:
        """Start a new slide if the paragraph begins with words in bold: they are its heading."""
        first = next(iter(block.children), None)
        if not isinstance(first, Tag) or first.name != "strong":
            return False
        self.rest()
        heading = self.slides[0].heading
        words = re.sub(r"[.:]$", "", inner(first))
        only_start = words == "Data"  # the experiment that follows has the section's heading
        self.run_in = f"<h3>{words}</h3>" if only_start else ""
        slide = Slide(f"{self.name}-{len(self.slides)}", heading, "" if only_start else words)
        self.slides.append(slide)
        if queue[0].html == str(first):
            del queue[0]
        return True

    def rest(self) -> None:
        """Close the slide: what is left of the prose goes to the notes, or is all there is."""
        if self.units:
            self.units[-1].notes += self.said
        elif self.queue:
            shown = first_ones([one for one in self.queue if not one.leads], PARAGRAPHS)
            text = " ".join(sentence.html for sentence in shown or self.queue[:1])
            self.units.append(Unit("text", main=f"<p>{text}</p>", notes=self.said))
        self.queue, self.said, self.open = [], [], None

    def equation(self, block: Tag) -> None:
        """Take a display equation; a derivation is stepped."""
        source = block.select_one("annotation")
        assert source is not None
        unit = Unit("equation")
        if source.get_text().lstrip().startswith(r"\begin{aligned}"):
            unit = Unit("equation derivation solo", rows=step_rows(block))
        unit.main = str(block)
        self.add(unit)
        self.open = unit

    def cell(self, block: Tag) -> None:
        """Take a code cell: its outputs, and its code short or folded."""
        if OFF_SLIDES & set(block.get("class") or []):
            return
        code, output = block.select_one(".cell_input"), block.select_one(".cell_output")
        source = code.get_text().strip("\n") if code else ""
        of_package = "show.source" in source
        if code and "glue(" not in source and not of_package:
            self.code.append(listing(code))
        if output is None:
            return
        if code and not of_package and not output.find("img") and (lines := self.shown(source)):
            unit = Unit("code", main=listing(code, lines))
            self.add(unit)
            if lines == len(source.splitlines()) and len(self.code) == 1:
                self.code = []
        for child in output.find_all(True, recursive=False):
            # Of a figure the picture alone: its caption says what the slide's own text says.
            part = child.select_one("figure > img") or child
            kind = "table" if part.find("table") else "output"
            unit = Unit("figure solo" if part.name == "img" else kind, main=str(part))
            self.add(unit, bare=True)
            unit.code = folded(self.code) if self.code else ""
            self.code = []
            self.open = None if of_package else unit

    def shown(self, source: str) -> int:
        """Return how many lines of a cell are shown: all, its wrong function, or none."""
        lines = len(source.splitlines())
        if lines <= SHORT_CODE:
            return lines
        return definitions(source) if any(word in self.name for word in WRONG) else 0


def section_slides(tag: Tag) -> list[Slide]:
    """Return the slides of a section of the page."""
    heading, *blocks = tag.find_all(True, recursive=False)
    return Section(str(tag["id"]), inner(heading), blocks).slides


def rank(slide: Slide) -> int:
    """Return how soon a slide is on a path: 1 is the first to be taken."""
    return next(
        (
            number
            for text in (slide.heading, slide.lead)
            for words, number in CORE.items()
            if re.search(words, text)
        ),
        OTHERWISE,
    )


def path(slides: Sequence[Slide], minutes: float) -> list[Slide]:
    """Return the core of a deck that fits into some minutes, in the order of the deck.

    Units are taken by the rank of their slide, then in their order, while there is time; a question
    or code only together with what it leads to.
    """
    left = minutes - FRAME
    groups: list[tuple[int, list[Unit]]] = []
    for slide in slides:
        open_group = False
        for unit in slide.units:
            if open_group:
                groups[-1][1].append(unit)
            else:
                groups.append((rank(slide), [unit]))
            open_group = unit.needs_next
    core: list[Unit] = []
    for number, group in sorted(groups, key=lambda pair: pair[0]):
        time = sum(unit.minutes for unit in group)
        if number < NEVER and time <= left:
            left -= time
            core += group
    kept = [replace(slide, units=[u for u in slide.units if u in core]) for slide in slides]
    return [slide for slide in kept if slide.units]


def length_of(slides: Sequence[Slide]) -> float:
    """Return how many minutes a deck is given."""
    return FRAME + sum(unit.minutes for slide in slides for unit in slide.units)


def folded(code: Sequence[str]) -> str:
    """Return code that a click shows."""
    listings = f'<div tabindex="0">{"".join(code)}</div>'
    return f'<details class="fold"><summary>Code</summary>{listings}</details>'


def title_slide(article: Tag) -> str:
    """Return the first slide: the chapter's name, its question and the answer in a line."""
    title, quote = article.find("h1"), article.find("blockquote")
    assert isinstance(title, Tag)
    paragraphs = quote.find_all("p") if isinstance(quote, Tag) else []
    kinds = ["question", *["answer fragment"] * len(paragraphs)]
    body = "".join(
        f'<div class="unit {kind}">{inner(paragraph)}</div>'
        for kind, paragraph in zip(kinds, paragraphs, strict=False)
    )
    return section("title", "title", f"<header><h1>{inner(title)}</h1></header>", body)


def opening_slide(paragraph: Tag) -> str:
    """Return the second slide: what one learns, what one needs, how long it takes."""
    items: list[str] = []
    for child in paragraph.children:
        if (isinstance(child, Tag) and child.name == "strong") or not items:
            items.append("")
        items[-1] += str(child) if isinstance(child, Tag) else html.escape(str(child), quote=False)
    body = "".join(f'<div class="unit opening"><p>{item}</p></div>' for item in items)
    return section("opening", "topic", "<header><h2>What this chapter is about</h2></header>", body)


def clean(article: Tag, equations: dict[str, str]) -> None:
    """Leave out what only a page needs, and resolve its links."""
    for tag in article.select(
        ".checked-mark, .headerlink, .narrow-formula, .solution-link, :is(h2, h3) .section-number"
    ):
        tag.decompose()
    for link in article.find_all("a", href=True):
        target = str(link["href"])
        if target.startswith("#equation-"):
            link["href"] = f"#/{target[1:]}"
            row = link.find_parent("tr")
            short = row is not None and len(row.find_all("td")) <= 4 and not link.previous_sibling
            if short and (formula := equations.get(target[1:])):
                link.insert_before(BeautifulSoup(f"{formula} ", "html.parser"))
        elif not target.startswith(("https:", "http:")):
            link.unwrap()
    for tag in article.find_all(id=True):
        if tag.name not in ("section", "h2") and not str(tag["id"]).startswith("equation-"):
            del tag["id"]


def formulas(article: Tag) -> dict[str, str]:
    """Return the rendered equations that are one line, to be shown where a table names them."""
    found = {}
    for block in article.select("div.math[id]"):
        formula = block.select_one(".katex")
        if formula and not formula.select(".mtable"):
            found[str(block["id"])] = f'<span class="math">{formula}</span>'
    return found


def pictures(article: Tag, page: Path, folder: Path) -> None:
    """Copy a page's figures to the slides, and say how large they are."""
    for image in article.find_all("img"):
        source = (page.parent / str(image["src"])).resolve()
        target = folder / "_images" / source.name
        shutil.copyfile(source, target)
        with Image.open(target) as figure:
            image["width"], image["height"] = map(str, figure.size)
        image.attrs.pop("loading", None)  # slides are laid out once all their figures are there
        image["src"] = f"_images/{source.name}"


def deck_name(page: str) -> str:
    """Return the name of a page's deck: its number and its file's name.

    Example:
        >>> deck_name("book/1_classification/3_softmax/2_weighted")
        '1_3_2_weighted'
        >>> deck_name("book/2_regression/index")
        '2_regression'
    """
    parts = [part for part in page.split("/")[1:] if part != "index"]
    return "_".join([*(part.split("_")[0] for part in parts[:-1]), parts[-1]])


def chapters() -> list[str]:
    """Return the pages of the table of contents that are chapters with a notebook."""
    return [
        page
        for page in toc_pages()
        if (ROOT / f"{page}.ipynb").exists()
        and not page.startswith(("book/course/", "book/reference/"))
    ]


def without_dead_links(text: str) -> str:
    """Return slides whose links to equations that are on no slide are plain text."""
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    link = re.compile(r'<a\b[^>]*href="#/([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
    return link.sub(lambda found: found[0] if found[1] in ids else found[2], text)


def make_deck(page: str, site: Path, folder: Path, minutes: float | None) -> tuple[str, str]:
    """Write one deck, and return the chapter's title with its minutes, and its question."""
    file = site / f"{page}.html"
    soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article > section")
    assert isinstance(article, Tag)
    clean(article, formulas(article))
    pictures(article, file, folder)
    heading, question = article.find("h1"), article.select_one("blockquote p")
    assert isinstance(heading, Tag)
    parts = [title_slide(article)]
    blocks = article.select(":scope > :not(h1, blockquote, section)")
    if blocks and question:
        parts.append(opening_slide(blocks.pop(0)))
    # The index page of a part has headings of its own, and no sections, which would take numbers.
    groups = [[heading]]
    for block in blocks:
        if block.name == "h2":
            groups.append([])
        groups[-1].append(block)
    slides: list[Slide] = []
    for first, *content in groups:
        slides += Section(str(first.get("id", "chapter")), inner(first), content).slides
    for tag in article.find_all("section", recursive=False):
        slides += section_slides(tag)
    if minutes is not None:
        slides = path(slides, minutes)
    parts += [slide.html() for slide in slides if slide.units]
    title = " ".join(heading.get_text().split())
    text = Template((PARTS / "deck.html").read_text(encoding="utf-8"))
    written = text.substitute(title=html.escape(title), slides=without_dead_links("".join(parts)))
    (folder / f"{deck_name(page)}.html").write_text(written, encoding="utf-8")
    about = f"{title} ({length_of(slides):.0f} minutes)"
    return about, inner(question) if question else ""


def copy_parts(site: Path, folder: Path) -> None:
    """Lay reveal.js, KaTeX's fonts and the decks' own style beside the decks."""
    static = folder / "_static"
    shutil.copytree(site / "_static" / "katex", static / "katex")
    for name in ("pygments.css", "favicon.svg", "logo-light.svg"):
        shutil.copyfile(site / "_static" / name, static / name)
    for name in ("deck.css", "deck.js"):
        shutil.copyfile(PARTS / name, static / name)
    reveal = Path(str(distribution("sphinx-revealjs").locate_file(REVEAL)))
    for name in REVEAL_FILES:
        target = static / "reveal" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (reveal / name).is_dir():
            shutil.copytree(reveal / name, target)
        else:
            shutil.copyfile(reveal / name, target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all decks and the page that lists them."""
    parser = argparse.ArgumentParser(description="Make a deck of slides for every chapter.")
    parser.add_argument("--site", type=Path, default=SITE, help="where the built site is")
    parser.add_argument("--minutes", type=int, help="of a lecture; default: whole chapters")
    options = parser.parse_args(arguments)
    site, minutes = options.site, options.minutes
    folder = SLIDES if minutes is None else SLIDES.with_name(f"{SLIDES.name}-{minutes}")
    pages = chapters()
    if missing := [page for page in pages if not (site / f"{page}.html").exists()]:
        print(f"{missing[0]} is not built: run 'make book' first", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "_images").mkdir(parents=True)
    copy_parts(site, folder)
    entries = []
    for page in tqdm(pages, unit="deck"):
        title, question = make_deck(page, site, folder, minutes)
        entries.append(f'<li><a href="{deck_name(page)}.html">{title}</a> {question}</li>')
    index = Template((PARTS / "index.html").read_text(encoding="utf-8"))
    text = index.substitute(entries="\n".join(entries))
    (folder / "index.html").write_text(text, encoding="utf-8")
    print(f"{len(entries)} decks in {folder.relative_to(ROOT)}/: open index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
