"""Losses of pairs and triplets of samples, without class vectors (section 3.4)."""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook._checks import (
    require_floating,
    require_non_negative,
    require_pairs,
    require_positive,
    require_same_shape,
    require_vectors,
)
from lossbook._reduction import Reduction, reduce
from lossbook.functional._precision import float32_under_autocast, narrowed, widened
from lossbook.functional.margin import am_softmax_loss


@float32_under_autocast
def triplet_loss(
    x: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    m: float = 0.2,
    reduction: Reduction = "mean",
) -> Tensor:
    """What the negative lacks of being m further away than the positive, ``eq-triplet``.

    The distances are squared. The vectors are taken as they are: for angles give them length 1
    before. At the kink the gradient is 0: a triplet on the margin asks for no step.

    Args:
        x: the anchors' features, shape (N, d), d at least 1.
        positive: features of samples of the anchors' classes, the same shape.
        negative: features of samples of other classes, the same shape.
        m: by how much the squared distances should differ, at least 0.
        reduction: ``"mean"`` or ``"sum"`` over the N triplets, or ``"none"``.

    Returns:
        The reduced loss, or one loss per triplet, shape (N,), under ``"none"``.

    Example:
        >>> x, positive, negative = torch.tensor([[[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.5]]])
        >>> triplet_loss(x, positive, negative, m=0.5).item()
        0.25

    Source: Schroff, Kalenichenko and Philbin, FaceNet: A Unified Embedding for Face Recognition and
    Clustering, 2015, equation (2).
    """
    for name, vectors in (("x", x), ("positive", positive), ("negative", negative)):
        require_floating(name, vectors)
        require_same_shape("x", x, name, vectors)
    require_vectors("x", x)
    require_non_negative("m", m)
    anchors, near, far = widened(x), widened(positive), widened(negative)
    # The difference of the squares as a product: no two large numbers cancel.
    excess = ((far - near) * ((anchors - near) + (anchors - far))).sum(dim=1)
    losses = (excess + m).relu()  # whose derivative at 0 is 0
    return narrowed(reduce(losses, reduction), x, positive, negative)


@float32_under_autocast
def info_nce_loss(
    x: Tensor, positive: Tensor, *, temperature: float, reduction: Reduction = "mean"
) -> Tensor:
    """Softmax loss whose classes are the batch: whose pair is this?, equation ``eq-info-nce``.

    The positives of the other anchors are an anchor's negatives: it is AM-Softmax without a margin,
    with the positives for class vectors.

    Args:
        x: the anchors' features, of any length, shape (N, d), N and d at least 1.
        positive: features of one sample of each anchor's class, the same shape; no two of one
            class.
        temperature: T above 0, one over the scale of the cosines.
        reduction: ``"mean"`` or ``"sum"`` over the N anchors, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per anchor, shape (N,), under ``"none"``.

    Example:
        >>> x, positive = torch.eye(2), torch.eye(2)
        >>> round(info_nce_loss(x, positive, temperature=0.5).item(), 4)
        0.1269

    Source: van den Oord, Li and Vinyals, Representation Learning with Contrastive Predictive
    Coding, 2018, equation (4); with cosines and a temperature, Chen, Kornblith, Norouzi and Hinton,
    A Simple Framework for Contrastive Learning of Visual Representations, 2020, equation (1), where
    the other anchors are negatives too.
    """
    require_floating("x", x)
    require_floating("positive", positive)
    require_pairs(x, positive)
    require_positive("temperature", temperature)
    y = torch.arange(x.shape[0], device=x.device)
    return am_softmax_loss(x, positive, y, s=1 / temperature, m=0, reduction=reduction)
