"""The plugin for pytest: what ``[tool.eqtest]`` declares is collected and run like any test.

A formula in the docstring of a function is the test of that function, a labelled equation of a page
the test of what the page says. Without the table nothing is collected. Only this module needs
pytest.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eqtest.cli import documented
from eqtest.config import Equation, Settings, of_docstring, of_page, settings
from eqtest.errors import FormulaError, FormulaMismatch, NoValue, Unread
from eqtest.extract import displays, displays_in

PROJECT: pytest.StashKey[Settings] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Read what the project declares."""
    try:
        config.stash[PROJECT] = settings(config.rootpath)
    except FormulaError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the equations of a file that is declared."""
    project = parent.config.stash[PROJECT]
    if file_path.suffix == ".py":
        name = _module_of(project, file_path)
        return Docstrings.from_parent(parent, path=file_path, module=name) if name else None
    relative = (
        file_path.relative_to(project.root) if file_path.is_relative_to(project.root) else None
    )
    if relative and any(relative.match(pattern) for pattern in project.pages):
        return Page.from_parent(parent, path=file_path)
    return None


def _module_of(project: Settings, path: Path) -> str:
    """Return the name of the module that a file holds if it is declared, or nothing."""
    for name in project.docstrings:
        try:
            spec = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            spec = None
        if spec is None:
            raise pytest.UsageError(f"pyproject.toml, [tool.eqtest]: there is no module {name}")
        for folder in spec.submodule_search_locations or ():
            if path.is_relative_to(folder):
                parts = path.relative_to(folder).with_suffix("").parts
                return ".".join([name, *(part for part in parts if part != "__init__")])
        if spec.origin and path == Path(spec.origin):
            return name
    return ""


class Docstrings(pytest.File):
    """The formulas in the docstrings of a module."""

    def __init__(self, *, module: str, **others: Any) -> None:
        """Keep the module's name."""
        super().__init__(**others)
        self.module = module

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each formula of what the module defines."""
        module = importlib.import_module(self.module)
        project = self.config.stash[PROJECT]
        for name, found in documented(module):
            if found is not module and getattr(found, "__module__", "") != self.module:
                continue  # it is collected where it is defined
            printed = displays_in(inspect.cleandoc(found.__doc__))
            place = f"{self.path}:{_line_of_docstring(found)}" if printed else ""
            for equation in of_docstring(project, name, found, printed, place):
                yield EquationItem.from_parent(self, name=equation.name, equation=equation)


class Page(pytest.File):
    """The labelled equations of a page or a notebook."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each labelled equation."""
        project = self.config.stash[PROJECT]
        for equation in of_page(project, str(self.path), displays(self.path)):
            if equation.display.label:
                yield EquationItem.from_parent(self, name=equation.name, equation=equation)


class EquationItem(pytest.Item):
    """One equation."""

    def __init__(self, *, equation: Equation, **others: Any) -> None:
        """Keep the equation."""
        super().__init__(**others)
        self.equation = equation

    def runtest(self) -> None:
        """Check the equation; skip what is not read or not bound, unless the project is strict."""
        if self.equation.entry.skip:
            pytest.skip(self.equation.entry.skip)
        try:
            self.equation.run()
        except (NoValue, Unread) as error:
            if self.config.stash[PROJECT].strict:
                raise
            what = "not read" if isinstance(error, Unread) else "not run"
            pytest.skip(f"{what}: {error.message}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a disagreement as :func:`eqtest.check` words it, with the place."""
        if isinstance(excinfo.value, FormulaError | FormulaMismatch):
            return f"{self.equation.where}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where the equation stands."""
        line = self.equation.where.rpartition(":")[2]
        return self.path, int(line) - 1 if line.isdigit() else None, self.name


def _line_of_docstring(found: Any) -> int:
    """Return the line of a file on which the text of a docstring begins."""
    text: str = found.__doc__
    blank = text[: len(text) - len(text.lstrip())].count("\n")
    if inspect.ismodule(found):
        return 1 + blank
    lines, start = inspect.getsourcelines(found)
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    line: int = start + tree.body[0].lineno - 1 + blank
    return line
