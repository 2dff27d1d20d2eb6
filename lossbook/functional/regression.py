"""L1, L2, smooth L1 and Huber loss (sections 2.1 to 2.3), quantile loss (section 3.3)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lossbook._checks import (
    require_floating,
    require_inside_unit_interval,
    require_non_negative,
    require_positive,
    require_same_shape,
    require_tensor,
)
from lossbook._reduction import Reduction, reduce, require_reduction
from lossbook.functional._precision import float32_under_autocast, widened


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


@float32_under_autocast
def quantile_loss(x: Tensor, t: Tensor, *, tau: float, reduction: Reduction = "mean") -> Tensor:
    """Quantile or pinball loss, whose minimiser is the tau-quantile, equation ``eq-quantile``.

    At x = t, where there is no derivative, the gradient is 0. With ``tau=0.5`` the loss is half the
    absolute error.

    Args:
        x: predicted quantiles, any shape.
        t: targets, the same shape, of any dtype.
        tau: the share of targets that should lie below the prediction, between 0 and 1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> x, t = torch.tensor([2.0, 2.0]), torch.tensor([3.0, 1.0])
        >>> quantile_loss(x, t, tau=0.75, reduction="none").tolist()
        [0.75, 0.25]

    Source: Koenker and Bassett, Regression Quantiles, 1978.
    """
    require_inside_unit_interval("tau", tau)
    return _by_kernel(_pinball, x, t, reduction, tau=tau)


@float32_under_autocast
def charbonnier_loss(
    x: Tensor, t: Tensor, *, epsilon: float = 1e-3, reduction: Reduction = "mean"
) -> Tensor:
    """Absolute error with a rounded corner, equation ``eq-charbonnier``.

    Epsilon times it is the pseudo-Huber loss.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, of any dtype.
        epsilon: how wide the rounding is, above 0, in the unit of t.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> x, t = torch.tensor([5.0, 2.0]), torch.tensor([2.0, 2.0])
        >>> charbonnier_loss(x, t, epsilon=4, reduction="none").tolist()
        [1.0, 0.0]

    Source: Charbonnier, Blanc-Féraud, Aubert and Barlaud, Two Deterministic Half-Quadratic
    Regularization Algorithms for Computed Imaging, 1994; less the constant epsilon.
    """
    require_positive("epsilon", epsilon)
    return _by_kernel(_charbonnier, x, t, reduction, epsilon=epsilon)


@float32_under_autocast
def log_cosh_loss(x: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Logarithm of the hyperbolic cosine of the error, equation ``eq-log-cosh``.

    Args:
        x: predictions, any shape, in a unit in which 1 is a usual error.
        t: targets, the same shape, of any dtype.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per entry under ``"none"``.

    Example:
        >>> x, t = torch.tensor([2.0, 1002.0]), torch.tensor([2.0, 2.0])
        >>> [round(loss, 2) for loss in log_cosh_loss(x, t, reduction="none").tolist()]
        [0.0, 999.31]

    Source: Green, Bayesian Reconstructions from Emission Tomography Data Using a Modified EM
    Algorithm, 1990, where it penalises differences between neighbouring pixels.
    """
    return _by_kernel(_log_cosh, x, t, reduction)


@float32_under_autocast
def tukey_loss(x: Tensor, t: Tensor, *, c: float = 4.685, reduction: Reduction = "mean") -> Tensor:
    """Tukey's biweight: nearly half the square, and constant from c on, equation ``eq-tukey``.

    Args:
        x: predictions, any shape.
        t: targets, the same shape, of any dtype.
        c: from where on an error counts no more, above 0, in the unit of t; 4.685 standard
            deviations of normal errors lose 5 % of the efficiency.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the squared unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> x, t = torch.tensor([2.0, 5.0, 900.0]), torch.tensor([2.0, 2.0, 2.0])
        >>> tukey_loss(x, t, c=3, reduction="none").tolist()
        [0.0, 1.5, 1.5]

    Source: Beaton and Tukey, The Fitting of Power Series, Meaning Polynomials, Illustrated on
    Band-Spectroscopic Data, 1974.
    """
    require_positive("c", c)
    return _by_kernel(_tukey, x, t, reduction, c=c)


def _pinball(x: Tensor, t: Tensor, *, reduction: Reduction, tau: float) -> Tensor:
    # relu has the slope 0 at 0: a kink's two slopes would not be averaged to a subgradient of 0.
    return reduce(tau * F.relu(t - x) + (1 - tau) * F.relu(x - t), reduction)


def _charbonnier(x: Tensor, t: Tensor, *, reduction: Reduction, epsilon: float) -> Tensor:
    residuals = widened(x) - widened(t)
    # The difference of the printed formula, without its cancellation and its overflow.
    root = torch.hypot(residuals, torch.full_like(residuals, epsilon))
    return reduce(residuals / (root + epsilon) * residuals, reduction)


def _log_cosh(x: Tensor, t: Tensor, *, reduction: Reduction) -> Tensor:
    residuals = widened(x) - widened(t)
    return reduce(torch.logaddexp(residuals, -residuals) - math.log(2), reduction)


def _tukey(x: Tensor, t: Tensor, *, reduction: Reduction, c: float) -> Tensor:
    squares = ((widened(x) - widened(t)) / c).clamp(-1, 1).square()
    return reduce(c**2 / 6 * squares * (3 - 3 * squares + squares.square()), reduction)


def _by_kernel(
    kernel: Callable[..., Tensor], x: Tensor, t: Tensor, reduction: Reduction, **options: float
) -> Tensor:
    """Check the arguments and call the kernel, PyTorch's own where there is one."""
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
