"""Runs a command where it sees nothing but what it is given, by bubblewrap where that is installed.

`bubblewrap <https://github.com/containers/bubblewrap>`_ gives a process namespaces of its own: no
network, no other processes, an empty home, and of the file system the folders that are named, which
it can read and not write. Without it, or where the system forbids such namespaces, the command runs
as it is, and only ``guard`` stands between a submission and the instructor's files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from lossbook.grading.guard import ISOLATED

# What programs need of the system, as far as it is there.
SYSTEM = ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/fonts"]
SYSTEM += ["/etc/ld.so.cache", "/etc/localtime"]
# The folder in which an isolated command runs: empty, and gone afterwards.
HOME = "/tmp"


@cache
def available() -> bool:
    """Say whether this system isolates commands."""
    if not shutil.which("bwrap"):
        return False
    trial = subprocess.run([*_bubblewrap(), "true"], capture_output=True, check=False)
    return trial.returncode == 0


def other_account() -> int | None:
    """Return the number of the account that runs what cannot be isolated; None is this one.

    It stands in ``LOSSBOOK_ACCOUNT``, for graders that run as root in a machine of their own.
    """
    number = os.environ.get("LOSSBOOK_ACCOUNT")
    return int(number) if number and not available() else None


def isolated(
    command: Iterable[str],
    *,
    readable: Iterable[Path] = (),
    writable: Iterable[Path] = (),
    hidden: Iterable[Path] = (),
    beside: Iterable[Path] = (),
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the command that runs a command in isolation.

    Args:
        command: a program and its arguments.
        readable: files and folders that it can read, under their own names.
        writable: folders that it can write to.
        hidden: folders inside readable ones that are empty for it.
        beside: files and folders that lie in the folder in which it runs.
        environment: variables that it gets, besides a few of the system.
    """
    arguments = _bubblewrap()
    for path in readable:
        arguments += ["--ro-bind", str(path), str(path)]
    for path in hidden:
        if path.is_dir():
            arguments += ["--tmpfs", str(path)]
    for path in writable:
        arguments += ["--bind", str(path), str(path)]
    for path in beside:
        arguments += ["--ro-bind", str(path), f"{HOME}/{path.name}"]
    for name, value in {**(environment or {}), "HOME": HOME, ISOLATED: "1"}.items():
        arguments += ["--setenv", name, value]
    return [*arguments, "--chdir", HOME, "--", *command]


def _bubblewrap() -> list[str]:
    arguments = [
        "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
    ]
    arguments += ["--clearenv", "--proc", "/proc", "--dev", "/dev", "--tmpfs", HOME]
    for name in ("PATH", "LANG", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        if name in os.environ:
            arguments += ["--setenv", name, os.environ[name]]
    for path in SYSTEM:
        arguments += ["--ro-bind-try", path, path]
    return arguments
