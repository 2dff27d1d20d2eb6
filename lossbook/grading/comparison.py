"""Comparisons of a student's function with a right one, whose messages do not give that away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lossbook._checks import Floats
from lossbook.grading.calling import Call, Given, Wrong, call, named
from lossbook.grading.outside import Student

Inputs = Iterable[Sequence[Any]]


def compare(
    yours: Callable[..., Any],
    right: Callable[..., Any],
    inputs: Inputs,
    *,
    given: Given | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    relative_atol: float = 0.0,
) -> None:
    """Compare a student's function with a right one on each of the inputs.

    Args:
        yours: the student's function.
        right: a function that takes the same arguments.
        inputs: for each call its positional arguments, with keyword arguments as a dictionary at
            the end.
        given: right versions of functions that the student wrote before, by name: ``yours`` calls
            these, so that it is judged alone.
        rtol: how far results may differ, relative to the right one.
        atol: how far they may differ at least.
        relative_atol: the same, as a share of the largest entry of the right result.

    Raises:
        Wrong: at the first input whose result differs; says in which way.

    Example:
        >>> def mean_square(x):
        ...     return (x**2).sum()
        >>> compare(mean_square, lambda x: (x**2).mean(), [(np.ones(4),)])
        Traceback (most recent call last):
        lossbook.grading.calling.Wrong: mean_square gives a number that is 4 times too large, and \
there are 4 samples
        (input 1: x of shape (4,))
    """
    number = 0
    for number, arguments in enumerate(inputs, start=1):
        case = Call.of(arguments)
        wanted = np.asarray(case.of_function(right), dtype=float)
        result = _numbers(named(yours), _answer(yours, case, given), wanted)
        largest = float(np.abs(wanted).max(initial=0, where=np.isfinite(wanted)))
        fault = _fault(result, wanted, case, rtol, atol + relative_atol * largest)
        if fault:
            where = f"(input {number}: {case.described(yours)})"
            raise Wrong(f"{named(yours)} {fault}\n{where}")
    _passed(yours, number)


def check(
    yours: Callable[..., Any], holds: Callable[..., bool], inputs: Inputs, *, otherwise: str
) -> None:
    """Check that what a student's function finds does what is asked, where many answers are right.

    Args:
        yours: the student's function, which returns one number.
        holds: a function of that number and the arguments, which says whether it will do.
        inputs: for each call its arguments, as in :func:`compare`.
        otherwise: what is wrong with a number that will not do.

    Raises:
        Wrong: at the first input whose result will not do.

    Example:
        >>> def root(a):
        ...     return -(a**0.5)
        >>> check(root, lambda r, a: abs(r * r - a) < 1e-9, [(4.0,)], otherwise="is no root")
        root: right for 1 input
    """
    number = 0
    for number, arguments in enumerate(inputs, start=1):
        case = Call.of(arguments)
        result = float(_numbers(named(yours), _answer(yours, case, None), np.zeros(())))
        if not holds(result, *case.args, **case.kwargs):
            raise Wrong(f"{named(yours)} {otherwise}\n(input {number}: {case.described(yours)})")
    _passed(yours, number)


def check_gradient(
    yours: Callable[..., Any],
    loss: Callable[..., Any],
    inputs: Inputs,
    *,
    right: Callable[..., Any] | None = None,
    argument: int = 0,
    given: Given | None = None,
) -> None:
    """Compare a student's gradient with the slopes of a loss, measured by central differences.

    Measured slopes are accurate to about ten digits. With ``right``, the gradient as a formula,
    twelve are asked for: a formula in double precision has them, a difference quotient does not.

    Args:
        yours: the student's function, which returns the gradient.
        loss: the loss, which takes the same arguments and returns one number.
        inputs: for each call its arguments, as in :func:`compare`.
        right: a function that returns the gradient to double precision.
        argument: which positional argument the gradient is taken in.
        given: right versions of earlier functions, as in :func:`compare`.

    Raises:
        Wrong: at the first input where gradient and slopes differ; says in which way.

    Example:
        >>> def mean_square_grad(x):
        ...     return 2 * x / x.size
        >>> check_gradient(mean_square_grad, lambda x: (x**2).mean(), [(np.ones(4),)])
        mean_square_grad: right for 1 input
    """
    if right:
        compare(yours, right, inputs, given=given, rtol=1e-11, atol=0, relative_atol=1e-13)
        return
    compare(
        yours,
        lambda *args, **kwargs: _slopes(loss, Call(args, kwargs), argument),
        inputs,
        given=given,
        rtol=1e-4,
        atol=1e-6,
    )


def _passed(yours: Callable[..., Any], number: int) -> None:
    print(f"{named(yours)}: right for {number} {'input' if number == 1 else 'inputs'}")


def _answer(yours: Callable[..., Any], case: Call, given: Given | None) -> Any:
    """Call a student's function, here or where it runs."""
    if isinstance(yours, Student):
        return yours.answer(case, given)
    return call(yours, case, given)


