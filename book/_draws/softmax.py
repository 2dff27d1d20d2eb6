"""Points for section 1.3.1."""

import numpy as np

from book._draws.common import alone, constant, distributions


def _logits(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "z": rng.normal(0, 2, C)}


def _logits_and_label(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"y": int(rng.integers(1, drawn["C"] + 1))}


def _logits_and_target(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"t": distributions(rng, drawn["C"])}


def _smoothing(rng: np.random.Generator) -> dict:
    return {"C": int(rng.integers(2, 6)), "varepsilon": rng.uniform(0.05, 0.9)}


def _smoothed_label(rng: np.random.Generator) -> dict:
    drawn = _smoothing(rng)
    k, y = rng.integers(1, drawn["C"] + 1, 2)
    return drawn | {"k": int(k), "y": int(y)}


def _two_classes(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    j, k = rng.integers(1, drawn["C"] + 1, 2)
    return drawn | {"j": int(j), "k": int(k)}


def _shifted(rng: np.random.Generator) -> dict:
    return _two_classes(rng) | {"c": rng.normal(0, 2)}


def _pair(rng: np.random.Generator) -> dict:
    return {"z": rng.normal(0, 2, 2)}


def _crowded(rng: np.random.Generator) -> dict:
    # One class far above the others, or all of them equal, makes one of the bounds tight.
    C = int(rng.integers(2, 6))
    spread = rng.choice([0.0, 1.0, 400.0])
    z = spread * rng.normal(0, 1, C)
    return {"C": C, "z": rng.normal(0, 2) + z - z.max()}


def _direction(rng: np.random.Generator) -> dict:
    # Along equal entries the loss is flat.
    drawn = _logits(rng)
    C = drawn["C"]
    spread = rng.choice([0.0, 1.0])
    return drawn | {"u": rng.normal() + spread * rng.normal(0, 1, C)}


def _layer(rng: np.random.Generator) -> dict:
    C, d = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    y = int(rng.integers(1, C + 1))
    return {"C": C, "d": d, "W": rng.normal(0, 1, (C, d)), "x": rng.normal(0, 1, d), "y": y}


def _stretch(rng: np.random.Generator) -> dict:
    return _logits_and_label(rng) | {"a": rng.uniform(0.2, 2)}


def _offset(rng: np.random.Generator) -> dict:
    return _logits(rng) | {"a": rng.normal(0, 2)}


def _clouds(rng: np.random.Generator) -> dict:
    C, d = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    mu, x = rng.normal(0, 1, (C, d)), rng.normal(0, 1, d)
    return {
        "C": C,
        "mu": mu,
        "rho": rng.uniform(0.2, 1, C),
        "x": x,
        "k": int(rng.integers(1, C + 1)),
    }


USES = {
    "eq-softmax-odds": ["eq-softmax"],
    "eq-softmax-two-derivation": ["eq-sigmoid"],
    "eq-softmax-loss-derivation": ["eq-softmax"],
    "eq-softmax-loss-grad": ["eq-softmax"],
    "eq-softmax-loss-grad-derivation": ["eq-softmax"],
    "eq-softmax-convex-derivation": ["eq-softmax"],
    "eq-softmax-loss-soft-target-grad": ["eq-softmax"],
    "eq-softmax-loss-soft-target-grad-derivation": ["eq-softmax"],
}

DRAWS = {
    "eq-softmax": _logits,
    "eq-softmax-loss": _logits_and_label,
    "eq-softmax-gaussian-derivation": _clouds,
    "eq-softmax-odds": _two_classes,
    "eq-softmax-shift-derivation": _shifted,
    "eq-softmax-two-derivation": _pair,
    "eq-softmax-loss-derivation": _logits_and_label,
    "eq-log-sum-exp-bounds": _crowded,
    "eq-softmax-grad": _two_classes,
    "eq-softmax-grad-derivation": _two_classes,
    "eq-softmax-loss-grad": _logits_and_label,
    "eq-softmax-loss-grad-derivation": _logits_and_label,
    "eq-softmax-convex-derivation": _direction,
    "eq-softmax-weights-grad": _layer,
    "eq-softmax-features-grad": _layer,
    "eq-softmax-stretch-grad": _stretch,
    "eq-log-sum-exp": _offset,
    "eq-softmax-loss-soft-target": _logits_and_target,
    "eq-softmax-loss-soft-target-grad": _logits_and_target,
    "eq-softmax-loss-soft-target-grad-derivation": _logits_and_target,
    "eq-label-smoothing": _smoothed_label,
    "eq-label-smoothing-gap-derivation": _smoothing,
}

TIGHT = {"eq-log-sum-exp-bounds": [alone("z"), constant("z")]}
