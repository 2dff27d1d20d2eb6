"""Negative log-densities: PyTorch's and SciPy's own, the weights of beta, and wrong versions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from tests.support import EMPTY, as_tensor, both_give, both_refuse

NAN, INF = float("nan"), float("inf")
ONE = [0.0]

BAD = [
    ("gaussian_nll_loss", (ONE, [0.0, 1.0], ONE), {}, ValueError, r"t: .* got shape \(2,\)"),
    ("gaussian_nll_loss", (ONE, ONE, [[0.0]]), {}, ValueError, r"log_variance: .* \(1, 1\)"),
    *(
        ("gaussian_nll_loss", (ONE, ONE, ONE), {"beta": beta}, ValueError, "beta: .* in \\[0, 1\\]")
        for beta in (-0.1, 1.1, NAN)
    ),
    ("gaussian_nll_loss", (*EMPTY, []), {}, ValueError, "empty batch"),
    ("student_nll_loss", (ONE, [0.0, 1.0]), {"nu": 3}, ValueError, r"t: .* got shape \(2,\)"),
    *(
        ("student_nll_loss", (ONE, ONE), {"nu": 3} | option, ValueError, ".*: .* above 0, got")
        for option in ({"nu": 0}, {"nu": INF}, {"scale": 0}, {"scale": -1})
    ),
    ("poisson_nll_loss", (ONE, [0.0, 1.0]), {}, ValueError, r"t: .* got shape \(2,\)"),
    *(
        ("poisson_nll_loss", (ONE, [count]), {}, ValueError, f"t: .* of at least 0, got {count}")
        for count in (-1.0, NAN, INF)
    ),
    ("poisson_nll_loss", (ONE, ONE), {"reduction": "avg"}, ValueError, "reduction: .* 'avg'"),
]

numbers = st.floats(-30, 30)
logs = st.floats(-6, 6)


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


def test_values_by_hand():
    constant = math.log(2 * math.pi) / 2
    both_give("gaussian_nll_loss", ([1.0], [3.0], [0.0]), 2 + constant)
    both_give("gaussian_nll_loss", ([1.0], [3.0], [math.log(4)]), math.log(2) + 0.5 + constant)
    both_give("student_nll_loss", ([0.0], [0.0]), math.log(math.pi), nu=1)
    both_give("poisson_nll_loss", ([0.0], [3.0]), 1 + math.log(6))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_gaussian_equals_pytorch_in_value_and_gradient(reduction: str):
    rng = np.random.default_rng(0)
    x, t, s = (as_tensor(rng.normal(0, 2, 7)).requires_grad_(i != 1) for i in range(3))
    ours = functional.gaussian_nll_loss(x, t, s, reduction=reduction)
    theirs = F.gaussian_nll_loss(x, t, s.exp(), full=True, reduction=reduction)
    torch.testing.assert_close(ours, theirs)
    slopes = (torch.autograd.grad(value.sum(), (x, s)) for value in (ours, theirs))
    torch.testing.assert_close(*slopes)


@given(numbers, numbers, logs)
def test_densities_equal_scipy(x: float, t: float, s: float):
    both_give("gaussian_nll_loss", ([x], [t], [s]), -stats.norm.logpdf(t, x, math.exp(s / 2)))
    nu, scale = math.exp(s) + 0.5, math.exp(-s / 3)
    expected = -stats.t.logpdf(t, nu, x, scale)
    for layer, of in ((reference, np.asarray), (functional, as_tensor)):
        value = layer.student_nll_loss(of([x]), of([t]), nu=nu, scale=scale)
        np.testing.assert_allclose(value, expected, rtol=1e-9)


@given(logs, st.integers(0, 60))
def test_poisson_equals_pytorch_up_to_the_factorial(s: float, count: int):
    expected = -stats.poisson.logpmf(count, math.exp(s))
    for layer, of in ((reference, np.asarray), (functional, as_tensor)):
        value = layer.poisson_nll_loss(of([s]), of([float(count)]))
        np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9)
    theirs = F.poisson_nll_loss(as_tensor([s]), as_tensor([float(count)]))
    np.testing.assert_allclose(theirs + math.lgamma(count + 1), expected, rtol=1e-9, atol=1e-9)


def test_pytorch_s_full_poisson_is_an_approximation():
    """Its factorial is Stirling's, and left out up to a count of 1."""
    s, t = torch.zeros(1, dtype=torch.float64), torch.full((1,), 2.0, dtype=torch.float64)
    gap = functional.poisson_nll_loss(s, t) - F.poisson_nll_loss(s, t, full=True)
    assert 0.04 < gap.item() < 0.05


