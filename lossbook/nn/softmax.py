"""Softmax loss, its weighted, soft and focal forms, and distillation (sections 1.3.1-3, 1.3.9)."""

from __future__ import annotations

from torch import Tensor

from lossbook import functional
from lossbook._checks import (
    require_non_negative,
    require_positive,
    require_unit_number,
)
from lossbook._reduction import Reduction
from lossbook.functional.cross_entropy import Weights
from lossbook.nn._loss import ReducedLoss


class SoftmaxLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.softmax_loss`.

    Args:
        ignore_index: a label that costs nothing and is not counted; None, unlike PyTorch's -100,
            ignores none.
        label_smoothing: how much of each target, from 0 to 1, is shared out among all classes.
        reduction: ``"mean"`` (over the labels that are not ignored), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(SoftmaxLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item(), 4)
        0.6931
    """

    shown: tuple[str, ...] = ("ignore_index", "label_smoothing", "reduction")

    def __init__(
        self,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        *,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        require_unit_number("label_smoothing", label_smoothing)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C, ...) against labels (N, ...) or probabilities."""
        return functional.softmax_loss(
            z,
            y,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            reduction=self.reduction,
        )


class WeightedSoftmaxLoss(SoftmaxLoss):
    """Module form of :func:`lossbook.functional.weighted_softmax_loss`.

    Args:
        weight: one weight of at least 0 per class, a list or a tensor of shape (C,), or a number
            for all; kept in the state dict.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        label_smoothing: how much of each target, from 0 to 1, is shared out among all classes.
        reduction: ``"mean"`` (over the summed weights of labels), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = WeightedSoftmaxLoss([1, 3], reduction="sum")
        >>> round(loss(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item(), 4)
        2.0794
    """

    shown = ("weight", "ignore_index", "label_smoothing", "reduction")
    weight: Tensor

    def __init__(
        self,
        weight: Weights,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        *,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(ignore_index, label_smoothing, reduction=reduction)
        self.register_weights("weight", weight)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C, ...) against labels (N, ...) or probabilities."""
        return functional.weighted_softmax_loss(
            z,
            y,
            weight=self.weight,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            reduction=self.reduction,
        )


class SoftSoftmaxLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.soft_softmax_loss`.

    Args:
        temperature: T above 0.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` (over the labels that are not ignored), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> loss = SoftSoftmaxLoss(2)
        >>> round(loss(torch.tensor([[0.0, 4.0]]), torch.tensor([0])).item(), 4)
        2.1269
    """

    shown = ("temperature", "ignore_index", "reduction")

    def __init__(
        self,
        temperature: float,
        ignore_index: int | None = None,
        *,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        require_positive("temperature", temperature)
        self.temperature, self.ignore_index = temperature, ignore_index

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C, ...) against class labels ``y`` (N, ...)."""
        return functional.soft_softmax_loss(
            z,
            y,
            temperature=self.temperature,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class DistillationLoss(ReducedLoss):
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

    shown = ("temperature", "reduction")

    def __init__(self, temperature: float, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        require_positive("temperature", temperature)
        self.temperature = temperature

    def forward(self, z: Tensor, teacher_z: Tensor) -> Tensor:
        """Return the loss of a student's logits against its teacher's, both (N, C, ...)."""
        return functional.distillation_loss(
            z, teacher_z, temperature=self.temperature, reduction=self.reduction
        )


class FocalLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.focal_loss`.

    Args:
        gamma: focus, at least 0.
        alpha: one weight of at least 0 per class, a list or a tensor of shape (C,), or a number for
            all, kept in the state dict; or None.
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` (over the labels that are not ignored), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> round(FocalLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item(), 4)
        0.1733
    """

    shown = ("gamma", "alpha", "ignore_index", "reduction")
    alpha: Tensor | None

    def __init__(
        self,
        gamma: float = 2.0,
        alpha: Weights | None = None,
        ignore_index: int | None = None,
        *,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        require_non_negative("gamma", gamma)
        self.gamma, self.ignore_index = gamma, ignore_index
        self.register_weights("alpha", alpha)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` (N, C, ...) against class labels ``y`` (N, ...)."""
        return functional.focal_loss(
            z,
            y,
            gamma=self.gamma,
            alpha=self.alpha,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
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
        alpha: float | None = 0.25,
        *,
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


class BrierLoss(ReducedLoss):
    """Module form of :func:`lossbook.functional.brier_loss`.

    Args:
        ignore_index: a label that costs nothing and is not counted; None ignores none.
        reduction: ``"mean"`` (over the labels that are not ignored), ``"sum"`` or ``"none"``.

    Example:
        >>> import torch
        >>> BrierLoss()(torch.tensor([[0.0, 0.0]]), torch.tensor([1])).item()
        0.5
    """

    shown = ("ignore_index", "reduction")

    def __init__(self, ignore_index: int | None = None, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction=reduction)
        self.ignore_index = ignore_index

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the loss of logits ``z`` of shape (N, C, ...) against labels ``y``."""
        return functional.brier_loss(z, y, ignore_index=self.ignore_index, reduction=self.reduction)
