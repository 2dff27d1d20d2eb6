"""The built site in a real browser: shared by the site tests and by ``tools.look``."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, sync_playwright
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
NO_BROWSER = (
    "no Chromium found: install it ('apt install chromium' on Debian) or name a Chrome or "
    "Chromium in the environment variable CHROMIUM"
)
# Containers run as root, where Chromium's sandbox cannot start; the site is our own.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Setting(NamedTuple):
    """One way to look at a page."""

    width: int
    scheme: str

    def __str__(self) -> str:
        """Name the setting in test ids and file names."""
        return f"{self.width}-{self.scheme}"


SETTINGS = [Setting(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


def toc_pages() -> list[str]:
    """Return every page of the table of contents, in reading order, without suffix."""
    return list(parse_toc_yaml(ROOT / "_toc.yml"))


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return next((path for name in candidates if (path := shutil.which(name))), None)


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a failed request shows in the browser."""


@contextmanager
def serve(folder: Path = SITE) -> Iterator[str]:
    """Serve a folder on a free local port and yield its address."""
    handler = partial(_QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def open_page() -> Iterator[Page]:
    """Start a headless browser and yield its one page.

    Raises:
        FileNotFoundError: If there is no browser.
    """
    executable = chromium()
    if executable is None:
        raise FileNotFoundError(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def visit(page: Page, address: str, setting: Setting) -> None:
    """Load a page the way that a reader with this screen and this colour scheme sees it."""
    page.set_viewport_size({"width": setting.width, "height": 844})
    page.emulate_media(color_scheme=setting.scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready")
