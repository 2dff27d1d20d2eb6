"""Validation and reduction, written once for NumPy arrays and PyTorch tensors alike.

Both array kinds share the few methods used here, so nothing but NumPy is imported. Every message
names the argument, what it was and what was expected.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from torch import Tensor

Reduction = Literal["mean", "sum", "none"]
Floats = NDArray[np.float64]
Array = TypeVar("Array", NDArray[np.float64], "Tensor")

PENALTIES = ("l1", "l2")
REDUCTIONS = ("mean", "sum", "none")


def _fail(name: str, was: object, expected: str, kind: type[Exception] = ValueError) -> None:
    raise kind(f"{name}: expected {expected}, got {was}")


def as_floats(name: str, values: ArrayLike) -> Floats:
    """Return ``values`` as a float64 array; text, objects and complex numbers raise TypeError."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        _fail(name, f"dtype {array.dtype}", "real numbers", TypeError)
    return array.astype(np.float64)


def require_tensor(name: str, tensor: Any) -> None:
    """Raise TypeError unless ``tensor`` is a PyTorch tensor."""
    if not hasattr(tensor, "is_floating_point"):
        _fail(name, type(tensor).__name__, "a torch.Tensor", TypeError)


def require_floating(name: str, tensor: Any) -> None:
    """Raise TypeError unless ``tensor`` is a PyTorch tensor of a floating dtype."""
    require_tensor(name, tensor)
    if not tensor.is_floating_point():
        _fail(name, f"dtype {tensor.dtype}", "a floating dtype", TypeError)


def require_same_shape(name: str, array: Any, other_name: str, other: Any) -> None:
    """Raise ValueError unless both arrays have the same shape: nothing is broadcast in silence."""
    if tuple(array.shape) != tuple(other.shape):
        _fail(
            other_name,
            f"shape {tuple(other.shape)}",
            f"the shape of {name}, {tuple(array.shape)}",
        )


def require_classes_axis(name: str, array: Any) -> None:
    """Raise ValueError unless the last axis holds at least one class."""
    if array.ndim == 0 or array.shape[-1] == 0:
        _fail(name, f"shape {tuple(array.shape)}", "at least one class on the last axis")


def require_signs(name: str, array: Any) -> None:
    """Raise ValueError unless every entry is -1 or +1."""
    wrong = (array != 1) & (array != -1)
    if bool(wrong.any()):
        _fail(name, _first(array, wrong), "labels -1 or +1")


def require_unit_interval(name: str, array: Any) -> None:
    """Raise ValueError unless every entry lies in [0, 1]; NaN does not."""
    wrong = ~((array >= 0) & (array <= 1))
    if bool(wrong.any()):
        _fail(name, _first(array, wrong), "values in [0, 1]")


def require_distribution(name: str, array: Any) -> None:
    """Raise ValueError unless the last axis is a distribution, up to the dtype's rounding."""
    require_classes_axis(name, array)
    require_unit_interval(name, array)
    # Half precision rounds each entry by up to one part in 256.
    tolerance = 1e-2 if array.dtype.itemsize < 4 else 1e-4
    sums = array.sum(axis=-1)
    off = abs(sums - 1) > tolerance
    if bool(off.any()):
        _fail(name, f"a sum of {_first(sums, off)}", "a sum of 1 on the last axis")


def require_no_nan(name: str, array: Any) -> None:
    """Raise ValueError if an entry is NaN, which no label can be."""
    if bool((array != array).any()):
        _fail(name, "nan", "labels")


def require_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless ``value`` is one of ``choices``."""
    if value not in choices:
        _fail(name, repr(value), " or ".join(repr(choice) for choice in choices))


def require_base(base: float) -> None:
    """Raise ValueError unless ``base`` can be the base of a logarithm that measures information."""
    if not (math.isfinite(base) and base > 1):
        _fail("base", base, "a finite number above 1")


def require_positive(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter is a finite number above 0."""
    if not (math.isfinite(value) and value > 0):
        _fail(name, value, "a finite number above 0")


def require_non_negative(name: str, value: float) -> None:
    """Raise ValueError unless the hyper-parameter is a finite number of at least 0."""
    if not (math.isfinite(value) and value >= 0):
        _fail(name, value, "a finite number of at least 0")


def _first(array: Any, wrong: Any) -> object:
    """Return the first offending entry, as a Python number."""
    return array[wrong].reshape(-1)[0].item()


def reduce(losses: Array, reduction: str) -> Array:
    """Return the mean or the sum of the losses, or the losses themselves.

    Raises:
        ValueError: if ``reduction`` is not "mean", "sum" or "none", or a mean has no losses.
    """
    _require_reduction(losses, reduction)
    if reduction == "none":
        return losses
    reduced: Array = losses.sum() if reduction == "sum" else losses.mean()
    return reduced


def reduce_grad(slopes: Floats, reduction: str) -> Floats:
    """Return the gradient of the reduced loss, given each loss's derivative in its own entry.

    Raises:
        ValueError: as :func:`reduce` does.
    """
    _require_reduction(slopes, reduction)
    return slopes / slopes.size if reduction == "mean" else slopes


def _require_reduction(losses: Any, reduction: str) -> None:
    require_choice("reduction", reduction, REDUCTIONS)
    if reduction == "mean" and math.prod(losses.shape) == 0:
        _fail("reduction", "an empty batch", 'at least one loss under "mean"')
