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
    Reduction,
    as_floats,
    as_labels,
    require_angular_margin,
    require_class_labels,
    require_class_vectors,
    require_non_negative,
    require_per_class,
    require_positive,
    require_whole,
)
from lossbook.reference.softmax import softmax_loss, softmax_loss_grad
from lossbook.registry import implements

# From the target's angles to psi and -d psi / d theta.
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

    Raises:
        TypeError: if theta is not real numbers.
        ValueError: if m is not a whole number of at least 1.

    Example:
        >>> (l_softmax_psi([0.0, np.pi / 4, np.pi / 2, np.pi], m=2) + 0.0).round(6).tolist()
        [1.0, 0.0, -1.0, -3.0]

    Source: Liu, Wen, Yu and Yang, Large-Margin Softmax Loss for Convolutional Neural Networks,
    2016, section 3.
    """
    angles = as_floats("theta", theta)
    require_whole("m", m)
    sign, k = _piece(angles, m)
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
        x: features, shape (N, d).
        W: class vectors, shape (C, d).
        y: class labels 0..C-1, shape (N,).
        m: how many times the target's angle counts, a whole number; 1 gives the softmax loss.
        annealing: at least 0; 0 is the loss as printed.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Raises:
        TypeError: if x or W is not real numbers or y not integers.
        ValueError: if the shapes are not (N, d), (C, d) and (N,), a label leaves 0..C-1, m is not a
            whole number of at least 1, annealing is negative or not finite, or an empty batch is
            averaged.

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
        x: features, shape (N, d).
        W: class vectors of any length, shape (C, d).
        y: class labels 0..C-1, shape (N,).
        m: how many times the target's angle counts, a whole number.
        annealing: at least 0, as in :func:`l_softmax_loss`; 0 is the loss as printed.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Raises:
        TypeError: if x or W is not real numbers or y not integers.
        ValueError: if the shapes are not (N, d), (C, d) and (N,), a label leaves 0..C-1, m is not a
            whole number of at least 1, annealing is negative or not finite, or an empty batch is
            averaged.

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
        x: features, shape (N, d).
        W: class vectors, shape (C, d).
        y: class labels 0..C-1, shape (N,).
        alpha: the length that every feature vector gets, above 0.
        b: one bias per class, shape (C,), or None for none.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Raises:
        TypeError: if x, W or b is not real numbers or y not integers.
        ValueError: if the shapes are not (N, d), (C, d), (N,) and (C,), a label leaves 0..C-1,
            alpha is not a finite number above 0, or an empty batch is averaged.

    Example:
        >>> x, W = [[0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> l2_softmax_loss(x, W, [1], alpha=2, reduction="none").round(6).tolist()
        [0.126928]

    Source: Ranjan, Castillo and Chellappa, L2-constrained Softmax Loss for Discriminative Face
    Verification, 2017, section 4.
    """
    return softmax_loss(_constrained(x, W, y, alpha, b).logits, y, reduction=reduction)


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
    return _gradients(_constrained(x, W, y, alpha, b), y, reduction)


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
        x: features of any length, shape (N, d).
        W: class vectors of any length, shape (C, d).
        y: class labels 0..C-1, shape (N,).
        s: scale of the cosines, above 0.
        m: what the target's cosine loses, at least 0.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Raises:
        TypeError: if x or W is not real numbers or y not integers.
        ValueError: if the shapes are not (N, d), (C, d) and (N,), a label leaves 0..C-1, s is not a
            finite number above 0, m is negative or not finite, or an empty batch is averaged.

    Example:
        >>> x, W = [[0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> am_softmax_loss(x, W, [1], s=2, m=0.5, reduction="none").round(6).tolist()
        [0.313262]

    Source: Wang, Cheng, Liu and Liu, Additive Margin Softmax for Face Verification, 2018,
    section 3.
    """
    return softmax_loss(
        _scaled(x, W, y, s, additive_cosine_margin(m)).logits, y, reduction=reduction
    )


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
    return _gradients(_scaled(x, W, y, s, additive_cosine_margin(m)), y, reduction)


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
        x: features of any length, shape (N, d).
        W: class vectors of any length, shape (C, d).
        y: class labels 0..C-1, shape (N,).
        s: scale of the cosines, above 0.
        m: what the target's angle gains, in radians, from 0 to pi/2.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Raises:
        TypeError: if x or W is not real numbers or y not integers.
        ValueError: if the shapes are not (N, d), (C, d) and (N,), a label leaves 0..C-1, s is not a
            finite number above 0, m leaves [0, pi/2], or an empty batch is averaged.

    Example:
        >>> x, W = [[0.0, 5.0]], [[1.0, 0.0], [0.0, 1.0]]
        >>> arcface_loss(x, W, [1], s=2, m=0.5, reduction="none").round(6).tolist()
        [0.159461]

    Source: Deng, Guo, Xue and Zafeiriou, ArcFace: Additive Angular Margin Loss for Deep Face
    Recognition, 2019, equation (3), which stops at the cosine of theta + m.
    """
    return softmax_loss(
        _scaled(x, W, y, s, additive_angular_margin(m)).logits, y, reduction=reduction
    )


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
    return _gradients(_scaled(x, W, y, s, additive_angular_margin(m)), y, reduction)


def _piece(theta: Floats, m: int) -> tuple[Floats, Floats]:
    """Return (-1)^k and the number k of the piece of psi that holds each angle."""
    k = np.minimum(np.floor(m * theta / np.pi), m - 1)
    return 1 - 2 * (k % 2), k


def multiplicative_angular_margin(m: int, annealing: float) -> Margin:
    """Cosine of m theta, continued."""
    require_whole("m", m)
    require_non_negative("annealing", annealing)

    def margin(theta: Floats) -> tuple[Floats, Floats]:
        sign, _ = _piece(theta, m)
        psi = annealing * np.cos(theta) + l_softmax_psi(theta, m=m)
        slope = annealing * np.sin(theta) + sign * m * np.sin(m * theta)
        return psi / (1 + annealing), slope / (1 + annealing)

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
    radial: float  # derivative of that length in the vector's own
    turning: Floats  # that length over the vector's own


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
    slopes: Floats  # their derivatives in the cosines


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
    values, slopes = cosines.copy(), np.ones_like(cosines)
    values[targets], fall = margin(theta)
    # d psi / d cos(theta) is -d psi / d theta over sin(theta); at 0 its direction is undefined.
    sine = np.sin(theta)
    slopes[targets] = np.divide(fall, sine, where=sine > 0, out=np.zeros_like(sine))
    lengths = features.lengths * classes.lengths.T
    slopes[lengths == 0] = 1  # a zero vector takes no margin
    return _Head(lengths * values + bias, features, classes, cosines, values, slopes)


def _constrained(
    x: ArrayLike, W: ArrayLike, y: ArrayLike, alpha: float, b: ArrayLike | None
) -> _Head:
    require_positive("alpha", alpha)
    return _head(x, W, y, additive_cosine_margin(0), x_length=alpha, b=b)


def _scaled(x: ArrayLike, W: ArrayLike, y: ArrayLike, s: float, margin: Margin) -> _Head:
    require_positive("s", s)
    return _head(x, W, y, margin, x_length=s, W_length=1)


def _gradients(head: _Head, y: ArrayLike, reduction: Reduction) -> tuple[Floats, Floats]:
    """Return the gradients of the reduced loss with respect to x and to W."""
    slopes = softmax_loss_grad(head.logits, y, reduction=reduction)
    along, across = slopes * head.values, slopes * head.slopes
    return (
        _pull_back(head.features, head.classes, along, across, head.cosines),
        _pull_back(head.classes, head.features, along.T, across.T, head.cosines.T),
    )


def _pull_back(
    vectors: _Vectors, others: _Vectors, along: Floats, across: Floats, cosines: Floats
) -> Floats:
    """Return the gradient in ``vectors``, a row each, against ``others``, a column each.

    A logit is |v| |o| psi(cos theta). It changes with the length of v, along v's direction u, by
    |o| psi; and with u itself, towards the direction of o less cos theta u, by |o| psi'.
    """
    along, across = along * others.lengths.T, across * others.lengths.T
    stretch: Floats = along.sum(axis=1, keepdims=True) * vectors.directions
    own_part = (across * cosines).sum(axis=1, keepdims=True) * vectors.directions
    turn: Floats = across @ others.directions - own_part
    return vectors.radial * stretch + vectors.turning * turn
