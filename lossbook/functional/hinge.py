"""The hinge loss, its square and its form for many classes (section 1.5)."""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook._checks import (
    require_floating,
    require_same_shape,
    require_signs,
    require_tensor,
)
from lossbook._reduction import Reduction, reduce
from lossbook.functional._precision import float32_under_autocast, narrowed, widened
from lossbook.functional.softmax import labels_and_kept


def margins(f: Tensor, y: Tensor) -> Tensor:
    """Return the margins y f of scores f under labels y of -1 or +1."""
    require_floating("f", f)
    require_tensor("y", y)
    require_same_shape("f", f, "y", y)
    signs = y.to(f.dtype)
    require_signs("y", signs)
    return signs * f


@float32_under_autocast
def hinge_loss(f: Tensor, y: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """What the margin y f lacks of 1, equation ``eq-hinge``.

    It is 0 only where y f >= 1, not wherever the sign of f is right. At the kink y f = 1 the
    gradient is 0: a sample on the margin asks for no step.

    Args:
        f: scores, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape, of any dtype.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per score under ``"none"``.

    Example:
        >>> f, y = torch.tensor([0.25, 0.25, 3.0]), torch.tensor([1, -1, 1])
        >>> hinge_loss(f, y, reduction="none").tolist()
        [0.75, 1.25, 0.0]

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 12.3.2.
    """
    # The derivative of relu at 0 is 0; that of clamp(min=0) would be 1.
    return reduce((1 - margins(f, y)).relu(), reduction)


@float32_under_autocast
def squared_hinge_loss(f: Tensor, y: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """Square of the hinge loss, equation ``eq-squared-hinge``.

    Args:
        f: scores, shape (N,) or any other shape.
        y: labels -1 or +1, the same shape, of any dtype.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        The reduced loss, or one loss per score under ``"none"``; infinity where it overflows,
        from a margin of -255 in float16.

    Example:
        >>> f, y = torch.tensor([0.5, -1.0, 3.0]), torch.tensor([1, 1, 1])
        >>> squared_hinge_loss(f, y, reduction="none").tolist()
        [0.25, 4.0, 0.0]

    Source: Hsieh, Chang, Lin, Keerthi and Sundararajan, A Dual Coordinate Descent Method for
    Large-scale Linear SVM, 2008, section 1.
    """
    return reduce((1 - margins(f, y)).relu().square(), reduction)


@float32_under_autocast
def multiclass_hinge_loss(
    z: Tensor, y: Tensor, *, ignore_index: int | None = None, reduction: Reduction = "mean"
) -> Tensor:
    """What the best rival class lacks of staying 1 below the true one, ``eq-multiclass-hinge``.

    At a kink the gradient is a subgradient: 0 where the true class leads by exactly 1, and of
    several best rivals the first takes the whole slope.

    Args:
        z: scores, shape (N, C), C at least 1, or (N, C, d1, ...).
        y: class labels 0..C-1, shape (N,) or (N, d1, ...), of any integer dtype.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` divides by the number of labels that are not ignored; ``"sum"`` or
            ``"none"``.

    Returns:
        The reduced loss, or one loss per label, of the shape of y, under ``"none"``; 0 for a single
        class.

    Example:
        >>> z, y = torch.tensor([[3.0, 2.5, 0.0], [1.0, 5.0, 0.0]]), torch.tensor([0, 0])
        >>> multiclass_hinge_loss(z, y, reduction="none").tolist()
        [0.5, 5.0]

    Source: Crammer and Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector
    Machines, Journal of Machine Learning Research 2, 2001, section 3.
    """
    labels, kept = labels_and_kept(z, y, ignore_index)
    columns = labels.unsqueeze(1)
    # max hands the whole gradient to the first of equal entries; amax would share it out.
    rivals = z.scatter(1, columns, -torch.inf).max(dim=1, keepdim=True).values
    # The difference comes first: 1 + 10000 is 10000 in half precision.
    losses = (1 + (rivals - z.gather(1, columns))).relu().squeeze(1)
    if kept is not None:
        losses = losses.masked_fill(~kept, 0)
    return narrowed(reduce(widened(losses), reduction, kept), z)
