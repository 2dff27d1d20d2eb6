"""The Kullback-Leibler divergence (section 1.4)."""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook._checks import (
    reads_values,
    require_classes_axis,
    require_distribution,
    require_floating,
    require_same_shape,
    within,
)
from lossbook._reduction import Reduction, reduce
from lossbook.functional._precision import narrowed, wide_under_autocast, widened


def kl_divergence(
    p: Tensor, q: Tensor, *, log: bool = False, reduction: Reduction = "none"
) -> Tensor:
    """Information lost where q stands in for p, equation ``eq-kl-divergence``.

    Here the true distribution comes first, as in D(p‖q); the prediction is q. Logits z are best
    compared as ``kl_divergence(log_p, z.log_softmax(-1), log=True)``: their gradient is then
    softmax(z) - p, and no probability rounds to 0.

    Args:
        p: true distributions on the last axis, shape (..., C): values in [0, 1] that sum to 1.
        q: predicted distributions, the same shape.
        log: True if p and q hold the logarithms of the probabilities, -inf for a probability of 0.
        reduction: ``"none"`` gives one value per distribution, as the other measures of information
            do; ``"mean"`` over the distributions (PyTorch's ``"batchmean"``; its ``"mean"`` divides
            by C as well) or ``"sum"``.

    Returns:
        The divergence in nats, at least 0 up to rounding, and 0 where p = q; infinity where q is 0
        and p is not; a class that p gives 0 adds nothing, to the gradients neither. With ``log``, a
        probability of p too small for its dtype counts as 0.

    Example:
        >>> p, q = torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.25, 0.25, 0.5])
        >>> round(kl_divergence(p, q).item(), 4)
        0.6931
        >>> round(kl_divergence(p.log(), q.log(), log=True).item(), 4)
        0.6931

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, equation (3.50).
    """
    require_floating("p", p)
    require_floating("q", q)
    require_classes_axis("p", p)
    require_same_shape("p", p, "q", q)
    given = wide_under_autocast(p, q)
    log_p, log_q = (widened(values) for values in given)
    if log:
        weights = log_p.exp()
        _require_log_distribution("p", p, weights)
        _require_log_distribution("q", q)
        # The slope of a relu keeps the classes that p does not give 0, in one vectorised pass;
        # torch.where takes several times as long.
        gaps: Tensor = torch.ops.aten.threshold_backward(log_p - log_q, weights, 0)
    else:
        require_distribution("p", p)
        require_distribution("q", q)
        weights, absent = log_p, p == 0
        # Masked before the logarithm: after it, 0 * inf would make the gradient NaN.
        log_p, log_q = (values.masked_fill(absent, 1).log() for values in (log_p, log_q))
        gaps = log_p - log_q
    return narrowed(reduce((weights * gaps).sum(dim=-1), reduction), *given)


@reads_values
def _require_log_distribution(
    name: str, logarithms: Tensor, probabilities: Tensor | None = None
) -> None:
    if probabilities is None:
        probabilities = logarithms.detach().exp()
    # bfloat16 rounds a logarithm near -10 by up to 0.03, and so its probability by 3 %.
    tolerance = 5e-2 if logarithms.dtype.itemsize < 4 else 1e-4
    # Exponentials are at least 0: where the sums are right, no entry needs a look.
    if not within(probabilities.sum(dim=-1), 1 - tolerance, 1 + tolerance):
        require_distribution(f"exp({name})", probabilities, tolerance=tolerance)
