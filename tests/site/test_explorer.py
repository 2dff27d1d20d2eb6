"""The explorer of losses in a browser: sliders, addresses, keyboard, and a page without scripts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from explore import SCRIPTS, STATIC, drawn
from playwright.sync_api import Page, expect

from tests.site.conftest import AXE
from tools.browser import SETTINGS, SITE, Setting, toc_pages, visit

PAGE = "book/reference/explorer"
CHAPTER = "book/1_classification/3_softmax/9_focal"
DESK, PHONE = Setting(1280, "light"), Setting(390, "light")
MOST_BYTES = 10_000  # of both scripts, as they travel
CURVE = ".explore figure:first-child path.value >> nth=-1"
FIRST, SECOND = ".explore output >> nth=0", ".explore output >> nth=1"
CUT = """
    texts => texts.map(text => text.getBBox())
        .filter(box => box.x < 0 || box.x + box.width > 340).length
"""
STROKES = """
    () => [...document.querySelectorAll(".explore path.value, .explore path.slope, .explore text")]
        .map(part => getComputedStyle(part))
        .map(style => style.stroke === "none" ? style.fill : style.stroke)
"""


@pytest.fixture
def page(browser_page: Page, address: str) -> Iterator[Page]:
    """The explorer's page; whatever a browser complains about fails the test."""
    faults: list[str] = []
    browser_page.on("pageerror", lambda error: faults.append(str(error)))
    browser_page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else None
    )
    open_at(browser_page, address, "")
    yield browser_page
    assert faults == []


def open_at(page: Page, address: str, state: str, setting: Setting = DESK) -> None:
    """Load the page anew in a state: another fragment alone would not load it."""
    page.goto("about:blank")
    visit(page, f"{address}/{PAGE}.html{f'#{state}' if state else ''}", setting)


def slide(page: Page, name: str, value: float) -> None:
    page.locator(f".explore input[name={name}]").fill(str(value))


def test_a_slider_moves_curve_words_and_address(page: Page) -> None:
    before = page.locator(CURVE).get_attribute("d")
    decision = page.locator(SECOND).inner_text()
    slide(page, "gamma", 5)
    assert page.locator(CURVE).get_attribute("d") != before
    assert page.locator(SECOND).inner_text() != decision
    assert page.locator("label:has(input[name=gamma]) b").inner_text() == "5"
    assert page.url.endswith("#loss=focal&gamma=5")
    link = page.locator(".explore a").get_attribute("href")
    assert link is not None
    assert link.endswith("#loss=focal&gamma=5")


def test_a_choice_brings_its_own_sliders(page: Page) -> None:
    page.locator(".explore select[name=loss]").select_option("arcface")
    names = page.locator(".explore input").evaluate_all("inputs => inputs.map(one => one.name)")
    assert names == ["s", "m", "phi", "x"]
    assert page.locator(".explore select[name=y]").count() == 0
    assert page.evaluate("document.activeElement.name") == "loss"


def test_an_address_restores_the_state(page: Page, address: str) -> None:
    state = "loss=huber&delta=3&x=-2&range=10"
    open_at(page, address, state)
    assert page.locator("select[name=loss]").input_value() == "huber"
    assert page.locator("select[name=range]").input_value() == "10"
    assert page.locator("input[name=delta]").input_value() == "3"
    assert page.locator(FIRST).inner_text().startswith("At x = −2: loss 2, slope −2.")
    page.evaluate("location.hash = '#loss=l2'")  # as a link of the page would
    expect(page.locator("select[name=loss]")).to_have_value("l2")


def test_float16_shows_where_the_printed_form_overflows(page: Page, address: str) -> None:
    open_at(page, address, "loss=logistic&range=20&x=-12")
    assert page.locator(".explore rect").count() == 0
    page.locator("select[name=precision]").select_option("float16")
    assert "As printed, in float16: inf." in page.locator(FIRST).inner_text()
    assert page.locator(".explore rect").count() == 1
    page.locator("select[name=precision]").select_option("float32")
    assert "As printed, in float32: 12." in page.locator(FIRST).inner_text()
    assert page.locator(".explore rect").count() == 0


