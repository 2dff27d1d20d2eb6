"""The losses of *At a glance* as functions of what the tables name, and their numerics.

A column is known by the label of its definition, which a reference function implements. That
function is tried as a function of its prediction, or of what the table names, such as the logits.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from eqtest.check import Trial
from eqtest.scope import plain

from lossbook import reference as R  # noqa: N812
from tools.formulas import book_audit

AUDIT = book_audit()
PAGES = {label: page for page, labelled in AUDIT.chapters.items() for label in labelled}
FAR = 1e3


@dataclass(frozen=True)
class Path:
    """A loss as a function of a vector: its value, points of it, and the page's symbols there."""

    value: Callable[[np.ndarray], float]
    draw: Callable[[], np.ndarray]
    symbols: Callable[[np.ndarray], Mapping[str, Any]] = field(default=lambda at: {})


@functools.cache
def trial(label: str) -> Trial:
    """Return the points of an equation and its function, called with the page's symbols."""
    return AUDIT.trial(PAGES[label], label)


def along(label: str, name: str, rng: np.random.Generator) -> Path:
    """Return a loss as a function of one of its symbols, the others drawn."""
    held = trial(label)
    drawn = {plain(key): found for key, found in held.points[rng.integers(20)].drawn.items()}
    centre = np.asarray(drawn[name], float)
    if isinstance(drawn.get("y"), float):  # soft labels, and hard ones among them
        drawn["y"] = rng.choice([drawn["y"], round(drawn["y"])])
    # Elsewhere than at the prediction that was drawn: what has its shape may be the target.
    others = [
        found for key, found in drawn.items() if key != name and np.shape(found) == centre.shape
    ]

    def symbols(at: np.ndarray) -> Mapping[str, Any]:
        return drawn | {name: at.reshape(centre.shape) if centre.shape else float(at[0])}

    def value(at: np.ndarray) -> float:
        return float(held.call(symbols(at)))

    def draw() -> np.ndarray:
        if others and rng.random() < 0.1:
            return np.ravel(np.asarray(others[rng.integers(len(others))], float))
        return np.ravel(centre + 4 * rng.normal(size=centre.shape))

    return Path(value, draw, symbols)


def prediction(label: str) -> str:
    """Return the symbol of what a loss is taken of: the first argument of its function."""
    return trial(label).call.arguments[0].symbol


# What a table names, where it is no symbol of the page: label and words -> the loss of it.
def _softmax_logits(label: str, rng: np.random.Generator) -> Path:
    return along("eq-softmax-loss", "z", rng)


def _distributions(rng: np.random.Generator, length: int = 4) -> Callable[[], np.ndarray]:
    return lambda: R.softmax(rng.uniform(0.1, 15) * rng.normal(size=length))


def _both_distributions(label: str, rng: np.random.Generator) -> Path:
    draw = _distributions(rng)
    return Path(
        lambda at: R.kl_divergence(at[:4], at[4:]), lambda: np.concatenate([draw(), draw()])
    )


def _prediction_of_kl(label: str, rng: np.random.Generator) -> Path:
    p, draw = _distributions(rng)(), _distributions(rng)

    def drawn() -> np.ndarray:
        q = draw()
        if (chance := rng.random()) < 0.1:
            return p
        if chance < 0.2:
            q[0] = 0.0
        return q / q.sum()

    return Path(lambda q: R.kl_divergence(p, q), drawn)


def _inner_distributions(label: str, rng: np.random.Generator) -> Path:
    p, draw = _distributions(rng)(), _distributions(rng)
    return Path(lambda q: R.kl_divergence(p, q), lambda: (draw() + 1 / p.size) / 2)


def _logits_of_kl(label: str, rng: np.random.Generator) -> Path:
    p = _distributions(rng)()
    return Path(lambda z: R.kl_divergence(p, R.softmax(z)), lambda: 3 * rng.normal(size=4))


def _focal_probability(label: str, rng: np.random.Generator) -> Path:
    gamma = rng.uniform(0.5, 4)

    def value(at: np.ndarray) -> float:
        logit = float(np.log(at[0] / (1 - at[0])))
        if label == "eq-focal-loss":
            return R.focal_loss([[logit, 0.0]], [0], gamma=gamma)
        return R.sigmoid_focal_loss([logit], [1], gamma=gamma, alpha=0.5)

    return Path(value, lambda: rng.uniform(0.01, 0.99, 1))


def _image(label: str, rng: np.random.Generator) -> Path:
    filters, target = rng.normal(size=(3, 4, 5)), rng.normal(size=(1, 3, 2, 2))

    def value(at: np.ndarray) -> float:
        features = np.maximum(0, filters @ at).reshape(target.shape)
        return R.perceptual_loss(features, target)

    return Path(value, lambda: 2 * rng.normal(size=5))


def _score(label: str, rng: np.random.Generator) -> Path:
    y = int(rng.choice([-1, 1]))
    return Path(
        lambda f: R.zero_one_loss(np.sign(f).astype(int), [y]), lambda: 2 * rng.normal(size=1)
    )


