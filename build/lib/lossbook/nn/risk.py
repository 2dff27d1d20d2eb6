"""Structural risk as a module (section 0)."""

from __future__ import annotations

from torch import Tensor, nn

from lossbook import functional
from lossbook._checks import PENALTIES, require_choice, require_non_negative


class StructuralRisk(nn.Module):
    """Module form of :func:`lossbook.functional.structural_risk`, for a model's parameters.

    Args:
        lam: weight of the penalty, at least 0.
        penalty: ``"l1"`` for the sum of absolute values, ``"l2"`` for the sum of squares.

    Example:
        >>> import torch
        >>> risk = StructuralRisk(lam=0.1)
        >>> risk(torch.tensor([1.0, 3.0]), torch.tensor([3.0, -4.0])).item()
        4.5
    """

    def __init__(self, lam: float, penalty: str = "l2") -> None:
        super().__init__()
        require_non_negative("lam", lam)
        require_choice("penalty", penalty, PENALTIES)
        self.lam, self.penalty = lam, penalty

    def forward(self, losses: Tensor, theta: Tensor) -> Tensor:
        """Return the risk of ``losses`` (N,) and the penalised parameters ``theta``, any shape."""
        return functional.structural_risk(losses, theta, lam=self.lam, penalty=self.penalty)

    def extra_repr(self) -> str:
        """Show the hyper-parameters in the module's repr."""
        return f"lam={self.lam}, penalty={self.penalty!r}"
