"""The notebooks in a real JupyterLab: the plain ones without any extension, the chapters with one.

A chapter that MyST renders shows labels where it takes values, citations and titles from the rest
of the book; nothing of the markup itself may be left in either.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.site.conftest import require_browser
from tools.browser import ROOT, SITE, open_page
from tools.lab import jupyterlab, open_notebook, run_all

CHAPTERS = (
    "book/1_classification/2_cross_entropy.ipynb",
    "book/1_classification/3_softmax/1_softmax.ipynb",
    "book/2_regression/1_l1.ipynb",
)
SELF_CHECK = "book/course/self_check/1_classification.ipynb"
MARKUP = re.compile(
    r"\{[\w:+-]+\}`?|\((?:eq|ex|sol)-[\w-]+\)|:{3,}|`{3,}|^:\w+:|\$\$|\\\w+\{", re.M
)
# What a reader sees of the text: without code, and without the source that KaTeX and MathJax keep
# for screen readers.
TEXT = """
    () => [...document.querySelectorAll(".jp-MarkdownCell")].map(cell => {
        const copy = cell.cloneNode(true);
        const unread = ".jp-InputArea-editor, code, pre, mjx-container, .katex";
        copy.querySelectorAll(unread).forEach(part => part.remove());
        return copy.textContent;
    }).join("\\n")
"""
ERRORS = "mjx-merror, [data-mjx-error], .katex-error"
FAILED = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]'


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    require_browser()
    with open_page() as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        yield page


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the plain notebooks as 'make lab' does."""
    if not (SITE.parent / "notebooks").exists():
        pytest.fail("the site is not built: run 'make book' first", pytrace=False)
    folder = tmp_path_factory.mktemp("plain")
    shutil.copytree(SITE.parent / "notebooks", folder / "root")
    with jupyterlab(folder / "root", folder / "home", plain=True) as address:
        yield address


@pytest.fixture(scope="module")
def with_myst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the chapters with jupyterlab-myst."""
    folder = tmp_path_factory.mktemp("myst")
    for name in CHAPTERS:
        target = folder / "root" / name
        target.parent.mkdir(parents=True)
        shutil.copyfile(ROOT / name, target)
    with jupyterlab(folder / "root", folder / "home", plain=False) as address:
        yield address


def check(page: Page, address: str, name: str) -> None:
    """Look at a notebook, then run it from a fresh kernel."""
    open_notebook(page, address, name)
    assert MARKUP.findall(page.evaluate(TEXT)) == []
    assert page.locator(ERRORS).count() == 0
    assert page.locator("mjx-container, .katex").count() > 20
    run_all(page)
    assert page.locator(FAILED).all_inner_texts() == []


def test_the_pattern_finds_what_is_raw() -> None:
    raw = ["{eq}`eq-a`", "(eq-a)", ":::{note}", "```{exercise}", ":label: ex-a", "$$", r"\frac{1}"]
    assert all(MARKUP.search(text) for text in raw)
    assert not MARKUP.search("Equation (1.2.3) of (Shannon, 1948): a note.")


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_plain_notebook_without_an_extension(name: str, page: Page, plain: str) -> None:
    check(page, plain, name)
    assert page.locator(".myst").count() == 0
    assert "(1.2.12)" in page.evaluate(TEXT) or "cross_entropy" not in name


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_with_jupyterlab_myst(name: str, page: Page, with_myst: str) -> None:
    check(page, with_myst, name)
    assert page.locator(".myst").count() > 0


def test_an_equation_number_leads_to_the_equation(page: Page, plain: str) -> None:
    open_notebook(page, plain, CHAPTERS[0])
    equation = page.locator('[data-jupyter-id="equation-eq-binary-cross-entropy"]')
    assert not in_view(page, equation.bounding_box())
    page.locator('.jp-MarkdownCell a[href="#equation-eq-binary-cross-entropy"]').first.click()
    page.wait_for_timeout(500)
    assert in_view(page, equation.bounding_box())


def in_view(page: Page, box: dict[str, float] | None) -> bool:
    assert box is not None
    assert page.viewport_size is not None
    return 0 <= box["y"] <= page.viewport_size["height"]


def test_a_link_opens_the_other_notebook(page: Page, plain: str) -> None:
    open_notebook(page, plain, CHAPTERS[0])
    page.locator(".jp-MarkdownCell a", has_text="0-1 loss").first.click()
    page.locator(".lm-TabBar-tab.jp-mod-current", has_text="1_zero_one.ipynb").first.wait_for()


def test_answers_are_hidden_until_asked_for(page: Page, plain: str) -> None:
    open_notebook(page, plain, SELF_CHECK)
    answers = page.locator(".jp-MarkdownCell details")
    assert answers.count() > 20
    assert not any(answer.locator("p").first.is_visible() for answer in answers.all())
    # The code that computes the answers is folded, but for the cell that installs.
    assert page.locator(".jp-CodeCell .cm-content:visible").count() == 1
    answers.first.locator("summary").click()
    assert answers.first.locator("p").first.is_visible()
    assert not answers.nth(1).locator("p").first.is_visible()


def test_a_self_check_runs(page: Page, plain: str) -> None:
    check(page, plain, SELF_CHECK)
