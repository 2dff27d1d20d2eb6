"""Cases of section 1.6."""

import numpy as np

from tests.cases import Arrays, Case


def _scores(rng: np.random.Generator) -> Arrays:
    return rng.normal(0, 4, (3, 2)), rng.choice([-1.0, 1.0], (3, 2))


def _extreme_scores() -> Arrays:
    f = np.array([-1e4, -1e4, -20.0, 0.0, 0.0, 20.0, 1e4, 1e4])
    return f, np.array([-1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0, -1.0])


CASES = [
    Case("exponential_loss", _scores, _extreme_scores),
    Case("logistic_loss", _scores, _extreme_scores),
    *(
        Case(
            "sigmoid_cross_entropy",
            lambda rng: (rng.normal(0, 4, (4, 3)), rng.uniform(0, 1, (4, 3))),
            lambda: (
                np.array([[-1e4, -1e4, 0.0], [1e4, 1e4, 1e4]]),
                np.array([[0.0, 1, 0.5], [0, 1, 0.25]]),
            ),
            options,
        )
        for options in ({}, {"weight": np.array([1.0, 2.0, 0.5]), "pos_weight": np.array(3.0)})
    ),
]
