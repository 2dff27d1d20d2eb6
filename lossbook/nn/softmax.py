"""Softmax loss, its weighted, soft and focal forms, and distillation (sections 1.3.1-3, 1.3.9)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import (
    require_class_weights,
    require_floating,
    require_non_negative,
    require_positive,
    require_unit_number,
)
from lossbook._reduction import Reduction
from lossbook.nn._loss import ReducedLoss


class SoftmaxLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.softmax_loss`.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(SoftmaxLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item(), 4)
        0.6931
    """

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C) against class labels ``y`` (N,)."""
        return functional.softmax_loss(z, y, reduction=self.reduction)


class WeightedSoftmaxLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.weighted_softmax_loss`.

    Args:
        weight: one weight of at least 0 per class, shape (C,); kept in the state dict.
        reduction: ``"mean"`` (over the summed weights), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = WeightedSoftmaxLoss(torch.tensor([1.0, 3.0]), reduction="sum")
        >>> round(loss(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item(), 4)
        2.0794
    """

    shown = ("weight", "reduction")
    weight: Tensor

    def __init__(self, weight: Tensor, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        _require_class_weights("weight", weight)
        self.register_buffer("weight", weight)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C) against class labels ``y`` (N,)."""
        return functional.weighted_softmax_loss(z, y, weight=self.weight, reduction=self.reduction)


class _TemperedLoss(ReducedLoss):
    """A loss at a temperature."""

    shown = ("temperature", "reduction")

    def __init__(self, temperature: float, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("temperature", temperature)
        self.temperature = temperature


class SoftSoftmaxLoss(_TemperedLoss):
    """Module form of :func:`lossbook.functional.soft_softmax_loss`.

    Args:
        temperature: T above 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = SoftSoftmaxLoss(2)
        >>> round(loss(torch.tensor([[0.0, 4.0]]), torch.tensor([0])).item(), 4)
        2.1269
    """

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C) against class labels ``y`` (N,)."""
        return functional.soft_softmax_loss(
            z, y, temperature=self.temperature, reduction=self.reduction
        )


class DistillationLoss(_TemperedLoss):
    """Module form of :func:`lossbook.functional.distillation_loss`.

    Args:
        temperature: T above 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = DistillationLoss(1)
        >>> round(loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 3.0]])).item(), 4)
        0.5023
    """

    def forward(self, z: Tensor, teacher_z: Tensor) -> Tensor:
        """Return the loss of a student's logits against its teacher's, both (N, C)."""
        return functional.distillation_loss(
            z, teacher_z, temperature=self.temperature, reduction=self.reduction
        )


class FocalLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.focal_loss`.

    Args:
        gamma: focus, at least 0.
        alpha: one weight of at least 0 per class, shape (C,), kept in the state dict; or None.
        reduction: ``"mean"`` (over N), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(FocalLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item(), 4)
        0.1733
    """

    shown = ("gamma", "alpha", "reduction")
    alpha: Tensor | None

    def __init__(
        self,
        gamma: float = 2.0,
        *,
        alpha: Tensor | None = None,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        require_non_negative("gamma", gamma)
        if alpha is not None:
            _require_class_weights("alpha", alpha)
        self.gamma = gamma
        self.register_buffer("alpha", alpha)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C) against class labels ``y`` (N,)."""
        return functional.focal_loss(
            z, y, gamma=self.gamma, alpha=self.alpha, reduction=self.reduction
        )


class SigmoidFocalLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.sigmoid_focal_loss`.

    Args:
        gamma: focus, at least 0.
        alpha: weight in [0, 1] of y = 1, 1 - alpha being that of y = 0; None weighs neither.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = SigmoidFocalLoss(reduction="sum")
        >>> round(loss(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.0])).item(), 4)
        0.1733
    """

    shown = ("gamma", "alpha", "reduction")

    def __init__(
        self,
        gamma: float = 2.0,
        *,
        alpha: float | None = 0.25,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        require_non_negative("gamma", gamma)
        if alpha is not None:
            require_unit_number("alpha", alpha)
        self.gamma, self.alpha = gamma, alpha

    def forward(self, s: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``s`` against targets ``y`` in [0, 1], of the same shape."""
        return functional.sigmoid_focal_loss(
            s, y, gamma=self.gamma, alpha=self.alpha, reduction=self.reduction
        )


def _require_class_weights(name: str, weights: Tensor) -> None:
    require_floating(name, weights)
    require_class_weights(name, weights, weights.numel())
