"""The decks of slides: all of them as files, a few in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page

import eqtest
from tests.site.conftest import new_page
from tests.site.test_browser import Record
from tests.site.test_static import FETCHED, REMOTE
from tools import slides
from tools.browser import ROOT, SITE, serve
from tools.slides import SLIDES, Sentence, deck_name

CHAPTERS = slides.chapters()
# Long derivations, long tables, cases within a derivation, a tall figure with two questions.
ON_PHONE = ["1_2_cross_entropy", "2_3_smooth_l1_huber", "1_3_6_l2_softmax"]
SIZES = {"desk": (1280, 720), "phone": (390, 844)}
SMALLEST = {"desk": 0.65, "phone": 0.4}  # of the size of the text around it

READY = "document.documentElement.dataset.slides"
# Every slide is laid out at once, as before reveal.js hides all but one.
FAULTS = """
smallest => {
    document.documentElement.classList.remove("ready");
    const faults = [];
    for (const section of document.querySelectorAll(".slides > section")) {
        section.hidden = false;
        section.style.display = "block";
        const boxes = [".frame", ".body", ".katex-display", "pre", ".main", "p"];
        for (const box of section.querySelectorAll(boxes.join())) {
            if (box.closest("details, aside, td, th")) continue;
            const [x, y] = [box.scrollWidth - box.clientWidth, box.scrollHeight - box.clientHeight];
            const tall = y > 1 && box.matches(".frame, .body");
            if (x > 1 || tall) faults.push(`${section.id}: ${box.className} by ${x}, ${y}`);
        }
        for (const part of section.querySelectorAll("[style*='--fit']")) {
            const size = part.style.getPropertyValue("--fit");
            if (size < smallest) faults.push(`${section.id}: shrunk to ${size}`);
        }
    }
    return faults;
}
"""
VISIBLE_ROWS = """
() => new Set([...document.querySelectorAll(".present .mtable .fragment.visible")]
    .map(row => row.dataset.fragmentIndex)).size
