"""The margin losses as modules that hold the class vectors (sections 1.3.4-8)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lossbook import functional
from lossbook._checks import (
    require_angular_margin,
    require_non_negative,
    require_positive,
    require_whole,
)
from lossbook._reduction import Reduction
from lossbook.functional.margin import plain_logits
from lossbook.nn._loss import ReducedLoss


class MarginLoss(ReducedLoss):
    """A loss that holds its class vectors, as the parameter ``weight`` of shape (C, d).

    They start as those of ``torch.nn.Linear`` do: uniform within 1 / sqrt(d) of 0. A module that is
    built on the device ``"meta"`` gets them by ``to_empty`` and ``reset_parameters``.
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        reduction: Reduction,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__(reduction=reduction)
        require_whole("in_features", in_features)
        require_whole("num_classes", num_classes)
        self.in_features, self.num_classes = int(in_features), int(num_classes)
        shape = (self.num_classes, self.in_features)
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the class vectors anew."""
        bound = 1 / math.sqrt(self.in_features)
        nn.init.uniform_(self.weight, -bound, bound)

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits (N, C) of features (N, d) without a margin, for inference."""
        return plain_logits(x, self.weight)


class _AnnealedMarginLoss(MarginLoss):
    """A margin loss that counts the target's angle m times."""

    shown = ("in_features", "num_classes", "m", "annealing", "reduction")

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        m: int = 4,
        annealing: float = 0.0,
        *,
        reduction: Reduction = "mean",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(in_features, num_classes, reduction, device, dtype)
        require_whole("m", m)
        require_non_negative("annealing", annealing)
        self.m, self.annealing = m, annealing


class LSoftmaxLoss(_AnnealedMarginLoss):
    """Module form of :func:`lossbook.functional.l_softmax_loss`.

    Args:
        in_features: d, the number of features, at least 1.
        num_classes: C, the number of classes, at least 1.
        m: how many times the target's angle counts, a whole number of at least 1.
        annealing: at least 0; an attribute, to be lowered during training.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        device, dtype: those of the class vectors, as in ``torch.nn.Linear``.

    Example:
        >>> loss = LSoftmaxLoss(8, 3, m=2)
        >>> x, y = torch.randn(5, 8), torch.tensor([0, 1, 2, 0, 1])
        >>> for step in range(3):
        ...     loss.annealing = max(5.0, 1500.0 / (1 + 0.1 * step))
        ...     loss(x, y).backward()
        >>> loss
        LSoftmaxLoss(in_features=8, num_classes=3, m=2, annealing=1250.0, reduction='mean')
        >>> loss.logits(x).argmax(dim=1).shape
        torch.Size([5])
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features ``x`` (N, d) against class labels ``y`` (N,)."""
        return functional.l_softmax_loss(
            x, self.weight, y, m=self.m, annealing=self.annealing, reduction=self.reduction
        )


class ASoftmaxLoss(_AnnealedMarginLoss):
    """Module form of :func:`lossbook.functional.a_softmax_loss`.

    Args:
        in_features: d, the number of features, at least 1.
        num_classes: C, the number of classes, at least 1.
        m: how many times the target's angle counts, a whole number of at least 1.
        annealing: at least 0; an attribute, to be lowered during training.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        device, dtype: those of the class vectors, as in ``torch.nn.Linear``.

    Example:
        >>> loss = ASoftmaxLoss(2, 2, m=2)
        >>> _ = loss.load_state_dict({"weight": 5 * torch.eye(2)})
        >>> round(loss(torch.tensor([[0.0, 2.0]]), torch.tensor([0])).item(), 4)
        4.0181
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features ``x`` (N, d) against class labels ``y`` (N,)."""
        return functional.a_softmax_loss(
            x, self.weight, y, m=self.m, annealing=self.annealing, reduction=self.reduction
        )

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits (N, C) of features (N, d) without a margin, for inference."""
        return plain_logits(x, self.weight, W_length=1)


class L2SoftmaxLoss(MarginLoss):
    """Module form of :func:`lossbook.functional.l2_softmax_loss`.

    Args:
        in_features: d, the number of features, at least 1.
        num_classes: C, the number of classes, at least 1.
        alpha: the length that every feature vector gets, above 0.
        bias: whether there is a parameter ``bias``, shape (C,), which starts at 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        device, dtype: those of the class vectors, as in ``torch.nn.Linear``.

    Example:
        >>> loss = L2SoftmaxLoss(2, 2, alpha=2, bias=False)
        >>> _ = loss.load_state_dict({"weight": torch.eye(2)})
        >>> round(loss(torch.tensor([[0.0, 5.0]]), torch.tensor([1])).item(), 4)
        0.1269
    """

    shown = ("in_features", "num_classes", "alpha", "reduction")
    bias: nn.Parameter | None

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        alpha: float,
        bias: bool = True,
        *,
        reduction: Reduction = "mean",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(in_features, num_classes, reduction, device, dtype)
        require_positive("alpha", alpha)
        self.alpha = alpha
        zeros = torch.zeros(self.num_classes, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if zeros is None else nn.Parameter(zeros))

    def reset_parameters(self) -> None:
        """Draw the class vectors anew and set the bias to 0."""
        super().reset_parameters()
        bias = getattr(self, "bias", None)  # not there yet when the class vectors are first drawn
        if bias is not None:
            nn.init.zeros_(bias)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features ``x`` (N, d) against class labels ``y`` (N,)."""
        return functional.l2_softmax_loss(
            x, self.weight, y, alpha=self.alpha, b=self.bias, reduction=self.reduction
        )

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits (N, C) of features (N, d)."""
        return plain_logits(x, self.weight, x_length=self.alpha, b=self.bias)

    def extra_repr(self) -> str:
        """Show the hyper-parameters in the module's repr."""
        return f"{super().extra_repr()}, bias={self.bias is not None}"


