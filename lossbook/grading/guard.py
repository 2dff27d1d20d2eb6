"""Keeps a submission, while it is graded, away from the files that hold the answers.

nbgrader runs a student's notebook as the instructor, in a folder from which ``source/`` is a few
steps away. :func:`start` closes that way with an audit hook, which Python code cannot remove. The
course's ``nbgrader_config.py`` has every grading kernel call it before the first cell.

This stops what a student can write in a cell. It is no sandbox: against native code or a hostile
library, run the grading in a container that holds nothing but the submission and the gradebook.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Nothing of this kind is a submission's to open, wherever it lies.
CLOSED_SUFFIXES = (".ipynb", ".db")
# Each of these reads, lists or moves what stands first in its arguments.
FILE_EVENTS = frozenset(
    {"open", "sqlite3.connect", "os.listdir", "os.scandir", "os.link", "os.symlink", "os.rename"}
)
START_EVENTS = frozenset(
    {"subprocess.Popen", "pty.spawn"}
    | {f"os.{call}" for call in ("exec", "fork", "forkpty", "posix_spawn", "spawn", "system")}
)
NET_EVENTS = frozenset({"socket.connect", "socket.getaddrinfo"})
# These start processes for whoever calls them.
GO_BETWEENS = frozenset({"IPython", "asyncio", "ipykernel", "os", "pexpect", "pty", "ptyprocess"})
GO_BETWEENS |= {"multiprocessing", "subprocess", "threading"}

_recorded: Callable[[], tuple[str, ...]] = tuple


class Refused(PermissionError):  # noqa: N818  (students read the name)
    """A submission reached for what it must not see; ``python -m lossbook.grading`` lists it."""


def incidents() -> tuple[str, ...]:
    """Return what the notebook of this kernel was refused, in words that follow "this notebook"."""
    return _recorded()


def start(course: str) -> None:
    """Refuse this process the files of a course, new processes and the network, for good.

    What lies beside the notebook, in the current folder, stays open, except for notebooks.

    Args:
        course: the course's folder.
    """
    global _recorded
    seen: list[str] = []
    _recorded = lambda: tuple(seen)  # noqa: E731
    closed, own = os.path.realpath(course), os.path.realpath(os.getcwd())

    def is_closed(path: Any) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return False  # an open file's number
        real = os.path.realpath(os.fsdecode(path))
        return real.lower().endswith(CLOSED_SUFFIXES) or (
            _is_below(real, closed) and not _is_below(real, own)
        )

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS:
            if not is_closed(arguments[0]):
                return
            what = f"tried to open {Path(os.fsdecode(arguments[0])).name}, which grading keeps shut"
        elif event in START_EVENTS:
            if not _asked_for_by_notebook():
                return
            what = "tried to start another program, which grading does not allow"
        elif event in NET_EVENTS:
            what = "tried to reach the network, which grading does not allow"
        else:
            return
        seen.append(what)
        raise Refused(f"This notebook {what}.")

    sys.addaudithook(hook)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _asked_for_by_notebook() -> bool:
    """Say whether a cell asks for a process, rather than a library while it is imported."""
    frame = sys._getframe(2)
    while frame is not None:
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if package not in GO_BETWEENS:
            return package == "__main__"
        frame = frame.f_back  # type: ignore[assignment]
    return True
