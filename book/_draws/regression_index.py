"""Points for the opening page of part 2."""

import numpy as np
from scipy import stats


def _gaussian(rng: np.random.Generator) -> dict:
    sigma = rng.uniform(0.5, 2)
    return {
        "x": rng.normal(0, 2),
        "t": rng.normal(0, 2),
        "sigma": sigma,
        "p_2": lambda t, x: stats.norm.pdf(t, x, sigma),
    }


def _laplace(rng: np.random.Generator) -> dict:
    b = rng.uniform(0.5, 2)
    return {
        "x": rng.normal(0, 2),
        "t": rng.normal(0, 2),
        "b": b,
        "p_1": lambda t, x: stats.laplace.pdf(t, x, b),
    }


def _sample(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 5))
    return {"N": N, "x": rng.normal(0, 2, N), "t": rng.normal(0, 2, N)}


def _gaussian_sample(rng: np.random.Generator) -> dict:
    return _sample(rng) | {"sigma": rng.uniform(0.5, 2)}


def _laplace_sample(rng: np.random.Generator) -> dict:
    return _sample(rng) | {"b": rng.uniform(0.5, 2)}


def _prior(rng: np.random.Generator) -> dict:
    N, d = 4, 3
    return {
        "N": N,
        "d": d,
        "a": rng.normal(0, 1, (N, d)),
        "t": rng.normal(0, 2, N),
        "theta": rng.normal(0, 1, d),
        "sigma": rng.uniform(0.5, 2),
        "tau": rng.uniform(0.5, 2),
    }


DRAWS = {
    "eq-gaussian": _gaussian,
    "eq-laplace": _laplace,
    "eq-gaussian-derivation": _gaussian_sample,
    "eq-laplace-derivation": _laplace_sample,
    "eq-gaussian-scale-derivation": _gaussian_sample,
    "eq-laplace-scale-derivation": _laplace_sample,
    "eq-ridge-prior-derivation": _prior,
    "eq-lasso-prior-derivation": _prior,
}
