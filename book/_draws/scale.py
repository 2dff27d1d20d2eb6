"""Points for section 3.5."""

import numpy as np

from book._draws.common import distributions
from book._draws.l_softmax import softmax


def _sizes(rng: np.random.Generator) -> dict:
    return {name: int(rng.integers(2, 9)) for name in "NCd"}


def _blocks(rng: np.random.Generator) -> dict:
    return _sizes(rng) | {"K": int(rng.integers(2, 9))}


def _processes(rng: np.random.Generator) -> dict:
    return {name: int(rng.integers(2, 9)) for name in "NdP"}


def _cut(rng: np.random.Generator) -> dict:
    C = int(rng.integers(3, 7))
    return {"C": C, "K": int(rng.integers(1, C)), "z": rng.normal(0, 1.5, C)}


def _share(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    z = rng.normal(0, 1.5, C)
    return {"z": z, "r": np.log(np.exp(z).sum()), "k": int(rng.integers(1, C + 1))}


def _sample(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "z": rng.normal(0, 1.5, C), "q": distributions(rng, C)}


def _gap(rng: np.random.Generator) -> dict:
    drawn = _sample(rng)
    z = drawn["z"]
    return drawn | {"p": softmax(z), "r": np.log(np.exp(z).sum())}


DRAWS = {
    "eq-scale-bytes": _blocks,
    "eq-scale-operations": _sizes,
    "eq-scale-operations-blocks": _sizes,
    "eq-scale-blocks-derivation": _cut,
    "eq-scale-share": _share,
    "eq-scale-message": _processes,
    "eq-sampled-sum": _sample,
    "eq-sampled-gap-derivation": _gap,
}

HEADS = {
    "eq-scale-bytes": "B",
    "eq-scale-operations": "F",
    "eq-scale-operations-blocks": "F",
    "eq-scale-message": "V",
    "eq-scale-share": "p_k",
}
