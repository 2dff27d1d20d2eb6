r"""Margins in the angle between a feature vector and its class vector (sections 1.3.4-8).

The five losses are one, softmax loss of the logits :math:`\|x\| \|W_k\| \cos\theta_k` with psi of
the angle in place of the cosine in the target's column. A loss says which lengths are set and what
psi is: :mod:`lossbook.reference.margin` has them in a table.

No arccos is taken: its derivative is infinite at angles 0 and pi. Only the true class's logit is
touched, in float32 or better under autocast too; the others are summed up by
:mod:`lossbook.functional.rivals`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.linalg import vecdot, vector_norm
from torch.nn.functional import linear

from lossbook._checks import (
    require_angular_margin,
    require_class_vectors,
    require_floating,
    require_integers,
    require_non_negative,
    require_per_class,
    require_positive,
    require_sample_labels,
    require_whole,
)
from lossbook._reduction import Reduction, reduce, require_reduction
from lossbook.functional._precision import (
    autocast_dtype,
    float32_under_autocast,
    in_common,
    narrowed,
    softplus,
)
from lossbook.functional.rivals import Classes, lengths, rivals_and_own
from lossbook.functional.sharding import gather, is_sharded, shard_of

# From the directions of the features and of their class vectors, row by row, to psi.
Margin = Callable[[Tensor, Tensor], Tensor]


@float32_under_autocast
def l_softmax_loss(
    x: Tensor,
    W: Tensor,
    y: Tensor,
    *,
    m: int = 4,
    annealing: float = 0.0,
    reduction: Reduction = "mean",
) -> Tensor:
    r"""Softmax loss whose target counts its angle m times, equation ``eq-l-softmax-loss``.

    An ``annealing`` of :math:`\lambda` puts :math:`(\lambda \cos\theta + \psi(\theta)) / (1 +
    \lambda)` in psi's place: training starts with a large one, close to the plain softmax loss, and
    lowers it.

    Args:
        x: features, shape (N, d), d at least 1.
        W: class vectors, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        m: how many times the target's angle counts, a whole number of at least 1, which gives
            the softmax loss.
        annealing: at least 0; 0 is the loss as printed.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W, y = torch.tensor([[0.0, 2.0]]), torch.eye(2), torch.tensor([0])
        >>> round(l_softmax_loss(x, W, y, m=2).item(), 4)  # psi is -1
        4.0181

    Source: Liu, Wen, Yu and Yang, Large-Margin Softmax Loss for Convolutional Neural Networks,
    2016, section 3, without a bias.
    """
    return _margin_loss(x, W, y, multiplicative_angular_margin(m, annealing), reduction)


@float32_under_autocast
def a_softmax_loss(
    x: Tensor,
    W: Tensor,
    y: Tensor,
    *,
    m: int = 4,
    annealing: float = 0.0,
    reduction: Reduction = "mean",
) -> Tensor:
    """L-Softmax with class vectors of length 1, equation ``eq-a-softmax-loss``.

    The decision depends on angles alone; the loss still grows and shrinks with the length of x.

    Args:
        x: features, shape (N, d), d at least 1.
        W: class vectors of any length, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        m: how many times the target's angle counts, a whole number of at least 1.
        annealing: at least 0, as in :func:`l_softmax_loss`; 0 is the loss as printed.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W, y = torch.tensor([[0.0, 2.0]]), 5 * torch.eye(2), torch.tensor([0])
        >>> round(a_softmax_loss(x, W, y, m=2).item(), 4)  # psi is -1
        4.0181

    Source: Liu, Wen, Yu, Li, Raj and Song, SphereFace: Deep Hypersphere Embedding for Face
    Recognition, 2017, section 3.
    """
    return _margin_loss(x, W, y, multiplicative_angular_margin(m, annealing), reduction, W_length=1)


@float32_under_autocast
def l2_softmax_loss(
    x: Tensor,
    W: Tensor,
    y: Tensor,
    *,
    alpha: float,
    b: Tensor | None = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss of features that are scaled to one length, equation ``eq-l2-softmax-loss``.

    Args:
        x: features, shape (N, d), d at least 1.
        W: class vectors, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        alpha: the length that every feature vector gets, above 0.
        b: one bias per class, shape (C,), or None for none.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W, y = torch.tensor([[0.0, 5.0]]), torch.eye(2), torch.tensor([1])
        >>> round(l2_softmax_loss(x, W, y, alpha=2).item(), 4)
        0.1269

    Source: Ranjan, Castillo and Chellappa, L2-constrained Softmax Loss for Discriminative Face
    Verification, 2017, section 4.
    """
    require_positive("alpha", alpha)
    return _margin_loss(x, W, y, None, reduction, x_length=alpha, b=b)


