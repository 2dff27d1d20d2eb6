"""Points for section 1.3.6."""

import numpy as np

from book._draws.l_softmax import class_entry, cosines, entry, softmax, vectors


def _loss(rng: np.random.Generator) -> dict:
    drawn = vectors(rng)
    return drawn | {"alpha": rng.uniform(0.3, 4), "b": rng.normal(0, 1, drawn["C"])}


def _probability(alpha: float, C: int) -> float:
    return float(softmax(np.concatenate([[alpha, -alpha], np.zeros(C - 2)]))[0])


def _best(rng: np.random.Generator) -> dict:
    # Few classes and short features: there the opposite class matters.
    alpha, C = rng.uniform(0.2, 3), int(rng.integers(2, 6)) * 2
    return {"alpha": alpha, "C": C, "p": _probability(alpha, C)}


def _bound(rng: np.random.Generator) -> dict:
    # From 4 classes on; long features make the bound tight.
    C, alpha = int(rng.integers(2, 6)) * 2, rng.choice([rng.uniform(0.2, 3), 8.0])
    return {"alpha": alpha, "C": C, "p": _probability(alpha, C)}


def _constraint(rng: np.random.Generator) -> dict:
    drawn = entry(rng, vectors(rng))
    l = int(rng.choice([drawn["j"], rng.integers(1, len(drawn["x"]) + 1)]))  # noqa: E741
    return {"x": drawn["x"], "alpha": rng.uniform(0.3, 4), "j": drawn["j"], "l": l}


def _with_parts(drawn: dict) -> dict:
    c = cosines(drawn)
    z = drawn["alpha"] * np.linalg.norm(drawn["W"], axis=1) * c + drawn["b"]
    return drawn | {"c": c, "p": softmax(z)}


def _features_entry(rng: np.random.Generator) -> dict:
    return _with_parts(entry(rng, _loss(rng)))


def _weights_entry(rng: np.random.Generator) -> dict:
    drawn = _with_parts(class_entry(rng, _loss(rng)))
    del drawn["c"]
    return drawn


def _bias(rng: np.random.Generator) -> dict:
    drawn = _weights_entry(rng)
    del drawn["j"]
    return drawn


USES = {
    "eq-l2-softmax-loss-grad-features": ["eq-l2-softmax-loss"],
    "eq-l2-softmax-loss-grad-weights": ["eq-l2-softmax-loss"],
    "eq-l2-softmax-loss-grad-bias": ["eq-l2-softmax-loss"],
}

DRAWS = {
    "eq-l2-softmax-loss": _loss,
    "eq-l2-softmax-best": _best,
    "eq-l2-softmax-bound": _bound,
    "eq-l2-softmax-quadratic": _best,
    "eq-l2-softmax-alpha": _best,
    "eq-l2-softmax-constraint": _constraint,
    "eq-l2-softmax-loss-grad-features": _features_entry,
    "eq-l2-softmax-loss-grad-weights": _weights_entry,
    "eq-l2-softmax-loss-grad-bias": _bias,
}

SURVIVORS: dict[str, dict[str, str]] = {}
