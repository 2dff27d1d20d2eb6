"""Points for section 1.6."""

import numpy as np

from book._draws.common import distributions


def _score(rng: np.random.Generator) -> dict:
    return {"f": rng.normal(0, 2), "y": int(rng.choice([-1, 1]))}


def _margin(rng: np.random.Generator) -> dict:
    return {"m": rng.normal(0, 3)}


def _logit(rng: np.random.Generator) -> dict:
    # Targets of exactly 0 and 1 as well as soft ones.
    return {"z": rng.normal(0, 3), "t": rng.choice([rng.uniform(), 0.0, 1.0], p=[0.6, 0.2, 0.2])}


def _probability(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.05, 0.95)}


def _probability_and_score(rng: np.random.Generator) -> dict:
    return _probability(rng) | {"f": rng.normal()}


def _two_codings(rng: np.random.Generator) -> dict:
    drawn = _score(rng)
    return drawn | {"t": (1 + drawn["y"]) / 2}


def _rule(rng: np.random.Generator) -> dict:
    y, h = (int(sign) for sign in rng.choice([-1, 1], 2))
    return {"y": y, "h": h, "alpha": rng.uniform(0.1, 2)}


def _rule_on_score(rng: np.random.Generator) -> dict:
    return _rule(rng) | {"f": rng.normal()}


def _weighted_sample(rng: np.random.Generator) -> dict:
    N = int(rng.integers(3, 8))
    return {
        "N": N,
        "w": distributions(rng, N),
        "y": rng.choice([-1, 1], N),
        "h": rng.choice([-1, 1], N),
    }


def _stage(rng: np.random.Generator) -> dict:
    drawn = _weighted_sample(rng)
    error = float(drawn["w"][drawn["h"] != drawn["y"]].sum())
    return drawn | {"varepsilon": error, "alpha": rng.uniform(0.1, 2)}


def _error(rng: np.random.Generator) -> dict:
    return {"varepsilon": rng.uniform(0.02, 0.98)}


def _boosted(rng: np.random.Generator) -> dict:
    """A few rounds of AdaBoost with random rules."""
    N, M = int(rng.integers(5, 9)), int(rng.integers(1, 4))
    y, f = rng.choice([-1, 1], N), np.zeros(N)
    errors = []
    while len(errors) < M:
        h = rng.choice([-1, 1], N)
        w = np.exp(-y * f) / np.exp(-y * f).sum()
        error = float(w[h != y].sum())
        if 0.01 < error < 0.99:
            errors.append(error)
            f = f + np.log((1 - error) / error) / 2 * h
    return {"N": N, "M": M, "y": y, "f": f, "varepsilon": np.array(errors)}


def _mask(rng: np.random.Generator) -> dict:
    C, U = int(rng.integers(2, 4)), int(rng.integers(2, 6))
    return {
        "U": U,
        "z": rng.normal(0, 2, (C, U)),
        "y": int(rng.integers(1, C + 1)),
        "t": rng.choice([0.0, 1.0], U),
    }


USES = {
    "eq-logistic-grad": ["eq-sigmoid"],
    "eq-exponential-logistic-ratio": ["eq-sigmoid"],
    "eq-logistic-risk-derivation": ["eq-sigmoid"],
    "eq-logistic-cross-entropy": ["eq-sigmoid"],
    "eq-sigmoid-cross-entropy": ["eq-sigmoid"],
    "eq-sigmoid-cross-entropy-grad": ["eq-sigmoid"],
    "eq-mask-loss": ["eq-sigmoid"],
    "eq-logistic-likelihood": ["eq-sigmoid"],
}

DRAWS = {
    "eq-exponential": _score,
    "eq-logistic": _score,
    "eq-sigmoid-cross-entropy": _logit,
    "eq-exponential-grad": _score,
    "eq-logistic-grad": _score,
    "eq-sigmoid-cross-entropy-grad": _logit,
    "eq-exponential-logistic-ratio": _margin,
    "eq-exponential-risk-derivation": _probability_and_score,
    "eq-exponential-minimiser": _probability,
    "eq-exponential-smallest": _probability,
    "eq-logistic-risk-derivation": _probability_and_score,
    "eq-logistic-cross-entropy": _two_codings,
    "eq-adaboost-product": _rule_on_score,
    "eq-adaboost-error": _weighted_sample,
    "eq-adaboost-stage": _stage,
    "eq-adaboost-alpha": _error,
    "eq-adaboost-bound": _boosted,
    "eq-adaboost-factor": _error,
    "eq-adaboost-samme": _rule,
    "eq-mask-loss": _mask,
    "eq-logistic-likelihood": lambda rng: {"f": rng.normal(0, 3)},
}
