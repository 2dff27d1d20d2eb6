"""Mean, sum or none, for arrays and tensors alike, and the gradient of each."""

import numpy as np
import pytest
import torch

from lossbook._reduction import reduce, reduce_grad, weight_divisor

LOSSES = np.array([[1.0, 2.0], [4.0, 9.0]])


@pytest.mark.parametrize("of", [np.asarray, torch.as_tensor])
def test_values(of):
    assert reduce(of(LOSSES), "mean") == 4
    assert reduce(of(LOSSES), "sum") == 16
    assert reduce(of(LOSSES), "none").tolist() == LOSSES.tolist()
    assert reduce(of(LOSSES[:0]), "sum") == 0
    assert reduce(of(LOSSES[:0]), "none").shape == (0, 2)


@pytest.mark.parametrize("of", [np.asarray, torch.as_tensor])
def test_what_is_refused(of):
    for losses in (of(LOSSES[:0]), of(LOSSES[:, :0])):
        with pytest.raises(ValueError, match=r"reduction: .* under \"mean\", got an empty batch"):
            reduce(losses, "mean")
    for wrong in ("avg", "Mean", None, 1):
        with pytest.raises(ValueError, match="reduction: expected 'mean' or 'sum' or 'none', got"):
            reduce(of(LOSSES), wrong)


@pytest.mark.parametrize("entries", [1, 2])
def test_gradient_is_that_of_the_reduced_loss(entries: int):
    slopes = LOSSES - 3
    np.testing.assert_allclose(reduce_grad(slopes, "mean", entries=entries), slopes * entries / 4)
    for reduction in ("sum", "none"):
        np.testing.assert_array_equal(reduce_grad(slopes, reduction, entries=entries), slopes)
    with pytest.raises(ValueError, match="empty batch"):
        reduce_grad(slopes[:0], "mean", entries=entries)


@pytest.mark.parametrize("of", [np.asarray, torch.as_tensor])
def test_weighted_mean(of):
    losses, weights = of([1.0, 4.0]), of([3.0, 1.0])
    mean = reduce(weights * losses, "mean") / weight_divisor(weights, "mean")
    assert float(mean) == pytest.approx(7 / 4)
    assert weight_divisor(weights, "sum") == weight_divisor(weights, "none") == 1
    with pytest.raises(ValueError, match="weight: expected a positive weight under"):
        weight_divisor(0 * weights, "mean")
