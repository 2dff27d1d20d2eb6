"""Points for section 1.3.9."""

import numpy as np
from scipy.optimize import brentq

from book._draws.common import distributions


def _power(rng: np.random.Generator) -> float:
    # Below 1, between 1 and 2, and above 2 the signs of the exponents differ.
    return float(rng.choice([rng.uniform(0.2, 0.9), rng.uniform(1.1, 1.9), rng.uniform(2.1, 5)]))


def _logits(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    drawn = {"C": C, "z": rng.normal(0, 2, C), "y": int(rng.integers(1, C + 1))}
    return drawn | {"gamma": _power(rng), "alpha": rng.uniform(0.1, 2, C)}


def _one_logit(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    y = drawn["y"]
    return drawn | {"k": int(rng.choice([y, rng.integers(1, drawn["C"] + 1)]))}


def _logit(rng: np.random.Generator) -> dict:
    # Targets of exactly 0 and 1 as well as soft ones.
    y = rng.choice([rng.uniform(), 0.0, 1.0], p=[0.6, 0.2, 0.2])
    drawn = {"s": rng.normal(0, 2), "y": y}
    return drawn | {"gamma": _power(rng), "alpha": rng.uniform(0.1, 0.9)}


def _layer(rng: np.random.Generator) -> dict:
    C, d = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    drawn = {"C": C, "d": d, "W": rng.normal(0, 1, (C, d)), "x": rng.normal(0, 1, d)}
    k, y = rng.integers(1, C + 1, 2)
    drawn |= {"y": int(y), "k": int(rng.choice([k, y])), "j": int(rng.integers(1, d + 1))}
    return drawn | {"gamma": _power(rng), "alpha": rng.uniform(0.1, 2, C)}


def _probability(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.02, 0.98), "gamma": _power(rng)}


def _ratio(rng: np.random.Generator) -> dict:
    gamma = _power(rng)

    def g(p: float) -> float:
        """Divide the slope in the log-odds by that of the cross-entropy."""
        step = 1e-5
        odds = np.log(p / (1 - p)) + step * np.array([-2.0, -1.0, 1.0, 2.0])
        q = 1 / (1 + np.exp(-odds))
        slope = -((1 - q) ** gamma) * np.log(q) @ np.array([1.0, -8.0, 8.0, -1.0]) / (12 * step)
        return slope / (p - 1)

    return {"p": rng.uniform(0.02, 0.98), "gamma": gamma, "g": g}


def _believed(rng: np.random.Generator) -> dict:
    return _probability(rng) | {"eta": rng.uniform(0.02, 0.98)}


def _curvature(rng: np.random.Generator) -> dict:
    # Close to 1 the bound is tight for a gamma near 0, and the second one for any gamma.
    return {"p": rng.choice([0.02, 0.5, 0.98]), "gamma": rng.choice([0.02, 0.5, 1.0, 1.5, 4.0])}


def _slope(p: np.ndarray, gamma: float) -> np.ndarray:
    return gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p


def _minimiser(eta: np.ndarray, gamma: float) -> np.ndarray:
    """Return the p that minimises -sum of eta (1 - p)^gamma log p: eta times slope is level."""
    ends = (1e-15, 1 - 1e-15)

    def answer(level: float) -> np.ndarray:
        roots = []
        for share in eta:
            low, high = (share * _slope(np.array(end), gamma) + level for end in ends)
            inside = low < 0 < high
            f = lambda p, share=share: share * _slope(p, gamma) + level  # noqa: E731
            roots.append(brentq(f, *ends, xtol=1e-15) if inside else (1.0 if high <= 0 else 0.0))
        return np.array(roots)

    level = brentq(lambda level: answer(level).sum() - 1, 1e-6, 50.0, xtol=1e-14)
    return answer(level)


def _classes_at_the_minimum(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 5))
    gamma, eta = float(rng.uniform(0.3, 3)), distributions(rng, C)
    p = _minimiser(eta, gamma)
    return {"C": C, "gamma": gamma, "eta": eta, "p": p, "k": int(rng.integers(1, C + 1))}


