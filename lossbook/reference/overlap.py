"""Losses on an overlap: Dice loss of masks (section 1.3.2), GIoU loss of boxes (2.3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import (
    Floats,
    as_floats,
    require_boxes,
    require_maps,
    require_positive,
    require_same_shape,
    require_targets,
)
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.reference.cross_entropy import sigmoid
from lossbook.registry import implements

# Left and top edge turned around, all four edges grow outwards.
_OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])


@implements("eq-dice", symbols={"smooth": "epsilon"})
def dice_loss(
    s: ArrayLike, y: ArrayLike, *, smooth: float = 1, reduction: Reduction = "mean"
) -> Floats:
    r"""What a mask of probabilities lacks of the true one in overlap, soft Dice, ``eq-dice``.

    .. math:: \ell(s, y) = 1 - \frac{2 \sum_{u=1}^U \sigma(s_u) y_u + \epsilon}
        {\sum_{u=1}^U \sigma(s_u)^2 + \sum_{u=1}^U y_u^2 + \epsilon}

    Args:
        s: logits of masks, shape (N, d1, ...), with at least one pixel for each of the N masks.
        y: true masks in [0, 1], the same shape.
        smooth: added to both sides of the fraction, above 0; it settles masks without a pixel.
        reduction: ``"mean"`` or ``"sum"`` over the masks, or ``"none"``.

    Returns:
        The reduced loss, from 0 to 1, or one loss per mask, shape (N,), under ``"none"``.

    Example:
        >>> round(float(dice_loss([[0.0, 0.0, 0.0, 0.0]], [[1, 1, 0, 0]])), 4)
        0.25

    Source: Milletari, Navab and Ahmadi, V-Net: Fully Convolutional Neural Networks for Volumetric
    Medical Image Segmentation, 2016, section 3, there without the smoothing.
    """
    p, masks = _masks(s, y, smooth)
    shared, size = _dice_parts(p, masks, smooth)
    return reduce(1 - shared / size, reduction)


@implements("eq-dice-grad", symbols={"smooth": "epsilon"})
def dice_loss_grad(
    s: ArrayLike, y: ArrayLike, *, smooth: float = 1, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`dice_loss` in s, equation ``eq-dice-grad``."""
    p, masks = _masks(s, y, smooth)
    every_pixel = (..., *(np.newaxis,) * (p.ndim - 1))
    shared, size = (part[every_pixel] for part in _dice_parts(p, masks, smooth))
    slopes = 2 * p * (1 - p) * (shared * p / size - masks) / size
    return reduce_grad(slopes, reduction, entries=slopes[0].size)


@implements("eq-giou")
def giou_loss(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    r"""Generalised intersection over union of two boxes, taken from 1, equation ``eq-giou``.

    .. math:: \ell(x, t) = 1 - \frac{I}{U} + \frac{E - U}{E}

    with the areas of the boxes' intersection I, of their union U and of the smallest box E around
    both.

    Args:
        x: predicted boxes, shape (..., 4): left, top, right and bottom edge, with left below right
            and top below bottom.
        t: true boxes, the same shape.
        reduction: ``"mean"`` or ``"sum"`` over the boxes, or ``"none"``.

    Returns:
        The reduced loss, from 0 to 2, or one loss per box, shape (...), under ``"none"``.

    Example:
        >>> giou_loss([[0, 0, 2, 2], [0, 0, 1, 1]], [[0, 0, 2, 1], [3, 0, 4, 1]], reduction="none")
        array([0.5, 1.5])

    Source: Rezatofighi, Tsoi, Gwak, Sadeghian, Reid and Savarese, Generalized Intersection over
    Union: A Metric and A Loss for Bounding Box Regression, 2019, algorithm 1.
    """
    edges, true_edges = _outward_edges("x", x), _outward_edges("t", t)
    require_same_shape("x", edges, "t", true_edges)
    shared, union, around = _areas(edges, true_edges)
    return reduce(1 - shared / union + (around - union) / around, reduction)


@implements("eq-giou-grad")
def giou_loss_grad(x: ArrayLike, t: ArrayLike, *, reduction: Reduction = "mean") -> Floats:
    """Gradient of :func:`giou_loss` in x, equation ``eq-giou-grad``.

    Where two edges meet there is no derivative: the middle of both sides' slopes is returned, as
    PyTorch's maximum does. Boxes that only touch count as apart.
    """
    edges, true_edges = _outward_edges("x", x), _outward_edges("t", t)
    require_same_shape("x", edges, "t", true_edges)
    shared, union, around = (area[..., np.newaxis] for area in _areas(edges, true_edges))
    inner = _sides(np.minimum(edges, true_edges))
    inside = np.heaviside(true_edges - edges, 0.5)
    # An edge that moves outwards by one adds the length of the other side to an area.
    size_slope = _other_sides(_sides(edges))
    shared_slope = inside * _other_sides(np.maximum(inner, 0)) * np.tile(inner > 0, 2)
    around_slope = (1 - inside) * _other_sides(_sides(np.maximum(edges, true_edges)))
    slopes = (
        -shared_slope / union
        + (shared / union**2 - 1 / around) * (size_slope - shared_slope)
        + union / around**2 * around_slope
    )
    return reduce_grad(_OUTWARD * slopes, reduction, entries=4)


def _masks(s: ArrayLike, y: ArrayLike, smooth: float) -> tuple[Floats, Floats]:
    logits, masks = as_floats("s", s), as_floats("y", y)
    require_maps("s", logits)
    require_targets("s", logits, "y", masks)
    require_positive("smooth", smooth)
    return sigmoid(logits), masks


def _dice_parts(p: Floats, masks: Floats, smooth: float) -> tuple[Floats, Floats]:
    """Return numerator and denominator of the Dice coefficient, one for each mask."""
    pixels = tuple(range(1, p.ndim))
    shared = 2 * (p * masks).sum(axis=pixels) + smooth
    return shared, (p**2).sum(axis=pixels) + (masks**2).sum(axis=pixels) + smooth


def _outward_edges(name: str, boxes: ArrayLike) -> Floats:
    edges = as_floats(name, boxes)
    require_boxes(name, edges)
    return _OUTWARD * edges


def _sides(edges: Floats) -> Floats:
    """Return width and height between outward edges, below 0 where they cross."""
    lengths: Floats = edges[..., :2] + edges[..., 2:]
    return lengths


def _other_sides(sides: Floats) -> Floats:
    """Return for each of the four edges the length of the edge itself."""
    return np.tile(sides[..., ::-1], 2)


def _areas(edges: Floats, true_edges: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the areas of the intersection, of the union and of the box around both."""
    shared = np.maximum(_sides(np.minimum(edges, true_edges)), 0).prod(axis=-1)
    union = _sides(edges).prod(axis=-1) + _sides(true_edges).prod(axis=-1) - shared
    return shared, union, _sides(np.maximum(edges, true_edges)).prod(axis=-1)