"""


@cache
def deck(page: str) -> str:
    file = SLIDES / f"{deck_name(page)}.html"
    if not file.exists():
        pytest.fail(f"no deck of {page}: run 'make slides' first", pytrace=False)
    return file.read_text()


def tags(text: str, name: str) -> list[Tag]:
    """Return the start tags of a name; parsing whole decks would take half a minute."""
    starts = "".join(re.findall(rf"<{name}\b[^>]*>", text))
    return BeautifulSoup(starts, "html.parser").find_all(name)


def steps(page: str) -> dict[str, int]:
    """Return how many steps each equation of a deck has, by its label."""
    pieces = re.split(r'<div class="math" id="equation-([\w-]+)">', deck(page))[1:]
    return {
        label: len(set(re.findall(r'data-fragment-index="(\d+)"', piece)))
        for label, piece in zip(pieces[::2], pieces[1::2], strict=True)
    }


# As files ------------------------------------------------------------------------------------


def test_the_index_lists_a_deck_for_each_chapter() -> None:
    assert len(CHAPTERS) > 15
    index = (SLIDES / "index.html").read_text()
    listed = re.findall(r'<li><a href="(\w+)\.html">', index)
    assert listed == [deck_name(page) for page in CHAPTERS]
    assert sorted(listed) == sorted(file.stem for file in SLIDES.glob("[0-9]*.html"))


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_deck_fetches_only_what_is_beside_it(page: str) -> None:
    sources = [
        str(tag[key])
        for name, keys in FETCHED.items()
        for tag in tags(deck(page), name)
        for key in keys
        if tag.has_attr(key)
    ]
    assert [source for source in sources if source.startswith((*REMOTE, "/", ".."))] == []
    assert [source for source in sources if not (SLIDES / source).is_file()] == []


def test_styles_fetch_only_what_is_beside_them() -> None:
    for sheet in SLIDES.rglob("*.css"):
        for url in re.findall(r"url\([\"']?([^)\"']+)[\"']?\)", sheet.read_text()):
            if sheet.parent.name != "source-sans-pro" and not url.startswith("data:"):
                assert (sheet.parent / url).is_file(), f"{sheet.name}: {url}"


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_derivation_has_a_step_for_each_line(page: str) -> None:
    printed = eqtest.equations(ROOT / f"{page}.ipynb")
    found = steps(page)
    assert set(printed) == set(found)
    for label, latex in printed.items():
        lines = re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", latex, flags=re.DOTALL)
        expected = lines.count(r"\\") + 1 if "aligned" in latex else 0
        assert found[label] == expected, label


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_deck_keeps_figures_and_exercises(page: str) -> None:
    notebook = (ROOT / f"{page}.ipynb").read_text()
    images = tags(deck(page), "img")
    figures = [image for image in images if str(image["src"]).startswith("_images/")]
    assert len(figures) == notebook.count('"image/png": "')
    assert [image["src"] for image in figures if len(str(image["alt"])) < 40] == []
    assert [image["src"] for image in figures if not str(image["width"]).isdigit()] == []
    assert deck(page).count('<div class="unit exercise">') == notebook.count("{exercise")


@pytest.mark.parametrize("page", CHAPTERS)
def test_formulas_and_references_are_rendered(page: str) -> None:
    text = deck(page)
    assert "katex-error" not in text
    shown = re.sub(r"<(annotation|pre|code|math)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert (
        re.findall(r"(?:\$\$|\\begin|\\frac|\{(?:eq|cite|doc|ref)[:}]|\[\?\]).{0,40}", shown) == []
    )
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    inside = re.findall(r'href="#/([^"]+)"', text)
    assert [target for target in inside if target not in ids] == []
    links = re.findall(r'<a [^>]*href="([^"]+)"', text)
    assert [link for link in links if not link.startswith(("#/", "https://", "http://"))] == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_slide_has_its_own_name(page: str) -> None:
    names = re.findall(r'<section id="([^"]+)"', deck(page))
    assert len(names) == len(set(names))


# How a page becomes slides -------------------------------------------------------------------


def units(content: str) -> list[slides.Unit]:
    (made,) = [slide for slide in lay(content) if slide.units]
    return made.units


def lay(content: str) -> list[slides.Slide]:
    tag = BeautifulSoup(
        f'<section id="part"><h2>Part</h2>{content}</section>', "html.parser"
    ).find()
    assert isinstance(tag, Tag)
    return slides.section_slides(tag)


def paragraph(content: str) -> list[str]:
    tag = BeautifulSoup(f"<p>{content}</p>", "html.parser").p
    assert isinstance(tag, Tag)
    return [sentence.html for sentence in slides.sentences(tag)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        ("At 0.5 it is 1. <b>Then</b> more.", ["At 0.5 it is 1.", "<b>Then</b> more."]),
        ("<em>Why?</em> So.", ["<em>Why?</em>", "So."]),
        ("That is so (for now. Not later.) End.", ["That is so (for now. Not later.)", "End."]),
        ("a &lt; b. C", ["a &lt; b.", "C"]),
    ],
)
def test_sentences(content: str, expected: list[str]) -> None:
    assert paragraph(content) == expected


OUTPUT = "<div><table><tr><td>1</td></tr></table></div>"
TABLE = f'<div class="cell"><div class="cell_output">{OUTPUT}</div></div>'


def test_a_question_comes_before_its_result_and_a_comment_after_it() -> None:
    ask, unit = units(f"<p>Set up. Context. <em>How many?</em></p>{TABLE}<p>Three. It is so.</p>")
    assert '<p class="intro">Set up. Context.</p><p class="question">' in ask.html()
    assert "solo" in ask.kind  # deck.js gives it a slide of its own
    assert unit.before == ""
    assert [sentence.text for sentence in unit.after] == ["Three.", "It is so."]
    assert len(ask.notes) == len(unit.notes) == 1


def test_the_answer_to_a_prediction_is_for_the_speaker() -> None:
    question = '<span class="sd-summary-text"><strong>Predict.</strong> How many?</span>'
    box = (
        f'<details class="predict"><summary>{question}</summary><div><p>Three.</p></div></details>'
    )
    ask, unit = units(f"<p>Set up.</p>{box}{TABLE}<p>It is so.</p>")
    assert '<p class="question"><em><strong>Predict.</strong> How many?</em></p>' in ask.html()
    assert "solo" in ask.kind
    assert ask.notes == ["<p>Set up.</p>", "<p>Three.</p>"]
    assert "Three." not in unit.html()


def test_words_in_bold_begin_a_slide() -> None:
    text = f"<p><strong>Clamping.</strong> It cuts:</p>{TABLE}<p><strong>More.</strong> Text.</p>"
    shown = [slide for slide in lay(text) if slide.units]
    assert [slide.lead for slide in shown] == ["Clamping", "More"]
    assert shown[0].units[0].before == '<p class="intro">It cuts:</p>'
    assert shown[1].units[0].main == "<p>Text.</p>"  # a slide of nothing but prose shows it


def deck_of(*parts: tuple[str, str]) -> list[slides.Slide]:
    """Return slides with these headings and kinds of units."""
    made = []
    for number, (heading, kinds) in enumerate(parts):
        units = [slides.Unit(kind, main=f"{heading} {kind}") for kind in kinds.split(", ")]
        made.append(slides.Slide(f"part-{number}", heading, units=units))
    return made


def shown(path: list[slides.Slide]) -> list[tuple[str, str]]:
    return [(slide.heading, unit.kind) for slide in path for unit in slide.units]


def test_a_path_takes_the_core_first_and_keeps_the_order() -> None:
    deck = deck_of(
        ("Definition", "equation"),
        ("The code", "output"),
        ("Experiment", "ask solo, figure solo"),
        ("Summary", "list"),
        ("Exercises", "exercise"),
    )
    assert slides.path(deck, 0) == []
    assert shown(slides.path(deck, 3 + 1.5 + 2)) == [
        ("Definition", "equation"),
        ("Summary", "list"),
    ]
    everything = shown(slides.path(deck, 1000))
    assert everything == [part for part in shown(deck) if part[0] != "Exercises"]


def test_a_question_is_on_a_path_only_with_its_answer() -> None:
    deck = deck_of(("Experiment", "ask solo, code, table"), ("Geometry", "figure solo"))
    assert shown(slides.path(deck, 3 + 4.9)) == [("Geometry", "figure solo")]
    assert shown(slides.path(deck, 3 + 5)) == [
        ("Experiment", "ask solo"), ("Experiment", "code"), ("Experiment", "table"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "minutes"),
    [*((page, 50) for page in CHAPTERS), *((page, 90) for page in CHAPTERS[-3:])],
)
def test_a_path_has_its_length_and_the_core(page: str, minutes: int, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slides, "pictures", lambda *_: None)
        title, _ = slides.make_deck(page, SITE, tmp_path, minutes)
    stated = re.search(r"\((\d+) minutes\)$", title)
    assert stated is not None
    assert int(stated[1]) <= minutes
    text, whole = next(tmp_path.iterdir()).read_text(), deck(page)
    for words in ("At a glance", "Definition", "Summary"):
        assert (words in text) == (words in whole), words
    assert text.count('class="unit ask') <= whole.count('class="unit ask')
    assert 'class="unit exercise"' not in text
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    assert set(re.findall(r'href="#/([^"]+)"', text)) <= ids


def test_long_prose_is_only_spoken() -> None:
    (unit,) = units(f"<p>{'word ' * 80}.</p>{TABLE}")
    assert unit.before == ""
    assert "word" in unit.notes[0]


def test_a_sentence_that_leads_ends_in_a_colon() -> None:
    assert Sentence("so:", "so: ").leads
    assert not Sentence("so.", "so.").leads


# In a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    deck(CHAPTERS[0])
    with serve(SLIDES) as url:
        yield url


@pytest.fixture(scope="module")
def browser_page(browser_page: Page) -> Iterator[Page]:
    """A page of its own in the one browser: a process can drive no second one beside it."""
    with new_page(browser_page) as page:
        yield page


@pytest.fixture
def record(browser_page: Page, address: str) -> Record:
    result = Record(address)
    result.watch(browser_page)
    return result


def show(page: Page, address: str, size: str = "desk") -> int:
    """Load a deck, and return how many slides it has."""
    page.goto("about:blank")  # a deck that is turned upright loads itself anew
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address, wait_until="load")
    page.wait_for_function(READY)
    return int(page.evaluate(READY))


@pytest.mark.parametrize(
    ("name", "size"),
    [(deck_name(page), "desk") for page in CHAPTERS] + [(name, "phone") for name in ON_PHONE],
)
def test_nothing_leaves_its_slide(
    name: str, size: str, browser_page: Page, address: str, record: Record
) -> None:
    assert show(browser_page, f"{address}/{name}.html", size) > 4
    assert browser_page.evaluate(FAULTS, SMALLEST[size]) == []
    assert record.faults == []
    fonts = "[...document.fonts].filter(font => font.status !== 'loaded').map(font => font.family)"
    assert browser_page.evaluate(fonts) == []


def test_keys_step_through_a_derivation(browser_page: Page, address: str) -> None:
    show(browser_page, f"{address}/1_2_cross_entropy.html#/equation-eq-sigmoid-symmetry")
    slide = browser_page.locator("section.present")
    assert slide.locator("#equation-eq-sigmoid-symmetry").count() == 1
    name = slide.get_attribute("id")
    seen = []
    while slide.get_attribute("id") == name:
        seen.append(browser_page.evaluate(VISIBLE_ROWS))
        browser_page.keyboard.press("ArrowRight")
    assert seen == [0, 1, 2, 3, 4]
    browser_page.keyboard.press("ArrowLeft")
    assert slide.get_attribute("id") == name
    browser_page.keyboard.press("Home")
    assert slide.get_attribute("id") == "title"


def test_folded_code_opens_by_key_and_stays_within_the_slide(
    browser_page: Page, address: str
) -> None:
    show(browser_page, f"{address}/1_2_cross_entropy.html#/the-code")
    while not browser_page.locator("section.present summary").count():
        browser_page.keyboard.press("ArrowRight")
    browser_page.locator("section.present summary").focus()
    browser_page.keyboard.press("Enter")
    panel = browser_page.locator("section.present details > div")
    box = panel.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720
    browser_page.keyboard.press("Enter")
    assert not panel.is_visible()


def test_the_index_fits_a_phone(browser_page: Page, address: str, record: Record) -> None:
    browser_page.goto(f"{address}/index.html")
    browser_page.set_viewport_size({"width": 390, "height": 844})
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 390
    assert record.faults == []
