"""Points for section 1.3.7."""

import numpy as np

from book._draws.l_softmax import class_entry, cosines, entry, softmax, vectors


def _loss(rng: np.random.Generator) -> dict:
    return vectors(rng) | {"s": rng.uniform(0.5, 6), "m": rng.uniform(0.05, 0.8)}


def _unit_vectors(rng: np.random.Generator) -> dict:
    C, d = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    W = rng.normal(0, 1, (C, d))
    return {"C": C, "W": W / np.linalg.norm(W, axis=1, keepdims=True)}


def _simplex(rng: np.random.Generator) -> dict:
    s, C = rng.uniform(0.3, 4), int(rng.integers(2, 7))
    logits = np.array([s] + [-s / (C - 1)] * (C - 1))
    return {"s": s, "C": C, "P": float(softmax(logits)[0])}


def _classes(rng: np.random.Generator) -> dict:
    return {"C": int(rng.integers(2, 30))}


def _with_parts(drawn: dict) -> dict:
    c, y = cosines(drawn), drawn["y"] - 1
    v = c.copy()
    v[y] -= drawn["m"]
    return drawn | {"c": c, "p": softmax(drawn["s"] * v)}


def _features_entry(rng: np.random.Generator) -> dict:
    return _with_parts(entry(rng, _loss(rng)))


def _weights_entry(rng: np.random.Generator) -> dict:
    return _with_parts(class_entry(rng, _loss(rng)))


USES = {
    "eq-am-softmax-loss": ["eq-margin-angle"],
    "eq-am-softmax-loss-grad-features": ["eq-am-softmax-loss"],
    "eq-am-softmax-loss-grad-weights": ["eq-am-softmax-loss"],
}

DRAWS = {
    "eq-am-softmax-loss": _loss,
    "eq-am-softmax-sum": _unit_vectors,
    "eq-am-softmax-simplex": _simplex,
    "eq-am-softmax-odds": _simplex,
    "eq-am-softmax-scale": _simplex,
    "eq-am-softmax-margin": _classes,
    "eq-am-softmax-margin-plane": _classes,
    "eq-am-softmax-loss-grad-features": _features_entry,
    "eq-am-softmax-loss-grad-weights": _weights_entry,
}

SURVIVORS: dict[str, dict[str, str]] = {}
