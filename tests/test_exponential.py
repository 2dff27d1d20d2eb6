"""Exponential, logistic and sigmoid cross-entropy losses: identities, bounds, PyTorch's traps."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, reference
from tests.support import (
    EMPTY,
    TOO_SHORT,
    bad_margins,
    both_give,
    both_refuse,
    both_slopes,
    equal_torch,
)

NAN = float("nan")

BAD = [
    *bad_margins("exponential_loss", "logistic_loss"),
    ("sigmoid_cross_entropy", ([0.0], [2.0]), {}, ValueError, r"t: .*\[0, 1\], got 2.0"),
    ("sigmoid_cross_entropy", ([0.0], [-1.0]), {}, ValueError, "t: .* got -1.0"),
    ("sigmoid_cross_entropy", ([0.0], [NAN]), {}, ValueError, "t: .* got nan"),
    ("sigmoid_cross_entropy", TOO_SHORT, {}, ValueError, r"t: .* shape of z, .* got shape \(2,\)"),
    ("sigmoid_cross_entropy", EMPTY, {}, ValueError, "empty batch"),
    ("sigmoid_cross_entropy", ([0.0], [1.0]), {"reduction": 1}, ValueError, "reduction: .* got 1"),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


SCORES = torch.tensor(np.random.default_rng(0).normal(0, 4, (6, 3)))
SIGNS = torch.tensor(np.random.default_rng(1).choice([-1.0, 1.0], (6, 3)))
TARGETS = torch.tensor(np.random.default_rng(2).uniform(0, 1, (6, 3)))
margins = st.floats(-30, 30)


def test_values_by_hand():
    f, y = [0.0, 2.0, 2.0], [1, 1, -1]
    both_give("exponential_loss", (f, y), [1, math.exp(-2), math.exp(2)], reduction="none")
    logistic = [math.log(2), math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))]
    both_give("logistic_loss", (f, y), logistic, reduction="none")
    both_give("sigmoid_cross_entropy", (f, [1.0, 1.0, 0.0]), logistic, reduction="none")


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_equal_pytorch(reduction: str):
    equal_torch(
        "logistic_loss",
        lambda f, y: F.soft_margin_loss(f, y, reduction=reduction),
        (SCORES, SIGNS),
        reduction=reduction,
    )
    equal_torch(
        "sigmoid_cross_entropy",
        lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction=reduction),
        (SCORES, TARGETS),
        reduction=reduction,
    )


def test_several_labels_in_pytorch():
    """``multilabel_soft_margin_loss`` takes the mean over the labels, then over the samples."""
    equal_torch("sigmoid_cross_entropy", F.multilabel_soft_margin_loss, (SCORES, TARGETS.round()))


class TestPyTorchTraps:
    f, y = torch.tensor([1000.0, -1000.0]), torch.tensor([-1.0, 1.0])

    def test_soft_margin_loss_overflows(self):
        score = self.f.clone().requires_grad_()
        theirs = F.soft_margin_loss(score, self.y)
        assert theirs.isinf()
        assert torch.autograd.grad(theirs, score)[0].isnan().all()
        both_give("logistic_loss", (self.f, self.y), 1000)
        both_slopes("logistic_loss", ([1000.0, -1000.0], [-1.0, 1.0]), [1, -1])

    def test_softplus_drops_what_is_small_past_its_threshold(self):
        f, y = torch.tensor([-20.5], dtype=torch.float64), torch.tensor([1.0])
        assert F.softplus(-f) == 20.5
        both_give("logistic_loss", (f, y), 20.5 + math.log1p(math.exp(-20.5)))
        assert functional.logistic_loss(f, y) > 20.5

    @pytest.mark.parametrize(
        "dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16], ids=str
    )
    def test_no_digit_is_lost_at_any_margin(self, dtype: torch.dtype):
        f = torch.linspace(-60, 60, 241, dtype=dtype, requires_grad=True)
        losses = functional.logistic_loss(f, torch.ones_like(f), reduction="none")
        (slopes,) = torch.autograd.grad(losses.sum(), f)
        scores, y = f.double().detach().numpy(), np.ones(len(f))
        limits = torch.finfo(dtype)
        # The half types are rounded once, from float32; e^60 has 60 times its exponent's rounding.
        rounding = limits.eps * (1 if dtype.itemsize == 2 else 60)
        for ours, exact in (
            (losses.detach(), reference.logistic_loss(scores, y, reduction="none")),
            (slopes, reference.logistic_loss_grad(scores, y, reduction="none")),
        ):
            np.testing.assert_allclose(
                ours.double(), exact, rtol=rounding, atol=limits.smallest_normal
            )

    def test_bce_of_probabilities_clamps(self):
        z, t = torch.tensor([-1000.0]), torch.tensor([1.0])
        assert F.binary_cross_entropy(z.sigmoid(), t) == 100
        both_give("sigmoid_cross_entropy", (z, t), 1000)

    def test_bce_with_logits_takes_any_target(self):
        assert F.binary_cross_entropy_with_logits(torch.ones(1), torch.tensor([2.0])) < 0


@given(margins, st.sampled_from([-1.0, 1.0]))
def test_logistic_is_binary_cross_entropy_in_another_coding(f: float, y: float):
    value = reference.logistic_loss([f], [y])
    np.testing.assert_allclose(value, reference.binary_cross_entropy([f], [(1 + y) / 2]))
    np.testing.assert_allclose(
        reference.logistic_loss_grad([f], [y]),
        reference.binary_cross_entropy_grad([f], [(1 + y) / 2]),
        atol=1e-15,  # sigma(s) - 1 loses digits
    )


@given(margins)
def test_bounds(u: float):
    error = float(u <= 0)
    exponential = reference.exponential_loss([u], [1])
    logistic = reference.logistic_loss([u], [1])
    assert exponential >= error
    assert logistic / math.log(2) >= error  # in bits
    np.testing.assert_allclose(logistic, np.log1p(exponential), rtol=1e-12)
    # The exponential's slope has the size of its value, the logistic loss's never exceeds 1.
    np.testing.assert_allclose(reference.exponential_loss_grad([u], [1]), [-exponential])
    assert -1 <= reference.logistic_loss_grad([u], [1]).item() < 0


def test_in_nats_the_logistic_loss_bounds_nothing():
    assert reference.logistic_loss([0.0], [1]) < 1  # where the 0-1 loss is 1


@given(st.floats(0.001, 0.999))
def test_minimisers(p: float):
    """Half the log-odds for the exponential loss, the log-odds for the logistic loss."""
    log_odds = math.log(p / (1 - p))
    for name, best in (("exponential_loss", log_odds / 2), ("logistic_loss", log_odds)):
        slopes = getattr(reference, f"{name}_grad")([best, best], [1, -1], reduction="none")
        np.testing.assert_allclose(np.dot([p, 1 - p], slopes), 0, atol=1e-12)


def test_an_overflow_is_infinite_and_never_nan():
    both_give("exponential_loss", ([1000.0], [-1.0]), math.inf)
    both_slopes("exponential_loss", ([1000.0, 1000.0], [-1.0, 1.0]), [math.inf, 0])


def test_labels_do_not_compete():
    """Another label's logit changes nothing; under a softmax it would."""
    z, t = np.array([[2.0, -1.0, 0.5]]), np.array([[1.0, 0.0, 1.0]])
    raised = z + np.array([[0.0, 3.0, 0.0]])
    before, after = (
        reference.sigmoid_cross_entropy(logits, t, reduction="none") for logits in (z, raised)
    )
    assert (before == after).tolist() == [[True, False, True]]
