"""Cases of section 3.2."""

import numpy as np

from tests.cases import Arrays, Case


def _gaussian(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 2, (3, 2)), rng.normal(0, 2, (3, 2)), rng.normal(0, 1, (3, 2))


def _extreme_gaussian() -> Arrays:
    """Variances that vanish and that overflow, on the target, beside it and far from it."""
    x = np.array([0.0, 0.5, 1e4, 0.0, 0.5, 1e4, 1e4])
    t = np.array([0.0, 0.0, -1e4, 0.0, 0.0, -1e4, 1e4])
    return x, t, np.array([-1e4, -1e4, -1e4, 1e4, 1e4, 1e4, 0.0])


def _pair(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 2, (3, 2)), rng.normal(0, 2, (3, 2))


def _extreme_pair() -> Arrays:
    return np.array([0.0, 1e4, 1e4, -3e4]), np.array([0.0, 1e4, -1e4, 3e4])


def _counts(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 1.5, (3, 2)), rng.integers(0, 9, (3, 2)).astype(float)


def _extreme_counts() -> Arrays:
    return np.array([1e4, 1e4, -1e4, -1e4, 0.0]), np.array([0.0, 3.0, 0.0, 3.0, 100.0])


CASES = [
    Case("gaussian_nll_loss", _gaussian, _extreme_gaussian, differentiable=(0, 2)),
    *(
        Case("student_nll_loss", _pair, _extreme_pair, {"nu": nu, "scale": scale})
        for nu, scale in ((1, 1), (4, 0.5), (30.5, 20))
    ),
    Case("poisson_nll_loss", _counts, _extreme_counts),
]
