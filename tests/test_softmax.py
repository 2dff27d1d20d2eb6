"""The softmax losses: by hand, against PyTorch, their properties, and the usual mistakes."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from tests.support import (
    EMPTY,
    both_give,
    both_refuse,
    equal_torch,
    tensor_options,
)

NAN, INF = float("nan"), float("inf")
Z = [[1.0, 2.0, 0.0]]
NO_SAMPLES = (np.zeros((0, 3)), np.zeros(0, dtype=int))
ON_LABELS = {
    "softmax_loss": {},
    "weighted_softmax_loss": {"weight": np.ones(3)},
    "soft_softmax_loss": {"temperature": 2.0},
    "focal_loss": {"gamma": 1.0},
    "brier_loss": {},
}
REDUCTIONS = ("mean", "sum", "none")

BAD = [
    *(
        (name, arguments, options, error, message)
        for name, options in ON_LABELS.items()
        for arguments, error, message in (
            ((Z, [-1]), ValueError, "y: expected labels 0 to 2, got -1"),
            ((Z, [3]), ValueError, "y: expected labels 0 to 2, got 3"),
            ((Z, [NAN]), TypeError, "y: expected integers, got dtype"),
            ((Z, [1.0]), TypeError, "y: expected integers, got dtype"),
            ((Z, [True]), TypeError, "y: expected integers, got dtype"),
            ((Z, [0, 1]), ValueError, r"y: expected shape \(1,\), .* got shape \(2,\)"),
            ((Z, [[0]]), ValueError, r"y: expected shape \(1,\), .* got shape \(1, 1\)"),
            ((Z[0], [0]), ValueError, r"z: expected shape \(N, C\) .* got shape \(3,\)"),
            ((np.zeros((1, 0)), [0]), ValueError, "z: expected at least one class"),
            (NO_SAMPLES, ValueError, "reduction: .* got an empty batch"),
        )
    ),
    *(
        (name, arguments, {"temperature": temperature}, ValueError, "temperature: .* above 0, got")
        for name, arguments in (
            ("softmax", (Z,)),
            ("soft_softmax_loss", (Z, [0])),
            ("distillation_loss", (Z, Z)),
        )
        for temperature in (0, -1.0, NAN, INF)
    ),
    ("softmax", (1.0,), {}, ValueError, r"z: expected at least one class .* got shape \(\)"),
    ("softmax", (np.zeros((2, 0)),), {}, ValueError, r"z: .* got shape \(2, 0\)"),
    *(
        (name, (Z, [0]), {key: np.array(weight)}, ValueError, f"{key}: {message}")
        for name, key in (("weighted_softmax_loss", "weight"), ("focal_loss", "alpha"))
        for weight, message in (
            ([1.0, -0.5, 1.0], "expected finite weights of at least 0, got -0.5"),
            ([1.0, NAN, 1.0], "expected finite weights of at least 0, got nan"),
            ([1.0, INF, 1.0], "expected finite weights of at least 0, got inf"),
            ([1.0, 1.0], r"expected shape \(3,\), .* got shape \(2,\)"),
        )
    ),
    (
        "weighted_softmax_loss",
        (Z, [1]),
        {"weight": np.array([1.0, 0.0, 1.0])},
        ValueError,
        'y: expected one that counts under "mean", got only labels that are ignored or of weight 0',
    ),
    *(
        (name, arguments, {"gamma": gamma}, ValueError, "gamma: .* at least 0, got")
        for name, arguments in (("focal_loss", (Z, [0])), ("sigmoid_focal_loss", ([0.0], [1.0])))
        for gamma in (-1, NAN, INF)
    ),
    *(
        ("sigmoid_focal_loss", ([0.0], [1.0]), {"alpha": alpha}, ValueError, r"alpha: .*\[0, 1\]")
        for alpha in (-0.1, 1.5, NAN)
    ),
    ("sigmoid_focal_loss", ([0.0], [2.0]), {}, ValueError, r"y: .*\[0, 1\], got 2.0"),
    ("sigmoid_focal_loss", ([0.0], [-1.0]), {}, ValueError, r"y: .*\[0, 1\], got -1.0"),
    ("sigmoid_focal_loss", ([0.0], [NAN]), {}, ValueError, "y: .* got nan"),
    ("sigmoid_focal_loss", ([0.0], [1.0, 0.0]), {}, ValueError, r"y: .* got shape \(2,\)"),
    ("sigmoid_focal_loss", EMPTY, {}, ValueError, "empty batch"),
    (
        "distillation_loss",
        (Z, [[1.0, 2.0]]),
        {"temperature": 1},
        ValueError,
        r"teacher_z: .*\(1, 3\), got shape \(1, 2\)",
    ),
    ("distillation_loss", (Z[0], Z[0]), {"temperature": 1}, ValueError, r"z: .* got shape \(3,\)"),
    ("distillation_loss", (Z, Z), {"temperature": 1, "reduction": "avg"}, ValueError, "'avg'"),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


@pytest.mark.parametrize(
    ("name", "key"), [("weighted_softmax_loss", "weight"), ("focal_loss", "alpha")]
)
def test_weights_are_numbers_lists_or_tensors_of_any_kind(name: str, key: str):
    arguments, function = (
        (torch.tensor([[0.3, -1.0]]), torch.tensor([1])),
        getattr(functional, name),
    )
    for weights in ([1, 3], torch.tensor([1, 3]), torch.tensor([1.0, 3.0]).half()):
        expected = function(*arguments, **{key: torch.tensor([1.0, 3.0])})
        torch.testing.assert_close(function(*arguments, **{key: weights}), expected)
    alike = function(*arguments, **{key: 3}, reduction="sum")
    torch.testing.assert_close(alike, function(*arguments, **{key: [3, 3]}, reduction="sum"))
    exact = getattr(reference, name)([[0.3, -1.0]], [1], **{key: 3}, reduction="sum")
    assert alike.item() == pytest.approx(exact)


logits = arrays(np.float64, (3, 4), elements=st.floats(-30, 30))
labels = arrays(np.int64, 3, elements=st.integers(0, 3))
temperatures = st.floats(0.1, 50)


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    return torch.tensor(rng.normal(0, 3, (40, 5))), torch.tensor(rng.integers(0, 5, 40))


class TestSoftmax:
    def test_by_hand(self):
        z = np.log([[1.0, 3.0, 4.0]])
        both_give("softmax", (z,), [[0.125, 0.375, 0.5]])
        both_give("softmax", (z,), np.array([[1, 3**0.5, 2]]) / (3 + 3**0.5), temperature=2)
        both_give("softmax", ([5.0],), [1.0])

    @given(logits, st.floats(-1e3, 1e3), temperatures)
    def test_a_shift_changes_nothing(self, z, shift: float, temperature: float):
        ours = reference.softmax(z, temperature=temperature)
        moved = reference.softmax(z + shift, temperature=temperature)
        np.testing.assert_allclose(moved, ours, rtol=1e-10 + 1e-12 / temperature, atol=1e-300)
        np.testing.assert_allclose(ours.sum(axis=-1), 1, rtol=1e-12)

    @given(logits, temperatures, temperatures)
    def test_entropy_rises_with_the_temperature(self, z, first: float, second: float):
        cool, warm = sorted((first, second))
        entropies = [reference.entropy(reference.softmax(z, temperature=t)) for t in (cool, warm)]
        assert (entropies[0] <= entropies[1] + 1e-9).all()

    def test_limits(self):
        both_give("softmax", (Z,), [[0, 1, 0]], temperature=1e-3)
        ours = reference.softmax(Z, temperature=1e6)
        np.testing.assert_allclose(ours, 1 / 3, atol=1e-6)

    @given(logits)
    def test_jacobian(self, z):
        """Symmetric, singular along a shift, and positive semi-definite."""
        jacobian = reference.softmax_grad(z)
        np.testing.assert_array_equal(jacobian, jacobian.swapaxes(-1, -2))
        np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-15)
        assert (np.linalg.eigvalsh(jacobian) > -1e-14).all()

    def test_dividing_first_overflows(self):
        z = torch.tensor([1e4, 1e4 - 8], dtype=torch.float16)
        assert (z / 0.1).isinf().all()
        assert torch.softmax(z / 0.1, dim=-1).isnan().all()
        assert functional.softmax(z, temperature=0.1).tolist() == [1, 0]


class TestSoftmaxLoss:
    @pytest.mark.parametrize("reduction", REDUCTIONS)
    def test_equals_pytorch(self, batch, reduction: str):
        equal_torch(
            "softmax_loss",
            lambda z, y: F.cross_entropy(z, y, reduction=reduction),
            batch,
            reduction=reduction,
        )

    def test_is_the_cross_entropy_of_a_one_hot_target(self, batch):
        z, y = (tensor.numpy() for tensor in batch)
        np.testing.assert_allclose(
            reference.softmax_loss(z, y, reduction="none"),
            reference.cross_entropy(np.eye(5)[y], reference.softmax(z)),
        )

    @given(logits, labels, st.floats(-1e3, 1e3))
    def test_a_shift_changes_nothing(self, z, y, shift: float):
        losses = reference.softmax_loss(z, y, reduction="none")
        moved = reference.softmax_loss(z + shift, y, reduction="none")
        np.testing.assert_allclose(moved, losses, atol=1e-10)
        slopes = reference.softmax_loss_grad(z, y, reduction="none")
        np.testing.assert_allclose(slopes.sum(axis=-1), 0, atol=1e-14)

    @given(logits, logits, labels)
    def test_no_point_lies_below_a_tangent(self, z, other, y):
        rise = reference.softmax_loss_grad(z, y, reduction="none") * (other - z)
        tangent = reference.softmax_loss(z, y, reduction="none") + rise.sum(axis=-1)
        assert (reference.softmax_loss(other, y, reduction="none") >= tangent - 1e-10).all()

    @given(logits, labels)
    def test_bounds_the_errors_in_bits(self, z, y):
        losses = reference.softmax_loss(z, y, reduction="none") / math.log(2)
        assert (losses[z.argmax(axis=-1) != y] >= 1 - 1e-12).all()

    def test_two_classes_are_binary_cross_entropy(self, batch):
        z, y = batch[0][:, :2].numpy(), batch[1].numpy() % 2
        np.testing.assert_allclose(
            reference.softmax_loss(z, y), reference.binary_cross_entropy(z[:, 1] - z[:, 0], y)
        )

    @pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
    def test_labels_of_any_integer_dtype(self, dtype: torch.dtype):
        y = torch.tensor([1, 0], dtype=dtype)
        assert functional.softmax_loss(torch.zeros(2, 2), y).item() == pytest.approx(math.log(2))

    def test_one_class_costs_nothing(self):
        for name, options in ON_LABELS.items():
            options = {
                key: value[:1] if key == "weight" else value for key, value in options.items()
            }
            both_give(name, ([[3.0], [-3.0]], [0, 0]), 0, **options)
            z = torch.tensor([[3.0]], requires_grad=True)
            getattr(functional, name)(
                z, torch.tensor([0]), **tensor_options(options, torch.float32)
            ).backward()
            assert z.grad.tolist() == [[0]]

    def test_softmax_then_log_overflows(self):
        z, y = torch.tensor([[0.0, 200.0]], requires_grad=True), torch.tensor([0])
        naive = -torch.softmax(z, dim=-1).log().gather(1, y[:, None]).mean()
        naive.backward()
        assert naive.isinf()
        assert z.grad.isnan().any()
        assert functional.softmax_loss(z, y) == 200


class TestWeighted:
    weight = np.array([0.001, 1.0, 2.0, 0.5, 0.0])

    @pytest.mark.parametrize("reduction", REDUCTIONS)
    def test_equals_pytorch(self, batch, reduction: str):
        z, y = batch[0].requires_grad_(), batch[1]
        weight = torch.tensor(self.weight)
        ours = functional.weighted_softmax_loss(z, y, weight=weight, reduction=reduction)
        theirs = F.cross_entropy(z, y, weight, reduction=reduction)
        torch.testing.assert_close(ours, theirs)
        torch.testing.assert_close(
            *(torch.autograd.grad(value.sum(), z)[0] for value in (ours, theirs))
        )

    def test_dividing_by_n_is_another_loss(self, batch):
        z, y = (tensor.numpy() for tensor in batch)
        losses = reference.weighted_softmax_loss(z, y, weight=self.weight, reduction="none")
        ours = reference.weighted_softmax_loss(z, y, weight=self.weight)
        np.testing.assert_allclose(ours, losses.sum() / self.weight[y].sum())
        assert abs(ours - losses.mean()) > 0.1 * ours

    def test_by_hand(self):
        z, y, weight = np.log([[1.0, 1.0], [1.0, 3.0]]), [0, 1], np.array([1.0, 3.0])
        losses = np.array([math.log(2), 3 * math.log(4 / 3)])
        both_give("weighted_softmax_loss", (z, y), losses, weight=weight, reduction="none")
        both_give("weighted_softmax_loss", (z, y), losses.sum() / 4, weight=weight)

    @given(logits, labels, st.floats(1e-3, 1e3))
    def test_equal_weights_are_no_weights(self, z, y, size: float):
        weight = np.full(4, size)
        ours = reference.weighted_softmax_loss(z, y, weight=weight)
        np.testing.assert_allclose(ours, reference.softmax_loss(z, y), rtol=1e-12)
        summed = reference.weighted_softmax_loss(z, y, weight=weight, reduction="sum")
        plain = reference.softmax_loss(z, y, reduction="sum")
        np.testing.assert_allclose(summed, size * plain, rtol=1e-12)

    def test_the_mean_does_not_overflow_in_half_precision(self):
        """The sum of the weighted losses would."""
        z, y = torch.zeros(4000, 2).half(), torch.zeros(4000, dtype=torch.int64)
        weight = torch.tensor([100.0, 1.0]).half()
        assert functional.weighted_softmax_loss(z, y, weight=weight, reduction="sum").isinf()
        ours = functional.weighted_softmax_loss(z, y, weight=weight)
        assert ours.item() == pytest.approx(math.log(2), rel=1e-3)

    def test_half_precision_weights_do_not_round_the_mean(self):
        """Their own mean, 103/101, would round to 1.0234."""
        z, y = torch.zeros(101, 2), torch.tensor([0] * 100 + [1])
        weight = torch.tensor([1.0, 3.0], dtype=torch.bfloat16)
        ours = functional.weighted_softmax_loss(z, y, weight=weight)
        assert ours.item() == pytest.approx(math.log(2), rel=1e-6)


class TestSoft:
    @pytest.mark.parametrize("reduction", REDUCTIONS)
    @pytest.mark.parametrize("temperature", [0.3, 4.0])
    def test_equals_pytorch(self, batch, temperature: float, reduction: str):
        equal_torch(
            "soft_softmax_loss",
            lambda z, y: F.cross_entropy(z / temperature, y, reduction=reduction),
            batch,
            temperature=temperature,
            reduction=reduction,
        )

    @given(logits, labels)
    def test_temperature_1_is_the_softmax_loss(self, z, y):
        for suffix in ("", "_grad"):
            plain = getattr(reference, f"softmax_loss{suffix}")(z, y)
            ours = getattr(reference, f"soft_softmax_loss{suffix}")(z, y, temperature=1)
            np.testing.assert_array_equal(ours, plain)


class TestDistillation:
    @pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
    def test_equals_pytorch(self, temperature: float):
        rng = np.random.default_rng(0)

        def theirs(z: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            logs = [F.log_softmax(logits / temperature, dim=-1) for logits in (z, v)]
            return temperature**2 * F.kl_div(*logs, reduction="batchmean", log_target=True)

        pair = tuple(torch.tensor(rng.normal(0, 2, (2, 20, 5))))
        for wrt in (0, 1):
            equal_torch("distillation_loss", theirs, pair, wrt=wrt, temperature=temperature)

    def test_the_mean_of_kl_div_divides_by_the_classes_too(self, batch):
        z, v = batch[0], batch[0].flip(0)
        log_q, log_p = F.log_softmax(z, dim=-1), F.log_softmax(v, dim=-1)
        with pytest.warns(UserWarning, match="batchmean"):
            wrong = F.kl_div(log_q, log_p, reduction="mean", log_target=True)
        ours = functional.distillation_loss(z, v, temperature=1)
        assert ours.item() == pytest.approx(5 * wrong.item())

    @given(logits, logits, temperatures, st.floats(-100, 100))
    def test_zero_only_between_equals(self, z, v, temperature: float, shift: float):
        def loss(student, teacher):
            return reference.distillation_loss(student, teacher, temperature=temperature)

        assert loss(z, v) >= -1e-10
        assert loss(z, z) == 0
        np.testing.assert_allclose(loss(z + shift, v - shift), loss(z, v), rtol=1e-8, atol=1e-8)

    @given(logits, logits, temperatures)
    def test_is_the_cross_entropy_less_the_teachers_entropy(self, z, v, temperature: float):
        q, p = (reference.softmax(logits, temperature=temperature) for logits in (z, v))
        shifted = z / temperature - (z / temperature).max(axis=-1, keepdims=True)
        log_q = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        np.testing.assert_allclose(np.exp(log_q), q, rtol=1e-9, atol=1e-300)
        expected = temperature**2 * (-(p * log_q).sum(axis=-1) - reference.entropy(p))
        ours = reference.distillation_loss(z, v, temperature=temperature, reduction="none")
        np.testing.assert_allclose(ours, expected, rtol=1e-7, atol=1e-9 * temperature**2)

    def test_high_temperature_matches_logits(self):
        """For logits of mean 0 the gradient tends to (z - v) / C: T² keeps its size."""
        rng = np.random.default_rng(0)
        z, v = (
            logits - logits.mean(axis=-1, keepdims=True) for logits in rng.normal(size=(2, 6, 4))
        )
        slopes = reference.distillation_loss_grad(z, v, temperature=1e5, reduction="none")
        np.testing.assert_allclose(slopes, (z - v) / 4, rtol=1e-3, atol=1e-5)

    def test_half_precision_keeps_its_digits_at_a_high_temperature(self):
        """T² would multiply the rounding of every logarithm."""
        z, v = torch.tensor(np.random.default_rng(0).normal(size=(2, 20, 5))).half()

        def errors(losses: torch.Tensor) -> np.ndarray:
            exact = reference.distillation_loss(z, v, temperature=50, reduction="none")
            return abs(losses.numpy() / exact - 1)

        ours = functional.distillation_loss(z, v, temperature=50, reduction="none")
        assert errors(ours).max() < 0.01
        logs = [F.log_softmax(logits / 50, dim=-1) for logits in (z, v)]
        wrong = 2500 * (logs[1].exp() * (logs[1] - logs[0])).sum(dim=-1)
        assert errors(wrong).max() > 0.1

    def test_classes_that_are_ruled_out(self):
        """A logit of -inf for teacher and student: PyTorch's own gives NaN."""
        z, v = (torch.tensor([row], requires_grad=True) for row in ([0.0, 1, -INF], [1.0, 0, -INF]))
        ours = functional.distillation_loss(z, v, temperature=1)
        ours.backward()
        expected = reference.distillation_loss([[0.0, 1.0]], [[1.0, 0.0]], temperature=1)
        assert ours.item() == pytest.approx(expected)
        arrays = [[0.0, 1, -INF]], [[1.0, 0, -INF]]
        assert reference.distillation_loss(*arrays, temperature=1) == expected
        assert not z.grad.isnan().any()
        assert not v.grad.isnan().any()
        logs = [F.log_softmax(logits, dim=-1) for logits in (z, v)]
        assert F.kl_div(*logs, reduction="sum", log_target=True).isnan()


