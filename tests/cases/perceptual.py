"""Cases of section 2.4."""

from collections.abc import Callable

import numpy as np

from tests.cases import Arrays, Case


def _draw(*shape: int) -> Callable[[np.random.Generator], Arrays]:
    return lambda rng: (rng.normal(0, 2, shape), rng.normal(0, 2, shape))


def _extreme() -> Arrays:
    """Squares that overflow half precision, with a mean that fits it and one that does not."""
    features, targets = np.zeros((4, 2, 4, 8)), np.zeros((4, 2, 4, 8))
    features[0, 1, 2, 3], targets[0, 0, 0, 0] = 300, -300
    features[1], targets[1] = 1e4, -1e4
    features[2], targets[2] = 1e4, 1e4
    features[3] = 2.0**-10
    return features, targets


CASES = [Case("perceptual_loss", _draw(*shape), _extreme) for shape in ((1, 1, 1, 1), (3, 2, 2, 3))]
