"""What the draws of several chapters are made of."""

from collections.abc import Callable
from typing import Any

import numpy as np


def distributions(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw distributions on the last axis, no entry close to 0."""
    weights = rng.uniform(0.1, 1, shape)
    return weights / weights.sum(axis=-1, keepdims=True)


def same(first: str, second: str) -> Callable[[dict[str, Any]], bool]:
    """Return whether two symbols of a point are equal, for ``TIGHT``."""
    return lambda drawn: bool(np.allclose(drawn[first], drawn[second], rtol=1e-12))


def constant(name: str) -> Callable[[dict[str, Any]], bool]:
    """Return whether all entries of a symbol are equal, for ``TIGHT``."""
    return lambda drawn: bool(np.ptp(drawn[name]) < 1e-12)


def alone(name: str) -> Callable[[dict[str, Any]], bool]:
    """Return whether the largest entry leaves all others far below, for ``TIGHT``."""
    return lambda drawn: bool(np.diff(np.sort(drawn[name]))[-1] > 200)
