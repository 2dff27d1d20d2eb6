"""From one loss per sample to their mean or sum, and the gradient of that.

Written once for NumPy arrays and PyTorch tensors alike, which share the few methods used here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from numpy import float64
from numpy.typing import NDArray

from lossbook._checks import Floats, fail, reads_values, require_choice, within

if TYPE_CHECKING:
    from torch import Tensor

Reduction = Literal["mean", "sum", "none"]
Array = TypeVar("Array", NDArray[float64], "Tensor")

REDUCTIONS = ("mean", "sum", "none")


def reduce(losses: Array, reduction: str, counts: Array | None = None) -> Array:
    """Return the mean or the sum of the losses, or the losses themselves.

    ``counts`` says how much each loss counts in the mean, which divides by their sum.
    """
    require_reduction(losses, reduction)
    if reduction == "none":
        return losses
    if reduction == "sum":
        total: Array = losses.sum()
        return total
    if counts is None:
        mean: Array = losses.mean()
        return mean
    require_counted(counts)
    weighted_mean: Array = losses.sum() / counts.sum()
    return weighted_mean


def reduce_grad(
    slopes: Floats, reduction: str, counts: Floats | None = None, *, entries: int = 1
) -> Floats:
    """Return the gradient of the reduced loss, given the gradient of each.

    ``entries`` is how many of the slopes belong to one loss: C where it is one of C logits.
    """
    require_reduction(slopes, reduction)
    if reduction != "mean":
        return slopes
    if counts is None:
        return slopes * (entries / slopes.size)
    require_counted(counts)
    mean_slopes: Floats = slopes / counts.sum()
    return mean_slopes


def require_reduction(losses: Any, reduction: str) -> None:
    """Raise ValueError if the reduction is unknown or would be the mean of nothing."""
    require_choice("reduction", reduction, REDUCTIONS)
    if reduction == "mean" and math.prod(losses.shape) == 0:
        fail("reduction", "an empty batch", 'at least one loss under "mean"')


@reads_values
def require_counted(counts: Any) -> None:
    """Raise ValueError if no label counts in a mean: all are ignored or of weight 0."""
    if not within(counts.sum(), math.ulp(0), math.inf):  # above 0
        fail("y", "only labels that are ignored or of weight 0", 'one that counts under "mean"')
