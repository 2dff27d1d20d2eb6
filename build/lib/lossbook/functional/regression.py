"""L1, L2, smooth L1 and Huber loss (sections 2.1 to 2.3)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lossbook._checks import (
    require_floating,
    require_non_negative,
    require_positive,
    require_same_shape,
    require_tensor,
)
from lossbook._reduction import Reduction, require_reduction
from lossbook.functional._precision import float32_under_autocast


@float32_under_autocast
def l1_loss(x: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Absolute error, equation ``eq-l1``.

    At x = t, where there is no derivative, the gradient is 0.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, of any dtype.
        reduction: ``"mean"`` (the MAE), ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> l1_loss(torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])).item()
        2.0

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 10.6.
    """
    return _by_kernel(F.l1_loss, x, t, reduction)


@float32_under_autocast
def l2_loss(x: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Squared error, without a factor 1/2, equation ``eq-l2``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, of any dtype.
        reduction: ``"mean"`` (the MSE), ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the squared unit of t, or one loss per entry under ``"none"``; infinity
        where it overflows: past a residual of 255 in float16.

    Example:
        >>> l2_loss(torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])).item()
        5.0

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 10.6.
    """
    return _by_kernel(F.mse_loss, x, t, reduction)


@float32_under_autocast
def smooth_l1_loss(
    x: Tensor, t: Tensor, *, beta: float = 1, reduction: Reduction = "mean"
) -> Tensor:
    """Squared near the target, absolute far from it, with slope 1, equation ``eq-smooth-l1``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, of any dtype.
        beta: where the parabola meets the line, at least 0, in the unit of t; 0 gives L1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> smooth_l1_loss(torch.tensor([1.5, 5.0]), torch.tensor([2.0, 2.0]), reduction="sum")
        tensor(2.6250)

    Source: Girshick, Fast R-CNN, 2015, equation (3), there with beta = 1.
    """
    require_non_negative("beta", beta)
    return _by_kernel(F.smooth_l1_loss, x, t, reduction, beta=float(beta))


@float32_under_autocast
def huber_loss(x: Tensor, t: Tensor, *, delta: float = 1, reduction: Reduction = "mean") -> Tensor:
    """Half the square near the target, linear far from it, equation ``eq-huber``.

    It is delta times the smooth L1 loss of ``beta=delta``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, of any dtype.
        delta: where the parabola meets the line, above 0, in the unit of t.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the squared unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> x, t = torch.tensor([1.5, 5.0]), torch.tensor([2.0, 2.0])
        >>> huber_loss(x, t, delta=2, reduction="none").tolist()
        [0.125, 4.0]

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, equation (10.23), there twice this; from Huber, Robust Estimation of a Location Parameter,
    1964.
    """
    require_positive("delta", delta)
    return _by_kernel(F.huber_loss, x, t, reduction, delta=delta)


def _by_kernel(
    kernel: Callable[..., Tensor], x: Tensor, t: Tensor, reduction: Reduction, **options: float
) -> Tensor:
    """Check the arguments and call PyTorch's own kernel, which computes the very loss."""
    require_floating("x", x)
    require_tensor("t", t)
    require_same_shape("x", x, "t", t)
    require_reduction(x, reduction)
    dtype = torch.promote_types(x.dtype, t.dtype)
    # The range of float16 holds neither the squares of its numbers nor a large beta.
    inside = torch.float32 if dtype == torch.float16 else dtype
    predictions, targets = x.to(inside), t.to(inside)
    if reduction != "none":
        return kernel(predictions, targets, reduction=reduction, **options).to(dtype)
    # A target of NaN is missing: its loss may be left out afterwards, without the 0 * NaN that
    # would reach x on the way back.
    missing = targets.isnan()
    targets = torch.where(missing, predictions.detach(), targets)
    losses = kernel(predictions, targets, reduction="none", **options)
    return losses.masked_fill(missing, torch.nan).to(dtype)
