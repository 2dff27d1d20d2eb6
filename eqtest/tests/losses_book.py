"""Functions and points for the equations of ``fixtures/losses.md``, written without the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from eqtest.audit import Audit
from eqtest.binding import Binding

from eqtest import equations

PAGE = Path(__file__).parent / "fixtures" / "losses.md"
Symbols = dict[str, Any]


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


def focal(s, y, *, alpha, gamma):
    p = sigmoid(s) if y == 1 else 1 - sigmoid(s)
    a = alpha if y == 1 else 1 - alpha
    return -a * (1 - p) ** gamma * np.log(p)


def mean_softmax_loss(z, y, w):
    losses = [
        -w[label - 1] * np.log(softmax(row)[label - 1]) for row, label in zip(z, y, strict=True)
    ]
    return np.mean(losses)


def distillation(z, v, T):
    student, teacher = softmax(z / T), softmax(v / T)
    return T**2 * np.sum(teacher * (np.log(teacher) - np.log(student)))


def crammer_singer(z, y):
    return max(0, 1 + np.delete(z, y - 1).max() - z[y - 1])


def weston_watkins(z, y):
    return np.maximum(0, 1 - z[y - 1] + np.delete(z, y - 1)).sum()


def target_logit_loss(logits, y):
    return -np.log(softmax(logits)[y - 1])


def arcface(theta, y, s, m):
    logits = s * np.cos(theta)
    logits[y - 1] = s * np.cos(theta[y - 1] + m)
    return target_logit_loss(logits, y)


def am_softmax(theta, y, s, m):
    logits = s * np.cos(theta)
    logits[y - 1] -= s * m
    return target_logit_loss(logits, y)


def psi(theta, *, m):
    k = min(np.floor(m * theta / np.pi), m - 1)
    return (-1) ** k * np.cos(m * theta) - 2 * k


def l_softmax(x, W, theta, y, m):
    norms = np.linalg.norm(x) * np.linalg.norm(W, axis=1)
    logits = norms * np.cos(theta)
    logits[y - 1] = norms[y - 1] * psi(theta[y - 1], m=m)
    return target_logit_loss(logits, y)


def huber(x, t, delta):
    size = abs(x - t)
    return size**2 / 2 if size <= delta else delta * (size - delta / 2)


FUNCTIONS = {
    "eq-logistic-function": sigmoid,
    "eq-logistic-function-grad": lambda s: np.exp(-s) * sigmoid(s) ** 2,
    "eq-hinge": lambda y, f: np.maximum(0, 1 - f * y),
    "eq-hinge-grad": lambda f, y: -y * (y * f < 1),
    "eq-squared-hinge": lambda y, f: np.maximum(0, 1 - f * y) ** 2,
    "eq-logistic-loss": lambda y, f: np.logaddexp(0, -y * f),
    "eq-logistic-loss-grad": lambda f, y: -y * sigmoid(-y * f),
    "eq-bce": lambda y_hat, y: -np.log(y_hat) * y - np.log(1 - y_hat) * (1 - y),
    "eq-exponential": lambda y, f: np.exp(-y * f),
    "eq-focal": focal,
    "eq-softmax": softmax,
    "eq-softmax-loss": lambda z, y: target_logit_loss(z, y),
    "eq-softmax-loss-grad": lambda z, y: softmax(z) - (np.arange(len(z)) == y - 1),
    "eq-mean-softmax-loss": mean_softmax_loss,
    "eq-temperature": lambda z, T: softmax(z / T),
    "eq-distillation": distillation,
    "eq-crammer-singer": crammer_singer,
    "eq-weston-watkins": weston_watkins,
    "eq-arcface": arcface,
    "eq-am-softmax": am_softmax,
    "eq-cosine": lambda x, W: W @ x / np.linalg.norm(x) / np.linalg.norm(W, axis=1),
    "eq-psi": psi,
    "eq-l-softmax": l_softmax,
    "eq-entropy": lambda p: -np.sum(p * np.log2(p)),
    "eq-cross-entropy": lambda p, q: -np.sum(p * np.log2(q)),
    "eq-kl": lambda p, q: np.sum(p * np.log2(p / q)),
    "eq-l1": lambda x, t: abs(x - t),
    "eq-l1-grad": lambda x, t: np.sign(x - t),
    "eq-mse": lambda x, t: np.mean((x - t) ** 2),
    "eq-huber": huber,
    "eq-huber-grad": lambda x, t, delta: np.clip(x - t, -delta, delta),
    "eq-regularised": lambda ell, theta, *, lambda_1, lambda_2: (
        np.mean(ell) + lambda_1 * np.abs(theta).sum() + lambda_2 * (theta**2).sum()
    ),
    "eq-regularised-grad": lambda theta, lambda_1, lambda_2: (
        lambda_1 * np.sign(theta) + 2 * lambda_2 * theta
    ),
    "eq-perceptual": lambda phi, phi_hat: np.mean((phi - phi_hat) ** 2),
}


def margin(rng: np.random.Generator) -> Symbols:
    y = int(rng.choice([-1, 1]))
    return {"y": y, "f": rng.choice([rng.normal(0, 2), float(y)], p=[0.8, 0.2])}


def logit(rng: np.random.Generator) -> Symbols:
    return {"s": rng.normal(0, 2)}


def logits(rng: np.random.Generator) -> Symbols:
    return {"z": rng.normal(0, 1, 4), "y": int(rng.integers(1, 5)), "C": 4}


def tempered(rng: np.random.Generator) -> Symbols:
    return {"z": rng.normal(0, 1, 4), "T": rng.uniform(0.5, 3)}


def angles(rng: np.random.Generator) -> Symbols:
    return {
        "theta": rng.uniform(0, np.pi, 4),
        "y": int(rng.integers(1, 5)),
        "s": rng.uniform(1, 5),
        "m": rng.uniform(0.1, 0.5),
        "C": 4,
    }


def embedding(rng: np.random.Generator) -> Symbols:
    return {
        "x": rng.normal(0, 1, 3),
        "W": rng.normal(0, 1, (4, 3)),
        "theta": rng.uniform(0, np.pi, 4),
        "y": int(rng.integers(1, 5)),
        "m": int(rng.integers(1, 5)),
    }


def distributions(rng: np.random.Generator) -> Symbols:
    return {"p": rng.dirichlet(np.ones(4)), "q": rng.dirichlet(np.ones(4))}


def residual(rng: np.random.Generator) -> Symbols:
    t, delta = rng.integers(-16, 17) / 8, rng.integers(4, 17) / 8
    x = rng.choice([rng.normal(0, 2), t + delta], p=[0.8, 0.2])
    return {"x": x, "t": t, "delta": delta}


def without(draw, *names):
    def fewer(rng: np.random.Generator) -> Symbols:
        return {name: value for name, value in draw(rng).items() if name not in names}

    return fewer


def regularised(rng: np.random.Generator) -> Symbols:
    return {
        "ell": rng.exponential(size=3),
        "N": 3,
        "theta": rng.normal(0, 1, 3),
        "lambda_1": rng.uniform(),
        "lambda_2": rng.uniform(),
    }


def features(rng: np.random.Generator) -> Symbols:
    shape = (2, 3, 4)
    return {
        "phi_j": rng.normal(size=shape),
        "phi_hat_j": rng.normal(size=shape),
        "C_j": 2,
        "H_j": 3,
        "W_j": 4,
    }


DRAWS = {
    "eq-logistic-function": logit,
    "eq-logistic-function-grad": logit,
    **dict.fromkeys(
        ["eq-hinge", "eq-hinge-grad", "eq-squared-hinge", "eq-logistic-loss", "eq-exponential"],
        margin,
    ),
    "eq-logistic-loss-grad": margin,
    "eq-bce": lambda rng: {"y_hat": rng.uniform(0.05, 0.95), "y": rng.uniform()},
    "eq-focal": lambda rng: {
        "s": rng.normal(),
        "y": int(rng.integers(2)),
        "alpha": rng.uniform(),
        "gamma": rng.uniform(0.5, 3),
    },
    **dict.fromkeys(
        ["eq-softmax-loss", "eq-softmax-loss-grad", "eq-softmax-loss-derivation"], logits
    ),
    "eq-softmax": without(logits, "y"),
    "eq-mean-softmax-loss": lambda rng: {
        "z": rng.normal(size=(3, 4)),
        "y": rng.integers(1, 5, size=3),
        "w": rng.uniform(0.5, 2, size=4),
        "N": 3,
    },
    "eq-temperature": tempered,
    "eq-distillation": lambda rng: {**tempered(rng), "v": rng.normal(size=4), "C": 4},
    "eq-crammer-singer": without(logits, "C"),
    "eq-weston-watkins": without(logits, "C"),
    "eq-arcface": without(angles, "C"),
    "eq-am-softmax": angles,
    "eq-cosine": without(embedding, "theta", "m", "y"),
    "eq-psi": lambda rng: {
        "theta": rng.choice([rng.uniform(0, np.pi), np.pi], p=[0.9, 0.1]),
        "m": int(rng.integers(1, 5)),
    },
    "eq-l-softmax": embedding,
    "eq-entropy": without(distributions, "q"),
    "eq-cross-entropy": distributions,
    "eq-kl": distributions,
    "eq-gibbs": distributions,
    "eq-l1": without(residual, "delta"),
    "eq-l1-grad": without(residual, "delta"),
    "eq-mse": lambda rng: {"x": rng.normal(size=3), "t": rng.normal(size=3), "N": 3},
    "eq-huber": residual,
    "eq-huber-grad": residual,
    "eq-regularised": regularised,
    "eq-regularised-grad": regularised,
    "eq-perceptual": features,
}

USES = {
    "eq-logistic-loss-grad": ["eq-logistic-function"],
    "eq-focal": ["eq-logistic-function"],
    "eq-softmax-loss-grad": ["eq-softmax"],
    "eq-distillation": ["eq-temperature"],
    "eq-l-softmax": ["eq-psi"],
    "eq-kl": ["eq-entropy", "eq-cross-entropy"],
    "eq-gibbs": ["eq-kl"],
}

EXEMPT = {"eq-risk": "the expectation is over a distribution that nobody knows"}

ALONE: dict[str, str] = {}

SYMBOLS = {"eq-perceptual": {"phi": "phi_j", "phi_hat": "phi_hat_j"}}


def losses_audit(**changes: str) -> Audit:
    """Return the audit of the page, with some equations replaced (``eq_hinge=...``)."""
    page = equations(PAGE) | {label.replace("_", "-"): latex for label, latex in changes.items()}
    bindings = {
        label: Binding(label, function, SYMBOLS.get(label, {}), per="mean")
        for label, function in FUNCTIONS.items()
    }
    return Audit(
        {"losses": page},
        DRAWS,
        bindings,
        USES,
        exempt=EXEMPT,
        implied={"eq-regularised": ["ell"]},
        alone=ALONE,
    )
