"""From one loss per sample to their mean or sum, and the gradient of that.

Written once for NumPy arrays and PyTorch tensors alike, which share the few methods used here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from numpy import float64
from numpy.typing import NDArray

from lossbook._checks import Floats, fail, require_choice

if TYPE_CHECKING:
    from torch import Tensor

Reduction = Literal["mean", "sum", "none"]
Array = TypeVar("Array", NDArray[float64], "Tensor")

REDUCTIONS = ("mean", "sum", "none")


def reduce(losses: Array, reduction: str) -> Array:
    """Return the mean or the sum of the losses, or the losses themselves."""
    _require_reduction(losses, reduction)
    if reduction == "none":
        return losses
    reduced: Array = losses.sum() if reduction == "sum" else losses.mean()
    return reduced


def reduce_grad(slopes: Floats, reduction: str, *, entries: int = 1) -> Floats:
    """Return the gradient of the reduced loss, given the gradient of each.

    ``entries`` is how many of the slopes belong to one loss: C where it is one of C logits.
    """
    _require_reduction(slopes, reduction)
    return slopes * (entries / slopes.size) if reduction == "mean" else slopes


def weight_divisor(weights: Array, reduction: str) -> Array | float:
    """Return what turns the mean of weighted losses into their weighted mean: the mean weight."""
    if reduction != "mean":
        return 1.0
    mean: Array = weights.mean()
    if not mean > 0:
        fail("weight", "only labels of weight 0", 'a positive weight under "mean"')
    return mean


def _require_reduction(losses: Any, reduction: str) -> None:
    require_choice("reduction", reduction, REDUCTIONS)
    if reduction == "mean" and math.prod(losses.shape) == 0:
        fail("reduction", "an empty batch", 'at least one loss under "mean"')
