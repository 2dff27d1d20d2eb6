"""One call of a student's function: on copies, within a time limit, without ready-made losses."""

from __future__ import annotations

import copy
import inspect
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, FunctionType
from typing import Any

import numpy as np

from lossbook.grading import guard

# Packages that hold losses, softmaxes or gradients ready to use.
READY_MADE = frozenset({"autograd", "jax", "keras", "lossbook", "scipy", "sklearn", "tensorflow"})
READY_MADE |= {"torch"}
TIME_LIMIT_S = 5.0

# A function that stands in, while another is tested, for one that the student wrote before.
Given = Mapping[str, Callable[..., Any]]


class Wrong(AssertionError):  # noqa: N818  (students read the name)
    """What is wrong with an answer; shown without the traceback through the grading code."""

    def _render_traceback_(self) -> list[str]:
        return [f"Wrong: {self}"]


class _ReadyMadeUsed(BaseException):
    """Raised inside a student's function that calls a ready-made one."""


class _TooSlow(BaseException):
    """Raised inside a student's function at the time limit."""


@dataclass(frozen=True)
class Call:
    """The arguments of one call."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @classmethod
    def of(cls, arguments: Sequence[Any]) -> Call:
        """Take positional arguments, with keyword arguments as a dictionary at the end."""
        *args, last = arguments
        if isinstance(last, dict):
            return cls(tuple(args), last)
        return cls((*args, last), {})

    def of_function(self, function: Callable[..., Any]) -> Any:
        """Return what a trusted function makes of the arguments."""
        return function(*self.args, **self.kwargs)

    def copied(self) -> Call:
        """Return the same call with arguments of its own."""
        return Call(copy.deepcopy(self.args), copy.deepcopy(dict(self.kwargs)))

    def named(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Return the arguments under the names that the function gives them."""
        names = list(inspect.signature(function).parameters)
        names += [f"argument {number}" for number in range(len(names) + 1, len(self.args) + 1)]
        return {**dict(zip(names, self.args, strict=False)), **self.kwargs}

    def described(self, function: Callable[..., Any]) -> str:
        """Describe the arguments without showing their numbers, but for single ones."""
        return ", ".join(
            f"{name} of shape {np.shape(value)}" if np.ndim(value) else f"{name} = {value}"
            for name, value in self.named(function).items()
        )


def call(function: Callable[..., Any], arguments: Call, given: Given | None = None) -> Any:
    """Return what a student's function makes of the arguments.

    While it runs, the names in ``given`` mean these functions, so that a mistake in an earlier
    answer does not cost the marks of a later one.

    Raises:
        Wrong: if there is no function of the student's own, or it is unfinished, fails, takes too
            long, changes its arguments or calls a ready-made function.
    """
    if not isinstance(function, FunctionType):
        kind = type(function).__name__
        raise Wrong(f"expected a function that you define with def, found one of type {kind}")
    name, passed = function.__name__, arguments.copied()
    used: list[str] = []
    try:
        with _replaced(function.__globals__, given or {}), _quiet(), _time_limit(), _watched(used):
            result = function(*passed.args, **passed.kwargs)
    except NotImplementedError:
        raise Wrong(f"{name} is not written yet: it raises NotImplementedError") from None
    except _TooSlow:
        limit = f"{TIME_LIMIT_S:g} seconds"
        raise Wrong(f"{name} does not return within {limit}: does a loop never end?") from None
    except SystemExit:
        raise Wrong(f"{name} leaves by SystemExit instead of returning") from None
    except (Exception, _ReadyMadeUsed) as error:
        if not used:
            what = f"{type(error).__name__}: {error}"
            where = arguments.described(function)
            raise Wrong(f"{name} raises {what}\nwhen called with {where}") from error
    if used:
        raise Wrong(
            f"{name} calls {used[0]}: write the formula in NumPy instead of using a ready-made one"
        )
    for argument, value in arguments.named(function).items():
        if not np.array_equal(value, passed.named(function)[argument], equal_nan=True):
            raise Wrong(f"{name} changes its argument {argument}: work on a copy of it")
    return result


@contextmanager
def _replaced(namespace: dict[str, Any], given: Given) -> Iterator[None]:
    before = {name: namespace[name] for name in given if name in namespace}
    namespace.update({name: _unwatched(function) for name, function in given.items()})
    try:
        yield
    finally:
        for name in given:
            del namespace[name]
        namespace.update(before)


def _unwatched(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that may call ready-made ones although it runs inside a student's."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        watch = sys.getprofile()
        sys.setprofile(None)
        try:
            return function(*args, **kwargs)
        finally:
            sys.setprofile(watch)

    return wrapper


@contextmanager
def _watched(used: list[str]) -> Iterator[None]:
    """Stop whatever calls into a package that is ready made, and note it in ``used``."""

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and not frame.f_code.co_filename.startswith("<doctest"):
            owner, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        elif event == "c_call":
            bound = type(getattr(argument, "__self__", None)).__module__
            owner = getattr(argument, "__module__", None) or bound
            name = argument.__name__
        else:
            return
        package = str(owner).partition(".")[0]
        if package in READY_MADE and owner != __name__:
            used.append(f"{name} of {package}")
            raise _ReadyMadeUsed

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Judge by results: a harmless overflow on the way costs nothing."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _time_limit() -> Iterator[None]:
    """Stop after ``TIME_LIMIT_S``, where the system can: nbgrader's own limit works everywhere."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not in_main_thread:
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    # Again every second: a submission may catch everything.
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_S, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def require_clean() -> None:
    """Raise Wrong if the submission reached for what it must not see: nothing more is graded."""
    for incident in guard.incidents():
        raise Wrong(f"not graded: this notebook {incident}")
