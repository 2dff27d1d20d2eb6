"""KL divergence against PyTorch and SciPy, its properties, its zeros and PyTorch's traps."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from tests.cases import distributions
from tests.support import both_give, both_refuse

PAIR = ([0.5, 0.5], [0.25, 0.75])
INF = float("inf")

BAD = [
    (([0.5, 0.25], PAIR[1]), {}, ValueError, "p: .* got a sum of 0.75"),
    ((PAIR[0], [0.5, 0.75]), {}, ValueError, "q: .* got a sum of 1.25"),
    ((PAIR[0], [-0.5, 1.5]), {}, ValueError, "q: .* got -0.5"),
    ((PAIR[0], [float("nan"), 1.0]), {}, ValueError, "q: .* got nan"),
    ((PAIR[0], [1.0]), {}, ValueError, r"q: .* got shape \(1,\)"),
    ((np.zeros((2, 0)), np.zeros((2, 0))), {}, ValueError, r"p: .* got shape \(2, 0\)"),
    (PAIR, {"log": True}, ValueError, r"exp\(p\): .* got 1.6"),
    ((np.log(PAIR[0]), [-1.0, 1000.0]), {"log": True}, ValueError, r"exp\(q\): .* got inf"),
    ((np.log(PAIR[0]), [-1.0, -1.0]), {"log": True}, ValueError, r"exp\(q\): .* a sum of 0.73"),
    ((np.log(PAIR[0]), [float("nan"), 0.0]), {"log": True}, ValueError, r"exp\(q\): .* got nan"),
]


@pytest.mark.parametrize(("arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(arguments, options, error, message):
    both_refuse("kl_divergence", arguments, options, error, message)


def pairs(size: int = 4) -> st.SearchStrategy:
    """Two distributions over some classes, zeros among them."""
    weights = st.lists(st.integers(0, 50), min_size=size, max_size=size).filter(any)
    return st.tuples(weights, weights).map(
        lambda both: tuple(np.array(one) / sum(one) for one in both)
    )


def test_values_by_hand():
    # Half of the mass of q lies where p has none: one bit, log 2 nats.
    both_give("kl_divergence", ([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]), np.log(2))
    both_give("kl_divergence", PAIR, 0.5 * np.log(4 / 3))
    both_give("kl_divergence", PAIR[::-1], 0.75 * np.log(1.5) - 0.25 * np.log(2))


@pytest.mark.parametrize("log", [False, True])
def test_zeros(log: bool):
    p = [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]
    q = [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]
    with np.errstate(divide="ignore"):
        given = tuple(np.log(side) if log else np.array(side) for side in (p, q))
    both_give("kl_divergence", given, [0, INF, 0], log=log)
    slopes = reference.kl_divergence_grad(*given, log=log)
    np.testing.assert_allclose(
        slopes,
        -np.array(p) if log else [[-1, -1, 0], [-0.5, -INF, 0], [0, -1, -1]],
        rtol=1e-15,
    )
    tensors = [torch.tensor(side, requires_grad=True) for side in given]
    functional.kl_divergence(*tensors, log=log).sum().backward()
    np.testing.assert_allclose(tensors[1].grad, slopes, rtol=1e-15)
    assert not tensors[0].grad.isnan().any()


def test_a_quotient_that_overflows_has_a_logarithm():
    both_give("kl_divergence", ([1.0, 0.0], [1e-310, 1.0]), 310 * np.log(10))


@given(pairs())
def test_properties(pair):
    p, q = pair
    value = reference.kl_divergence(p, q)
    assert value >= np.abs(p - q).sum() ** 2 / 2 - 1e-14  # Pinsker's inequality, so never below 0
    np.testing.assert_allclose(
        value, reference.cross_entropy(p, q) - reference.entropy(p), atol=1e-14
    )
    np.testing.assert_allclose(value, rel_entr(p, q).sum(), rtol=1e-12, atol=1e-15)
    assert reference.kl_divergence(p, p) == functional.kl_divergence(*[torch.tensor(p)] * 2) == 0
    with np.errstate(divide="ignore"):
        both_give("kl_divergence", (np.log(p), np.log(q)), value, log=True)


def test_adds_up_over_independent_parts():
    rng = np.random.default_rng(0)
    (p, q), (r, s) = distributions(rng, 2, 3), distributions(rng, 2, 4)
    joint = reference.kl_divergence(np.outer(p, r).ravel(), np.outer(q, s).ravel())
    parts = reference.kl_divergence(p, q) + reference.kl_divergence(r, s)
    np.testing.assert_allclose(joint, parts, rtol=1e-12)


class TestTorch:
    """PyTorch's own function agrees where it is called right; its traps are shown."""

    p, q = (torch.tensor(side) for side in distributions(np.random.default_rng(1), 2, 5, 3))

    def test_called_right_it_agrees(self):
        q = self.q.clone().requires_grad_()
        values = {
            "ours": nn.KLDivergenceLoss()(self.p, q),
            "ours in logs": nn.KLDivergenceLoss(log=True)(self.p.log(), q.log()),
            "theirs": F.kl_div(q.log(), self.p, reduction="batchmean"),
            "log target": F.kl_div(q.log(), self.p.log(), log_target=True, reduction="batchmean"),
            "distributions": torch.distributions.kl_divergence(
                torch.distributions.Categorical(self.p), torch.distributions.Categorical(q)
            ).mean(),
        }
        for value in values.values():
            torch.testing.assert_close(value, values["ours"], rtol=1e-10, atol=0)
        gradients = [
            torch.autograd.grad(values[name], q, retain_graph=True)[0]
            for name in ("ours", "ours in logs", "theirs", "log target")
        ]
        for gradient in gradients:
            torch.testing.assert_close(gradient, gradients[0], rtol=1e-8, atol=0)

    def test_argument_order_trap(self):
        ours = functional.kl_divergence(self.p, self.q)
        swapped = F.kl_div(self.p.log(), self.q, reduction="none").sum(-1)  # KL(q || p)
        unlogged = F.kl_div(self.q, self.p, reduction="none").sum(-1)
        assert (swapped - ours).abs().min() > 1e-3
        assert (unlogged - ours).abs().min() > 0.1
        assert (unlogged < 0).any()

    def test_mean_trap(self):
        with pytest.warns(UserWarning, match="batchmean"):
            theirs = F.kl_div(self.q.log(), self.p, reduction="mean")
        ours = nn.KLDivergenceLoss()(self.p, self.q)
        torch.testing.assert_close(theirs * self.p.shape[1], ours)

    def test_log_target_trap(self):
        p, q = torch.tensor([1.0, 0.0]).log(), torch.tensor([0.5, 0.5]).log()
        assert F.kl_div(q, p, log_target=True, reduction="sum").isnan()
        torch.testing.assert_close(
            functional.kl_divergence(p, q, log=True), torch.tensor(2.0).log()
        )

    def test_as_printed_it_is_nan(self):
        p, q = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5])
        assert (p * (p / q).log()).sum().isnan()
        assert functional.kl_divergence(p, q) == torch.tensor(2.0).log()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_gradient_in_the_logits_of_q(dtype: torch.dtype):
    """It is softmax(z) - p, at logits where the probabilities round to 0 as well."""
    p = torch.tensor([[0.5, 0.25, 0.25], [1, 0, 0], [0, 1, 0]], dtype=dtype)
    z = torch.tensor([[1.0, -2, 0.5], [-1e4, 0, 1e4], [0, 1e4, 0]], dtype=dtype).requires_grad_()
    value = functional.kl_divergence(p.log(), z.log_softmax(-1), log=True)
    assert value[1] == torch.tensor(2e4, dtype=dtype)
    value.sum().backward()
    wanted = (z.softmax(-1) - p).detach()
    torch.testing.assert_close(z.grad, wanted, rtol=0, atol=2 * torch.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_logarithms_of_many_classes_are_distributions(dtype: torch.dtype):
    z = torch.randn(8, 2000, generator=torch.Generator().manual_seed(0))
    log_p, log_q = z.log_softmax(-1).to(dtype), z.roll(1, 0).log_softmax(-1).to(dtype)
    exact = functional.kl_divergence(z.log_softmax(-1), z.roll(1, 0).log_softmax(-1), log=True)
    close = functional.kl_divergence(log_p, log_q, log=True)
    assert close.dtype == dtype
    torch.testing.assert_close(close.float(), exact, rtol=0.05, atol=0)


def test_rounded_logarithms_may_miss_the_sum_of_one():
    uniform = torch.zeros(264).log_softmax(0).bfloat16()
    assert uniform.double().exp().sum() > 1.01
    assert functional.kl_divergence(uniform, uniform, log=True) == 0


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_module(reduction: str):
    p, q = TestTorch.p, TestTorch.q
    module = nn.KLDivergenceLoss(reduction=reduction)
    losses = functional.kl_divergence(p, q)
    wanted = {"mean": losses.mean(), "sum": losses.sum(), "none": losses}[reduction]
    torch.testing.assert_close(module(p, q), wanted, rtol=0, atol=0)
    assert repr(module) == f"KLDivergenceLoss(log=False, reduction={reduction!r})"
    assert not module.state_dict()
    if reduction == "mean":
        with pytest.raises(ValueError, match="empty batch"):
            module(p[:0], q[:0])
