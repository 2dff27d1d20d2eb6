"""Points for section 2.3."""

import itertools

import numpy as np
from scipy import integrate, stats


def _threshold(rng: np.random.Generator) -> float:
    # In eighths, so that a residual can equal it exactly.
    return rng.integers(3, 21) / 8


def _residual(rng: np.random.Generator, threshold: float) -> float:
    """Within the threshold, on it or beyond it, on either side, and close to neither 0 nor it."""
    inside, outside = rng.uniform(0.1, 0.9), rng.uniform(1.1, 3)
    return threshold * rng.choice([inside, outside, 1.0], p=[0.4, 0.4, 0.2]) * rng.choice([-1, 1])


def _target(rng: np.random.Generator) -> float:
    # Mostly larger than the residuals: x, x - t and x + t often differ in sign.
    return rng.integers(-160, 161) / 8


def _smooth_l1(rng: np.random.Generator) -> dict:
    beta, t = _threshold(rng), _target(rng)
    return {"x": t + _residual(rng, beta), "t": t, "beta": beta}


def _smooth_l1_residual(rng: np.random.Generator) -> dict:
    beta = _threshold(rng)
    return {"r": _residual(rng, beta), "beta": beta}


def _huber(rng: np.random.Generator) -> dict:
    delta, t = _threshold(rng), _target(rng)
    return {"x": t + _residual(rng, delta), "t": t, "delta": delta}


def _huber_residual(rng: np.random.Generator) -> dict:
    delta = _threshold(rng)
    return {"r": _residual(rng, delta), "delta": delta}


def _scaled(rng: np.random.Generator) -> dict:
    sigma, epsilon = _threshold(rng), rng.integers(9, 16) / 8
    return {"r": _residual(rng, epsilon * sigma), "sigma": sigma, "epsilon": epsilon}


def _normal(**drawn: object) -> dict:
    return {"g": stats.norm.pdf, "Phi": stats.norm.cdf, **drawn}


def _integral(function, k: float) -> float:
    """Integral over the normal density, in the three parts of the clipped residual."""
    parts = itertools.pairwise([-np.inf, -k, k, np.inf])
    return sum(integrate.quad(function, low, high, epsabs=1e-13)[0] for low, high in parts)


def _mean_slope(k: float) -> float:
    return _integral(lambda u: float(abs(u) <= k) * stats.norm.pdf(u), k)


def _mean_square(k: float) -> float:
    return _integral(lambda u: np.clip(u, -k, k) ** 2 * stats.norm.pdf(u), k)


def _efficiency(rng: np.random.Generator) -> dict:
    return _normal(
        k=_threshold(rng),
        P=_mean_slope,
        Q=_mean_square,
        eff=lambda k: _mean_slope(k) ** 2 / _mean_square(k),
    )


def _square(rng: np.random.Generator) -> dict:
    return _normal(u=rng.normal(0, 1.5))


def _normaliser(rng: np.random.Generator) -> dict:
    def integral(k: float) -> float:
        middle = integrate.quad(lambda u: np.exp(-(u**2) / 2), -k, k, epsabs=1e-13)[0]
        tail = integrate.quad(lambda u: np.exp(-k * u + k**2 / 2), k, np.inf, epsabs=1e-13)[0]
        return middle + 2 * tail

    return _normal(k=_threshold(rng), Z=integral)


def _normaliser_slope(rng: np.random.Generator) -> dict:
    return _normal(k=_threshold(rng))


def _box(rng: np.random.Generator) -> dict:
    """A box that is decoded from its targets; encoding it must give them back."""
    c_a, w_a, t_c, t_w = rng.normal(0, 5), rng.uniform(0.5, 4), *rng.normal(0, 0.7, 2)
    return {
        "c_a": c_a,
        "w_a": w_a,
        "t_c": t_c,
        "t_w": t_w,
        "c": c_a + t_c * w_a,
        "w": w_a * np.exp(t_w),
    }


def _two_boxes(rng: np.random.Generator) -> dict:
    """Boxes by their edges, which meet or do not, no edge close to one of the other's."""
    low, size = rng.uniform(-1, 1, 2), rng.uniform(0.5, 3, 2)
    t_low = low + rng.choice([-5, -0.3, 0.3, 5], 2, p=[0.1, 0.4, 0.4, 0.1])
    t_size = size * rng.choice([0.6, 1.5], 2)
    return {"x": np.r_[low, low + size], "t": np.r_[t_low, t_low + t_size]}


