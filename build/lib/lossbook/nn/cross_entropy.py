"""Binary cross-entropy as a module (section 1.2)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._reduction import Reduction
from lossbook.functional.cross_entropy import Weights
from lossbook.nn._loss import ReducedLoss


class BinaryCrossEntropyLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.binary_cross_entropy`.

    Args:
        weight: factors of the losses, at least 0: a number, a list or a tensor that broadcasts to
            the shape of the logits; kept in the state dict. None is 1.
        pos_weight: factors of the losses of positives alone, given and kept alike.
        reduction: ``"mean"`` (over the logits, whatever the weights), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = BinaryCrossEntropyLoss(reduction="sum")
        >>> round(loss(torch.tensor([0.0]), torch.tensor([1.0])).item(), 4)
        0.6931
    """

    shown = ("weight", "pos_weight", "reduction")
    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Weights | None = None,
        pos_weight: Weights | None = None,
        *,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.register_weights("weight", weight)
        self.register_weights("pos_weight", pos_weight)

    def forward(self, s: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``s`` against targets ``y`` in [0, 1], both (N,)."""
        return functional.binary_cross_entropy(
            s, y, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )
