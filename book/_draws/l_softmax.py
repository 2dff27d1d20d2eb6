"""Points for section 1.3.4, and what the margin losses of sections 1.3.5 to 1.3.8 share."""

import numpy as np


def vectors(rng: np.random.Generator, C: int = 0) -> dict:
    """Features and class vectors at moderate angles, so that no slope is lost in rounding."""
    C, d = C or int(rng.integers(2, 5)), int(rng.integers(2, 5))
    return {
        "C": C,
        "x": rng.normal(0, 1, d) + np.sign(rng.normal()) * 0.5,
        "W": rng.normal(0, 1, (C, d)),
        "y": int(rng.integers(1, C + 1)),
    }


def cosines(drawn: dict) -> np.ndarray:
    x, W = drawn["x"], drawn["W"]
    return W @ x / np.linalg.norm(W, axis=1) / np.linalg.norm(x)


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


def entry(rng: np.random.Generator, drawn: dict) -> dict:
    """Choose a feature j."""
    return drawn | {"j": int(rng.integers(1, len(drawn["x"]) + 1))}


def class_entry(rng: np.random.Generator, drawn: dict) -> dict:
    """Choose a feature j and a class k, the target every other time."""
    k = int(rng.choice([drawn["y"], rng.integers(1, drawn["C"] + 1)]))
    return entry(rng, drawn) | {"k": k}


def psi_and_slope(theta: float, m: int) -> tuple[float, float]:
    """Psi and its slope in the cosine, by adding up the fall over whole pieces."""
    whole, rest = divmod(m * theta, np.pi)
    psi = np.cos(rest) - 2 * whole
    return psi, m * np.sin(rest) / np.sin(theta)


def _angle(rng: np.random.Generator) -> dict:
    drawn = vectors(rng)
    return drawn | {"theta": np.arccos(cosines(drawn)), "k": int(rng.integers(1, drawn["C"] + 1))}


def _psi(rng: np.random.Generator) -> dict:
    return {"theta": rng.uniform(0, np.pi), "m": int(rng.integers(1, 6))}


def _psi_with_end(rng: np.random.Generator) -> dict:
    drawn = _psi(rng)
    return drawn | {"theta": rng.choice([drawn["theta"], np.pi, np.pi / drawn["m"]])}


def _bound(rng: np.random.Generator) -> dict:
    # At angle 0 and for m = 1 the bound is tight.
    drawn = _psi(rng)
    return drawn | {"theta": rng.choice([drawn["theta"], 0.0, 0.05])}


def _join(rng: np.random.Generator) -> dict:
    return {"r": int(rng.integers(0, 5))}


def _bend(rng: np.random.Generator) -> dict:
    return _psi(rng) | _join(rng)


def _loss(rng: np.random.Generator) -> dict:
    return vectors(rng) | {"m": int(rng.integers(1, 6))}


def _cosine(rng: np.random.Generator) -> dict:
    drawn = vectors(rng)
    return drawn | {"c": cosines(drawn), "k": int(rng.integers(1, drawn["C"] + 1))}


def _cosine_entry(rng: np.random.Generator) -> dict:
    drawn = class_entry(rng, vectors(rng))
    del drawn["y"], drawn["C"]
    return drawn


def _cosine_entry_with_c(rng: np.random.Generator) -> dict:
    drawn = class_entry(rng, vectors(rng))
    drawn |= {"c": cosines(drawn), "d": len(drawn["x"])}
    del drawn["y"], drawn["C"]
    return drawn


def _cosine_slope(rng: np.random.Generator) -> dict:
    return {"c": rng.uniform(-0.98, 0.98), "m": int(rng.integers(1, 6))}


def _with_parts(drawn: dict) -> dict:
    c, y = cosines(drawn), drawn["y"] - 1
    v, u = c.copy(), np.ones_like(c)
    v[y], u[y] = psi_and_slope(np.arccos(c[y]), drawn["m"])
    lengths = np.linalg.norm(drawn["W"], axis=1) * np.linalg.norm(drawn["x"])
    return drawn | {"c": c, "v": v, "u": u, "p": softmax(lengths * v)}


def _features_entry(rng: np.random.Generator) -> dict:
    return _with_parts(entry(rng, _loss(rng)))


def _weights_entry(rng: np.random.Generator) -> dict:
    return _with_parts(class_entry(rng, _loss(rng)))


def _recurrence(rng: np.random.Generator) -> dict:
    return _psi(rng)


USES = {
    "eq-l-softmax-loss": ["eq-margin-angle", "eq-l-softmax-psi"],
    "eq-l-softmax-psi-derivation": [],
    "eq-l-softmax-bound": ["eq-l-softmax-psi"],
    "eq-cosine-grad-features": ["eq-margin-cosine"],
    "eq-cosine-grad-weights": ["eq-margin-cosine"],
    "eq-cosine-grad-derivation": [],
    "eq-l-softmax-cosine-slope": ["eq-l-softmax-psi"],
    "eq-l-softmax-loss-grad-features": ["eq-l-softmax-loss"],
    "eq-l-softmax-loss-grad-weights": ["eq-l-softmax-loss"],
}

DRAWS = {
    "eq-margin-angle": _angle,
    "eq-l-softmax-loss": _loss,
    "eq-l-softmax-psi": _psi_with_end,
    "eq-l-softmax-psi-derivation": _join,
    "eq-l-softmax-psi-grad": _psi,
    "eq-l-softmax-bend": _bend,
    "eq-l-softmax-bound": _bound,
    "eq-margin-cosine": _cosine,
    "eq-cosine-grad-derivation": _cosine_entry_with_c,
    "eq-cosine-grad-features": _cosine_entry,
    "eq-cosine-grad-weights": _cosine_entry,
    "eq-l-softmax-cosine-slope": _cosine_slope,
    "eq-l-softmax-loss-grad-features": _features_entry,
    "eq-l-softmax-loss-grad-weights": _weights_entry,
    "eq-chebyshev": _recurrence,
}
