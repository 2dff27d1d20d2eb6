"""The exponential, logistic and sigmoid cross-entropy losses as modules (section 1.6)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook.nn._loss import ReducedLoss
from lossbook.nn.cross_entropy import BinaryCrossEntropyLoss


class ExponentialLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.exponential_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(ExponentialLoss()(torch.tensor([1.0]), torch.tensor([-1])).item(), 4)
        2.7183
    """

    def forward(self, f: Tensor, y: Tensor) -> Tensor:
        """Return the loss of scores ``f`` against labels ``y`` of -1 or +1, both (N,)."""
        return functional.exponential_loss(f, y, reduction=self.reduction)


class LogisticLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.logistic_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(LogisticLoss()(torch.tensor([0.0]), torch.tensor([1])).item(), 4)
        0.6931
    """

    def forward(self, f: Tensor, y: Tensor) -> Tensor:
        """Return the loss of scores ``f`` against labels ``y`` of -1 or +1, both (N,)."""
        return functional.logistic_loss(f, y, reduction=self.reduction)


class SigmoidCrossEntropyLoss(BinaryCrossEntropyLoss):
    """Module form of :func:`lossbook.functional.sigmoid_cross_entropy`.

    Args:
        weight: factors of the losses, at least 0: a number, a list or a tensor that broadcasts to
            the shape of the logits; kept in the state dict. None is 1.
        pos_weight: factors of the losses of positives alone, given and kept alike.
        reduction: ``"mean"`` (over the logits, whatever the weights), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = SigmoidCrossEntropyLoss()
        >>> round(loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]])).item(), 4)
        0.6931
    """

    def forward(self, z: Tensor, t: Tensor) -> Tensor:
        """Return the loss of logits ``z`` against targets ``t`` in [0, 1], both (N, K)."""
        return functional.sigmoid_cross_entropy(
            z, t, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )
