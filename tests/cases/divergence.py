"""Cases of section 1.4."""

import numpy as np

from tests.cases import Arrays, Case, distributions


def _pair(rng: np.random.Generator) -> Arrays:
    return distributions(rng, 4, 3), distributions(rng, 4, 3)


def _corners() -> Arrays:
    """Zeros in p, in q and in both; q = 0 where p > 0; a tiny q."""
    p = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 0.0]]
    q = [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5], [2**-14, 1.0, 0.0]]
    return np.array(p), np.array(q)


def _log_corners() -> Arrays:
    log_p = [[0.0, -1e4, -np.inf], [0.0, -1e4, -np.inf], [-1e4, -np.inf, 0.0]]
    log_q = [[-1e4, -1e4, 0.0], [-np.inf, 0.0, -np.inf], [-np.inf, -1e4, 0.0]]
    return np.array(log_p), np.array(log_q)


CASES = [
    Case("kl_divergence", _pair, _corners, differentiable=(1,)),
    Case(
        "kl_divergence",
        lambda rng: tuple(np.log(side) for side in _pair(rng)),
        _log_corners,
        {"log": True},
        differentiable=(1,),
    ),
]
