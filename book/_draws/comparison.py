"""Points for section 1.3.10."""

from collections.abc import Callable

import numpy as np

from book._draws.l_softmax import cosines, softmax
from lossbook import reference
from lossbook.reference import margin


def _by_package(psi_and_pull: margin.Margin) -> Callable[[float], float]:
    return lambda theta: float(psi_and_pull(np.array([theta]))[0][0])


def _member(rng: np.random.Generator) -> dict:
    """One loss of the family with the code that it is compared with, and where the form holds."""
    kind = rng.choice(["multiplied", "added", "subtracted"])
    if kind == "multiplied":
        m = int(rng.integers(1, 5))
        margins = {"m_1": m, "m_2": 0.0, "m_3": 0.0}
        psi = _by_package(margin.multiplicative_angular_margin(m, 0))
        return margins | {"psi": psi, "end": np.pi / m, "loss": kind}
    m = rng.uniform(0.1, 1.4)
    if kind == "added":
        margins = {"m_1": 1, "m_2": m, "m_3": 0.0}
        return margins | {
            "psi": _by_package(margin.additive_angular_margin(m)),
            "end": np.pi - m,
            "loss": kind,
        }
    margins = {"m_1": 1, "m_2": 0.0, "m_3": m}
    return margins | {
        "psi": _by_package(margin.additive_cosine_margin(m)),
        "end": np.pi,
        "loss": kind,
    }


def _loss(rng: np.random.Generator) -> dict:
    """Features and class vectors, and the loss that the package makes of them."""
    while True:
        drawn, C, d = _member(rng), int(rng.integers(2, 5)), int(rng.integers(2, 5))
        x, W, y = rng.normal(0, 1, d), rng.normal(0, 1, (C, d)), int(rng.integers(C))
        theta = np.arccos(cosines({"x": x, "W": W}))
        if 0.05 < theta[y] < drawn["end"] - 0.05:
            break
    s = rng.uniform(0.5, 4)
    if drawn["loss"] == "multiplied":
        # A feature of length s: only the class vectors are set to length 1.
        x = s * x / np.linalg.norm(x)
        value = reference.a_softmax_loss([x], W, [y], m=drawn["m_1"])
    elif drawn["loss"] == "added":
        value = reference.arcface_loss([x], W, [y], s=s, m=drawn["m_2"])
    else:
        value = reference.am_softmax_loss([x], W, [y], s=s, m=drawn["m_3"])
    margins = {name: drawn[name] for name in ("m_1", "m_2", "m_3")}
    return margins | {"C": C, "s": s, "theta": theta, "y": y + 1, "ell": value}


def _psi(rng: np.random.Generator) -> dict:
    drawn = _member(rng)
    margins = {name: drawn[name] for name in ("m_1", "m_2", "m_3", "psi")}
    return margins | {"theta": rng.uniform(0.02, 0.98) * drawn["end"]}


def _all_three(rng: np.random.Generator) -> dict:
    names = {"m_1": rng.uniform(1, 4), "m_2": rng.uniform(0.1, 1), "m_3": rng.uniform(0.1, 1)}
    return names | {"theta": rng.uniform(0, np.pi)}


def _pull(rng: np.random.Generator) -> dict:
    drawn = _loss(rng)
    own = drawn["y"] - 1
    logits = drawn["s"] * np.cos(drawn["theta"])
    turned = drawn["m_1"] * drawn["theta"][own] + drawn["m_2"]
    logits[own] = drawn["s"] * (np.cos(turned) - drawn["m_3"])
    del drawn["ell"]
    return drawn | {"p": softmax(logits)}


def _pairs(rng: np.random.Generator) -> dict:
    n = int(rng.integers(2, 7))
    a, b = rng.normal(0, 1, (2, n))
    drawn = {"n": n, "a": a, "b": b, "a_bar": a.mean(), "b_bar": b.mean()}
    spread = {"v_a": a.var(ddof=1), "v_b": b.var(ddof=1), "rho": np.corrcoef(a, b)[0, 1]}
    return drawn | spread


USES = {"eq-margin-family-grad": ["eq-margin-family-loss"]}

DRAWS = {
    "eq-margin-family": _psi,
    "eq-margin-family-slope": _all_three,
    "eq-margin-family-loss": _loss,
    "eq-margin-family-grad": _pull,
    "eq-comparison-pairs": _pairs,
}
