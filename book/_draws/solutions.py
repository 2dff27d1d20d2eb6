"""Points for the displays of the solutions, and the code that each is held to.

A display without a label is named by its page and its number there: ``page#1``.
"""

import numpy as np
import torch
from scipy import optimize, special
from torch.nn import functional as F  # noqa: N812

from book._draws.common import distributions
from lossbook import reference as R  # noqa: N812


def _penalty(rng: np.random.Generator) -> dict:
    return {"lambda_": rng.uniform(0.1, 4)}


def _nothing(rng: np.random.Generator) -> dict:
    return {}


def _repeated(rng: np.random.Generator) -> dict:
    N, C = int(rng.integers(2, 6)), 3
    y, w = rng.integers(1, C + 1, N), rng.integers(1, 5, C)
    return {"N": N, "ell": rng.uniform(0, 3, N), "w": w, "y": y}


def _step(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 5))
    y, k = (int(found) for found in rng.integers(1, C + 1, 2))
    drawn = {"p": distributions(rng, C), "y": y, "k": k, "x": rng.normal(0, 1, 3)}
    return drawn | {"eta": rng.uniform(0.1, 1), "T": rng.uniform(0.5, 4)}


def _angle(rng: np.random.Generator) -> dict:
    theta = rng.uniform(0, np.pi)
    return {"theta": theta, "c": np.cos(theta)}


def _probability(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.05, 0.95)}


def _cosines(rng: np.random.Generator) -> dict:
    x, W = rng.normal(0, 1, 3), rng.normal(0, 1, (4, 3))
    return {"x": x, "W": W, "c": W @ x / np.linalg.norm(W, axis=1) / np.linalg.norm(x)}


def _demand(beta: float, omega: float) -> float:
    """Return by how much a unit vector prefers the first of two class vectors."""
    W = np.array([[np.cos(omega), np.sin(omega)], [1, 0]])
    towards = (W[0] - W[1]) / np.linalg.norm(W[0] - W[1])
    turn = np.array([[np.cos(beta), -np.sin(beta)], [np.sin(beta), np.cos(beta)]])
    return (turn @ towards) @ (W[0] - W[1])


def _wedge(rng: np.random.Generator) -> dict:
    # Half of the points lie on the border of the wedge.
    omega = rng.uniform(0.5, 3)
    m = rng.uniform(0.2, 0.9) * _demand(0, omega)
    border = optimize.brentq(lambda beta: _demand(beta, omega) - m, 0, np.pi / 2, xtol=1e-15)
    return {"omega": omega, "m": m, "beta": border * rng.choice([rng.uniform(0, 1), 1.0])}


def _beyond(rng: np.random.Generator) -> dict:
    m = rng.uniform(0.1, 1.5)
    return {"m": m, "theta": np.pi - m * rng.uniform(0, 1)}


def _detached(rng: np.random.Generator) -> dict:
    eta, gamma = rng.uniform(0.1, 0.9), rng.uniform(0.5, 3)

    def slope(s: float) -> float:
        up, down = R.sigmoid([s])[0], R.sigmoid([-s])[0]
        return (1 - eta) * up**gamma * up - eta * down**gamma * down

    p = R.sigmoid([optimize.brentq(slope, -20, 20, xtol=1e-14)])[0]
    return {"p": p, "eta": eta, "gamma": gamma}


def _focal(rng: np.random.Generator) -> dict:
    drawn = {name: rng.uniform(0.1, 0.9) for name in ("p", "eta", "alpha")}
    return drawn | {"gamma": rng.uniform(0.5, 3)}


def _truth(rng: np.random.Generator) -> dict:
    return {"eta": rng.uniform(0.1, 0.9), "alpha": rng.uniform(0.1, 0.9)}


def _two_pairs(rng: np.random.Generator) -> dict:
    return {"p": distributions(rng, 2, 3), "q": distributions(rng, 2, 3)}


def _class_means(rng: np.random.Generator) -> dict:
    return {"v_bar": rng.normal(0, 1, 3), "lambda_": rng.uniform(0.5, 4)}


def _likely(rng: np.random.Generator) -> dict:
    return {"p": rng.uniform(0.55, 0.95)}


def _targets(rng: np.random.Generator) -> dict:
    # Some targets equal the constant.
    N = int(rng.integers(3, 7))
    return {"N": N, "t": rng.integers(-2, 3, N).astype(float), "x": 1.0, "q": rng.uniform(0.1, 0.9)}


def _rate(rng: np.random.Generator) -> dict:
    return {"a": rng.uniform(169.2, 170)}


