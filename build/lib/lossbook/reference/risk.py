"""Empirical and structural risk (section 0)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lossbook._checks import PENALTIES, Floats, as_floats, require_choice, require_non_negative
from lossbook._reduction import reduce
from lossbook.registry import implements

SYMBOLS = {"losses": "ell", "lam": "lambda"}


@implements("eq-empirical-risk", per="mean", symbols={"losses": "ell"})
def empirical_risk(losses: ArrayLike) -> np.float64:
    r"""Mean loss over a sample, equation ``eq-empirical-risk``.

    .. math:: \hat R = \frac1N \sum_{i=1}^N \ell_i

    Args:
        losses: one loss per sample, shape (N,) or any other non-empty shape.

    Returns:
        The risk, in the unit of the losses.

    Example:
        >>> float(empirical_risk([0.0, 1.0, 1.0, 0.0]))
        0.5

    Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, equation (8.3).
    """
    return np.float64(reduce(as_floats("losses", losses), "mean"))


def empirical_risk_grad(losses: ArrayLike) -> Floats:
    """Gradient of :func:`empirical_risk` with respect to each loss: 1/N."""
    values = as_floats("losses", losses)
    reduce(values, "mean")  # refuses an empty batch
    return np.full(values.shape, 1 / values.size)


@implements("eq-structural-risk-l1", per="mean", symbols=SYMBOLS, fixed={"penalty": "l1"})
@implements("eq-structural-risk-l2", per="mean", symbols=SYMBOLS, fixed={"penalty": "l2"})
def structural_risk(
    losses: ArrayLike, theta: ArrayLike, *, lam: float, penalty: str = "l2"
) -> np.float64:
    r"""Mean loss plus a penalty on the parameters, equation ``eq-structural-risk-l2``.

    .. math:: \hat R(\theta) = \frac1N \sum_{i=1}^N \ell_i + \lambda\,\Phi(\theta)

    Args:
        losses: one loss per sample, shape (N,) or any other non-empty shape.
        theta: the parameters that are penalised, any shape.
        lam: weight of the penalty, at least 0.
        penalty: ``"l1"`` for the sum of absolute values, ``"l2"`` for the sum of squares
            (no factor 1/2: PyTorch's ``weight_decay=w`` is this penalty with ``lam = w / 2``).

    Returns:
        The risk, in the unit of the losses.

    Example:
        >>> float(structural_risk([1.0, 3.0], [3.0, -4.0], lam=0.1))
        4.5
        >>> round(float(structural_risk([1.0, 3.0], [3.0, -4.0], lam=0.1, penalty="l1")), 3)
        2.7

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, equations (3.41) for the squares and (3.52) for the absolute values, there with the sum of
    the squared errors (half of it in the latter) in place of the mean loss.
    """
    weights = as_floats("theta", theta)
    require_choice("penalty", penalty, PENALTIES)
    require_non_negative("lam", lam)
    size = np.abs(weights).sum() if penalty == "l1" else (weights**2).sum()
    return np.float64(empirical_risk(losses) + lam * size)


def structural_risk_grad(
    losses: ArrayLike, theta: ArrayLike, *, lam: float, penalty: str = "l2"
) -> tuple[Floats, Floats]:
    """Gradients of :func:`structural_risk` with respect to the losses and to the parameters.

    At a parameter of exactly 0 the absolute value has no derivative; 0, the middle of its
    subgradients, is returned, as PyTorch does.
    """
    weights = as_floats("theta", theta)
    require_choice("penalty", penalty, PENALTIES)
    require_non_negative("lam", lam)
    slope = np.sign(weights) if penalty == "l1" else 2 * weights
    return empirical_risk_grad(losses), lam * slope
