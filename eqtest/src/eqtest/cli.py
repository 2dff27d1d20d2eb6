"""The command ``eqtest``: what is printed in files and docstrings, and how much of it is read."""

from __future__ import annotations

import argparse
import importlib
import inspect
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from eqtest.errors import FormulaError
from eqtest.extract import Display, displays, displays_in
from eqtest.statement import read_statement

PAGES = (".ipynb", ".md", ".qmd", ".rst", ".txt")


@dataclass(frozen=True)
class Listed:
    """A displayed equation, where it stands, and why it is not read, if it is not."""

    where: str
    display: Display
    refusal: FormulaError | None


def listed(targets: Sequence[str]) -> Iterator[Listed]:
    """Yield every distinct equation of files, folders and modules, with its reading.

    Raises:
        FileNotFoundError: if a target is neither a path nor an importable module.
    """
    seen: set[str] = set()
    for target in targets:
        for where, display in _of(target):
            latex = " ".join(display.latex.split())
            if latex and latex not in seen:
                seen.add(latex)
                yield Listed(where, display, _refusal(display.latex))


def _of(target: str) -> Iterator[tuple[str, Display]]:
    path = Path(target)
    if path.exists():
        pages = [path] if path.is_file() else sorted(path.rglob("*"))
        for page in pages:
            if page.suffix in PAGES and not any(part.startswith(".") for part in page.parts):
                for display in displays(page):
                    yield f"{page}:{display.source or display.line}", display
        return
    try:
        module = importlib.import_module(target)
    except ImportError as error:
        raise FileNotFoundError(f"{target}: neither a path nor a module") from error
    for name, text in docstrings(module):
        for display in displays_in(text):
            yield name, display


def docstrings(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield the names and docstrings of a module, its public objects and their public methods."""
    waiting: list[tuple[str, Any]] = [(module.__name__, module)]
    seen: set[int] = set()
    while waiting:
        name, found = waiting.pop(0)
        if id(found) in seen:
            continue
        seen.add(id(found))
        text = getattr(found, "__doc__", None)
        if isinstance(text, str):
            yield name, inspect.cleandoc(text)
        if found is module or inspect.isclass(found):
            for key in sorted(vars(found)):
                if not key.startswith("_"):
                    with warnings.catch_warnings(action="ignore"):  # of what is deprecated
                        member = getattr(found, key, None)
                    if callable(member):
                        waiting.append((f"{name}.{key}", member))


def _refusal(latex: str) -> FormulaError | None:
    try:
        read_statement(latex, (), ())
    except FormulaError as error:
        return error
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="eqtest", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    lists = commands.add_parser("list", help="print every equation as read, or refused and why")
    lists.add_argument("targets", nargs="+", help="pages, notebooks, folders, or modules by name")
    lists.add_argument("--refused", action="store_true", help="print only what is not read")
    options = parser.parse_args(arguments)
    reasons: Counter[str] = Counter()
    read = labelled = total = 0
    try:
        for one in listed(options.targets):
            total += 1
            labelled += bool(one.display.label)
            read += one.refusal is None
            if one.refusal is not None:
                reasons[one.refusal.message] += 1
            if one.refusal is not None or not options.refused:
                print(_line(one))
    except FileNotFoundError as error:
        parser.error(str(error))
    print(f"\n{total} equations: {read} read, {total - read} refused; {labelled} with a label")
    for reason, count in reasons.most_common(10):
        print(f"{count:>6}  {reason}")
    return 0


def _line(one: Listed) -> str:
    latex = " ".join(one.display.latex.split())
    label = f" ({one.display.label})" if one.display.label else ""
    if one.refusal is None:
        return f"read     {one.where}{label}  {latex}"
    return f"refused  {one.where}{label}  {one.refusal.message}\n         {latex}"
