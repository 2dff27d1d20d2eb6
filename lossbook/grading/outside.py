"""Decides points outside a submission's reach.

A notebook's test cells, which are the instructor's, run here. The functions that they test are the
student's and run in another process, isolated where the system can, which has nothing to read and
no way to see or change what it is compared with (``runner``). Numbers go in and come back through
a pipe.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import io
import os
import queue
import subprocess
import symtable
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from lossbook.grading import isolation, wire
from lossbook.grading.calling import TIME_LIMIT_S, Call, Given, Wrong

HERE = Path(__file__).resolve().parent
NUMPY = Path(np.__file__).resolve().parent
# What a start of the process and what all cells before a test may take.
LOAD_LIMIT_S = 30.0
# What all calls of one test may take.
TEST_LIMIT_S = 30.0
LONGEST_TEXT = 2000


@dataclass
class Verdict:
    """What a test cell came to.

    Args:
        error: the name of what it raised, '' if it passed.
        message: what is wrong.
        refused: what the student's code tried meanwhile and must not do.
        said: what the test printed.
    """

    error: str = ""
    message: str = ""
    refused: list[str] = field(default_factory=list)
    said: str = ""

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Name and message of all that costs the test's points, of which one is enough."""
        found = [("Refused", f"This function {what}.") for what in self.refused]
        return [*found, (self.error, self.message)] if self.error else found


class _EndedError(Exception):
    """The student's process is gone, silent, or says what it cannot say."""


class Submission:
    """A student's cells, run on demand in a process that is started anew when it dies.

    Args:
        cells: id and source of the cells that are the student's, in their order.
    """

    def __init__(self, cells: Sequence[tuple[str, str]]) -> None:
        self.cells, self.wanted = list(cells), 0
        self.faults: dict[str, str] = {}
        self.refused: list[str] = []
        self.bad: set[str] = set()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Submission:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.process is None:
            return
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            stream.close()
        self.process.wait()
        self.place.cleanup()
        self.process = None

    def up_to(self, count: int) -> None:
        """Say that the first cells, so many of them, count for the next tests."""
        self.wanted = count

    def describe(self, name: str) -> dict[str, Any]:
        """Return what a name means after these cells."""
        try:
            self._ready()
            answer = self._exchange({"do": "describe", "name": name}, TIME_LIMIT_S)
        except _EndedError:
            self.stop()
            answer = {"kind": "nothing"}
        return answer if isinstance(answer.get("kind"), str) else {"kind": "nothing"}

    def call(self, name: str, call: Call, given: Given, seconds: float) -> dict[str, Any]:
        """Return the student's side's answer to a call, which may be anything."""
        self._ready()
        message = {
            "do": "call",
            "name": name,
            "args": list(call.args),
            "kwargs": dict(call.kwargs),
            "given": list(given),
        }
        return self._exchange(message, seconds, given)

    def _ready(self) -> None:
        """Start the process if it is not there, and run the cells that it has not run."""
        if self.process is None:
            self._start()
        while self.done < self.wanted:
            cell, source = self.cells[self.done]
            self.done += 1
            if cell in self.bad:
                continue
            try:
                message = {"do": "run", "cell": cell, "source": source}
                faults = self._exchange(message, LOAD_LIMIT_S).get("faults")
            except _EndedError as error:
                self.bad.add(cell)
                self.faults[cell] = f"{cell} {error}"
                self.stop()
                self._start()
                continue
            if isinstance(faults, list) and faults:
                self.faults[cell] = str(faults[0])[:LONGEST_TEXT]

    def _start(self) -> None:
        self.done = 0
        command = [sys.executable, "-I", "-S", str(HERE / "runner.py"), str(NUMPY)]
        if isolation.available():
            library = Path(sysconfig.get_path("stdlib"))
            command = isolation.isolated(
                command,
                readable=[
                    *{Path(sys.base_prefix), Path(sys.prefix, "bin"), NUMPY},
                    *(path for path in NUMPY.parent.glob("numpy.libs")),
                    *(path for path in Path(sys.prefix).glob("pyvenv.cfg")),
                    *(HERE / f"{name}.py" for name in ("runner", "calling", "guard", "wire")),
                ],
                hidden=[
                    path
                    for path in (library / "site-packages", library / "dist-packages")
                    if NUMPY.parent != path
                ],
            )
        # An empty folder of its own, which is all that the guard leaves it to read and write.
        self.place = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        account = isolation.other_account()
        if account is not None:
            os.chown(self.place.name, account, account)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.place.name,
            user=account,
            group=account,
            extra_groups=None if account is None else [],
            env={**os.environ, "TMPDIR": self.place.name, "TEMP": self.place.name},
        )
        # A thread, since pipes on Windows cannot be waited for with a limit.
        self.lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_read, args=(self.process.stdout, self.lines), daemon=True).start()

    def _exchange(self, message: Any, seconds: float, given: Given | None = None) -> dict[str, Any]:
        """Send a message, answer what is asked meanwhile, and return the answer."""
        deadline = time.monotonic() + seconds + 1  # its own limit comes first
        self._send(message)
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
                answer = wire.decode(line) if line else None
            except (queue.Empty, ValueError) as error:
                slow = isinstance(error, queue.Empty)
                raise _EndedError("does not end in time" if slow else "sends no numbers") from None
            if not isinstance(answer, dict):
                raise _EndedError("ends the process that it runs in")
            if "refused" in answer:
                self.refused.append(str(answer["refused"])[:LONGEST_TEXT])
            elif "ask" in answer:
                began = time.monotonic()
                self._send(_stood_in(answer, given or {}))
                deadline += time.monotonic() - began
            else:
                return answer

    def _send(self, message: Any) -> None:
        assert self.process
        assert self.process.stdin
        try:
            self.process.stdin.write(wire.encode(message))
            self.process.stdin.flush()
        except OSError:
            raise _EndedError("ends the process that it runs in") from None


