"""Points for section 3.1."""

import numpy as np

from book._draws.common import distributions


def _logits_and_label(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "z": rng.normal(0, 2, C), "y": int(rng.integers(1, C + 1))}


def _one_logit(rng: np.random.Generator) -> dict:
    drawn = _logits_and_label(rng)
    return drawn | {"j": int(rng.integers(1, drawn["C"] + 1))}


def _pair(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "p": distributions(rng, C), "q": distributions(rng, C)}


def _two_probabilities(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.05, 0.95), "q": rng.uniform(0.05, 0.95)}


DRAWS = {
    "eq-brier": _logits_and_label,
    "eq-brier-grad": _one_logit,
    "eq-brier-proper-derivation": _pair,
    "eq-absolute-improper-derivation": _two_probabilities,
}

USES = {
    "eq-brier": ["eq-softmax"],
    "eq-brier-grad": ["eq-softmax"],
}
