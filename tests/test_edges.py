"""Reports from public trackers, and other inputs at the edge, that losses should survive."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, reference

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("l1_loss", {}),
        ("l2_loss", {}),
        ("smooth_l1_loss", {}),
        ("huber_loss", {}),
        ("charbonnier_loss", {}),
        ("log_cosh_loss", {}),
        ("tukey_loss", {"c": 20}),
        ("quantile_loss", {"tau": 0.9}),
        ("gaussian_nll_loss", {}),
        ("gaussian_nll_loss", {"beta": 0.5}),
        ("student_nll_loss", {"nu": 3}),
    ],
)
def test_a_missing_target_may_be_masked_afterwards(name: str, options: dict):
    """pytorch#121416: 0 * NaN would reach the prediction."""
    x = torch.tensor([1.0, 2.0, 5.0], requires_grad=True)
    t = torch.tensor([0.5, NAN, 0.0])
    log_variance = torch.tensor([0.5, -1.0, 1.0], requires_grad=True)
    predicted = (x, log_variance) if name == "gaussian_nll_loss" else (x,)
    losses = getattr(functional, name)(x, t, *predicted[1:], reduction="none", **options)
    assert losses.isnan().tolist() == [False, True, False]
    losses[~t.isnan()].sum().backward()
    slopes = getattr(reference, f"{name}_grad")
    others = [[0.5, 1.0] for _ in predicted[1:]]
    wanted = slopes([1.0, 5.0], [0.5, 0.0], *others, reduction="sum", **options)
    for tensor, (first, last) in zip(predicted, np.reshape(wanted, (-1, 2)), strict=True):
        np.testing.assert_allclose(tensor.grad, [first, 0, last], rtol=1e-6)


