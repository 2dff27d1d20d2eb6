"""One call of a student's function: on copies, within a time limit, without ready-made losses.

Needs NumPy and the standard library alone: ``runner`` loads this file into a process that has
nothing else.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

import numpy as np

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


class NotTaken(Exception):  # noqa: N818  (no error: the student's own function is called)
    """A function that stands in cannot take the arguments that the student's code passes."""


class _ReadyMadeUsed(BaseException):
    """Raised inside a student's function that calls a ready-made one."""


class _TooSlow(BaseException):
    """Raised inside a student's function at the time limit."""


class Missing:
    """What a name means that was imported from a package which must not be used: using it fails."""

    def __init__(self, name: str) -> None:
        self._lossbook_name = name

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise _ReadyMadeUsed(self._lossbook_name)

    __call__ = __array__ = __add__ = __radd__ = __mul__ = __rmul__ = __getitem__ = _refuse
    __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __iter__ = _refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{name} of {self._lossbook_name.rpartition(' of ')[2]}")


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
        names = parameters(function)
        names += [f"argument {number}" for number in range(len(names) + 1, len(self.args) + 1)]
        return {**dict(zip(names, self.args, strict=False)), **self.kwargs}

    def described(self, function: Callable[..., Any]) -> str:
        """Describe the arguments without showing their numbers, but for single ones."""
        return ", ".join(
            f"{name} of shape {np.shape(value)}" if np.ndim(value) else f"{name} = {value}"
            for name, value in self.named(function).items()
        )


def named(function: Callable[..., Any]) -> str:
    """Return a function's name; a partial or an object that can be called has that of its kind."""
    return str(getattr(function, "__name__", type(function).__name__))


def parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters, none if Python cannot say."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def call(
    function: Callable[..., Any],
    arguments: Call,
    given: Given | None = None,
    *,
    namespace: dict[str, Any] | None = None,
    watched: bool = True,
) -> Any:
    """Return what a student's function makes of the arguments.

    While it runs, the names in ``given`` mean these functions, so that a mistake in an earlier
    answer does not cost the marks of a later one. Where a student's function of that name takes
    more than the one that stands in, and is called so, it is called itself.

    Args:
        function: the student's.
        arguments: of the call.
        given: functions that stand in, by name.
        namespace: where the student's functions look up each other; the function's own by default.
        watched: whether to refuse calls into packages that hold ready-made losses.

    Raises:
        Wrong: if there is no function, or it is unfinished, fails, takes too long, changes its
            arguments or calls a ready-made function.
    """
    if not callable(function):
        raise Wrong(f"expected a function, found one of type {type(function).__name__}")
    if namespace is None:
        namespace = getattr(function, "__globals__", {})
    name, passed = named(function), arguments.copied()
    used = [found] if watched and (found := _in_sight(function)) else []
    try:
        with _replaced(namespace, given or {}), quiet(), time_limit(), _watched(used, watched):
            result = None if used else function(*passed.args, **passed.kwargs)
    except NotImplementedError:
        raise Wrong(f"{name} is not written yet: it raises NotImplementedError") from None
    except _TooSlow:
        limit = f"{TIME_LIMIT_S:g} seconds"
        raise Wrong(f"{name} does not return within {limit}: does a loop never end?") from None
    except SystemExit:
        raise Wrong(f"{name} leaves by SystemExit instead of returning") from None
    except MemoryError:
        raise Wrong(f"{name} needs more memory than grading allows") from None
    except (Exception, _ReadyMadeUsed) as error:
        if isinstance(error, _ReadyMadeUsed) and error.args:
            used.append(error.args[0])
        if not used:
            what = f"{type(error).__name__}: {error}".rstrip(": ")
            where = arguments.described(function)
            line = _line(error, function)
            raise Wrong(f"{name} raises {what}{line}\nwhen called with {where}") from error
    if used:
        raise Wrong(
            f"{name} calls {used[0]}: write the formula in NumPy instead of using a ready-made one"
        )
    for argument, value in arguments.named(function).items():
        if not np.array_equal(value, passed.named(function)[argument], equal_nan=True):
            raise Wrong(f"{name} changes its argument {argument}: work on a copy of it")
    return result


def _line(error: BaseException, function: Callable[..., Any]) -> str:
    """Say in which line of the cell that defines the function an error arose, '' if in none."""
    cell = getattr(getattr(function, "__code__", None), "co_filename", None)
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == cell:
            found = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {found} of its cell)" if found else ""


def _in_sight(function: Callable[..., Any]) -> str:
    """Name what a function's code uses of a ready-made package and no watch can see, or ''.

    Ufuncs are called without a trace in Python or its profiler.
    """
    code = getattr(function, "__code__", None)
    namespace = getattr(function, "__globals__", {})
    for name in code.co_names if code else ():
        value = namespace.get(name)
        if isinstance(value, ModuleType) and value.__name__.partition(".")[0] == "scipy":
            return value.__name__
        if isinstance(value, np.ufunc) and getattr(np, value.__name__, None) is not value:
            return f"{name} of scipy"
    return ""


@contextmanager
def _replaced(namespace: dict[str, Any], given: Given) -> Iterator[None]:
    before = {name: namespace[name] for name in given if name in namespace}
    namespace.update({name: _stand_in(f, before.get(name)) for name, f in given.items()})
    try:
        yield
    finally:
        for name in given:
            namespace.pop(name, None)
        namespace.update(before)


def _stand_in(function: Callable[..., Any], own: Callable[..., Any] | None) -> Callable[..., Any]:
    """Return a function that may call ready-made ones although it runs inside a student's."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        watch = sys.getprofile()
        sys.setprofile(None)
        try:
            return function(*args, **kwargs)
        except (NotTaken, TypeError, ValueError):
            if own is None:
                raise
        finally:
            sys.setprofile(watch)
        return own(*args, **kwargs)

    return wrapper


@contextmanager
def _watched(used: list[str], watched: bool) -> Iterator[None]:
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

    if not watched:
        yield
        return
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)


@contextmanager
def quiet() -> Iterator[None]:
    """Judge by results: a warning, a progress bar or a harmless overflow costs nothing.

    nbgrader gives a cell that writes to stderr no points.
    """
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def time_limit(seconds: float | None = None) -> Iterator[None]:
    """Stop after some seconds, where the system can: the parent's own limit works everywhere."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not in_main_thread:
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    # Again every second: a submission may catch everything.
    signal.setitimer(signal.ITIMER_REAL, seconds or TIME_LIMIT_S, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
