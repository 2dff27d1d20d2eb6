"""The losses of a difference: PyTorch's own, joins, limits, minimisers, wrong implementations."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from sklearn.metrics import mean_pinball_loss
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from tests.support import (
    EMPTY,
    TOO_SHORT,
    as_tensor,
    both_give,
    both_refuse,
    both_slopes,
    equal_torch,
)

NAN, INF = float("nan"), float("inf")
NAMES = (
    "l1_loss",
    "l2_loss",
    "smooth_l1_loss",
    "huber_loss",
    "charbonnier_loss",
    "log_cosh_loss",
    "tukey_loss",
    "quantile_loss",
)
REQUIRED: dict[str, dict] = {"quantile_loss": {"tau": 0.3}}
WIDTHS = (1e-3, 0.5, 1, 1.345, 20)

BAD = [
    *(
        case
        for name in NAMES
        for given in [REQUIRED.get(name, {})]
        for case in (
            (name, TOO_SHORT, given, ValueError, r"t: .* shape of x, \(1,\), got shape \(2,\)"),
            (name, ([0.0] * 3, [[0.0]] * 3), given, ValueError, r"t: .* got shape \(3, 1\)"),
            (name, EMPTY, given, ValueError, "empty batch"),
            (name, ([0.0], [1.0]), given | {"reduction": "avg"}, ValueError, "reduction: .* 'avg'"),
        )
    ),
    *(
        ("smooth_l1_loss", ([0.0], [1.0]), {"beta": beta}, ValueError, "beta: .* at least 0, got")
        for beta in (-1, -1e-9, NAN, INF)
    ),
    *(
        ("huber_loss", ([0.0], [1.0]), {"delta": delta}, ValueError, "delta: .* above 0, got")
        for delta in (0, -1, NAN, INF)
    ),
    *(
        (name, ([0.0], [1.0]), {option: width}, ValueError, f"{option}: .* above 0, got")
        for name, option in (("charbonnier_loss", "epsilon"), ("tukey_loss", "c"))
        for width in (0, -1, NAN, INF)
    ),
    *(
        ("quantile_loss", ([0.0], [1.0]), {"tau": tau}, ValueError, "tau: .* between 0 and 1.*got")
        for tau in (0, 1, -0.5, 90, NAN)
    ),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


residuals = st.floats(-50, 50)
widths = st.floats(0.01, 20)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 4), (2, 3, 4)])
class TestPyTorch:
    @pytest.fixture
    def pair(self, shape: tuple) -> tuple[torch.Tensor, torch.Tensor]:
        generator = torch.Generator().manual_seed(0)
        x, t = 3 * torch.randn(2, *shape, dtype=torch.float64, generator=generator)
        return x, t

    def test_l1_and_l2(self, pair, reduction: str):
        for name, theirs in (("l1_loss", F.l1_loss), ("l2_loss", F.mse_loss)):
            equal_torch(
                name, lambda x, t, f=theirs: f(x, t, reduction=reduction), pair, reduction=reduction
            )

    @pytest.mark.parametrize("width", [0, *WIDTHS])
    def test_smooth_l1_and_huber(self, pair, reduction: str, width: float):
        options = {"reduction": reduction}
        equal_torch(
            "smooth_l1_loss",
            lambda x, t: F.smooth_l1_loss(x, t, beta=float(width), **options),
            pair,
            beta=width,
            **options,
        )
        if width:
            equal_torch(
                "huber_loss",
                lambda x, t: F.huber_loss(x, t, delta=width, **options),
                pair,
                delta=width,
                **options,
            )


def test_values_by_hand():
    x, t = [1.5, 5.0, 2.0], [2.0, 2.0, 2.0]
    both_give("l1_loss", (x, t), [0.5, 3, 0], reduction="none")
    both_give("l2_loss", (x, t), [0.25, 9, 0], reduction="none")
    both_give("smooth_l1_loss", (x, t), [0.125, 2.5, 0], reduction="none")
    both_give("smooth_l1_loss", (x, t), [0.0625, 2, 0], beta=2, reduction="none")
    both_give("smooth_l1_loss", (x, t), [0.5, 3, 0], beta=0, reduction="none")
    both_give("huber_loss", (x, t), [0.125, 4, 0], delta=2, reduction="none")
    both_give("huber_loss", (1.0, 4.0), 4, delta=2)


def test_slopes_at_the_target_and_at_the_joins():
    x, t = [2.0, 3.0, 1.0, 2.5, 7.0], [2.0] * 5
    both_slopes("l1_loss", (x, t), [0, 1, -1, 1, 1])
    both_slopes("l2_loss", (x, t), [0, 2, -2, 1, 10])
    both_slopes("smooth_l1_loss", (x, t), [0, 1, -1, 0.5, 1])
    both_slopes("huber_loss", (x, t), [0, 1, -1, 0.5, 1])


@given(residuals, widths)
def test_huber_is_delta_times_smooth_l1(r: float, width: float):
    for layer, of in ((reference, np.asarray), (functional, as_tensor)):
        huber = layer.huber_loss(of([r]), of([0.0]), delta=width)
        smooth = layer.smooth_l1_loss(of([r]), of([0.0]), beta=width)
        np.testing.assert_allclose(huber, width * smooth, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(
        reference.huber_loss_grad([r], [0.0], delta=width),
        width * reference.smooth_l1_loss_grad([r], [0.0], beta=width),
        rtol=1e-12,
        atol=1e-300,
    )


@given(residuals, widths)
def test_huber_lies_below_both_its_parts(r: float, width: float):
    value = reference.huber_loss([r], [0.0], delta=width)
    assert 0 <= value <= min(r**2 / 2, width * abs(r)) * (1 + 1e-12)
    assert value == reference.huber_loss([-r], [0.0], delta=width)
    assert abs(reference.huber_loss_grad([r], [0.0], delta=width)) <= width
    # smooth L1 lies within beta / 2 below L1.
    gap = abs(r) - reference.smooth_l1_loss([r], [0.0], beta=width)
    assert -1e-12 <= gap <= width / 2 + 1e-12


@given(residuals)
def test_limits(r: float):
    both_give("smooth_l1_loss", ([r], [0.0]), abs(r), beta=0)
    np.testing.assert_allclose(
        reference.smooth_l1_loss([r], [0.0], beta=1e-9), abs(r), rtol=0, atol=1e-9
    )
    both_give("huber_loss", ([r], [0.0]), r**2 / 2, delta=1e200)
    np.testing.assert_allclose(
        reference.huber_loss([r], [0.0], delta=1e-9) / 1e-9, abs(r), rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tukey_loss"])
@given(r=st.integers(-3, 3), s=residuals)
def test_no_point_lies_below_a_tangent(name: str, r: int, s: float):
    """Convexity, with slopes taken at the kink and at the joins as well."""
    loss, slope = getattr(reference, name), getattr(reference, f"{name}_grad")
    options = REQUIRED.get(name, {})
    rise = slope([r], [0.0], **options).item() * (s - r)
    assert loss([s], [0.0], **options) >= loss([r], [0.0], **options) + rise - 1e-12


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "option"), [("smooth_l1_loss", "beta"), ("huber_loss", "delta")])
def test_value_and_slope_are_continuous_at_the_joins(name: str, option: str, width: float):
    for join in (-width, width):
        sides = np.array([np.nextafter(join, -INF), join, np.nextafter(join, INF)])
        for function in (name, f"{name}_grad"):
            values = getattr(reference, function)(
                sides, np.zeros(3), reduction="none", **{option: width}
            )
            np.testing.assert_allclose(values, values[1], rtol=1e-14)


def test_huber_without_its_constant_jumps():
    """Written delta |r| beyond the join, it lacks the delta^2 / 2 that makes it continuous."""

    def wrong(r: float, delta: float = 1.0) -> float:
        return r**2 / 2 if abs(r) <= delta else delta * abs(r)

    assert wrong(1 + 1e-12) - wrong(1.0) > 0.49
    assert abs(wrong(3.0) - reference.huber_loss(3.0, 0.0)) == 0.5


def test_delta_is_no_beta():
    x, t = torch.tensor([0.3, 5.0]), torch.zeros(2)
    assert not torch.isclose(F.smooth_l1_loss(x, t, beta=2.0), functional.huber_loss(x, t, delta=2))


def test_a_missing_axis_is_not_broadcast():
    x, t = torch.arange(3.0), torch.arange(3.0)[:, None]
    with pytest.warns(UserWarning, match="broadcast"):
        assert F.mse_loss(x, t) > 0  # 9 pairs instead of 3, none of them meant
    with pytest.raises(ValueError, match=r"got shape \(3, 1\)"):
        functional.l2_loss(x, t)


@pytest.mark.parametrize(
    ("name", "options", "curvature"),
    [
        ("l2_loss", {}, 2),
        ("smooth_l1_loss", {"beta": 0.25}, 4),
        ("huber_loss", {"delta": 0.25}, 1),
    ],
)
def test_curvature_at_the_target(name: str, options: dict, curvature: float):
    def loss(x: torch.Tensor) -> torch.Tensor:
        return getattr(functional, name)(x, torch.zeros(1), **options)

    hessian = torch.autograd.functional.hessian(loss, torch.zeros(1))
    assert hessian.item() == curvature

    def split_by_the_distance(x: torch.Tensor) -> torch.Tensor:
        return x.abs().clamp(max=0.25).square().sum() / 0.5

    assert torch.autograd.functional.hessian(split_by_the_distance, torch.zeros(1)).item() == 0


def test_half_precision_squares_do_not_overflow_on_the_way():
    x, t = torch.tensor([300.0], dtype=torch.float16), torch.zeros(1, dtype=torch.float16)
    assert (x.square() / 2000).isinf()
    assert functional.smooth_l1_loss(x, t, beta=1000).item() == 45
    wanted = torch.tensor(45000, dtype=torch.float16)
    assert functional.huber_loss(x, t, delta=1e6) == wanted


@given(st.lists(st.integers(-20, 20), min_size=5, max_size=5))
def test_minimisers(targets: list[int]):
    """The median for L1, the mean for L2: 0 is a subgradient there."""
    t = np.array(targets, dtype=float)
    middle, mean = np.full(5, np.median(t)), np.full(5, t.mean())
    slopes = reference.l1_loss_grad(middle, t, reduction="none")
    assert abs(slopes.sum()) <= (slopes == 0).sum()  # each kink gives any slope from -1 to 1
    np.testing.assert_allclose(reference.l2_loss_grad(mean, t).sum(), 0, atol=1e-12)


@given(residuals, st.sampled_from(WIDTHS))
def test_charbonnier_is_the_pseudo_huber_loss_over_epsilon(r: float, epsilon: float):
    wanted = special.pseudo_huber(epsilon, r) / epsilon
    loss = reference.charbonnier_loss([r], [0.0], epsilon=epsilon)
    np.testing.assert_allclose(loss, wanted, rtol=1e-9, atol=1e-12)
    both_slopes("charbonnier_loss", ([r], [0.0]), [r / math.hypot(r, epsilon)], epsilon=epsilon)


@given(st.integers(-5000, 5000))
def test_log_cosh_is_what_its_name_says(hundredths: int):
    r = hundredths / 100
    loss = reference.log_cosh_loss([r], [0.0])
    np.testing.assert_allclose(loss, math.log(math.cosh(r)), rtol=1e-9, atol=1e-15)
    both_slopes("log_cosh_loss", ([r], [0.0]), [math.tanh(r)])


def test_log_cosh_is_curved_at_its_minimum():
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(functional.log_cosh_loss(x, 0 * x), x, create_graph=True)
    assert torch.autograd.grad(slope, x)[0].item() == pytest.approx(1)


def test_tukey_by_hand():
    x, t = [0.0, 1.0, -3.0, 2.5], [0.0] * 4
    both_give("tukey_loss", (x, t), [0, 37 / 96, 2 / 3, 2 / 3], c=2, reduction="none")
    both_slopes("tukey_loss", (x, t), [0, 9 / 16, 0, 0], c=2)


def test_tukey_has_a_second_minimum_where_errors_fall_in_two_groups():
    t = np.array([0.0, 0.1, 0.2, 9.0, 9.1])
    grid = np.linspace(-1, 10, 1101)
    risk = np.array([reference.tukey_loss(np.full(5, x), t, c=2) for x in grid])
    lowest = grid[1:-1][(risk[1:-1] < risk[:-2]) & (risk[1:-1] < risk[2:])]
    np.testing.assert_allclose(lowest, [0.1, 9.05], atol=0.011)


taus = st.floats(0.01, 0.99)


def test_quantile_values_and_slopes_by_hand():
    x, t = [2.0, 2.0, 2.0], [3.0, 1.0, 2.0]
    both_give("quantile_loss", (x, t), [0.75, 0.25, 0], tau=0.75, reduction="none")
    both_give("quantile_loss", (x, t), 1, tau=0.25, reduction="sum")
    both_slopes("quantile_loss", (x, t), [-0.75, 0.25, 0], tau=0.75)


@given(residuals, taus)
def test_quantile_is_half_of_l1_and_a_slant(r: float, tau: float):
    both_give("quantile_loss", ([r], [0.0]), abs(r) / 2 + (0.5 - tau) * r, tau=tau)
    both_give(
        "quantile_loss", ([-r], [0.0]), reference.quantile_loss([r], [0.0], tau=1 - tau), tau=tau
    )


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=9), st.integers(1, 15))
def test_the_quantile_is_a_minimiser(targets: list[int], sixteenths: int):
    t, tau = np.array(targets, dtype=float), sixteenths / 16
    risks = [reference.quantile_loss(np.full(len(t), x), t, tau=tau) for x in np.unique(t)]
    quantile = np.quantile(t, tau, method="inverted_cdf")
    at_quantile = reference.quantile_loss(np.full(len(t), quantile), t, tau=tau)
    np.testing.assert_allclose(at_quantile, min(risks), rtol=1e-12, atol=1e-12)


@given(st.lists(st.tuples(residuals, residuals), min_size=1, max_size=6), taus)
def test_quantile_equals_scikit_learn(pairs: list[tuple[float, float]], tau: float):
    x, t = np.array(pairs).T
    both_give("quantile_loss", (x, t), mean_pinball_loss(t, x, alpha=tau), tau=tau)


def test_quantile_with_its_sides_swapped_finds_the_other_quantile():
    """The usual mistake, x - t in the place of t - x, is the loss of 1 - tau."""
    t, grid = np.arange(11.0), np.linspace(0, 10, 101)
    for tau in (0.2, 0.8):
        swapped = [np.maximum(tau * (x - t), (tau - 1) * (x - t)).mean() for x in grid]
        right = [reference.quantile_loss(np.full(11, x), t, tau=tau) for x in grid]
        assert grid[np.argmin(right)] == pytest.approx(10 * tau)
        assert grid[np.argmin(swapped)] == pytest.approx(10 * (1 - tau))


def test_tau_is_not_rounded_to_half_precision():
    """In bfloat16 0.999 is 1, and a prediction that is too high would cost nothing."""
    x, t = torch.ones(1, dtype=torch.bfloat16), torch.zeros(1, dtype=torch.bfloat16)
    assert torch.tensor(0.999, dtype=torch.bfloat16) == 1
    assert functional.quantile_loss(x, t, tau=0.999).item() == pytest.approx(1e-3, rel=1e-2)


@given(residuals)
def test_negative_log_likelihoods(r: float):
    """Gaussian with sigma = 1: half of L2 and a constant. Laplace with b = 1: L1 and a constant."""
    x, t = torch.tensor([r], dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    normal = -torch.distributions.Normal(t, torch.ones_like(t)).log_prob(x)
    laplace = -torch.distributions.Laplace(t, torch.ones_like(t)).log_prob(x)
    half_log = math.log(2 * math.pi) / 2
    torch.testing.assert_close(functional.l2_loss(x, t) / 2 + half_log, normal.squeeze())
    torch.testing.assert_close(functional.l1_loss(x, t) + math.log(2), laplace.squeeze())


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (nn.SmoothL1Loss, {"beta": -1}, "beta: .* got -1"),
        (nn.HuberLoss, {"delta": 0}, "delta: .* got 0"),
        (nn.QuantileLoss, {"tau": 95}, "tau: .* got 95"),
    ],
)
def test_modules_refuse_when_built(module: type, options: dict, message: str):
    with pytest.raises(ValueError, match=message):
        module(**options)
