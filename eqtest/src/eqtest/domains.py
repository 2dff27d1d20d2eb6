r"""Domains: what a symbol may be, in a few characters, and points drawn from them.

=====================  ============================================================================
domain                 what is drawn
=====================  ============================================================================
``real``               any number; the kinks of most losses, -1, 0 and 1, often
``positive``           a number above 0; ``nonnegative``: or 0
``probability``        a number from 0 to 1; ``(0, 1)`` without its ends
``[-1, 1)``            a number of an interval, with the ends that belong to it
``{0, 0.5, 2}``        one of these
``1..5``, ``1..C``     a whole number, both ends included
``sign``               -1 or 1
``class(C)``           a label of one of C classes, as the page counts them
``simplex[C]``         probabilities that sum to 1, some of them 0; ``positive simplex[C]``: none
``real[N, C]``         an array: each domain takes a shape
=====================  ============================================================================

Sizes are numbers or names; a name such as ``N`` is drawn once for all arguments, from 2 to 4, and
is a symbol of the point.

Half of the points lie on a coarse grid, where thresholds are met and two values tie: there ``<``
differs from ``\le``. Ends of intervals are among them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from eqtest.errors import FormulaError

SMALLEST, LARGEST = 2, 4  # of a size that has a name
SPREAD = 2.0  # of what has no bound
GRID = np.array([0.0, 0.0, 0.5, 1.0, 1.0, 2.0])  # above a bound
LINE = np.array([-1.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0])
PARTS = np.array([0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0])  # of an interval

_NUMBER = r"[-+]?(?:inf|\d+(?:\.\d+)?(?:e[-+]?\d+)?)"
_INTERVAL = re.compile(rf"([\[(])\s*({_NUMBER})\s*,\s*({_NUMBER})\s*([\])])")
_RANGE = re.compile(r"(-?\d+|[A-Za-z]\w*)\s*\.\.\s*(-?\d+|[A-Za-z]\w*)")
_SET = re.compile(rf"\{{\s*({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*\}}")
_CLASS = re.compile(r"class\(\s*(\d+|[A-Za-z]\w*)\s*\)")
_NAMED = re.compile(r"(real|positive simplex|positive|nonnegative|probability|sign|simplex)\b")
_SHAPE = re.compile(r"\s*(?:\[\s*((?:\d+|[A-Za-z]\w*)(?:\s*,\s*(?:\d+|[A-Za-z]\w*))*)\s*\])?\s*$")
INTERVALS = {
    "real": ("(", "-inf", "inf", ")"),
    "positive": ("(", "0", "inf", ")"),
    "nonnegative": ("[", "0", "inf", ")"),
    "probability": ("[", "0", "1", "]"),
}

Kind = Literal["interval", "one of", "range", "class", "simplex"]
Sizes = Mapping[str, int]


@dataclass(frozen=True)
class Domain:
    """What a symbol may be.

    Args:
        kind: which of the forms of the table it has.
        ends: the two bounds, the members of a set, or the number of classes, as they are written.
        closed: which ends of an interval belong to it; of a simplex, whether entries may be 0.
        shape: the sizes of an array.
    """

    kind: Kind
    ends: tuple[str, ...] = ()
    closed: tuple[bool, ...] = ()
    shape: tuple[str, ...] = ()

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of sizes that it needs."""
        bounds = self.ends if self.kind in ("range", "class") else ()
        return tuple(name for name in (*self.shape, *bounds) if name.isidentifier())

    def draw(self, rng: np.random.Generator, sizes: Sizes, *, coarse: bool, first: int = 1) -> Any:
        """Draw a value.

        Args:
            rng: the source of chance.
            sizes: the sizes that have names.
            coarse: draw from the grid.
            first: the page's number of the first class.
        """
        shape = tuple(_size(name, sizes) for name in self.shape)
        if self.kind == "simplex":
            return self._distributions(rng, shape, coarse)
        if self.kind == "one of":
            members = np.array(list(map(float, self.ends)))
            whole = np.all(members == np.round(members))
            found: Any = rng.choice(members.astype(int) if whole else members, shape)
        elif self.kind == "range":
            low, high = (_size(end, sizes) for end in self.ends)
            found = rng.integers(low, high + 1, shape)
        elif self.kind == "class":
            found = rng.integers(first, first + _size(self.ends[0], sizes), shape)
        else:
            found = self._numbers(rng, shape, coarse)
        return found if shape else found.item()

    def _numbers(self, rng: np.random.Generator, shape: tuple[int, ...], coarse: bool) -> Any:
        low, high = map(float, self.ends)
        if math.isfinite(low) and math.isfinite(high):
            parts = rng.choice(self._inside(PARTS), shape) if coarse else rng.uniform(0, 1, shape)
            return low + (high - low) * np.asarray(parts)
        if math.isinf(low) and math.isinf(high):
            drawn = rng.choice(LINE, shape) if coarse else rng.normal(0, SPREAD, shape)
            return np.asarray(drawn)
        # Above a lower bound, or below an upper one.
        room = rng.choice(self._inside(GRID), shape) if coarse else rng.uniform(0, SPREAD, shape)
        return low + np.asarray(room) if math.isfinite(low) else high - np.asarray(room)

    def _inside(self, grid: np.ndarray) -> np.ndarray:
        """Return a grid without the ends that do not belong to the domain."""
        low, high = self.closed
        if math.isinf(float(self.ends[0])):
            low = high
        kept = grid[(grid > 0) | low]
        return kept if math.isinf(float(self.ends[1])) else kept[(kept < 1) | high]

    def _distributions(self, rng: np.random.Generator, shape: tuple[int, ...], coarse: bool) -> Any:
        if coarse and self.closed[0]:
            weights = rng.integers(0, 2, shape).astype(float)
            weights[..., 0] += weights.sum(axis=-1) == 0
        else:
            weights = rng.uniform(0.1, 1, shape)
        return weights / weights.sum(axis=-1, keepdims=True)