def test_the_keyboard_reaches_and_moves_every_control(page: Page) -> None:
    controls = page.locator(".explore :is(select, input)")
    controls.first.focus()
    for number in range(controls.count()):
        name = controls.nth(number).get_attribute("name")
        assert page.evaluate("document.activeElement.name") == name
        assert controls.nth(number).evaluate("control => control.labels.length") == 1
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Address of this state"
    page.locator("input[name=x]").focus()
    before = page.locator(FIRST).inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator(FIRST).inner_text() != before


def test_the_pointer_reads_the_curve(page: Page) -> None:
    box = page.locator(".explore svg").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.559 * box["width"], box["y"] + 0.5 * box["height"])
    assert re.match(r"At x = −?0(\.\d+)?: ", page.locator(FIRST).inner_text())


@pytest.mark.parametrize("loss", ["focal", "arcface", "tukey", "hinge"])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_kind_fits_is_legible_and_accessible(
    loss: str, setting: Setting, page: Page, address: str
) -> None:
    open_at(page, address, f"loss={loss}&precision=float16&range=20", setting)
    assert page.evaluate("document.documentElement.scrollWidth") <= setting.width
    assert page.locator(".explore text").evaluate_all(CUT) == 0
    light = [brightness(color) > 0.35 for color in page.evaluate(STROKES)]
    assert all(light) if setting.scheme == "dark" else not any(light)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run('.explore')")["violations"]
    assert [violation["id"] for violation in found] == []


def brightness(color: str) -> float:
    """Return the relative luminance of a color that the browser computed, roughly."""
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", color)[:3])
    return float(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2)


def test_without_a_script_the_pictures_stand_there(bare_page: Page, address: str) -> None:
    bare_page.goto(f"{address}/{PAGE}.html")
    assert bare_page.locator(".explore svg").count() == 2
    assert bare_page.locator(".explore :is(select, input)").count() == 0
    assert bare_page.locator(FIRST).inner_text().startswith("At x = −1: loss ")
    assert bare_page.locator(".explore svg").first.bounding_box()["y"] < 600  # type: ignore[index]


def test_it_needs_no_server(browser_page: Page) -> None:
    browser_page.goto((SITE / f"{PAGE}.html").as_uri())
    slide(browser_page, "gamma", 0)
    assert "loss 0.6566" in browser_page.locator(FIRST).inner_text()


def test_a_chapter_holds_its_loss_folded_and_keeps_its_own_address(
    browser_page: Page, address: str
) -> None:
    page = browser_page
    visit(page, f"{address}/{CHAPTER}.html", PHONE)
    assert not page.locator(".explore").is_visible()
    page.locator(".explore-fold > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".explore svg").first.is_visible()
    slide(page, "gamma", 4)
    assert "#" not in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".explore a").click()
    assert page.url.endswith("explorer.html#loss=focal&gamma=4")
    assert page.locator("input[name=gamma]").input_value() == "4"


def test_every_link_to_a_state_names_one() -> None:
    found = [
        state
        for name in toc_pages()
        for state in re.findall(
            r'href="[^"]*explorer\.html#([^"]*=[^"]*)"', (SITE / f"{name}.html").read_text()
        )
    ]
    assert len(found) > 14
    assert [state for state in found if not drawn(state.replace("&amp;", "&"))["known"]] == []


def test_the_scripts_are_small_and_only_where_they_are_used() -> None:
    together = b"".join((STATIC / name).read_bytes() for name in SCRIPTS)
    assert len(gzip.compress(together)) < MOST_BYTES
    for name in toc_pages():
        text = (SITE / f"{name}.html").read_text()
        used = 'class="explore"' in text
        assert all((f"/_static/{script}" in text) == used for script in SCRIPTS), name
    assert "bestScores" not in (SITE / "_static" / "site.js").read_text()
