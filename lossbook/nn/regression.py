"""The regression losses as modules (sections 2.1 to 2.3 and 3.3)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import (
    require_inside_unit_interval,
    require_non_negative,
    require_positive,
)
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


class CharbonnierLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.charbonnier_loss`.

    Args:
        epsilon: how wide the corner's rounding is, above 0, in the unit of the targets.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> CharbonnierLoss(epsilon=4)(torch.tensor([5.0]), torch.tensor([2.0])).item()
        1.0
    """

    shown = ("epsilon", "reduction")

    def __init__(self, epsilon: float = 1e-3, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("epsilon", epsilon)
        self.epsilon = epsilon

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.charbonnier_loss(x, t, epsilon=self.epsilon, reduction=self.reduction)


class LogCoshLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.log_cosh_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> LogCoshLoss()(torch.tensor([5.0]), torch.tensor([5.0])).item()
        0.0
    """

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.log_cosh_loss(x, t, reduction=self.reduction)


class TukeyLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.tukey_loss`.

    Args:
        c: from where on an error counts no more, above 0, in the unit of the targets.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> TukeyLoss(c=3)(torch.tensor([900.0]), torch.tensor([2.0])).item()
        1.5
    """

    shown = ("c", "reduction")

    def __init__(self, c: float = 4.685, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("c", c)
        self.c = c

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.tukey_loss(x, t, c=self.c, reduction=self.reduction)


class QuantileLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.quantile_loss`.

    Args:
        tau: the share of targets that should lie below the prediction, between 0 and 1.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> QuantileLoss(tau=0.75)(torch.tensor([2.0]), torch.tensor([3.0])).item()
        0.75
    """

    shown = ("tau", "reduction")

    def __init__(self, tau: float, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_inside_unit_interval("tau", tau)
        self.tau = tau

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.quantile_loss(x, t, tau=self.tau, reduction=self.reduction)
