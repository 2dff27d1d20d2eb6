"""Perceptual loss: the distance in the feature space of a loss network (section 2.4)."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from lossbook._checks import Floats, as_floats, require_feature_maps, require_same_shape
from lossbook._reduction import Reduction, reduce, reduce_grad
from lossbook.registry import implements


@implements("eq-perceptual", symbols={"features": "phi_hat", "target_features": "phi"})
def perceptual_loss(
    features: ArrayLike, target_features: ArrayLike, *, reduction: Reduction = "mean"
) -> Floats:
    r"""Squared distance of one layer's feature maps over their size, equation ``eq-perceptual``.

    .. math:: \ell(\hat\phi, \phi) = \frac{1}{C_j H_j W_j}
        \sum_{c=1}^{C_j} \sum_{h=1}^{H_j} \sum_{w=1}^{W_j} (\hat\phi_{chw} - \phi_{chw})^2

    Args:
        features: layer j of the loss network for the generated images, shape (N, C_j, H_j, W_j),
            no size but N being 0.
        target_features: the same layer for the target images, the same shape.
        reduction: ``"mean"`` or ``"sum"`` over the N samples, or ``"none"``.

    Returns:
        The reduced loss in the squared unit of the features, or one loss per sample, shape (N,),
        under ``"none"``.

    Example:
        >>> float(perceptual_loss([[[[1.0, 2.0]]]], [[[[0.0, 5.0]]]]))
        5.0

    Source: Johnson, Alahi and Fei-Fei, Perceptual Losses for Real-Time Style Transfer and
    Super-Resolution, 2016, the feature reconstruction loss.
    """
    return reduce((_differences(features, target_features) ** 2).mean(axis=(1, 2, 3)), reduction)


@implements("eq-perceptual-grad", symbols={"features": "phi_hat", "target_features": "phi"})
def perceptual_loss_grad(
    features: ArrayLike, target_features: ArrayLike, *, reduction: Reduction = "mean"
) -> Floats:
    """Gradient of :func:`perceptual_loss` in the features, equation ``eq-perceptual-grad``."""
    differences = _differences(features, target_features)
    slopes = 2 * differences / math.prod(differences.shape[1:])
    return reduce_grad(slopes, reduction, entries=math.prod(slopes.shape[1:]))


def _differences(features: ArrayLike, target_features: ArrayLike) -> Floats:
    maps, targets = as_floats("features", features), as_floats("target_features", target_features)
    require_feature_maps("features", maps)
    require_same_shape("features", maps, "target_features", targets)
    return maps - targets