def _centre(rng: np.random.Generator) -> dict:
    return {"c": rng.uniform(3, 4)}


def _residual(rng: np.random.Generator) -> dict:
    return {"r": rng.normal(0, 2), "delta": rng.uniform(0.5, 2)}


def _smooth_hinge_slope(m: float) -> float:
    """Return the slope in the margin: a Huber loss of what the margin lacks of 1."""
    return R.huber_loss_grad([min(m, 1.0)], [1.0], delta=1)[0]


def _penalised(penalty_slope: float) -> float:
    """Return where the squared distance from 1 and a squared penalty balance."""

    def slope(theta: float) -> float:
        return (R.l2_loss_grad([theta], [1.0]) + penalty_slope * R.l2_loss_grad([theta], [0.0]))[0]

    return float(optimize.brentq(slope, 0, 1, xtol=1e-15))


def _expected_focal(p: float, eta: float, alpha: float, gamma: float) -> float:
    losses = [
        R.sigmoid_focal_loss([special.logit(p)], [y], gamma=gamma, alpha=alpha) for y in (1, 0)
    ]
    return float(np.average(losses, weights=[eta, 1 - eta]))


def _mean_slope(t: np.ndarray, x: float, q: float) -> float:
    return float(np.sum(R.quantile_loss_grad(np.full(len(t), x), t, tau=q)))


def _shrunk(r: float, delta: float) -> float:
    return F.softshrink(torch.tensor(r, dtype=torch.float64), delta).item()


def _false_edges(rng: np.random.Generator) -> dict:
    return {
        "U": int(rng.integers(1, 9)),
        "p": rng.uniform(0.05, 0.95),
        "epsilon": rng.uniform(0.1, 2),
    }


def _multiplier(rng: np.random.Generator) -> dict:
    return {"alpha": rng.uniform(0, 0.5), "lambda_": rng.uniform(0.1, 4)}


def _meeting(rng: np.random.Generator) -> dict:
    w = rng.uniform(0.5, 3)
    return {"w": w, "a": rng.uniform(0, w)}


def _apart(rng: np.random.Generator) -> dict:
    w = rng.uniform(0.5, 3)
    return {"w": w, "a": rng.uniform(w, 3 * w)}


def _shifted(w: float, a: float) -> float:
    """Return the GIoU loss of a square of side w that is shifted by a."""
    return R.giou_loss([[a, 0, w + a, w]], [[0, 0, w, w]])


_OF = "course/solutions/"

DRAWS = {
    f"{_OF}0_risk#1": _penalty,
    f"{_OF}0_risk#2": _penalty,
    f"{_OF}1_1_zero_one#1": _nothing,
    f"{_OF}1_2_cross_entropy#1": _nothing,
    f"{_OF}1_2_cross_entropy#2": _nothing,
    f"{_OF}1_3_2_weighted#1": _repeated,
    f"{_OF}1_3_2_weighted#2": _false_edges,
    f"{_OF}1_3_2_weighted#3": _false_edges,
    f"{_OF}1_3_3_soft#1": _step,
    f"{_OF}1_3_4_l_softmax#1": _angle,
    f"{_OF}1_3_6_l2_softmax#1": _probability,
    f"{_OF}1_3_6_l2_softmax#2": _cosines,
    f"{_OF}1_3_7_am_softmax#1": _wedge,
    f"{_OF}1_3_8_arcface#1": _beyond,
    f"{_OF}1_3_9_focal#1": _detached,
    f"{_OF}1_3_9_focal#2": _focal,
    f"{_OF}1_3_9_focal#3": _truth,
    f"{_OF}1_4_kl_divergence#1": _two_pairs,
    f"{_OF}1_5_hinge#1": _class_means,
    f"{_OF}1_5_hinge#2": _multiplier,
    f"{_OF}1_5_hinge#3": _likely,
    f"{_OF}2_1_l1#1": _targets,
    f"{_OF}2_2_l2#1": _rate,
    f"{_OF}2_3_smooth_l1_huber#1": _centre,
    f"{_OF}2_3_smooth_l1_huber#2": _residual,
    f"{_OF}2_3_smooth_l1_huber#3": _meeting,
    f"{_OF}2_3_smooth_l1_huber#4": _apart,
}