def domain(text: str) -> Domain:
    """Read a domain.

    Raises:
        FormulaError: if it is none.

    >>> domain("[0, 1)[N]")
    Domain(kind='interval', ends=('0', '1'), closed=(True, False), shape=('N',))
    """
    text = text.strip()
    for pattern, make in _FORMS:
        begin = pattern.match(text)
        rest = _SHAPE.match(text, begin.end()) if begin else None
        if begin and rest:
            shape = tuple(size.strip() for size in (rest[1] or "").split(",") if size.strip())
            return make(begin, shape)
    raise FormulaError(f"{text!r} is no domain: see eqtest.domains")


def draws(domains: Mapping[str, str], *, first: int = 1) -> Callable[..., dict[str, Any]]:
    """Return a function that draws a point: one value from each domain.

    Args:
        domains: symbol -> domain.
        first: the page's number of the first class.

    >>> draw = draws({"z": "real[C]", "y": "class(C)"})
    >>> point = draw(np.random.default_rng(0))
    >>> sorted(point), point["z"].shape == (point["C"],), 1 <= point["y"] <= point["C"]
    (['C', 'y', 'z'], True, True)
    """
    read = {name: domain(text) for name, text in domains.items()}
    needed = {size for one in read.values() for size in one.sizes}

    def draw(rng: np.random.Generator) -> dict[str, Any]:
        coarse = bool(rng.integers(2))
        sizes: dict[str, int] = {}
        for name in sorted(needed):
            if name in read:
                sizes[name] = read[name].draw(rng, sizes, coarse=coarse)
            else:
                sizes[name] = int(rng.integers(SMALLEST, LARGEST + 1))
        drawn = {
            name: one.draw(rng, sizes, coarse=coarse, first=first)
            for name, one in read.items()
            if name not in sizes
        }
        return drawn | sizes

    return draw


def _interval(found: re.Match[str], shape: tuple[str, ...]) -> Domain:
    opening, low, high, closing = found.groups()
    if not float(low) < float(high):
        raise FormulaError(f"{found[0]} is an empty interval")
    return Domain("interval", (low, high), (opening == "[", closing == "]"), shape)


def _named(found: re.Match[str], shape: tuple[str, ...]) -> Domain:
    if found[1] == "sign":
        return Domain("one of", ("-1", "1"), (), shape)
    if found[1] in INTERVALS:
        opening, low, high, closing = INTERVALS[found[1]]
        return Domain("interval", (low, high), (opening == "[", closing == "]"), shape)
    if not shape:
        raise FormulaError(f"{found[1]} needs the number of its entries: {found[1]}[C]")
    return Domain("simplex", (), (found[1] == "simplex",), shape)


def _set(found: re.Match[str], shape: tuple[str, ...]) -> Domain:
    return Domain("one of", tuple(part.strip() for part in found[1].split(",")), (), shape)


def _range(found: re.Match[str], shape: tuple[str, ...]) -> Domain:
    return Domain("range", (found[1], found[2]), (), shape)


def _class(found: re.Match[str], shape: tuple[str, ...]) -> Domain:
    return Domain("class", (found[1],), (), shape)


_FORMS = (
    (_INTERVAL, _interval),
    (_RANGE, _range),
    (_SET, _set),
    (_CLASS, _class),
    (_NAMED, _named),
)


def _size(name: str, sizes: Sizes) -> int:
    return sizes[name] if name in sizes else int(name)
