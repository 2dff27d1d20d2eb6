from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tools.browser import NO_BROWSER, ROOT, SITE, chromium, open_page, serve

# Of npm's package, which is newer than any of pip's. It reads whole pages, of a formula one letter.
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def require_browser() -> None:
    """Skip without a browser, or fail in CI."""
    if chromium() is None:
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session", autouse=True)
def built_site() -> None:
    if not (SITE / "index.html").exists():
        pytest.fail("the site is not built: run 'make book' first", pytrace=False)


@pytest.fixture(scope="session")
def address(built_site: None) -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture(scope="session")
def browser_page(built_site: None) -> Iterator[Page]:
    require_browser()
    with open_page() as page:
        yield page


@contextmanager
def new_page(page: Page, *, scripts: bool = True) -> Iterator[Page]:
    """Yield a page in the same browser that shares nothing with the given one."""
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=scripts)
    yield context.new_page()
    context.close()


@pytest.fixture
def fresh_page(browser_page: Page) -> Iterator[Page]:
    """A page of a reader who was never here: nothing is cached."""
    with new_page(browser_page) as page:
        yield page


@pytest.fixture
def bare_page(browser_page: Page) -> Iterator[Page]:
    """A page that runs no scripts."""
    with new_page(browser_page, scripts=False) as page:
        yield page
