"""The negative log-densities as modules (section 3.2)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import require_positive, require_unit_number
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class GaussianNLLLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.gaussian_nll_loss`.

    Args:
        beta: power of the variance in the weights, in [0, 1].
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> x, t, log_variance = torch.tensor([[1.0], [3.0], [0.0]])
        >>> round(GaussianNLLLoss()(x, t, log_variance).item(), 4)
        2.9189
    """

    shown = ("beta", "reduction")

    def __init__(self, beta: float = 0, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_unit_number("beta", beta)
        self.beta = beta

    def forward(self, x: Tensor, t: Tensor, log_variance: Tensor) -> Tensor:
        """Return the loss of means ``x`` and log-variances against targets ``t``, of one shape."""
        return functional.gaussian_nll_loss(
            x, t, log_variance, beta=self.beta, reduction=self.reduction
        )


class StudentNLLLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.student_nll_loss`.

    Args:
        nu: degrees of freedom, above 0.
        scale: the scale, above 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(StudentNLLLoss(nu=1)(torch.tensor([0.0]), torch.tensor([3.0])).item(), 4)
        3.4473
    """

    shown = ("nu", "scale", "reduction")

    def __init__(self, nu: float, scale: float = 1, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("nu", nu)
        require_positive("scale", scale)
        self.nu = nu
        self.scale = scale

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the loss of predictions ``x`` against targets ``t``, of any one shape."""
        return functional.student_nll_loss(
            x, t, nu=self.nu, scale=self.scale, reduction=self.reduction
        )


class PoissonNLLLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.poisson_nll_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(PoissonNLLLoss()(torch.tensor([0.0]), torch.tensor([2])).item(), 4)
        1.6931
    """

    def forward(self, s: Tensor, t: Tensor) -> Tensor:
        """Return the loss of log rates ``s`` against counts ``t``, of any one shape."""
        return functional.poisson_nll_loss(s, t, reduction=self.reduction)
