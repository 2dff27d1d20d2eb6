"""Softmax: cross-entropy, weights, temperature, focus (1.3.1-3, 1.3.9); Brier score (3.1)."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, hardtanh, log_softmax

from lossbook._checks import (
    reads_values,
    require_absent,
    require_amounts,
    require_class_labels,
    require_classes_axis,
    require_distribution,
    require_floating,
    require_integers,
    require_non_negative,
    require_per_class,
    require_positive,
    require_same_shape,
    require_scores,
    require_targets,
    require_tensor,
    require_unit_number,
)
from lossbook._reduction import Reduction, reduce, require_counted, require_reduction
from lossbook.functional._precision import (
    float32_under_autocast,
    narrowed,
    softplus,
    wide_under_autocast,
    widened,
)
from lossbook.functional.cross_entropy import Weights


@float32_under_autocast
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
    return torch.softmax(_divided(z, temperature, dim=-1), dim=-1)


def softmax_loss(
    z: Tensor,
    y: Tensor,
    *,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """Cross-entropy of a class label and a softmax, equation ``eq-softmax-loss``.

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...) with one loss per pixel or token.
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers; or a probability for every
            class, floating, of the shape of z, ``eq-softmax-loss-soft-target``.
        ignore_index: a label that costs nothing and is not counted; None, unlike PyTorch's -100,
            ignores none.
        label_smoothing: how much of each target, from 0 to 1, is shared out among all C classes,
            ``eq-label-smoothing``.
        reduction: ``"mean"`` divides by the number of labels that are not ignored, or by that of
            the distributions; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 0.0], [1000.0, 0.0]]), torch.tensor([1, 0])
        >>> round(softmax_loss(z, y, reduction="sum").item(), 4)
        0.6931
        >>> padded = torch.tensor([1, -100])
        >>> round(softmax_loss(z, padded, ignore_index=-100).item(), 4)
        0.6931

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.108), there the sum
    over the samples; label smoothing: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the
    Inception Architecture for Computer Vision, 2016, section 7.
    """
    return _cross_entropy(z, y, None, ignore_index, label_smoothing, reduction)


def weighted_softmax_loss(
    z: Tensor,
    y: Tensor,
    *,
    weight: Weights,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss times the weight of the true class, ``eq-weighted-softmax-loss``.

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers; or a probability for every
            class, floating, of the shape of z.
        weight: one weight of at least 0 per class, a list or a tensor of shape (C,); a number
            weighs all classes alike.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        label_smoothing: as in :func:`softmax_loss`; each class's share has that class's weight.
        reduction: ``"mean"`` divides the summed losses by the summed weights of the labels that are
            not ignored, not by their number; but by N where y holds probabilities. ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])
        >>> round(weighted_softmax_loss(z, y, weight=[1, 3]).item(), 4)  # 4 log 2 over 4
        0.6931

    Source: PyTorch's documentation of ``torch.nn.CrossEntropyLoss``.
    """
    require_floating("z", z)
    require_scores("z", z)
    weights = _class_weights("weight", weight, z)
    return _cross_entropy(z, y, weights, ignore_index, label_smoothing, reduction)


@float32_under_autocast
def soft_softmax_loss(
    z: Tensor,
    y: Tensor,
    *,
    temperature: float,
    ignore_index: int | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss of logits divided by a temperature, equation ``eq-soft-softmax-loss``.

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers.
        temperature: T above 0; 1 gives :func:`softmax_loss`.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 4.0]]), torch.tensor([0])
        >>> round(soft_softmax_loss(z, y, temperature=2).item(), 4)
        2.1269

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    equation (1).
    """
    require_floating("z", z)
    require_integers("y", y)
    require_scores("z", z)
    divided = _divided(widened(z), temperature, dim=1)
    return narrowed(_cross_entropy(divided, y, None, ignore_index, 0.0, reduction), z)


@float32_under_autocast
def distillation_loss(
    z: Tensor, teacher_z: Tensor, *, temperature: float, reduction: Reduction = "mean"
) -> Tensor:
    """Divergence of a student's softmax from its teacher's, ``eq-distillation-loss``.

    The factor T² keeps the size of the gradient, which the two divisions by T shrink.

    Args:
        z: the student's logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        teacher_z: the teacher's logits v, the same shape; a gradient flows to them too, unless they
            are detached.
        temperature: T above 0.
        reduction: ``"mean"`` or ``"sum"`` over the distributions, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per distribution, shape (N,) or (N, d1, ...), under
        ``"none"``.

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
    log_q = log_softmax(_divided(widened(z), temperature, dim=1), dim=1)
    log_p = log_softmax(_divided(widened(teacher_z), temperature, dim=1), dim=1)
    p = log_p.exp()
    # A class that the teacher gives 0 adds nothing; -inf - -inf would make it NaN.
    terms = p * (log_p - log_q).masked_fill(p == 0, 0)
    return narrowed(reduce(temperature**2 * terms.sum(dim=1), reduction), z, teacher_z)


