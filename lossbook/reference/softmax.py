"""Softmax, its cross-entropy, class weights, temperature and focus (sections 1.3.1-3, 1.3.9)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook._checks import (
    Floats,
    as_floats,
    as_labels,
    require_class_labels,
    require_class_weights,
    require_classes_axis,
    require_non_negative,
    require_positive,
    require_same_shape,
    require_scores,
    require_targets,
    require_unit_number,
)
from lossbook._reduction import Reduction, reduce, reduce_grad, weight_divisor
from lossbook.reference.cross_entropy import sigmoid
from lossbook.registry import implements

Labels = NDArray[np.int64]


@implements("eq-softmax", fixed={"temperature": 1})
def softmax(z: ArrayLike, *, temperature: float = 1.0) -> Floats:
    r"""Distribution over the classes from logits, equation ``eq-softmax`` at temperature 1.

    .. math:: p_k = \frac{e^{z_k / T}}{\sum_{j=1}^C e^{z_j / T}}

    Args:
        z: logits, classes on the last axis, shape (..., C), C at least 1.
        temperature: T above 0; a larger T makes the probabilities differ less.

    Returns:
        One distribution per row of logits, the same shape.

    Example:
        >>> softmax([0.0, np.log(3.0)]).round(6).tolist()
        [0.25, 0.75]

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.104); with a
    temperature, Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    equation (1).
    """
    logits = as_floats("z", z)
    require_classes_axis("z", logits)
    require_positive("temperature", temperature)
    return np.exp(log_softmax(logits, temperature))


def softmax_grad(z: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Jacobian of :func:`softmax`, shape (..., C, C): p_k ([k = j] - p_j) / T in row k, column j.

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.106).
    """
    p = softmax(z, temperature=temperature)
    rows, columns = p[..., :, np.newaxis], p[..., np.newaxis, :]
    return rows * (np.eye(p.shape[-1]) - columns) / temperature


@implements("eq-softmax-loss", labels=("y",))
def softmax_loss(z: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Cross-entropy of a class label and a softmax, equation ``eq-softmax-loss``.

    .. math:: \ell(z, y) = -\log \frac{e^{z_y}}{\sum_{k=1}^C e^{z_k}}

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,).
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> float(softmax_loss([[0.0, 0.0], [1000.0, 0.0]], [1, 0], reduction="sum").round(6))
        0.693147

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.108), there the sum
    over the samples.
    """
    logits, labels = _logits_and_labels(z, y)
    return reduce(_negative_log_likelihood(logits, labels), reduction)


@implements("eq-softmax-loss-grad", labels=("y",))
def softmax_loss_grad(z: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`softmax_loss` in z: p_k - [k = y], ``eq-softmax-loss-grad``."""
    logits, labels = _logits_and_labels(z, y)
    return reduce_grad(
        _negative_log_likelihood_grad(logits, labels), reduction, entries=logits.shape[1]
    )


@implements(
    "eq-weighted-softmax-loss",
    symbols={"weight": "w"},
    labels=("y",),
    fixed={"reduction": "sum"},
)
def weighted_softmax_loss(
    z: ArrayLike, y: ArrayLike, *, weight: ArrayLike, reduction: Reduction = "mean"
) -> Floats:
    r"""Softmax loss times the weight of the true class, ``eq-weighted-softmax-loss``.

    .. math:: \ell(z, y) = -w_y \log \frac{e^{z_y}}{\sum_{k=1}^C e^{z_k}}

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,).
        weight: one weight of at least 0 per class, shape (C,).
        reduction: ``"mean"`` divides the summed losses by the summed weights of the labels, not by
            N; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> z, y, weight = [[0.0, 0.0], [0.0, np.log(3.0)]], [0, 1], [1.0, 3.0]
        >>> weighted_softmax_loss(z, y, weight=weight, reduction="none").round(6).tolist()
        [0.693147, 0.863046]
        >>> float(weighted_softmax_loss(z, y, weight=weight).round(6))  # the sum over 4
        0.389048

    Source: PyTorch's documentation of ``torch.nn.CrossEntropyLoss``, for class labels.
    """
    logits, labels = _logits_and_labels(z, y)
    weights = _class_weights("weight", weight, logits)[labels]
    losses = weights * _negative_log_likelihood(logits, labels)
    return reduce(losses, reduction) / weight_divisor(weights, reduction)


