"""Points for the displays of the assignments, and the code that each is held to.

A display without a label is named by its page and its number there: ``page#1``.
"""

from typing import Any

import numpy as np
import torch
from scipy import special, stats
from torch.nn import functional as F  # noqa: N812

from book._draws import hinge, kl_divergence, l_softmax, risk, smooth_l1_huber
from book._draws.common import distributions
from lossbook import reference as R  # noqa: N812
from lossbook.reference import margin


def _logit(rng: np.random.Generator) -> dict:
    return {"s": rng.normal(0, 2), "y": rng.uniform(0, 1), "sigma": special.expit}


def _logits(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "z": rng.normal(0, 2, C), "T": rng.uniform(0.5, 4)}


def _pair(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"v": rng.normal(0, 2, drawn["C"]), "softmax": special.softmax}


def _batch(rng: np.random.Generator) -> dict:
    N, C = int(rng.integers(2, 5)), 3
    y = rng.integers(1, C + 1, N)
    return {"N": N, "y": y, "w": rng.uniform(0.5, 2, C), "p": distributions(rng, N, C)}


def _focal(rng: np.random.Generator) -> dict:
    z = rng.normal(0, 2, 3)
    drawn = {"z": z, "y": int(rng.integers(1, 4)), "softmax": special.softmax}
    return drawn | {"gamma": rng.choice([0.0, rng.uniform(0.5, 3)], p=[0.2, 0.8])}


def _angles(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 5))
    drawn = {"theta": rng.uniform(0, np.pi, C), "y": int(rng.integers(1, C + 1))}
    return drawn | {"s": rng.uniform(1, 5), "m": rng.uniform(0.1, 1)}


def _angle_at_the_join(rng: np.random.Generator) -> dict:
    # Some angles of the true class lie where one piece ends, some beyond.
    drawn = _angles(rng)
    beyond = np.pi - drawn["m"] * rng.choice([1.0, rng.uniform(0, 1)])
    if rng.random() < 0.6:
        drawn["theta"][drawn["y"] - 1] = beyond
    return drawn


def _cosines(rng: np.random.Generator) -> dict:
    x, W = rng.normal(0, 1, (2, 3)), rng.normal(0, 1, (4, 3))
    c = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (
        W / np.linalg.norm(W, axis=1, keepdims=True)
    ).T
    return {"x": x, "W": W, "C": 4, "c": c, "g": rng.normal(0, 1, c.shape)}


def _scores(rng: np.random.Generator) -> dict:
    N = int(rng.integers(2, 6))
    return {"N": N, "f": rng.normal(0, 2, N), "y": rng.choice([-1, 1], N)}


def _points(rng: np.random.Generator) -> dict:
    x, t = rng.normal(0, 2, 2)
    return {"x": x, "t": t}


def _residuals(rng: np.random.Generator) -> dict:
    return {"r": rng.normal(0, 2, int(rng.integers(3, 8))), "median": np.median}


def _robust_fit(rng: np.random.Generator) -> dict:
    # The clipped residuals are at right angles to the columns of A; eighths are exact.
    clipped = rng.choice([-3, -2, -1, 1, 2, 3], 5)
    clipped[0], clipped[-1] = 3, 1
    A = rng.integers(-3, 4, (5, 2))
    A[-1] = -clipped[:-1] @ A[:-1]
    delta, r = 3 / 8, clipped / 8
    r = np.where(np.abs(r) == delta, r * rng.choice([1, 2, 4], 5), r)
    theta = rng.integers(-4, 5, 2)
    return {"N": 5, "A": A, "theta": theta, "t": A @ theta - r, "delta": delta}


def _image(rng: np.random.Generator) -> dict:
    C, k, H, W = 3, 2, 4, 5
    place = {"h": int(rng.integers(1, H - k + 2)), "w": int(rng.integers(1, W - k + 2))}
    x, K = rng.normal(0, 1, (H, W)), rng.normal(0, 1, (C, k, k))
    return {"k": k, "K": K, "x": x, "c": int(rng.integers(1, C + 1)), **place}


