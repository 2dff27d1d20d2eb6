"""Findings: what a sentence about an experiment claims, as code over several seeds.

A chapter states each of its claims once, by name::

    finding("weights-recall", "Balanced weights find more of the edges", larger(balanced, plain))

The stored output says whether it holds and by how much; ``make replicate`` runs the chapter with
other seeds and reports which findings still hold. Sentences and verdicts link to a finding by
``{finding}`weights-recall```.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

MIME = "application/vnd.lossbook.finding+json"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Evidence(NamedTuple):
    """Whether a claim holds, and the numbers behind it in words."""

    holds: bool
    shown: str


class Finding(NamedTuple):
    """A named claim and its evidence, as a notebook shows and stores it."""

    name: str
    claim: str
    evidence: Evidence

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        verdict = "holds" if self.evidence.holds else "fails"
        text = f"**{self.claim}**: {verdict}, {self.evidence.shown} (`{self.name}`)"
        fields = {"name": self.name, "claim": self.claim, "holds": self.evidence.holds}
        return {
            "text/plain": text,
            "text/markdown": text,
            MIME: {**fields, "shown": self.evidence.shown},
        }


def finding(name: str, claim: str, evidence: Evidence) -> None:
    """Show a finding, and store it with the cell's output.

    Args:
        name: small letters, digits and hyphens; no other finding of the book has it.
        claim: what the text claims, in one sentence without a full stop.
        evidence: what one of the functions below makes of the numbers.

    Raises:
        ValueError: if the name is none.
    """
    from IPython.display import display

    if not _NAME.fullmatch(name):
        raise ValueError(f"name: expected words of small letters and hyphens, got {name!r}")
    display(Finding(name, claim, evidence))


def spread(values: ArrayLike, form: str = ".2g") -> str:
    """Return mean and standard deviation over the seeds.

    Example:
        >>> spread([0.1, 0.2, 0.3])
        '0.2 ± 0.1'
        >>> spread([11_000, 14_000])
        '12,000 ± 2,100'
    """
    numbers = np.asarray(values, dtype=float)
    deviation = numbers.std(ddof=1) if numbers.size > 1 else 0.0
    return f"{_in_digits(numbers.mean(), form)} ± {_in_digits(deviation, form)}"


def _in_digits(number: float, form: str = ".2g") -> str:
    shown = f"{number:{form}}"
    return f"{float(shown):,.0f}" if "e+" in shown else shown


def larger(ours: ArrayLike, others: ArrayLike, *, by: float = 0.0) -> Evidence:
    """In every seed, ours is larger than the other by more than ``by``.

    Args:
        ours: one number for each seed, shape (S,).
        others: the numbers of the same seeds, or one number for all.
        by: how much larger it must be.

    Example:
        >>> larger([3.0, 4.0, 5.0], [1.0, 2.0, 2.5])
        Evidence(holds=True, shown='in 3 of 3 seeds, by 2.2 ± 0.29')
    """
    differences = np.atleast_1d(np.asarray(ours, dtype=float) - np.asarray(others, dtype=float))
    return _counted(differences > by, f"by {spread(differences)}")


def larger_on_average(ours: ArrayLike, others: ArrayLike) -> Evidence:
    """Ours is larger by more than twice the standard error of the paired difference.

    Example:
        >>> larger_on_average([3.0, 4.0, 2.0, 5.0], [1.0, 2.0, 2.5, 2.0])
        Evidence(holds=True, shown='by 1.6 ± 1.5 over 4 seeds')
    """
    differences = np.asarray(ours, dtype=float) - np.asarray(others, dtype=float)
    error = differences.std(ddof=1) / np.sqrt(differences.size)
    shown = f"by {spread(differences)} over {differences.size} seeds"
    return Evidence(bool(differences.mean() > 2 * error), shown)


def rising(values: ArrayLike, *, by: float = 0.0) -> Evidence:
    """In every seed, the numbers rise from each setting to the next by more than ``by``.

    Args:
        values: settings in order along the last axis, shape (S, K).
        by: how much each step must rise.

    Example:
        >>> rising([[1.0, 2.0, 4.0], [1.0, 3.0, 5.0]])
        Evidence(holds=True, shown='in 2 of 2 seeds, 1, 2.5, 4.5 on average')
    """
    return _ordered(values, 1, by)


def falling(values: ArrayLike, *, by: float = 0.0) -> Evidence:
    """In every seed, the numbers fall from each setting to the next by more than ``by``.

    Example:
        >>> falling([[4.0, 2.0, 1.0]])
        Evidence(holds=True, shown='in 1 of 1 seeds, 4, 2, 1 on average')
    """
    return _ordered(values, -1, by)


def within(values: ArrayLike, low: float, high: float) -> Evidence:
    """In every seed, the number lies from ``low`` to ``high``.

    Example:
        >>> within([0.29, 0.31], 0.25, 0.35)
        Evidence(holds=True, shown='in 2 of 2 seeds, 0.3 ± 0.014, between 0.25 and 0.35')
    """
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    inside = (numbers >= low) & (numbers <= high)
    return _counted(inside, f"{spread(numbers)}, between {low:g} and {high:g}")


def within_on_average(values: ArrayLike, low: float, high: float) -> Evidence:
    """The mean over the seeds lies from ``low`` to ``high``, single seeds may not.

    Example:
        >>> within_on_average([-0.1, 0.3], 0.0, 0.2)
        Evidence(holds=True, shown='0.1 ± 0.28 over 2 seeds, mean between 0 and 0.2')
    """
    numbers = np.asarray(values, dtype=float)
    shown = f"{spread(numbers)} over {numbers.size} seeds, mean between {low:g} and {high:g}"
    return Evidence(bool(low <= numbers.mean() <= high), shown)


def larger_in_the_median(ours: ArrayLike, others: ArrayLike) -> Evidence:
    """In the median of the paired differences ours is larger, single runs may go wrong.

    Example:
        >>> larger_in_the_median([3.0, 4.0, 0.0], [1.0, 2.0, 5.0])
        Evidence(holds=True, shown='by 2 in the median of 3 seeds')
    """
    differences = np.subtract(ours, others)
    middle = float(np.median(differences))
    shown = f"by {_in_digits(middle)} in the median of {differences.size} seeds"
    return Evidence(middle > 0, shown)


def within_in_the_median(values: ArrayLike, low: float, high: float) -> Evidence:
    """The median over the seeds lies from ``low`` to ``high``, single runs may go wrong.

    Example:
        >>> within_in_the_median([0.1, 0.9, 0.2], 0.0, 0.3)
        Evidence(holds=True, shown='0.2 in the median of 3 seeds, between 0 and 0.3')
    """
    numbers = np.asarray(values, dtype=float)
    middle = float(np.median(numbers))
    shown = f"{_in_digits(middle)} in the median of {numbers.size} seeds"
    return Evidence(low <= middle <= high, f"{shown}, between {low:g} and {high:g}")


def always(conditions: ArrayLike, shown: str) -> Evidence:
    """In every seed, the condition is true; ``shown`` says what it is in numbers.

    Example:
        >>> always([True, False], "no order is turned")
        Evidence(holds=False, shown='in 1 of 2 seeds, no order is turned')
    """
    return _counted(np.atleast_1d(np.asarray(conditions, dtype=bool)), shown)


def _ordered(values: ArrayLike, direction: int, by: float) -> Evidence:
    numbers = np.atleast_2d(np.asarray(values, dtype=float))
    means = ", ".join(map(_in_digits, numbers.mean(axis=0)))
    steps = direction * np.diff(numbers, axis=1)
    return _counted((steps > by).all(axis=1), f"{means} on average")


def _counted(conditions: Any, shown: str) -> Evidence:
    count = f"in {int(conditions.sum())} of {conditions.size} seeds"
    return Evidence(bool(conditions.all()), f"{count}, {shown}")
