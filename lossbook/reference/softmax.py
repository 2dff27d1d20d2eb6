"""Softmax: cross-entropy, weights, temperature, focus (1.3.1-3, 1.3.9); Brier score (3.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook._checks import (
    Floats,
    as_floats,
    as_labels,
    require_absent,
    require_amounts,
    require_class_labels,
    require_classes_axis,
    require_distribution,
    require_labels,
    require_non_negative,
    require_per_class,
    require_positive,
    require_same_shape,
    require_scores,
    require_targets,
    require_unit_number,
    require_whole,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
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


@implements("eq-softmax-loss-soft-target", symbols={"y": "t"})
@implements("eq-softmax-loss", labels=("y",))
def softmax_loss(
    z: ArrayLike,
    y: ArrayLike,
    *,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Cross-entropy of a class label and a softmax, equation ``eq-softmax-loss``.

    .. math:: \ell(z, y) = -\log \frac{e^{z_y}}{\sum_{k=1}^C e^{z_k}}

    A target t that gives every class a probability takes the place of the label:

    .. math:: \ell(z, t) = -\sum_{k=1}^C t_k \log \frac{e^{z_k}}{\sum_{j=1}^C e^{z_j}}

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
        >>> float(softmax_loss([[0.0, 0.0], [1000.0, 0.0]], [1, 0], reduction="sum").round(6))
        0.693147

    Source: Bishop, Pattern Recognition and Machine Learning, 2006, equation (4.108), there the sum
    over the samples; label smoothing: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the
    Inception Architecture for Computer Vision, 2016, section 7.
    """
    logits, targets, counts = _logits_and_targets(z, y, None, ignore_index, label_smoothing)
    return reduce(_cross_entropies(log_softmax(logits), targets), reduction, counts)


