"""Cases of sections 1.3.4-8."""

import numpy as np

from tests.cases import Arrays, Case


def _draw(rng: np.random.Generator) -> Arrays:
    """Random angles, one close to 0 and one beyond pi - m for each margin m."""
    x, W, y = rng.normal(0, 1, (4, 3)), rng.normal(0, 1, (3, 3)), rng.integers(0, 3, 4)
    x[0] = 2 * W[y[0]] + rng.uniform(0.02, 0.05, 3)
    x[1] = -2 * W[y[1]] + rng.uniform(0.02, 0.05, 3)
    return x, W, y


def _extreme() -> Arrays:
    """Angles of 0, pi, pi/2 and pi/4, a zero feature vector, a zero class vector, both."""
    x = [[3, 4], [-3, -4], [-4, 3], [7, 1], [0, 0], [3, 4], [0, 0], [6, 8], [-0.75, -1]]
    W = [[3, 4], [4, -3], [0, 0]]
    return 1.0 * np.array(x), 1.0 * np.array(W), np.array([0, 0, 0, 0, 0, 2, 2, 0, 0])


def _case(name: str, **options: object) -> Case:
    return Case(name, _draw, _extreme, options, differentiable=(0, 1))


CASES = [
    *(
        _case(name, m=m, annealing=annealing)
        for name in ("l_softmax_loss", "a_softmax_loss")
        for m in (1, 2, 3, 4, 7)
        for annealing in (0.0, 5.0)
    ),
    _case("l2_softmax_loss", alpha=0.5),
    _case("l2_softmax_loss", alpha=16.0, b=np.array([0.0, -1.0, 2.0])),
    *(
        _case("am_softmax_loss", s=s, m=m)
        for s, m in ((1.0, 0.0), (30.0, 0.35), (64.0, 0.5), (4.0, 2.0))
    ),
    *(
        _case("arcface_loss", s=s, m=m)
        for s, m in ((1.0, 0.0), (30.0, 0.2), (64.0, 0.5), (4.0, 1.5))
    ),
]