class _ScaledMarginLoss(MarginLoss):
    """A margin loss of cosines times s."""

    shown = ("in_features", "num_classes", "s", "m", "reduction")

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        s: float,
        m: float,
        reduction: Reduction,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__(in_features, num_classes, reduction, device, dtype)
        require_positive("s", s)
        self.s, self.m = s, m

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits (N, C) of features (N, d) without a margin, for inference."""
        return plain_logits(x, self.weight, x_length=self.s, W_length=1)


class AMSoftmaxLoss(_ScaledMarginLoss):
    """Module form of :func:`lossbook.functional.am_softmax_loss`.

    Args:
        in_features: d, the number of features, at least 1.
        num_classes: C, the number of classes, at least 1.
        s: scale of the cosines, above 0.
        m: what the target's cosine loses, at least 0.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        device, dtype: those of the class vectors, as in ``torch.nn.Linear``.

    Example:
        >>> loss = AMSoftmaxLoss(2, 2, s=2, m=0.5)
        >>> _ = loss.load_state_dict({"weight": torch.eye(2)})
        >>> round(loss(torch.tensor([[0.0, 5.0]]), torch.tensor([1])).item(), 4)
        0.3133
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        s: float = 30.0,
        m: float = 0.35,
        *,
        reduction: Reduction = "mean",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        require_non_negative("m", m)
        super().__init__(in_features, num_classes, s, m, reduction, device, dtype)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features ``x`` (N, d) against class labels ``y`` (N,)."""
        return functional.am_softmax_loss(
            x, self.weight, y, s=self.s, m=self.m, reduction=self.reduction
        )


class ArcFaceLoss(_ScaledMarginLoss):
    """Module form of :func:`lossbook.functional.arcface_loss`.

    Args:
        in_features: d, the number of features, at least 1.
        num_classes: C, the number of classes, at least 1.
        s: scale of the cosines, above 0.
        m: what the target's angle gains, in radians, from 0 to pi/2.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        device, dtype: those of the class vectors, as in ``torch.nn.Linear``.

    Example:
        >>> loss = ArcFaceLoss(2, 2, s=2, m=0.5)
        >>> _ = loss.load_state_dict({"weight": torch.eye(2)})
        >>> round(loss(torch.tensor([[0.0, 5.0]]), torch.tensor([1])).item(), 4)
        0.1595
        >>> loss.logits(torch.tensor([[0.0, 5.0]])).tolist()
        [[0.0, 2.0]]
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        s: float = 64.0,
        m: float = 0.5,
        *,
        reduction: Reduction = "mean",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        require_angular_margin("m", m)
        super().__init__(in_features, num_classes, s, m, reduction, device, dtype)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features ``x`` (N, d) against class labels ``y`` (N,)."""
        return functional.arcface_loss(
            x, self.weight, y, s=self.s, m=self.m, reduction=self.reduction
        )
