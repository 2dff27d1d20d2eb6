"""Cases of section 1.5."""

import numpy as np

from tests.cases import Arrays, Case


def _scores(rng: np.random.Generator) -> Arrays:
    """Scores on both sides of the margin, none within 0.1 of it."""
    signs = rng.choice([-1.0, 1.0], (3, 2))
    lacks = rng.uniform(0.1, 4, (3, 2)) * np.array([[1, -1], [-1, 1], [1, 1]])
    return signs * (1 - lacks), signs


def _extreme_scores() -> Arrays:
    f = np.array([-1e4, -1e4, 0.0, 1.0, -1.0, 1e4, 1e4])
    return f, np.array([-1.0, 1.0, 1.0, 1.0, -1.0, 1.0, -1.0])


def _classes(rng: np.random.Generator) -> Arrays:
    """Rivals at least 0.5 apart, so that no step of a difference swaps the best one."""
    z = rng.permuted(np.tile(np.arange(4.0), (5, 1)), axis=1) + rng.uniform(-0.2, 0.2, (5, 4))
    y = rng.integers(0, 4, 5)
    y[:2] = z[0].argmax(), z[1].argmin()
    z[0, y[0]] += 5  # a loss of 0
    return z, y


def _extreme_classes() -> Arrays:
    z = [[1e4, -1e4, 0.0], [1e4, -1e4, 0.0], [1e4, 1e4, 1e4], [2.0, 1.0, 0.0], [0.0, 1.0, 1.0]]
    return np.array(z), np.array([0, 1, 0, 0, 0])


def _pixels(rng: np.random.Generator) -> Arrays:
    """Five pixels of one image, the last one ignored."""
    z, y = _classes(rng)
    return z.T[np.newaxis], np.append(y[:-1], 9)[np.newaxis]


def _extreme_pixels() -> Arrays:
    z, y = _extreme_classes()
    return z.T[np.newaxis], np.append(y[:-1], 9)[np.newaxis]


CASES = [
    Case("hinge_loss", _scores, _extreme_scores),
    Case("squared_hinge_loss", _scores, _extreme_scores),
    Case("multiclass_hinge_loss", _classes, _extreme_classes),
    Case("multiclass_hinge_loss", _pixels, _extreme_pixels, {"ignore_index": 9}),
]
