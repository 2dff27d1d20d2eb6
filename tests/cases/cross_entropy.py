"""Cases of section 1.2."""

import numpy as np

from tests.cases import Arrays, Case, distributions


def _pair(rng: np.random.Generator) -> Arrays:
    return distributions(rng, 4, 3), distributions(rng, 4, 3)


def _logits(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 4, (3, 2)), rng.uniform(0, 1, (3, 2))


def _corners() -> Arrays:
    return np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]), np.array(
        [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    )


def _extreme_logits() -> Arrays:
    s = [[-1e4, -1e4], [0.0, 1e4], [1e4, 1e4]]
    return np.array(s), np.array([[0.0, 1], [0.5, 0], [1, 0.25]])


CASES = [
    *(
        case
        for base in (np.e, 2.0)
        for case in (
            Case(
                "information",
                lambda rng: (rng.uniform(0.05, 1, 6),),
                lambda: (np.array([0.0, 2.0**-14, 1.0]),),
                {"base": base},
                reduces=False,
            ),
            Case(
                "entropy",
                lambda rng: _pair(rng)[:1],
                lambda: _corners()[:1],
                {"base": base},
                reduces=False,
            ),
            Case(
                "cross_entropy",
                _pair,
                _corners,
                {"base": base},
                differentiable=(1,),
                reduces=False,
            ),
        )
    ),
    Case(
        "sigmoid",
        lambda rng: (rng.normal(0, 4, 6),),
        lambda: (np.array([-1e4, 0.0, 1e4]),),
        reduces=False,
    ),
    *(
        Case("binary_cross_entropy", _logits, _extreme_logits, options)
        for options in (
            {},
            {"pos_weight": np.array(3.0)},
            {"weight": np.array([0.5, 2.0]), "pos_weight": np.array([[4.0], [1.0], [0.0]])},
        )
    ),
]
