"""Information, entropy, cross-entropy and the sigmoid (section 1.2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lossbook._checks import (
    require_amounts,
    require_base,
    require_broadcast,
    require_distribution,
    require_floating,
    require_same_shape,
    require_targets,
    require_tensor,
    require_unit_interval,
)
from lossbook._reduction import Reduction, require_reduction
from lossbook.functional._precision import (
    float32_under_autocast,
    narrowed,
    wide_under_autocast,
    widened,
)

Weights = float | Sequence[float] | Tensor


@float32_under_autocast
def information(p: Tensor, *, base: float = math.e) -> Tensor:
    """Information of an event of probability p, equation ``eq-information``.

    Args:
        p: probabilities in [0, 1], any shape.
        base: base of the logarithm, above 1: e gives nats, 2 gives bits.

    Returns:
        One value per probability, in units of log ``base``; infinity at p = 0.

    Example:
        >>> information(torch.tensor([0.5, 0.25]), base=2).tolist()
        [1.0, 2.0]

    Source: Shannon, A Mathematical Theory of Communication, 1948, section 6.
    """
    require_floating("p", p)
    require_unit_interval("p", p)
    require_base(base)
    return 0 - torch.log(p) / math.log(base)  # no -0.0


def entropy(p: Tensor, *, base: float = math.e) -> Tensor:
    """Mean information of a distribution, equation ``eq-entropy``, with 0 log 0 = 0.

    Args:
        p: distributions on the last axis, shape (..., C): values in [0, 1] that sum to 1.
        base: base of the logarithm, above 1: e gives nats, 2 gives bits.

    Returns:
        One value per distribution, shape (...), between 0 and log C in units of log ``base``.

    Example:
        >>> entropy(torch.tensor([0.5, 0.25, 0.25]), base=2).item()
        1.5

    Source: Shannon, A Mathematical Theory of Communication, 1948, theorem 2.
    """
    _require_distribution("p", p, base)
    (given,) = wide_under_autocast(p)  # after the check, whose tolerance is that of the dtype
    terms: Tensor = torch.special.entr(widened(given))
    return narrowed(terms.sum(dim=-1) / math.log(base), given)


def cross_entropy(p: Tensor, q: Tensor, *, base: float = math.e) -> Tensor:
    """Mean information under q of events drawn from p, equation ``eq-cross-entropy``.

    Here the true distribution comes first, as in H(p, q); the prediction is q.

    Args:
        p: true distributions on the last axis, shape (..., C): values in [0, 1] that sum to 1.
        q: predicted distributions, the same shape.
        base: base of the logarithm, above 1: e gives nats, 2 gives bits.

    Returns:
        One value per pair, shape (...), at least the entropy of p, in units of log ``base``;
        infinity where q is 0 and p is not; a class that both give 0 adds nothing.

    Example:
        >>> p, q = torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])
        >>> round(cross_entropy(p, q, base=2).item(), 4)
        1.2075

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, equation (3.51).
    """
    hint = " (for logits and labels: softmax_loss)"
    _require_distribution("p", p, base, hint)
    _require_distribution("q", q, base, hint)
    require_same_shape("p", p, "q", q)
    given = wide_under_autocast(p, q)
    p, q = (widened(values) for values in given)
    # xlogy(0, 0) is 0, but its gradient p / q would be 0 / 0.
    q = torch.where((p == 0) & (q == 0), 1, q)
    return narrowed(0 - torch.xlogy(p, q).sum(dim=-1) / math.log(base), *given)  # no -0.0


@float32_under_autocast
def sigmoid(s: Tensor) -> Tensor:
    """Logistic sigmoid, equation ``eq-sigmoid``.

    Args:
        s: logits, any shape.

    Returns:
        One value in [0, 1] per logit.

    Example:
        >>> sigmoid(torch.tensor([0.0, -1000.0, 1000.0])).tolist()
        [0.5, 0.0, 1.0]

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.59).
    """
    require_floating("s", s)
    return torch.sigmoid(s)


@float32_under_autocast
def binary_cross_entropy(
    s: Tensor,
    y: Tensor,
    *,
    weight: Weights | None = None,
    pos_weight: Weights | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Cross-entropy of a Bernoulli target and a sigmoid, ``eq-binary-cross-entropy``.

    Args:
        s: logits, shape (N,) or any other shape.
        y: targets in [0, 1], the same shape, of any dtype.
        weight: factors of the losses, at least 0: a number, a list or a tensor that broadcasts to
            the shape of s; None is 1.
        pos_weight: factors of the part y log sigma(s) alone, given alike: the ratio of negatives to
            positives balances the two classes.
        reduction: ``"mean"`` divides by the number of logits, whatever the weights; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per logit under ``"none"``.

    Example:
        >>> s, y = torch.tensor([0.0, 1000.0]), torch.tensor([1, 1])
        >>> round(binary_cross_entropy(s, y, reduction="sum").item(), 4)
        0.6931
        >>> round(binary_cross_entropy(s, y, pos_weight=3, reduction="sum").item(), 4)
        2.0794

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.90), there the sum
    over the samples; the weights are those of ``torch.nn.BCEWithLogitsLoss``.
    """
    require_floating("s", s)
    require_tensor("y", y)
    require_targets("s", s, "y", y)
    require_reduction(s, reduction)
    loss = bernoulli_loss(s, y, weight, pos_weight, reduction)
    return narrowed(loss, s, y)


def bernoulli_loss(
    s: Tensor,
    y: Tensor,
    weight: Weights | None,
    pos_weight: Weights | None,
    reduction: Reduction,
) -> Tensor:
    """Return the weighted binary cross-entropy of checked logits and targets, in float32."""
    logits = widened(s)
    # PyTorch's kernel takes -log sigma(s) from logsigmoid, which never sees a rounded 0.
    return F.binary_cross_entropy_with_logits(
        logits,
        y.to(logits.dtype),
        None if weight is None else as_weights("weight", weight, logits),
        reduction=reduction,
        pos_weight=None if pos_weight is None else as_weights("pos_weight", pos_weight, logits),
    )


def as_weights(name: str, weights: Weights, scores: Tensor) -> Tensor:
    """Return weights in the scores' dtype, which must broadcast to their shape."""
    tensor = torch.as_tensor(weights, dtype=scores.dtype, device=scores.device)
    require_broadcast(name, tensor, "the logits", scores)
    require_amounts(name, tensor, "weights")
    return tensor


def _require_distribution(name: str, values: Tensor, base: float, hint: str = "") -> None:
    require_floating(name, values)
    require_distribution(name, values, hint=hint)
    require_base(base)
