"""Refuses a process what a submission does not need: others' files, programs, the network.

:func:`start` adds an audit hook, which Python code cannot remove, and limits of the system. It
keeps out accidents and the usual tricks, and has them listed. It is no sandbox, since code outside
Python's own functions does not pass it: that is what ``isolation`` is for.

Needs the standard library alone: ``runner`` loads this file too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

# Nothing of this kind is a submission's to open, wherever it lies.
CLOSED_SUFFIXES = (".ipynb", ".db")
# Which arguments of an event are paths.
READS = {"os.listdir": (0,), "os.scandir": (0,), "os.chdir": (0,), "sqlite3.connect": (0,)}
# Of events that change something also: which arguments are folders that paths start from.
CHANGES = {
    "os.chflags": ((0,), ()),
    "os.chmod": ((0,), (2,)),
    "os.chown": ((0,), (3,)),
    "os.link": ((0, 1), (2, 3)),
    "os.mkdir": ((0,), (2,)),
    "os.remove": ((0,), (1,)),
    "os.removexattr": ((0,), ()),
    "os.rename": ((0, 1), (2, 3)),
    "os.rmdir": ((0,), (1,)),
    "os.setxattr": ((0,), ()),
    "os.symlink": ((0, 1), (2,)),
    "os.truncate": ((0,), ()),
    "os.utime": ((0,), (3,)),
}
PROGRAMS = frozenset({"subprocess.Popen", "pty.spawn"})
PROGRAMS |= {f"os.{call}" for call in ("exec", "fork", "forkpty", "posix_spawn", "spawn", "system")}
NETWORK = frozenset(
    f"socket.{call}"
    for call in ("bind", "connect", "getaddrinfo", "gethostbyaddr", "gethostbyname")
) | {"socket.sendmsg", "socket.sendto"}
# How Python code would find this hook in memory, or another way to the system.
INSIDE = frozenset({"gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys.addaudithook"})
FOREIGN = frozenset({"ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function"})
# These start programs on their own account, and live without: their attempts are not reported.
LIBRARIES = frozenset({"ctypes.util", "platform", "uuid"})
# Set where the process has an account's processes to itself.
ISOLATED = "LOSSBOOK_ISOLATED"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(PermissionError):  # noqa: N818  (students read the name)
    """A submission reached for what it must not have; ``python -m lossbook.grading`` lists it."""


def start(
    closed: Sequence[str] = (),
    readable: Sequence[str] | None = None,
    *,
    native: bool = True,
    report: Callable[[str], None] | None = None,
) -> None:
    """Refuse this process files, programs and the network, for good.

    Outside the current folder and the temporary one nothing can be changed.

    Args:
        closed: folders of which nothing can be read either, apart from the current one.
        readable: folders of which all can be read; None for all that are not closed. Where one of
            these lies in one of those, the nearest to a file decides.
        native: whether libraries outside Python may be loaded.
        report: is told what was refused, in words that follow "this notebook".
    """
    own = tuple(map(os.path.realpath, (os.getcwd(), tempfile.gettempdir())))
    shut, process = tuple(map(os.path.realpath, closed)), os.getpid()
    open_folders = (os.sep,) if readable is None else tuple(map(os.path.realpath, readable))
    reads, changes, programs, network = dict(READS), dict(CHANGES), PROGRAMS, NETWORK
    never = INSIDE if native else INSIDE | FOREIGN
    suffixes, libraries, writing = CLOSED_SUFFIXES, LIBRARIES, WRITING

    def nearest(path: str, folders: Sequence[str]) -> int:
        """Return the length of the longest name among the folders that hold a path, or -1."""
        ends = (folder.rstrip(os.sep) for folder in folders)
        return max((len(e) for e in ends if path == e or path.startswith(e + os.sep)), default=-1)

    def may(path: Any, change: bool) -> bool:
        if isinstance(path, int) or path is None:
            return True  # an open file's number; the current folder
        real = os.path.realpath(os.fsdecode(path))
        if real.lower().endswith(suffixes):
            return False
        places = own if change else (*own, *open_folders)
        return real == os.devnull or nearest(real, places) > nearest(real, shut)

    def fault(event: str, arguments: tuple[Any, ...]) -> str:
        if event == "open":
            path, mode, flags = arguments
            change = any(c in mode for c in "wxa+") if mode else bool((flags or 0) & writing)
            folder = not isinstance(path, int) and os.path.isdir(path)
            if not may(path, change or folder):
                return f"tried to open {os.path.basename(os.fsdecode(path))}, which is kept shut"
        elif event in reads or event in changes:
            paths, starts = changes.get(event) or (reads[event], ())
            for place in paths:
                if not may(arguments[place], event in changes):
                    name = os.path.basename(os.fsdecode(arguments[place])) or "a folder"
                    return f"tried to {event.partition('.')[2]} {name}, which is kept shut"
            if any(arguments[place] != -1 for place in starts):
                return "tried to change a file through an open folder"
        elif event in programs:
            return "tried to start a program"
        elif event in ("os.kill", "os.killpg") and arguments[0] != process:
            return "tried to stop a program"
        elif event in network:
            return "tried to reach the network"
        elif event in never:
            return "tried to reach into the interpreter"
        return ""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        what = fault(event, arguments)
        if not what:
            return
        frame, asked, caches = sys._getframe(1), False, False
        while frame is not None:
            module = frame.f_globals.get("__name__")
            asked = asked or module == "__main__"
            caches = caches or module in libraries or module == "importlib._bootstrap_external"
            frame = frame.f_back  # type: ignore[assignment]
        if asked and not caches and report:
            report(what)
        raise Refused(f"This notebook {what}, which grading does not allow.")

    _limit()
    sys.addaudithook(hook)


def _limit() -> None:
    """Bound memory, files and their size, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {"RLIMIT_AS": 2**33, "RLIMIT_FSIZE": 2**26, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 256}
    if os.environ.get(ISOLATED):
        limits["RLIMIT_NPROC"] = 64  # elsewhere all processes of the account would count
    for name, most in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue  # macOS knows some limits by name only
