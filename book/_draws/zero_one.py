"""Points for section 1.1."""

import numpy as np

from book._draws.common import distributions


def _labels(rng: np.random.Generator) -> dict:
    return {"y_hat": int(rng.integers(1, 4)), "y": int(rng.integers(1, 4))}


def _score(rng: np.random.Generator) -> dict:
    # A score of exactly 0 is the one place where < and <= differ.
    return {"f": rng.choice([rng.normal(0, 2), 0.0], p=[0.8, 0.2]), "y": int(rng.choice([-1, 1]))}


def _margin(rng: np.random.Generator) -> dict:
    # At 0 and 1 the bounds are tight or have their kinks.
    return {"m": rng.choice([rng.normal(0, 2), 0.0, 1.0], p=[0.6, 0.2, 0.2])}


def _classes(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "p": distributions(rng, C), "j": int(rng.integers(1, C + 1))}


DRAWS = {
    "eq-zero-one": _labels,
    "eq-zero-one-margin": _score,
    "eq-zero-one-derivation": _classes,
    "eq-zero-one-bound-hinge": _margin,
    "eq-zero-one-bound-exponential": _margin,
    "eq-zero-one-bound-logistic": _margin,
    "eq-zero-one-bound-squared": _margin,
}

TIGHT = {
    "eq-zero-one-bound-hinge": [lambda drawn: drawn["m"] in (0, 1)],
    "eq-zero-one-bound-exponential": [lambda drawn: drawn["m"] == 0],
    "eq-zero-one-bound-logistic": [lambda drawn: drawn["m"] == 0],
    "eq-zero-one-bound-squared": [lambda drawn: drawn["m"] in (0, 1)],
}
