"""Perceptual loss: the distance in the feature space of a loss network (section 2.4)."""

from __future__ import annotations

from torch import Tensor

from lossbook._checks import require_feature_maps, require_floating, require_same_shape
from lossbook._reduction import Reduction, reduce
from lossbook.functional._precision import float32_under_autocast, narrowed, widened


@float32_under_autocast
def perceptual_loss(
    features: Tensor, target_features: Tensor, *, reduction: Reduction = "mean"
) -> Tensor:
    """Squared distance of one layer's feature maps over their size, equation ``eq-perceptual``.

    Args:
        features: layer j of the loss network for the generated images, shape (N, C_j, H_j, W_j),
            no size but N being 0.
        target_features: the same layer for the target images, the same shape.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in the squared unit of the features, or one loss per sample, shape (N,),
        under ``"none"``.

    Example:
        >>> import torch
        >>> perceptual_loss(torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)).item()
        1.0

    Source: Johnson, Alahi and Fei-Fei, Perceptual Losses for Real-Time Style Transfer and
    Super-Resolution, 2016, the feature reconstruction loss.
    """
    require_floating("features", features)
    require_floating("target_features", target_features)
    require_feature_maps("features", features)
    require_same_shape("features", features, "target_features", target_features)
    # A square overflows float16 from 256 on, while the mean of the squares may well fit it.
    squares = (widened(features) - widened(target_features)).square()
    losses = reduce(squares.mean(dim=(1, 2, 3)), reduction)
    return narrowed(losses, features, target_features)