def _read(stream: Any, lines: queue.Queue[bytes]) -> None:
    """Pass on the lines of a stream, and an empty one at its end or when one is too long."""
    try:
        while line := stream.readline(wire.LONGEST):
            if not line.endswith(b"\n"):
                break
            lines.put(line)
            if lines.qsize() > 1000:
                break
    except (OSError, ValueError):
        pass
    lines.put(b"")


def _stood_in(question: dict[str, Any], given: Given) -> dict[str, Any]:
    """Answer with what a function that stands in returns, nothing if it cannot take the call."""
    function = given.get(str(question["ask"]))
    args, kwargs = question.get("args"), question.get("kwargs")
    if function is None or not isinstance(args, list) or not isinstance(kwargs, dict):
        return {}
    try:
        with np.errstate(all="ignore"):
            return {"result": np.asarray(function(*args, **kwargs), dtype=float)[()]}
    except Exception:
        return {}


class Student:
    """What a name that a test uses means in the student's notebook."""

    deadline = 0.0

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the function makes of the arguments, as a test may ask for itself."""
        return self.answer(Call(args, kwargs))

    def answer(self, call: Call, given: Given | None = None) -> Any:
        """Return what the function makes of the arguments; raise Wrong as ``calling.call`` does."""
        raise NotImplementedError


class Remote(Student):
    """A student's function, which runs elsewhere."""

    def __init__(self, submission: Submission, name: str, names: Sequence[str]) -> None:
        super().__init__(name)
        self.submission = submission
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(n, kind) for n in dict.fromkeys(names) if n.isidentifier()]
        )

    def answer(self, call: Call, given: Given | None = None) -> Any:
        """Return what the process returns for the arguments."""
        seconds = min(TIME_LIMIT_S, self.deadline - time.monotonic())
        if seconds <= 0:
            raise Wrong(
                f"{self.__name__} is too slow: its test takes over {TEST_LIMIT_S:g} seconds"
            )
        try:
            answer = self.submission.call(self.__name__, call, given or {}, seconds)
        except _EndedError as error:
            self.submission.stop()
            if "time" in str(error):
                limit = f"{TIME_LIMIT_S:g} seconds"
                error = _EndedError(f"does not return within {limit}: does a loop never end?")
            raise Wrong(f"{self.__name__} {error}") from None
        if "result" in answer:
            return answer["result"]
        if "wrong" in answer:
            raise Wrong(str(answer["wrong"])[:LONGEST_TEXT])
        if answer.get("kind") == "NoneType":
            return None
        kind = str(answer.get("kind"))[:LONGEST_TEXT]
        raise Wrong(f"{self.__name__} returns a {kind}, which is not an array of numbers")


