"""The regression losses as modules (sections 2.1 to 2.3)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import require_non_negative, require_positive
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class L1Loss(ReducedLoss):
    """Module form of :func:`lossbook.functional.l1_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> L1Loss()(torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])).item()
        2.0
    """

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.l1_loss(x, t, reduction=self.reduction)


class L2Loss(ReducedLoss):
    """Module form of :func:`lossbook.functional.l2_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> L2Loss()(torch.tensor([1.0, 5.0]), torch.tensor([2.0, 2.0])).item()
        5.0
    """

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.l2_loss(x, t, reduction=self.reduction)


class SmoothL1Loss(ReducedLoss):
    """Module form of :func:`lossbook.functional.smooth_l1_loss`.

    Args:
        beta: where the parabola meets the line, at least 0; 0 gives L1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> SmoothL1Loss(beta=2)(torch.tensor([5.0]), torch.tensor([2.0])).item()
        2.0
    """

    shown = ("beta", "reduction")

    def __init__(self, beta: float = 1, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_non_negative("beta", beta)
        self.beta = beta

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.smooth_l1_loss(x, t, beta=self.beta, reduction=self.reduction)


class HuberLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.huber_loss`.

    Args:
        delta: where the parabola meets the line, above 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> HuberLoss(delta=2)(torch.tensor([5.0]), torch.tensor([2.0])).item()
        4.0
    """

    shown = ("delta", "reduction")

    def __init__(self, delta: float = 1, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("delta", delta)
        self.delta = delta

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.huber_loss(x, t, delta=self.delta, reduction=self.reduction)
