"""Validation, written once for NumPy arrays and PyTorch tensors alike.

Both array kinds share the few methods used here, so nothing but NumPy is imported. Every message
names the argument, what it was and what was expected.

Checks of shapes, dtypes and hyper-parameters always run. Those that read values, marked with
``@reads_values``, do not while PyTorch traces or where :class:`set_value_checks` turned them off.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Arguments = ParamSpec("Arguments")

PENALTIES = ("l1", "l2")


def fail(name: str, was: object, expected: str, kind: type[Exception] = ValueError) -> NoReturn:
    """Raise the error that names the argument, what it was and what was expected."""
    raise kind(f"{name}: expected {expected}, got {was}")


class set_value_checks:  # noqa: N801, named as torch.set_grad_enabled is
    """Turn the checks that read values on or off: labels, targets, distributions, weights.

    A check of values waits for the device: on CUDA, each costs a synchronisation. Without them no
    call does; what they would have refused then gives an error of PyTorch's, a NaN or a number that
    means nothing. Shapes, dtypes and hyper-parameters are checked in any case. While PyTorch traces
    (``torch.compile``, ``torch.export``) and under ``torch.vmap`` values are never read.

    Args:
        enabled: whether values are checked from now on, or within a ``with`` statement.

    Example:
        >>> from lossbook import reference
        >>> with set_value_checks(False):
        ...     round(float(reference.binary_cross_entropy([0.0], [2.0])), 4)
        0.6931
        >>> reference.binary_cross_entropy([0.0], [2.0])
        Traceback (most recent call last):
        ValueError: y: expected values in [0, 1], got 2.0
    """

    _enabled = True

    def __init__(self, enabled: bool) -> None:
        self._wanted, self._before = enabled, set_value_checks._enabled
        set_value_checks._enabled = enabled

    def __enter__(self) -> Self:
        set_value_checks._enabled = self._wanted  # again, where one object serves several times
        return self

    def __exit__(self, *_: object) -> None:
        set_value_checks._enabled = self._before

    @classmethod
    def enabled(cls) -> bool:
        """Say whether values are read here and now."""
        torch = sys.modules.get("torch")
        return cls._enabled and not (torch is not None and torch.compiler.is_compiling())


def reads_values(check: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Mark a check that reads values: it runs only where :class:`set_value_checks` allows it."""

    @functools.wraps(check)
    def checked(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        if set_value_checks.enabled():
            check(*arguments, **options)

    return checked


def extent(array: Any) -> tuple[float, float] | None:
    """Return the least and the largest entry, a NaN being both, or None where there is none to see.

    That is an empty array, a tensor on the meta device, or a sample under ``torch.vmap``.
    """
    if math.prod(array.shape) == 0:
        return None
    if not hasattr(array, "aminmax"):
        return array.min(), array.max()
    least, largest = array.aminmax()
    try:
        if array.is_cpu:
            return least.tolist(), largest.tolist()
        # One read of both: each waits for the device.
        least, largest = sys.modules["torch"].stack((least, largest)).tolist()
    except RuntimeError:
        return None
    return least, largest


def within(array: Any, low: float, high: float) -> bool:
    """Say whether every entry lies between the bounds, or cannot be seen; NaN does not."""
    found = extent(array)
    return found is None or (low <= found[0] and found[1] <= high)


def as_floats(name: str, values: ArrayLike) -> Floats:
    """Return ``values`` as a float64 array; text, objects and complex numbers raise TypeError."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        fail(name, f"dtype {array.dtype}", "real numbers", TypeError)
    return array.astype(np.float64)


def as_labels(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Return class labels as an int64 array; anything but integers raises TypeError."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        fail(name, f"dtype {array.dtype}", "integers", TypeError)
    return array.astype(np.int64)


def require_tensor(name: str, tensor: Any) -> None:
    """Raise TypeError unless ``tensor`` is a PyTorch tensor."""
    if not hasattr(tensor, "is_floating_point"):
        fail(name, type(tensor).__name__, "a torch.Tensor", TypeError)


def require_floating(name: str, tensor: Any) -> None:
    """Raise TypeError unless ``tensor`` is a PyTorch tensor of a floating dtype."""
    require_tensor(name, tensor)
    if not tensor.is_floating_point():
        fail(name, f"dtype {tensor.dtype}", "a floating dtype", TypeError)


def require_integers(name: str, tensor: Any) -> None:
    """Raise TypeError unless ``tensor`` is a PyTorch tensor of an integer dtype."""
    require_tensor(name, tensor)
    if tensor.is_floating_point() or tensor.is_complex() or str(tensor.dtype) == "torch.bool":
        fail(name, f"dtype {tensor.dtype}", "integers", TypeError)


def require_same_shape(name: str, array: Any, other_name: str, other: Any) -> None:
    """Raise ValueError unless both arrays have the same shape: nothing is broadcast in silence."""
    if tuple(array.shape) != tuple(other.shape):
        fail(
            other_name,
            f"shape {tuple(other.shape)}",
            f"the shape of {name}, {tuple(array.shape)}",
        )


def require_classes_axis(name: str, array: Any) -> None:
    """Raise ValueError unless the last axis holds at least one class."""
    if array.ndim == 0 or array.shape[-1] == 0:
        fail(name, f"shape {tuple(array.shape)}", "at least one class on the last axis")


def require_scores(name: str, scores: Any) -> None:
    """Raise ValueError unless the shape is (N, C) or (N, C, d1, ...) with at least one class."""
    if scores.ndim < 2:
        fail(name, f"shape {tuple(scores.shape)}", "shape (N, C) or (N, C, d1, ...)")
    if scores.shape[1] == 0:
        fail(name, f"shape {tuple(scores.shape)}", "at least one class on the second axis")


def require_class_labels(
    name: str, scores: Any, labels_name: str, labels: Any, ignore_index: int | None = None
) -> None:
    """Raise ValueError unless scores are (N, C, d1, ...) and labels (N, d1, ...) of 0..C-1.

    A label of ``ignore_index`` may be anything.
    """
    require_scores(name, scores)
    shape = (scores.shape[0], *scores.shape[2:])
    if tuple(labels.shape) != shape:
        fail(labels_name, f"shape {tuple(labels.shape)}", f"shape {shape}, as {name} has it")
    require_labels(labels_name, labels, scores.shape[1], ignore_index)


def require_sample_labels(x: Any, y: Any, classes: int) -> None:
    """Raise ValueError unless there is one label 0..C-1 for each feature vector."""
    if tuple(y.shape) != (x.shape[0],):
        fail("y", f"shape {tuple(y.shape)}", f"shape ({x.shape[0]},), as x has it")
    require_labels("y", y, classes)


@reads_values
def require_labels(name: str, labels: Any, classes: int, ignore_index: int | None = None) -> None:
    """Raise ValueError unless the labels are 0..C-1 or ``ignore_index``."""
    # The label 0 stands in for one that is ignored.
    counted = labels if ignore_index is None else labels * (labels != ignore_index)
    if not within(counted, 0, classes - 1):
        first = _first(counted, (counted < 0) | (counted >= classes))
        hint = f" (to leave samples out, keep those with {name} != {first})" if first < 0 else ""
        fail(name, f"{first}{hint}", f"labels 0 to {classes - 1}")


def require_per_class(name: str, array: Any, classes: int) -> None:
    """Raise ValueError unless the shape is (C,), an entry per class."""
    if tuple(array.shape) != (classes,):
        fail(name, f"shape {tuple(array.shape)}", f"shape ({classes},), an entry per class")


def require_absent(name: str, value: object, where: str) -> None:
    """Raise ValueError unless an option is left out where it has no meaning."""
    if value is not None:
        fail(name, value, f"None {where}")


@reads_values
def require_amounts(name: str, amounts: Any, kind: str) -> None:
    """Raise ValueError unless every entry, a weight or a count, is finite and at least 0."""
    if not within(amounts, 0, sys.float_info.max):
        wrong = ~((amounts >= 0) & (amounts < math.inf))
        fail(name, _first(amounts, wrong), f"finite {kind} of at least 0")


def require_broadcast(name: str, weights: Any, scores_name: str, scores: Any) -> None:
    """Raise ValueError unless the weights broadcast to the shape of the scores, and no further."""
    pairs = zip(reversed(weights.shape), reversed(scores.shape), strict=False)
    if weights.ndim > scores.ndim or any(one not in (1, other) for one, other in pairs):
        expected = f"a shape that broadcasts to that of {scores_name}, {tuple(scores.shape)}"
        fail(name, f"shape {tuple(weights.shape)}", expected)


def require_vectors(name: str, vectors: Any, shape: str = "(N, d)") -> None:
    """Raise ValueError unless the rows are vectors of at least one feature."""
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        fail(name, f"shape {tuple(vectors.shape)}", f"shape {shape} with d of at least 1")


def require_pairs(x: Any, positive: Any) -> None:
    """Raise ValueError unless each of at least one feature vector has its positive."""
    require_vectors("x", x)
    require_same_shape("x", x, "positive", positive)
    if x.shape[0] == 0:
        fail("x", "an empty batch", "at least one pair")


def require_class_vectors(x: Any, W: Any) -> None:
    """Raise ValueError unless x is (N, d) and W (C, d), with at least one feature and class."""
    require_vectors("x", x)
    require_vectors("W", W, "(C, d)")
    if W.shape[0] == 0:
        fail("W", f"shape {tuple(W.shape)}", "shape (C, d) with C of at least 1")
    if W.shape[1] != x.shape[1]:
        expected = f"{W.shape[1]} features, as the class vectors W of shape {tuple(W.shape)} have"
        fail("x", f"shape {tuple(x.shape)}", expected)


def require_feature_maps(name: str, array: Any) -> None:
    """Raise ValueError unless the shape is (N, C, H, W) with at least one entry per sample."""
    if array.ndim != 4 or 0 in tuple(array.shape[1:]):
        fail(name, f"shape {tuple(array.shape)}", "shape (N, C, H, W), with no empty map")


def require_maps(name: str, array: Any) -> None:
    """Raise ValueError unless the shape is (N, d1, ...) with at least one entry per sample."""
    if array.ndim < 2 or 0 in tuple(array.shape[1:]):
        fail(name, f"shape {tuple(array.shape)}", "shape (N, d1, ...), with no empty map")


def require_boxes(name: str, array: Any) -> None:
    """Raise ValueError unless the last axis holds left, top, right and bottom edge of a box."""
    if array.ndim == 0 or array.shape[-1] != 4:
        fail(name, f"shape {tuple(array.shape)}", "four edges on the last axis")
    _require_sides(name, array[..., 2:] - array[..., :2])


@reads_values
def _require_sides(name: str, sides: Any) -> None:
    if not within(sides, math.ulp(0), math.inf):  # above 0
        first = _first(sides, ~(sides > 0))
        fail(name, f"a side of {first}", "boxes with left below right and top below bottom")


def require_images(name: str, array: Any, smallest: int) -> None:
    """Raise ValueError unless the shape is (N, 3, H, W), H and W at least ``smallest``."""
    if array.ndim != 4 or array.shape[1] != 3 or min(array.shape[2:]) < smallest:
        expected = f"shape (N, 3, H, W), H and W at least {smallest}"
        fail(name, f"shape {tuple(array.shape)}", expected)


@reads_values
def require_signs(name: str, array: Any) -> None:
    """Raise ValueError unless every entry is -1 or +1."""
    if not within(abs(array), 1, 1):
        fail(name, _first(array, ~(abs(array) == 1)), "labels -1 or +1")


def require_unit_interval(name: str, array: Any) -> None:
    """Raise ValueError unless every entry lies in [0, 1]; NaN does not."""
    _require_within(name, array, 0, 1, "values in [0, 1]")


def require_angles(name: str, array: Any) -> None:
    """Raise ValueError unless every angle lies in [0, pi]: degrees are refused with the rest."""
    _require_within(name, array, 0, math.pi, "angles in radians in [0, pi]")


@reads_values
def _require_within(name: str, array: Any, low: float, high: float, expected: str) -> None:
    if not within(array, low, high):
        fail(name, _first(array, ~((array >= low) & (array <= high))), expected)


def require_targets(name: str, scores: Any, targets_name: str, targets: Any) -> None:
    """Raise ValueError unless there is one target in [0, 1] for each score."""
    require_same_shape(name, scores, targets_name, targets)
    require_unit_interval(targets_name, targets)


def require_distribution(
    name: str, array: Any, *, tolerance: float | None = None, hint: str = ""
) -> None:
    """Raise ValueError unless the last axis is a distribution, up to the dtype's rounding."""
    require_classes_axis(name, array)
    if tolerance is None:
        # Half precision rounds each entry by up to one part in 256.
        tolerance = 1e-2 if array.dtype.itemsize < 4 else 1e-4
    _require_sums_of_one(name, array, tolerance, hint)


@reads_values
def _require_sums_of_one(name: str, array: Any, tolerance: float, hint: str) -> None:
    if not within(array, 0, 1):
        outside = ~((array >= 0) & (array <= 1))
        fail(name, f"{_first(array, outside)}{hint}", "values in [0, 1]")
    sums = array.sum(axis=-1)
    if not within(sums, 1 - tolerance, 1 + tolerance):
        off = ~(abs(sums - 1) <= tolerance)
        fail(name, f"a sum of {_first(sums, off)}", "a sum of 1 on the last axis")


@reads_values
def require_no_nan(name: str, array: Any) -> None:
    """Raise ValueError if an entry is NaN, which no label can be."""
    if not within(array, -math.inf, math.inf):
        fail(name, "nan", "labels")


def require_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless ``value`` is one of ``choices``."""
    if value not in choices:
        fail(name, repr(value), " or ".join(repr(choice) for choice in choices))


def require_base(base: float) -> None:
    """Raise ValueError unless ``base`` can be the base of a logarithm that measures information."""
    if not (math.isfinite(base) and base > 1):
        fail("base", base, "a finite number above 1")


def require_positive(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter is a finite number above 0."""
    if not (math.isfinite(value) and value > 0):
        fail(name, value, "a finite number above 0")


def require_non_negative(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter is a finite number of at least 0."""
    if not (math.isfinite(value) and value >= 0):
        fail(name, value, "a finite number of at least 0")


def require_unit_number(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter lies in [0, 1]."""
    if not 0 <= value <= 1:
        fail(name, value, "a number in [0, 1]")


def require_inside_unit_interval(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter lies between 0 and 1 and is neither."""
    if not 0 < value < 1:
        fail(name, value, "a number between 0 and 1, and neither of them")


def require_whole(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter is a whole number of at least 1."""
    if not (float(value).is_integer() and value >= 1):
        fail(name, value, "a whole number of at least 1")


def require_angular_margin(name: str, value: float) -> None:
    """Raise ValueError unless the angle is in [0, pi/2]: degrees are refused with the rest."""
    if not 0 <= value <= math.pi / 2:
        fail(name, value, "an angle in radians in [0, pi/2]")


def _first(array: Any, wrong: Any) -> Any:
    """Return the first offending entry, as a Python number."""
    return array[wrong].reshape(-1)[0].item()
