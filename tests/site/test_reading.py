"""What a page costs to load, and that nothing on it is cut without a sign."""

from __future__ import annotations

import gzip
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Response

from tools.browser import SETTINGS, SITE, Setting, toc_pages, visit

CHAPTERS = [page for page in toc_pages() if (SITE.parents[1] / f"{page}.ipynb").exists()]
SHOWN = ("book/index", "book/1_classification/2_cross_entropy", "book/reference/checked")
MOST_REQUESTS, MOST_BYTES = 16, 350_000
MOST_SHIFT = 0.02
SHIFTING = (*SHOWN, "book/2_regression/4_perceptual", "book/course/solutions/2_4_perceptual")
PHONE = Setting(390, "light")
DESK = Setting(1280, "light")
MOST_OPEN_CODE = 0.2  # of a chapter's height
BENT = """
    async () => {
        const images = [...document.querySelectorAll("article img")];
        images.forEach(image => { image.loading = "eager"; });
        await Promise.all(images.map(image => image.decode()));
        return images.filter(image => Math.abs(
            image.width / image.height / (image.naturalWidth / image.naturalHeight) - 1) > 0.02
        ).map(image => image.src);
    }
"""
FILTERS = "images => images.map(image => getComputedStyle(image).filter)"
OPEN_CODE = """
    () => [...document.querySelectorAll("article .cell_input")]
        .filter(code => code.checkVisibility())
        .reduce((sum, code) => sum + code.getBoundingClientRect().height, 0)
        / document.querySelector("article").getBoundingClientRect().height
"""
FOLDED = "[...document.querySelectorAll('details.hide')].filter(code => !code.open).length"
CUT = """
    () => {
        document.querySelectorAll("details").forEach(part => { part.open = true; });
        document.querySelectorAll(".sd-tab-content").forEach(
            tab => { tab.style.display = "block"; });
        return [...document.querySelectorAll("article pre")]
            .filter(block => block.scrollWidth > block.clientWidth)
            .map(block => block.textContent.slice(0, 60));
    }
"""
UNNAMED = """
    () => [...document.querySelectorAll("summary:not([aria-label])")]
        .filter(summary => !summary.textContent.trim()).length
"""
UNSIZED = """
    () => [...document.querySelectorAll(".bd-article img[src*='_images/']")]
        .filter(image => !image.getAttribute("width") || image.loading !== "lazy")
        .map(image => image.src)
"""
SHIFTS = """
    () => new Promise(resolve => new PerformanceObserver(list => resolve(
        list.getEntries().reduce((sum, shift) => sum + (shift.hadRecentInput ? 0 : shift.value), 0)
    )).observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0), 500))
"""


@pytest.mark.parametrize("name", SHOWN)
def test_a_first_visit_is_light(name: str, fresh_page: Page, address: str) -> None:
    loaded: list[Response] = []
    fresh_page.on("response", lambda response: loaded.append(response))
    visit(fresh_page, f"{address}/{name}.html", Setting(1280, "light"))
    files = [
        SITE / response.url.removeprefix(f"{address}/").partition("?")[0] for response in loaded
    ]
    sizes = [
        min(len(data), len(gzip.compress(data))) for data in (file.read_bytes() for file in files)
    ]
    assert len(loaded) <= MOST_REQUESTS
    assert sum(sizes) <= MOST_BYTES


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("name", SHIFTING)
def test_nothing_moves_while_a_page_loads(
    name: str, setting: Setting, fresh_page: Page, address: str
) -> None:
    visit(fresh_page, f"{address}/{name}.html", setting)
    assert fresh_page.evaluate(SHIFTS) < MOST_SHIFT


@pytest.mark.parametrize(
    ("name", "setting", "width"),
    [
        ("1_classification/3_softmax/4_l_softmax", PHONE, 390),
        ("1_classification/3_softmax/8_arcface", PHONE, 390),
        ("3_practice/2_density", DESK, 690),
        ("3_practice/4_pairs", DESK, 690),
    ],
)
def test_a_table_at_a_glance_fits(
    name: str, setting: Setting, width: int, browser_page: Page, address: str
) -> None:
    visit(browser_page, f"{address}/book/{name}.html", setting)
    box = browser_page.locator("table.at-a-glance").bounding_box()
    assert box is not None
    assert box["width"] <= width


