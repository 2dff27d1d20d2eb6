r"""Margins in the angle between a feature vector and its class vector (sections 1.3.4-8).

One form holds all five: with the angle :math:`\theta_k` between x and :math:`W_k`, each loss is the
softmax loss of the logits

.. math:: z_k = \|x\| \|W_k\| \cos\theta_k, \quad z_y = \|x\| \|W_y\|\, \psi(\theta_y)

It says which lengths are kept or set, and what the margin makes of the target's angle:

=============  =====================  =====================  ================================
loss           length of x            length of :math:`W_k`  :math:`\psi(\theta)`
=============  =====================  =====================  ================================
L-Softmax      its own                its own                :math:`\cos m\theta`, continued
A-Softmax      its own                1                      :math:`\cos m\theta`, continued
L2-softmax     :math:`\alpha`         its own                :math:`\cos\theta`
AM-Softmax     s                      1                      :math:`\cos\theta - m`
ArcFace        s                      1                      :math:`\cos(\theta + m)`, continued
=============  =====================  =====================  ================================

A zero vector has no angle: it stays zero and takes no margin. Where the direction of a gradient is
undefined, for ArcFace at angle 0, the part that the angle has in it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    as_labels,
    require_angles,
    require_angular_margin,
    require_class_labels,
    require_class_vectors,
    require_non_negative,
    require_per_class,
    require_positive,
    require_whole,
)
from lossbook._reduction import Reduction
from lossbook.reference.softmax import softmax_loss, softmax_loss_grad
from lossbook.registry import implements

# From the target's angles to psi and -psi', the rate at which psi falls with the angle.
Margin = Callable[[Floats], tuple[Floats, Floats]]


@implements("eq-l-softmax-psi")
def l_softmax_psi(theta: ArrayLike, *, m: int) -> Floats:
    r"""Cosine of m times an angle, continued so that it falls up to pi, ``eq-l-softmax-psi``.

    .. math:: \psi(\theta) = (-1)^k \cos(m\theta) - 2k, \quad
        k = \min(\lfloor m\theta / \pi \rfloor, m - 1)

    Args:
        theta: angles in [0, pi], any shape.
        m: how many times the angle counts, a whole number of at least 1.

    Returns:
        One value per angle, from 1 at 0 down to 1 - 2m at pi, once differentiable.

    Example:
        >>> (l_softmax_psi([0.0, np.pi / 4, np.pi / 2, np.pi], m=2) + 0.0).round(6).tolist()
        [1.0, 0.0, -1.0, -3.0]

    Source: Liu, Wen, Yu and Yang, Large-Margin Softmax Loss for Convolutional Neural Networks,
    2016, section 3.
    """
    angles = as_floats("theta", theta)
    require_angles("theta", angles)
    require_whole("m", m)
    sign, k = sign_and_piece(angles, m)
    return sign * np.cos(m * angles) - 2 * k


@implements("eq-l-softmax-loss", shared=("W",), labels=("y",), fixed={"annealing": 0})
def l_softmax_loss(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    m: int = 4,
    annealing: float = 0.0,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss whose target counts its angle m times, equation ``eq-l-softmax-loss``.

    .. math:: \ell(x, W, y) = -\log \frac{e^{\|x\| \|W_y\| \psi(\theta_y)}}
        {e^{\|x\| \|W_y\| \psi(\theta_y)} + \sum_{k \ne y} e^{\|x\| \|W_k\| \cos\theta_k}}

    with :math:`\psi` of ``l_softmax_psi``. An ``annealing`` of :math:`\lambda` puts
    :math:`(\lambda \cos\theta_y + \psi(\theta_y)) / (1 + \lambda)` in its place: training starts
    with a large one, close to the plain softmax loss, and lowers it.

    Args:
        x: features, shape (N, d), d at least 1.
        W: class vectors, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,).
        m: how many times the target's angle counts, a whole number of at least 1, which gives
            the softmax loss.
        annealing: at least 0; 0 is the loss as printed.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W = [[0.0, 2.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> l_softmax_loss(x, W, [0], m=2, reduction="none").round(6).tolist()  # psi is -1
        [4.01815]

    Source: Liu, Wen, Yu and Yang, Large-Margin Softmax Loss for Convolutional Neural Networks,
    2016, section 3, without a bias.
    """
    head = _head(x, W, y, multiplicative_angular_margin(m, annealing))
    return softmax_loss(head.logits, y, reduction=reduction)