@float32_under_autocast
def focal_loss(
    z: Tensor,
    y: Tensor,
    *,
    gamma: float = 2.0,
    alpha: Weights | None = None,
    ignore_index: int | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss that fades where the true class is already likely, ``eq-focal-loss``.

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers.
        gamma: focus, at least 0; 0 gives the softmax loss.
        alpha: one weight of at least 0 per class, a list or a tensor of shape (C,); a number weighs
            all classes alike, None weighs none.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored, whatever alpha
            is; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> z, y = torch.tensor([[0.0, 0.0]]), torch.tensor([1])
        >>> round(focal_loss(z, y, gamma=2).item(), 4)  # a quarter of log 2
        0.1733

    Source: Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017,
    equation (5), there for two classes.
    """
    require_non_negative("gamma", gamma)
    target, kept = labels_and_kept(z, y, ignore_index)
    # The log-odds of the true class, z_y - log sum_{k != y} e^{z_k}: their sigmoid is p_y, and
    # log p_y and log(1 - p_y) are both exact. Both terms are taken from the best rival's logit, in
    # place: new memory for all logits takes longer than what is done with them.
    logits, columns = widened(z), target.unsqueeze(1)
    others = logits.scatter(1, columns, torch.finfo(logits.dtype).min)
    best = others.detach().amax(dim=1, keepdim=True)
    rivals = others.sub_(best).exp_().sum(dim=1).log()
    log_odds = _finite((logits.gather(1, columns) - best).squeeze(1) - rivals, gamma)
    losses = focal_term(softplus(-log_odds), softplus(log_odds), gamma)
    if alpha is not None:
        losses = _class_weights("alpha", alpha, z)[target] * losses
    if kept is not None:
        losses = losses.masked_fill(~kept, 0)
    return narrowed(reduce(losses, reduction, kept), z)


@float32_under_autocast
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
        y: targets in [0, 1], the same shape, of any dtype; between 0 and 1 the loss is linear in y.
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
    require_tensor("y", y)
    require_targets("s", s, "y", y)
    require_non_negative("gamma", gamma)
    positive = negative = 1.0
    if alpha is not None:
        require_unit_number("alpha", alpha)
        positive, negative = alpha, 1 - alpha
    logits = _finite(widened(s), gamma)
    hit_cost, miss_cost = softplus(-logits), softplus(logits)
    hit = focal_term(hit_cost, miss_cost, gamma, positive)
    miss = focal_term(miss_cost, hit_cost, gamma, negative)
    losses = torch.lerp(miss, hit, y.to(logits.dtype))  # linear in y, and exact at 0 and 1
    return narrowed(reduce(losses, reduction), s, y)


@float32_under_autocast
def brier_loss(
    z: Tensor, y: Tensor, *, ignore_index: int | None = None, reduction: Reduction = "mean"
) -> Tensor:
    """Squared distance of the softmax from the label, the Brier score, equation ``eq-brier``.

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss, from 0 to 2, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> brier_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item()
        0.5

    Source: Brier, Verification of Forecasts Expressed in Terms of Probability, 1950.
    """
    labels, kept = labels_and_kept(z, y, ignore_index)
    columns = labels.unsqueeze(1)
    p = widened(z).softmax(dim=1)
    errors = p.scatter_add(1, columns, -torch.ones_like(columns, dtype=p.dtype))
    losses = errors.square().sum(dim=1)
    if kept is not None:
        losses = losses.masked_fill(~kept, 0)
    return narrowed(reduce(losses, reduction, kept), z)


def focal_term(cost: Tensor, rest_cost: Tensor, gamma: float, alpha: float = 1) -> Tensor:
    """Return -alpha (1 - p)^gamma log p, given -log p and -log(1 - p).

    The weight is a power of e: in (1 - p)^gamma a rounded p = 1 makes the gradient NaN.
    """
    log_alpha = math.log(alpha) if alpha else -math.inf
    weight = torch.rsub(rest_cost, log_alpha, alpha=gamma).exp()  # of log_alpha - gamma rest_cost
    return weight * cost


def _finite(log_odds: Tensor, gamma: float) -> Tensor:
    """Return log-odds of which gamma times is finite: 0 * inf would be a NaN gradient."""
    largest = torch.finfo(log_odds.dtype).max / max(gamma, 1)
    return hardtanh(log_odds, -largest, largest)  # clamp, with a faster backward pass


def _divided(z: Tensor, temperature: float, dim: int) -> Tensor:
    """Return z / T up to a shift, which softmax does not feel; z / T alone can overflow."""
    require_positive("temperature", temperature)
    return (z - z.amax(dim=dim, keepdim=True).detach()) / temperature


def _cross_entropy(
    z: Tensor,
    y: Tensor,
    weights: Tensor | None,
    ignore_index: int | None,
    label_smoothing: float,
    reduction: Reduction,
) -> Tensor:
    """Check the arguments, and call PyTorch's kernel in float32 or better."""
    require_floating("z", z)
    require_tensor("y", y)
    require_unit_number("label_smoothing", label_smoothing)
    if y.is_floating_point() and y.shape == z.shape and z.ndim > 1:
        require_scores("z", z)
        require_distribution("y", y.movedim(1, -1))
        require_absent("ignore_index", ignore_index, "where y holds probabilities")
        require_reduction(z, reduction)
        target = y.to(widened(z).dtype)
    else:
        target = _labels(z, y, ignore_index)
        require_reduction(y, reduction)
        if reduction == "mean":
            _require_counted_labels(target, weights, ignore_index)
    loss = cross_entropy(
        widened(z),
        target,
        weights,
        ignore_index=-100 if ignore_index is None else ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )
    # Autocast widens here and not before the check, whose tolerance is that of the given dtype.
    return narrowed(loss, *wide_under_autocast(z))


@reads_values
def _require_counted_labels(
    labels: Tensor, weights: Tensor | None, ignore_index: int | None
) -> None:
    if weights is not None or ignore_index is not None:
        kept = labels == labels if ignore_index is None else labels != ignore_index
        require_counted(kept if weights is None else kept * weights[labels * kept])


def labels_and_kept(z: Tensor, y: Tensor, ignore_index: int | None) -> tuple[Tensor, Tensor | None]:
    """Check logits and labels; return the labels, 0 for an ignored one, and which are kept."""
    labels = _labels(z, y, ignore_index)
    if ignore_index is None:
        return labels, None
    kept = labels != ignore_index
    return labels * kept, kept


def _labels(z: Tensor, y: Tensor, ignore_index: int | None) -> Tensor:
    """Check logits and labels; return the labels as int64, which holds every ``ignore_index``."""
    require_floating("z", z)
    require_integers("y", y)
    labels = y.long()
    require_class_labels("z", z, "y", labels, ignore_index)
    return labels


def _class_weights(name: str, weight: Weights, z: Tensor) -> Tensor:
    """Return one weight per class, in float32 or better."""
    weights = torch.as_tensor(weight, dtype=widened(z).dtype, device=z.device)
    if weights.ndim == 0:
        weights = weights.expand(z.shape[1])
    require_per_class(name, weights, z.shape[1])
    require_amounts(name, weights, "weights")
    return weights