@float32_under_autocast
def am_softmax_loss(
    x: Tensor,
    W: Tensor,
    y: Tensor,
    *,
    s: float = 30.0,
    m: float = 0.35,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss of scaled cosines, the target's less a margin, ``eq-am-softmax-loss``.

    CosFace is the same loss under another name.

    Args:
        x: features of any length, shape (N, d), d at least 1.
        W: class vectors of any length, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        s: scale of the cosines, above 0.
        m: what the target's cosine loses, at least 0.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W, y = torch.tensor([[0.0, 5.0]]), torch.eye(2), torch.tensor([1])
        >>> round(am_softmax_loss(x, W, y, s=2, m=0.5).item(), 4)
        0.3133

    Source: Wang, Cheng, Liu and Liu, Additive Margin Softmax for Face Verification, 2018,
    section 3.
    """
    require_positive("s", s)
    return _margin_loss(x, W, y, additive_cosine_margin(m), reduction, x_length=s, W_length=1)


@float32_under_autocast
def arcface_loss(
    x: Tensor,
    W: Tensor,
    y: Tensor,
    *,
    s: float = 64.0,
    m: float = 0.5,
    reduction: Reduction = "mean",
) -> Tensor:
    """Softmax loss of scaled cosines, the target's angle plus a margin, ``eq-arcface-loss``.

    Beyond pi - m the cosine of theta + m would rise again; the usual extension, the cosine of theta
    less m sin m, falls up to pi, with a jump down at pi - m.

    Args:
        x: features of any length, shape (N, d), d at least 1.
        W: class vectors of any length, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,), integers.
        s: scale of the cosines, above 0.
        m: what the target's angle gains, in radians, from 0 to pi/2.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W, y = torch.tensor([[0.0, 5.0]]), torch.eye(2), torch.tensor([1])
        >>> round(arcface_loss(x, W, y, s=2, m=0.5).item(), 4)
        0.1595

    Source: Deng, Guo, Xue and Zafeiriou, ArcFace: Additive Angular Margin Loss for Deep Face
    Recognition, 2019, equation (3), which stops at the cosine of theta + m.
    """
    require_positive("s", s)
    return _margin_loss(x, W, y, additive_angular_margin(m), reduction, x_length=s, W_length=1)


@float32_under_autocast
def plain_logits(
    x: Tensor,
    W: Tensor,
    *,
    x_length: float | None = None,
    W_length: float | None = None,
    b: Tensor | None = None,
) -> Tensor:
    """Return the logits without a margin, shape (N, C): what a trained classifier predicts from.

    ``x_length`` and ``W_length`` are the lengths that features and class vectors get; None keeps
    their own.
    """
    _require_vectors(x, W, b)
    features, vectors = in_common(x, W)
    features, classes = _sized(features, x_length), _sized(vectors, W_length)
    bias = None if b is None else b.to(features.dtype)
    # Autocast multiplies in half precision.
    return narrowed(linear(features, classes, bias).to(features.dtype), x, W)


def _margin_loss(
    x: Tensor,
    W: Tensor,
    y: Tensor,
    margin: Margin | None,
    reduction: Reduction,
    *,
    x_length: float | None = None,
    W_length: float | None = None,
    b: Tensor | None = None,
) -> Tensor:
    """Normalise, take the true class's logit with its margin, compare it with its rivals'."""
    _require_vectors(x, W, b)
    require_integers("y", y)
    target = y.long()
    require_sample_labels(x, target, W.shape[0])
    require_reduction(x, reduction)
    products = None if x.dtype == torch.float64 else autocast_dtype(x)  # which leaves float64
    classes = Classes(W_length is not None, products)
    if is_sharded(W):
        W, group, first = shard_of("W", W)
        classes = classes._replace(group=group, first=first)
        x, target = gather(x, group), gather(target, group)
        b = None if b is None else shard_of("b", b)[0]
    features, vectors = in_common(x, W)
    f, bias = _sized(features, x_length), None if b is None else b.to(features.dtype)
    rivals, own, own_bias = rivals_and_own(f, vectors, bias, target, classes)
    v = _sized(own, W_length)
    logit = (f * v).sum(dim=-1) + own_bias
    if margin is not None:
        u, w = _direction(features), _direction(own)
        # |f| |v| psi, as the dot product and what the margin adds to it: a zero vector has no
        # angle, and keeps the gradient of its dot product.
        size = vector_norm(f, dim=-1) * vector_norm(v, dim=-1)
        logit = logit + size * (margin(u, w) - vecdot(u, w))
    return narrowed(reduce(softplus(rivals - logit), reduction), x, W)


def _require_vectors(x: Tensor, W: Tensor, b: Tensor | None) -> None:
    require_floating("x", x)
    require_floating("W", W)
    require_class_vectors(x, W)
    if b is not None:
        require_floating("b", b)
        require_per_class("b", b, W.shape[0])


def _direction(vectors: Tensor) -> Tensor:
    return vectors / lengths(vectors)


def _sized(vectors: Tensor, length: float | None) -> Tensor:
    return vectors if length is None else length * _direction(vectors)


def angle(u: Tensor, w: Tensor) -> Tensor:
    """Angle between directions, row by row, in radians."""
    # Exact near 0 and pi, with a bounded gradient in u and w; that of an arccos is infinite.
    apart, together = vector_norm(u - w, dim=-1), vector_norm(u + w, dim=-1)
    # Two zero vectors have no angle: some versions of PyTorch give atan2(0, 0) a NaN for a slope.
    return 2 * torch.atan2(apart, together.masked_fill((apart == 0) & (together == 0), 1))


def multiplicative_angular_margin(m: int, annealing: float) -> Margin:
    """Cosine of m theta, continued: a polynomial in the cosine, with no angle taken."""
    require_whole("m", m)
    require_non_negative("annealing", annealing)

    def margin(u: Tensor, w: Tensor) -> Tensor:
        cosine: Tensor = vecdot(u, w)
        # cos(m theta) = T_m(cos theta), by the recurrence of Chebyshev's polynomials.
        before, chebyshev = torch.ones_like(cosine), cosine
        for _ in range(int(m) - 1):
            before, chebyshev = chebyshev, 2 * cosine * chebyshev - before
        # The pieces of psi join at angles j pi / m, and k counts the joins that theta has passed.
        joins = [math.cos(j * math.pi / m) for j in range(1, int(m))]
        k = sum((cosine <= join).int() for join in joins)
        psi = (1 - 2 * (k % 2)) * chebyshev - 2 * k
        return (annealing * cosine + psi) / (1 + annealing)

    return margin


def additive_cosine_margin(m: float) -> Margin:
    """Cosine of theta, less m."""
    require_non_negative("m", m)

    def margin(u: Tensor, w: Tensor) -> Tensor:
        cosine: Tensor = vecdot(u, w)
        return cosine - m

    return margin


def additive_angular_margin(m: float) -> Margin:
    """Cosine of theta + m, continued beyond pi - m."""
    require_angular_margin("m", m)

    def margin(u: Tensor, w: Tensor) -> Tensor:
        theta = angle(u, w)
        beyond = torch.cos(theta) - m * math.sin(m)
        return torch.where(theta <= math.pi - m, torch.cos(theta + m), beyond)

    return margin
