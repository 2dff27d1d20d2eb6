"""Information, entropy, cross-entropy, the sigmoid and binary cross-entropy."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, reference
from tests.cases import distributions
from tests.support import EMPTY, TOO_SHORT, both_give, both_refuse, both_slopes, equal_torch

NAN, INF = float("nan"), float("inf")

BAD = [
    ("information", ([0.5, 1.5],), {}, ValueError, r"p: expected values in \[0, 1\], got 1.5"),
    ("information", ([NAN],), {}, ValueError, "p: .* got nan"),
    ("information", ([0.5],), {"base": 1}, ValueError, "base: .* got 1"),
    ("entropy", ([0.5, 0.75],), {}, ValueError, "p: expected a sum of 1 .*, got a sum of 1.25"),
    ("entropy", ([-0.5, 1.5],), {}, ValueError, "p: .* got -0.5"),
    ("entropy", (np.zeros((2, 0)),), {}, ValueError, r"p: .* got shape \(2, 0\)"),
    ("entropy", ([0.5, 0.5],), {"base": 0.5}, ValueError, "base: .* got 0.5"),
    ("cross_entropy", ([0.5, 0.5], [0.5, 0.25]), {}, ValueError, "q: .* got a sum of 0.75"),
    ("cross_entropy", ([0.5, 0.5], [1.0]), {}, ValueError, r"q: .* got shape \(1,\)"),
    ("binary_cross_entropy", ([0.0], [2.0]), {}, ValueError, r"y: .*\[0, 1\], got 2.0"),
    ("binary_cross_entropy", ([0.0], [NAN]), {}, ValueError, "y: .* got nan"),
    ("binary_cross_entropy", TOO_SHORT, {}, ValueError, r"y: .* got shape \(2,\)"),
    ("binary_cross_entropy", EMPTY, {}, ValueError, "empty batch"),
    ("binary_cross_entropy", ([0.0], [1.0]), {"reduction": "avg"}, ValueError, "got 'avg'"),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


def test_integers_are_no_logits():
    with pytest.raises(TypeError, match=r"floating dtype, got dtype torch\.int64"):
        functional.sigmoid(torch.tensor([1, 2]))


def test_text_is_no_number():
    with pytest.raises(TypeError, match="s: expected real numbers, got dtype <U1"):
        reference.sigmoid(["a"])


class TestInformation:
    def test_by_hand(self):
        both_give("information", ([1.0, 0.5, 0.25, 0.0],), [0, 1, 2, INF], base=2)
        both_give("information", ([1 / math.e],), [1])
        both_give("entropy", ([0.5, 0.25, 0.25],), 1.5, base=2)
        both_give("entropy", ([1.0, 0.0],), 0)
        both_give("cross_entropy", ([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]), math.log(4))
        both_give("cross_entropy", ([0.5, 0.5], [1.0, 0.0]), INF)

    def test_no_minus_zero(self):
        for value in (reference.information([1.0]), reference.entropy([1.0, 0.0])):
            assert not np.signbit(value).any()

    @given(st.integers(0, 1000))
    def test_properties(self, seed: int):
        p, q = distributions(np.random.default_rng(seed), 2, 5)
        entropy, crossed = reference.entropy(p), reference.cross_entropy(p, q)
        np.testing.assert_allclose(entropy, special.entr(p).sum())
        assert 0 <= entropy <= math.log(5) + 1e-12
        assert crossed >= entropy  # Gibbs' inequality
        np.testing.assert_allclose(reference.cross_entropy(p, p), entropy)
        np.testing.assert_allclose(reference.entropy(p, base=2), entropy / math.log(2))
        np.testing.assert_allclose((p * reference.information(q)).sum(), crossed)

    def test_a_class_that_both_give_0_adds_nothing(self):
        p, q = (torch.tensor(side, requires_grad=True) for side in ([1.0, 0.0], [1.0, 0.0]))
        functional.cross_entropy(p, q).backward()
        assert q.grad.tolist() == [-1, 0]
        assert reference.cross_entropy_grad([1.0, 0.0], [1.0, 0.0]).tolist() == [-1, 0]


class TestSigmoid:
    @given(st.floats(-700, 700))
    def test_is_scipys(self, s: float):
        np.testing.assert_allclose(reference.sigmoid([s]), special.expit([s]), rtol=1e-12)
        np.testing.assert_allclose(reference.sigmoid([s]) + reference.sigmoid([-s]), 1)

    def test_slope(self):
        np.testing.assert_allclose(reference.sigmoid_grad([0.0, 800.0, -800.0]), [0.25, 0, 0])


class TestBinaryCrossEntropy:
    def test_by_hand(self):
        s, y = np.log([1.0, 3.0, 3.0]), [1.0, 1.0, 0.0]
        losses = np.log([2, 4 / 3, 4])
        both_give("binary_cross_entropy", (s, y), losses, reduction="none")
        both_give("binary_cross_entropy", (s, y), losses.mean())
        both_slopes("binary_cross_entropy", (s, y), [-0.5, -0.25, 0.75])

    @pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
    def test_equals_pytorch(self, reduction: str):
        rng = np.random.default_rng(0)
        pair = torch.tensor(rng.normal(0, 4, (6, 3))), torch.tensor(rng.uniform(0, 1, (6, 3)))
        equal_torch(
            "binary_cross_entropy",
            lambda s, y: F.binary_cross_entropy_with_logits(s, y, reduction=reduction),
            pair,
            reduction=reduction,
        )

    @given(st.floats(-30, 30), st.floats(0, 1))
    def test_is_the_cross_entropy_of_two_classes(self, s: float, y: float):
        q = reference.sigmoid([-s, s])
        np.testing.assert_allclose(
            reference.binary_cross_entropy([s], [y]),
            reference.cross_entropy([1 - y, y], q / q.sum()),
            rtol=1e-9,
            atol=1e-12,
        )

    def test_is_least_where_the_sigmoid_is_the_target(self):
        for y in (0.1, 0.5, 0.8):
            best = math.log(y / (1 - y))
            slope = reference.binary_cross_entropy_grad([best], [y])
            np.testing.assert_allclose(slope, 0, atol=1e-15)
            np.testing.assert_allclose(
                reference.binary_cross_entropy([best], [y]), reference.entropy([y, 1 - y])
            )

    def test_confident_and_wrong_is_finite(self):
        both_give("binary_cross_entropy", ([-1e4, 1e4], [1.0, 0.0]), 1e4)
        s = torch.tensor([-1e4])
        assert (-s.sigmoid().log()).isinf()
