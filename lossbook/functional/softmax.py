"""Softmax, its cross-entropy, class weights, temperature and focus (sections 1.3.1-3, 1.3.9)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, logsigmoid

from lossbook._checks import (
    require_class_labels,
    require_class_weights,
    require_classes_axis,
    require_floating,
    require_integers,
    require_non_negative,
    require_positive,
    require_same_shape,
    require_scores,
    require_targets,
    require_unit_number,
)
from lossbook._reduction import Reduction, reduce, weight_divisor
from lossbook.functional._precision import narrowed, widened


def softmax(z: Tensor, *, temperature: float = 1.0) -> Tensor:
    """Distribution over the classes from logits, equation ``eq-softmax`` at temperature 1.

    Args:
        z: logits, classes on the last axis, shape (..., C), C at least 1.
        temperature: T above 0; a larger T makes the probabilities differ less.

    Returns:
        One distribution per row of logits, the same shape.

    Example:
        >>> softmax(torch.tensor([1000.0, 1000.0]), temperature=0.01).tolist()
        [0.5, 0.5]

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.104); with a
    temperature, Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    equation (1).
    """
    require_floating("z", z)
    require_classes_axis("z", z)
    return torch.softmax(_divided(z, temperature), dim=-1)


def softmax_loss(z: Tensor, y: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Cross-entropy of a class label and a softmax, equation ``eq-softmax-loss``.

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 0.0], [1000.0, 0.0]]), torch.tensor([1, 0])
        >>> round(softmax_loss(z, y, reduction="sum").item(), 4)
        0.6931

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.108), there the sum
    over the samples.
    """
    _require_logits_and_labels(z, y)
    losses = _negative_log_likelihood(log_softmax(widened(z), dim=-1), y)
    return narrowed(reduce(losses, reduction), z)


def weighted_softmax_loss(
    z: Tensor, y: Tensor, *, weight: Tensor, reduction: Reduction = "mean"
) -> Tensor:
    """Softmax loss times the weight of the true class, ``eq-weighted-softmax-loss``.

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        weight: one weight of at least 0 per class, shape (C,).
        reduction: ``"mean"`` divides the summed losses by the summed weights of the labels, not by
            N; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])
        >>> weight = torch.tensor([1.0, 3.0])
        >>> round(weighted_softmax_loss(z, y, weight=weight).item(), 4)  # 4 log 2 over 4
        0.6931

    Source: PyTorch's documentation of ``torch.nn.CrossEntropyLoss``, for class labels.
    """
    _require_logits_and_labels(z, y)
    weights = _class_weights("weight", weight, z)[y.long()]
    losses = weights * _negative_log_likelihood(log_softmax(widened(z), dim=-1), y)
    return narrowed(reduce(losses, reduction) / weight_divisor(weights, reduction), z, weight)


def soft_softmax_loss(
    z: Tensor, y: Tensor, *, temperature: float, reduction: Reduction = "mean"
) -> Tensor:
    """Softmax loss of logits divided by a temperature, equation ``eq-soft-softmax-loss``.

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        temperature: T above 0; 1 gives :func:`softmax_loss`.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 4.0]]), torch.tensor([0])
        >>> round(soft_softmax_loss(z, y, temperature=2).item(), 4)
        2.1269

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    equation (1).
    """
    _require_logits_and_labels(z, y)
    losses = _negative_log_likelihood(log_softmax(_divided(widened(z), temperature), dim=-1), y)
    return narrowed(reduce(losses, reduction), z)


def distillation_loss(
    z: Tensor, teacher_z: Tensor, *, temperature: float, reduction: Reduction = "mean"
) -> Tensor:
    """Divergence of a student's softmax from its teacher's, ``eq-distillation-loss``.

    The factor T² keeps the size of the gradient, which the two divisions by T shrink.

    Args:
        z: the student's logits, shape (N, C), C at least 1.
        teacher_z: the teacher's logits v, the same shape; a gradient flows to them too, unless they
            are detached.
        temperature: T above 0.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> z, teacher_z = torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 3.0]])
        >>> round(distillation_loss(z, teacher_z, temperature=1).item(), 4)
        0.5023

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    section 2, up to the teacher's entropy, which the student does not change.
    """
    require_floating("z", z)
    require_floating("teacher_z", teacher_z)
    require_scores("z", z)
    require_same_shape("z", z, "teacher_z", teacher_z)
    log_q = log_softmax(_divided(widened(z), temperature), dim=-1)
    log_p = log_softmax(_divided(widened(teacher_z), temperature), dim=-1)
    p = log_p.exp()
    # A class that the teacher gives 0 adds nothing; -inf - -inf would make it NaN.
    terms = p * (log_p - log_q).masked_fill(p == 0, 0)
    return narrowed(reduce(temperature**2 * terms.sum(dim=-1), reduction), z, teacher_z)