ANCHORS = {
    f"{_OF}0_risk#1": lambda lambda_: _penalised(lambda_),
    f"{_OF}0_risk#2": lambda lambda_: _shrunk(1.0, lambda_ / 2),
    f"{_OF}1_1_zero_one#1": lambda: 1 / R.logistic_loss([0.0], [1]),
    f"{_OF}1_2_cross_entropy#1": lambda: R.entropy([0.5, *[0.1] * 5], base=2),
    f"{_OF}1_2_cross_entropy#2": lambda: R.binary_cross_entropy([np.log(3)], [0.75]),
    f"{_OF}1_3_2_weighted#1": lambda ell, w, y: np.mean(np.repeat(ell, w[y - 1])),
    f"{_OF}1_3_2_weighted#2": lambda p, *, U, epsilon: R.dice_loss(
        [np.full(U, special.logit(p))], [np.zeros(U)], smooth=epsilon
    ),
    f"{_OF}1_3_2_weighted#3": lambda U, p, epsilon: np.sum(
        R.dice_loss_grad([np.full(U, special.logit(p))], [np.zeros(U)], smooth=epsilon)
        / (p * (1 - p))
    ),
    f"{_OF}1_3_3_soft#1": lambda p, y, x, eta, T, k: (
        -eta / T**2 * R.softmax_loss_grad([np.log(p)], [y - 1])[0][k - 1] * x
    ),
    f"{_OF}1_3_6_l2_softmax#1": lambda p: optimize.brentq(
        lambda alpha: R.softmax([alpha, -alpha])[0] - p, -9, 9, xtol=1e-14
    ),
    f"{_OF}1_3_8_arcface#1": lambda theta, *, m: np.polyval([-0.5, 0, -1], theta - (np.pi - m)),
    f"{_OF}1_3_9_focal#2": _expected_focal,
    f"{_OF}1_3_9_focal#3": lambda eta, alpha: R.softmax(
        [np.log(eta) + np.log(alpha), np.log(1 - eta) + np.log(1 - alpha)]
    )[0],
    f"{_OF}1_4_kl_divergence#1": lambda p, q: R.kl_divergence(
        np.outer(*p).ravel(), np.outer(*q).ravel()
    ),
    f"{_OF}1_5_hinge#1": lambda v_bar, lambda_: np.linalg.solve(
        2 * lambda_ * np.eye(len(v_bar)), v_bar
    ),
    f"{_OF}1_5_hinge#2": lambda alpha, *, lambda_: (
        2 * alpha - np.dot([alpha, alpha], [1 * 1, -1 * -3]) ** 2 / (4 * lambda_)
    ),
    f"{_OF}1_5_hinge#3": lambda p: optimize.brentq(
        lambda f: p * _smooth_hinge_slope(f) - (1 - p) * _smooth_hinge_slope(-f), 0, 1, xtol=1e-15
    ),
    f"{_OF}2_1_l1#1": _mean_slope,
    f"{_OF}2_2_l2#1": lambda a: optimize.brentq(
        lambda eta: 2 - eta * a * R.l2_loss_grad([a], [0.0])[0], 0, 1, xtol=1e-18
    ),
    f"{_OF}2_3_smooth_l1_huber#1": lambda c: np.sum(
        R.huber_loss_grad(np.full(5, c), [1, 2, 4, 5, 100], delta=2, reduction="none")
    ),
    f"{_OF}2_3_smooth_l1_huber#2": _shrunk,
    f"{_OF}2_3_smooth_l1_huber#3": _shifted,
    f"{_OF}2_3_smooth_l1_huber#4": _shifted,
}

DRAWN = dict.fromkeys(
    [
        f"{_OF}1_3_4_l_softmax#1",
        f"{_OF}1_3_6_l2_softmax#2",
        f"{_OF}1_3_7_am_softmax#1",
        f"{_OF}1_3_9_focal#1",
    ],
    "the draw computes one symbol from the others",
)

TIGHT = {
    f"{_OF}1_3_7_am_softmax#1": [
        lambda drawn: abs(_demand(drawn["beta"], drawn["omega"]) - drawn["m"]) < 1e-12
    ]
}

HEADS = {
    f"{_OF}0_risk#1": r"\theta",
    f"{_OF}0_risk#2": r"\theta",
    f"{_OF}1_1_zero_one#1": "c",
    f"{_OF}1_2_cross_entropy#1": "H",
    f"{_OF}1_3_2_weighted#2": r"\ell(p)",
    f"{_OF}1_3_6_l2_softmax#1": r"\alpha",
    f"{_OF}1_3_8_arcface#1": r"\psi(\theta)",
    f"{_OF}1_3_9_focal#3": r"\tilde\eta",
    f"{_OF}1_4_kl_divergence#1": "D",
    f"{_OF}1_5_hinge#1": "w",
    f"{_OF}1_5_hinge#2": r"D(\alpha)",
    f"{_OF}1_5_hinge#3": "f",
    f"{_OF}2_3_smooth_l1_huber#2": "u",
}