def test_densities_have_an_area_of_one():
    def area(loss, low: float, high: float) -> float:
        return integrate.quad(lambda t: np.exp(-loss(t)), low, high)[0]

    wide = area(lambda t: reference.student_nll_loss([1.0], [t], nu=3, scale=2), -INF, INF)
    assert wide == pytest.approx(1)
    normal = area(lambda t: reference.gaussian_nll_loss([1.0], [t], [0.7]), -40, 40)
    assert normal == pytest.approx(1)
    counts = np.arange(60.0)
    losses = reference.poisson_nll_loss(np.full(60, 1.5), counts, reduction="none")
    assert np.exp(-losses).sum() == pytest.approx(1)


@given(numbers, numbers, st.floats(-3, 3), st.floats(0, 1))
def test_beta_weighs_value_and_gradient_and_is_a_constant(x, t, s, beta):
    weight = math.exp(beta * s)
    plain = reference.gaussian_nll_loss([x], [t], [s])
    both_give("gaussian_nll_loss", ([x], [t], [s]), weight * plain, beta=beta)
    slopes = reference.gaussian_nll_loss_grad([x], [t], [s], beta=beta)
    for ours, before in zip(slopes, reference.gaussian_nll_loss_grad([x], [t], [s]), strict=True):
        np.testing.assert_allclose(ours, weight * before, rtol=1e-12)
    inputs = [as_tensor([x]).requires_grad_(), as_tensor([t]), as_tensor([s]).requires_grad_()]
    value = functional.gaussian_nll_loss(*inputs, beta=beta)
    found = torch.autograd.grad(value, (inputs[0], inputs[2]))
    for ours, theirs in zip(slopes, found, strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-12)


@given(numbers, numbers, st.floats(-3, 3))
def test_with_beta_of_one_the_means_get_the_gradient_of_l2(x: float, t: float, s: float):
    means, _ = reference.gaussian_nll_loss_grad([x], [t], [s], beta=1)
    np.testing.assert_allclose(means, reference.l2_loss_grad([x], [t]) / 2, rtol=1e-12)


def test_a_vanishing_variance_can_grow_again():
    """Behind an exponential PyTorch's cannot: its slope is multiplied by e^s, which is 0."""
    s = torch.tensor([-300.0], requires_grad=True)
    one, zero = torch.ones(1), torch.zeros(1)
    (slope,) = torch.autograd.grad(functional.gaussian_nll_loss(one, zero, s), s)
    assert slope == -INF
    (theirs,) = torch.autograd.grad(F.gaussian_nll_loss(one, zero, s.exp()), s)
    assert theirs == 0


def test_a_student_with_many_degrees_of_freedom_is_a_gaussian():
    x, t = np.zeros(3), np.array([0.0, 1.0, -3.0])
    student = reference.student_nll_loss(x, t, nu=1e8, reduction="none")
    normal = reference.gaussian_nll_loss(x, t, np.zeros(3), reduction="none")
    np.testing.assert_allclose(student, normal, rtol=1e-6)


@given(numbers, st.floats(0.5, 30), st.floats(0.1, 10))
def test_the_slope_of_a_student_is_bounded_and_falls_again(r: float, nu: float, scale: float):
    def slope(residual: float) -> float:
        return reference.student_nll_loss_grad([residual], [0.0], nu=nu, scale=scale)[0]

    peak = scale * math.sqrt(nu)
    assert abs(slope(r)) <= slope(peak) * (1 + 1e-12)
    assert slope(10 * peak) < slope(2 * peak) < slope(peak)


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (nn.GaussianNLLLoss, {"beta": 2}, "beta: .* got 2"),
        (nn.StudentNLLLoss, {"nu": 0}, "nu: .* got 0"),
        (nn.StudentNLLLoss, {"nu": 3, "scale": 0}, "scale: .* got 0"),
    ],
)
def test_modules_refuse_when_built(module: type, options: dict, message: str):
    with pytest.raises(ValueError, match=message):
        module(**options)
