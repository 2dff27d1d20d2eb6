"""The exponential loss, the logistic loss and sigmoid cross-entropy (section 1.6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import Floats, as_floats, require_targets
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.reference.cross_entropy import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    sigmoid,
)
from lossbook.reference.hinge import margins
from lossbook.registry import implements


@implements("eq-exponential")
def exponential_loss(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Loss that AdaBoost descends, exponential in the margin, equation ``eq-exponential``.

    .. math:: \ell(f, y) = e^{-y f}

    Args:
        f: scores, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per score under ``"none"``; infinity where it overflows.

    Example:
        >>> float(exponential_loss([0.0, 2.0], [1, -1], reduction="sum").round(6))
        8.389056

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, equation (10.8).
    """
    with np.errstate(over="ignore"):  # inf on purpose
        return reduce(np.exp(-margins(f, y)), reduction)


@implements("eq-exponential-grad")
def exponential_loss_grad(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`exponential_loss` in f, equation ``eq-exponential-grad``."""
    with np.errstate(over="ignore"):
        return reduce_grad(-as_floats("y", y) * np.exp(-margins(f, y)), reduction)


@implements("eq-logistic")
def logistic_loss(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Negative log-likelihood of a label -1 or +1 under a sigmoid, equation ``eq-logistic``.

    .. math:: \ell(f, y) = \log(1 + e^{-y f})

    It is the binary cross-entropy of the target (1 + y)/2. In nats it is log 2 = 0.693 at margin 0;
    only divided by log 2, in bits, does it bound the 0-1 loss.

    Args:
        f: scores, the logits of the label +1, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per score under ``"none"``.

    Example:
        >>> float(logistic_loss([0.0, 1000.0], [1, -1], reduction="sum").round(6))
        1000.693147

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, section 7.1.2.
    """
    # log(1 + e^-u), and never an overflow.
    return reduce(np.logaddexp(0, -margins(f, y)), reduction)


@implements("eq-logistic-grad")
def logistic_loss_grad(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`logistic_loss` in f, equation ``eq-logistic-grad``."""
    return reduce_grad(-as_floats("y", y) * sigmoid(-margins(f, y)), reduction)


@implements("eq-sigmoid-cross-entropy")
def sigmoid_cross_entropy(
    z: ArrayLike,
    t: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Binary cross-entropy of every label by itself, equation ``eq-sigmoid-cross-entropy``.

    .. math:: \ell(z, t) = -t \log\sigma(z) - (1 - t) \log(1 - \sigma(z))

    The labels do not compete, as they do under a softmax: a sample may have none, one or several.

    Args:
        z: logits, one per sample and label, shape (N, K) or any other shape.
        t: targets in [0, 1], the same shape.
        weight: factors of the losses, at least 0, of a shape that broadcasts to that of z, such as
            (K,); None is 1.
        pos_weight: factors of the part t log sigma(z) alone, given alike.
        reduction: ``"mean"`` divides by the number of logits, N K, whatever the weights; ``"sum"``
            or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per logit under ``"none"``.

    Example:
        >>> losses = sigmoid_cross_entropy([[0.0, 1000.0, 2.0]], [[1, 1, 0]], reduction="none")
        >>> losses.round(6).tolist()
        [[0.693147, 0.0, 2.126928]]

    Source: He, Gkioxari, Dollár and Girshick, Mask R-CNN, 2017, section 3; the weights are those of
    ``torch.nn.BCEWithLogitsLoss``.
    """
    _require_logits_and_targets(z, t)
    return binary_cross_entropy(z, t, weight=weight, pos_weight=pos_weight, reduction=reduction)


@implements("eq-sigmoid-cross-entropy-grad")
def sigmoid_cross_entropy_grad(
    z: ArrayLike,
    t: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    pos_weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`sigmoid_cross_entropy` in z, ``eq-sigmoid-cross-entropy-grad``."""
    _require_logits_and_targets(z, t)
    weights = {"weight": weight, "pos_weight": pos_weight}
    return binary_cross_entropy_grad(z, t, **weights, reduction=reduction)


def _require_logits_and_targets(z: ArrayLike, t: ArrayLike) -> None:
    # The binary cross-entropy knows them under other names.
    require_targets("z", as_floats("z", z), "t", as_floats("t", t))
