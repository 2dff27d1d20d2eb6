"""L1, L2, smooth L1 and Huber loss (sections 2.1 to 2.3)."""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook._checks import (
    require_floating,
    require_non_negative,
    require_positive,
    require_same_shape,
)
from lossbook._reduction import Reduction, reduce


def l1_loss(x: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Absolute error, equation ``eq-l1``.

    At x = t, where there is no derivative, the gradient is 0.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, floating.
        reduction: ``"mean"`` (the MAE), ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> l1_loss(torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])).item()
        2.0

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 10.6.
    """
    return reduce(_residuals(x, t).abs(), reduction)


def l2_loss(x: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Squared error, without a factor 1/2, equation ``eq-l2``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, floating.
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
    return reduce(_residuals(x, t).square(), reduction)


def smooth_l1_loss(
    x: Tensor, t: Tensor, *, beta: float = 1, reduction: Reduction = "mean"
) -> Tensor:
    """Squared near the target, absolute far from it, with slope 1, equation ``eq-smooth-l1``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, floating.
        beta: where the parabola meets the line, at least 0, in the unit of t; 0 gives L1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> smooth_l1_loss(torch.tensor([1.5, 5.0]), torch.tensor([2.0, 2.0]), reduction="sum")
        tensor(2.6250)

    Source: Girshick, Fast R-CNN, 2015, equation (3), there with beta = 1.
    """
    residuals = _residuals(x, t)
    require_non_negative("beta", beta)
    if beta == 0:
        return l1_loss(x, t, reduction=reduction)
    width = _representable(beta, residuals)
    near = residuals.clamp(-width, width)
    # Near, the second term is 0; far, the first is beta / 2. Splitting by the clipped residual, not
    # by |x - t|, keeps the curvature of the square at 0. The quotient comes before the product: a
    # square overflows float16 from 256 on.
    return reduce(near * (near / (2 * beta)) + (residuals - near).abs(), reduction)


def huber_loss(x: Tensor, t: Tensor, *, delta: float = 1, reduction: Reduction = "mean") -> Tensor:
    """Half the square near the target, linear far from it, equation ``eq-huber``.

    It is delta times the smooth L1 loss of ``beta=delta``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, floating.
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
    residuals = _residuals(x, t)
    require_positive("delta", delta)
    width = _representable(delta, residuals)
    near = residuals.clamp(-width, width)
    # Split and ordered as in smooth_l1_loss.
    return reduce(near * (near / 2) + width * (residuals - near).abs(), reduction)


def _residuals(x: Tensor, t: Tensor) -> Tensor:
    require_floating("x", x)
    require_floating("t", t)
    require_same_shape("x", x, "t", t)
    return x - t


def _representable(width: float, residuals: Tensor) -> float:
    """Return the width, but no more than the residuals' dtype holds: none of them is larger."""
    return min(width, torch.finfo(residuals.dtype).max)
