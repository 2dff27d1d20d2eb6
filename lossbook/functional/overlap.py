"""Losses on an overlap: Dice loss of masks (section 1.3.2), GIoU loss of boxes (2.3)."""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook._checks import (
    require_boxes,
    require_floating,
    require_maps,
    require_positive,
    require_same_shape,
    require_targets,
    require_tensor,
)
from lossbook._reduction import Reduction, reduce
from lossbook.functional._precision import (
    float32_under_autocast,
    in_common,
    narrowed,
    widened,
)


@float32_under_autocast
def dice_loss(s: Tensor, y: Tensor, *, smooth: float = 1, reduction: Reduction = "mean") -> Tensor:
    """What a mask of probabilities lacks of the true one in overlap, soft Dice, ``eq-dice``.

    Args:
        s: logits of masks, shape (N, d1, ...), with at least one pixel for each of the N masks.
        y: true masks in [0, 1], the same shape, of any dtype.
        smooth: added to both sides of the fraction, above 0; it settles masks without a pixel.
        reduction: ``"mean"`` or ``"sum"`` over the masks, or ``"none"``.

    Returns:
        The reduced loss, from 0 to 1, or one loss per mask, shape (N,), under ``"none"``.

    Example:
        >>> dice_loss(torch.zeros(1, 4), torch.tensor([[1, 1, 0, 0]]))
        tensor(0.2500)

    Source: Milletari, Navab and Ahmadi, V-Net: Fully Convolutional Neural Networks for Volumetric
    Medical Image Segmentation, 2016, section 3, there without the smoothing.
    """
    require_floating("s", s)
    require_tensor("y", y)
    require_maps("s", s)
    require_targets("s", s, "y", y)
    require_positive("smooth", smooth)
    # Sums over many pixels, which half precision cannot hold.
    p = widened(s).sigmoid().flatten(1)
    masks = y.to(p.dtype).flatten(1)
    shared = 2 * (p * masks).sum(dim=1) + smooth
    size = (p.square() + masks.square()).sum(dim=1) + smooth
    return narrowed(reduce(1 - shared / size, reduction), s, y)


@float32_under_autocast
def giou_loss(x: Tensor, t: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Generalised intersection over union of two boxes, taken from 1, equation ``eq-giou``.

    Where two edges meet, where there is no derivative, the gradient is the middle of both sides'
    slopes; boxes that only touch count as apart.

    Args:
        x: predicted boxes, shape (..., 4): left, top, right and bottom edge, with left below right
            and top below bottom.
        t: true boxes, the same shape, of any dtype.
        reduction: ``"mean"`` or ``"sum"`` over the boxes, or ``"none"``.

    Returns:
        The reduced loss, from 0 to 2, or one loss per box, shape (...), under ``"none"``.

    Example:
        >>> x = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0]])
        >>> t = torch.tensor([[0, 0, 2, 1], [3, 0, 4, 1]])
        >>> giou_loss(x, t, reduction="none")
        tensor([0.5000, 1.5000])

    Source: Rezatofighi, Tsoi, Gwak, Sadeghian, Reid and Savarese, Generalized Intersection over
    Union: A Metric and A Loss for Bounding Box Regression, 2019, algorithm 1.
    """
    require_floating("x", x)
    require_tensor("t", t)
    require_boxes("x", x)
    # Areas of a few hundred pixels a side overflow in float16, negative sides in unsigned integers.
    boxes, true = in_common(x, t)
    require_boxes("t", true)
    require_same_shape("x", x, "t", t)
    low, high, true_low, true_high = boxes[..., :2], boxes[..., 2:], true[..., :2], true[..., 2:]
    inner = torch.minimum(high, true_high) - torch.maximum(low, true_low)
    outer = torch.maximum(high, true_high) - torch.minimum(low, true_low)
    shared, around = _area(inner.relu()), _area(outer)
    union = _area(high - low) + _area(true_high - true_low) - shared
    return narrowed(reduce(1 - shared / union + (around - union) / around, reduction), x, t)


def _area(sides: Tensor) -> Tensor:
    width, height = sides.unbind(dim=-1)
    return width * height
