"""Mean, sum or none, for arrays and tensors alike, and the gradient of each."""

import numpy as np
import pytest
import torch

from lossbook._reduction import reduce, reduce_grad

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
    """The summed losses over what they count; a sum and single losses do not ask for it."""
    losses, counts = of([3.0, 4.0]), of([3.0, 1.0])
    assert float(reduce(losses, "mean", counts)) == pytest.approx(7 / 4)
    assert float(reduce(losses, "sum", counts)) == 7
    assert reduce(losses, "none", counts).tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"y: expected one that counts .* ignored or of weight 0"):
        reduce(losses, "mean", 0 * counts)


def test_gradient_of_the_weighted_mean():
    slopes, counts = np.ones((2, 3)), np.array([3.0, 1.0])
    np.testing.assert_allclose(reduce_grad(slopes, "mean", counts, entries=3), slopes / 4)
    np.testing.assert_array_equal(reduce_grad(slopes, "sum", counts, entries=3), slopes)
    with pytest.raises(ValueError, match="y: expected one that counts"):
        reduce_grad(slopes, "mean", 0 * counts, entries=3)
