"""The perceptual loss as a module over a loss network (section 2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Self

import torch
from torch import Tensor, nn

from lossbook import functional
from lossbook._checks import require_tensor
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class PerceptualLoss(ReducedLoss):
    """Sum of :func:`lossbook.functional.perceptual_loss` over layers of a loss network.

    The network is frozen: its parameters stop requiring gradients and it stays in evaluation mode,
    also when a model that holds this loss is told to train. Gradients flow through it to the image.

    Args:
        network: the loss network phi, such as :class:`lossbook.nn.VGG16Features`; taken as it is,
            not copied, with a hook at each of the layers.
        layers: at least one of its submodules, each named once, as in ``network.named_modules()``;
            they return feature maps (N, C, H, W) and run once in a forward pass.
        reduction: ``"mean"`` or ``"sum"`` over the images, or ``"none"``.

    Example:
        >>> network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
        >>> loss = PerceptualLoss(network, ["0", "1"])
        >>> image = torch.zeros(1, 1, 8, 8, requires_grad=True)
        >>> loss(image, torch.ones(1, 1, 8, 8)).backward()
        >>> image.grad.shape, network[0].weight.grad
        (torch.Size([1, 1, 8, 8]), None)
    """

    shown = ("layers", "reduction")

    def __init__(
        self, network: nn.Module, layers: Sequence[str], *, reduction: Reduction = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        known = [name for name, _ in network.named_modules() if name]
        unknown = [name for name in layers if name not in known]
        if not layers or unknown or len(set(layers)) < len(layers):
            raise ValueError(f"layers: expected different names out of {known}, got {layers!r}")
        self.network = network.requires_grad_(False).eval()
        self.layers = tuple(layers)
        self._found: dict[str, Tensor] | None = None
        for name in self.layers:  # here, because the compiler cannot trace it
            network.get_submodule(name).register_forward_hook(partial(self._keep, name))

    def forward(self, images: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of ``images`` against ``targets``, both as the network takes them."""
        pairs = zip(self.features(images), self.features(targets), strict=True)
        losses = [functional.perceptual_loss(*pair, reduction=self.reduction) for pair in pairs]
        return torch.stack(losses).sum(dim=0)

    def features(self, images: Tensor) -> list[Tensor]:
        """Return the feature maps of each layer, in the order of ``layers``."""
        found: dict[str, Tensor] = {}
        self._found = found
        try:
            self.network(images)
        finally:
            self._found = None
        for name in self.layers:
            if name not in found:
                raise ValueError(f"layers: expected {name!r} to run once, got no run")
        return [found[name] for name in self.layers]

    def _keep(self, name: str, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        if self._found is None:
            return  # the network runs for somebody else
        require_tensor(f"layer {name!r}", output)
        if name in self._found:
            raise ValueError(f"layers: expected {name!r} to run once, got a second run")
        self._found[name] = output.clone()  # a later layer may work in place

    def train(self, mode: bool = True) -> Self:
        """Set the mode of this module; the loss network stays in evaluation mode."""
        super().train(mode)
        self.network.eval()
        return self
