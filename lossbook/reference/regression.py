"""L1, L2, smooth L1 and Huber loss (sections 2.1 to 2.3), quantile loss (section 3.3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    require_inside_unit_interval,
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


@implements("eq-quantile")
def quantile_loss(
    x: ArrayLike, t: ArrayLike, *, tau: float, reduction: Reduction = "mean"
) -> Floats:
    r"""Quantile or pinball loss, whose minimiser is the tau-quantile, equation ``eq-quantile``.

    .. math::
        \ell(x, t) = \begin{cases}
        \tau (t - x) & \text{if } x < t \\
        (1 - \tau) (x - t) & \text{otherwise}
        \end{cases}

    With ``tau=0.5`` it is half the absolute error.

    Args:
        x: predicted quantiles, any shape.
        t: targets, the same shape.
        tau: the share of targets that should lie below the prediction, between 0 and 1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> quantile_loss([2.0, 2.0], [3.0, 1.0], tau=0.75, reduction="none").tolist()
        [0.75, 0.25]

    Source: Koenker and Bassett, Regression Quantiles, 1978.
    """
    residuals = _residuals(x, t)
    require_inside_unit_interval("tau", tau)
    return reduce(np.where(residuals < 0, -tau * residuals, (1 - tau) * residuals), reduction)


@implements("eq-quantile-grad")
def quantile_loss_grad(
    x: ArrayLike, t: ArrayLike, *, tau: float, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`quantile_loss` in x, equation ``eq-quantile-grad``.

    At x = t there is no derivative; 0, one of the subgradients -tau to 1 - tau, is returned.
    """
    residuals = _residuals(x, t)
    require_inside_unit_interval("tau", tau)
    slopes = np.select([residuals < 0, residuals > 0], [-tau, 1 - tau], np.abs(residuals))
    return reduce_grad(slopes, reduction)


@implements("eq-charbonnier")
def charbonnier_loss(
    x: ArrayLike, t: ArrayLike, *, epsilon: float = 1e-3, reduction: Reduction = "mean"
) -> Floats:
    r"""Absolute error with a rounded corner, equation ``eq-charbonnier``.

    .. math:: \ell(x, t) = \sqrt{(x - t)^2 + \varepsilon^2} - \varepsilon

    Epsilon times it is the pseudo-Huber loss.

    Args:
        x: predictions, any shape.
        t: targets, the same shape.
        epsilon: how wide the rounding is, above 0, in the unit of t.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> charbonnier_loss([5.0, 2.0], [2.0, 2.0], epsilon=4, reduction="none").tolist()
        [1.0, 0.0]

    Source: Charbonnier, Blanc-Féraud, Aubert and Barlaud, Two Deterministic Half-Quadratic
    Regularization Algorithms for Computed Imaging, 1994; less the constant epsilon.
    """
    residuals = _residuals(x, t)
    require_positive("epsilon", epsilon)
    return reduce(residuals**2 / (np.hypot(residuals, epsilon) + epsilon), reduction)


@implements("eq-charbonnier-grad")
def charbonnier_loss_grad(
    x: ArrayLike, t: ArrayLike, *, epsilon: float = 1e-3, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`charbonnier_loss` in x, equation ``eq-charbonnier-grad``."""
    residuals = _residuals(x, t)
    require_positive("epsilon", epsilon)
    return reduce_grad(residuals / np.hypot(residuals, epsilon), reduction)


@implements("eq-log-cosh")
def log_cosh_loss(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Logarithm of the hyperbolic cosine of the error, equation ``eq-log-cosh``.

    .. math:: \ell(x, t) = \log\left(\frac{e^{x - t} + e^{t - x}}{2}\right)

    Args:
        x: predictions, any shape, in a unit in which 1 is a usual error.
        t: targets, the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per entry under ``"none"``.

    Example:
        >>> log_cosh_loss([2.0, 1002.0], [2.0, 2.0], reduction="none").round(4).tolist()
        [0.0, 999.3069]

    Source: Green, Bayesian Reconstructions from Emission Tomography Data Using a Modified EM
    Algorithm, 1990, where it penalises differences between neighbouring pixels.
    """
    residuals = _residuals(x, t)
    return reduce(np.logaddexp(residuals, -residuals) - np.log(2), reduction)


@implements("eq-log-cosh-grad")
def log_cosh_loss_grad(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`log_cosh_loss` in x, equation ``eq-log-cosh-grad``: tanh(x - t)."""
    return reduce_grad(np.tanh(_residuals(x, t)), reduction)


@implements("eq-tukey")
def tukey_loss(
    x: ArrayLike, t: ArrayLike, *, c: float = 4.685, reduction: Reduction = "mean"
) -> Floats:
    r"""Tukey's biweight: nearly half the square, and constant from c on, equation ``eq-tukey``.

    .. math::
        \ell(x, t) = \begin{cases}
        \frac{c^2}{6} \left(1 - \left(1 - \frac{(x - t)^2}{c^2}\right)^3\right)
            & \text{if } |x - t| \le c \\
        \frac{c^2}{6} & \text{otherwise}
        \end{cases}

    Args:
        x: predictions, any shape.
        t: targets, the same shape.
        c: from where on an error counts no more, above 0, in the unit of t; 4.685 standard
            deviations of normal errors lose 5 % of the efficiency.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in the squared unit of t, or one loss per entry under ``"none"``.

    Example:
        >>> tukey_loss([2.0, 5.0, 900.0], [2.0, 2.0, 2.0], c=3, reduction="none").tolist()
        [0.0, 1.5, 1.5]

    Source: Beaton and Tukey, The Fitting of Power Series, Meaning Polynomials, Illustrated on
    Band-Spectroscopic Data, 1974.
    """
    residuals = _residuals(x, t)
    require_positive("c", c)
    squares = np.clip(residuals / c, -1, 1) ** 2
    return reduce(c**2 / 6 * squares * (3 - 3 * squares + squares**2), reduction)


@implements("eq-tukey-grad")
def tukey_loss_grad(
    x: ArrayLike, t: ArrayLike, *, c: float = 4.685, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`tukey_loss` in x, equation ``eq-tukey-grad``: 0 from c on."""
    residuals = _residuals(x, t)
    require_positive("c", c)
    shares = np.clip(residuals / c, -1, 1)
    return reduce_grad(c * shares * (1 - shares**2) ** 2, reduction)


def _residuals(x: ArrayLike, t: ArrayLike) -> Floats:
    predictions, targets = as_floats("x", x), as_floats("t", t)
    require_same_shape("x", predictions, "t", targets)
    return predictions - targets
