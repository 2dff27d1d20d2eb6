r"""What ``[tool.eqtest]`` in ``pyproject.toml`` declares: which equations are run, and with what.

.. code-block:: toml

    [tool.eqtest]
    docstrings = ["losses"]  # modules, or packages with all that is in them
    pages = ["docs/*.md"]  # whose labelled equations are run
    strict = true  # what is not read, or cannot be run, fails

    [tool.eqtest.domains]  # of symbols and arguments wherever they stand
    y = "sign"

    [tool.eqtest.equations."losses.hinge"]
    domains = { f = "real" }

An entry is named after a function, a class or a label; ``losses.*`` is for several, and
``losses.hinge#2`` for the second display of a docstring. A docstring may declare its own domains in
a comment, which Sphinx does not print: ``.. eqtest: f: real; y: sign``.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from eqtest.binding import Binding, called_as_printed
from eqtest.check import Trial
from eqtest.compare import Report
from eqtest.domains import domain, draws
from eqtest.errors import FormulaError, NoValue
from eqtest.extract import Display
from eqtest.scope import plain
from eqtest.statement import head_of

POINTS = 40  # more than of a draw that is written for one equation: domains meet borders by chance
_COMMENT = re.compile(r"^[ \t]*\.\. eqtest:(?!:)[ \t]*(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """How one equation, or several, are run; what is not explained is as in :func:`eqtest.check`.

    Args:
        function: the function, or its dotted name, if it is not the one whose docstring prints the
            equation.
        domains: symbol -> domain, see ``eqtest.domains``.
        given: symbol -> its value: a number, a function, or the dotted name of one.
        symbols: argument of the function -> symbol on the page, or symbols in the function's order.
        definitions: equations that define further symbols: their LaTeX, or labels of the same page.
        implied: arguments that the head leaves out.
        head: what has to stand left of the first ``=``.
        fixed: arguments of the function that the equation settles.
        convert: the function that arrays and required arguments go through before the call, or its
            dotted name, such as ``torch.as_tensor``.
        per: ``"sample"`` if the page prints one sample and the function takes a batch.
        borders: demand that points lie on the border of each condition.
        first: where indices on the page begin to count.
        points: how many points are drawn.
        skip: why the equation is not run.
    """

    function: str | Callable[..., Any] = ""
    domains: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    symbols: Mapping[str, str] | Sequence[str] = field(default_factory=dict)
    definitions: Sequence[str] = ()
    implied: Sequence[str] = ()
    head: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    convert: str | Callable[[Any], Any] = ""
    per: Literal["mean", "sample"] = "mean"
    borders: bool = True
    first: int = 1
    points: int = POINTS
    skip: str = ""


@dataclass(frozen=True)
class Settings:
    """What a project declares.

    Args:
        docstrings: the modules and packages whose docstrings pytest collects.
        pages: patterns of the pages whose labelled equations pytest collects.
        strict: whether an equation fails that is not read or cannot be run.
        domains: symbol -> domain, wherever it stands.
        equations: name, label or pattern -> how it is run.
        root: the folder of ``pyproject.toml``.
    """

    docstrings: Sequence[str] = ()
    pages: Sequence[str] = ()
    strict: bool = False
    domains: Mapping[str, str] = field(default_factory=dict)
    equations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    root: Path = field(default_factory=Path)

    def entry(self, *names: str) -> Entry:
        """Return what is declared for an equation that has these names, the later entry first."""
        found: dict[str, Any] = {}
        for pattern, declared in self.equations.items():
            if any(name == pattern or fnmatchcase(name, pattern) for name in names):
                domains = {**found.get("domains", {}), **declared.get("domains", {})}
                found = {**found, **declared, "domains": domains}
        return Entry(**found)


def settings(root: str | Path) -> Settings:
    """Return what ``pyproject.toml`` in a folder declares; nothing declared turns nothing on.

    Raises:
        FormulaError: for a name that is no setting, or a domain that is none.
    """
    path = Path(root) / "pyproject.toml"
    if not path.exists():
        return Settings(root=Path(root))
    declared = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("eqtest", {})
    _known(declared, Settings, "[tool.eqtest]")
    for name, entry in declared.get("equations", {}).items():
        _known(entry, Entry, name)
    everywhere = [declared, *declared.get("equations", {}).values()]
    for text in (text for one in everywhere for text in one.get("domains", {}).values()):
        domain(text)
    return Settings(**declared, root=Path(root))


def _known(declared: Mapping[str, Any], kind: type, where: str) -> None:
    names = {item.name for item in fields(kind)} - {"root"}
    if unknown := sorted(set(declared) - names):
        raise FormulaError(f"pyproject.toml, {where}: {', '.join(unknown)} is no setting")


@dataclass(frozen=True)
class Equation:
    """A displayed equation with what it is run against.

    Args:
        name: the function that prints it, or its label.
        where: the file and the line, or the name.
        display: the equation.
        entry: how it is run.
        function: the function that prints it.
        domains: what may be drawn for symbols that the entry does not name.
        labelled: the other labelled equations of the page.
    """

    name: str
    where: str
    display: Display
    entry: Entry
    function: Callable[..., Any] | None = None
    domains: Mapping[str, str] = field(default_factory=dict)
    labelled: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Report:
        """Check the equation.

        Raises:
            Unread: if it cannot be read.
            NoValue: if it is not declared what something is, so that it cannot be run.
            FormulaError: if it cannot be evaluated at a point.
            FormulaMismatch: if two values differ.
        """
        entry, latex = self.entry, self.display.latex
        drawn = {plain(key): text for key, text in {**self.domains, **entry.domains}.items()}
        if (name := _defined(latex)) not in map(plain, entry.domains):
            drawn.pop(name, None)
        given = {
            key: function_named(one) if isinstance(one, str) else one
            for key, one in entry.given.items()
        }
        draw = draws(drawn, first=entry.first)
        trial = Trial(
            latex,
            self._called(),
            draw=lambda rng: {**draw(rng), **given},
            symbols=entry.symbols or None,
            definitions=[self.labelled.get(other, other) for other in entry.definitions],
            implied=entry.implied,
            head=entry.head,
            labels=[key for key, text in drawn.items() if domain(text).kind == "class"],
            convert=function_named(entry.convert) if entry.convert else None,
            borders=entry.borders,
            first=entry.first,
            points=entry.points,
            name=self.name,
        )
        if not (drawn or given):
            raise NoValue("no domain is declared for its symbols")
        if not trial.compares:
            raise NoValue("nothing to compare it with: no function is named")
        return trial.check()

    def _called(self) -> Callable[..., Any] | None:
        entry = self.entry
        function = function_named(entry.function) if entry.function else self.function
        if function is None or not (entry.fixed or entry.per == "sample"):
            return function
        if entry.per == "sample":
            binding = Binding(self.name, function, {}, per=entry.per, fixed=entry.fixed)
            return called_as_printed(binding)
        settled = functools.partial(function, **entry.fixed)
        settled.__name__ = function.__name__  # type: ignore[attr-defined]
        return settled


def _defined(latex: str) -> str:
    """Return the symbol that an equation defines, which needs no value, or nothing."""
    try:
        head = head_of(latex)
    except FormulaError:  # who reads all of it says why
        return ""
    return head.name if head else ""


def function_named(name: str | Callable[..., Any]) -> Callable[..., Any]:
    """Return the function of a dotted name.

    Raises:
        FormulaError: if there is none.
    """
    if not isinstance(name, str):
        return name
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            found = getattr(found, part, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    raise FormulaError(f"{name} is no function that can be imported")


def of_docstring(
    project: Settings, name: str, found: Any, displays: Sequence[Display], place: str = ""
) -> Iterator[Equation]:
    """Yield the equations of a docstring, bound to the function that it belongs to.

    Args:
        project: what is declared.
        name: the dotted name of what the docstring belongs to.
        found: what it belongs to.
        displays: the equations.
        place: file and line of the docstring; by default equations stand at their name.
    """
    function = found if callable(found) and not inspect.isclass(found) else None
    own = own_domains(inspect.getdoc(found) or "")
    defined = f"{getattr(found, '__module__', '')}.{getattr(found, '__qualname__', '')}"
    for number, display in enumerate(displays, start=1):
        entry = project.entry(name, defined, f"{name}#{number}", f"{defined}#{number}")
        entry = replace(entry, domains={**entry.domains, **own})
        label = f"{name}#{number}" if len(displays) > 1 else name
        file, _, line = place.rpartition(":")
        where = f"{file}:{int(line) + display.line - 1}" if place else label
        yield Equation(label, where, display, entry, function, project.domains)


def of_page(project: Settings, page: str, displays: Sequence[Display]) -> Iterator[Equation]:
    """Yield the equations of a page; those with a label may be bound by it."""
    labelled = {one.label: one.latex for one in displays if one.label}
    for display in displays:
        place = f"{page}:{display.source or display.line}"
        entry = project.entry(display.label) if display.label else Entry()
        name = display.label or place
        yield Equation(name, place, display, entry, None, project.domains, labelled)


def own_domains(docstring: str) -> dict[str, str]:
    """Return the domains that a docstring declares.

    >>> own_domains(".. eqtest: f: real; y: [0, 1]")
    {'f': 'real', 'y': '[0, 1]'}

    Raises:
        FormulaError: for a line that is not read.
    """
    found = {}
    for line in _COMMENT.findall(docstring):
        for part in filter(None, map(str.strip, line.split(";"))):
            name, colon, text = part.partition(":")
            if not colon:
                raise FormulaError(f"{part!r} declares no domain: write name: domain; …")
            domain(text)
            found[name.strip()] = text.strip()
    return found
