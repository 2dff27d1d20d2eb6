"""The margin losses: by hand, their unity, their geometry, their numbers, the usual mistakes."""

import math
import shutil
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812
from torch.utils._python_dispatch import TorchDispatchMode

from lossbook import functional, nn, reference
from lossbook.functional import rivals
from lossbook.reference.margin import l_softmax_psi
from tests.cases import Case, all_cases
from tests.support import both_give, both_refuse, tensor_options

NAN, INF = float("nan"), float("inf")
X, W, Y = np.array([[3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]]), np.array([0])
NAMES = {
    "l_softmax_loss": {"m": 3},
    "a_softmax_loss": {"m": 3},
    "l2_softmax_loss": {"alpha": 4.0},
    "am_softmax_loss": {"s": 8.0, "m": 0.35},
    "arcface_loss": {"s": 8.0, "m": 0.5},
}

BAD = [
    *(
        (name, arguments, options, error, message)
        for name, options in NAMES.items()
        for arguments, error, message in (
            ((X, W, [-1]), ValueError, "y: expected labels 0 to 2, got -1"),
            ((X, W, [3]), ValueError, "y: expected labels 0 to 2, got 3"),
            ((X, W, [NAN]), TypeError, "y: expected integers, got dtype"),
            ((X, W, [True]), TypeError, "y: expected integers, got dtype"),
            ((X, W, [0, 1]), ValueError, r"y: expected shape \(1,\), .* got shape \(2,\)"),
            ((X[0], W, [0]), ValueError, r"x: expected shape \(N, d\) .* got shape \(2,\)"),
            ((np.zeros((1, 0)), W, [0]), ValueError, r"x: .* d of at least 1, got .*\(1, 0\)"),
            ((X, W[0], [0]), ValueError, r"W: expected shape \(C, d\) .* got shape \(2,\)"),
            (
                (X, W.T, [0]),
                ValueError,
                r"x: expected 3 features, as .* W .* have, got",
            ),
            ((X, np.zeros((0, 2)), [0]), ValueError, r"W: .* C of at least 1, got .*\(0, 2\)"),
            ((X[:0], W, Y[:0]), ValueError, "reduction: .* got an empty batch"),
        )
    ),
    *(
        (name, (X, W, Y), {"m": m}, ValueError, "m: expected a whole number of at least 1, got")
        for name in ("l_softmax_loss", "a_softmax_loss")
        for m in (0, -1, 2.5, NAN, INF)
    ),
    *(
        (name, (X, W, Y), {"annealing": annealing}, ValueError, "annealing: .* at least 0, got")
        for name in ("l_softmax_loss", "a_softmax_loss")
        for annealing in (-1, NAN, INF)
    ),
    *(
        (name, (X, W, Y), {key: value}, ValueError, f"{key}: expected a finite number above 0, got")
        for name, key in (
            ("l2_softmax_loss", "alpha"),
            ("am_softmax_loss", "s"),
            ("arcface_loss", "s"),
        )
        for value in (0, -1, NAN, INF)
    ),
    *(
        ("am_softmax_loss", (X, W, Y), {"m": m}, ValueError, "m: .* at least 0, got")
        for m in (-0.1, NAN, INF)
    ),
    *(
        ("arcface_loss", (X, W, Y), {"m": m}, ValueError, r"m: expected an angle in radians in \[0")
        for m in (-0.1, 28.6, NAN)  # 28.6 degrees are 0.5
    ),
    *(
        (
            "l2_softmax_loss",
            (X, W, Y),
            {"alpha": 1, "b": np.zeros(shape)},
            ValueError,
            r"b: expected shape \(3,\), an entry per class, got shape",
        )
        for shape in (2, (1, 3), ())
    ),
    ("am_softmax_loss", (X, W, Y), {"reduction": "avg"}, ValueError, "reduction: .* got 'avg'"),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


def draw(seed: int, N: int = 12, C: int = 5, d: int = 4) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (N, d)), rng.normal(0, 1, (C, d)), rng.integers(0, C, N)


def torch_slopes(value: torch.Tensor, *arguments: torch.Tensor) -> list[np.ndarray]:
    return [slope.double().numpy() for slope in torch.autograd.grad(value.sum(), arguments)]


