"""What the modules of this package share."""

from __future__ import annotations

from torch import nn

from lossbook._checks import require_choice
from lossbook._reduction import REDUCTIONS, Reduction


class ReducedLoss(nn.Module):
    """A loss with a reduction, whose repr shows the attributes named in ``shown``."""

    shown: tuple[str, ...] = ("reduction",)

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        super().__init__()
        require_choice("reduction", reduction, REDUCTIONS)
        self.reduction: Reduction = reduction

    def extra_repr(self) -> str:
        """Show the hyper-parameters in the module's repr."""
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.shown)