def _pair_at_the_minimum(rng: np.random.Generator) -> dict:
    gamma, eta = float(rng.uniform(0.3, 3)), float(rng.uniform(0.1, 0.9))
    p = _minimiser(np.array([eta, 1 - eta]), gamma)
    return {"gamma": gamma, "eta": eta, "p": float(p[0])}


def _odds(rng: np.random.Generator) -> dict:
    # At even odds every bound is tight, and for a gamma near 0 the first two are.
    return {
        "r": rng.choice([1.0, 1.0 + 1e-3, rng.uniform(1, 1.5), rng.uniform(1.5, 20)]),
        "gamma": rng.choice([0.01, 0.5, 1.0, 3.0]),
    }


def _even_odds(rng: np.random.Generator) -> dict:
    return {"r": rng.choice([1.0, rng.uniform(1, 1.5), rng.uniform(1.5, 20)])}


def _bounded(rng: np.random.Generator) -> dict:
    # The bounds are tight at gamma = 1 and where one class has all of the truth and of the belief.
    C = int(rng.integers(2, 5))
    sure = np.full(C, 1e-4)
    sure[0] = 1 - 1e-4 * (C - 1)
    eta, p = distributions(rng, C), distributions(rng, C)
    if rng.random() < 0.5:
        eta, p = sure, rng.choice([0.0, 1.0]) * (p - sure) + sure
    gamma = rng.choice([1.0, rng.uniform(1, 4)])
    return {"C": C, "eta": eta, "p": p, "gamma": gamma, "b": np.e}


def _rare(rng: np.random.Generator) -> dict:
    return {"rho": rng.uniform(0.005, 0.9)}


USES = {
    "eq-focal-loss": ["eq-softmax"],
    "eq-focal-loss-grad": ["eq-softmax", "eq-focal-ratio"],
    "eq-focal-loss-grad-derivation": ["eq-softmax", "eq-focal-ratio"],
    "eq-focal-weights-grad": ["eq-focal-ratio"],
    "eq-focal-features-grad": ["eq-focal-ratio"],
    "eq-sigmoid-focal-loss": ["eq-sigmoid"],
    "eq-sigmoid-focal-loss-grad": ["eq-sigmoid", "eq-focal-ratio", "eq-sigmoid-focal-loss"],
    "eq-sigmoid-focal-loss-grad-derivation": ["eq-sigmoid", "eq-focal-ratio"],
    "eq-focal-ratio-one": ["eq-focal-ratio"],
    "eq-focal-risk-slope-derivation": ["eq-focal-ratio"],
    "eq-focal-odds": ["eq-focal-ratio"],
    "eq-focal-undo": ["eq-focal-ratio"],
    "eq-focal-timid-ratio": ["eq-focal-ratio"],
    "eq-focal-entropy-bound-derivation": ["eq-entropy", "eq-cross-entropy"],
    "eq-focal-bias": ["eq-sigmoid"],
}

DRAWS = {
    "eq-focal-loss": _logits,
    "eq-sigmoid-focal-loss": _logit,
    "eq-focal-loss-grad-derivation": _one_logit,
    "eq-focal-loss-grad": _one_logit,
    "eq-focal-ratio": _ratio,
    "eq-focal-ratio-one": lambda rng: {"p": rng.uniform(0.02, 0.98), "gamma": 1.0},
    "eq-focal-weights-grad": _layer,
    "eq-focal-features-grad": _layer,
    "eq-sigmoid-focal-loss-grad-derivation": _logit,
    "eq-sigmoid-focal-loss-grad": _logit,
    "eq-focal-risk-slope-derivation": _believed,
    "eq-focal-convex-derivation": _curvature,
    "eq-focal-odds": _pair_at_the_minimum,
    "eq-focal-undo": _classes_at_the_minimum,
    "eq-focal-timid-ratio": _odds,
    "eq-focal-timid-derivation": _odds,
    "eq-focal-timid-slope": _even_odds,
    "eq-focal-entropy-bound-derivation": _bounded,
    "eq-focal-bias": _rare,
}