def l_softmax_loss_grad(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    m: int = 4,
    annealing: float = 0.0,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats]:
    """Gradients of :func:`l_softmax_loss` with respect to x and to W."""
    return _gradients(_head(x, W, y, multiplicative_angular_margin(m, annealing)), y, reduction)


@implements("eq-a-softmax-loss", shared=("W",), labels=("y",), fixed={"annealing": 0})
def a_softmax_loss(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    m: int = 4,
    annealing: float = 0.0,
    reduction: Reduction = "mean",
) -> Floats:
    r"""L-Softmax with class vectors of length 1, equation ``eq-a-softmax-loss``.

    .. math:: \ell(x, W, y) = -\log \frac{e^{\|x\| \psi(\theta_y)}}
        {e^{\|x\| \psi(\theta_y)} + \sum_{k \ne y} e^{\|x\| \cos\theta_k}}

    The decision depends on angles alone; the loss still grows and shrinks with the length of x.

    Args:
        x: features, shape (N, d), d at least 1.
        W: class vectors of any length, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,).
        m: how many times the target's angle counts, a whole number of at least 1.
        annealing: at least 0, as in :func:`l_softmax_loss`; 0 is the loss as printed.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W = [[0.0, 2.0]], [[3.0, 0.0], [0.0, 5.0]]
        >>> a_softmax_loss(x, W, [0], m=2, reduction="none").round(6).tolist()  # psi is -1
        [4.01815]

    Source: Liu, Wen, Yu, Li, Raj and Song, SphereFace: Deep Hypersphere Embedding for Face
    Recognition, 2017, section 3.
    """
    head = _head(x, W, y, multiplicative_angular_margin(m, annealing), W_length=1)
    return softmax_loss(head.logits, y, reduction=reduction)


def a_softmax_loss_grad(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    m: int = 4,
    annealing: float = 0.0,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats]:
    """Gradients of :func:`a_softmax_loss` with respect to x and to W."""
    head = _head(x, W, y, multiplicative_angular_margin(m, annealing), W_length=1)
    return _gradients(head, y, reduction)


