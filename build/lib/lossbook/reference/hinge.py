"""The hinge loss, its square and its form for many classes (section 1.5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    as_labels,
    require_class_labels,
    require_same_shape,
    require_signs,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.registry import implements


def margins(f: ArrayLike, y: ArrayLike) -> Floats:
    """Return the margins y f of scores f under labels y of -1 or +1."""
    scores, signs = as_floats("f", f), as_floats("y", y)
    require_same_shape("f", scores, "y", signs)
    require_signs("y", signs)
    return signs * scores


@implements("eq-hinge")
def hinge_loss(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""What the margin y f lacks of 1, equation ``eq-hinge``.

    .. math:: \ell(f, y) = \max(0, 1 - y f)

    It is 0 only where y f >= 1, not wherever the sign of f is right.

    Args:
        f: scores, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per score under ``"none"``.

    Example:
        >>> hinge_loss([0.25, 0.25, 3.0], [1, -1, 1], reduction="none").tolist()
        [0.75, 1.25, 0.0]

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 12.3.2.
    """
    return reduce(np.maximum(0, 1 - margins(f, y)), reduction)


@implements("eq-hinge-grad")
def hinge_loss_grad(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`hinge_loss` in f, equation ``eq-hinge-grad``.

    At the kink y f = 1 there is no derivative; of the subgradients from -y to 0, it is 0 that is
    returned: a sample on the margin asks for no step.
    """
    return reduce_grad(np.where(margins(f, y) < 1, -as_floats("y", y), 0), reduction)


@implements("eq-squared-hinge")
def squared_hinge_loss(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Square of the hinge loss, equation ``eq-squared-hinge``.

    .. math:: \ell(f, y) = \max(0, 1 - y f)^2

    Args:
        f: scores, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per score under ``"none"``.

    Example:
        >>> squared_hinge_loss([0.5, -1.0, 3.0], [1, 1, 1], reduction="none").tolist()
        [0.25, 4.0, 0.0]

    Source: Hsieh, Chang, Lin, Keerthi and Sundararajan, A Dual Coordinate Descent Method for
    Large-scale Linear SVM, 2008, section 1.
    """
    return reduce(np.maximum(0, 1 - margins(f, y)) ** 2, reduction)


@implements("eq-squared-hinge-grad")
def squared_hinge_loss_grad(f: ArrayLike, y: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`squared_hinge_loss` in f, equation ``eq-squared-hinge-grad``."""
    slopes = -2 * as_floats("y", y) * np.maximum(0, 1 - margins(f, y))
    return reduce_grad(slopes, reduction)


@implements("eq-multiclass-hinge", labels=("y",))
def multiclass_hinge_loss(
    z: ArrayLike, y: ArrayLike, *, ignore_index: int | None = None, reduction: Reduction = "mean"
) -> Floats:
    r"""What the best rival class lacks of staying 1 below the true one, ``eq-multiclass-hinge``.

    .. math:: \ell(z, y) = \max\left(0, 1 + \max_{k \ne y} z_k - z_y\right)

    This is Crammer and Singer's form, with the one best rival; PyTorch's ``multi_margin_loss`` is
    Weston and Watkins's: the sum over all rivals, there divided by C.

    Args:
        z: scores, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...).
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss, or one loss per label, of the shape of y, under ``"none"``; 0 for a single
        class.

    Example:
        >>> multiclass_hinge_loss([[3.0, 2.5, 0.0], [1.0, 5.0, 0.0]], [0, 0], reduction="none")
        array([0.5, 5. ])

    Source: Crammer and Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector
    Machines, Journal of Machine Learning Research 2, 2001, section 3.
    """
    leads, _, kept = best_rivals(z, y, ignore_index)
    return reduce(kept * np.maximum(0, 1 + leads), reduction, kept)


@implements("eq-multiclass-hinge-grad", labels=("y",))
def multiclass_hinge_loss_grad(
    z: ArrayLike, y: ArrayLike, *, ignore_index: int | None = None, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`multiclass_hinge_loss` in z, equation ``eq-multiclass-hinge-grad``.

    At a kink a subgradient is chosen: 0 where the true class leads by exactly 1, and of several
    best rivals the first takes the whole slope.
    """
    leads, lead_slopes, kept = best_rivals(z, y, ignore_index)
    slopes = (kept * (1 + leads > 0))[..., np.newaxis] * lead_slopes
    return np.moveaxis(reduce_grad(slopes, reduction, kept), -1, 1)


def best_rivals(
    z: ArrayLike, y: ArrayLike, ignore_index: int | None
) -> tuple[Floats, Floats, Floats]:
    """Return by how much the best rival class leads the true one, and the slopes of that lead.

    They are 1 for the rival and -1 for the true class, classes last; the third result is 1 for
    every label that is not ignored.
    """
    scores, labels = as_floats("z", z), as_labels("y", y)
    require_class_labels("z", scores, "y", labels, ignore_index)
    kept = labels != ignore_index  # all of them where it is None
    scores, classes = np.moveaxis(scores, 1, -1), np.arange(scores.shape[1])
    true = (labels * kept)[..., np.newaxis] == classes
    others = np.where(true, -np.inf, scores)  # never the best rival, unless there is none
    rival = others.argmax(axis=-1)[..., np.newaxis] == classes
    leads = others.max(axis=-1) - scores[true].reshape(labels.shape)
    return leads, 1.0 * rival - true, 1.0 * kept
