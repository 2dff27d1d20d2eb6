"""Points for section 1.3.8."""

import numpy as np

from book._draws.l_softmax import class_entry, cosines, entry, softmax, vectors


def _loss(rng: np.random.Generator) -> dict:
    # Every third point has the target's angle beyond pi - m.
    drawn = vectors(rng) | {"s": rng.uniform(0.5, 4), "m": rng.uniform(0.1, 1.4)}
    if rng.random() < 0.35:
        W = drawn["W"][drawn["y"] - 1]
        away = rng.normal(0, 1, len(W))
        drawn["x"] = -2 * W + 0.2 * drawn["m"] * np.linalg.norm(W) * away / np.linalg.norm(away)
    return drawn


def _unit_pair(rng: np.random.Generator) -> dict:
    d = int(rng.integers(2, 5))
    u, w = rng.normal(0, 1, (2, d))
    u, w = u / np.linalg.norm(u), w / np.linalg.norm(w)
    return {"u": u, "w": w, "theta": np.arccos(u @ w)}


def _border(rng: np.random.Generator) -> dict:
    return {"omega": rng.uniform(0.5, 3), "m": rng.uniform(0.1, 1)}


def _margin(rng: np.random.Generator) -> dict:
    return {"m": rng.uniform(0, 1.5)}


def _slope(rng: np.random.Generator) -> dict:
    return {"c": rng.uniform(-0.95, 0.95), "m": rng.uniform(0.1, 1.4)}


def _with_parts(drawn: dict) -> dict:
    c, y, m = cosines(drawn), drawn["y"] - 1, drawn["m"]
    sine = np.sqrt(1 - c[y] ** 2)
    v, u = c.copy(), np.ones_like(c)
    if np.arccos(c[y]) <= np.pi - m:
        v[y] = c[y] * np.cos(m) - sine * np.sin(m)
        u[y] = np.cos(m) + c[y] * np.sin(m) / sine
    else:
        v[y] -= m * np.sin(m)
    return drawn | {"c": c, "u": u, "p": softmax(drawn["s"] * v)}


def _features_entry(rng: np.random.Generator) -> dict:
    return _with_parts(entry(rng, _loss(rng)))


def _weights_entry(rng: np.random.Generator) -> dict:
    return _with_parts(class_entry(rng, _loss(rng)))


USES = {
    "eq-arcface-loss": ["eq-margin-angle"],
    "eq-arcface-loss-grad-features": ["eq-arcface-loss"],
    "eq-arcface-loss-grad-weights": ["eq-arcface-loss"],
}

DRAWS = {
    "eq-arcface-loss": _loss,
    "eq-arcface-chord": _unit_pair,
    "eq-arcface-border": _border,
    "eq-arcface-jump": _margin,
    "eq-arcface-jump-growth": _margin,
    "eq-arcface-slope": _slope,
    "eq-arcface-loss-grad-features": _features_entry,
    "eq-arcface-loss-grad-weights": _weights_entry,
    "eq-arcface-half-angle": _unit_pair,
}

BORDERLESS = {
    "eq-arcface-loss": "the angle is an arc cosine, so page and code round it to either side",
}

EXEMPT = {
    "1_classification/3_softmax/8_arcface#1": "a demand, which some samples meet and others do not",
}
