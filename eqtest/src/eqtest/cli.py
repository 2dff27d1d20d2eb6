"""The command ``eqtest``: what files and docstrings print, how much is read, and what is right."""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from eqtest.config import Equation, Settings, function_named, of_docstring, of_page, settings
from eqtest.errors import FormulaError, FormulaMismatch, NoValue, Unread
from eqtest.extract import displays, displays_in
from eqtest.statement import read_statement

_UNSURE = re.compile(r"([A-Za-z]+)\w*\(…\) could be a function or a product")
PAGES = (".ipynb", ".md", ".qmd", ".rst", ".txt")


@dataclass(frozen=True)
class Listed:
    """A displayed equation and why it is not read, if it is not.

    Args:
        equation: the equation.
        refusal: why it is not read.
        functions: the names that have to be functions for it to be read.
    """

    equation: Equation
    refusal: FormulaError | None
    functions: tuple[str, ...] = ()


def listed(targets: Sequence[str]) -> Iterator[Listed]:
    """Yield every distinct equation of files, folders and modules, with its reading.

    Raises:
        FileNotFoundError: if a target is neither a path nor an importable module.
    """
    seen: set[str] = set()
    for target in targets:
        for equation in equations_of(target, Settings()):
            latex = " ".join(equation.display.latex.split())
            if latex and latex not in seen:
                seen.add(latex)
                yield _listed(equation)


@dataclass(frozen=True)
class Ran:
    """What came of running an equation.

    Args:
        equation: the equation.
        outcome: ``refused``, ``unbound``, ``agreed``, ``failed``, or ``skipped`` as declared.
        message: why, unless it agreed.
    """

    equation: Equation
    outcome: str
    message: str = ""


def ran(targets: Sequence[str], project: Settings) -> Iterator[Ran]:
    """Run what can be run of files, folders and modules.

    Raises:
        FileNotFoundError: if a target is neither a path nor an importable module.
    """
    for target in targets:
        for equation in equations_of(target, project):
            if equation.entry.skip:
                yield Ran(equation, "skipped", equation.entry.skip)
                continue
            try:
                equation.run()
            except Unread as error:
                yield Ran(equation, "refused", error.message)
            except NoValue as error:
                yield Ran(equation, "unbound", error.message)
            except (FormulaError, FormulaMismatch) as error:
                yield Ran(equation, "failed", str(error))
            except Exception as error:  # whatever the function raises, it does not agree
                yield Ran(equation, "failed", f"{type(error).__name__}: {error}")
            else:
                yield Ran(equation, "agreed")


def equations_of(target: str, project: Settings) -> Iterator[Equation]:
    """Yield the equations of a file, a folder or a module.

    Raises:
        FileNotFoundError: if it is neither a path nor an importable module.
    """
    path = Path(target)
    if path.exists():
        pages = [path] if path.is_file() else sorted(path.rglob("*"))
        for page in pages:
            if page.suffix in PAGES and not any(part.startswith(".") for part in page.parts):
                yield from of_page(project, str(page), displays(page))
        return
    try:
        module = importlib.import_module(target)
    except ImportError as error:
        raise FileNotFoundError(f"{target}: neither a path nor a module") from error
    for name, found in documented(module):
        yield from of_docstring(project, name, found, displays_in(inspect.cleandoc(found.__doc__)))


