"""Points for section 1.1."""

import numpy as np
from scipy import stats

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


def _costs(rng: np.random.Generator) -> dict:
    drawn = _classes(rng)
    c = rng.uniform(0, 3, (drawn["C"], drawn["C"]))
    return drawn | {"c": c, "r": drawn["p"] @ c}


def _two_costs(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0, 1), "c_miss": rng.uniform(0.1, 9), "c_alarm": rng.uniform(0.1, 9)}


def _errors(rng: np.random.Generator) -> dict:
    n, z = int(rng.integers(5, 200)), rng.uniform(0.5, 3)
    k = int(rng.integers(0, n + 1))
    level = 2 * stats.norm.cdf(z) - 1
    interval = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return {"n": n, "k": k, "z": z, "p_up": interval.high}


DRAWS = {
    "eq-zero-one": _labels,
    "eq-zero-one-margin": _score,
    "eq-zero-one-derivation": _classes,
    "eq-zero-one-bound-hinge": _margin,
    "eq-zero-one-bound-exponential": _margin,
    "eq-zero-one-bound-logistic": _margin,
    "eq-zero-one-bound-squared": _margin,
    "eq-cost-matrix": _costs,
    "eq-decision-threshold-derivation": _two_costs,
    "eq-wilson": _errors,
}

TIGHT = {
    "eq-zero-one-bound-hinge": [lambda drawn: drawn["m"] in (0, 1)],
    "eq-zero-one-bound-exponential": [lambda drawn: drawn["m"] == 0],
    "eq-zero-one-bound-logistic": [lambda drawn: drawn["m"] == 0],
    "eq-zero-one-bound-squared": [lambda drawn: drawn["m"] in (0, 1)],
}
