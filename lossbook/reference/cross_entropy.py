"""Information, entropy, cross-entropy and the sigmoid (section 1.2)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    require_amounts,
    require_base,
    require_broadcast,
    require_distribution,
    require_same_shape,
    require_targets,
    require_unit_interval,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.registry import implements


@implements("eq-information", symbols={"base": "b"})
def information(p: ArrayLike, *, base: float = math.e) -> Floats:
    r"""Information of an event of probability p, equation ``eq-information``.

    .. math:: I(p) = -\log_b p

    Args:
        p: probabilities in [0, 1], any shape.
        base: base of the logarithm, above 1: e gives nats, 2 gives bits.

    Returns:
        One value per probability, in units of log ``base``; infinity at p = 0.

    Example:
        >>> information([0.5, 0.25], base=2).tolist()
        [1.0, 2.0]

    Source: Shannon, A Mathematical Theory of Communication, 1948, section 6.
    """
    probabilities = _probabilities(p, base)
    with np.errstate(divide="ignore"):  # log 0 is -inf on purpose
        # Adding 0 turns the -0.0 of a certain event into 0.0.
        return -np.log(probabilities) / math.log(base) + 0.0


def information_grad(p: ArrayLike, *, base: float = math.e) -> Floats:
    """Derivative of :func:`information` in each probability: -1 / (p log b)."""
    probabilities = _probabilities(p, base)
    with np.errstate(divide="ignore"):
        return -1 / (probabilities * math.log(base))


@implements("eq-entropy", symbols={"base": "b"})
def entropy(p: ArrayLike, *, base: float = math.e) -> Floats:
    r"""Mean information of a distribution, equation ``eq-entropy``, with 0 log 0 = 0.

    .. math:: H(p) = -\sum_k p_k \log_b p_k

    Args:
        p: distributions on the last axis, shape (..., C): values in [0, 1] that sum to 1.
        base: base of the logarithm, above 1: e gives nats, 2 gives bits.

    Returns:
        One value per distribution, shape (...), between 0 and log C in units of log ``base``.

    Example:
        >>> float(entropy([0.5, 0.25, 0.25], base=2))
        1.5

    Source: Shannon, A Mathematical Theory of Communication, 1948, theorem 2.
    """
    return cross_entropy(p, p, base=base)


def entropy_grad(p: ArrayLike, *, base: float = math.e) -> Floats:
    """Gradient of :func:`entropy` in p, each entry free: -(log p + 1) / log b; inf at p = 0."""
    probabilities = _distribution("p", p, base)
    with np.errstate(divide="ignore"):
        return -(np.log(probabilities) + 1) / math.log(base)


@implements("eq-cross-entropy", symbols={"base": "b"})
def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Floats:
    r"""Mean information under q of events drawn from p, equation ``eq-cross-entropy``.

    .. math:: H(p, q) = -\sum_k p_k \log_b q_k

    Here the true distribution comes first, as in H(p, q); the prediction is q.

    Args:
        p: true distributions on the last axis, shape (..., C): values in [0, 1] that sum to 1.
        q: predicted distributions, the same shape.
        base: base of the logarithm, above 1: e gives nats, 2 gives bits.

    Returns:
        One value per pair, shape (...), at least the entropy of p, in units of log ``base``;
        infinity where q is 0 and p is not; a class that both give 0 adds nothing.

    Example:
        >>> float(cross_entropy([0.5, 0.5], [0.25, 0.75], base=2).round(6))
        1.207519

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, equation (3.51).
    """
    true, predicted = _distribution("p", p, base), _distribution("q", q, base)
    require_same_shape("p", true, "q", predicted)
    with np.errstate(divide="ignore"):
        log_q = np.log(np.where(true == 0, 1, predicted))
    total: Floats = -(true * log_q).sum(axis=-1) / math.log(base)
    return total + 0.0  # no -0.0


def cross_entropy_grad(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Floats:
    """Gradient of :func:`cross_entropy` in the prediction q, each entry free: -p / (q log b).

    A class that both give 0 adds nothing, whatever q is there: its derivative is 0.
    """
    true, predicted = _distribution("p", p, base), _distribution("q", q, base)
    require_same_shape("p", true, "q", predicted)
    with np.errstate(divide="ignore"):
        return -true / (np.where(true == 0, 1, predicted) * math.log(base))


@implements("eq-sigmoid")
def sigmoid(s: ArrayLike) -> Floats:
    r"""Logistic sigmoid, equation ``eq-sigmoid``.

    .. math:: \sigma(s) = \frac{1}{1 + e^{-s}}

    Args:
        s: logits, any shape.

    Returns:
        One value in [0, 1] per logit.

    Example:
        >>> sigmoid([0.0, -1000.0, 1000.0]).tolist()
        [0.5, 0.0, 1.0]

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.59).
    """
    # exp(-log(1 + e^-s)) never overflows, and keeps its digits where 1 + e^-s would lose them.
    return np.exp(-np.logaddexp(0, -as_floats("s", s)))


@implements("eq-sigmoid-grad")
def sigmoid_grad(s: ArrayLike) -> Floats:
    """Derivative of :func:`sigmoid` in each logit, equation ``eq-sigmoid-grad``."""
    return sigmoid(s) * sigmoid(-as_floats("s", s))


@implements("eq-weighted-binary-cross-entropy", symbols={"weight": "w", "pos_weight": "w_pos"})
@implements("eq-binary-cross-entropy")
def binary_cross_entropy(
    s: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Cross-entropy of a Bernoulli target and a sigmoid, ``eq-binary-cross-entropy``.

    .. math:: \ell(s, y) = -y \log\sigma(s) - (1 - y) \log(1 - \sigma(s))

    With weights it is, ``eq-weighted-binary-cross-entropy``,

    .. math::
        \ell(s, y) = -w \left(w_{\text{pos}} y \log\sigma(s) + (1 - y) \log(1 - \sigma(s))\right)

    Args:
        s: logits, shape (N,) or any other shape.
        y: targets in [0, 1], the same shape.
        weight: factors w of the losses, at least 0, of a shape that broadcasts to that of s; None
            is 1.
        pos_weight: factors of the part y log sigma(s) alone, given alike: the ratio of negatives to
            positives balances the two classes.
        reduction: ``"mean"`` divides by the number of logits, whatever the weights; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per logit under ``"none"``.

    Example:
        >>> float(binary_cross_entropy([0.0, 1000.0], [1, 1], reduction="sum").round(6))
        0.693147
        >>> float(binary_cross_entropy([0.0], [1], pos_weight=3).round(6))
        2.079442

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.90), there the sum
    over the samples; the weights are those of ``torch.nn.BCEWithLogitsLoss``.
    """
    logits, positive, negative = _logits_and_targets(s, y, weight, pos_weight)
    # -log sigma(s) = log(1 + e^-s), and 1 - sigma(s) = sigma(-s): no logarithm ever sees a 0.
    losses = positive * np.logaddexp(0, -logits) + negative * np.logaddexp(0, logits)
    return reduce(losses, reduction)


