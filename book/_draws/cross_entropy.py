"""Points for section 1.2."""

import numpy as np
from scipy import stats

from book._draws.common import constant, distributions, same


def _probability(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.05, 1), "b": rng.uniform(1.5, 4)}


def _two_probabilities(rng: np.random.Generator) -> dict:
    return _probability(rng) | {"q": rng.uniform(0.05, 1)}


def _distribution(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "p": distributions(rng, C), "b": rng.uniform(1.5, 4)}


def _bounded(rng: np.random.Generator) -> dict:
    # Certainty and the uniform distribution make the bounds tight.
    drawn = _distribution(rng)
    certain, uniform = np.eye(drawn["C"])[0], np.full(drawn["C"], 1 / drawn["C"])
    nearly = [certain * 0.999 + uniform * 0.001, uniform, drawn["p"]]
    return drawn | {"p": nearly[rng.integers(3)]}


def _nats(rng: np.random.Generator) -> dict:
    return _bounded(rng) | {"b": np.e}


def _pair(rng: np.random.Generator) -> dict:
    drawn = _distribution(rng)
    return drawn | {"q": distributions(rng, drawn["C"])}


def _close_pair(rng: np.random.Generator) -> dict:
    drawn = _pair(rng)
    weight = rng.choice([0.0, 0.05, 1.0])
    return drawn | {"q": (1 - weight) * drawn["p"] + weight * drawn["q"]}


def _pair_in_nats(rng: np.random.Generator) -> dict:
    return _close_pair(rng) | {"b": np.e}


def _logit(rng: np.random.Generator) -> dict:
    return {"s": rng.normal(0, 3)}


def _logit_and_target(rng: np.random.Generator) -> dict:
    return _logit(rng) | {"y": rng.uniform(0, 1)}


def _bernoulli(rng: np.random.Generator) -> dict:
    return {"y": int(rng.integers(2)), "y_hat": rng.uniform(0.05, 0.95)}


def _sample(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    return {"N": N, "y": rng.integers(0, 2, N), "y_hat": rng.uniform(0.05, 0.95, N)}


def _calibration(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0, 1), "y_hat": rng.uniform(0.05, 0.95)}


def _weighted(rng: np.random.Generator) -> dict:
    weights = {"w": rng.uniform(0.2, 3), "w_pos": rng.uniform(0.2, 5)}
    return _logit_and_target(rng) | weights


def _odds(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.05, 0.95), "w_pos": rng.uniform(0.2, 5)}


def _perplexity(rng: np.random.Generator) -> dict:
    return _pair(rng) | {"B": lambda p, q: np.exp(stats.entropy(p, q) + stats.entropy(p))}


USES = {
    "eq-entropy-bounds": ["eq-entropy"],
    "eq-entropy-bounds-derivation": ["eq-entropy"],
    "eq-cross-entropy-bound": ["eq-entropy", "eq-cross-entropy"],
    "eq-cross-entropy-bound-derivation": ["eq-entropy", "eq-cross-entropy"],
    "eq-sigmoid-symmetry": ["eq-sigmoid"],
    "eq-sigmoid-grad-derivation": ["eq-sigmoid"],
    "eq-binary-cross-entropy": ["eq-sigmoid"],
    "eq-binary-cross-entropy-grad": ["eq-binary-cross-entropy", "eq-sigmoid"],
    "eq-binary-cross-entropy-grad-derivation": ["eq-sigmoid"],
    "eq-weighted-binary-cross-entropy": ["eq-sigmoid"],
    "eq-weighted-binary-cross-entropy-grad": ["eq-weighted-binary-cross-entropy", "eq-sigmoid"],
    "eq-perplexity": ["eq-cross-entropy"],
    "eq-softplus": ["eq-sigmoid"],
    "eq-squared-sigmoid-grad": ["eq-sigmoid"],
}

DRAWS = {
    "eq-information": _probability,
    "eq-information-additive": _two_probabilities,
    "eq-entropy": _distribution,
    "eq-cross-entropy": _pair,
    "eq-entropy-bounds": _bounded,
    "eq-entropy-bounds-derivation": _nats,
    "eq-cross-entropy-bound": _close_pair,
    "eq-cross-entropy-bound-derivation": _pair_in_nats,
    "eq-sigmoid": _logit,
    "eq-sigmoid-symmetry": _logit,
    "eq-sigmoid-grad": _logit,
    "eq-sigmoid-grad-derivation": _logit,
    "eq-bernoulli": _bernoulli,
    "eq-binary-cross-entropy-derivation": _sample,
    "eq-binary-cross-entropy": _logit_and_target,
    "eq-binary-cross-entropy-grad": _logit_and_target,
    "eq-binary-cross-entropy-grad-derivation": _logit_and_target,
    "eq-weighted-binary-cross-entropy": _weighted,
    "eq-weighted-binary-cross-entropy-grad": _weighted,
    "eq-weighted-binary-cross-entropy-minimiser-derivation": _odds,
    "eq-uniform-cross-entropy-derivation": _distribution,
    "eq-perplexity": _perplexity,
    "eq-softplus": _logit,
    "eq-squared-sigmoid-grad": _logit_and_target,
    "eq-calibration-derivation": _calibration,
    "eq-squared-proper-derivation": _calibration,
}

TIGHT = {
    "eq-entropy-bounds": [None, constant("p")],
    "eq-entropy-bounds-derivation": [constant("p")],
    "eq-cross-entropy-bound": [same("p", "q")],
    "eq-cross-entropy-bound-derivation": [same("p", "q")],
}

IMPLIED = {"eq-bernoulli": ("y_hat",)}  # P(y) is printed
