"""Binary cross-entropy as a module (section 1.2)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook.nn._loss import ReducedLoss


class BinaryCrossEntropyLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.binary_cross_entropy`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = BinaryCrossEntropyLoss(reduction="sum")
        >>> round(loss(torch.tensor([0.0]), torch.tensor([1.0])).item(), 4)
        0.6931
    """

    def forward(self, s: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``s`` against targets ``y`` in [0, 1], both (N,)."""
        return functional.binary_cross_entropy(s, y, reduction=self.reduction)
