"""Validation, written once for NumPy arrays and PyTorch tensors alike.

Both array kinds share the few methods used here, so nothing but NumPy is imported. Every message
names the argument, what it was and what was expected.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

PENALTIES = ("l1", "l2")


def fail(name: str, was: object, expected: str, kind: type[Exception] = ValueError) -> NoReturn:
    """Raise the error that names the argument, what it was and what was expected."""
    raise kind(f"{name}: expected {expected}, got {was}")


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
    """Raise ValueError unless the shape is (N, C) with at least one class."""
    if scores.ndim != 2:
        fail(name, f"shape {tuple(scores.shape)}", "shape (N, C)")
    require_classes_axis(name, scores)


def require_class_labels(name: str, scores: Any, labels_name: str, labels: Any) -> None:
    """Raise ValueError unless scores are (N, C) and labels (N,), each of 0..C-1."""
    require_scores(name, scores)
    samples, classes = scores.shape
    if tuple(labels.shape) != (samples,):
        fail(labels_name, f"shape {tuple(labels.shape)}", f"shape ({samples},), as {name} has it")
    wrong = (labels < 0) | (labels >= classes)
    if bool(wrong.any()):
        fail(labels_name, _first(labels, wrong), f"labels 0 to {classes - 1}")


def require_per_class(name: str, array: Any, classes: int) -> None:
    """Raise ValueError unless the shape is (C,), an entry per class."""
    if tuple(array.shape) != (classes,):
        fail(name, f"shape {tuple(array.shape)}", f"shape ({classes},), an entry per class")


def require_class_weights(name: str, weights: Any, classes: int) -> None:
    """Raise ValueError unless there is one finite weight of at least 0 per class."""
    require_per_class(name, weights, classes)
    wrong = ~((weights >= 0) & (weights < math.inf))
    if bool(wrong.any()):
        fail(name, _first(weights, wrong), "finite weights of at least 0")


def require_class_vectors(x: Any, W: Any) -> None:
    """Raise ValueError unless x is (N, d) and W (C, d), with at least one feature and class."""
    for name, vectors, shape in (("x", x, "(N, d)"), ("W", W, "(C, d)")):
        if vectors.ndim != 2 or vectors.shape[1] == 0:
            fail(name, f"shape {tuple(vectors.shape)}", f"shape {shape} with d of at least 1")
    if W.shape[0] == 0 or W.shape[1] != x.shape[1]:
        expected = f"shape (C, {x.shape[1]}), as x has it, with C of at least 1"
        fail("W", f"shape {tuple(W.shape)}", expected)


def require_feature_maps(name: str, array: Any) -> None:
    """Raise ValueError unless the shape is (N, C, H, W) with at least one entry per sample."""
    if array.ndim != 4 or 0 in tuple(array.shape[1:]):
        fail(name, f"shape {tuple(array.shape)}", "shape (N, C, H, W), with no empty map")


def require_images(name: str, array: Any, smallest: int) -> None:
    """Raise ValueError unless the shape is (N, 3, H, W), H and W at least ``smallest``."""
    if array.ndim != 4 or array.shape[1] != 3 or min(array.shape[2:]) < smallest:
        expected = f"shape (N, 3, H, W), H and W at least {smallest}"
        fail(name, f"shape {tuple(array.shape)}", expected)


def require_signs(name: str, array: Any) -> None:
    """Raise ValueError unless every entry is -1 or +1."""
    wrong = (array != 1) & (array != -1)
    if bool(wrong.any()):
        fail(name, _first(array, wrong), "labels -1 or +1")


def require_unit_interval(name: str, array: Any) -> None:
    """Raise ValueError unless every entry lies in [0, 1]; NaN does not."""
    wrong = ~((array >= 0) & (array <= 1))
    if bool(wrong.any()):
        fail(name, _first(array, wrong), "values in [0, 1]")


def require_targets(name: str, scores: Any, targets_name: str, targets: Any) -> None:
    """Raise ValueError unless there is one target in [0, 1] for each score."""
    require_same_shape(name, scores, targets_name, targets)
    require_unit_interval(targets_name, targets)


def require_distribution(name: str, array: Any, *, half_tolerance: float = 1e-2) -> None:
    """Raise ValueError unless the last axis is a distribution, up to the dtype's rounding."""
    require_classes_axis(name, array)
    require_unit_interval(name, array)
    # Half precision rounds each entry by up to one part in 256.
    tolerance = half_tolerance if array.dtype.itemsize < 4 else 1e-4
    sums = array.sum(axis=-1)
    off = abs(sums - 1) > tolerance
    if bool(off.any()):
        fail(name, f"a sum of {_first(sums, off)}", "a sum of 1 on the last axis")


def require_no_nan(name: str, array: Any) -> None:
    """Raise ValueError if an entry is NaN, which no label can be."""
    if bool((array != array).any()):
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


def require_whole(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter is a whole number of at least 1."""
    if not (float(value).is_integer() and value >= 1):
        fail(name, value, "a whole number of at least 1")


def require_angular_margin(name: str, value: float) -> None:
    """Raise ValueError unless the angle is in [0, pi/2]: degrees are refused with the rest."""
    if not 0 <= value <= math.pi / 2:
        fail(name, value, "an angle in radians in [0, pi/2]")


def _first(array: Any, wrong: Any) -> object:
    """Return the first offending entry, as a Python number."""
    return array[wrong].reshape(-1)[0].item()