@implements(
    "eq-weighted-softmax-loss-grad",
    symbols={"weight": "w"},
    labels=("y",),
    fixed={"reduction": "sum"},
)
def weighted_softmax_loss_grad(
    z: ArrayLike, y: ArrayLike, *, weight: ArrayLike, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`weighted_softmax_loss` in z, ``eq-weighted-softmax-loss-grad``."""
    logits, labels = _logits_and_labels(z, y)
    weights = _class_weights("weight", weight, logits)[labels]
    slopes = weights[:, np.newaxis] * _negative_log_likelihood_grad(logits, labels)
    return reduce_grad(slopes, reduction, entries=logits.shape[1]) / weight_divisor(
        weights, reduction
    )


@implements("eq-soft-softmax-loss", symbols={"temperature": "T"}, labels=("y",))
def soft_softmax_loss(
    z: ArrayLike, y: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> Floats:
    r"""Softmax loss of logits divided by a temperature, equation ``eq-soft-softmax-loss``.

    .. math:: \ell(z, y) = -\log \frac{e^{z_y / T}}{\sum_{k=1}^C e^{z_k / T}}

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,).
        temperature: T above 0; 1 gives :func:`softmax_loss`.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> float(soft_softmax_loss([[0.0, np.log(9.0)]], [0], temperature=2).round(6))  # -log 1/4
        1.386294

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    equation (1).
    """
    logits, labels = _logits_and_labels(z, y)
    require_positive("temperature", temperature)
    return reduce(_negative_log_likelihood(logits, labels, temperature), reduction)


@implements("eq-soft-softmax-loss-grad", symbols={"temperature": "T"}, labels=("y",))
def soft_softmax_loss_grad(
    z: ArrayLike, y: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`soft_softmax_loss` in z: (p_k - [k = y]) / T."""
    logits, labels = _logits_and_labels(z, y)
    require_positive("temperature", temperature)
    slopes = _negative_log_likelihood_grad(logits, labels, temperature) / temperature
    return reduce_grad(slopes, reduction, entries=logits.shape[1])


