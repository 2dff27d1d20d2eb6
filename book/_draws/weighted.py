"""Points for section 1.3.2."""

import numpy as np

from book._draws.common import distributions, same


def _classes(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    z, w = rng.normal(0, 2, C), rng.uniform(0.2, 3, C)
    return {"C": C, "z": z, "w": w, "y": int(rng.integers(1, C + 1))}


def _batch(rng: np.random.Generator) -> dict:
    C, N = int(rng.integers(2, 5)), int(rng.integers(2, 6))
    w, y = rng.uniform(0.2, 3, C), rng.integers(1, C + 1, N)
    return {"N": N, "w": w, "y": y, "ell": rng.uniform(0.1, 3, N)}


def _scaled(rng: np.random.Generator) -> dict:
    return _batch(rng) | {"c": rng.uniform(0.2, 5)}


def _counts(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    n = rng.integers(1, 20, C)
    return {"C": C, "n": n, "N": int(n.sum())}


def _shifted(rng: np.random.Generator) -> dict:
    """S is the mean weight of p, r what the weights make of p."""
    C = int(rng.integers(2, 6))
    p, w = distributions(rng, C), rng.uniform(0.2, 3, C)
    return {"C": C, "p": p, "w": w, "S": w @ p, "r": w * p / (w @ p)}


def _risk(rng: np.random.Generator) -> dict:
    # The bound is tight where q is r.
    drawn = _shifted(rng)
    weight = rng.choice([0.0, 0.05, 1.0])
    q = (1 - weight) * drawn["r"] + weight * distributions(rng, drawn["C"])
    return drawn | {"q": q, "b": np.e}


def _logits(rng: np.random.Generator) -> dict:
    drawn = _shifted(rng)
    z = rng.normal(0, 2, drawn["C"])
    return drawn | {"z": z, "q": np.exp(z) / np.exp(z).sum()}


def _odds(rng: np.random.Generator) -> dict:
    drawn = _shifted(rng)
    j, k = rng.integers(1, drawn["C"] + 1, 2)
    return {"p": drawn["p"], "r": drawn["r"], "w": drawn["w"], "j": int(j), "k": int(k)}


def _undo(rng: np.random.Generator) -> dict:
    drawn = _classes(rng)
    return {"C": drawn["C"], "z": drawn["z"], "w": drawn["w"], "k": drawn["y"]}


def _threshold(rng: np.random.Generator) -> dict:
    # Close to the threshold, on both sides of it, and on it: eighths are exact.
    w = np.array([1, 0]) + np.array([-1, 1]) * rng.integers(1, 8) / 8
    near = w[1] * rng.choice([0.9, 1.0, 1.1])
    w = w * rng.choice([1, 2, 4])
    return {"w": w, "p": np.array([near, 1 - near])}


def _densities(rng: np.random.Generator) -> dict:
    drawn = _counts(rng)
    C = drawn["C"]
    return drawn | {"g": rng.uniform(0.1, 2, C), "k": int(rng.integers(1, C + 1))}


def _priors(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    k = int(rng.integers(1, C + 1))
    return {"C": C, "p": distributions(rng, C), "rho": distributions(rng, C), "k": k}


def _repeated(rng: np.random.Generator) -> dict:
    return {"n": int(rng.integers(1, 12)), "beta": rng.choice([0.0, rng.uniform(0.1, 0.99)])}


def _mask(rng: np.random.Generator) -> dict:
    U, epsilon = int(rng.integers(2, 7)), rng.uniform(0.1, 2)
    s, y = rng.normal(0, 1.5, U), rng.uniform(0, 1, U)
    # Two thirds of the pixels are certain, as in a mask.
    y = np.where(rng.random(U) < 2 / 3, y.round(), y)
    p = 1 / (1 + np.exp(-s))
    B = p @ p + y @ y + epsilon
    drawn = {"U": U, "s": s, "y": y, "epsilon": epsilon, "j": int(rng.integers(1, U + 1))}
    return drawn | {"B": B, "D": (2 * p @ y + epsilon) / B}


def _mask_in_the_mean(rng: np.random.Generator) -> dict:
    U = int(rng.integers(2, 7))
    p, eta = rng.uniform(0.05, 1, (2, U))
    B = p @ p + eta.sum()
    j = int(rng.integers(1, U + 1))
    return {"U": U, "p": p, "eta": eta, "B": B, "D": 2 * p @ eta / B, "j": j}


USES = {
    "eq-dice": ["eq-sigmoid"],
    "eq-dice-grad": ["eq-dice", "eq-sigmoid"],
    "eq-weighted-risk-derivation": ["eq-entropy", "eq-cross-entropy"],
}

DRAWS = {
    "eq-weighted-softmax-loss": _classes,
    "eq-weighted-means": _batch,
    "eq-weighted-scale": _scaled,
    "eq-weighted-balanced": _counts,
    "eq-weighted-risk-derivation": _risk,
    "eq-weighted-minimiser-derivation": _logits,
    "eq-weighted-shift": _odds,
    "eq-weighted-undo": _undo,
    "eq-weighted-threshold": _threshold,
    "eq-weighted-balanced-prior": _densities,
    "eq-logit-adjustment": _priors,
    "eq-effective-number": _repeated,
    "eq-dice": _mask,
    "eq-dice-grad": _mask,
    "eq-dice-minimiser-derivation": _mask_in_the_mean,
    "eq-weighted-softmax-loss-grad": _classes,
    "eq-weighted-softmax-loss-grad-derivation": _classes,
}

TIGHT = {"eq-weighted-risk-derivation": [same("q", "r")]}
