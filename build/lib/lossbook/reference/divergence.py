"""The Kullback-Leibler divergence (section 1.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import Floats, as_floats, require_distribution, require_same_shape
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.registry import implements


@implements("eq-kl-divergence")
def kl_divergence(
    p: ArrayLike, q: ArrayLike, *, log: bool = False, reduction: Reduction = "none"
) -> Floats:
    r"""Information lost where q stands in for p, equation ``eq-kl-divergence``.

    .. math:: D(p \,\|\, q) = \sum_k p_k \log\frac{p_k}{q_k}

    Here the true distribution comes first, as in D(p‖q); the prediction is q.

    Args:
        p: true distributions on the last axis, shape (..., C): values in [0, 1] that sum to 1.
        q: predicted distributions, the same shape.
        log: True if p and q hold the logarithms of the probabilities, -inf for a probability of 0.
        reduction: ``"none"`` gives one value per distribution, as the other measures of information
            do; ``"mean"`` over the distributions (PyTorch's ``"batchmean"``; its ``"mean"`` divides
            by C as well) or ``"sum"``.

    Returns:
        The divergence in nats, at least 0 up to rounding, and 0 where p = q; infinity where q is 0
        and p is not; a class that p gives 0 adds nothing. With ``log``, a probability too small
        for float64 counts as 0.

    Example:
        >>> float(kl_divergence([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]).round(6))
        0.693147

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, equation (3.50).
    """
    weights, true, predicted = _pair(p, q, log)
    with np.errstate(divide="ignore"):  # log 0 is -inf on purpose
        # The difference of logarithms: the quotient p / q overflows where its logarithm does not.
        gaps = true - predicted if log else np.log(true) - np.log(predicted)
    return reduce((weights * gaps).sum(axis=-1), reduction)


@implements("eq-kl-divergence-grad")
def kl_divergence_grad(
    p: ArrayLike, q: ArrayLike, *, log: bool = False, reduction: Reduction = "none"
) -> Floats:
    """Gradient of :func:`kl_divergence` in q, each entry free: -p / q, ``eq-kl-divergence-grad``.

    With ``log`` it is the gradient in log q: -p. A class that p gives 0 adds nothing, whatever q is
    there: its derivative is 0.
    """
    weights, _, predicted = _pair(p, q, log)
    with np.errstate(divide="ignore", over="ignore"):
        slopes = -weights if log else -weights / predicted
    return reduce_grad(slopes, reduction, entries=slopes.shape[-1])


def _pair(p: ArrayLike, q: ArrayLike, log: bool) -> tuple[Floats, Floats, Floats]:
    """Return the probabilities p, then p and q as given, but both 1 where p is 0 (0 in logs)."""
    true, predicted = as_floats("p", p), as_floats("q", q)
    if log:
        with np.errstate(over="ignore"):  # a positive logarithm is refused just below
            weights = np.exp(true)
            require_distribution("exp(p)", weights)
            require_distribution("exp(q)", np.exp(predicted))
    else:
        weights = true
        require_distribution("p", true)
        require_distribution("q", predicted)
    require_same_shape("p", true, "q", predicted)
    absent, neutral = weights == 0, 0.0 if log else 1.0
    return weights, np.where(absent, neutral, true), np.where(absent, neutral, predicted)
