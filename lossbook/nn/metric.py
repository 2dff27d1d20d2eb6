"""The losses of pairs and triplets as modules (section 3.4)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import require_non_negative, require_positive
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class TripletLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.triplet_loss`.

    Args:
        m: by how much the squared distances should differ, at least 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> x, positive, negative = torch.tensor([[[0.0, 0.0]], [[0.0, 1.0]], [[1.0, 0.5]]])
        >>> TripletLoss(0.5)(x, positive, negative).item()
        0.25
    """

    shown = ("m", "reduction")

    def __init__(self, m: float = 0.2, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_non_negative("m", m)
        self.m = m

    def forward(self, x: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Return the loss of anchors, positives and negatives, all (N, d)."""
        return functional.triplet_loss(x, positive, negative, m=self.m, reduction=self.reduction)


class InfoNCELoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.info_nce_loss`.

    Args:
        temperature: T above 0, one over the scale of the cosines.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(InfoNCELoss(0.5)(torch.eye(2), torch.eye(2)).item(), 4)
        0.1269
    """

    shown = ("temperature", "reduction")

    def __init__(self, temperature: float, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("temperature", temperature)
        self.temperature = temperature

    def forward(self, x: Tensor, positive: Tensor) -> Tensor:
        """Return the loss of anchors and their positives, both (N, d)."""
        return functional.info_nce_loss(
            x, positive, temperature=self.temperature, reduction=self.reduction
        )
