"""Cases of sections 1.3.1-3, 1.3.9 and 3.1."""

import numpy as np

from tests.cases import Arrays, Case, distributions

WEIGHTS = np.array([0.5, 1.0, 3.0, 0.0])


def _logits(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 3, (5, 4)), np.append(rng.permutation(4), rng.integers(0, 3))


def _extreme_logits() -> Arrays:
    """A sure hit, a sure miss, a tie far from 0, a p_y that rounds to 1, one close to 0."""
    z = [
        [1e4, -1e4, 0.0, 1e4],
        [1e4, -1e4, 0.0, -1e4],
        [1e4, 1e4, 1e4, 1e4],
        [20.0, 0.0, 0.0, 0.0],
        [-20.0, 0.0, 0.0, 0.0],
        [-1e4, -1e4, 1e4, -1e4],
    ]
    return np.array(z), np.array([0, 1, 2, 0, 0, 2])


def _pairs(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 3, (5, 4)), rng.normal(0, 3, (5, 4))


def _extreme_pairs() -> Arrays:
    z = _extreme_logits()[0]
    return z, z[[0, 0, 2, 4, 5, 2]]


def _bernoulli(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 4, (3, 2)), rng.uniform(0, 1, (3, 2))


def _pixels(rng: np.random.Generator) -> Arrays:
    """Logits (N, C, H, W); among the labels some that are ignored."""
    return rng.normal(0, 3, (2, 4, 3, 2)), rng.permutation(
        [*range(4), *range(3), -1, 0, 1, -1, 2]
    ).reshape(2, 3, 2)


def _extreme_pixels() -> Arrays:
    """As pixels of one image, the last one ignored."""
    z, y = _extreme_logits()
    return z.T[np.newaxis, :, :, np.newaxis], np.append(y[:-1], -1).reshape(1, 6, 1)


def _soft_targets(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 3, (5, 4)), distributions(rng, 5, 4)


def _extreme_soft_targets() -> Arrays:
    return _extreme_logits()[0], np.array([[0.5, 0.25, 0.25, 0], [0, 1, 0, 0], [0.25] * 4] * 2)


def _pixel_pairs(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 3, (2, 4, 3)), rng.normal(0, 3, (2, 4, 3))


def _extreme_bernoulli() -> Arrays:
    s = [-1e4, -1e4, 0.0, 1e4, 1e4, 1e4, 20.0, -20.0]
    return np.array(s), np.array([0.0, 1, 0.5, 0, 1, 0.25, 1, 0])


CASES = [
    *(
        case
        for temperature in (0.5, 1.0, 20.0)
        for case in (
            Case(
                "softmax",
                lambda rng: _logits(rng)[:1],
                lambda: _extreme_logits()[:1],
                {"temperature": temperature},
                reduces=False,
                jacobian=True,
            ),
            Case("soft_softmax_loss", _logits, _extreme_logits, {"temperature": temperature}),
            Case("distillation_loss", _pairs, _extreme_pairs, {"temperature": temperature}),
        )
    ),
    *(
        Case(name, draw, extreme, {**weight, **options})
        for name, weight in (("softmax_loss", {}), ("weighted_softmax_loss", {"weight": WEIGHTS}))
        for draw, extreme, options in (
            (_logits, _extreme_logits, {}),
            (_logits, _extreme_logits, {"label_smoothing": 0.25}),
            (_pixels, _extreme_pixels, {"ignore_index": -1}),
            (_pixels, _extreme_pixels, {"ignore_index": -1, "label_smoothing": 0.5}),
            (_soft_targets, _extreme_soft_targets, {}),
            (_soft_targets, _extreme_soft_targets, {"label_smoothing": 0.5}),
        )
    ),
    Case("soft_softmax_loss", _pixels, _extreme_pixels, {"temperature": 3.0, "ignore_index": -1}),
    Case("distillation_loss", _pixel_pairs, _extreme_pairs, {"temperature": 3.0}),
    Case("brier_loss", _logits, _extreme_logits),
    Case("brier_loss", _pixels, _extreme_pixels, {"ignore_index": -1}),
    Case("focal_loss", _pixels, _extreme_pixels, {"ignore_index": -1}),
    Case("focal_loss", _pixels, _extreme_pixels, {"alpha": WEIGHTS, "ignore_index": -1}),
    *(
        Case("focal_loss", _logits, _extreme_logits, {"gamma": gamma, "alpha": alpha})
        for gamma in (0.0, 0.5, 2.0, 5.0)
        for alpha in (None, WEIGHTS)
    ),
    *(
        Case("sigmoid_focal_loss", _bernoulli, _extreme_bernoulli, {"gamma": gamma, "alpha": alpha})
        for gamma in (0.0, 0.5, 2.0, 5.0)
        for alpha in (None, 0.0, 0.25, 1.0)
    ),
]
