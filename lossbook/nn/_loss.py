"""What the modules of this package share."""

from __future__ import annotations

import torch
from torch import nn

from lossbook._checks import fail, require_amounts, require_choice
from lossbook._reduction import REDUCTIONS, Reduction
from lossbook.functional.cross_entropy import Weights


class ReducedLoss(nn.Module):
    """A loss with a reduction, whose repr shows the attributes named in ``shown``."""

    shown: tuple[str, ...] = ("reduction",)

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        super().__init__()
        require_choice("reduction", reduction, REDUCTIONS)
        self.reduction: Reduction = reduction

    def register_weights(self, name: str, weights: Weights | None) -> None:
        """Keep weights, a number, a list or a tensor, in the state dict; None stays None."""
        tensor = None if weights is None else torch.as_tensor(weights)
        if tensor is not None:
            if tensor.numel() == 0:
                fail(name, "none", "at least one weight")
            if not tensor.is_floating_point():
                tensor = tensor.to(torch.get_default_dtype())
            require_amounts(name, tensor, "weights")
        self.register_buffer(name, tensor)

    def extra_repr(self) -> str:
        """Show the hyper-parameters in the module's repr."""
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.shown)
