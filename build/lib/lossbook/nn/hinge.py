"""The hinge losses as modules (section 1.5)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class HingeLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.hinge_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> HingeLoss()(torch.tensor([0.25, 3.0]), torch.tensor([1, 1])).item()
        0.375
    """

    def forward(self, f: Tensor, y: Tensor) -> Tensor:
        """Return the loss of scores ``f`` against labels ``y`` of -1 or +1, both (N,)."""
        return functional.hinge_loss(f, y, reduction=self.reduction)


class SquaredHingeLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.squared_hinge_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> SquaredHingeLoss()(torch.tensor([-1.0, 3.0]), torch.tensor([1, 1])).item()
        2.0
    """

    def forward(self, f: Tensor, y: Tensor) -> Tensor:
        """Return the loss of scores ``f`` against labels ``y`` of -1 or +1, both (N,)."""
        return functional.squared_hinge_loss(f, y, reduction=self.reduction)


class MulticlassHingeLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.multiclass_hinge_loss`.

    Args:
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` (over the labels that are not ignored), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> MulticlassHingeLoss()(torch.tensor([[3.0, 2.5, 0.0]]), torch.tensor([0])).item()
        0.5
    """

    shown = ("ignore_index", "reduction")

    def __init__(self, ignore_index: int | None = None, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.ignore_index = ignore_index

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of scores ``z`` (N, C, ...) against class labels ``y`` (N, ...)."""
        return functional.multiclass_hinge_loss(
            z, y, ignore_index=self.ignore_index, reduction=self.reduction
        )
