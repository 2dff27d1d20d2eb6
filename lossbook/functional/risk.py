"""Empirical and structural risk (section 0)."""

from __future__ import annotations

from torch import Tensor

from lossbook._checks import PENALTIES, require_choice, require_floating, require_non_negative
from lossbook._reduction import reduce
from lossbook.functional._precision import float32_under_autocast, narrowed, widened


@float32_under_autocast
def empirical_risk(losses: Tensor) -> Tensor:
    """Mean loss over a sample, equation ``eq-empirical-risk``.

    Args:
        losses: one loss per sample, shape (N,) or any other non-empty shape.

    Returns:
        The risk, a scalar in the unit of the losses.

    Example:
        >>> import torch
        >>> empirical_risk(torch.tensor([0.0, 1.0, 1.0, 0.0])).item()
        0.5

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, equation (8.3).
    """
    require_floating("losses", losses)
    return reduce(losses, "mean")


@float32_under_autocast
def structural_risk(losses: Tensor, theta: Tensor, *, lam: float, penalty: str = "l2") -> Tensor:
    """Mean loss plus a penalty on the parameters, equation ``eq-structural-risk-l2``.

    Args:
        losses: one loss per sample, shape (N,) or any other non-empty shape.
        theta: the parameters that are penalised, any shape; for a whole module,
            ``torch.nn.utils.parameters_to_vector(module.parameters())``.
        lam: weight of the penalty, at least 0.
        penalty: ``"l1"`` for the sum of absolute values, ``"l2"`` for the sum of squares.

    Returns:
        The risk, a scalar in the unit of the losses.

    Example:
        >>> import torch
        >>> losses, theta = torch.tensor([1.0, 3.0]), torch.tensor([3.0, -4.0])
        >>> structural_risk(losses, theta, lam=0.1).item()
        4.5

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, equations (3.41) and (3.52), scaled as :func:`lossbook.reference.structural_risk` says.
    """
    require_floating("theta", theta)
    require_choice("penalty", penalty, PENALTIES)
    require_non_negative("lam", lam)
    require_floating("losses", losses)
    wide = widened(theta)
    size = wide.abs().sum() if penalty == "l1" else wide.square().sum()
    return narrowed(empirical_risk(widened(losses)) + lam * size, losses, theta)