@pytest.mark.parametrize("name", ["book/index", "book/1_classification/3_softmax/8_arcface"])
def test_arrows_have_names_and_images_sizes(name: str, browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/{name}.html", PHONE)
    assert browser_page.evaluate(UNNAMED) == 0
    assert browser_page.evaluate(UNSIZED) == []


@pytest.mark.parametrize("setting", [DESK, PHONE], ids=str)
@pytest.mark.parametrize("name", ["book/index", "book/2_regression/4_perceptual"])
def test_pictures_keep_their_shape(
    name: str, setting: Setting, browser_page: Page, address: str
) -> None:
    visit(browser_page, f"{address}/{name}.html", setting)
    assert browser_page.evaluate(BENT) == []


@pytest.mark.parametrize("name", ["book/index", "book/1_classification/5_hinge"])
def test_plots_have_the_ground_of_the_page(name: str, browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/{name}.html", Setting(1280, "dark"))
    image = browser_page.locator("article img[src$='.png']").first
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    pixels = np.asarray(Image.open(io.BytesIO(image.screenshot())).convert("RGB"))
    ground = browser_page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(18, 18, 18)"
    assert np.abs(np.median(pixels[3], axis=0) - 18).max() <= 1  # the margin at its top
    assert pixels.max() > 220  # the ink is light
    browser_page.emulate_media(media="print")
    assert {*browser_page.locator("article img").evaluate_all(FILTERS)} == {"none"}
    browser_page.emulate_media(media="screen")


def test_pixels_that_are_data_stay_as_they_are(browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/book/2_regression/4_perceptual.html", Setting(1280, "dark"))
    pictures = browser_page.locator("article .cell_output img.picture")
    assert pictures.evaluate_all(FILTERS) == ["none"] * 3
    plots = browser_page.locator("article .cell_output img:not(.picture)").evaluate_all(FILTERS)
    assert plots
    assert all("invert" in plot for plot in plots)


@pytest.mark.parametrize("name", ["book/course/solutions/2_4_perceptual", "book/reference/api/nn"])
def test_the_current_entry_of_the_contents_is_in_view(
    name: str, browser_page: Page, address: str
) -> None:
    visit(browser_page, f"{address}/book/index.html", Setting(1280, "light"))
    visit(browser_page, f"{address}/{name}.html", Setting(1280, "light"))
    browser_page.wait_for_timeout(200)
    entry = browser_page.locator("nav.bd-links a.current").last
    assert entry.is_visible()
    box = entry.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 844


# In a solution, and where a tool is shown, the code is what is asked for.
READ = [name for name in CHAPTERS if "/solutions/" not in name and "/reference/" not in name]


@pytest.mark.parametrize("name", READ)
def test_code_leaves_room_for_the_text(name: str, browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/{name}.html", DESK)
    assert browser_page.evaluate(OPEN_CODE) <= MOST_OPEN_CODE


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "name",
    [
        "book/1_classification/2_cross_entropy",
        "book/1_classification/3_softmax/8_arcface",
        "book/2_regression/3_smooth_l1_huber",
        "book/2_regression/4_perceptual",
        "book/course/solutions/1_5_hinge",
        "book/reference/api/functional",
        "book/reference/side_by_side",
    ],
)
def test_no_code_is_cut(
    name: str, width: int, media: str, browser_page: Page, address: str
) -> None:
    visit(browser_page, f"{address}/{name}.html", Setting(width, "light"))
    browser_page.emulate_media(media=media)  # type: ignore[arg-type]
    cut = browser_page.evaluate(CUT)
    browser_page.emulate_media(media="screen")
    assert cut == []


def test_one_button_shows_all_code_and_is_remembered(fresh_page: Page, address: str) -> None:
    visit(fresh_page, f"{address}/book/1_classification/5_hinge.html", DESK)
    assert fresh_page.evaluate(FOLDED) > 10
    button = fresh_page.locator(".btn-code-switch")
    button.focus()
    fresh_page.keyboard.press("Enter")
    assert fresh_page.evaluate(FOLDED) == 0
    assert button.get_attribute("aria-pressed") == "true"
    fresh_page.emulate_media(media="print")
    assert fresh_page.locator("details.hide .cell_input").first.is_visible()
    fresh_page.emulate_media(media="screen")
    visit(fresh_page, f"{address}/book/0_risk.html", DESK)
    assert fresh_page.evaluate(FOLDED) == 0
    button.click()
    assert fresh_page.evaluate(FOLDED) > 5


ASKING = [name for name in READ if "/course/" not in name and not name.endswith("3_softmax/index")]


@pytest.mark.parametrize("name", ASKING)
def test_a_chapter_asks_for_a_prediction(name: str) -> None:
    page = (SITE / f"{name}.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<details [^>]*\bpredict\b", page)) in (1, 2)


def test_a_prediction_holds_its_answer_back(fresh_page: Page, address: str) -> None:
    visit(fresh_page, f"{address}/book/1_classification/5_hinge.html", PHONE)
    prediction = fresh_page.locator("details.predict").first
    answer = prediction.locator("p").last
    assert prediction.get_by_text("What are the losses").is_visible()
    assert not answer.is_visible()
    fresh_page.emulate_media(media="print")
    assert answer.is_visible()
    fresh_page.emulate_media(media="screen")
    prediction.locator("summary").focus()
    fresh_page.keyboard.press("Enter")
    assert answer.is_visible()


PLACE = "page 16 of 17 in part 1"


def test_the_head_says_how_far_the_reader_is(fresh_page: Page, address: str) -> None:
    visit(fresh_page, f"{address}/book/1_classification/5_hinge.html", DESK)
    head = fresh_page.locator(".reading-progress")
    assert head.inner_text().strip() == f"{PLACE} 60 min left"
    assert 15 <= head.locator("progress").evaluate("bar => bar.value") < 15.1
    fresh_page.evaluate("scrollTo(0, document.body.scrollHeight)")
    head.get_by_text("0 min left", exact=True).wait_for()
    assert head.locator("progress").evaluate("bar => bar.value") == 16


def test_the_head_of_a_phone_has_room(browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/book/1_classification/5_hinge.html", PHONE)
    head = browser_page.locator(".reading-progress").bounding_box()
    buttons = browser_page.locator(".header-article-items__end").bounding_box()
    assert head is not None
    assert buttons is not None
    assert head["x"] + head["width"] <= buttons["x"]


def test_the_head_says_it_without_a_script(bare_page: Page, address: str) -> None:
    bare_page.goto(f"{address}/book/1_classification/5_hinge.html")
    assert bare_page.locator(".reading-progress").inner_text().strip() == f"{PLACE} 60 min"


CARDS = {
    "an equation of the page": ("book/1_classification/5_hinge", "a[href='#equation-eq-hinge']"),
    "an equation elsewhere": (
        "book/1_classification/3_softmax/8_arcface",
        "a[href*='l#equation-']",
    ),
    "a work": ("book/1_classification/5_hinge", "a[href*='bibliography.html#']"),
    "a term": ("book/reference/glossary", "a[href*='#term-margin']"),
    "a chapter": ("book/1_classification/5_hinge", "p a[href$='1_zero_one.html']"),
}


@pytest.mark.parametrize("case", CARDS)
def test_a_link_shows_what_it_leads_to(case: str, browser_page: Page, address: str) -> None:
    name, selector = CARDS[case]
    visit(browser_page, f"{address}/{name}.html", DESK)
    link, card = browser_page.locator(f"article {selector}").first, browser_page.locator("#card")
    link.hover()
    card.wait_for()
    assert len(card.inner_text()) > 10
    assert link.get_attribute("aria-describedby") == "card"
    box = card.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 1280
    browser_page.mouse.move(box["x"] + 5, box["y"] + 5)
    browser_page.wait_for_timeout(300)
    assert card.is_visible()  # the pointer may rest on it
    browser_page.keyboard.press("Escape")
    assert card.is_hidden()


def test_the_keyboard_opens_and_leaves_cards(browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/book/1_classification/5_hinge.html", DESK)
    link = browser_page.locator("article p a.internal").first
    link.focus()
    browser_page.keyboard.press("Shift+Tab")
    browser_page.keyboard.press("Tab")
    assert browser_page.locator("#card").is_visible()
    assert browser_page.evaluate(SHIFTS) < MOST_SHIFT
    browser_page.keyboard.press("Tab")
    browser_page.keyboard.press("Escape")
    assert browser_page.locator("#card").is_hidden()


def test_a_first_tap_shows_the_card_and_a_second_follows(browser_page: Page, address: str) -> None:
    browser = browser_page.context.browser
    assert browser is not None
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/book/1_classification/5_hinge.html")
    link = page.locator("article p a[href$='1_zero_one.html']").first
    link.tap()
    assert page.locator("#card").is_visible()
    assert page.url.endswith("5_hinge.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    link.tap()
    page.wait_for_url("**/1_zero_one.html")
    context.close()


def test_cards_need_no_server(browser_page: Page) -> None:
    browser_page.goto((SITE / "book/1_classification/5_hinge.html").as_uri())
    browser_page.locator("article p a[href$='1_zero_one.html']").first.hover()
    browser_page.locator("#card").wait_for()