@implements("eq-distillation-loss", symbols={"teacher_z": "v", "temperature": "T"})
def distillation_loss(
    z: ArrayLike, teacher_z: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> Floats:
    r"""Divergence of a student's softmax from its teacher's, ``eq-distillation-loss``.

    .. math:: \ell(z, v) = T^2 \sum_{k=1}^C p_k \log \frac{p_k}{q_k}, \quad
        p = \mathrm{softmax}(v / T), \quad q = \mathrm{softmax}(z / T)

    The factor T² keeps the size of the gradient, which the two divisions by T shrink.

    Args:
        z: the student's logits, shape (N, C), C at least 1.
        teacher_z: the teacher's logits v, the same shape.
        temperature: T above 0.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> float(distillation_loss([[0.0, 0.0]], [[0.0, np.log(3.0)]], temperature=1).round(6))
        0.130812

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    section 2, up to the teacher's entropy, which the student does not change.
    """
    log_q, log_p = _student_and_teacher(z, teacher_z, temperature)
    p = np.exp(log_p)
    # A class that the teacher gives 0 adds nothing, whatever the student gives it.
    logs = np.subtract(log_p, log_q, where=p > 0, out=np.zeros_like(p))
    return reduce(temperature**2 * (p * logs).sum(axis=-1), reduction)


@implements("eq-distillation-loss-grad", symbols={"teacher_z": "v", "temperature": "T"})
def distillation_loss_grad(
    z: ArrayLike, teacher_z: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`distillation_loss` in z: T (q_k - p_k), ``eq-distillation-loss-grad``."""
    log_q, log_p = _student_and_teacher(z, teacher_z, temperature)
    slopes = temperature * (np.exp(log_q) - np.exp(log_p))
    return reduce_grad(slopes, reduction, entries=slopes.shape[1])


@implements("eq-focal-loss", labels=("y",))
def focal_loss(
    z: ArrayLike,
    y: ArrayLike,
    *,
    gamma: float = 2.0,
    alpha: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss that fades where the true class is already likely, ``eq-focal-loss``.

    .. math:: \ell(z, y) = -\alpha_y (1 - p_y)^\gamma \log p_y, \quad
        p_k = \frac{e^{z_k}}{\sum_{j=1}^C e^{z_j}}

    Args:
        z: logits, shape (N, C), C at least 1.
        y: class labels 0..C-1, shape (N,).
        gamma: focus, at least 0; 0 gives the softmax loss.
        alpha: one weight of at least 0 per class, shape (C,); None weighs none.
        reduction: ``"mean"`` divides by N, whatever alpha is; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per sample, shape (N,), under ``"none"``.

    Example:
        >>> float(focal_loss([[0.0, 0.0]], [1], gamma=2).round(6))  # a quarter of log 2
        0.173287

    Source: Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017,
    equation (5), there for two classes.
    """
    logits, labels = _logits_and_labels(z, y)
    require_non_negative("gamma", gamma)
    log_p, rest, weights = _log_p_and_weights(logits, labels, alpha)
    return reduce(weights * focal_term(log_p, rest, gamma), reduction)


@implements("eq-focal-loss-grad", labels=("y",))
def focal_loss_grad(
    z: ArrayLike,
    y: ArrayLike,
    *,
    gamma: float = 2.0,
    alpha: ArrayLike | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`focal_loss` in z, equation ``eq-focal-loss-grad``.

    The log-odds of the true class, z_y - log sum_{k != y} e^{z_k}, have the derivative 1 in z_y and
    -p_k / (1 - p_y) in the other logits: the chain rule does the rest.
    """
    logits, labels = _logits_and_labels(z, y)
    require_non_negative("gamma", gamma)
    log_p, rest, weights = _log_p_and_weights(logits, labels, alpha)
    others = np.exp(log_softmax(logits))
    # Where 1 - p_y is 0, so is the slope, and the shares of the others do not matter.
    turns = -np.divide(
        others, rest[:, np.newaxis], where=rest[:, np.newaxis] > 0, out=np.zeros_like(others)
    )
    turns[np.arange(labels.size), labels] = 1
    slopes = weights * focal_term_grad(log_p, rest, gamma)
    return reduce_grad(slopes[:, np.newaxis] * turns, reduction, entries=logits.shape[1])


@implements("eq-sigmoid-focal-loss")
def sigmoid_focal_loss(
    s: ArrayLike,
    y: ArrayLike,
    *,
    gamma: float = 2.0,
    alpha: float | None = 0.25,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Focal loss of a Bernoulli target and a sigmoid, equation ``eq-sigmoid-focal-loss``.

    .. math:: \ell(s, y) = -\alpha\, y\, (1 - \sigma(s))^\gamma \log\sigma(s)
        - (1 - \alpha) (1 - y)\, \sigma(s)^\gamma \log(1 - \sigma(s))

    Args:
        s: logits, shape (N,) or any other shape.
        y: targets in [0, 1], the same shape; between 0 and 1 the loss is linear in y.
        gamma: focus, at least 0.
        alpha: weight in [0, 1] of y = 1, 1 - alpha being that of y = 0; None weighs neither.
        reduction: ``"mean"`` over all logits, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per logit under ``"none"``.

    Example:
        >>> sigmoid_focal_loss([0.0, 0.0], [1, 0], reduction="none").round(6).tolist()
        [0.043322, 0.129965]

    Source: Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017,
    equation (5), there for labels alone; the paper divides by the number of anchors assigned to an
    object, not by the number of logits.
    """
    logits, positive, negative = _class_weighted_targets(s, y, gamma, alpha)
    log_p, log_rest = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    hit = focal_term(log_p, sigmoid(-logits), gamma)
    miss = focal_term(log_rest, sigmoid(logits), gamma)
    return reduce(positive * hit + negative * miss, reduction)


@implements("eq-sigmoid-focal-loss-grad")
def sigmoid_focal_loss_grad(
    s: ArrayLike,
    y: ArrayLike,
    *,
    gamma: float = 2.0,
    alpha: float | None = 0.25,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`sigmoid_focal_loss` in s, equation ``eq-sigmoid-focal-loss-grad``."""
    logits, positive, negative = _class_weighted_targets(s, y, gamma, alpha)
    log_p, log_rest = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
    hit = focal_term_grad(log_p, sigmoid(-logits), gamma)
    miss = -focal_term_grad(log_rest, sigmoid(logits), gamma)
    return reduce_grad(positive * hit + negative * miss, reduction)


def log_softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Logarithm of the softmax on the last axis."""
    # Softmax does not change when all logits shift; after this shift no exponential overflows.
    shifted = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    log_p: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return log_p


def _negative_log_likelihood(logits: Floats, labels: Labels, temperature: float = 1.0) -> Floats:
    """Return -log p_y of each sample."""
    picked: Floats = log_softmax(logits, temperature)[np.arange(labels.size), labels]
    return -picked + 0.0  # no -0.0


def _negative_log_likelihood_grad(
    logits: Floats, labels: Labels, temperature: float = 1.0
) -> Floats:
    """Return p_k - [k = y] of each sample."""
    slopes = np.exp(log_softmax(logits, temperature))
    slopes[np.arange(labels.size), labels] -= 1
    return slopes


def focal_term(log_p: Floats, rest: Floats, gamma: float) -> Floats:
    """Return -(1 - p)^gamma log p, given log p and 1 - p."""
    return -(rest**gamma) * log_p + 0.0  # no -0.0


def focal_term_grad(log_p: Floats, rest: Floats, gamma: float) -> Floats:
    """Return its derivative in the log-odds log p - log(1 - p), in which dp = p (1 - p)."""
    return rest**gamma * (gamma * np.exp(log_p) * log_p - rest)


def _log_p_and_weights(
    logits: Floats, labels: Labels, alpha: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return log p_y, 1 - p_y and the class weight of each sample."""
    p = np.exp(log_softmax(logits))
    p[np.arange(labels.size), labels] = 0
    ones = np.ones(logits.shape[1])
    weights = ones if alpha is None else _class_weights("alpha", alpha, logits)
    # The sum of the other classes keeps the digits that 1 - p_y loses as p_y tends to 1.
    return -_negative_log_likelihood(logits, labels), p.sum(axis=-1), weights[labels]


def _logits_and_labels(z: ArrayLike, y: ArrayLike) -> tuple[Floats, Labels]:
    logits, labels = as_floats("z", z), as_labels("y", y)
    require_class_labels("z", logits, "y", labels)
    return logits, labels


def _class_weights(name: str, weight: ArrayLike, logits: Floats) -> Floats:
    weights = as_floats(name, weight)
    require_class_weights(name, weights, logits.shape[1])
    return weights


def _student_and_teacher(
    z: ArrayLike, teacher_z: ArrayLike, temperature: float
) -> tuple[Floats, Floats]:
    """Return log q of the student and log p of the teacher."""
    student, teacher = as_floats("z", z), as_floats("teacher_z", teacher_z)
    require_scores("z", student)
    require_same_shape("z", student, "teacher_z", teacher)
    require_positive("temperature", temperature)
    return log_softmax(student, temperature), log_softmax(teacher, temperature)


def _class_weighted_targets(
    s: ArrayLike, y: ArrayLike, gamma: float, alpha: float | None
) -> tuple[Floats, Floats, Floats]:
    """Return the logits and the weights of both classes, alpha y and (1 - alpha) (1 - y)."""
    logits, targets = as_floats("s", s), as_floats("y", y)
    require_targets("s", logits, "y", targets)
    require_non_negative("gamma", gamma)
    if alpha is None:
        return logits, targets, 1 - targets
    require_unit_number("alpha", alpha)
    return logits, alpha * targets, (1 - alpha) * (1 - targets)