@implements("eq-l2-softmax-loss", shared=("W",), labels=("y",))
def l2_softmax_loss(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    alpha: float,
    b: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss of features that are scaled to one length, equation ``eq-l2-softmax-loss``.

    .. math:: \ell(x, W, y) = -\log \frac{e^{W_y \cdot f + b_y}}
        {\sum_{k=1}^C e^{W_k \cdot f + b_k}}, \quad f = \alpha \frac{x}{\|x\|}

    Args:
        x: features, shape (N, d), d at least 1.
        W: class vectors, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,).
        alpha: the length that every feature vector gets, above 0.
        b: one bias per class, shape (C,), or None for none.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W = [[0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> l2_softmax_loss(x, W, [1], alpha=2, reduction="none").round(6).tolist()
        [0.126928]

    Source: Ranjan, Castillo and Chellappa, L2-constrained Softmax Loss for Discriminative Face
    Verification, 2017, section 4.
    """
    require_positive("alpha", alpha)
    head = _head(x, W, y, additive_cosine_margin(0), x_length=alpha, b=b)
    return softmax_loss(head.logits, y, reduction=reduction)


def l2_softmax_loss_grad(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    alpha: float,
    b: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats]:
    """Gradients of :func:`l2_softmax_loss` with respect to x and to W."""
    require_positive("alpha", alpha)
    head = _head(x, W, y, additive_cosine_margin(0), x_length=alpha, b=b)
    return _gradients(head, y, reduction)


@implements("eq-am-softmax-loss", shared=("W",), labels=("y",))
def am_softmax_loss(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    s: float = 30.0,
    m: float = 0.35,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss of scaled cosines, the target's less a margin, ``eq-am-softmax-loss``.

    .. math:: \ell(x, W, y) = -\log \frac{e^{s (\cos\theta_y - m)}}
        {e^{s (\cos\theta_y - m)} + \sum_{k \ne y} e^{s \cos\theta_k}}

    CosFace is the same loss under another name.

    Args:
        x: features of any length, shape (N, d), d at least 1.
        W: class vectors of any length, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,).
        s: scale of the cosines, above 0.
        m: what the target's cosine loses, at least 0.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W = [[0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> am_softmax_loss(x, W, [1], s=2, m=0.5, reduction="none").round(6).tolist()
        [0.313262]

    Source: Wang, Cheng, Liu and Liu, Additive Margin Softmax for Face Verification, 2018,
    section 3.
    """
    require_positive("s", s)
    head = _head(x, W, y, additive_cosine_margin(m), x_length=s, W_length=1)
    return softmax_loss(head.logits, y, reduction=reduction)


def am_softmax_loss_grad(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    s: float = 30.0,
    m: float = 0.35,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats]:
    """Gradients of :func:`am_softmax_loss` with respect to x and to W."""
    require_positive("s", s)
    head = _head(x, W, y, additive_cosine_margin(m), x_length=s, W_length=1)
    return _gradients(head, y, reduction)


@implements("eq-arcface-loss", shared=("W",), labels=("y",))
def arcface_loss(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    s: float = 64.0,
    m: float = 0.5,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss of scaled cosines, the target's angle plus a margin, ``eq-arcface-loss``.

    .. math:: \ell(x, W, y) = -\log \frac{e^{s\,\psi(\theta_y)}}
        {e^{s\,\psi(\theta_y)} + \sum_{k \ne y} e^{s \cos\theta_k}}, \quad
        \psi(\theta) = \begin{cases} \cos(\theta + m) & \theta \le \pi - m \\
        \cos\theta - m \sin m & \theta > \pi - m \end{cases}

    Beyond pi - m the cosine of theta + m would rise again; the usual extension falls up to pi, with
    a jump down at pi - m.

    Args:
        x: features of any length, shape (N, d), d at least 1.
        W: class vectors of any length, shape (C, d), C at least 1.
        y: class labels 0..C-1, shape (N,).
        s: scale of the cosines, above 0.
        m: what the target's angle gains, in radians, from 0 to pi/2.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> x, W = [[0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> arcface_loss(x, W, [1], s=2, m=0.5, reduction="none").round(6).tolist()
        [0.159461]

    Source: Deng, Guo, Xue and Zafeiriou, ArcFace: Additive Angular Margin Loss for Deep Face
    Recognition, 2019, equation (3), which stops at the cosine of theta + m.
    """
    require_positive("s", s)
    head = _head(x, W, y, additive_angular_margin(m), x_length=s, W_length=1)
    return softmax_loss(head.logits, y, reduction=reduction)


def arcface_loss_grad(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    *,
    s: float = 64.0,
    m: float = 0.5,
    reduction: Reduction = "mean",
) -> tuple[Floats, Floats]:
    """Gradients of :func:`arcface_loss` with respect to x and to W."""
    require_positive("s", s)
    head = _head(x, W, y, additive_angular_margin(m), x_length=s, W_length=1)
    return _gradients(head, y, reduction)


def sign_and_piece(theta: Floats, m: int) -> tuple[Floats, Floats]:
    """Return (-1)^k and the number k of the piece of psi that holds each angle."""
    k = np.minimum(np.floor(m * theta / np.pi), m - 1)
    return 1 - 2 * (k % 2), k


def multiplicative_angular_margin(m: int, annealing: float) -> Margin:
    """Cosine of m theta, continued."""
    require_whole("m", m)
    require_non_negative("annealing", annealing)

    def margin(theta: Floats) -> tuple[Floats, Floats]:
        sign, _ = sign_and_piece(theta, m)
        psi = annealing * np.cos(theta) + l_softmax_psi(theta, m=m)
        fall = annealing * np.sin(theta) + sign * m * np.sin(m * theta)
        return psi / (1 + annealing), fall / (1 + annealing)

    return margin


def additive_cosine_margin(m: float) -> Margin:
    """Cosine of theta, less m."""
    require_non_negative("m", m)
    return lambda theta: (np.cos(theta) - m, np.sin(theta))


def additive_angular_margin(m: float) -> Margin:
    """Cosine of theta + m, continued beyond pi - m."""
    require_angular_margin("m", m)

    def margin(theta: Floats) -> tuple[Floats, Floats]:
        near = theta <= np.pi - m
        psi = np.where(near, np.cos(theta + m), np.cos(theta) - m * np.sin(m))
        return psi, np.where(near, np.sin(theta + m), np.sin(theta))

    return margin


class _Vectors(NamedTuple):
    """Vectors as rows, set to a length."""

    directions: Floats
    lengths: Floats  # that they get: their own, or the one that is set
    length_slope: float  # derivative of that length in the vector's own: 1, or 0 if it is set
    stretch: Floats  # that length over the vector's own


def _vectors(values: Floats, length: float | None) -> _Vectors:
    own = np.linalg.norm(values, axis=1, keepdims=True)
    # Divided by infinity, a zero vector stays zero.
    divisor = np.where(own > 0, own, np.inf)
    if length is None:
        return _Vectors(values / divisor, own, 1, np.ones_like(own))
    return _Vectors(values / divisor, length * (own > 0), 0, length / divisor)


class _Head(NamedTuple):
    """The logits, lengths times values, and what their gradients take."""

    logits: Floats
    features: _Vectors
    classes: _Vectors
    cosines: Floats
    values: Floats  # the cosines, psi in the target's column
    cosine_slopes: Floats  # derivatives of the values in the cosines


def _head(
    x: ArrayLike,
    W: ArrayLike,
    y: ArrayLike,
    margin: Margin,
    *,
    x_length: float | None = None,
    W_length: float | None = None,
    b: ArrayLike | None = None,
) -> _Head:
    """Normalise, take cosines, replace the target's column."""
    inputs, weights, labels = as_floats("x", x), as_floats("W", W), as_labels("y", y)
    require_class_vectors(inputs, weights)
    features, classes = _vectors(inputs, x_length), _vectors(weights, W_length)
    cosines = features.directions @ classes.directions.T
    require_class_labels("x", cosines, "y", labels)
    bias = np.zeros(weights.shape[0]) if b is None else as_floats("b", b)
    require_per_class("b", bias, weights.shape[0])

    targets, own = (np.arange(labels.size), labels), classes.directions[labels]
    # Exact near 0 and pi, where an arccos loses half of the digits.
    theta = 2 * np.arctan2(
        np.linalg.norm(features.directions - own, axis=1),
        np.linalg.norm(features.directions + own, axis=1),
    )
    values, cosine_slopes = cosines.copy(), np.ones_like(cosines)
    values[targets], fall = margin(theta)
    # d psi / d cos(theta) is -d psi / d theta over sin(theta); at 0 its direction is undefined.
    sine = np.sin(theta)
    cosine_slopes[targets] = np.divide(fall, sine, where=sine > 0, out=np.zeros_like(sine))
    lengths = features.lengths * classes.lengths.T
    cosine_slopes[lengths == 0] = 1  # a zero vector takes no margin
    return _Head(lengths * values + bias, features, classes, cosines, values, cosine_slopes)


def _gradients(head: _Head, y: ArrayLike, reduction: Reduction) -> tuple[Floats, Floats]:
    """Return the gradients of the reduced loss with respect to x and to W."""
    logit_slopes = softmax_loss_grad(head.logits, y, reduction=reduction)
    in_lengths, in_cosines = logit_slopes * head.values, logit_slopes * head.cosine_slopes
    return (
        _pull_back(head.features, head.classes, in_lengths, in_cosines, head.cosines),
        _pull_back(head.classes, head.features, in_lengths.T, in_cosines.T, head.cosines.T),
    )


def _pull_back(
    vectors: _Vectors, others: _Vectors, in_lengths: Floats, in_cosines: Floats, cosines: Floats
) -> Floats:
    """Return the gradient in ``vectors``, a row each, against ``others``, a column each.

    A logit is |v| |o| psi(cos theta). It changes with the length of v, along v's direction u, by
    |o| psi; and with u itself, towards the direction of o less cos theta u, by |o| psi'.
    """
    in_lengths, in_cosines = in_lengths * others.lengths.T, in_cosines * others.lengths.T
    radial: Floats = in_lengths.sum(axis=1, keepdims=True) * vectors.directions
    own_part = (in_cosines * cosines).sum(axis=1, keepdims=True) * vectors.directions
    tangential: Floats = in_cosines @ others.directions - own_part
    return vectors.length_slope * radial + vectors.stretch * tangential
