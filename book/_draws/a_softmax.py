"""Points for section 1.3.5."""

import numpy as np

from book._draws.l_softmax import (
    class_entry,
    cosines,
    entry,
    psi_and_slope,
    softmax,
    vectors,
)


def _loss(rng: np.random.Generator) -> dict:
    return vectors(rng) | {"m": int(rng.integers(1, 6))}


def _length(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 5))
    a, v = rng.uniform(0.2, 3), rng.uniform(-1, 1, C)
    return {"C": C, "y": int(rng.integers(1, C + 1)), "a": a, "v": v, "p": softmax(a * v)}


def _border(rng: np.random.Generator) -> dict:
    return {"omega": rng.uniform(0.1, 3), "m": rng.uniform(1.5, 6)}


def _with_parts(drawn: dict) -> dict:
    c, y = cosines(drawn), drawn["y"] - 1
    v, u = c.copy(), np.ones_like(c)
    v[y], u[y] = psi_and_slope(np.arccos(c[y]), drawn["m"])
    return drawn | {"c": c, "v": v, "u": u, "p": softmax(np.linalg.norm(drawn["x"]) * v)}


def _features_entry(rng: np.random.Generator) -> dict:
    return _with_parts(entry(rng, _loss(rng)))


def _weights_entry(rng: np.random.Generator) -> dict:
    drawn = _with_parts(class_entry(rng, _loss(rng)))
    del drawn["v"]
    return drawn


USES = {
    "eq-a-softmax-loss": ["eq-margin-angle", "eq-l-softmax-psi"],
    "eq-a-softmax-loss-grad-features": ["eq-a-softmax-loss"],
    "eq-a-softmax-loss-grad-weights": ["eq-a-softmax-loss"],
}

DRAWS = {
    "eq-a-softmax-loss": _loss,
    "eq-a-softmax-length": _length,
    "eq-a-softmax-inner": _border,
    "eq-a-softmax-outer": _border,
    "eq-a-softmax-gap-derivation": _border,
    "eq-a-softmax-many": _border,
    "eq-a-softmax-loss-grad-features": _features_entry,
    "eq-a-softmax-loss-grad-weights": _weights_entry,
}

SURVIVORS: dict[str, dict[str, str]] = {}
