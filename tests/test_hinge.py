"""The hinge losses: by hand, against scikit-learn and PyTorch, their kinks and their traps."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, reference
from tests.support import (
    bad_margins,
    both_give,
    both_refuse,
    both_slopes,
    equal_torch,
)

NAN = float("nan")
SCORES = [[1.0, 2.0, 0.0]]

BAD = [
    *bad_margins("hinge_loss", "squared_hinge_loss"),
    ("multiclass_hinge_loss", (SCORES, [-1]), {}, ValueError, "y: expected labels 0 to 2, got -1"),
    ("multiclass_hinge_loss", (SCORES, [3]), {}, ValueError, "y: expected labels 0 to 2, got 3"),
    ("multiclass_hinge_loss", (SCORES, [NAN]), {}, TypeError, "y: expected integers, got dtype"),
    ("multiclass_hinge_loss", (SCORES, [True]), {}, TypeError, "y: expected integers, got dtype"),
    ("multiclass_hinge_loss", (SCORES, [0, 1]), {}, ValueError, r"y: .* \(1,\), as z .* \(2,\)"),
    ("multiclass_hinge_loss", (SCORES[0], [0]), {}, ValueError, r"z: .* \(N, C\) .* got .*\(3,\)"),
    ("multiclass_hinge_loss", (np.zeros((1, 0)), [0]), {}, ValueError, "z: expected at least one"),
    (
        "multiclass_hinge_loss",
        (np.zeros((0, 3)), np.zeros(0, dtype=int)),
        {},
        ValueError,
        "empty batch",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


scores = st.lists(st.floats(-5, 5), min_size=6, max_size=6).map(np.array)
# Small integers: many of them lie on a kink.
whole_scores = st.lists(st.integers(-2, 2), min_size=6, max_size=6).map(lambda s: 1.0 * np.array(s))
signs = st.lists(st.sampled_from([-1.0, 1.0]), min_size=6, max_size=6).map(np.array)


class TestBinary:
    def test_zero_only_beyond_the_margin(self):
        f, y = [0.5, 1.0, 1.5, -0.5, -3.0], [1, 1, 1, 1, -1]
        both_give("hinge_loss", (f, y), [0.5, 0, 0, 1.5, 0], reduction="none")
        both_give("squared_hinge_loss", (f, y), [0.25, 0, 0, 2.25, 0], reduction="none")
        wrong = np.where(np.sign(f) == y, 0, 1 - np.array(f))  # "0 if right, else 1 - f"
        assert not np.allclose(wrong, reference.hinge_loss(f, y, reduction="none"))

    def test_equals_scikit_learn(self):
        rng = np.random.default_rng(0)
        f, y = rng.normal(0, 2, 50), rng.choice([-1.0, 1.0], 50)
        both_give("hinge_loss", (f, y), metrics.hinge_loss(y, f))

    def test_square_equals_pytorch_on_two_classes(self):
        """The only squared hinge in PyTorch has C classes, and divides by C."""
        rng = np.random.default_rng(0)
        f, y = torch.tensor(rng.normal(0, 2, 50)), torch.tensor(rng.choice([-1.0, 1.0], 50))

        def theirs(f: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            z = torch.stack([torch.zeros_like(f), f], dim=1)
            return 2 * F.multi_margin_loss(z, (y > 0).long(), p=2)

        equal_torch("squared_hinge_loss", theirs, (f, y))

    def test_at_the_kink_the_gradient_is_zero(self):
        arguments = ([1.0, -1.0, 1.0], [1.0, -1.0, -1.0])
        both_slopes("hinge_loss", arguments, [0, 0, 1])
        both_slopes("squared_hinge_loss", arguments, [0, 0, 4])
        f = torch.ones(1, requires_grad=True)
        (1 - f).clamp(min=0).sum().backward()
        assert f.grad == -1  # the other end of the subgradients

    @given(scores, signs)
    def test_bounds_the_errors(self, f, y):
        errors = reference.zero_one_loss(np.where(f > 0, 1, -1), y, reduction="none")
        losses = reference.hinge_loss(f, y, reduction="none")
        squares = reference.squared_hinge_loss(f, y, reduction="none")
        assert (losses >= errors).all()
        assert (squares >= errors).all()
        np.testing.assert_array_equal(squares, losses**2)

    @pytest.mark.parametrize("name", ["hinge_loss", "squared_hinge_loss"])
    @given(f=whole_scores, g=whole_scores, y=signs)
    def test_no_point_lies_below_a_tangent(self, name: str, f, g, y):
        """Convexity: also at a kink the gradient is a subgradient."""
        loss, slope = getattr(reference, name), getattr(reference, f"{name}_grad")
        rise = slope(f, y, reduction="none") * (g - f)
        assert (loss(g, y, reduction="none") >= loss(f, y, reduction="none") + rise).all()

    @pytest.mark.parametrize("dtype", [torch.int64, torch.int8, torch.float64])
    def test_labels_of_any_dtype_keep_that_of_the_scores(self, dtype: torch.dtype):
        f = torch.tensor([0.5, -3.0], dtype=torch.float16)
        losses = functional.hinge_loss(f, torch.tensor([1, 1], dtype=dtype), reduction="none")
        assert losses.dtype == torch.float16
        assert losses.tolist() == [0.5, 4.0]


class TestManyClasses:
    z = torch.tensor(np.random.default_rng(0).normal(0, 1, (50, 4)))
    y = torch.tensor(np.random.default_rng(1).integers(0, 4, 50))

    def test_values_by_hand(self):
        z = [[3.0, 2.5, 0.0], [3.0, 2.0, 0.0], [1.0, 5.0, 4.0], [7.0, 7.0, 7.0]]
        both_give("multiclass_hinge_loss", (z, [0, 0, 0, 1]), [0.5, 0, 5, 1], reduction="none")
        both_give("multiclass_hinge_loss", ([[2.0]], [0]), 0)

    def test_equals_scikit_learn(self):
        y, z = self.y.numpy(), self.z.numpy()
        both_give("multiclass_hinge_loss", (z, y), metrics.hinge_loss(y, z, labels=range(4)))

    def test_pytorch_has_weston_and_watkins(self):
        theirs = F.multi_margin_loss(self.z, self.y, reduction="none")
        lacks = (1 + self.z - self.z.gather(1, self.y[:, None])).relu()
        others = torch.ones_like(lacks).scatter(1, self.y[:, None], 0)
        torch.testing.assert_close(theirs, (lacks * others).sum(1) / 4)
        ours = functional.multiclass_hinge_loss(self.z, self.y, reduction="none")
        torch.testing.assert_close(ours, (lacks * others).amax(1))
        assert (ours - theirs).abs().max() > 0.5

    def test_two_classes_are_the_only_common_ground(self):
        equal_torch(
            "multiclass_hinge_loss",
            lambda z, y: 2 * F.multi_margin_loss(z, y),
            (self.z[:, :2], self.y % 2),
        )

    def test_two_classes_are_the_binary_hinge(self):
        z, y = self.z[:, :2].numpy(), self.y.numpy() % 2
        np.testing.assert_allclose(
            reference.multiclass_hinge_loss(z, y, reduction="none"),
            reference.hinge_loss(z[:, 1] - z[:, 0], 2 * y - 1, reduction="none"),
        )

    def test_kinks(self):
        z = [[2.0, 1.0, 1.0], [0.0, 3.0, 3.0], [3.0, 0.0, 3.0]]
        slopes = [[0, 0, 0], [-1, 1, 0], [1, -1, 0]]
        both_slopes("multiclass_hinge_loss", (z, [0, 0, 1]), slopes)
        shared = torch.tensor(z[1], requires_grad=True)
        (1 + shared[1:].amax() - shared[0]).backward()
        assert shared.grad.tolist() == [-1, 0.5, 0.5]

    @given(st.lists(st.integers(-2, 2), min_size=24, max_size=24), st.integers(0, 3))
    def test_properties(self, numbers: list[int], label: int):
        f, g = 1.0 * np.array(numbers).reshape(2, 3, 4)
        y = np.full(3, label)

        def loss(z: np.ndarray) -> np.ndarray:
            return reference.multiclass_hinge_loss(z, y, reduction="none")

        slopes = reference.multiclass_hinge_loss_grad(f, y, reduction="none")
        assert (loss(g) >= loss(f) + (slopes * (g - f)).sum(1)).all()
        assert (slopes.sum(1) == 0).all()
        np.testing.assert_array_equal(loss(f + 7), loss(f))
        assert (loss(f) >= (f.argmax(1) != label)).all()

    def test_half_precision_keeps_the_margin(self):
        z, y = torch.tensor([[1e4, 9992.0]], dtype=torch.float16), torch.tensor([1])
        assert functional.multiclass_hinge_loss(z, y) == 9
        assert (1 + z[0, 0]) - z[0, 1] == 8