@implements("eq-weighted-binary-cross-entropy-grad", symbols={"weight": "w", "pos_weight": "w_pos"})
@implements("eq-binary-cross-entropy-grad")
def binary_cross_entropy_grad(
    s: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`binary_cross_entropy` in s, ``eq-binary-cross-entropy-grad``."""
    logits, positive, negative = _logits_and_targets(s, y, weight, pos_weight)
    # sigma(s) - y, without the digits that are lost where the two nearly agree.
    slopes = negative * sigmoid(logits) - positive * sigmoid(-logits)
    return reduce_grad(slopes, reduction)


def _probabilities(p: ArrayLike, base: float) -> Floats:
    probabilities = as_floats("p", p)
    require_unit_interval("p", probabilities)
    require_base(base)
    return probabilities


def _distribution(name: str, values: ArrayLike, base: float) -> Floats:
    distribution = as_floats(name, values)
    require_distribution(name, distribution)
    require_base(base)
    return distribution


def _logits_and_targets(
    s: ArrayLike, y: ArrayLike, weight: ArrayLike | None, pos_weight: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return the logits and the weighted targets of both classes, w w+ y and w (1 - y)."""
    logits, targets = as_floats("s", s), as_floats("y", y)
    require_targets("s", logits, "y", targets)
    w = _weights("weight", weight, logits)
    return logits, w * _weights("pos_weight", pos_weight, logits) * targets, w * (1 - targets)


def _weights(name: str, values: ArrayLike | None, logits: Floats) -> Floats:
    weights = as_floats(name, 1 if values is None else values)
    require_broadcast(name, weights, "the logits", logits)
    require_amounts(name, weights, "weights")
    return weights