class TestFocal:
    @given(logits, labels)
    def test_no_focus_is_the_softmax_loss(self, z, y):
        for suffix in ("", "_grad"):
            plain = getattr(reference, f"softmax_loss{suffix}")(z, y)
            ours = getattr(reference, f"focal_loss{suffix}")(z, y, gamma=0)
            np.testing.assert_allclose(ours, plain, rtol=1e-10, atol=1e-15)

    @given(logits, labels, st.floats(0, 5), st.floats(0, 5))
    def test_focus_only_lowers_the_loss(self, z, y, first: float, second: float):
        little, much = sorted((first, second))
        losses = [reference.focal_loss(z, y, gamma=g, reduction="none") for g in (little, much)]
        assert (losses[1] <= losses[0] * (1 + 1e-12)).all()

    def test_by_hand(self):
        z, y, alpha = np.log([[1.0, 3.0], [1.0, 3.0]]), [0, 1], np.array([2.0, 0.5])
        losses = np.array([9 / 16 * math.log(4), 1 / 16 * math.log(4 / 3)])
        both_give("focal_loss", (z, y), losses, gamma=2, reduction="none")
        both_give("focal_loss", (z, y), (alpha * losses).mean(), gamma=2, alpha=alpha)

    @given(logits, labels, st.floats(0, 5))
    def test_two_classes_are_the_sigmoid_form(self, z, y, gamma: float):
        z, y = z[:, :2], y % 2
        sigmoid_form = reference.sigmoid_focal_loss(z[:, 1] - z[:, 0], y, gamma=gamma, alpha=None)
        softmax_form = reference.focal_loss(z, y, gamma=gamma)
        np.testing.assert_allclose(softmax_form, sigmoid_form, rtol=1e-9, atol=1e-15)
        alpha = 0.25
        np.testing.assert_allclose(
            reference.focal_loss(z, y, gamma=gamma, alpha=[1 - alpha, alpha]),
            reference.sigmoid_focal_loss(z[:, 1] - z[:, 0], y, gamma=gamma, alpha=alpha),
            rtol=1e-9,
            atol=1e-15,
        )

    @pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
    def test_sigmoid_form_by_the_printed_formula(self, gamma: float):
        rng = np.random.default_rng(0)
        s, y = torch.tensor(rng.normal(0, 2, 30)), torch.tensor(rng.integers(0, 2, 30)).double()

        def printed(s: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            p = torch.sigmoid(s)
            p_t, alpha_t = torch.where(y == 1, p, 1 - p), torch.where(y == 1, 0.25, 0.75)
            return -(alpha_t * (1 - p_t) ** gamma * p_t.log()).mean()

        equal_torch("sigmoid_focal_loss", printed, (s, y), gamma=gamma)

    @given(arrays(np.float64, 4, elements=st.floats(-30, 30)), st.floats(0, 1), st.floats(0, 5))
    def test_swapping_the_sides(self, s, alpha: float, gamma: float):
        y = np.array([0.0, 1.0, 0.25, 1.0])
        np.testing.assert_allclose(
            reference.sigmoid_focal_loss(s, y, gamma=gamma, alpha=alpha),
            reference.sigmoid_focal_loss(-s, 1 - y, gamma=gamma, alpha=1 - alpha),
            rtol=1e-10,
            atol=1e-14,  # 1 - (1 - alpha) is not quite alpha
        )

    def test_no_focus_and_no_weight_is_binary_cross_entropy(self):
        rng = np.random.default_rng(0)
        pair = torch.tensor(rng.normal(0, 4, 20)), torch.tensor(rng.uniform(0, 1, 20))
        equal_torch(
            "sigmoid_focal_loss", F.binary_cross_entropy_with_logits, pair, gamma=0, alpha=None
        )

    def test_alpha_on_both_classes_is_another_loss(self):
        """It scales the whole loss, and weighs nothing."""
        s, y = np.array([2.0, -1.0, 0.5, -3.0]), np.array([1.0, 1.0, 0.0, 0.0])
        unweighted = reference.sigmoid_focal_loss(s, y, alpha=None, reduction="none")
        ours = reference.sigmoid_focal_loss(s, y, alpha=0.25, reduction="none")
        np.testing.assert_allclose(ours / unweighted, [0.25, 0.25, 0.75, 0.75])
        assert not np.allclose(ours, 0.25 * unweighted)

    def test_a_plain_power_gives_nan(self):
        s, y = torch.tensor([20.0], requires_grad=True), torch.tensor([1.0])
        p = torch.sigmoid(s)
        (-((1 - p) ** 0.5) * p.log()).backward()
        assert s.grad.isnan()
        z = torch.tensor([[20.0, 0.0]], requires_grad=True)
        for value, argument in (
            (functional.sigmoid_focal_loss(s, y, gamma=0.5, alpha=None), s),
            (functional.focal_loss(z, torch.tensor([0]), gamma=0.5), z),
        ):
            slope = torch.autograd.grad(value, argument)[0].flatten()[0].item()
            exact = reference.sigmoid_focal_loss_grad([20.0], [1], gamma=0.5, alpha=None)[0]
            assert slope == pytest.approx(exact, rel=1e-5, abs=0)
            assert slope < 0


ON_LOGITS = {
    **ON_LABELS,
    "distillation_loss": {"temperature": 3.0},
    "sigmoid_focal_loss": {},
}


def half_precision_arguments(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    z = torch.tensor(np.random.default_rng(0).normal(0, 3, (8, 3)), dtype=torch.bfloat16)
    second = {"distillation_loss": z.flip(0), "sigmoid_focal_loss": (z > 0).bfloat16()}
    return z, second.get(name, torch.arange(8) % 3)


@pytest.mark.parametrize(("name", "options"), ON_LOGITS.items())
def test_autocast(name: str, options: dict):
    """Half-precision logits give a float32 loss, and their own gradient, as in PyTorch."""
    z, second = half_precision_arguments(name)
    z.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        ours = getattr(functional, name)(z, second, **tensor_options(options, torch.float32))
        assert F.cross_entropy(z, torch.arange(8) % 3).dtype == torch.float32
    ours.backward()
    assert ours.dtype == torch.float32
    arrays = [
        tensor.detach().to(torch.float64).numpy() if tensor.is_floating_point() else tensor.numpy()
        for tensor in (z, second)
    ]
    assert ours.item() == pytest.approx(getattr(reference, name)(*arrays, **options), rel=1e-5)
    assert z.grad.dtype == torch.bfloat16
    slopes = getattr(reference, f"{name}_grad")(*arrays, **options)
    np.testing.assert_allclose(z.grad.float(), slopes, rtol=1e-2, atol=1e-5)


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, while it traces
@pytest.mark.parametrize(("name", "options"), ON_LOGITS.items())
def test_traced_by_the_compiler(name: str, options: dict):
    """Up to the generated code, which the margin losses test."""
    z, second = half_precision_arguments(name)
    z, second = z.float().requires_grad_(), second.float() if second.is_floating_point() else second
    function, options = getattr(functional, name), tensor_options(options, torch.float32)
    values = [
        call(z, second, **options)
        for call in (torch.compile(function, backend="aot_eager"), function)
    ]
    torch.testing.assert_close(*values)
    torch.testing.assert_close(*(torch.autograd.grad(value, z)[0] for value in values))


class TestModules:
    @pytest.mark.parametrize(
        ("build", "key", "name"),
        [
            (nn.WeightedSoftmaxLoss, "weight", "weighted_softmax_loss"),
            (lambda alpha: nn.FocalLoss(alpha=alpha), "alpha", "focal_loss"),
        ],
    )
    def test_weights_travel_in_the_state_dict(self, batch, build, key: str, name: str):
        weights = torch.tensor([0.5, 1.0, 2.0, 3.0, 0.0], dtype=torch.float64)
        module, other = build(weights), build(torch.ones(5, dtype=torch.float64))
        assert list(module.state_dict()) == [key]
        assert not list(module.parameters())
        other.load_state_dict(module.state_dict())
        expected = getattr(functional, name)(*batch, **{key: weights})
        for loaded in (module, other):
            torch.testing.assert_close(loaded(*batch), expected, rtol=0, atol=0)
        assert module.half().state_dict()[key].dtype == torch.float16
        assert "0.5000, 1.0000" in repr(module)

    @pytest.mark.parametrize(
        ("build", "error", "message"),
        [
            (lambda: nn.SoftmaxLoss(reduction="avg"), ValueError, "reduction"),
            (lambda: nn.SoftSoftmaxLoss(0), ValueError, "temperature"),
            (lambda: nn.DistillationLoss(-1), ValueError, "temperature"),
            (lambda: nn.WeightedSoftmaxLoss([]), ValueError, "weight"),
            (lambda: nn.WeightedSoftmaxLoss(torch.tensor([1.0, -2.0])), ValueError, "weight"),
            (lambda: nn.FocalLoss(-1), ValueError, "gamma"),
            (lambda: nn.FocalLoss(alpha=torch.tensor([NAN])), ValueError, "alpha"),
            (lambda: nn.FocalLoss(alpha=torch.tensor([])), ValueError, "alpha"),
            (lambda: nn.SoftmaxLoss(label_smoothing=1.5), ValueError, "label_smoothing"),
            (lambda: nn.SigmoidFocalLoss(NAN), ValueError, "gamma"),
            (lambda: nn.SigmoidFocalLoss(alpha=2.0), ValueError, "alpha"),
        ],
    )
    def test_refuse_when_built(self, build, error: type, message: str):
        with pytest.raises(error, match=f"{message}: expected"):
            build()


def test_brier_by_hand():
    z = np.log([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]])
    both_give("brier_loss", (z, [0, 1]), [0.375, 0.875], reduction="none")
    both_give("brier_loss", (z, [0, 1]), 0.625)
    both_give("brier_loss", ([[1e4, 0.0]], [1]), 2)


@given(logits, st.integers(0, 2))
def test_brier_is_the_squared_error_of_the_softmax(z: np.ndarray, y: int):
    truth = np.eye(4)[y]
    expected = reference.l2_loss(reference.softmax(z[0]), truth, reduction="sum")
    both_give("brier_loss", (z[:1], [y]), expected)


def test_brier_is_proper_and_the_absolute_distance_is_not():
    """Averaged over the true labels it is smallest at the true distribution."""
    q = np.array([0.6, 0.3, 0.1])
    rivals = np.random.default_rng(0).dirichlet(np.ones(3), 500)

    def mean_brier(p: np.ndarray) -> float:
        losses = reference.brier_loss(np.tile(np.log(p), (3, 1)), range(3), reduction="none")
        return float(np.average(losses, weights=q))

    def mean_distance(p: np.ndarray) -> float:
        return float(np.average(np.abs(p - np.eye(3)).sum(axis=1), weights=q))

    assert all(mean_brier(q) < mean_brier(p) for p in rivals)
    assert mean_distance(np.array([1.0, 0.0, 0.0])) < mean_distance(q)
