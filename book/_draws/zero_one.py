"""Points for section 1.1."""

import numpy as np

from tests.cases import distributions


def _labels(rng: np.random.Generator) -> dict:
    return {"y_hat": int(rng.integers(1, 4)), "y": int(rng.integers(1, 4))}


def _score(rng: np.random.Generator) -> dict:
    # A score of exactly 0 is the one place where < and <= differ.
    return {"f": rng.choice([rng.normal(0, 2), 0.0], p=[0.8, 0.2]), "y": int(rng.choice([-1, 1]))}


def _margin(rng: np.random.Generator) -> dict:
    # At 0 and 1 the bounds are tight or have their kinks.
    return {"m": rng.choice([rng.normal(0, 2), 0.0, 1.0], p=[0.6, 0.2, 0.2])}


def _classes(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "p": distributions(rng, C), "j": int(rng.integers(1, C + 1))}


DRAWS = {
    "eq-zero-one": _labels,
    "eq-zero-one-margin": _score,
    "eq-zero-one-derivation": _classes,
    "eq-zero-one-bound-hinge": _margin,
    "eq-zero-one-bound-exponential": _margin,
    "eq-zero-one-bound-logistic": _margin,
    "eq-zero-one-bound-squared": _margin,
}

LOWER = "the left side becomes smaller, and a looser bound is true as well"
HIGHER = "the right side becomes larger, and a looser bound is true as well"

SURVIVORS = {
    "eq-zero-one-derivation": {
        "index: `k` -> `{j}` in `p_k`": "beside [k = j] the two indices are the same",
    },
    "eq-zero-one-bound-hinge": {
        r"sign: `-` before `[m \le 0]`": LOWER,
        "constant: `0` -> `1` in `0`": HIGHER,
        "term: `- m` -> `` in `1 - m`": "the constant 1 bounds the 0-1 loss too",
        "constant: `1` -> `2` in `1`": HIGHER,
    },
    "eq-zero-one-bound-exponential": {
        r"sign: `-` before `[m \le 0]`": LOWER,
        "exponent: `e^{-m}` -> `e` in `e^{-m}`": "the constant e bounds the 0-1 loss too",
    },
    "eq-zero-one-bound-logistic": {
        r"sign: `-` before `[m \le 0]`": LOWER,
        r"function: `\log_2\bigl(1 + e^{-m}\bigr)` -> `\bigl(1 + e^{-m}\bigr)` in "
        r"`\log_2\bigl(1 + e^{-m}\bigr)`": HIGHER,
        "constant: `1` -> `2` in `1`": HIGHER,
        "exponent: `e^{-m}` -> `e` in `e^{-m}`": "the constant log(1 + e) in bits is above 1 too",
    },
    "eq-zero-one-bound-squared": {
        r"sign: `-` before `[m \le 0]`": LOWER,
        "term: `- m` -> `` in `1 - m`": "the constant 1 bounds the 0-1 loss too",
        "constant: `1` -> `2` in `1`": "(2 - m)^2 bounds the 0-1 loss too: at m = 0 it is 4",
    },
}

_LOWER = "a lower left side is below the bound as well"
_LOOSER = "a higher right side is a bound as well"
_EXPONENTIAL = "e is above 1, so it is a bound, too"
_SMALL = r"`\log_2\bigl(1 + e^{-m}\bigr)`"

SURVIVORS = {
    "eq-zero-one-derivation": {
        "index: `k` -> `{j}` in `p_k`": "the bracket [k = j] leaves the term of j only",
    },
    "eq-zero-one-bound-hinge": {
        r"sign: `-` before `[m \le 0]`": _LOWER,
        "constant: `0` -> `1` in `0`": _LOOSER,
        "term: `- m` -> `` in `1 - m`": "1 is a bound on a loss of 0 or 1",
        "constant: `1` -> `2` in `1`": _LOOSER,
    },
    "eq-zero-one-bound-exponential": {
        r"sign: `-` before `[m \le 0]`": _LOWER,
        "exponent: `e^{-m}` -> `e` in `e^{-m}`": _EXPONENTIAL,
    },
    "eq-zero-one-bound-logistic": {
        r"sign: `-` before `[m \le 0]`": _LOWER,
        rf"function: {_SMALL} -> `\bigl(1 + e^{{-m}}\bigr)` in {_SMALL}": _LOOSER,
        "constant: `1` -> `2` in `1`": _LOOSER,
        "exponent: `e^{-m}` -> `e` in `e^{-m}`": "the binary logarithm of 1 + e is above 1",
    },
    "eq-zero-one-bound-squared": {
        r"sign: `-` before `[m \le 0]`": _LOWER,
        "term: `- m` -> `` in `1 - m`": "1 is a bound on a loss of 0 or 1",
        "constant: `1` -> `2` in `1`": "for m up to 0, (2 - m)^2 is higher; elsewhere 0 is enough",
    },
}
