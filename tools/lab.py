"""JupyterLab in a real browser, with and without extensions, and with the formgrader: for tests."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tools.browser import ROOT

START_S = 60.0
# Notices that JupyterLab would fetch from another server, and ask about over the notebook.
QUIET = {"@jupyterlab/apputils-extension:announcements": True}


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def jupyterlab(root: Path, home: Path, plain: bool) -> Iterator[str]:
    """Serve a folder with JupyterLab, as if started in it, and yield its address.

    Args:
        root: the folder; what is saved in the browser is written to it.
        home: an empty folder for settings, so that the user's own have no part.
        plain: switch jupyterlab-myst off, as 'make lab' does.

    Raises:
        TimeoutError: If it does not answer within a minute.
    """
    write_json(home / "config/labconfig/page_config.json", {"disabledExtensions": QUIET})
    tracker = "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    write_json(home / tracker, {"windowingMode": "none"})
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = {
        "ip": "127.0.0.1",
        "port": str(port),
        "port_retries": "0",
        "root_dir": str(root),
        "log_level": "ERROR",
    }
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--LabApp.expose_app_in_browser=True"]  # for ALL_RUN
    places = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_CONFIG_PATH": ROOT / "tools" / "jupyter" if plain else "",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}}
    process = subprocess.Popen(command, env=environment, cwd=root)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api", process)
        yield address
    finally:
        process.terminate()
        process.wait()


def write_json(path: Path, content: object) -> None:
    """Write a file of settings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"JupyterLab does not answer at {address}")


def open_notebook(page: Page, address: str, path: str) -> None:
    """Open a notebook and wait until its text and its formulas are there."""
    page.goto(f"{address}/lab/tree/{path}?reset", wait_until="load")
    page.locator(".jp-NotebookPanel .jp-MarkdownCell").first.wait_for(timeout=60_000)
    page.wait_for_function(SETTLED, timeout=60_000)


def run_all(page: Page, timeout_s: float = 120.0) -> None:
    """Restart the kernel of the open notebook, run all its cells and wait for the end."""
    page.locator('jp-button[data-command="notebook:restart-run-all"]').click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.wait_for_function(ALL_RUN, timeout=timeout_s * 1000)


# No Markdown cell waits for its rendering, and the number of formulas stays for a second.
SETTLED = """
    () => {
        const cells = [...document.querySelectorAll(".jp-MarkdownCell")];
        if (cells.some(cell => !cell.textContent.trim())) return false;
        const count = document.querySelectorAll("mjx-container, .katex").length;
        if (window.settledCount !== count) {
            window.settledCount = count;
            window.settledAt = performance.now();
        }
        return performance.now() - window.settledAt > 1000;
    }
"""
# Each code cell has run, one after the other from 1, or an error stopped the run. The page does not
# show the number of a cell whose code is folded: the notebook itself is asked.
ALL_RUN = """
    () => {
        const cells = [...jupyterapp.shell.currentWidget.content.model.cells]
            .filter(cell => cell.type === "code");
        const error = document.querySelector(
            '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]');
        return error || cells.every((cell, n) => cell.executionCount === n + 1);
    }
"""
