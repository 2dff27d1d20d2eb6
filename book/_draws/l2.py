"""Points for section 2.2."""

import numpy as np

from book._draws.l1 import coordinate, pair


def _targets(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    return {"N": N, "t": rng.normal(0, 2, N), "x": rng.normal(0, 2)}


def _around_any_number(rng: np.random.Generator) -> dict:
    return _targets(rng) | {"c": rng.normal(0, 2)}


def _around_the_mean(rng: np.random.Generator) -> dict:
    drawn = _targets(rng)
    return drawn | {"t_bar": drawn["t"].mean()}


def _linear(rng: np.random.Generator) -> dict:
    N, d = 4, 3
    A = rng.normal(0, 1, (N, d))
    return {
        "N": N,
        "A": A,
        "a": A,
        "t": rng.normal(0, 2, N),
        "theta": rng.normal(0, 1, d),
        "j": int(rng.integers(1, d + 1)),
    }


def _one_sample(rng: np.random.Generator) -> dict:
    return {
        "a": rng.normal(0, 1, 3),
        "theta": rng.normal(0, 1, 3),
        "t": rng.normal(0, 2),
        "eta": rng.uniform(0.1, 1),
    }


DRAWS = {
    "eq-l2": pair,
    "eq-l2-grad": pair,
    "eq-l2-mean-derivation": _around_any_number,
    "eq-l2-mean": _around_the_mean,
    "eq-l2-normal-derivation": _linear,
    "eq-l2-descent-derivation": _one_sample,
    "eq-ridge-coordinate-derivation": coordinate,
}
