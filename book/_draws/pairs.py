"""Points for section 3.4."""

import numpy as np

from book._draws.l_softmax import softmax


def _proxies(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {
        "C": C,
        "c": rng.uniform(-1, 1, C),
        "y": int(rng.integers(1, C + 1)),
        "s": rng.uniform(0.5, 6),
    }


def _pair(rng: np.random.Generator) -> dict:
    """A pair of the same class or of two, nearer than the margin, further, or just at it."""
    m = rng.uniform(0.5, 2)
    near, far = rng.uniform(0, m), rng.uniform(m, 3 * m)
    D, y = [(near, 0), (near, 1), (far, 0), (far, 1), (m, 0)][rng.integers(5)]
    return {"D": D, "y": y, "m": m}


def _triplet(rng: np.random.Generator) -> dict:
    """A triplet with a loss or without, or just on the margin."""
    d = int(rng.integers(2, 5))
    # In eighths, so that squares are exact and a tie is one.
    x, v, u = rng.integers(-16, 17, (3, d)) / 8
    slack = np.sum((x - u) ** 2) - np.sum((x - v) ** 2)
    m = rng.choice([slack, slack - 0.5, slack + 0.5])
    return {"x": x, "v": v, "u": u, "m": m if m > 0 else rng.uniform(0.1, 2)}


def _entry(rng: np.random.Generator) -> dict:
    """A triplet close to the margin, on either side of it, with one of its features."""
    d = int(rng.integers(2, 5))
    x, v = rng.normal(0, 1, (2, d))
    u = x + rng.normal(0, 1, d) * (1 + np.linalg.norm(x - v))
    slack = np.sum((x - u) ** 2) - np.sum((x - v) ** 2)
    m = max(0.1, slack + rng.choice([-1, 1]) * rng.uniform(0.02, 0.2))
    return {"x": x, "v": v, "u": u, "m": m, "j": int(rng.integers(1, d + 1))}


def _unit_triplet(rng: np.random.Generator) -> dict:
    x, v, u = rng.normal(0, 1, (3, int(rng.integers(2, 5))))
    x, v, u = (vector / np.linalg.norm(vector) for vector in (x, v, u))
    return {"x": x, "v": v, "u": u, "m": rng.uniform(0.2, 4)}


def _batch(rng: np.random.Generator) -> dict:
    N, d = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    x, v = rng.normal(0, 1, (2, N, d))
    return {"N": N, "x": x, "v": v, "T": rng.uniform(0.3, 2)}


def _cosines(drawn: dict) -> np.ndarray:
    x, v = (drawn[name] / np.linalg.norm(drawn[name], axis=1, keepdims=True) for name in "xv")
    return x @ v.T


def _pair_of_batch(rng: np.random.Generator) -> dict:
    drawn = _batch(rng)
    i = int(rng.integers(1, drawn["N"] + 1))
    j = int(rng.choice([i, rng.integers(1, drawn["N"] + 1)]))
    return {"x": drawn["x"], "v": drawn["v"], "i": i, "j": j}


def _row(rng: np.random.Generator) -> dict:
    """Cosines of one anchor: any, all equal, or one alone at a low temperature."""
    N, T = int(rng.integers(2, 6)), rng.uniform(0.05, 1)
    any_ones, equal = rng.uniform(-1, 1, N), np.full(N, rng.uniform(-1, 1))
    lonely = np.where(np.arange(N) == rng.integers(N), 1.0, -1.0)
    kind = int(rng.integers(3))
    return {
        "N": N,
        "T": 0.005 if kind == 2 else T,
        "c": (any_ones, equal, lonely)[kind],
        "i": int(rng.integers(1, N + 1)),
    }


def _row_is_equal(drawn: dict) -> bool:
    return bool(np.ptp(drawn["c"]) < 1e-12)


def _row_is_lonely(drawn: dict) -> bool:
    return bool(np.diff(np.sort(drawn["c"]))[-1] > 200 * drawn["T"])


def _slope(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    c, T = rng.uniform(-1, 1, N), rng.uniform(0.3, 2)
    i = int(rng.integers(1, N + 1))
    j = int(rng.choice([i, rng.integers(1, N + 1)]))
    return {"N": N, "c": c, "T": T, "i": i, "j": j, "p": softmax(c / T)}


def _batch_entry(rng: np.random.Generator) -> dict:
    drawn = _batch(rng)
    p = np.array([softmax(row / drawn["T"]) for row in _cosines(drawn)])
    N, d = drawn["x"].shape
    indices = {"i": int(rng.integers(1, N + 1)), "r": int(rng.integers(1, d + 1))}
    return drawn | {"p": p} | indices


def _positive_entry(rng: np.random.Generator) -> dict:
    drawn = _batch_entry(rng)
    return drawn | {"j": drawn.pop("i")}


def _sub_centres(rng: np.random.Generator) -> dict:
    C, M, d = int(rng.integers(2, 4)), int(rng.integers(2, 4)), int(rng.integers(2, 4))
    return {
        "W": rng.normal(0, 1, (C, M, d)),
        "x": rng.normal(0, 1, d),
        "k": int(rng.integers(1, C + 1)),
        "M": M,
    }


def _quality(rng: np.random.Generator) -> dict:
    return {
        "theta": rng.uniform(0, np.pi),
        "m": rng.uniform(0.1, 0.8),
        "q": rng.choice([-1.0, 0.0, 1.0, rng.uniform(-1, 1)]),
    }


DRAWS = {
    "eq-proxy-pairs-derivation": _proxies,
    "eq-contrastive": _pair,
    "eq-triplet": _triplet,
    "eq-triplet-grad": _entry,
    "eq-triplet-grad-positive": _entry,
    "eq-triplet-grad-negative": _entry,
    "eq-triplet-hinge-derivation": _unit_triplet,
    "eq-pair-cosine": _pair_of_batch,
    "eq-info-nce": _batch,
    "eq-info-nce-cold": _row,
    "eq-info-nce-slope-derivation": _slope,
    "eq-info-nce-grad": _batch_entry,
    "eq-info-nce-grad-positive": _positive_entry,
    "eq-sub-centre": _sub_centres,
    "eq-quality-margin": _quality,
}

USES = {
    "eq-info-nce": ["eq-pair-cosine"],
    "eq-info-nce-grad-positive": ["eq-info-nce"],
    "eq-triplet-grad-positive": ["eq-triplet"],
    "eq-triplet-grad-negative": ["eq-triplet"],
}

TIGHT = {"eq-info-nce-cold": [_row_is_lonely, _row_is_equal]}

BORDERLESS = dict.fromkeys(
    ["eq-triplet-grad", "eq-triplet-grad-positive", "eq-triplet-grad-negative"],
    "on the margin the loss has no slope",
)

HEADS = {
    "eq-contrastive": r"\ell(D, y)",
    "eq-sub-centre": "c_k",
    "eq-quality-margin": r"\psi(\theta)",
}

SURVIVORS = {
    label: {
        r"border: `<` -> `\leq` in `\|x - u\|_2^2 < \|x - v\|_2^2 + m`": (
            "on the margin the loss has no slope, so none is drawn"
        )
    }
    for label in BORDERLESS
}
