"""The built pages in a real browser, on a desk and on a phone, in light and in dark."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from tests.site.conftest import AXE
from tools.browser import SETTINGS, Setting, toc_pages, visit

PAGES = [*toc_pages(), "genindex", "search", "404"]

CONTRAST = "color-contrast"
WIDTHS = (1280, 390)
NARROWEST = 320  # of a small phone, and of 1280 enlarged four times
# A page has thousands of coloured words of code and a few colours: one word of each is judged. The
# pieces of a formula all have its colour: one letter is.
ONE_OF_EACH_COLOUR = """
    () => {
        const seen = new Set();
        for (const word of document.querySelectorAll("div.highlight span[class]")) {
            const block = word.closest("div.highlight")?.parentElement;
            const colour = `${word.className} in ${block?.className}`;
            seen.has(colour) ? word.replaceWith(word.textContent) : seen.add(colour);
        }
        document.querySelectorAll(".katex-html, math").forEach(part => part.replaceChildren("x"));
    }
"""
HIDDEN_STARTS = """
    () => [...document.querySelectorAll(".katex-display")]
        .filter(formula => formula.getBoundingClientRect().left < 0).length
"""
# What closes a sentence, alone in a new line behind its formula.
ALONE = """
    () => [...document.querySelectorAll("span.math")].filter(formula => {
        const after = formula.nextSibling;
        if (after?.nodeType !== Node.TEXT_NODE || !/^[.,;:!?)]/.test(after.data)) return false;
        const sign = document.createRange();
        sign.setStart(after, 0);
        sign.setEnd(after, 1);
        const place = sign.getBoundingClientRect();
        return place.width && place.left < formula.getBoundingClientRect().right - 2;
    }).map(formula => formula.textContent)
"""
# Formulas wider than their place, by more than an index at the end adds to the ink.
WIDE = """
    selector => [...document.querySelectorAll(selector)]
        .filter(part => part.scrollWidth > part.clientWidth + 3)
        .map(part => getComputedStyle(part).maskImage !== "none" && part.tabIndex === 0
            && part.getAttribute("role") === "group")
"""
MARKED = "document.querySelector('[data-more]') || !document.querySelector('div.math')"
FORMULAS, TABLES = "div.math .katex-display", ".bd-article .pst-scrollable-table-container"
# How many formulas of a page scroll on a phone.
SCROLLING = {"book/1_classification/3_softmax/10_comparison": 1, "book/reference/side_by_side": 2}
# A busy machine still loads a page's icon when a test goes on to the next page.
LEFT_THE_PAGE = "net::ERR_ABORTED"
RUN_AXE = "options => axe.run(document, options)"


@dataclass
class Record:
    """What a browser reports while it loads a page."""

    address: str
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self.console(message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", lambda request: self.request(request.url))
        page.on("requestfailed", lambda request: self.request_failed(request.url, request.failure))
        page.on("response", lambda response: self.response(response.status, response.url))

    def console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.faults.append(f"console {kind}: {text}")

    def request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"request to another server: {url}")

    def request_failed(self, url: str, reason: str | None) -> None:
        if reason != LEFT_THE_PAGE:
            self.faults.append(f"failed: {url}: {reason}")

    def response(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"status {status}: {url}")


@pytest.fixture(scope="module")
def record(browser_page: Page, address: str) -> Record:
    result = Record(address)
    result.watch(browser_page)
    return result


def violations(page: Page, **options: object) -> list[str]:
    """Run axe with all its rules, or as the options say."""
    page.evaluate(ONE_OF_EACH_COLOUR)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(RUN_AXE, {**options, "resultTypes": ["violations"]})
    return [
        f"{violation['id']} at {' '.join(node['target'])}: {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, width: int, browser_page: Page, address: str, record: Record) -> None:
    record.faults.clear()
    visit(browser_page, f"{address}/{name}.html", Setting(width, "light"))
    browser_page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert record.faults == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    assert browser_page.evaluate(HIDDEN_STARTS) == 0
    assert browser_page.evaluate(ALONE) == []
    browser_page.wait_for_function(MARKED)
    formulas, tables = (browser_page.evaluate(WIDE, parts) for parts in (FORMULAS, TABLES))
    assert all(formulas + tables)  # show by a fading edge that there is more, and take the keyboard
    if width == 390:  # whose colours are those of 1280
        assert len(formulas) <= SCROLLING.get(name, 0)
        assert violations(browser_page, rules={CONTRAST: {"enabled": False}}) == []
        browser_page.set_viewport_size({"width": NARROWEST, "height": 844})
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
        return
    assert formulas == []
    assert violations(browser_page) == []
    if not name.startswith("book/course/"):  # whose parts chapters have, too
        browser_page.emulate_media(color_scheme="dark")
        browser_page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        assert violations(browser_page, runOnly={"type": "rule", "values": [CONTRAST]}) == []


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_a_page_opens_in_the_scheme_of_the_system(
    setting: Setting, fresh_page: Page, address: str
) -> None:
    visit(fresh_page, f"{address}/book/0_risk.html", setting)
    assert fresh_page.evaluate("document.documentElement.dataset.theme") == setting.scheme


def test_fonts_of_the_formulas_load(browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/book/0_risk.html", SETTINGS[0])
    fonts = browser_page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert "KaTeX_Main" in fonts
    assert "KaTeX_Math" in fonts


def search(page: Page, address: str, query: str) -> tuple[list[str], list[str]]:
    """Return the pages that a search finds and the excerpts beside them, in order."""
    page.goto(f"{address}/search.html?q={query}")
    page.locator("#search-results li a").first.wait_for()
    page.wait_for_function("document.querySelector('#search-results p.context')")
    links = page.locator("#search-results li > a")
    targets = links.evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    excerpts = page.locator("#search-results p.context").all_inner_texts()
    return targets, excerpts


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("cross-entropy", "2_cross_entropy.html"),
        ("BCE", "2_cross_entropy.html"),
        ("MSE", "2_l2.html"),
        ("softplus", "6_exponential_logistic.html"),
        ("logsumexp", "1_softmax.html"),
        ("arcface", "8_arcface.html"),
        ("CosFace", "7_am_softmax.html"),
        ("label smoothing", "1_softmax.html"),
        ("Brier", "1_choosing.html"),
        ("pinball", "3_quantiles.html"),
        ("Dice", "2_weighted.html"),
        ("triplet", "4_pairs.html"),
        ("GIoU", "3_smooth_l1_huber.html"),
    ],
)
def test_search_finds_the_chapter_before_solutions(
    query: str, page: str, browser_page: Page, address: str
) -> None:
    targets, _ = search(browser_page, address, query)
    assert any(target.endswith(page) for target in targets[:8])
    of_course = ["/course/" in target for target in targets]
    assert not of_course[0]


def test_excerpts_are_plain_words(browser_page: Page, address: str) -> None:
    _, excerpts = search(browser_page, address, "huber")
    assert excerpts
    assert not [text for text in excerpts if "\\" in text or "Contents" in text]


def test_the_reader_can_switch_the_scheme(browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/book/index.html", Setting(1280, "light"))
    root = browser_page.locator("html")
    before = root.get_attribute("data-mode")
    browser_page.locator(".theme-switch-button:visible").first.click()
    assert root.get_attribute("data-mode") != before
    browser_page.evaluate("localStorage.clear()")