def _slopes(loss: Callable[..., Any], case: Call, argument: int) -> Floats:
    point = np.array(case.args[argument], dtype=float)
    # Cuts the error of the difference, step squared, and that of rounding, 1e-16 / step.
    step = 1e-5 * max(1.0, float(np.abs(point).max(initial=0)))
    slopes = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        ends = []
        for sign in (1, -1):
            moved = point.copy()
            moved[index] += sign * step
            args = (*case.args[:argument], moved, *case.args[argument + 1 :])
            ends.append(float(loss(*args, **case.kwargs)))
        slopes[index] = (ends[0] - ends[1]) / (2 * step)
    return slopes


def _numbers(name: str, result: Any, wanted: Floats) -> Floats:
    """Return a result as an array of the wanted shape."""
    if result is None:
        raise Wrong(f"{name} returns nothing: is there a return?")
    array = np.asarray(result)
    if array.dtype.kind not in "fiub":
        raise Wrong(f"{name} returns a {type(result).__name__}, which is not an array of numbers")
    if array.shape != wanted.shape:
        expected = f"an array of shape {wanted.shape}" if wanted.ndim else "one number"
        raise Wrong(f"{name} returns an array of shape {array.shape}; expected {expected}")
    return array.astype(float)


def _fault(result: Floats, wanted: Floats, case: Call, rtol: float, atol: float) -> str:
    """Say in which way a result is wrong, '' if it is right."""
    if np.allclose(result, wanted, rtol=rtol, atol=atol, equal_nan=True):
        return ""
    lost = ~np.isfinite(result) & np.isfinite(wanted)
    if lost.any():
        largest = max(float(np.abs(a).max(initial=0)) for a in map(np.asarray, case.args))
        return (
            f"gives {result[lost][0]} where the right result is finite; the largest number in its "
            f"arguments is {largest:.4g}"
        )
    endless = ~np.isfinite(wanted) & (result != wanted)
    if endless.any():
        return f"gives {result[endless][0]:.4g} where the right result is another, and not finite"
    what = "a number that is" if wanted.ndim == 0 else "an array that is"
    return f"gives {what} {_relation(result, wanted, case, rtol, atol)}"


def _relation(result: Floats, wanted: Floats, case: Call, rtol: float, atol: float) -> str:
    """Say how a wrong result relates to the right one."""

    def equal(other: Floats) -> bool:
        return np.allclose(result, other, rtol=10 * rtol, atol=atol)

    if np.allclose(result, wanted, rtol=1e-4, atol=0):
        return (
            "nearly right, but not as exact as the formula in double precision: "
            "is a slope measured, or a number rounded to single precision?"
        )
    samples = np.shape(case.args[0])[0] if np.ndim(case.args[0]) else 1
    if equal(-wanted):
        return "right but for its sign"
    if equal(0 * wanted):
        return "0 where it should not be"
    if samples > 1 and equal(samples * wanted):
        return f"{samples} times too large, and there are {samples} samples"
    if samples > 1 and equal(wanted / samples):
        return f"{samples} times too small, and there are {samples} samples"
    if wanted.ndim == 0:
        size = "too large" if result > wanted else "too small"
        return f"{size}, by {_percent(result, wanted)}"
    factor = float((result * wanted).sum() / (wanted**2).sum()) if wanted.any() else 0.0
    if equal(factor * wanted):
        return f"{factor:.4g} times what it should be, in every entry"
    if equal(wanted + (result - wanted).mean()):
        return "off by the same amount in every entry"
    off = ~np.isclose(result, wanted, rtol=rtol, atol=atol, equal_nan=True)
    worst = np.unravel_index(np.abs(np.where(off, result - wanted, 0)).argmax(), wanted.shape)
    place = ", ".join(str(int(index)) for index in worst)
    return f"wrong in {off.sum()} of {off.size} entries, most of all in entry [{place}]"


def _percent(result: Floats, wanted: Floats) -> str:
    return f"{100 * abs(float((result - wanted) / wanted)):.3g} %" if wanted else "any measure"
