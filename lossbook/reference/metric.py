"""Losses of pairs and triplets of samples, without class vectors (section 3.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook._checks import (
    Floats,
    as_floats,
    require_non_negative,
    require_pairs,
    require_positive,
    require_same_shape,
    require_vectors,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.reference.margin import am_softmax_loss, am_softmax_loss_grad
from lossbook.registry import implements


@implements("eq-triplet", symbols={"positive": "v", "negative": "u"})
def triplet_loss(
    x: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    m: float = 0.2,
    reduction: Reduction = "mean",
) -> Floats:
    r"""What the negative lacks of being m further away than the positive, ``eq-triplet``.

    .. math:: \ell = \max\left(0, \|x - v\|^2 - \|x - u\|^2 + m\right)

    with :math:`v` the positive and :math:`u` the negative. The distances are squared. The vectors
    are taken as they are: for angles give them length 1 before.

    Args:
        x: the anchors' features, shape (N, d), d at least 1.
        positive: features of samples of the anchors' classes, the same shape.
        negative: features of samples of other classes, the same shape.
        m: by how much the squared distances should differ, at least 0.
        reduction: ``"mean"`` or ``"sum"`` over the N triplets, or ``"none"``.

    Returns:
        The reduced loss, or one loss per triplet, shape (N,), under ``"none"``.

    Example:
        >>> triplet_loss([[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.5]], m=0.5, reduction="none").tolist()
        [0.25]

    Source: Schroff, Kalenichenko and Philbin, FaceNet: A Unified Embedding for Face Recognition and
    Clustering, 2015, equation (2).
    """
    return reduce(np.maximum(0, _excess(x, positive, negative, m)), reduction)


@implements("eq-triplet-grad", symbols={"positive": "v", "negative": "u"}, output=0)
@implements("eq-triplet-grad-positive", symbols={"positive": "v", "negative": "u"}, output=1)
@implements("eq-triplet-grad-negative", symbols={"positive": "v", "negative": "u"}, output=2)
def triplet_loss_grad(
    x: ArrayLike,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    m: float = 0.2,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats, Floats]:
    """Gradients of :func:`triplet_loss` in x, in positive and in negative.

    Equations ``eq-triplet-grad``, ``eq-triplet-grad-positive`` and ``eq-triplet-grad-negative``. At
    the kink there is no derivative, and 0 is returned: a triplet on the margin asks for no step.
    """
    active = (_excess(x, positive, negative, m) > 0)[:, np.newaxis]
    anchors, near, far = (
        as_floats(name, vectors)
        for name, vectors in (("x", x), ("positive", positive), ("negative", negative))
    )
    slopes = far - near, near - anchors, anchors - far
    dx, dpositive, dnegative = (
        reduce_grad(2 * active * slope, reduction, entries=anchors.shape[1]) for slope in slopes
    )
    return dx, dpositive, dnegative


@implements("eq-info-nce", symbols={"positive": "v", "temperature": "T"}, per="mean")
def info_nce_loss(
    x: ArrayLike, positive: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> Floats:
    r"""Softmax loss whose classes are the batch: whose pair is this?, equation ``eq-info-nce``.

    .. math:: \ell = -\frac1N \sum_{i=1}^N \log \frac{e^{c_{ii} / T}}
        {\sum_{j=1}^N e^{c_{ij} / T}}

    with :math:`c_{ij}` the cosine between anchor i and the positive of anchor j: the positives of
    the others are an anchor's negatives. So it is AM-Softmax without a margin, with the positives
    for class vectors.

    Args:
        x: the anchors' features, of any length, shape (N, d), N and d at least 1.
        positive: features of one sample of each anchor's class, the same shape; no two of one
            class.
        temperature: T above 0, one over the scale of the cosines.
        reduction: ``"mean"`` or ``"sum"`` over the N anchors, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per anchor, shape (N,), under ``"none"``.

    Example:
        >>> x, positive = [[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 3.0]]
        >>> float(info_nce_loss(x, positive, temperature=0.5).round(6))
        0.126928

    Source: van den Oord, Li and Vinyals, Representation Learning with Contrastive Predictive
    Coding, 2018, equation (4); with cosines and a temperature, Chen, Kornblith, Norouzi and Hinton,
    A Simple Framework for Contrastive Learning of Visual Representations, 2020, equation (1), where
    the other anchors are negatives too.
    """
    batch = _batch(x, positive, temperature)
    return am_softmax_loss(*batch, s=1 / temperature, m=0, reduction=reduction)


@implements("eq-info-nce-grad", symbols={"positive": "v", "temperature": "T"}, per="mean", output=0)
@implements(
    "eq-info-nce-grad-positive", symbols={"positive": "v", "temperature": "T"}, per="mean", output=1
)
def info_nce_loss_grad(
    x: ArrayLike, positive: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> tuple[Floats, Floats]:
    """Gradients of :func:`info_nce_loss` in x and in positive.

    Equations ``eq-info-nce-grad`` and ``eq-info-nce-grad-positive``.
    """
    batch = _batch(x, positive, temperature)
    return am_softmax_loss_grad(*batch, s=1 / temperature, m=0, reduction=reduction)


def _excess(x: ArrayLike, positive: ArrayLike, negative: ArrayLike, m: float) -> Floats:
    """Return by how much the squared distance to the positive exceeds what it may be."""
    anchors, near, far = (
        as_floats("x", x),
        as_floats("positive", positive),
        as_floats("negative", negative),
    )
    require_vectors("x", anchors)
    require_same_shape("x", anchors, "positive", near)
    require_same_shape("x", anchors, "negative", far)
    require_non_negative("m", m)
    excess: Floats = ((anchors - near) ** 2).sum(axis=1) - ((anchors - far) ** 2).sum(axis=1) + m
    return excess


def _batch(
    x: ArrayLike, positive: ArrayLike, temperature: float
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Check the arguments; return them with labels: each anchor is a class of its own."""
    anchors, pairs = as_floats("x", x), as_floats("positive", positive)
    require_pairs(anchors, pairs)
    require_positive("temperature", temperature)
    return anchors, pairs, np.arange(len(anchors))
