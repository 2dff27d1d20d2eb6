"""All labelled equations of a book, checked one after the other, and mutated.

Knows chapters, labels, bindings and draws; knows nothing of what the equations are about.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eqtest.binding import Binding, called_as_printed
from eqtest.check import Draw, Tight, Trial
from eqtest.errors import FormulaError, FormulaMismatch
from eqtest.statement import definitions_in

_DERIVED = re.compile(r"-(?:grad|derivation)(?:-.*)?$")


@dataclass(frozen=True)
class Checked:
    """What was done with one equation.

    Args:
        chapter: the page it stands on.
        label: its label.
        kind: ``definition``, ``gradient``, ``derivation``, ``bound``, ``identity`` or ``exempt``.
        tie: what outside itself it is held to: ``code``, another ``definition``, a numerical
            ``derivative``, a drawn ``value`` that code computes, or nothing but ``itself``.
        points: at how many points it was checked.
        comparisons: how many pairs of values were compared.
        error: the largest relative error.
        mutants: how many changed equations were tried.
        killed: how many of them the check noticed.
        survivors: the others, in words.
        slips: how many equations were tried with one change wherever the same part is printed.
        slips_noticed: how many of them the check noticed.
        reason: why it is exempt.
        problem: why the check failed, or nothing.
    """

    chapter: str
    label: str
    kind: str
    tie: str = ""
    points: int = 0
    comparisons: int = 0
    error: float = 0.0
    mutants: int = 0
    killed: int = 0
    survivors: tuple[str, ...] = ()
    slips: int = 0
    slips_noticed: int = 0
    reason: str = ""
    problem: str = ""

    def json(self) -> dict[str, Any]:
        """Return the row as JSON takes it, with the error as a bound: see :func:`bound`."""
        return asdict(self) | {"error": bound(self.error)}


def bound(error: float) -> float:
    """Return the power of ten that an error stays below, so that another processor has the same.

    Nothing below 1e-12 is told apart: there the last digits of a double decide.

    >>> bound(3.2e-8), bound(0.0)
    (1e-07, 1e-12)
    """
    return float(f"1e{math.ceil(math.log10(max(error, 1e-12)))}")


@dataclass(frozen=True)
class Audit:
    """Everything that the equations of a book are checked with.

    Args:
        chapters: page -> label -> LaTeX.
        draws: label -> function that draws one point, see :func:`eqtest.check`.
        bindings: label -> the function that implements the equation.
        uses: label -> labels of the equations that define symbols for it. A gradient or derivation
            (``eq-x-grad``, ``eq-x-derivation``) uses ``eq-x`` without being told, and every
            equation what those that it uses use.
        anchors: label -> code that computes the value of an equation which implements nothing.
        drawn: labels of equations with a drawn value that code computes from the others.
        alone: label -> why an equation is held to nothing but itself.
        exempt: label -> why an equation is compared with nothing.
        tight: label -> where its bounds are equalities, see :func:`eqtest.check`.
        implied: label -> arguments of the code that its head leaves out.
        heads: label -> what has to stand left of its first ``=``, see :func:`eqtest.check`.
        borderless: label -> why no point lies on the border of its conditions.
        points: at how many points each is checked.
    """

    chapters: Mapping[str, Mapping[str, str]]
    draws: Mapping[str, Draw]
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    uses: Mapping[str, Iterable[str]] = field(default_factory=dict)
    anchors: Mapping[str, Binding] = field(default_factory=dict)
    drawn: Iterable[str] = ()
    alone: Mapping[str, str] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)
    tight: Mapping[str, Sequence[Tight | None]] = field(default_factory=dict)
    implied: Mapping[str, Iterable[str]] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    borderless: Mapping[str, str] = field(default_factory=dict)
    points: int = 20

    @functools.cached_property
    def latex(self) -> dict[str, str]:
        """Return all equations by label.

        Raises:
            FormulaError: if two pages have one label.
        """
        found: dict[str, str] = {}
        for chapter, labelled in self.chapters.items():
            if twice := sorted(set(found) & set(labelled)):
                raise FormulaError(f"{chapter}: {', '.join(twice)} stands on another page, too")
            found |= labelled
        return found

    def rows(self, *, mutants: bool = True) -> Iterator[Checked]:
        """Check one equation after the other; a failure is a row with a problem."""
        for chapter in self.chapters:
            yield from self.page(chapter, mutants=mutants)

    def page(self, chapter: str, *, mutants: bool = True) -> Iterator[Checked]:
        """Check the equations of one page."""
        for label in self.chapters[chapter]:
            yield self.row(chapter, label, mutants=mutants)

    def row(self, chapter: str, label: str, *, mutants: bool = True) -> Checked:
        """Check one equation."""
        row = Checked(chapter, label, self.kind(label))
        if label in self.exempt:
            problem = f"{chapter}: {label} is drawn and exempt" if label in self.draws else ""
            reason = self.exempt[label].strip()
            return replace(row, reason=reason, problem=problem if reason else "no reason is given")
        if label not in self.draws:
            return replace(row, problem=f"{chapter}: {label} is neither drawn nor exempt")
        try:
            trial = self.trial(chapter, label)
            report = trial.check()
        except (FormulaError, FormulaMismatch) as error:
            name = "" if label in str(error).split("\n")[0] else f"{chapter}: {label}: "
            return replace(row, problem=f"{name}{error}")
        row = replace(row, points=report.points, comparisons=report.comparisons, error=report.error)
        row = replace(row, tie=self.tie(label, trial), reason=self.alone.get(label, ""))
        if (row.tie == "itself") != bool(row.reason):
            text = "is held to nothing but itself" if not row.reason else "is held to something"
            return replace(row, problem=f"{chapter}: {label} {text}")
        if row.kind == "gradient" and not report.differentiated:
            text = "is not compared with the derivative of a printed definition"
            return replace(row, problem=f"{chapter}: {label} {text}")
        if not mutants:
            return row
        tried = [mutant for mutant in trial.mutants() if not trial.is_equal(mutant)]
        survivors = tuple(str(mutant) for mutant in tried if trial.agrees(mutant.statement))
        killed = len(tried) - len(survivors)
        slips = trial.slips()
        noticed = sum(not trial.agrees(mutant.statement) for mutant in slips)
        return replace(
            row,
            mutants=len(tried),
            killed=killed,
            survivors=survivors,
            slips=len(slips),
            slips_noticed=noticed,
        )

    def trial(self, chapter: str, label: str) -> Trial:
        """Return the trial of one equation: its points are drawn and it is read."""
        binding = self.bindings.get(label) or self.anchors.get(label)
        return Trial(
            self.latex[label],
            called_as_printed(binding) if binding else None,
            draw=self.draws[label],
            symbols=binding.symbols if binding else None,
            definitions=[self.latex[other] for other in self.definitions(label)],
            tight=self.tight.get(label, ()),
            implied=self.implied.get(label, ()),
            head=self.heads.get(label, ""),
            borders=label not in self.borderless,
            points=self.points,
            name=f"{chapter}: {label}",
        )

    def tie(self, label: str, trial: Trial) -> str:
        """Say what outside itself an equation is held to."""
        if trial.function is not None:
            return "code"
        return trial.leans_on() or ("value" if label in self.drawn else "itself")

    def kind(self, label: str) -> str:
        """Say how an equation is checked."""
        if label in self.exempt:
            return "exempt"
        if "-derivation" in label:
            return "derivation"
        if re.search(r"-grad(-|$)", label):
            return "gradient"
        if label in self.bindings:
            return "definition"
        bounds = re.search(r"\\(?:le|ge|leq|geq|lt|gt|ne|neq)(?![A-Za-z])|[<>]", self.latex[label])
        outside = bounds and not re.search(r"=", self.latex[label])
        return "bound" if outside else "identity"

    def definitions(self, label: str) -> list[str]:
        """Return the labels of the equations whose symbols one equation uses.

        Raises:
            FormulaError: if one of them is on no page.
        """
        found: dict[str, None] = {}
        base = _DERIVED.sub("", label)
        waiting = list(self.uses.get(label, ()))
        if base != label and base in self.latex and self._defines(base):
            waiting.append(base)
        while waiting:
            other = waiting.pop()
            if other not in self.latex:
                raise FormulaError(f"{label} uses {other}, which is on no page")
            if other not in found and other != label:
                found[other] = None
                waiting += self.uses.get(other, ())
        return list(found)

    def unprinted(self) -> list[str]:
        """Return the labels that are drawn, used or exempt but stand on no page."""
        named = {*self.draws, *self.uses, *self.exempt, *self.tight, *self.anchors, *self.drawn}
        named |= {*self.alone, *self.implied, *self.heads, *self.borderless}
        return sorted(named - set(self.latex))

    def _defines(self, label: str) -> bool:
        try:
            definitions_in([self.latex[label]], ())
        except FormulaError:
            return False
        return True
