"""L1, L2, smooth L1 and Huber loss (sections 2.1 to 2.3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    require_non_negative,
    require_positive,
    require_same_shape,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.registry import implements


@implements("eq-l1")
def l1_loss(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Absolute error, equation ``eq-l1``.

    .. math:: \ell(x, t) = |x - t|

    Args:
        x: predictions, any shape.
        t: targets, the same shape.
        reduction: ``"mean"`` (the MAE), ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> float(l1_loss([1.0, 5.0], [2.0, 2.0]))
        2.0

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 10.6.
    """
    return reduce(np.abs(_residuals(x, t)), reduction)


@implements("eq-l1-grad")
def l1_loss_grad(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`l1_loss` in x, equation ``eq-l1-grad``.

    At x = t there is no derivative; 0, the middle of the subgradients -1 to 1, is returned, as
    PyTorch does.
    """
    return reduce_grad(np.sign(_residuals(x, t)), reduction)


@implements("eq-l2")
def l2_loss(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Squared error, without a factor 1/2, equation ``eq-l2``.

    .. math:: \ell(x, t) = (x - t)^2

    Args:
        x: predictions, any shape.
        t: targets, the same shape.
        reduction: ``"mean"`` (the MSE), ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the squared unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> float(l2_loss([1.0, 5.0], [2.0, 2.0]))
        5.0

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 10.6.
    """
    return reduce(_residuals(x, t) ** 2, reduction)


@implements("eq-l2-grad")
def l2_loss_grad(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`l2_loss` in x, equation ``eq-l2-grad``."""
    return reduce_grad(2 * _residuals(x, t), reduction)


@implements("eq-smooth-l1")
def smooth_l1_loss(
    x: ArrayLike, t: ArrayLike, *, beta: float = 1, reduction: Reduction = "mean"
) -> Floats:
    r"""Squared near the target, absolute far from it, with slope 1, equation ``eq-smooth-l1``.

    .. math::
        \ell(x, t) = \begin{cases}
        \frac{(x - t)^2}{2\beta} & \text{if } |x - t| < \beta \\
        |x - t| - \frac{\beta}{2} & \text{otherwise}
        \end{cases}

    Args:
        x: predictions, any shape.
        t: targets, the same shape.
        beta: where the parabola meets the line, at least 0, in the unit of t; 0 gives L1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> smooth_l1_loss([1.5, 5.0], [2.0, 2.0], reduction="none").tolist()
        [0.125, 2.5]

    Source: Girshick, Fast R-CNN, 2015, equation (3), there with beta = 1.
    """
    residuals = _residuals(x, t)
    require_non_negative("beta", beta)
    distances = np.abs(residuals)
    with np.errstate(all="ignore"):  # for the branch that is not taken: beta = 0, a huge square
        losses = np.where(distances < beta, residuals**2 / (2 * beta), distances - beta / 2)
    return reduce(losses, reduction)


@implements("eq-smooth-l1-grad")
def smooth_l1_loss_grad(
    x: ArrayLike, t: ArrayLike, *, beta: float = 1, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`smooth_l1_loss` in x, ``eq-smooth-l1-grad``; for beta = 0 as for L1."""
    residuals = _residuals(x, t)
    require_non_negative("beta", beta)
    with np.errstate(all="ignore"):  # for the branch that is not taken
        slopes = np.where(np.abs(residuals) < beta, residuals / beta, np.sign(residuals))
    return reduce_grad(slopes, reduction)


@implements("eq-huber")
def huber_loss(
    x: ArrayLike, t: ArrayLike, *, delta: float = 1, reduction: Reduction = "mean"
) -> Floats:
    r"""Half the square near the target, linear far from it, equation ``eq-huber``.

    .. math::
        \ell(x, t) = \begin{cases}
        \frac12 (x - t)^2 & \text{if } |x - t| \le \delta \\
        \delta \left(|x - t| - \frac{\delta}{2}\right) & \text{otherwise}
        \end{cases}

    It is delta times the smooth L1 loss of ``beta=delta``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape.
        delta: where the parabola meets the line, above 0, in the unit of t.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the squared unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> huber_loss([1.5, 5.0], [2.0, 2.0], delta=2, reduction="none").tolist()
        [0.125, 4.0]

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, equation (10.23), there twice this; from Huber, Robust Estimation of a Location Parameter,
    1964.
    """
    residuals = _residuals(x, t)
    require_positive("delta", delta)
    distances = np.abs(residuals)
    with np.errstate(over="ignore"):  # in the branch that is not taken
        far = delta * (distances - delta / 2)
        losses = np.where(distances <= delta, residuals**2 / 2, far)
    return reduce(losses, reduction)


@implements("eq-huber-grad")
def huber_loss_grad(
    x: ArrayLike, t: ArrayLike, *, delta: float = 1, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`huber_loss` in x, equation ``eq-huber-grad``: the residual, clipped."""
    residuals = _residuals(x, t)
    require_positive("delta", delta)
    return reduce_grad(np.clip(residuals, -delta, delta), reduction)


def _residuals(x: ArrayLike, t: ArrayLike) -> Floats:
    predictions, targets = as_floats("x", x), as_floats("t", t)
    require_same_shape("x", predictions, "t", targets)
    return predictions - targets
