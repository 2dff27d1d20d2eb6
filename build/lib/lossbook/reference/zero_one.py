"""The 0-1 loss (section 1.1)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from lossbook._checks import Floats, as_floats, require_no_nan, require_same_shape
from lossbook._reduction import Reduction, reduce
from lossbook.registry import implements


@implements("eq-zero-one", symbols={"prediction": "y_hat", "target": "y"})
def zero_one_loss(
    prediction: ArrayLike, target: ArrayLike, *, reduction: Reduction = "mean"
) -> Floats:
    r"""1 where the predicted label is wrong, 0 where it is right, equation ``eq-zero-one``.

    .. math:: \ell(\hat y, y) = [\hat y \ne y]

    There is no ``zero_one_loss_grad``: the prediction is a label, and in a score behind the
    label the loss is piecewise constant, so that its derivative is 0 wherever it exists.

    Args:
        prediction: predicted labels, any numbers but NaN, shape (N,) or any other shape.
        target: true labels, the same shape.
        reduction: ``"mean"`` (the error rate), ``"sum"`` (the number of errors) or ``"none"``.

    Returns:
        The reduced loss, or one loss per sample under ``"none"``.

    Example:
        >>> float(zero_one_loss([1, 0, 2, 2], [1, 1, 2, 0]))
        0.5

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    2009, section 2.4.
    """
    predicted, true = as_floats("prediction", prediction), as_floats("target", target)
    require_same_shape("prediction", predicted, "target", true)
    require_no_nan("prediction", predicted)
    require_no_nan("target", true)
    losses: Floats = (predicted != true).astype(float)
    return reduce(losses, reduction)