def _maps(rng: np.random.Generator) -> dict:
    C, H, W = (int(size) for size in rng.integers(2, 5, 3))
    return {"C": C, "H_prime": H, "W_prime": W, "phi": rng.normal(0, 1, (C, H, W))}


def _two_maps(rng: np.random.Generator) -> dict:
    drawn = _maps(rng)
    return drawn | {"phi_hat": rng.normal(0, 1, drawn["phi"].shape)}


def _grams(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 5))
    return {"C": C, "G": rng.normal(0, 1, (C, C)), "G_hat": rng.normal(0, 1, (C, C))}


def _weighted_mean(p: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    log_p = torch.tensor(np.log(p))
    return F.nll_loss(log_p, torch.tensor(y - 1), weight=torch.tensor(w)).item()


def _through_cosines(x: np.ndarray, W: np.ndarray, g: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Return the gradient from PyTorch; the cosines are its own."""
    free = torch.tensor(x, requires_grad=True)
    cosines = F.cosine_similarity(free[:, None], torch.tensor(W)[None], dim=2)
    return torch.autograd.grad((torch.tensor(g) * cosines).sum(), free)[0].numpy()


def _filtered(K: np.ndarray, x: np.ndarray, c: int, h: int, w: int) -> float:
    """Return a pixel of a feature map from PyTorch."""
    maps = F.conv2d(torch.tensor(x)[None, None], torch.tensor(K)[:, None])
    return F.relu(maps)[0, c - 1, h - 1, w - 1].item()


def _gram(phi: np.ndarray) -> np.ndarray:
    flat = phi.reshape(len(phi), -1)
    return flat @ flat.T / phi.size


def _margin_logit(theta: Any, y: int, s: float, m: float) -> float:
    return s * margin.additive_angular_margin(m)(np.asarray(theta))[0][y - 1]


_OF = "course/source/"
_RISK, _SOFTMAX, _MARGIN = (f"{_OF}{n}/{n}" for n in ("1_risk", "2_softmax", "3_margin"))
_DIVERGENCE, _ROBUST, _PERCEPTUAL = (
    f"{_OF}{n}/{n}" for n in ("4_divergence", "5_robust", "6_perceptual")
)

DRAWS = {
    f"{_RISK}#1": _logit,
    f"{_RISK}#2": risk.DRAWS["eq-structural-risk-l2"],
    f"{_SOFTMAX}#1": _logits,
    f"{_SOFTMAX}#2": _batch,
    f"{_SOFTMAX}#3": _pair,
    f"{_SOFTMAX}#4": _focal,
    f"{_MARGIN}#1": _angles,
    f"{_MARGIN}#2": _cosines,
    f"{_MARGIN}#3": _angle_at_the_join,
    f"{_MARGIN}#4": l_softmax.DRAWS["eq-l-softmax-psi"],
    f"{_DIVERGENCE}#1": kl_divergence.DRAWS["eq-kl-divergence"],
    f"{_DIVERGENCE}#2": hinge.DRAWS["eq-hinge"],
    f"{_DIVERGENCE}#3": hinge.DRAWS["eq-squared-hinge"],
    f"{_DIVERGENCE}#4": _scores,
    f"{_ROBUST}#1": _points,
    f"{_ROBUST}#2": _points,
    f"{_ROBUST}#3": smooth_l1_huber.DRAWS["eq-smooth-l1"],
    f"{_ROBUST}#4": smooth_l1_huber.DRAWS["eq-huber"],
    f"{_ROBUST}#5": _residuals,
    f"{_ROBUST}#6": _robust_fit,
    f"{_PERCEPTUAL}#1": _image,
    f"{_PERCEPTUAL}#2": _two_maps,
    f"{_PERCEPTUAL}#3": _maps,
    f"{_PERCEPTUAL}#4": _grams,
}

ANCHORS = {
    f"{_RISK}#1": lambda s, y: R.binary_cross_entropy([s], [y]),
    f"{_RISK}#2": lambda ell, theta, *, lambda_: R.structural_risk(ell, theta, lam=lambda_),
    f"{_SOFTMAX}#1": lambda z, T: R.softmax(z, temperature=T),
    f"{_SOFTMAX}#2": _weighted_mean,
    f"{_SOFTMAX}#3": lambda z, v, *, T: R.distillation_loss([z], [v], temperature=T),
    f"{_SOFTMAX}#4": lambda z, y, *, gamma: R.focal_loss([z], [y - 1], gamma=gamma),
    f"{_MARGIN}#1": lambda theta, y, s, m: (
        s
        * np.where(
            np.arange(len(theta)) == y - 1,
            margin.additive_cosine_margin(m)(theta)[0],
            np.cos(theta),
        )
    ),
    f"{_MARGIN}#2": _through_cosines,
    f"{_MARGIN}#3": _margin_logit,
    f"{_MARGIN}#4": lambda theta, *, m: margin.l_softmax_psi([theta], m=int(m))[0],
    f"{_DIVERGENCE}#1": lambda p, q: R.kl_divergence(p, q),
    f"{_DIVERGENCE}#2": lambda f, y: R.hinge_loss([f], [y]),
    f"{_DIVERGENCE}#3": lambda f, y: R.squared_hinge_loss([f], [y]),
    f"{_DIVERGENCE}#4": lambda f, y: R.softmax(-y * f),
    f"{_ROBUST}#1": lambda x, t: R.l1_loss([x], [t]),
    f"{_ROBUST}#2": lambda x, t: R.l2_loss([x], [t]),
    f"{_ROBUST}#3": lambda x, t, *, beta: R.smooth_l1_loss([x], [t], beta=beta),
    f"{_ROBUST}#4": lambda x, t, *, delta: R.huber_loss([x], [t], delta=delta),
    f"{_ROBUST}#5": lambda r: stats.median_abs_deviation(r) / 0.6745,
    f"{_PERCEPTUAL}#1": _filtered,
    f"{_PERCEPTUAL}#2": lambda phi_hat, phi: R.perceptual_loss([phi_hat], [phi]),
    f"{_PERCEPTUAL}#3": _gram,
    f"{_PERCEPTUAL}#4": lambda G_hat, G: np.sum(R.l2_loss(G_hat, G, reduction="none")),
}

DRAWN = {f"{_ROBUST}#6": "the draw computes the targets from the residuals"}

IMPLIED = {f"{_RISK}#2": ("ell",)}

HEADS = {
    f"{_RISK}#1": r"\ell(s, y)",
    f"{_RISK}#2": r"J(\theta)",
    f"{_SOFTMAX}#1": "p_k",
    f"{_SOFTMAX}#2": "L",
    f"{_SOFTMAX}#3": r"\ell(z, v)",
    f"{_SOFTMAX}#4": r"\ell(z, y)",
    f"{_MARGIN}#1": "z_k",
    f"{_MARGIN}#3": "z_y",
    f"{_MARGIN}#4": r"\psi(\theta)",
    f"{_DIVERGENCE}#1": r"D(p \,\|\, q)",
    f"{_DIVERGENCE}#2": r"\ell(f, y)",
    f"{_DIVERGENCE}#3": r"\ell(f, y)",
    f"{_DIVERGENCE}#4": "w_i",
    **{f"{_ROBUST}#{number}": r"\ell(x, t)" for number in range(1, 5)},
    f"{_ROBUST}#5": r"\hat\sigma",
    f"{_PERCEPTUAL}#1": r"\phi_{chw}",
    f"{_PERCEPTUAL}#2": r"\ell(\hat\phi, \phi)",
    f"{_PERCEPTUAL}#3": "G_{kl}",
    f"{_PERCEPTUAL}#4": r"\ell_{\text{style}}",
}