def _angle(label: str, rng: np.random.Generator) -> Path:
    """A unit feature that turns around its class vector, to either side."""
    held = trial(label)
    drawn = {plain(key): found for key, found in held.points[rng.integers(20)].drawn.items()}
    W = drawn["W"] / np.linalg.norm(drawn["W"], axis=1, keepdims=True)
    own = W[drawn["y"] - 1]
    aside = rng.normal(size=own.shape)
    aside -= aside @ own * own
    aside /= np.linalg.norm(aside)

    def symbols(at: np.ndarray) -> Mapping[str, Any]:
        x = np.cos(at[0]) * own + np.sin(at[0]) * aside
        return drawn | {"x": x, "W": W, "theta": np.full(len(W), abs(at[0]))}

    return Path(
        lambda at: float(held.call(symbols(at))), lambda: rng.uniform(-3.1, 3.1, 1), symbols
    )


def through_zero(label: str, name: str, rng: np.random.Generator) -> Path:
    """Return a loss as a function of how far along a line through 0 one of its symbols is."""
    whole = along(label, name, rng)
    direction = rng.normal(size=whole.draw().size)
    return Path(lambda at: whole.value(at[0] * direction), lambda: rng.uniform(-2, 2, 1))


def _pair(label: str, rng: np.random.Generator) -> Path:
    """What two features differ by."""
    held, point = trial(label), trial(label).points[rng.integers(20)]
    return Path(
        lambda at: float(held.call({**point.drawn, "D": np.linalg.norm(at)})),
        lambda: 2 * rng.normal(size=3),
    )


def _nearly_equal_pair(label: str, rng: np.random.Generator) -> Path:
    held = trial(label)
    return Path(
        lambda at: float(held.call({"D": abs(at[0]), "y": 0, "m": 1.0})),
        lambda: rng.uniform(-0.3, 0.3, 1),
    )


def _all_features(label: str, rng: np.random.Generator) -> Path:
    held = trial(label)
    drawn = dict(held.points[rng.integers(20)].drawn)
    names = [name for name in ("x", "v", "u") if name in drawn]
    shape = (len(names), *np.shape(drawn["x"]))

    def value(at: np.ndarray) -> float:
        return float(held.call(drawn | dict(zip(names, at.reshape(shape), strict=True))))

    return Path(value, lambda: 2 * rng.normal(size=np.prod(shape)))


PATHS: dict[tuple[str, str], Callable[[str, np.random.Generator], Path]] = {
    **{
        (f"eq-{name}-loss", "the logits"): _softmax_logits
        for name in ("l-softmax", "a-softmax", "l2-softmax", "am-softmax", "arcface")
    },
    ("eq-kl-divergence", ""): _prediction_of_kl,
    ("eq-kl-divergence", "where $q_k > 0$"): _inner_distributions,
    ("eq-kl-divergence", "$p$ and $q$ together"): _both_distributions,
    ("eq-kl-divergence", "the logits of $q$"): _logits_of_kl,
    ("eq-focal-loss", "the probability"): _focal_probability,
    ("eq-sigmoid-focal-loss", "the probability"): _focal_probability,
    ("eq-perceptual", "the image"): _image,
    ("eq-zero-one", ""): _score,
    ("eq-contrastive", ""): _pair,
    ("eq-contrastive", "the features"): _pair,
    ("eq-contrastive", "equal features of two classes"): _nearly_equal_pair,
    ("eq-triplet", "the features"): _all_features,
    ("eq-info-nce", "the features"): _all_features,
    **{(f"eq-{name}-loss", "the angle"): _angle for name in ("l-softmax", "a-softmax", "arcface")},
}
# Words for what a loss is a function of; they are the prediction where ``PATHS`` has nothing.
WORDS = (
    "the logits of $q$",
    "the student's logits",
    "the logits",
    "the logit",
    "the features",
    "the image",
    "the probability",
    "the angle",
    "$p$ and $q$ together",
)


def path(label: str, words: str, rng: np.random.Generator) -> Path:
    """Return a loss as a function of what a table names, by default of its prediction."""
    if (label, words) in PATHS:
        return PATHS[label, words](label, rng)
    symbol = re.fullmatch(r"\$(\w)\$", words)
    return along(label, symbol[1] if symbol else prediction(label), rng)


def gaps(path: Path, pairs: int = 60) -> np.ndarray:
    """Return by how much a loss lies below its chords, in their middles, against their size."""
    found = []
    for _ in range(pairs):
        a, b = path.draw(), path.draw()
        ends = path.value(a), path.value(b)
        middle = path.value((a + b) / 2)
        if np.all(np.isfinite([*ends, middle])) and np.any(a != b):
            found.append((sum(ends) / 2 - middle) / max(1.0, *map(abs, ends)))
    return np.array(found)


def smoothness(path: Path, a: np.ndarray, b: np.ndarray) -> tuple[int, np.ndarray | None]:
    """Return how often a loss can be differentiated on a line, up to twice, and where not.

    -1 stands for a jump. What jumps keeps its size as the steps shrink; what does not, shrinks.
    """
    fine = 800
    steps = np.linspace(0, 1, fine + 1)
    values = np.array([path.value(a + step * (b - a)) for step in steps])
    size = max(np.ptp(values), 1e-9)
    for order in (1, 2, 3):
        jumps = [
            np.convolve(np.abs(np.diff(values[::every], order)), np.ones(order))
            / (every / fine) ** (order - 1)
            for every in (2, 1)
        ]
        if jumps[1].max() > max(1e-6 * size, 0.75 * jumps[0].max()):
            return order - 2, a + (jumps[1].argmax() / fine) * (b - a)
    return 2, None
