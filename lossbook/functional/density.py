"""Negative log-densities of a target: Gaussian, Student's t and Poisson (section 3.2)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lossbook._checks import (
    require_amounts,
    require_floating,
    require_positive,
    require_same_shape,
    require_tensor,
    require_unit_number,
)
from lossbook._reduction import Reduction, reduce, require_reduction
from lossbook.functional._precision import (
    float32_under_autocast,
    in_common,
    narrowed,
    widened,
)


@float32_under_autocast
def gaussian_nll_loss(
    x: Tensor,
    t: Tensor,
    log_variance: Tensor,
    *,
    beta: float = 0,
    reduction: Reduction = "mean",
) -> Tensor:
    """Negative log-density of a Gaussian with predicted variance, equation ``eq-gaussian-nll``.

    With ``beta`` each loss is multiplied by its own variance to the power beta, which is taken for
    a constant: the gradient then no longer fades where the variance is large.

    Args:
        x: predicted means, any shape.
        t: targets, the same shape, of any dtype.
        log_variance: predicted logarithms of the variance, the same shape.
        beta: power of the variance in the weights, in [0, 1]; 0 is the negative log-density itself,
            1 gives the means the gradient of half the squared error.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per entry under ``"none"``; infinity where it
        overflows.

    Example:
        >>> x, t, log_variance = torch.tensor([[1.0], [3.0], [0.0]])
        >>> round(gaussian_nll_loss(x, t, log_variance).item(), 4)
        2.9189

    Source: Nix and Weigend, Estimating the Mean and Variance of the Target Probability
    Distribution, 1994; for beta, Seitzer, Tavakoli, Antic and Martius, On the Pitfalls of
    Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks, 2022.
    """
    require_floating("x", x)
    require_floating("log_variance", log_variance)
    require_same_shape("x", x, "log_variance", log_variance)
    require_unit_number("beta", beta)
    residuals, missing = _residuals(x, t, reduction)
    logs = widened(log_variance)
    # exp(-s) overflows below it, and a residual of 0 would be multiplied by infinity. The gradient
    # passes as if nothing had been cut off: a clamped variance would never grow again.
    least = -1.98 * math.log(torch.finfo(logs.dtype).max)
    held = logs + (logs.clamp(min=least) - logs).detach()
    exponent, rest = -held, logs + math.log(2 * math.pi)
    if beta:  # before the square, which may overflow: times a weight of 0 it would be NaN
        exponent = exponent + beta * held.detach()
        rest = rest * (beta * logs).exp().detach()
    losses = (rest + (residuals * (exponent / 2).exp()).square()) / 2
    return narrowed(_reduced(losses, missing, reduction), x, t, log_variance)


@float32_under_autocast
def student_nll_loss(
    x: Tensor, t: Tensor, *, nu: float, scale: float = 1, reduction: Reduction = "mean"
) -> Tensor:
    """Negative log-density of Student's t distribution around x, equation ``eq-student-nll``.

    Args:
        x: predicted centres, any shape.
        t: targets, the same shape, of any dtype.
        nu: degrees of freedom, above 0; the fewer, the thicker the tails.
        scale: the scale b, above 0, in the unit of t.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per entry under ``"none"``.

    Example:
        >>> round(student_nll_loss(torch.tensor([0.0]), torch.tensor([3.0]), nu=1).item(), 4)
        3.4473

    Source: Lange, Little and Taylor, Robust Statistical Modeling Using the t Distribution, 1989.
    """
    require_positive("nu", nu)
    require_positive("scale", scale)
    residuals, missing = _residuals(x, t, reduction)
    squares = (residuals / scale).square()
    constant = math.log(scale) + math.log(nu * math.pi) / 2
    constant += math.lgamma(nu / 2) - math.lgamma((nu + 1) / 2)
    losses = (nu + 1) / 2 * (squares / nu).log1p() + constant
    return narrowed(_reduced(losses, missing, reduction), x, t)


@float32_under_autocast
def poisson_nll_loss(s: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Negative log-probability of a count under a Poisson rate e^s, equation ``eq-poisson-nll``.

    Args:
        s: predicted logarithms of the rate, any shape.
        t: counts of at least 0, the same shape, of any dtype.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per entry under ``"none"``; infinity where it
        overflows: past a log rate of 88 in float32, of 11 in float16.

    Example:
        >>> round(poisson_nll_loss(torch.tensor([0.0]), torch.tensor([2])).item(), 4)
        1.6931

    Source: McCullagh and Nelder, Generalized Linear Models, 2nd edition, 1989, chapter 6.
    """
    require_floating("s", s)
    require_tensor("t", t)
    require_same_shape("s", s, "t", t)
    require_reduction(s, reduction)
    require_amounts("t", t, "counts")
    logs, counts = in_common(s, t)
    losses = logs.exp() - counts * logs + torch.lgamma(counts + 1)
    return narrowed(reduce(losses, reduction), s, t)


def _residuals(x: Tensor, t: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor | None]:
    """Check the arguments; return the residuals, in float32 at least, and which are missing.

    A target of NaN is missing: its loss may be left out afterwards, without the 0 * NaN that would
    reach the prediction on the way back. Where losses are reduced, none can be left out.
    """
    require_floating("x", x)
    require_tensor("t", t)
    require_same_shape("x", x, "t", t)
    require_reduction(x, reduction)
    predictions, targets = in_common(x, t)
    residuals = predictions - targets
    if reduction != "none":
        return residuals, None
    missing = t.isnan()
    return residuals.masked_fill(missing, 0), missing


def _reduced(losses: Tensor, missing: Tensor | None, reduction: Reduction) -> Tensor:
    """Reduce the losses, or return them with NaN where the target is missing."""
    shown = losses if missing is None else losses.masked_fill(missing, torch.nan)
    return reduce(shown, reduction)
