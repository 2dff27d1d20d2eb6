"""The exponential loss, the logistic loss and sigmoid cross-entropy (section 1.6)."""

from __future__ import annotations

from torch import Tensor

from lossbook._checks import require_floating, require_targets, require_tensor
from lossbook._reduction import Reduction, reduce, require_reduction
from lossbook.functional._precision import float32_under_autocast, narrowed, softplus
from lossbook.functional.cross_entropy import Weights, bernoulli_loss
from lossbook.functional.hinge import margins


@float32_under_autocast
def exponential_loss(f: Tensor, y: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Loss that AdaBoost descends, exponential in the margin, equation ``eq-exponential``.

    Args:
        f: scores, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape, of any dtype.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per score under ``"none"``; infinity where it overflows,
        past a margin of -88 in float32, of -11 in float16.

    Example:
        >>> import torch
        >>> f, y = torch.tensor([0.0, 2.0]), torch.tensor([1, -1])
        >>> round(exponential_loss(f, y, reduction="sum").item(), 4)
        8.3891

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, equation (10.8).
    """
    return reduce((-margins(f, y)).exp(), reduction)


@float32_under_autocast
def logistic_loss(f: Tensor, y: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Negative log-likelihood of a label -1 or +1 under a sigmoid, equation ``eq-logistic``.

    Args:
        f: scores, the logits of the label +1, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape, of any dtype.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per score under ``"none"``.

    Example:
        >>> import torch
        >>> f, y = torch.tensor([0.0, 1000.0]), torch.tensor([1, -1])
        >>> round(logistic_loss(f, y, reduction="sum").item(), 3)
        1000.693

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, section 7.1.2.
    """
    return reduce(softplus(-margins(f, y)), reduction)


@float32_under_autocast
def sigmoid_cross_entropy(
    z: Tensor,
    t: Tensor,
    *,
    weight: Weights | None = None,
    pos_weight: Weights | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Binary cross-entropy of every label by itself, equation ``eq-sigmoid-cross-entropy``.

    The labels do not compete, as they do under a softmax: a sample may have none, one or several.

    Args:
        z: logits, one per sample and label, shape (N, K) or any other shape.
        t: targets in [0, 1], the same shape, of any dtype.
        weight: factors of the losses, at least 0: a number, a list or a tensor that broadcasts to
            the shape of z, such as K of them; None is 1.
        pos_weight: factors of the part t log sigma(z) alone, given alike.
        reduction: ``"mean"`` divides by the number of logits, N K, whatever the weights; ``"sum"``
            or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per logit under ``"none"``.

    Example:
        >>> import torch
        >>> z, t = torch.tensor([[0.0, 1000.0, 2.0]]), torch.tensor([[1, 1, 0]])
        >>> round(sigmoid_cross_entropy(z, t, reduction="sum").item(), 4)
        2.8201

    Source: He, Gkioxari, Dollár and Girshick, Mask R-CNN, 2017, section 3; the weights are those of
    ``torch.nn.BCEWithLogitsLoss``.
    """
    require_floating("z", z)
    require_tensor("t", t)
    require_targets("z", z, "t", t)
    require_reduction(z, reduction)
    loss = bernoulli_loss(z, t, weight, pos_weight, reduction)
    return narrowed(loss, z, t)
