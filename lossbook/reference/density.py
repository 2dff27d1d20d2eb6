"""Negative log-densities of a target: Gaussian, Student's t and Poisson (section 3.2)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    require_amounts,
    require_positive,
    require_same_shape,
    require_unit_number,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.registry import implements

# Below it exp(-log_variance) overflows, and a residual of 0 would be multiplied by infinity.
LEAST_LOG_VARIANCE = -1400.0


@implements("eq-gaussian-nll", symbols={"log_variance": "s"})
def gaussian_nll_loss(
    x: ArrayLike,
    t: ArrayLike,
    log_variance: ArrayLike,
    *,
    beta: float = 0,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Negative log-density of a Gaussian with predicted variance, equation ``eq-gaussian-nll``.

    .. math:: \ell(x, t, s) = \frac12 s + \frac12 (x - t)^2 e^{-s} + \frac12 \log(2 \pi)

    with :math:`s` the logarithm of the variance. All terms of the density are in it. With ``beta``
    each loss is multiplied by its own variance to the power beta, which is taken for a constant:
    the gradient then no longer fades where the variance is large.

    Args:
        x: predicted means, any shape.
        t: targets, the same shape.
        log_variance: predicted logarithms of the variance, the same shape.
        beta: power of the variance in the weights, in [0, 1]; 0 is the negative log-density itself,
            1 gives the means the gradient of half the squared error.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per entry under ``"none"``; infinity where it
        overflows.

    Example:
        >>> float(gaussian_nll_loss([1.0], [3.0], [0.0]).round(6))
        2.918939

    Source: Nix and Weigend, Estimating the Mean and Variance of the Target Probability
    Distribution, 1994; for beta, Seitzer, Tavakoli, Antic and Martius, On the Pitfalls of
    Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks, 2022.
    """
    standardised, _, logs, roots = _standardised(x, t, log_variance, beta)
    with np.errstate(over="ignore"):  # inf on purpose
        losses = (roots**2 * (logs + math.log(2 * math.pi)) + (roots * standardised) ** 2) / 2
    return reduce(losses, reduction)


@implements("eq-gaussian-nll-grad", symbols={"log_variance": "s"}, output=0)
@implements("eq-gaussian-nll-grad-variance", symbols={"log_variance": "s"}, output=1)
def gaussian_nll_loss_grad(
    x: ArrayLike,
    t: ArrayLike,
    log_variance: ArrayLike,
    *,
    beta: float = 0,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats]:
    """Gradient of :func:`gaussian_nll_loss` in x and in log_variance.

    Equations ``eq-gaussian-nll-grad`` and ``eq-gaussian-nll-grad-variance``; both times the weight,
    which has no gradient.
    """
    standardised, inverse, _, roots = _standardised(x, t, log_variance, beta)
    with np.errstate(over="ignore"):
        means = roots * standardised * (roots * inverse)
        logs = (roots**2 - (roots * standardised) ** 2) / 2
    return reduce_grad(means, reduction), reduce_grad(logs, reduction)


@implements("eq-student-nll", symbols={"scale": "b"})
def student_nll_loss(
    x: ArrayLike,
    t: ArrayLike,
    *,
    nu: float,
    scale: float = 1,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Negative log-density of Student's t distribution around x, equation ``eq-student-nll``.

    .. math::
        \ell(x, t) = \frac{\nu + 1}{2} \log\left(1 + \frac{(x - t)^2}{\nu b^2}\right)
        + \log(b \sqrt{\nu \pi}) + \log \frac{\Gamma(\nu / 2)}{\Gamma((\nu + 1) / 2)}

    Args:
        x: predicted centres, any shape.
        t: targets, the same shape.
        nu: degrees of freedom, above 0; the fewer, the thicker the tails.
        scale: the scale b, above 0, in the unit of t.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per entry under ``"none"``.

    Example:
        >>> float(student_nll_loss([0.0], [3.0], nu=1).round(6))
        3.447315

    Source: Lange, Little and Taylor, Robust Statistical Modeling Using the t Distribution, 1989.
    """
    standardised = _over_scale(x, t, nu, scale)
    constant = math.log(scale) + math.log(nu * math.pi) / 2
    constant += math.lgamma(nu / 2) - math.lgamma((nu + 1) / 2)
    return reduce((nu + 1) / 2 * np.log1p(standardised**2 / nu) + constant, reduction)


@implements("eq-student-nll-grad", symbols={"scale": "b"})
def student_nll_loss_grad(
    x: ArrayLike,
    t: ArrayLike,
    *,
    nu: float,
    scale: float = 1,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`student_nll_loss` in x, equation ``eq-student-nll-grad``."""
    standardised = _over_scale(x, t, nu, scale)
    slopes = (nu + 1) * standardised / (nu + standardised**2) / scale
    return reduce_grad(slopes, reduction)


@implements("eq-poisson-nll")
def poisson_nll_loss(s: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Negative log-probability of a count under a Poisson rate e^s, equation ``eq-poisson-nll``.

    .. math:: \ell(s, t) = e^s - t s + \log \Gamma(t + 1)

    Args:
        s: predicted logarithms of the rate, any shape.
        t: counts of at least 0, the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per entry under ``"none"``; infinity where it
        overflows.

    Example:
        >>> float(poisson_nll_loss([0.0], [2.0]).round(6))
        1.693147

    Source: McCullagh and Nelder, Generalized Linear Models, 2nd edition, 1989, chapter 6.
    """
    logs, counts = _rates(s, t)
    factorials = np.vectorize(math.lgamma, otypes=[np.float64])(counts + 1)
    with np.errstate(over="ignore"):  # inf on purpose
        return reduce(np.exp(logs) - counts * logs + factorials, reduction)


@implements("eq-poisson-nll-grad")
def poisson_nll_loss_grad(s: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`poisson_nll_loss` in s, equation ``eq-poisson-nll-grad``."""
    logs, counts = _rates(s, t)
    with np.errstate(over="ignore"):
        return reduce_grad(np.exp(logs) - counts, reduction)


def _standardised(
    x: ArrayLike, t: ArrayLike, log_variance: ArrayLike, beta: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return residuals over deviations, 1 / deviation, log-variances and the weights' roots."""
    means, targets, logs = (
        as_floats("x", x),
        as_floats("t", t),
        as_floats("log_variance", log_variance),
    )
    require_same_shape("x", means, "t", targets)
    require_same_shape("x", means, "log_variance", logs)
    require_unit_number("beta", beta)
    inverse = np.exp(-np.maximum(logs, LEAST_LOG_VARIANCE) / 2)
    return (means - targets) * inverse, inverse, logs, np.exp(beta * logs / 2)


def _over_scale(x: ArrayLike, t: ArrayLike, nu: float, scale: float) -> Floats:
    centres, targets = as_floats("x", x), as_floats("t", t)
    require_same_shape("x", centres, "t", targets)
    require_positive("nu", nu)
    require_positive("scale", scale)
    return (centres - targets) / scale


def _rates(s: ArrayLike, t: ArrayLike) -> tuple[Floats, Floats]:
    logs, counts = as_floats("s", s), as_floats("t", t)
    require_same_shape("s", logs, "t", counts)
    require_amounts("t", counts, "counts")
    return logs, counts
