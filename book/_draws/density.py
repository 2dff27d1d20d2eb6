"""Points for section 3.2."""

import numpy as np
from scipy import special


def _gaussian(rng: np.random.Generator) -> dict:
    return {"x": rng.normal(0, 2), "t": rng.normal(0, 2), "s": rng.normal(0, 1)}


def _best_variance(rng: np.random.Generator) -> dict:
    drawn = _gaussian(rng)
    best = np.log((drawn["x"] - drawn["t"]) ** 2)
    return drawn | {"s": rng.choice([best, drawn["s"]], p=[0.3, 0.7])}


def _variance_is_best(drawn: dict) -> bool:
    return bool(np.isclose(np.exp(drawn["s"]), (drawn["x"] - drawn["t"]) ** 2, rtol=1e-12))


def _weighted(rng: np.random.Generator) -> dict:
    return _gaussian(rng) | {"beta": rng.uniform(0.1, 0.9)}


def _student(rng: np.random.Generator) -> dict:
    return {
        "x": rng.normal(0, 2),
        "t": rng.normal(0, 2),
        "nu": rng.uniform(0.5, 8),
        "b": rng.uniform(0.3, 3),
        "Gamma": special.gamma,
    }


def _student_slope(rng: np.random.Generator) -> dict:
    drawn = _student(rng)
    drawn.pop("Gamma")
    steepest = drawn["t"] + drawn["b"] * np.sqrt(drawn["nu"]) * rng.choice([-1, 1])
    return drawn | {"x": rng.choice([steepest, drawn["x"]], p=[0.3, 0.7])}


def _slope_is_steepest(drawn: dict) -> bool:
    distance = abs(drawn["x"] - drawn["t"])
    return bool(np.isclose(distance, drawn["b"] * np.sqrt(drawn["nu"]), rtol=1e-12))


def _count(rng: np.random.Generator) -> dict:
    return {"s": rng.normal(0, 1), "t": float(rng.integers(0, 9)), "Gamma": special.gamma}


def _size(rng: np.random.Generator) -> dict:
    return {
        "s": rng.normal(0, 1),
        "t": rng.uniform(0.2, 5),
        "k": rng.uniform(0.5, 6),
        "Gamma": special.gamma,
    }


def _size_slope(rng: np.random.Generator) -> dict:
    return {name: value for name, value in _size(rng).items() if name != "Gamma"}


DRAWS = {
    "eq-gaussian-nll": _gaussian,
    "eq-gaussian-nll-derivation": _gaussian,
    "eq-gaussian-nll-bound": _best_variance,
    "eq-gaussian-nll-grad": _gaussian,
    "eq-gaussian-nll-grad-variance": _gaussian,
    "eq-beta-nll": _weighted,
    "eq-laplace-nll-derivation": _gaussian,
    "eq-student-density": _student,
    "eq-student-nll": _student,
    "eq-student-nll-derivation": _student,
    "eq-student-nll-grad": _student,
    "eq-student-slope-bound": _student_slope,
    "eq-poisson-nll": _count,
    "eq-poisson-nll-derivation": _count,
    "eq-poisson-nll-grad": _count,
    "eq-gamma-nll-derivation": _size,
    "eq-gamma-slope-derivation": _size_slope,
}

USES = {
    "eq-gaussian-nll-grad-variance": ["eq-gaussian-nll"],
    "eq-student-nll-grad": ["eq-student-nll"],
}

TIGHT = {
    "eq-gaussian-nll-bound": [_variance_is_best],
    "eq-student-slope-bound": [_slope_is_steepest],
}