def plane(*theta: float, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Unit vectors of the plane at these angles."""
    angles = torch.tensor(theta, dtype=torch.float64)
    return torch.stack([angles.cos(), angles.sin()], dim=1).to(dtype)


def target_logit(name: str, theta: np.ndarray, **options: float) -> np.ndarray:
    """Psi at each angle, got back from the loss of a vector of length 1 against one rival.

    The rival stands at a right angle to all vectors: its logit is 0.
    """
    x = np.stack([np.cos(theta), np.sin(theta), 0 * theta], axis=1)
    losses = getattr(reference, name)(
        x, np.eye(3)[[0, 2]], np.zeros(len(theta), dtype=int), reduction="none", **options
    )
    return -np.log(np.expm1(losses))


class TestPsi:
    @pytest.mark.parametrize("m", [1, 2, 3, 4, 7])
    def test_falls_from_1_to_1_less_2m(self, m: int):
        theta = np.linspace(0, np.pi, 1001)
        psi = l_softmax_psi(theta, m=m)
        assert psi[0] == 1
        assert psi[-1] == pytest.approx(1 - 2 * m)
        assert (np.diff(psi) < 0).all()
        assert (psi <= np.cos(theta) + 1e-12).all()

    @pytest.mark.parametrize("m", [2, 3, 4, 7])
    def test_joins_are_smooth_once(self, m: int):
        joins = np.arange(1, m) * np.pi / m
        step = 1e-5

        def psi(theta: np.ndarray) -> np.ndarray:
            return l_softmax_psi(theta, m=m)

        left = (psi(joins) - psi(joins - step)) / step
        right = (psi(joins + step) - psi(joins)) / step
        np.testing.assert_allclose(psi(joins), 1 - 2 * np.arange(1, m))
        np.testing.assert_allclose([left, right], 0, atol=m**2 * step)
        bends = [(psi(joins + side) - psi(joins)) / step**2 for side in (-step, step)]
        np.testing.assert_allclose(bends[0], m**2 / 2, rtol=1e-3)
        np.testing.assert_allclose(bends[1], -(m**2) / 2, rtol=1e-3)

    @pytest.mark.parametrize("m", [1, 2, 3, 4, 7, 20])
    def test_polynomial_equals_the_angle(self, m: int):
        """Chebyshev's polynomial in PyTorch, the printed formula in NumPy, joins and ends too."""
        theta = np.append(np.linspace(0, np.pi, 101), np.arange(m + 1) * np.pi / m)
        x = torch.stack([torch.tensor(np.cos(theta)), torch.tensor(np.sin(theta))], dim=1)
        W = torch.tensor([[1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
        losses = functional.a_softmax_loss(
            x, W, torch.zeros(len(theta), dtype=torch.int64), m=m, reduction="none"
        )
        psi = l_softmax_psi(theta, m=m)
        np.testing.assert_allclose(losses, np.logaddexp(0, -psi), rtol=1e-10)

    @pytest.mark.parametrize("m", [0, 1.5])
    def test_refuses(self, m: float):
        with pytest.raises(ValueError, match="m: expected a whole number of at least 1"):
            l_softmax_psi([0.0], m=m)


class TestUnity:
    """One family: cos(m1 theta + m2) - m3, and lengths kept or set."""

    @pytest.mark.parametrize("seed", range(3))
    def test_targets(self, seed: int):
        theta = np.random.default_rng(seed).uniform(0.05, np.pi - 0.55, 20)
        for name, options, (m1, m2, m3) in (
            ("l_softmax_loss", {"m": 1}, (1, 0, 0)),
            ("a_softmax_loss", {"m": 1}, (1, 0, 0)),
            ("l2_softmax_loss", {"alpha": 1}, (1, 0, 0)),
            ("am_softmax_loss", {"s": 1, "m": 0.35}, (1, 0, 0.35)),
            ("arcface_loss", {"s": 1, "m": 0.5}, (1, 0.5, 0)),
        ):
            psi = target_logit(name, theta, **options)
            np.testing.assert_allclose(psi, np.cos(m1 * theta + m2) - m3, atol=1e-12)
        theta /= 4  # the first piece of psi
        for name in ("l_softmax_loss", "a_softmax_loss"):
            psi = target_logit(name, theta, m=4)
            np.testing.assert_allclose(psi, np.cos(4 * theta), atol=1e-12)

    @pytest.mark.parametrize(
        ("name", "options", "sizes"),
        [
            ("l_softmax_loss", {"m": 1}, (None, None)),
            ("l_softmax_loss", {"m": 1, "annealing": 3.0}, (None, None)),
            ("a_softmax_loss", {"m": 1}, (None, 1)),
            ("l2_softmax_loss", {"alpha": 5.0}, (5, None)),
            ("am_softmax_loss", {"s": 7.0, "m": 0.0}, (7, 1)),
            ("arcface_loss", {"s": 7.0, "m": 0.0}, (7, 1)),
        ],
    )
    def test_without_a_margin_the_softmax_loss_stays(self, name: str, options: dict, sizes):
        """Also for zero vectors, which keep the gradient of their dot products."""
        arrays = draw(0)
        arrays[0][0] = arrays[1][1] = 0
        x, W, y = map(torch.tensor, arrays)
        x.requires_grad_()
        W.requires_grad_()
        plain = [
            vectors if size is None else size * F.normalize(vectors, eps=1e-300)
            for vectors, size in zip((x, W), sizes, strict=True)
        ]
        wanted = F.cross_entropy(F.linear(*plain), y)
        ours = getattr(functional, name)(x, W, y, **options)
        torch.testing.assert_close(ours, wanted)
        slopes = torch_slopes(ours, x, W)
        for exact, slope, theirs, own, size in zip(
            getattr(reference, f"{name}_grad")(*arrays, **options),
            slopes,
            torch_slopes(wanted, x, W),
            (x, W),
            sizes,
            strict=True,
        ):
            if size is not None:  # F.normalize divides the gradient of a zero vector by its eps
                zero = (own == 0).all(dim=1).numpy()
                assert (slope[zero] == 0).all()
                theirs[zero] = 0
            np.testing.assert_allclose(slope, theirs, atol=1e-12)
            np.testing.assert_allclose(exact, theirs, atol=1e-12)

    def test_annealing_mixes_the_target(self):
        theta = np.linspace(0.1, 3, 30)
        for name in ("l_softmax_loss", "a_softmax_loss"):
            psi = target_logit(name, theta, m=4, annealing=5)
            expected = (5 * np.cos(theta) + l_softmax_psi(theta, m=4)) / 6
            np.testing.assert_allclose(psi, expected, atol=1e-10)
            psi = target_logit(name, theta, m=4, annealing=1e9)
            np.testing.assert_allclose(psi, np.cos(theta), atol=1e-7)

    def test_by_hand(self):
        """x at 90 degrees from W_0, at length 2."""
        x, W, y = [[0.0, 2.0]], np.diag([3.0, 5.0]), [0]
        for name, options, target, rival in (
            ("l_softmax_loss", {"m": 2}, -6, 10),
            ("l_softmax_loss", {"m": 2, "annealing": 1}, -3, 10),
            ("a_softmax_loss", {"m": 2}, -2, 2),
            ("a_softmax_loss", {"m": 4}, -6, 2),
            ("l2_softmax_loss", {"alpha": 4}, 0, 20),
            ("l2_softmax_loss", {"alpha": 4, "b": np.array([1.0, -2.0])}, 1, 18),
            ("am_softmax_loss", {"s": 2, "m": 0.5}, -1, 2),
            ("arcface_loss", {"s": 2, "m": math.pi / 6}, -1, 2),
        ):
            both_give(name, (x, W, y), np.logaddexp(0, rival - target), **options)


class TestArcFace:
    m = 0.5

    def test_by_the_printed_formula(self):
        """With an arccos, where it does no harm: angles away from 0 and pi, in float64."""
        arrays = draw(0)
        arrays[0][0] = 0.2 - arrays[1][arrays[2][0]]
        x, W, y = map(torch.tensor, arrays)
        x.requires_grad_()
        W.requires_grad_()
        cosines = F.linear(F.normalize(x), F.normalize(W))
        target = cosines.gather(1, y[:, None]).squeeze(1)
        theta = target.arccos()
        beyond = theta > math.pi - self.m
        assert beyond[0]
        assert not beyond.all()
        extended = target - self.m * math.sin(self.m)
        psi = torch.where(beyond, extended, (theta + self.m).cos())
        wanted = F.cross_entropy(16 * cosines.scatter(1, y[:, None], psi[:, None]), y)
        ours = functional.arcface_loss(x, W, y, s=16)
        torch.testing.assert_close(ours, wanted)
        for mine, theirs in zip(torch_slopes(ours, x, W), torch_slopes(wanted, x, W), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-14)

    @pytest.mark.parametrize("m", [0.1, 0.5, 1.0, math.pi / 2])
    def test_falls_up_to_pi(self, m: float):
        """With the jump at pi - m: from -1 to -1.117 at m = 0.5."""
        theta = np.linspace(0, np.pi, 2001)
        psi = target_logit("arcface_loss", theta, s=1, m=m)
        assert (np.diff(psi) < 0).all()
        edge = target_logit("arcface_loss", np.pi - m + np.array([-1e-9, 1e-9]), s=1, m=m)
        np.testing.assert_allclose(edge, [-1, -math.cos(m) - m * math.sin(m)], atol=1e-7)
        if m == 0.5:
            assert edge[1] == pytest.approx(-1.117, abs=5e-4)

    def test_without_the_extension_it_rises_again(self):
        theta = np.linspace(np.pi - self.m, np.pi, 100)
        assert (np.diff(np.cos(theta + self.m)) > 0).all()

    @pytest.mark.parametrize("theta", [1e-6, 1e-4, math.pi - 1e-4])
    def test_float32_gradient_has_six_digits_close_to_0_and_pi(self, theta: float):
        """At pi - 1e-4 the extension is met."""
        x = plane(theta, dtype=torch.float32).requires_grad_()
        W, y = plane(0.0, 2.0, dtype=torch.float32), torch.tensor([0])
        slope = torch_slopes(functional.arcface_loss(x, W, y, s=2.0), x)[0]
        exact = reference.arcface_loss_grad(x.detach().numpy(), W.numpy(), y.numpy(), s=2.0)[0]
        np.testing.assert_allclose(slope, exact, rtol=2e-6, atol=2e-6 * abs(exact).max())

    def test_gradient_is_bounded_close_to_0(self):
        """d cos(theta + m) / d cos(theta) is not: sin(theta + m) / sin(theta)."""
        for theta in (1e-1, 1e-3, 1e-5, 1e-7):
            x, W = plane(theta).numpy(), plane(0.0, 2.0).numpy()
            slope = reference.arcface_loss_grad(x, W, [0], s=2.0)[0]
            assert np.linalg.norm(slope) < 2
        assert math.sin(1e-7 + self.m) / math.sin(1e-7) > 1e6


class TestMistakes:
    """What implementations in use get wrong, and how it shows."""

    @staticmethod
    def loss_by(psi, x: torch.Tensor, W: torch.Tensor, y: torch.Tensor, s: float) -> torch.Tensor:
        cosines = F.linear(F.normalize(x), F.normalize(W))
        target = psi(cosines.gather(1, y[:, None]))
        return F.cross_entropy(s * cosines.scatter(1, y[:, None], target), y)

    def test_an_arccos_gives_nan_at_0_and_pi(self):
        W, y = plane(0.0, 2.0, dtype=torch.float32), torch.tensor([0])
        for sign in (1, -1):
            x = (sign * W[:1]).clone().requires_grad_()
            wrong = self.loss_by(lambda c: (c.arccos() + 0.5).cos(), x, W, y, 2.0)
            assert not np.isfinite(torch_slopes(wrong, x)[0]).all()
            slope = torch_slopes(functional.arcface_loss(x, W, y, s=2.0), x)[0]
            exact = reference.arcface_loss_grad(x.detach().numpy(), W.numpy(), [0], s=2.0)[0]
            np.testing.assert_allclose(slope, exact, atol=1e-6)

    def test_a_clamped_arccos_has_no_gradient_at_small_angles(self):
        W, y = plane(0.0, 2.0, dtype=torch.float32), torch.tensor([0])
        x = plane(2e-4, dtype=torch.float32).requires_grad_()
        bound = 1 - 1e-7
        slopes = [
            torch_slopes(loss, x)[0]
            for loss in (
                self.loss_by(lambda c: (c.clamp(-bound, bound).arccos() + 0.5).cos(), x, W, y, 2.0),
                self.loss_by(lambda c: torch.full_like(c, math.cos(0.5)), x, W, y, 2.0),
                functional.arcface_loss(x, W, y, s=2.0),
            )
        ]
        np.testing.assert_allclose(slopes[0], slopes[1], rtol=1e-3)  # as if there were no target
        exact = reference.arcface_loss_grad(x.detach().numpy(), W.numpy(), [0], s=2.0)[0]
        np.testing.assert_allclose(slopes[2], exact, atol=1e-6)
        assert abs(slopes[0] - exact).max() > 0.1 * abs(exact).max()
        assert torch.tensor(bound, dtype=torch.float16) == 1

    def test_a_margin_in_degrees_is_refused(self):
        degrees = math.degrees(0.5)
        with pytest.raises(ValueError, match="m: expected an angle in radians"):
            functional.arcface_loss(*map(torch.tensor, draw(0)), m=degrees)
        x, W, y = map(torch.tensor, draw(0))
        wrong = self.loss_by(lambda c: (c.arccos() + degrees).cos(), x, W, y, 16.0)
        right = self.loss_by(lambda c: (c.arccos() + 0.5).cos(), x, W, y, 16.0)
        assert abs(wrong - right) > 0.1

    def test_a_straight_through_margin_drops_a_factor(self):
        """The angle taken under no_grad: the value is right, the gradient is not."""
        x, W, y = map(torch.tensor, draw(0, N=200, d=16))
        x.requires_grad_()

        def straight_through(c: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                added = (c.arccos() + 0.5).cos() - c
            return c + added

        wrong = self.loss_by(straight_through, x, W, y, 16.0)
        ours = functional.arcface_loss(x, W, y, s=16)
        torch.testing.assert_close(wrong, ours)
        slopes = [torch_slopes(loss, x)[0] for loss in (wrong, ours)]
        error = np.linalg.norm(slopes[0] - slopes[1]) / np.linalg.norm(slopes[1])
        assert error > 0.1
        exact = reference.arcface_loss_grad(x.detach().numpy(), W.numpy(), y.numpy(), s=16)[0]
        np.testing.assert_allclose(slopes[1], exact, rtol=1e-8, atol=1e-12)

    def test_cos_m_theta_without_its_continuation_rises_again(self):
        theta = np.linspace(np.pi / 4 + 0.1, np.pi / 2 - 0.1, 50)
        assert (np.diff(np.cos(4 * theta)) > 0).all()
        assert (np.diff(target_logit("a_softmax_loss", theta, m=4)) < 0).all()


class TestInvariance:
    seeds = st.integers(0, 1000)

    @given(seeds, st.floats(1e-3, 1e3))
    def test_lengths_that_are_set_do_not_matter(self, seed: int, size: float):
        x, W, y = draw(seed)
        for name, in_x, in_W in (
            ("a_softmax_loss", 1, size),
            ("l2_softmax_loss", size, 1),
            ("am_softmax_loss", size, size),
            ("arcface_loss", size, size),
        ):
            loss, slope = getattr(reference, name), getattr(reference, f"{name}_grad")
            options = NAMES[name]
            expected = loss(x, W, y, **options)
            np.testing.assert_allclose(loss(in_x * x, in_W * W, y, **options), expected, rtol=1e-9)
            # No change along a vector: its gradient is square to it.
            slopes = slope(x, W, y, **options)
            for index, factor in enumerate((in_x, in_W)):
                if factor != 1:
                    along = ((x, W)[index] * slopes[index]).sum(axis=1)
                    np.testing.assert_allclose(along, 0, atol=1e-10)

    @pytest.mark.parametrize(("name", "options"), NAMES.items())
    @given(seed=seeds)
    def test_a_rotation_changes_nothing(self, name: str, options: dict, seed: int):
        x, W, y = draw(seed)
        rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(0, 1, (4, 4)))
        loss = getattr(reference, name)
        expected = loss(x, W, y, **options)
        np.testing.assert_allclose(loss(x @ rotation, W @ rotation, y, **options), expected)
        order = np.random.default_rng(seed).permutation(5)
        np.testing.assert_allclose(loss(x, W[order], order.argsort()[y], **options), expected)

    @given(seeds)
    def test_a_margin_only_raises_the_loss(self, seed: int):
        x, W, y = draw(seed)
        for name, options, without in (
            ("l_softmax_loss", {"m": 3}, {"m": 1}),
            ("l_softmax_loss", {"m": 3}, {"m": 3, "annealing": 5.0}),
            ("a_softmax_loss", {"m": 3}, {"m": 1}),
            ("am_softmax_loss", {"s": 8, "m": 0.35}, {"s": 8, "m": 0}),
            ("arcface_loss", {"s": 8, "m": 0.5}, {"s": 8, "m": 0}),
        ):
            loss = getattr(reference, name)
            more = loss(x, W, y, reduction="none", **options)
            less = loss(x, W, y, reduction="none", **without)
            assert (more >= less - 1e-12).all()


class TestBounds:
    """What a perfect classifier reaches at a given scale."""

    def test_length_of_l2_softmax(self):
        """C = 10 classes at plus and minus five axes, p = 0.9: the paper's bound falls short."""
        C, p = 10, 0.9
        W = np.concatenate([np.eye(5), -np.eye(5)])
        paper = math.log(p * (C - 2) / (1 - p))
        root = math.sqrt(p**2 * (C - 2) ** 2 + 4 * p * (1 - p))
        exact = math.log((p * (C - 2) + root) / (2 * (1 - p)))
        for alpha, reached in ((paper, 0.89984), (exact, 0.9)):
            loss = reference.l2_softmax_loss(W, W, np.arange(C), alpha=alpha)
            assert math.exp(-loss) == pytest.approx(reached, abs=5e-6)

    @pytest.mark.parametrize("C", [2, 3, 10])
    def test_scale_of_am_softmax(self, C: int):
        """C class vectors as far apart as they go, a simplex, reach P at CosFace's bound."""
        P = 0.9
        W = np.eye(C) - 1 / C
        s = (C - 1) / C * math.log((C - 1) * P / (1 - P))
        loss = reference.am_softmax_loss(W, W, np.arange(C), s=s, m=0)
        assert math.exp(-loss) == pytest.approx(P)
        largest = C / (C - 1)  # the margin at which no angle is left
        at_largest = reference.am_softmax_loss(W, W, np.arange(C), s=s, m=largest)
        assert at_largest == pytest.approx(math.log(C))


class TestDegenerate:
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
    @pytest.mark.parametrize(("name", "options"), NAMES.items())
    def test_never_nan(self, name: str, options: dict, dtype: torch.dtype):
        """Equal, opposite, zero, tiny and large vectors, each against each, at m = 1 too."""
        vectors = np.array([[3, 4], [-3, -4], [0, 0], [1e-4, 0], [0, 200], [0.3, 0.4], [-6, -8]])
        y = torch.arange(7).repeat(7)
        for more in (options, {**options, "m": 1} if "m" in options else {}):
            x = torch.tensor(vectors, dtype=dtype).repeat_interleave(7, 0).requires_grad_()
            W = torch.tensor(vectors, dtype=dtype, requires_grad=True)
            losses = getattr(functional, name)(x, W, y, reduction="none", **{**options, **more})
            assert losses.dtype == dtype
            assert not losses.isnan().any()
            for slope in torch.autograd.grad(losses.sum(), (x, W)):
                assert slope.dtype == dtype
                assert not slope.isnan().any()

    @pytest.mark.parametrize(("name", "options"), NAMES.items())
    def test_a_zero_vector_takes_no_margin(self, name: str, options: dict):
        both_give(name, (np.zeros((1, 2)), W, Y), math.log(3), **options)

    def test_many_features(self):
        """In float32 the cosine of a vector with itself often exceeds 1."""
        x = torch.randn(500, 512, generator=torch.manual_seed(0))
        u = F.normalize(x)
        assert ((u * u).sum(dim=1) > 1).float().mean() > 0.1
        x.requires_grad_()
        for name, options in NAMES.items():
            value = getattr(functional, name)(x, x.detach(), torch.arange(500), **options)
            assert np.isfinite(torch_slopes(value, x)[0]).all()

    @pytest.mark.parametrize("dtype", [torch.uint8, torch.int32])
    @pytest.mark.parametrize(("name", "options"), NAMES.items())
    def test_labels_of_any_integer_dtype(self, name: str, options: dict, dtype: torch.dtype):
        """Bytes would be a mask if they were an index."""
        x, W, y = map(torch.tensor, draw(0))
        ours = getattr(functional, name)(x, W, y.to(dtype), **options)
        assert ours == getattr(functional, name)(x, W, y, **options)

    def test_mixed_dtypes(self):
        """Half-precision features of a frozen network against float32 class vectors."""
        arrays = draw(0)
        x, W, y = torch.tensor(arrays[0]).half(), torch.tensor(arrays[1]).float(), arrays[2]
        loss = functional.arcface_loss(x, W, torch.tensor(y))
        assert loss.dtype == torch.float32
        exact = reference.arcface_loss(x.numpy(), W.numpy(), y)
        assert loss.item() == pytest.approx(exact, rel=1e-5)


def build(name: str, **options: float) -> torch.nn.Module:
    classes = {
        "l_softmax_loss": nn.LSoftmaxLoss,
        "a_softmax_loss": nn.ASoftmaxLoss,
        "l2_softmax_loss": nn.L2SoftmaxLoss,
        "am_softmax_loss": nn.AMSoftmaxLoss,
        "arcface_loss": nn.ArcFaceLoss,
    }
    return classes[name](4, 5, **options)


@pytest.mark.parametrize(("name", "options"), NAMES.items())
class TestModules:
    def test_state_dict(self, name: str, options: dict):
        x, _, y = map(torch.tensor, draw(0))
        module, other = (build(name, **options).double() for _ in range(2))
        assert not torch.equal(module.weight, other.weight)
        other.load_state_dict(module.state_dict())
        assert torch.equal(module(x, y), other(x, y))
        keys = ["weight", "bias"] if name == "l2_softmax_loss" else ["weight"]
        assert list(module.state_dict()) == keys
        assert [key for key, _ in module.named_parameters()] == keys

    def test_logits_have_no_margin(self, name: str, options: dict):
        x, _, y = map(torch.tensor, draw(0))
        module = build(name, **options).double()
        logits = module.logits(x)
        assert logits.shape == (12, 5)
        plain = {"m": 1 if name in ("l_softmax_loss", "a_softmax_loss") else 0}
        without = build(name, **{**options, **(plain if "m" in options else {})}).double()
        without.load_state_dict(module.state_dict())
        torch.testing.assert_close(functional.softmax_loss(logits, y), without(x, y))
        torch.testing.assert_close(without.logits(x), logits, rtol=0, atol=0)

    def test_trains(self, name: str, options: dict):
        x, _, y = map(torch.tensor, draw(0, N=15))
        module = build(name, **options).double()
        optimizer = torch.optim.Adam(module.parameters(), lr=0.05)
        losses = []
        for _ in range(60):
            optimizer.zero_grad()
            loss = module(x, y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < 0.8 * losses[0]

    def test_autocast(self, name: str, options: dict):
        """Only the products are taken in half precision; angles of 0 and pi do no harm."""
        x, _, y = draw(0)
        module = build(name, **options)
        x = torch.tensor(x).bfloat16()
        x[0], x[1] = module.weight[y[0]].detach(), -module.weight[y[1]].detach()
        x.requires_grad_()
        with torch.autocast("cpu", torch.bfloat16):
            loss = module(x, torch.tensor(y))
            assert module.logits(x).dtype == torch.float32
        loss.backward()
        assert loss.dtype == module.weight.grad.dtype == torch.float32
        arrays = x.detach().double().numpy(), module.weight.detach().double().numpy(), y
        exact = getattr(reference, name)(*arrays, **options)
        assert loss.item() == pytest.approx(exact, rel=5e-3)
        slopes = getattr(reference, f"{name}_grad")(*arrays, **options)
        for ours, wanted in zip((x.grad, module.weight.grad), slopes, strict=True):
            error = np.linalg.norm(ours.double().numpy() - wanted) / np.linalg.norm(wanted)
            assert error < 0.02

    @staticmethod
    def same_compiled(module: torch.nn.Module, **compiler: str) -> None:
        x, _, y = map(torch.tensor, draw(0))
        x = x.float().requires_grad_()
        values = torch.compile(module, **compiler)(x, y), module(x, y)
        torch.testing.assert_close(*values)
        slopes = [torch.autograd.grad(value, (x, module.weight)) for value in values]
        torch.testing.assert_close(*slopes)


@pytest.mark.skipif(shutil.which("c++") is None, reason="torch.compile needs a C++ compiler")
@pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() == "DEFAULT",
    reason="what torch.compile writes without vector instructions does not compile",
)
@pytest.mark.filterwarnings("ignore")  # PyTorch's own, while it compiles
def test_compiled():
    TestModules.same_compiled(nn.ArcFaceLoss(4, 5))


# Of each loss the last case.
LAST = {case.name: case for case in all_cases() if case.name in NAMES}.values()


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, while it traces
@pytest.mark.parametrize("case", LAST, ids=str)
class TestBlocks:
    """Many classes are taken in blocks: here, two at a time."""

    @pytest.fixture(autouse=True)
    def small_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rivals, "BLOCK", 2)
        monkeypatch.setattr(rivals, "AT_ONCE", 0)

    def given(self, case: Case) -> tuple[list[torch.Tensor], Callable[..., torch.Tensor]]:
        x, W, y = map(torch.tensor, case.draw(np.random.default_rng(0)))
        options = tensor_options(case.options)
        loss = lambda x, W: getattr(functional, case.name)(x, W, y, **options)  # noqa: E731
        return [x.requires_grad_(), W.requires_grad_()], loss

    def test_value_gradient_and_second_derivative(self, case: Case):
        inputs, loss = self.given(case)
        arrays = case.draw(np.random.default_rng(0))
        exact = getattr(reference, case.name)(*arrays, **case.options)
        value = loss(*inputs)
        np.testing.assert_allclose(value.detach(), exact, rtol=1e-10)
        slopes = getattr(reference, f"{case.name}_grad")(*arrays, **case.options)
        for mine, wanted in zip(torch_slopes(value, *inputs), slopes, strict=True):
            np.testing.assert_allclose(mine, wanted, rtol=1e-8, atol=1e-12)
        assert torch.autograd.gradgradcheck(loss, inputs)

    def test_gradients_of_each_sample(self, case: Case):
        (x, W), _ = self.given(case)
        y, options = (
            torch.tensor(case.draw(np.random.default_rng(0))[2]),
            tensor_options(case.options),
        )

        def one(W: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return getattr(functional, case.name)(x[None], W, y[None], **options)

        slope = torch.func.grad(one)
        W, x = W.detach(), x.detach()
        found = torch.func.vmap(slope, in_dims=(None, 0, 0))(W, x, y)
        wanted = torch.stack([slope(W, *sample) for sample in zip(x, y, strict=True)])
        torch.testing.assert_close(found, wanted)

    def test_compiled_as_one_graph(self, case: Case):
        torch.compiler.reset()
        inputs, loss = self.given(case)
        values = torch.compile(loss, fullgraph=True, backend="aot_eager")(*inputs), loss(*inputs)
        torch.testing.assert_close(*values)
        torch.testing.assert_close(*(torch.autograd.grad(value, inputs) for value in values))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
    def test_extremes(self, case: Case, dtype: torch.dtype):
        x, W, y = (torch.tensor(array) for array in case.extreme())
        x, W = (tensor.to(dtype).requires_grad_() for tensor in (x, W))
        options = tensor_options(case.options, dtype)
        found, wanted = [], []
        for rivals.AT_ONCE, results in ((0, found), (2**20, wanted)):
            losses = getattr(functional, case.name)(x, W, y, reduction="none", **options)
            results += [losses.detach(), *torch.autograd.grad(losses.sum(), (x, W))]
        torch.testing.assert_close(
            found, wanted, rtol=2e-2 if dtype != torch.float32 else 1e-4, atol=1e-3
        )
        assert all(tensor.isfinite().all() for tensor in found[1:])

    def test_autocast(self, case: Case):
        inputs, loss = self.given(case)
        found = []
        for rivals.AT_ONCE in (0, 2**20):
            half = [tensor.detach().bfloat16().requires_grad_() for tensor in inputs]
            with torch.autocast("cpu", torch.bfloat16):
                value = loss(*half)
            assert value.dtype == torch.float32
            found.append([value.detach(), *torch.autograd.grad(value, half)])
        torch.testing.assert_close(*found, rtol=2e-2, atol=2e-2)


def test_blocks_hold_no_matrix_of_all_logits():
    """The largest tensor that is made is as large as the class vectors' own gradient."""
    x = torch.randn(64, 4, requires_grad=True)
    W, y = torch.randn(2**16, 4, requires_grad=True), torch.randint(0, 2**16, (64,))

    class Largest(TorchDispatchMode):
        size = 0

        def __torch_dispatch__(self, function, types, arguments=(), options=None):
            result = function(*arguments, **(options or {}))
            if isinstance(result, torch.Tensor):
                self.size = max(self.size, result.numel())
            return result

    with Largest() as largest:
        functional.arcface_loss(x, W, y).backward()
    assert largest.size == W.numel()
    assert x.shape[0] * W.shape[0] == 16 * W.numel() > rivals.AT_ONCE


def test_long_and_short_vectors():
    """The squares of their entries leave float32; their directions do not."""
    x, W, y = (torch.tensor(array) for array in draw(0))
    x, W = x.float(), W.float()
    wanted = functional.arcface_loss(x, W, y)
    for size in (1e20, 1e-25):
        torch.testing.assert_close(functional.arcface_loss(size * x, size * W, y), wanted)
        features = (size * x).requires_grad_()
        functional.arcface_loss(features, W, y).backward()
        exact = x.clone().requires_grad_()
        functional.arcface_loss(exact, W, y).backward()
        torch.testing.assert_close(features.grad * size, exact.grad, rtol=1e-4, atol=1e-6)


def test_swapped_counts_are_named():
    module = nn.ArcFaceLoss(3, 5)
    with pytest.raises(ValueError, match=r"x: expected 3 features, .* \(5, 3\) have, .* \(8, 5\)"):
        module(torch.ones(8, 5), torch.zeros(8, dtype=torch.int64))
    assert nn.ArcFaceLoss(5.0, 3.0).weight.shape == (3, 5)


def test_device_and_dtype_and_a_new_start():
    module = nn.L2SoftmaxLoss(4, 5, 3.0, device="meta", dtype=torch.float64)
    assert module.weight.is_meta
    assert module.bias.dtype == torch.float64
    module = module.to_empty(device="cpu")
    module.reset_parameters()
    assert (module.weight.abs() <= 0.5).all()
    assert module.weight.abs().min() > 0
    assert (module.bias == 0).all()


def test_bias_of_l2_softmax_gets_its_gradient():
    x, W, y = map(torch.tensor, draw(0))
    b = torch.randn(5, dtype=torch.float64, requires_grad=True)
    functional.l2_softmax_loss(x, W, y, alpha=3, b=b, reduction="sum").backward()
    p = functional.softmax(F.linear(3 * F.normalize(x), W, b))
    torch.testing.assert_close(b.grad, (p - F.one_hot(y, 5)).sum(dim=0).detach())
    assert nn.L2SoftmaxLoss(4, 5, 3, bias=False).bias is None
    assert "bias=False" in repr(nn.L2SoftmaxLoss(4, 5, 3, bias=False))


def test_annealing_is_set_during_training():
    x, _, y = map(torch.tensor, draw(0))
    module = nn.ASoftmaxLoss(4, 5, annealing=1e6).double()
    start = module(x, y)
    torch.testing.assert_close(
        start, functional.softmax_loss(module.logits(x), y), rtol=1e-4, atol=0
    )
    module.annealing = 0.0
    assert module(x, y) > start
    assert "annealing=0.0" in repr(module)
    module.annealing = -1.0
    with pytest.raises(ValueError, match="annealing: expected"):
        module(x, y)


@pytest.mark.parametrize(
    ("build", "argument"),
    [
        (lambda: nn.ArcFaceLoss(0, 5), "in_features"),
        (lambda: nn.ArcFaceLoss(4, 0), "num_classes"),
        (lambda: nn.ArcFaceLoss(4, 5, s=0), "s"),
        (lambda: nn.ArcFaceLoss(4, 5, m=28.6), "m"),
        (lambda: nn.AMSoftmaxLoss(4, 5, s=-1), "s"),
        (lambda: nn.AMSoftmaxLoss(4, 5, m=-0.1), "m"),
        (lambda: nn.L2SoftmaxLoss(4, 5, 0), "alpha"),
        (lambda: nn.LSoftmaxLoss(4, 5, 2.5), "m"),
        (lambda: nn.LSoftmaxLoss(4, 5, annealing=NAN), "annealing"),
        (lambda: nn.ASoftmaxLoss(4, 5, 0), "m"),
        (lambda: nn.ASoftmaxLoss(4, 5, reduction="avg"), "reduction"),
    ],
)
def test_modules_refuse_when_built(build, argument: str):
    with pytest.raises(ValueError, match=f"{argument}: expected"):
        build()
