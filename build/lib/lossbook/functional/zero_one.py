"""The 0-1 loss (section 1.1)."""

from __future__ import annotations

import torch
from torch import Tensor

from lossbook._checks import require_no_nan, require_same_shape, require_tensor
from lossbook._reduction import Reduction, reduce


def zero_one_loss(prediction: Tensor, target: Tensor, *, reduction: Reduction = "mean") -> Tensor:
    """1 where the predicted label is wrong, 0 where it is right, equation ``eq-zero-one``.

    It has no useful gradient, and gives none: the result is cut off from autograd's graph.

    Args:
        prediction: predicted labels, any numbers but NaN, shape (N,) or any other shape.
        target: true labels, the same shape.
        reduction: ``"mean"`` (the error rate), ``"sum"`` (the number of errors) or ``"none"``.

    Returns:
        The reduced loss in PyTorch's default dtype, or one loss per sample under ``"none"``.

    Example:
        >>> import torch
        >>> zero_one_loss(torch.tensor([1, 0, 2, 2]), torch.tensor([1, 1, 2, 0])).item()
        0.5

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 2.4.
    """
    require_tensor("prediction", prediction)
    require_tensor("target", target)
    require_same_shape("prediction", prediction, "target", target)
    require_no_nan("prediction", prediction)
    require_no_nan("target", target)
    return reduce((prediction != target).to(torch.get_default_dtype()), reduction)
