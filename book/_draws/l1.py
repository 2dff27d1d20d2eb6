"""Points for section 2.1."""

import numpy as np


def pair(rng: np.random.Generator) -> dict:
    return {"x": rng.normal(0, 2), "t": rng.normal(0, 2)}


def _pair_or_kink(rng: np.random.Generator) -> dict:
    # On the kink, which has no derivative, the page is held to the code alone.
    drawn = pair(rng)
    return drawn | {"x": rng.choice([drawn["x"], drawn["t"]], p=[0.8, 0.2])}


def _targets(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 7))
    t = np.sort(rng.normal(0, 2, N))
    # The median reaches the bound.
    x = rng.choice([np.median(t), rng.normal(0, 2)])
    return {"N": N, "t": t, "x": x}


def _targets_off(rng: np.random.Generator) -> dict:
    drawn = _targets(rng)
    return drawn | {"x": rng.choice([rng.normal(0, 2), drawn["t"][0]], p=[0.8, 0.2])}


def _cycle(rng: np.random.Generator) -> dict:
    eta = rng.uniform(0.5, 2)
    return {"eta": eta, "r": rng.choice([-1, 1]) * rng.uniform(0.05, 0.95) * eta}


def _threshold(rng: np.random.Generator) -> dict:
    kappa = rng.uniform(0.5, 2)
    size = rng.choice([rng.uniform(0, 1), 1.0, rng.uniform(1, 3)], p=[0.4, 0.1, 0.5])
    return {"kappa": kappa, "v": rng.choice([-1, 1]) * size * kappa}


def _proximal(rng: np.random.Generator) -> dict:
    return {"kappa": rng.uniform(0.5, 2), "v": rng.normal(0, 2), "u": rng.normal(0, 2)}


def coordinate(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    return {
        "N": N,
        "a": rng.normal(0, 1, N),
        "r": rng.normal(0, 2, N),
        "theta": rng.normal(0, 1),
        "lambda_": rng.uniform(0.1, 2),
    }


DRAWS = {
    "eq-l1": pair,
    "eq-l1-grad": _pair_or_kink,
    "eq-l1-lines": pair,
    "eq-l1-median-derivation": _targets,
    "eq-l1-median-slope-derivation": _targets_off,
    "eq-l1-cycle-derivation": _cycle,
    "eq-soft-threshold": _threshold,
    "eq-soft-threshold-outside-derivation": _proximal,
    "eq-soft-threshold-inside-derivation": _proximal,
    "eq-lasso-coordinate-derivation": coordinate,
}
