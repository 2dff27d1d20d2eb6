"""The losses on an overlap as modules (sections 1.3.2 and 2.3)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import require_positive
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class DiceLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.dice_loss`.

    Args:
        smooth: added to both sides of the fraction, above 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> DiceLoss()(torch.zeros(1, 4), torch.tensor([[1, 1, 0, 0]])).item()
        0.25
    """

    shown = ("smooth", "reduction")

    def __init__(self, smooth: float = 1, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("smooth", smooth)
        self.smooth = smooth

    def forward(self, s: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``s`` against masks ``y``, both of shape (N, d1, ...)."""
        return functional.dice_loss(s, y, smooth=self.smooth, reduction=self.reduction)


class GIoULoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.giou_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> GIoULoss()(torch.tensor([[0.0, 0, 1, 1]]), torch.tensor([[3, 0, 4, 1]])).item()
        1.5
    """

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predicted boxes ``x`` against true boxes ``t``, shape (..., 4)."""
        return functional.giou_loss(x, t, reduction=self.reduction)
