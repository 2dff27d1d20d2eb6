"""Points for section 3.3."""

import numpy as np


def _number(rng: np.random.Generator) -> float:
    # In eighths, so that sums of a few are exact and ties are ties.
    return rng.integers(-32, 33) / 8


def _prediction(rng: np.random.Generator) -> dict:
    """Below the target, above it, or on it, and not close to it."""
    t = _number(rng)
    x = t + rng.choice([0.0, *rng.uniform(0.1, 3, 4) * [-1, -1, 1, 1]])
    return {"x": x, "t": t, "tau": rng.uniform(0.05, 0.95)}


def _subgradient(rng: np.random.Generator) -> dict:
    """A slope at the kink, the extreme ones among them, and another prediction."""
    tau, t = rng.uniform(0.05, 0.95), _number(rng)
    g = rng.choice([-tau, 1 - tau, rng.uniform(-tau, 1 - tau)])
    return {"tau": tau, "g": g, "t": t, "h": t + rng.choice([-1, 1]) * rng.uniform(0.1, 3)}


def _subgradient_is_tight(drawn: dict) -> bool:
    # The loss itself is one of the two straight lines.
    steep = -drawn["tau"] if drawn["h"] < drawn["t"] else 1 - drawn["tau"]
    return bool(np.isclose(drawn["g"], steep, rtol=1e-12))


def _constant(rng: np.random.Generator) -> dict:
    """A prediction beside all targets, where the mean loss has a slope."""
    N = int(rng.integers(2, 7))
    t = np.array([_number(rng) for _ in range(N)])
    x = _number(rng) + 1 / 16
    return {"N": N, "t": t, "x": x, "tau": rng.uniform(0.05, 0.95)}


def _quantile(rng: np.random.Generator) -> dict:
    """A quantile of the targets: either end of the interval of quantiles, where there is one."""
    N = int(rng.choice([4, 8]))
    t, tau = np.array([_number(rng) for _ in range(N)]), rng.integers(1, 8) / 8
    method = rng.choice(["inverted_cdf", "higher"])
    x = np.sort(t)[int(N * tau)] if method == "higher" else np.quantile(t, tau, method=method)
    return {"N": N, "t": t, "tau": tau, "x": x}


def _share_below(drawn: dict) -> bool:
    return bool(np.mean(drawn["t"] < drawn["x"]) == drawn["tau"])


def _share_at_or_below(drawn: dict) -> bool:
    return bool(np.mean(drawn["t"] <= drawn["x"]) == drawn["tau"])


def _shop(rng: np.random.Generator) -> dict:
    drawn = _prediction(rng)
    return {"x": drawn["x"], "t": drawn["t"], "u": rng.uniform(0.2, 5), "o": rng.uniform(0.2, 5)}


def _interval(rng: np.random.Generator) -> dict:
    """A target below, in or above an interval, or on one of its ends."""
    x_lo, width = _number(rng), rng.uniform(0.5, 3)
    t = x_lo + width * rng.choice([-rng.uniform(0.1, 2), 0, rng.uniform(), 1, rng.uniform(1.1, 3)])
    return {"x_lo": x_lo, "x_up": x_lo + width, "t": t, "alpha": rng.uniform(0.05, 0.9)}


def _two_quantiles(rng: np.random.Generator) -> dict:
    tau_1, tau_2 = np.sort(rng.uniform(0.05, 0.95, 2))
    return {"x": np.array([_number(rng) for _ in range(2)]), "t": _number(rng)} | {
        "tau": np.array([tau_1, tau_2])
    }


DRAWS = {
    "eq-quantile": _prediction,
    "eq-quantile-max-derivation": _prediction,
    "eq-quantile-l1-derivation": _prediction,
    "eq-quantile-slope-derivation": _constant,
    "eq-quantile-condition": _quantile,
    "eq-quantile-newsvendor-derivation": _shop,
    "eq-quantile-grad": _prediction,
    "eq-quantile-subgradient": _subgradient,
    "eq-interval-score": _interval,
    "eq-interval-score-derivation": _interval,
    "eq-quantile-sort-derivation": _two_quantiles,
}

TIGHT = {
    "eq-quantile-condition": [_share_below, _share_at_or_below],
    "eq-quantile-subgradient": [_subgradient_is_tight],
}

IMPLIED = {"eq-interval-score": ("alpha",)}  # S(x_lo, x_up, t) is printed, for a given alpha

BORDERLESS = {"eq-quantile-slope-derivation": "on a target the mean loss has no slope"}
