"""Points for section 0."""

import numpy as np

EXEMPT = {
    "eq-expected-risk": "the distribution P is unknown, so there is no number to compare",
    "0_risk#1": "the distribution P is unknown, and the averages run over all samples from it",
}


def _risk(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    return {"N": N, "ell": rng.uniform(0, 3, N)}


def _structural(rng: np.random.Generator) -> dict:
    return _risk(rng) | {"theta": rng.normal(0, 2, 3), "lambda_": rng.uniform(0.1, 2)}


def _structural_grad(rng: np.random.Generator) -> dict:
    return _structural(rng) | {"j": int(rng.integers(1, 4))}


def _ridge(rng: np.random.Generator) -> dict:
    N, d = 4, 3
    return {
        "N": N,
        "x": rng.normal(0, 1, (N, d)),
        "y": rng.normal(0, 2, N),
        "theta": rng.normal(0, 1, d),
        "lambda_": rng.uniform(0.1, 2),
        "j": int(rng.integers(1, d + 1)),
    }


def _posterior(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    return {"N": N, "p": rng.uniform(0.05, 1, N), "g": rng.uniform(0.05, 3)}


DRAWS = {
    "eq-map-derivation": _posterior,
    "eq-empirical-risk": _risk,
    "eq-structural-risk-l2": _structural,
    "eq-structural-risk-l1": _structural,
    "eq-structural-risk-l2-grad": _structural_grad,
    "eq-structural-risk-l1-grad": _structural_grad,
    "eq-ridge-derivation": _ridge,
}

# J(theta) is printed; the losses in it depend on theta.
IMPLIED = {"eq-structural-risk-l2": ("ell",), "eq-structural-risk-l1": ("ell",)}
