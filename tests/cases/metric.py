"""Cases of section 3.4."""

import numpy as np

from tests.cases import Arrays, Case


def _triplets(rng: np.random.Generator) -> Arrays:
    """Two triplets with a loss and two without, none within 0.1 of the margin."""
    x, positive, negative = rng.normal(0, 1, (3, 4, 3))
    negative[:2] = x[:2] + 0.1 * (positive[:2] - x[:2]) + 0.1
    negative[2:] = x[2:] + 3 * (positive[2:] - x[2:]) + 2
    return x, positive, negative


def _extreme_triplets() -> Arrays:
    """Far away and wrong, far away and right, all three in one place, and on the margin."""
    x = np.array([[1e4, 0.0], [0.0, -1e4], [3.0, 4.0], [0.0, 0.0]])
    positive = np.array([[-1e4, 0.0], [0.0, -1e4], [3.0, 4.0], [0.0, 1.0]])
    return x, positive, np.array([[1e4, 1.0], [1e4, 1e4], [3.0, 4.0], [1.0, 1.0]])


def _pairs(rng: np.random.Generator) -> Arrays:
    x = rng.normal(0, 1, (4, 3))
    return x, x + rng.normal(0, 1, (4, 3))


def _extreme_pairs() -> Arrays:
    """Angles of 0, pi and pi/2, vectors of any length, zero vectors on either side and on both."""
    x = np.array([[3.0, 4.0], [-3e4, -4e4], [0.0, 0.0], [4.0, -3.0], [0.0, 0.0]])
    return x, np.array([[6.0, 8.0], [3.0, 4.0], [8.0, -6.0], [0.0, 0.0], [0.0, 0.0]])


CASES = [
    *(
        Case("triplet_loss", _triplets, _extreme_triplets, {"m": m}, differentiable=(0, 1, 2))
        for m in (1.0, 0.2, 0.0)
    ),
    *(
        Case("info_nce_loss", _pairs, _extreme_pairs, {"temperature": T}, differentiable=(0, 1))
        for T in (1.0, 0.1, 2.5)
    ),
]