def focal_loss(
    z: Tensor,
    y: Tensor,
    *,
    gamma: float = 2.0,
    alpha: Tensor | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss that fades where the true class is already likely, ``eq-focal-loss``.

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        gamma: focus, at least 0; 0 gives the softmax loss.
        alpha: one weight of at least 0 per class, shape (C,); None weighs none.
        reduction: ``"mean"`` divides by N, whatever alpha is; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 0.0]]), torch.tensor([1])
        >>> round(focal_loss(z, y, gamma=2).item(), 4)  # a quarter of log 2
        0.1733

    Source: Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017,
    equation (5), there for two classes.
    """
    _require_logits_and_labels(z, y)
    require_non_negative("gamma", gamma)
    # The log-odds of the true class, z_y - log sum_{k != y} e^{z_k}: their sigmoid is p_y, and
    # log p_y and log(1 - p_y) are both exact.
    shifted, target = _divided(widened(z), 1), y.long().unsqueeze(-1)
    others = shifted.scatter(-1, target, torch.finfo(shifted.dtype).min)
    log_odds = shifted.gather(-1, target).squeeze(-1) - others.logsumexp(dim=-1)
    losses = focal_term(log_odds, gamma)
    if alpha is None:
        return narrowed(reduce(losses, reduction), z)
    weights = _class_weights("alpha", alpha, z)[y.long()]
    return narrowed(reduce(weights * losses, reduction), z, alpha)


def sigmoid_focal_loss(
    s: Tensor,
    y: Tensor,
    *,
    gamma: float = 2.0,
    alpha: float | None = 0.25,
    reduction: Reduction = "mean",
) -> Tensor:
    """Focal loss of a Bernoulli target and a sigmoid, equation ``eq-sigmoid-focal-loss``.

    Args:
        s: logits, shape (N,) or any other shape.
        y: targets in [0, 1], the same shape, floating; between 0 and 1 the loss is linear in y.
        gamma: focus, at least 0.
        alpha: weight in [0, 1] of y = 1, 1 - alpha being that of y = 0; None weighs neither.
        reduction: ``"mean"`` over all logits, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per logit under ``"none"``.

    Example:
        >>> s, y = torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.0])
        >>> [round(loss, 4) for loss in sigmoid_focal_loss(s, y, reduction="none").tolist()]
        [0.0433, 0.13]

    Source: Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017,
    equation (5), there for labels alone; the paper divides by the number of anchors assigned to an
    object, not by the number of logits.
    """
    require_floating("s", s)
    require_floating("y", y)
    require_targets("s", s, "y", y)
    require_non_negative("gamma", gamma)
    logits, positive, negative = widened(s), widened(y), 1 - widened(y)
    if alpha is not None:
        require_unit_number("alpha", alpha)
        positive, negative = alpha * positive, (1 - alpha) * negative
    losses = positive * focal_term(logits, gamma) + negative * focal_term(-logits, gamma)
    return narrowed(reduce(losses, reduction), s)


def _divided(z: Tensor, temperature: float) -> Tensor:
    """Return z / T up to a shift, which softmax does not feel; z / T alone can overflow."""
    require_positive("temperature", temperature)
    return (z - z.amax(dim=-1, keepdim=True).detach()) / temperature


def _negative_log_likelihood(log_p: Tensor, y: Tensor) -> Tensor:
    """Return -log p_y of each sample: one entry per row, and no one-hot matrix."""
    return -log_p.gather(-1, y.long().unsqueeze(-1)).squeeze(-1)


def focal_term(log_odds: Tensor, gamma: float) -> Tensor:
    """Return -(1 - p)^gamma log p of p = sigma(log_odds), with 1 - p = sigma(-log_odds).

    The power is taken of the logarithm: in (1 - p)^gamma a rounded p = 1 makes the gradient NaN.
    """
    return -torch.exp(gamma * logsigmoid(-log_odds)) * logsigmoid(log_odds)


def _require_logits_and_labels(z: Tensor, y: Tensor) -> None:
    require_floating("z", z)
    require_integers("y", y)
    require_class_labels("z", z, "y", y)


def _class_weights(name: str, weight: Tensor, z: Tensor) -> Tensor:
    require_floating(name, weight)
    require_class_weights(name, weight, z.shape[1])
    return widened(weight)