@implements("eq-softmax-loss-soft-target-grad", symbols={"y": "t"})
@implements("eq-softmax-loss-grad", labels=("y",))
def softmax_loss_grad(
    z: ArrayLike,
    y: ArrayLike,
    *,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`softmax_loss` in z: p_k - [k = y], ``eq-softmax-loss-grad``."""
    logits, targets, counts = _logits_and_targets(z, y, None, ignore_index, label_smoothing)
    return _reduced_slopes(_cross_entropies_grad(logits, targets), reduction, counts)


@implements(
    "eq-weighted-softmax-loss",
    symbols={"weight": "w"},
    labels=("y",),
    fixed={"reduction": "sum"},
)
def weighted_softmax_loss(
    z: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss times the weight of the true class, ``eq-weighted-softmax-loss``.

    .. math:: \ell(z, y) = -w_y \log \frac{e^{z_y}}{\sum_{k=1}^C e^{z_k}}

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers; or a probability for every
            class, floating, of the shape of z.
        weight: one weight of at least 0 per class, shape (C,); a number weighs all classes alike.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        label_smoothing: as in :func:`softmax_loss`; each class's share has that class's weight.
        reduction: ``"mean"`` divides the summed losses by the summed weights of the labels that are
            not ignored, not by their number; but by N where y holds probabilities. ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> z, y = [[0.0, 0.0], [0.0, 0.0]], [0, 1]
        >>> float(weighted_softmax_loss(z, y, weight=[1, 3]).round(6))  # 4 log 2 over 4
        0.693147

    Source: PyTorch's documentation of ``torch.nn.CrossEntropyLoss``.
    """
    logits, targets, counts = _logits_and_targets(z, y, weight, ignore_index, label_smoothing)
    return reduce(_cross_entropies(log_softmax(logits), targets), reduction, counts)


@implements(
    "eq-weighted-softmax-loss-grad",
    symbols={"weight": "w"},
    labels=("y",),
    fixed={"reduction": "sum"},
)
def weighted_softmax_loss_grad(
    z: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`weighted_softmax_loss` in z, ``eq-weighted-softmax-loss-grad``."""
    logits, targets, counts = _logits_and_targets(z, y, weight, ignore_index, label_smoothing)
    return _reduced_slopes(_cross_entropies_grad(logits, targets), reduction, counts)


@implements(
    "eq-label-smoothing", symbols={"label_smoothing": "varepsilon", "classes": "C"}, labels=("y",)
)
def smoothed_target(y: ArrayLike, *, classes: int, label_smoothing: float) -> Floats:
    r"""Target of class labels that leaves a part of 1 to all classes, ``eq-label-smoothing``.

    .. math:: t_k = (1 - \varepsilon) [k = y] + \frac{\varepsilon}{C}

    Args:
        y: class labels 0..C-1, any shape.
        classes: C, the number of classes.
        label_smoothing: the part that is shared out, from 0 to 1.

    Returns:
        One distribution per label, shape (..., C).

    Example:
        >>> smoothed_target([1], classes=4, label_smoothing=0.2).round(6).tolist()
        [[0.05, 0.85, 0.05, 0.05]]

    Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception Architecture for
    Computer Vision, 2016, section 7.
    """
    require_unit_number("label_smoothing", label_smoothing)
    require_whole("classes", classes)
    labels = as_labels("y", y)
    require_labels("y", labels, classes)
    return (1 - label_smoothing) * one_hot(labels, classes) + label_smoothing / classes


@implements("eq-soft-softmax-loss", symbols={"temperature": "T"}, labels=("y",))
def soft_softmax_loss(
    z: ArrayLike,
    y: ArrayLike,
    *,
    temperature: float,
    ignore_index: int | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss of logits divided by a temperature, equation ``eq-soft-softmax-loss``.

    .. math:: \ell(z, y) = -\log \frac{e^{z_y / T}}{\sum_{k=1}^C e^{z_k / T}}

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
        >>> float(soft_softmax_loss([[0.0, np.log(9.0)]], [0], temperature=2).round(6))  # -log 1/4
        1.386294

    Source: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015,
    equation (1).
    """
    logits, targets, counts = _logits_and_targets(z, as_labels("y", y), None, ignore_index, 0)
    require_positive("temperature", temperature)
    return reduce(_cross_entropies(log_softmax(logits, temperature), targets), reduction, counts)


@implements("eq-soft-softmax-loss-grad", symbols={"temperature": "T"}, labels=("y",))
def soft_softmax_loss_grad(
    z: ArrayLike,
    y: ArrayLike,
    *,
    temperature: float,
    ignore_index: int | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`soft_softmax_loss` in z: (p_k - [k = y]) / T."""
    logits, targets, counts = _logits_and_targets(z, as_labels("y", y), None, ignore_index, 0)
    require_positive("temperature", temperature)
    slopes = _cross_entropies_grad(logits, targets, temperature) / temperature
    return _reduced_slopes(slopes, reduction, counts)


@implements("eq-distillation-loss", symbols={"teacher_z": "v", "temperature": "T"})
def distillation_loss(
    z: ArrayLike, teacher_z: ArrayLike, *, temperature: float, reduction: Reduction = "mean"
) -> Floats:
    r"""Divergence of a student's softmax from its teacher's, ``eq-distillation-loss``.

    .. math:: \ell(z, v) = T^2 \sum_{k=1}^C p_k \log \frac{p_k}{q_k}, \quad
        p = \mathrm{softmax}(v / T), \quad q = \mathrm{softmax}(z / T)

    The factor T² keeps the size of the gradient, which the two divisions by T shrink.

    Args:
        z: the student's logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        teacher_z: the teacher's logits v, the same shape.
        temperature: T above 0.
        reduction: ``"mean"`` or ``"sum"`` over the distributions, or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per distribution, shape (N,) or (N, d1, ...), under
        ``"none"``.

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
    return _reduced_slopes(slopes, reduction)


@implements("eq-focal-loss", labels=("y",))
def focal_loss(
    z: ArrayLike,
    y: ArrayLike,
    *,
    gamma: float = 2.0,
    alpha: ArrayLike | None = None,
    ignore_index: int | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    r"""Softmax loss that fades where the true class is already likely, ``eq-focal-loss``.

    .. math:: \ell(z, y) = -\alpha_y (1 - p_y)^\gamma \log p_y, \quad
        p_k = \frac{e^{z_k}}{\sum_{j=1}^C e^{z_j}}

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers.
        gamma: focus, at least 0; 0 gives the softmax loss.
        alpha: one weight of at least 0 per class, shape (C,); a number weighs all classes alike,
            None weighs none.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored, whatever alpha
            is; ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss in nats, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> float(focal_loss([[0.0, 0.0]], [1], gamma=2).round(6))  # a quarter of log 2
        0.173287

    Source: Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection, 2017,
    equation (5), there for two classes.
    """
    logits, labels, kept = _logits_and_labels(z, y, ignore_index)
    require_non_negative("gamma", gamma)
    log_p, rest, weights = _true_class(logits, labels, alpha)
    return reduce(kept * weights * focal_term(log_p, rest, gamma), reduction, kept)


@implements("eq-focal-loss-grad", labels=("y",))
def focal_loss_grad(
    z: ArrayLike,
    y: ArrayLike,
    *,
    gamma: float = 2.0,
    alpha: ArrayLike | None = None,
    ignore_index: int | None = None,
    reduction: Reduction = "mean",
) -> Floats:
    """Gradient of :func:`focal_loss` in z, equation ``eq-focal-loss-grad``.

    The log-odds of the true class, log(p_y / (1 - p_y)), have the derivative 1 in z_y and
    -p_k / (1 - p_y) in the other logits: the chain rule does the rest.
    """
    logits, labels, kept = _logits_and_labels(z, y, ignore_index)
    require_non_negative("gamma", gamma)
    log_p, rest, weights = _true_class(logits, labels, alpha)
    others = np.exp(log_softmax(logits))
    # Where 1 - p_y is 0, so is the slope, and the shares of the others do not matter.
    shares = np.divide(
        others, rest[..., np.newaxis], where=rest[..., np.newaxis] > 0, out=0 * others
    )
    log_odds_slopes = np.where(one_hot(labels, logits.shape[-1]) > 0, 1, -shares)
    slopes = kept * weights * focal_term_grad(log_p, rest, gamma)
    return _reduced_slopes(slopes[..., np.newaxis] * log_odds_slopes, reduction, kept)


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


@implements("eq-brier", labels=("y",))
def brier_loss(
    z: ArrayLike, y: ArrayLike, *, ignore_index: int | None = None, reduction: Reduction = "mean"
) -> Floats:
    r"""Squared distance of the softmax from the label, the Brier score, equation ``eq-brier``.

    .. math:: \ell(z, y) = \sum_{k=1}^C (p_k - [k = y])^2, \quad
        p_k = \frac{e^{z_k}}{\sum_{j=1}^C e^{z_j}}

    Args:
        z: logits, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), integers.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss, from 0 to 2, or one loss per label, of the shape of y, under ``"none"``.

    Example:
        >>> float(brier_loss([[0.0, 0.0]], [1]))
        0.5

    Source: Brier, Verification of Forecasts Expressed in Terms of Probability, 1950.
    """
    _, errors, kept = _probability_errors(z, y, ignore_index)
    return reduce(kept * (errors**2).sum(axis=-1), reduction, kept)


@implements("eq-brier-grad", labels=("y",))
def brier_loss_grad(
    z: ArrayLike, y: ArrayLike, *, ignore_index: int | None = None, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`brier_loss` in z, equation ``eq-brier-grad``."""
    p, errors, kept = _probability_errors(z, y, ignore_index)
    slopes = 2 * p * (errors - (p * errors).sum(axis=-1, keepdims=True))
    return _reduced_slopes(kept[..., np.newaxis] * slopes, reduction, kept)


def log_softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Logarithm of the softmax on the last axis."""
    # Softmax does not change when all logits shift; after this shift no exponential overflows.
    shifted = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    log_p: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return log_p


def _cross_entropies(log_p: Floats, targets: Floats) -> Floats:
    """Return -sum_k t_k log p_k; a class without a share in the target adds nothing."""
    total: Floats = -(targets * np.where(targets > 0, log_p, 0)).sum(axis=-1)
    return total + 0.0  # no -0.0


def _cross_entropies_grad(logits: Floats, targets: Floats, temperature: float = 1.0) -> Floats:
    """Return the gradients in the logits: p_k sum_j t_j - t_k, for weighted shares of any sum."""
    p = np.exp(log_softmax(logits, temperature))
    slopes: Floats = p * targets.sum(axis=-1, keepdims=True) - targets
    return slopes


def _reduced_slopes(slopes: Floats, reduction: Reduction, counts: Floats | None = None) -> Floats:
    """Reduce the gradients (N, d1, ..., C), and return them as the logits stood: (N, C, ...)."""
    reduced = reduce_grad(slopes, reduction, counts, entries=slopes.shape[-1])
    gradient: Floats = np.moveaxis(reduced, -1, 1)
    return gradient


def focal_term(log_p: Floats, rest: Floats, gamma: float) -> Floats:
    """Return -(1 - p)^gamma log p, given log p and 1 - p."""
    return -(rest**gamma) * log_p + 0.0  # no -0.0


def focal_term_grad(log_p: Floats, rest: Floats, gamma: float) -> Floats:
    """Return its derivative in the log-odds log p - log(1 - p), in which dp = p (1 - p)."""
    return rest**gamma * (gamma * np.exp(log_p) * log_p - rest)


def one_hot(labels: Labels, classes: int) -> Floats:
    """Return 1 for each label's class and 0 for the others, classes on the last axis."""
    matrix: Floats = (labels[..., np.newaxis] == np.arange(classes)).astype(float)
    return matrix


def _true_class(
    logits: Floats, labels: Labels, alpha: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return log p_y, 1 - p_y and the weight of the true class, for each label."""
    log_p, true = log_softmax(logits), one_hot(labels, logits.shape[-1])
    weights = _class_weights("alpha", alpha, logits)[labels]
    # The sum of the other classes keeps the digits that 1 - p_y loses as p_y tends to 1.
    rest: Floats = (np.exp(log_p) * (1 - true)).sum(axis=-1)
    return -_cross_entropies(log_p, true), rest, weights


def _logits_and_labels(
    z: ArrayLike, y: ArrayLike, ignore_index: int | None
) -> tuple[Floats, Labels, Floats]:
    """Return the logits, classes last; the labels, 0 for the ignored ones; and 1 for the others."""
    logits, labels = as_floats("z", z), as_labels("y", y)
    require_class_labels("z", logits, "y", labels, ignore_index)
    kept = labels != ignore_index  # all of them where it is None
    return np.moveaxis(logits, 1, -1), labels * kept, 1.0 * kept


def _probability_errors(
    z: ArrayLike, y: ArrayLike, ignore_index: int | None
) -> tuple[Floats, Floats, Floats]:
    """Return the softmax, how far it is from the label, classes last, and which labels count."""
    logits, labels, kept = _logits_and_labels(z, y, ignore_index)
    p = np.exp(log_softmax(logits))
    return p, p - one_hot(labels, logits.shape[-1]), kept


def _logits_and_targets(
    z: ArrayLike,
    y: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int | None,
    label_smoothing: float,
) -> tuple[Floats, Floats, Floats]:
    """Return the logits, classes last; the targets w_k t_k; and what each counts in a mean."""
    require_unit_number("label_smoothing", label_smoothing)
    if np.asarray(y).dtype.kind == "f" and np.shape(y) == np.shape(z):
        logits, targets = as_floats("z", z), as_floats("y", y)
        require_scores("z", logits)
        require_absent("ignore_index", ignore_index, "where y holds probabilities")
        logits, targets = np.moveaxis(logits, 1, -1), np.moveaxis(targets, 1, -1)
        require_distribution("y", targets)
        targets = (1 - label_smoothing) * targets + label_smoothing / logits.shape[-1]
        weights, counts = _class_weights("weight", weight, logits), np.ones(logits.shape[:-1])
        return logits, weights * targets, counts
    logits, labels, kept = _logits_and_labels(z, y, ignore_index)
    targets = smoothed_target(labels, classes=logits.shape[-1], label_smoothing=label_smoothing)
    weights = _class_weights("weight", weight, logits)
    return logits, kept[..., np.newaxis] * weights * targets, kept * weights[labels]


def _class_weights(name: str, weight: ArrayLike | None, logits: Floats) -> Floats:
    """Return one weight per class of logits whose classes stand last; None is 1."""
    classes = logits.shape[-1]
    weights = as_floats(name, 1 if weight is None else weight)
    weights = np.full(classes, weights) if weights.ndim == 0 else weights
    require_per_class(name, weights, classes)
    require_amounts(name, weights, "weights")
    return weights


def _student_and_teacher(
    z: ArrayLike, teacher_z: ArrayLike, temperature: float
) -> tuple[Floats, Floats]:
    """Return log q of the student and log p of the teacher, classes last."""
    student, teacher = as_floats("z", z), as_floats("teacher_z", teacher_z)
    require_scores("z", student)
    require_same_shape("z", student, "teacher_z", teacher)
    require_positive("temperature", temperature)
    student, teacher = np.moveaxis(student, 1, -1), np.moveaxis(teacher, 1, -1)
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
