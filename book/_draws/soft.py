"""Points for section 1.3.3."""

import numpy as np

from book._draws.common import alone, constant, distributions


def _softmax(z: np.ndarray) -> np.ndarray:
    shifted = np.exp(z - z.max())
    return shifted / shifted.sum()


def _logits(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "z": rng.normal(0, 2, C), "T": rng.uniform(0.5, 4)}


def _with_probabilities(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"p": _softmax(drawn["z"] / drawn["T"])}


def _labelled(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"y": int(rng.integers(1, drawn["C"] + 1))}


def _one_class(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"k": int(rng.integers(1, drawn["C"] + 1))}


def _two_classes(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    j, k = rng.integers(1, drawn["C"] + 1, 2)
    return drawn | {"j": int(j), "k": int(k)}


def _towards_uniform(rng: np.random.Generator) -> dict:
    # One class alone above or below all others makes one of the bounds tight at high temperature.
    C = int(rng.integers(3, 6))
    k = int(rng.integers(1, C + 1))
    z = rng.normal() + rng.choice([-8.0, -0.5, 0.0, 0.5, 8.0]) * np.eye(C)[k - 1]
    return {"C": C, "z": z, "k": k, "T": rng.choice([0.5, 2.0, 50.0])}


def _towards_sharp(rng: np.random.Generator) -> dict:
    # One class far above the others makes the bound nearly tight.
    drawn = _one_class(rng)
    best = np.eye(drawn["C"])[rng.integers(drawn["C"])]
    shift, height = rng.choice([-20.0, 20.0]), rng.choice([0.0, 20.0, 400.0])
    return drawn | {"z": shift + drawn["z"] + height * best}


def _entropy(rng: np.random.Generator) -> dict:
    return _logits(rng) | {"b": np.e}


def _slope(rng: np.random.Generator) -> dict:
    # Equal logits make the slope 0.
    drawn = _logits(rng)
    return drawn | {"z": rng.normal() + rng.choice([0.0, 1.0], p=[0.2, 0.8]) * drawn["z"]}


def _pair(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"v": rng.normal(0, 2, drawn["C"])}


def _student(rng: np.random.Generator) -> dict:
    drawn = _with_probabilities(rng)
    return drawn | {"q": drawn["p"], "p": distributions(rng, drawn["C"])}


def _inverse(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return {"C": drawn["C"], "z": drawn["z"], "u": rng.choice([0.0, rng.uniform(0.2, 2)])}


USES = {
    label: ["eq-soft-softmax"]
    for label in (
        "eq-soft-odds",
        "eq-soft-uniform-bounds",
        "eq-soft-sharp-bound",
        "eq-soft-temperature-derivation",
        "eq-soft-entropy-slope-derivation",
        "eq-soft-softmax-loss-grad",
        "eq-soft-softmax-loss-grad-derivation",
    )
}
USES["eq-soft-entropy-derivation"] = ["eq-soft-softmax", "eq-entropy"]

DRAWS = {
    "eq-soft-softmax": _with_probabilities,
    "eq-soft-softmax-loss": _labelled,
    "eq-distillation-loss": _pair,
    "eq-soft-odds": _two_classes,
    "eq-soft-uniform-bounds": _towards_uniform,
    "eq-soft-sharp-bound": _towards_sharp,
    "eq-soft-temperature-derivation": _one_class,
    "eq-soft-entropy-derivation": _entropy,
    "eq-soft-entropy-slope-derivation": _slope,
    "eq-soft-softmax-loss-grad-derivation": _labelled,
    "eq-soft-softmax-loss-grad": _labelled,
    "eq-distillation-loss-grad-derivation": _student,
    "eq-distillation-loss-grad": _pair,
    "eq-soft-inverse-grad": _inverse,
}


def _best(drawn: dict) -> bool:
    return alone("z")(drawn) and drawn["z"][drawn["k"] - 1] == np.max(drawn["z"])


TIGHT = {
    "eq-soft-uniform-bounds": [constant("z"), constant("z")],
    "eq-soft-sharp-bound": [_best],
}

EXEMPT = {
    "1_classification/3_softmax/3_soft#1": "a limit, which no temperature reaches",
}