@pytest.mark.parametrize("name", ["l2_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_a_prediction_of_nan_is_passed_back(name: str, reduction: str):
    x = torch.tensor([1.0, NAN], requires_grad=True)
    losses = getattr(functional, name)(x, torch.zeros(2), reduction=reduction)
    losses.sum().backward()
    assert x.grad.isnan().tolist() == [False, True]


def test_a_true_class_that_is_ruled_out_leaves_no_nan():
    z = torch.tensor([[-INF, 0.0, 1.0]], requires_grad=True)
    for name in ("softmax_loss", "focal_loss"):
        value = getattr(functional, name)(z, torch.tensor([0]))
        assert value > 1e30
        assert not torch.autograd.grad(value, z)[0].isnan().any()


def test_infinite_logits_leave_no_nan_in_the_sigmoid_focal_loss():
    s = torch.tensor([INF, -INF, INF, -INF], requires_grad=True)
    y = torch.tensor([1.0, 0.0, 0.0, 1.0])
    losses = functional.sigmoid_focal_loss(s, y, reduction="none")
    assert losses[:2].tolist() == [0, 0]
    assert (losses[2:] > 1e30).all()
    assert not torch.autograd.grad(losses.sum(), s)[0].isnan().any()


def test_ignored_samples_are_not_counted():
    """segmentation_models.pytorch#852: their number must not be in the denominator."""
    z, y = torch.zeros(1, 2, 2, 2), torch.tensor([[[0, 255], [255, 1]]])
    for name, wanted in (
        ("softmax_loss", math.log(2)),
        ("focal_loss", math.log(2)),
        ("multiclass_hinge_loss", 1),
        ("brier_loss", 0.5),
    ):
        options = {"gamma": 0} if name == "focal_loss" else {}
        value = getattr(functional, name)(z, y, ignore_index=255, **options)
        assert value.item() == pytest.approx(wanted)
        exact = getattr(reference, name)(z.numpy(), y.numpy(), ignore_index=255, **options)
        assert exact == pytest.approx(wanted)
        with pytest.raises(ValueError, match="y: expected one that counts"):
            getattr(functional, name)(z, torch.full_like(y, 255), ignore_index=255, **options)
        with pytest.raises(ValueError, match="y: expected one that counts"):
            getattr(reference, name)(z.numpy(), np.full((1, 2, 2), 255), ignore_index=255)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_weights_smoothing_and_ignored_labels_together(reduction: str):
    """pytorch#69339: what the mean divides by, the summed weights of the labels that count."""
    rng = np.random.default_rng(0)
    z, y = torch.tensor(rng.normal(size=(6, 3))), torch.tensor([0, 2, -100, 1, -100, 2])
    weight = torch.tensor([0.2, 0.3, 1.5], dtype=torch.float64)
    wanted = F.cross_entropy(z, y, weight, label_smoothing=0.1, reduction=reduction)
    options = {"ignore_index": -100, "label_smoothing": 0.1, "reduction": reduction}
    ours = functional.weighted_softmax_loss(z, y, weight=weight, **options)
    torch.testing.assert_close(ours, wanted)
    exact = reference.weighted_softmax_loss(z.numpy(), y.numpy(), weight=weight.numpy(), **options)
    np.testing.assert_allclose(exact, wanted, rtol=1e-12)


def test_probabilities_are_averaged_over_their_number():
    """PyTorch's mean of soft targets divides by N, whatever the weights."""
    rng = np.random.default_rng(0)
    z, weight = torch.tensor(rng.normal(size=(6, 3))), torch.tensor([0.2, 0.3, 1.5]).double()
    t = torch.tensor(rng.dirichlet(np.ones(3), 6))
    wanted = F.cross_entropy(z, t, weight)
    torch.testing.assert_close(functional.weighted_softmax_loss(z, t, weight=weight), wanted)
    exact = reference.weighted_softmax_loss(z.numpy(), t.numpy(), weight=weight.numpy())
    np.testing.assert_allclose(exact, wanted, rtol=1e-12)
    with pytest.raises(ValueError, match=r"y: .* got a sum of"):
        functional.softmax_loss(z, 0.5 * t)
    with pytest.raises(ValueError, match="ignore_index: expected None where y holds probabilities"):
        functional.softmax_loss(z, t, ignore_index=0)


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool])
@pytest.mark.parametrize(
    "name", ["binary_cross_entropy", "sigmoid_cross_entropy", "sigmoid_focal_loss"]
)
def test_binary_targets_of_any_kind(name: str, dtype: torch.dtype):
    """pytorch#2220: whole numbers and truth values are targets."""
    s, y = torch.tensor([0.3, -2.0]), torch.tensor([1.0, 0.0])
    function = getattr(functional, name)
    assert function(s, y.to(dtype)) == function(s, y)


def test_whole_numbers_are_targets_of_a_regression():
    x, t = torch.tensor([0.5, 2.0]), torch.tensor([1, 4])
    assert functional.l2_loss(x, t) == functional.l2_loss(x, t.float())
    assert functional.l2_loss(x.half(), t).dtype == torch.float16


def test_messages_say_what_to_do():
    z = torch.tensor([[0.3, -1.0]])
    with pytest.raises(ValueError, match=r"got -100 \(to leave samples out, .* y != -100\)"):
        functional.softmax_loss(z, torch.tensor([-100]))
    with pytest.raises(ValueError, match="for logits and labels: softmax_loss"):
        functional.cross_entropy(z, z)


@pytest.mark.parametrize("weights", [{"weight": [1.0, 2.0, 3.0]}, {"pos_weight": torch.ones(1, 3)}])
def test_weights_must_fit_the_logits(weights: dict):
    with pytest.raises(ValueError, match=r"weight: .* broadcasts to that of the logits"):
        functional.binary_cross_entropy(torch.zeros(2), torch.ones(2), **weights)
    with pytest.raises(ValueError, match="weight: expected finite weights of at least 0, got -1"):
        functional.binary_cross_entropy(torch.zeros(2), torch.ones(2), weight=-1)