def _two_boxes_and_edge(rng: np.random.Generator) -> dict:
    return _two_boxes(rng) | {"j": int(rng.integers(1, 5))}


def _boxes_apart(rng: np.random.Generator) -> dict:
    drawn = _two_boxes(rng)
    beyond = drawn["x"][2] - drawn["t"][0] + rng.uniform(0.1, 3)
    return {"x": drawn["x"], "t": drawn["t"] + np.array([beyond, 0, beyond, 0])}


def _grown(rng: np.random.Generator) -> dict:
    w = rng.uniform(1, 5)
    return {"w": w, "e": w * rng.uniform(0.05, 0.45)}


def _box_moved(rng: np.random.Generator) -> dict:
    box = _box(rng)
    kept = {name: box[name] for name in ("c", "w", "c_a", "w_a")}
    return kept | {"rho": rng.uniform(0.3, 3), "u": rng.normal(0, 5)}


def _charbonnier(rng: np.random.Generator) -> dict:
    drawn = _huber(rng)
    return {"x": drawn["x"], "t": drawn["t"], "varepsilon": drawn["delta"]}


def _difference(rng: np.random.Generator) -> dict:
    return {"x": rng.normal(0, 2), "t": rng.normal(0, 2)}


def _tukey(rng: np.random.Generator) -> dict:
    drawn = _huber(rng)
    return {"x": drawn["x"], "t": drawn["t"], "c": drawn["delta"]}


def _tukey_residual(rng: np.random.Generator) -> dict:
    return {"r": rng.normal(0, 2), "c": rng.uniform(0.5, 4)}


DRAWS = {
    "eq-smooth-l1": _smooth_l1,
    "eq-huber": _huber,
    "eq-smooth-l1-join-derivation": _smooth_l1_residual,
    "eq-huber-join-derivation": _huber_residual,
    "eq-huber-smooth-l1-derivation": _huber,
    "eq-smooth-l1-limit": _smooth_l1,
    "eq-smooth-l1-near-derivation": _smooth_l1,
    "eq-smooth-l1-far-derivation": _smooth_l1,
    "eq-smooth-l1-grad": _smooth_l1,
    "eq-huber-grad": _huber,
    "eq-smooth-l1-clipped": _smooth_l1_residual,
    "eq-huber-sklearn-derivation": _scaled,
    "eq-huber-scale-derivation": _scaled,
    "eq-huber-mean-slope": _efficiency,
    "eq-huber-square-derivation": _square,
    "eq-huber-mean-square": _efficiency,
    "eq-huber-efficiency": _efficiency,
    "eq-huber-delta-derivation": _huber_residual,
    "eq-smooth-l1-beta-derivation": _smooth_l1_residual,
    "eq-huber-normaliser": _normaliser,
    "eq-huber-normaliser-derivation": _normaliser_slope,
    "eq-charbonnier": _charbonnier,
    "eq-charbonnier-grad": _charbonnier,
    "eq-log-cosh": _difference,
    "eq-log-cosh-grad": _difference,
    "eq-tukey": _tukey,
    "eq-tukey-grad": _tukey,
    "eq-tukey-curvature-derivation": _tukey_residual,
    "eq-box-centre": _box,
    "eq-box-size": _box,
    "eq-box-centre-derivation": _box_moved,
    "eq-box-size-derivation": _box_moved,
    "eq-box-decode-centre": _box,
    "eq-box-decode-size": _box,
    "eq-box-intersection": _two_boxes,
    "eq-box-union": _two_boxes,
    "eq-box-around": _two_boxes,
    "eq-iou-grown-derivation": _grown,
    "eq-giou": _two_boxes,
    "eq-giou-grad": _two_boxes_and_edge,
    "eq-giou-apart": _boxes_apart,
}

_AREAS = ["eq-box-intersection", "eq-box-union", "eq-box-around"]
USES = {
    "eq-box-union": ["eq-box-intersection"],
    "eq-giou": _AREAS,
    "eq-giou-grad": ["eq-giou", *_AREAS],
    "eq-giou-apart": _AREAS,
}
