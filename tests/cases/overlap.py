"""Cases of the losses on an overlap: masks (section 1.3.2) and boxes (2.3)."""

from collections.abc import Callable

import numpy as np

from tests.cases import Arrays, Case


def _masks(*shape: int) -> Callable[[np.random.Generator], Arrays]:
    def draw(rng: np.random.Generator) -> Arrays:
        return rng.normal(0, 2, shape), rng.uniform(0, 1, shape).round()

    return draw


def _extreme_masks() -> Arrays:
    s = np.array([[1e4, 1e4], [-1e4, 1e4], [-1e4, -1e4], [-1e4, -1e4], [0.0, 20.0]])
    return s, np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.5, 0.25]])


def _boxes(*shape: int) -> Callable[[np.random.Generator], Arrays]:
    def draw(rng: np.random.Generator) -> Arrays:
        """Boxes that meet and, in turn, that do not, or of which one lies inside the other."""
        low, size = rng.uniform(-1, 1, (*shape, 2)), rng.uniform(0.5, 3, (*shape, 2))
        t_low = low + rng.choice([-6, -0.3, 0.3, 6], (*shape, 2)) * rng.uniform(0.5, 1)
        t_size = size * rng.choice([0.5, 1.5], (*shape, 2))
        return np.concatenate([low, low + size], -1), np.concatenate([t_low, t_low + t_size], -1)

    return draw


def _extreme_boxes() -> Arrays:
    far, wide = 8192.0, 10240.0
    x = [[-far, -far, far, far], [0, 0, 1, 1], [0, 0, 2.0**-10, far], [-wide, 0, wide, 2.0**-14]]
    t = [[0, 0, 1, 2], [far, far, wide, wide], [-far, 1, far, wide], [-far, -far, far, far]]
    return np.array(x), np.array(t)


CASES = [
    *(
        Case("dice_loss", _masks(*shape), _extreme_masks, {"smooth": smooth})
        for shape, smooth in (((3, 4), 1), ((2, 3, 2), 0.01), ((1, 1), 5))
    ),
    *(Case("giou_loss", _boxes(*shape), _extreme_boxes) for shape in ((), (6,), (2, 3))),
]
