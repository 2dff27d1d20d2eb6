"""Reports from public trackers, and other inputs at the edge, that losses should survive."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from lossbook.reference.margin import l_softmax_psi
from lossbook.reference.softmax import smoothed_target

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


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("options", [{}, {"weight": [1.0] * 10}])
def test_soft_targets_are_judged_by_the_dtype_that_they_came_in(dtype: torch.dtype, options: dict):
    """Autocast widens them, but does not make their sums of 1 any more exact."""
    rng = np.random.default_rng(0)
    z, y = (torch.tensor(rng.normal(0, 2, (8, 10))).to(dtype) for _ in range(2))
    loss = functional.weighted_softmax_loss if options else functional.softmax_loss
    with torch.autocast("cpu", dtype):
        found = loss(z, y.softmax(1), **options)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found, F.cross_entropy(z.float(), y.softmax(1).float()), rtol=1e-5)


@pytest.mark.parametrize("name", ["focal_loss", "brier_loss", "multiclass_hinge_loss"])
def test_an_ignored_label_is_not_taken_for_one_that_is_as_large_in_bytes(name: str):
    z = np.random.default_rng(0).normal(size=(1, 200))
    wanted = getattr(reference, name)(z, [156], ignore_index=-100)
    for dtype in (torch.uint8, torch.uint16, torch.int64):
        y = torch.tensor([156], dtype=dtype)  # -100 as a byte
        found = getattr(functional, name)(torch.tensor(z), y, ignore_index=-100)
        np.testing.assert_allclose(found, wanted, rtol=1e-10)
        with pytest.raises(ValueError, match="y: expected labels 0 to 99, got 156"):
            getattr(functional, name)(torch.tensor(z[:, :100]), y, ignore_index=-100)


def test_half_precision_means_do_not_overflow_on_the_way():
    pixels = torch.zeros(1, 512, 512, dtype=torch.uint8)
    z = torch.zeros(1, 3, 512, 512).half()
    assert functional.multiclass_hinge_loss(z, pixels, ignore_index=255) == 1
    many, one = torch.full((2_000_000,), 0.05).half(), torch.tensor([300.0]).half()
    losses = torch.ones(4).half()
    for theta, penalty, wanted in ((many, "l1", 1.1), (one, "l2", 1.09)):
        risk = functional.structural_risk(losses, theta, lam=1e-6, penalty=penalty)
        assert risk.dtype == torch.float16
        assert risk.item() == pytest.approx(wanted, rel=1e-3)


def test_whole_numbers_do_not_cost_digits():
    x, s = torch.tensor([1.0, 2.0]).double(), torch.tensor([0.1, -0.2]).double()
    t = torch.tensor([7, 2**24 + 1])
    for name, arguments, options in (
        ("poisson_nll_loss", (x, t), {}),
        ("student_nll_loss", (x, t), {"nu": 1}),
        ("gaussian_nll_loss", (x, t, s), {}),
    ):
        wanted = getattr(reference, name)(*(a.numpy() for a in arguments), **options)
        found = getattr(functional, name)(*arguments, **options)
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


@pytest.mark.parametrize("beta", [0.5, 1.0])
def test_a_weighted_variance_may_be_tiny(beta: float):
    x, t = torch.tensor([3.0], requires_grad=True), torch.tensor([1.0])
    for logarithm in (-30.0, -90.0, -104.0, -150.0):
        s = torch.tensor([logarithm], requires_grad=True)
        loss = functional.gaussian_nll_loss(x, t, s, beta=beta)
        arguments = [3.0], [1.0], [logarithm]
        wanted = reference.gaussian_nll_loss(*arguments, beta=beta)
        if wanted < 1e38:
            np.testing.assert_allclose(loss.detach(), wanted, rtol=1e-5)
            slopes = reference.gaussian_nll_loss_grad(*arguments, beta=beta)
            for found, slope in zip(torch.autograd.grad(loss, (x, s)), slopes, strict=True):
                np.testing.assert_allclose(found, slope, rtol=1e-5)
    exact = 2 if beta == 1 else 2 * math.exp(400)
    found = reference.gaussian_nll_loss([3.0], [1.0], [-800.0], beta=beta)
    np.testing.assert_allclose(found, exact, rtol=1e-10)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("log", [False, True])
def test_half_precision_divergences_are_rounded_once(dtype: torch.dtype, log: bool):
    rng = np.random.default_rng(0)
    z = torch.tensor(rng.normal(size=(200, 10)))
    p, q = z.log_softmax(1), (z + 0.3 * torch.tensor(rng.normal(size=z.shape))).log_softmax(1)
    if not log:
        p, q = p.exp(), q.exp()
    p, q = p.to(dtype), q.to(dtype)
    functions = [lambda p, q: functional.kl_divergence(p, q, log=log)]
    if not log:
        functions += [functional.cross_entropy, lambda p, _: functional.entropy(p)]
    for function in functions:
        found = function(p, q)
        assert found.dtype == dtype
        with torch.autocast("cpu", dtype):  # checks by the dtype, computes in float32
            exact = function(p, q)
        np.testing.assert_array_equal(found.float(), exact.to(dtype).float())


def test_boxes_in_bytes_are_not_turned_round():
    x = torch.tensor([[0.0, 0.0, 4.0, 4.0]])
    for dtype in (torch.uint8, torch.int64):
        crossed = torch.tensor([[10, 10, 5, 20]], dtype=dtype)
        with pytest.raises(ValueError, match="a side of -5"):
            functional.giou_loss(x, crossed)


def test_triplets_in_bytes_have_the_slopes_of_their_numbers():
    triplet = [np.array([[1, 2]]), np.array([[3, 1]]), np.array([[0, 5]])]
    wanted = reference.triplet_loss_grad(*triplet, m=9)
    found = reference.triplet_loss_grad(*(part.astype(np.uint8) for part in triplet), m=9)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("classes", [20, 3000])
def test_margin_losses_in_the_wider_of_two_dtypes(classes: int):
    rng = np.random.default_rng(0)
    x, W = torch.tensor(rng.normal(size=(400, 5))), torch.tensor(rng.normal(size=(classes, 5)))
    y = torch.arange(400) % classes
    exact = functional.arcface_loss(x, W, y)
    with torch.autocast("cpu", torch.bfloat16):  # leaves float64 as it is
        assert functional.arcface_loss(x, W, y) == exact
    for pair in ((x.float(), W), (x, W.float())):
        found = functional.arcface_loss(*pair, y)
        assert found.dtype == torch.float64
        np.testing.assert_allclose(found, exact, rtol=1e-6)


def test_logits_as_large_as_they_get_leave_no_nan_in_the_focal_losses():
    for largest, gamma in ((1.7e38, 5), (3e38, 2), (3.4e38, 0.5)):
        s = torch.tensor([largest, -largest], requires_grad=True)
        for y in ([0.0, 1.0], [1.0, 0.0]):
            loss = functional.sigmoid_focal_loss(s, torch.tensor(y), gamma=gamma, reduction="sum")
            assert not torch.autograd.grad(loss, s)[0].isnan().any()
        z = torch.tensor([[largest, 0.0]], requires_grad=True)
        for label in (0, 1):
            loss = functional.focal_loss(z, torch.tensor([label]), gamma=gamma)
            assert not torch.autograd.grad(loss, z)[0].isnan().any()


def test_what_is_certain_has_no_negative_information():
    certain = torch.tensor([1.0, 0.0])
    for found in (functional.information(certain)[0], functional.cross_entropy(certain, certain)):
        assert not found.signbit()


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match=r"x: expected a torch\.Tensor, got list"):
        functional.gaussian_nll_loss([1.0], torch.ones(1), torch.ones(1))
    with pytest.raises(ValueError, match="y: expected labels 0 to 3, got 7"):
        smoothed_target([7], classes=4, label_smoothing=0.2)
    with pytest.raises(ValueError, match=r"theta: expected angles in radians in \[0, pi\], got 4"):
        l_softmax_psi([0.5, 4.0], m=2)
    assert nn.L2SoftmaxLoss(8, 3.0, 2).bias.shape == (3,)
