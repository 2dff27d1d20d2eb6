"""The Kullback-Leibler divergence as a module (section 1.4)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class KLDivergenceLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.kl_divergence`.

    Args:
        log: True if both arguments hold the logarithms of the probabilities.
        reduction: ``"mean"`` over the distributions (PyTorch's ``"batchmean"``; its ``"mean"``
            divides by the classes as well), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> p, q = torch.tensor([[0.5, 0.5], [1.0, 0.0]]), torch.tensor([[0.5, 0.5], [0.5, 0.5]])
        >>> round(KLDivergenceLoss()(p, q).item(), 4)
        0.3466
    """

    shown = ("log", "reduction")

    def __init__(self, log: bool = False, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.log = log

    def forward(self, p: Tensor, q: Tensor) -> Tensor:
        """Return the loss of predictions ``q`` against true distributions ``p``, both (..., C)."""
        return functional.kl_divergence(p, q, log=self.log, reduction=self.reduction)