def documented(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield a module, its public objects and their public methods that have a docstring.

    What a module has imported from another project is left out.
    """
    waiting: list[tuple[str, Any]] = [(module.__name__, module)]
    seen: set[int] = set()
    while waiting:
        name, found = waiting.pop(0)
        if id(found) in seen or not _own(found, module):
            continue
        seen.add(id(found))
        if isinstance(getattr(found, "__doc__", None), str):
            yield name, found
        if found is module or inspect.isclass(found):
            for key in sorted(vars(found)):
                if not key.startswith("_"):
                    with warnings.catch_warnings(action="ignore"):  # of what is deprecated
                        member = getattr(found, key, None)
                    if callable(member):
                        waiting.append((f"{name}.{key}", member))


def _own(found: Any, module: ModuleType) -> bool:
    home = getattr(found, "__module__", None)
    return not isinstance(home, str) or home.split(".")[0] == module.__name__.split(".")[0]


def _listed(equation: Equation) -> Listed:
    """Read an equation, to which nothing says yet what its names are.

    The arguments of what a docstring belongs to are symbols, and ``T`` in ``T_{n + 1}(x) = …`` is a
    function.
    """
    latex, functions = equation.display.latex, list[str]()
    symbols = _arguments(equation.name.partition("#")[0])
    refusal: FormulaError | None = None
    while True:
        try:
            read_statement(latex, functions, symbols)
        except FormulaError as error:
            refusal = refusal or error
            unsure = _UNSURE.match(error.message)
            name = unsure[1] if unsure else ""
            headed = name and re.match(rf"\\?{name}(?![A-Za-z])", latex)
            if not headed or name in functions:
                return Listed(equation, refusal)
            functions.append(name)
        else:
            return Listed(equation, None, tuple(functions))


def _arguments(name: str) -> set[str]:
    """Return the arguments of a function, or of a class and its methods, by its dotted name."""
    try:
        found = function_named(name)
    except FormulaError:
        return set()
    several = [found, *(vars(found).values() if inspect.isclass(found) else ())]
    names: set[str] = set()
    for one in filter(callable, several):
        try:
            names |= set(inspect.signature(one).parameters)
        except (TypeError, ValueError):  # compiled
            continue
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="eqtest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    lists = commands.add_parser("list", help="print every equation as read, or refused and why")
    lists.add_argument("--refused", action="store_true", help="print only what is not read")
    checks = commands.add_parser("check", help="run the equations that pyproject.toml binds")
    checks.add_argument("--root", default=".", help="the folder of pyproject.toml (default: .)")
    for command in (lists, checks):
        command.add_argument("targets", nargs="+", help="pages, folders, or modules by name")
    options = parser.parse_args(arguments)
    try:
        if options.command == "check":
            return _check(options.targets, settings(options.root))
        return _list(options.targets, only_refused=options.refused)
    except FileNotFoundError as error:
        parser.error(str(error))


def _list(targets: Sequence[str], *, only_refused: bool) -> int:
    reasons: Counter[str] = Counter()
    read = labelled = total = 0
    for one in listed(targets):
        total += 1
        labelled += bool(one.equation.display.label)
        read += one.refusal is None
        if one.refusal is not None:
            reasons[one.refusal.message] += 1
            print(_line("refused", one.equation, one.refusal.message))
        elif not only_refused:
            needs = f"if {', '.join(one.functions)} is a function" if one.functions else ""
            print(_line("read", one.equation, needs))
    print(f"\n{total} equations: {read} read, {total - read} refused; {labelled} with a label")
    _print_reasons(reasons)
    return 0


def _check(targets: Sequence[str], project: Settings) -> int:
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for one in ran(targets, project):
        outcomes[one.outcome] += 1
        if one.outcome in ("refused", "unbound"):
            reasons[f"{one.outcome}: {one.message}"] += 1
        print(_line(one.outcome, one.equation, one.message))
    total, refused = outcomes.total(), outcomes["refused"]
    bound = outcomes["agreed"] + outcomes["failed"]
    print(
        f"\n{total} equations: {total - refused} read, {refused} refused; {bound} bound, "
        f"{outcomes['unbound']} unbound, {outcomes['skipped']} skipped; "
        f"{outcomes['agreed']} agreed, {outcomes['failed']} failed"
    )
    _print_reasons(reasons)
    return int(outcomes["failed"] > 0)


def _print_reasons(reasons: Counter[str]) -> None:
    for reason, count in reasons.most_common(10):
        print(f"{count:>6}  {reason}")


def _line(outcome: str, equation: Equation, message: str = "") -> str:
    latex = " ".join(equation.display.latex.split())
    label = f" ({equation.display.label})" if equation.display.label else ""
    line = f"{outcome:<8} {equation.where}{label}"
    if not message:
        return f"{line}  {latex}"
    return f"{line}  {message}\n         {latex}"