class Absent(Student):
    """A name that the student's cells do not define as a function."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(name)
        self.fault = fault

    def answer(self, call: Call, given: Given | None = None) -> Any:
        """Say that there is no such function."""
        raise Wrong(self.fault)


def decide(cells: Sequence[tuple[str, str, bool]]) -> Iterator[tuple[str, Verdict]]:
    r"""Yield a verdict for each test cell of a notebook.

    Args:
        cells: id, source, and whether it is a test, of each code cell, in their order.

    Example:
        >>> cells = [
        ...     ("answer", "def double(x):\n    return x + x", False),
        ...     ("test", "assert double(2) == 4", True),
        ...     ("other", "assert triple(2) == 6", True),
        ... ]
        >>> [(name, verdict.error, verdict.message) for name, verdict in decide(cells)]
        [('test', '', ''), ('other', 'Wrong', 'triple is not defined')]
    """
    own = [(name, _without_magics(source)) for name, source, is_test in cells if not is_test]
    with Submission(own) as submission:
        count = 0
        for name, source, is_test in cells:
            if not is_test:
                count += 1
                continue
            submission.up_to(count)
            yield name, _verdict(source, submission)


def _verdict(source: str, submission: Submission) -> Verdict:
    verdict, said = Verdict(), io.StringIO()
    try:
        own = {name: _student(submission, name) for name in _asked_of_students(source)}
        for function in own.values():
            function.deadline = time.monotonic() + TEST_LIMIT_S
        with contextlib.redirect_stdout(said):
            exec(compile(source, "<test>", "exec"), {"__name__": "__main__", **own})
    except Wrong as wrong:
        verdict.error, verdict.message = "Wrong", str(wrong)
    except Exception as error:
        verdict.error, verdict.message = type(error).__name__, str(error)
    verdict.refused, submission.refused = submission.refused, []
    verdict.said = said.getvalue()
    return verdict


def _asked_of_students(source: str) -> list[str]:
    """Return the names that a test uses and does not define."""

    def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        yield table
        for inner in table.get_children():
            yield from tables(inner)

    top = symtable.symtable(source, "<test>", "exec")
    defined = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    used = {
        symbol.get_name()
        for table in tables(top)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    }
    return sorted(used - defined - set(vars(builtins)))


def _student(submission: Submission, name: str) -> Student:
    answer = submission.describe(name)
    if answer["kind"] == "function":
        names = answer.get("parameters")
        return Remote(submission, name, [str(n) for n in names] if isinstance(names, list) else [])
    if answer["kind"] != "nothing":
        return Absent(name, f"{name}: expected a function, found one of type {answer['kind']}")
    for cell, source in reversed(submission.cells[: submission.wanted]):
        if name in source and cell in submission.faults:
            return Absent(name, f"{name} is not defined: its cell has {submission.faults[cell]}")
    return Absent(name, f"{name} is not defined")


# Cell magics whose cell is Python all the same.
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


def _without_magics(source: str) -> str:
    """Return a cell as Python: magics and shell lines become calls, which do nothing here."""
    from IPython.core.inputtransformer2 import TransformerManager

    if source.lstrip().startswith(PYTHON_MAGICS):
        source = "#" + source.lstrip()
    # Empty lines at the start, which IPython drops, count in what students see.
    above = source[: len(source) - len(source.lstrip())].count("\n")
    try:
        return "\n" * above + TransformerManager().transform_cell(source)
    except SyntaxError:
        return source
