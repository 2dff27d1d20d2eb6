"""Points for section 1.5."""

import numpy as np


def _score(rng: np.random.Generator) -> dict:
    # At a margin of exactly 1 the hinge has its kink.
    y = int(rng.choice([-1, 1]))
    return {"y": y, "f": rng.choice([rng.normal(0, 2), float(y)], p=[0.8, 0.2])}


def _beside_the_kink(rng: np.random.Generator) -> dict:
    # Beside the kink the slope is compared with a numeric one; on it the page is held to the code.
    y = int(rng.choice([-1, 1]))
    return {"y": y, "f": y * (1.0 + rng.choice([-1, 0, 1]) * rng.uniform(0.1, 3))}


def _two_scores(rng: np.random.Generator) -> dict:
    return _score(rng) | {"h": rng.normal(0, 2)}


def _plane(rng: np.random.Generator) -> dict:
    d = int(rng.integers(2, 5))
    return {"x": rng.normal(0, 1, d), "w": rng.normal(0, 1, d), "b": rng.normal()}


def _labelled_plane(rng: np.random.Generator) -> dict:
    return _plane(rng) | {"y": int(rng.choice([-1, 1])), "c": rng.uniform(0.2, 5)}


def _margins(rng: np.random.Generator) -> dict:
    d = int(rng.integers(2, 5))
    return {"w": rng.normal(0, 1, d), "m": rng.normal(1, 2, int(rng.integers(2, 6)))}


def _samples(rng: np.random.Generator) -> dict:
    N, d = int(rng.integers(3, 7)), int(rng.integers(2, 4))
    return {
        "N": N,
        "x": rng.normal(0, 1, (N, d)),
        "y": rng.choice([-1, 1], N),
        "w": rng.normal(0, 1, d),
        "b": rng.normal(),
        "lambda_": rng.uniform(0.01, 1),
    }


def _samples_and_weight(rng: np.random.Generator) -> dict:
    drawn = _samples(rng)
    if rng.random() < 0.3:  # the first sample lies on the kink; eighths are exact
        x, w = np.round(8 * drawn["x"]) / 8, np.round(8 * drawn["w"]) / 8
        drawn |= {"x": x, "w": w, "b": drawn["y"][0] - x[0] @ w}
    return drawn | {"j": int(rng.integers(1, len(drawn["w"]) + 1))}


def _multipliers(rng: np.random.Generator) -> dict:
    drawn = _samples(rng)
    y, N = drawn["y"], drawn["N"]
    y[:2] = 1, -1
    # Both classes pull equally hard; eighths of 1 / N reach both ends of the box.
    alpha, each = np.zeros(N), rng.permutation(N)
    for side, other in zip(each[y[each] == 1], each[y[each] == -1], strict=False):
        alpha[[side, other]] = rng.integers(0, 9) / 8 / N
    m = y * (drawn["x"] @ drawn["w"] + drawn["b"])
    return drawn | {"alpha": alpha, "v": drawn["x"].T @ (alpha * y), "m": m}


def _gap(rng: np.random.Generator) -> dict:
    drawn = _multipliers(rng)
    if rng.random() < 0.3:  # every margin is 1; quarters are exact
        y = drawn["y"]
        w, b = np.array([1.0, 0.0]), 0.25
        x = np.c_[y - b, np.round(4 * rng.normal(0, 1, len(y))) / 4]
        v = x.T @ (drawn["alpha"] * y)
        drawn |= {"x": x, "w": w, "b": b, "v": v, "m": np.ones(len(y))}
    lambda_ = drawn["lambda_"]
    rest = drawn["w"] - drawn["v"] / (2 * lambda_)
    return drawn | {"q": lambda_ * rest @ rest}


def _charges(rng: np.random.Generator) -> dict:
    drawn = _samples(rng)
    shape = drawn["N"]
    charges = {name: rng.uniform(0.1, 1, shape) for name in ("alpha", "mu", "xi")}
    return drawn | charges


def _dual_score(rng: np.random.Generator) -> dict:
    drawn = _multipliers(rng)
    w = drawn["v"] / (2 * drawn["lambda_"])
    return drawn | {"w": w, "u": rng.normal(0, 1, len(w))}


def _square(rng: np.random.Generator) -> dict:
    w, v = rng.normal(0, 1, (2, int(rng.integers(2, 5))))
    return {"w": w, "v": v, "lambda_": rng.uniform(0.05, 1)}


def _two_samples(rng: np.random.Generator) -> dict:
    d = int(rng.integers(2, 5))
    x, u = rng.normal(0, 1, (2, d))
    return {"d": d, "x": x, "u": u, "gamma": rng.uniform(0.1, 1)}


def _probability(rng: np.random.Generator) -> dict:
    # The pieces meet at scores of -1 and 1.
    f = rng.choice([rng.uniform(-3, 3), -1.0, 1.0], p=[0.6, 0.2, 0.2])
    return {"p": rng.uniform(0.05, 0.95), "f": f}


def _probability_inside(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.05, 0.95), "f": rng.uniform(-1, 1)}


def _classes(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    y = int(rng.integers(1, C + 1))
    z = rng.normal(0, 1, C)
    z[y - 1] += rng.choice([0, 3])  # a loss above 0, or of 0
    return {"C": C, "z": z, "y": y}


def _classes_and_rival(rng: np.random.Generator) -> dict:
    drawn = _classes(rng)
    C, y, z = drawn["C"], drawn["y"], np.round(drawn["z"], 3)
    if rng.random() < 0.3:  # onto the kink
        z = np.round(8 * z) / 8
        z[y - 1] = np.max(np.delete(z, y - 1)) + 1
    drawn["z"] = z
    rivals = [k for k in range(1, C + 1) if k != y]
    best = max(rivals, key=lambda k: drawn["z"][k - 1])
    return drawn | {"r": best, "j": int(rng.choice([y, best, rng.integers(1, C + 1)]))}


DRAWS = {
    "eq-hinge": _score,
    "eq-squared-hinge": _score,
    "eq-hinge-grad": _beside_the_kink,
    "eq-hinge-subgradient": _two_scores,
    "eq-squared-hinge-grad": _beside_the_kink,
    "eq-svm-foot": _plane,
    "eq-svm-distance": _plane,
    "eq-geometric-margin": _labelled_plane,
    "eq-svm-scale": _margins,
    "eq-svm-objective": _samples,
    "eq-svm-grad-derivation": _samples_and_weight,
    "eq-svm-lagrangian-derivation": _charges,
    "eq-svm-square": _square,
    "eq-svm-dual": _multipliers,
    "eq-svm-gap-derivation": _gap,
    "eq-svm-dual-score": _dual_score,
    "eq-kernel-quadratic": _two_samples,
    "eq-kernel-gaussian": _two_samples,
    "eq-hinge-risk": _probability,
    "eq-squared-hinge-risk-derivation": _probability_inside,
    "eq-multiclass-hinge": _classes,
    "eq-multiclass-hinge-grad": _classes_and_rival,
    "eq-weston-watkins": _classes,
    "eq-crammer-singer-largest": _classes,
}

USES = {"eq-svm-gap-derivation": ["eq-svm-objective", "eq-svm-dual"]}

# J(w, b) and D(alpha) are printed, on given samples.
IMPLIED = {"eq-svm-objective": ("x", "y"), "eq-svm-dual": ("x", "y")}

EXEMPT = {
    "1_classification/5_hinge#1": "a problem to solve, which says nothing yet",
    "1_classification/5_hinge#2": "a problem to solve, which says nothing yet",
}
