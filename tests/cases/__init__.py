"""One table of cases per file of ``lossbook.reference``: what the general tests feed to each loss.

A new loss gets one entry here and with it the checks of value, gradient, dtype and reduction.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Case:
    """One function at one setting of its hyper-parameters.

    ``draw`` returns the positional arguments at one random point, away from kinks; integer arrays
    are class labels. ``extreme`` returns arguments at +-1e4, at angles 0 and pi, or whatever is
    extreme for the function. ``differentiable`` names the positions that ``<name>_grad`` covers;
    with ``jacobian`` it holds a matrix per sample, outputs by inputs. Options that are arrays
    become tensors for PyTorch.
    """

    name: str
    draw: Callable[[np.random.Generator], Arrays]
    extreme: Callable[[], Arrays]
    options: Mapping[str, Any] = field(default_factory=dict)
    differentiable: tuple[int, ...] = (0,)
    reduces: bool = True
    twice: bool = True
    jacobian: bool = False

    def __str__(self) -> str:
        """Name the case in pytest's report."""
        options = (f"{key}={np.asarray(value).tolist()}" for key, value in self.options.items())
        return "-".join([self.name, *options])


def distributions(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw distributions on the last axis, no entry close to 0."""
    weights = rng.uniform(0.1, 1, shape)
    return weights / weights.sum(axis=-1, keepdims=True)


def all_cases() -> list[Case]:
    """Collect ``CASES`` from every module of this package."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [
        case for module in modules for case in importlib.import_module(f"{__name__}.{module}").CASES
    ]
