"""The boxes of formula, NumPy and PyTorch: with a script, without one, and on paper."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from side_by_side import PAGE, boxes

from tools.browser import SITE, Setting, visit

TABS = ".sd-tab-content"


def soup(name: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / f"{name}.html").read_text(), "html.parser")


@pytest.fixture
def plain_box(bare_page: Page, address: str) -> Page:
    """The page in a browser that runs no scripts."""
    visit(bare_page, f"{address}/{PAGE}.html", Setting(390, "light"))
    return bare_page


def test_the_formulas_are_those_of_the_chapters() -> None:
    page = soup(PAGE)
    chapter = soup("book/1_classification/5_hinge")
    for name in ("hinge_loss", "squared_hinge_loss", "multiclass_hinge_loss"):
        box = page.select_one(f"#{name.replace('_', '-')}")
        assert box is not None
        shown = [math.get_text() for math in box.select("div.math annotation")]
        printed = [
            chapter.select_one(f"#equation-{label} annotation").get_text()
            for label in boxes()[name]
        ]
        assert shown == printed
        links = [link["href"].rpartition("#")[2] for link in box.select("a[href*='#equation-']")]
        assert links == [f"equation-{label}" for label in boxes()[name]]


def test_the_mark_beside_an_equation_leads_to_the_box() -> None:
    marks = soup("book/1_classification/5_hinge").select(".checked-mark")
    targets = {link["href"].rpartition("#")[2] for mark in marks for link in mark.select("a")}
    assert {"code-hinge-loss", "code-squared-hinge-loss"} <= targets


def test_choosing_a_tab_in_one_box_chooses_it_in_all(browser_page: Page, address: str) -> None:
    visit(browser_page, f"{address}/{PAGE}.html", Setting(1280, "light"))
    browser_page.locator("label:has-text('PyTorch')").nth(3).click()
    shown = browser_page.locator(f"{TABS}:visible")
    assert shown.count() == len(boxes())
    assert all("return" in text or "raise" in text for text in shown.all_inner_texts())
    browser_page.evaluate("sessionStorage.clear()")


def test_tabs_need_no_script(plain_box: Page) -> None:
    assert plain_box.locator(f"{TABS}:visible").count() == len(boxes())
    plain_box.locator("label:has-text('NumPy')").first.click()
    assert "def empirical_risk(" in plain_box.locator(f"{TABS}:visible").first.inner_text()


def test_on_paper_all_tabs_stand_below_each_other(plain_box: Page) -> None:
    plain_box.emulate_media(media="print")
    tabs = plain_box.locator(f"{TABS}:visible")
    assert tabs.count() == 3 * len(boxes())
    tops = [box["y"] for box in (tabs.nth(n).bounding_box() for n in range(3)) if box]
    labels = plain_box.locator(".sd-tab-set >> nth=0 >> label")
    heads = [box["y"] for box in (labels.nth(n).bounding_box() for n in range(3)) if box]
    assert heads[0] < tops[0] < heads[1] < tops[1] < heads[2] < tops[2]
