"""The process in which a student's functions run when points are decided.

``outside`` starts this file as a program of its own: ``python -I -S runner.py FOLDER-OF-NUMPY``. It
has the standard library and NumPy, nothing of lossbook but ``calling``, ``guard`` and ``wire``, and
one pipe in each direction. It runs cells, calls functions, and sends back what they return; what is
right, and the points, are known to the other side alone.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:  # main() loads them
    import numpy as np

    from lossbook.grading import calling, guard, wire

STATEMENT_LIMIT_S = 10.0
SIBLINGS = ("calling", "guard", "wire")  # the only files of lossbook that are needed here


def load(name: str, path: Path) -> ModuleType:
    """Import one file or package from where it lies, and nothing that lies beside it."""
    package = path / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, package if package.exists() else path)
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Shell:
    """What ``get_ipython()`` returns here: the notebook's magics do nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class Notebook:
    """The names that a notebook's cells have defined, and calls of them."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self.source, self.target = source, target
        sys.modules["__main__"] = module = ModuleType("__main__")
        self.names: dict[str, Any] = module.__dict__
        self.names["get_ipython"] = Shell

    def run(self, cell: str, source: str) -> dict[str, Any]:
        """Run a cell statement by statement; one that fails does not stop the others.

        Cells that train, plot or read data fail here, for lack of what they need: only what they
        define counts.
        """
        faults = []
        try:
            statements = ast.parse(source, cell).body
        except (SyntaxError, ValueError) as error:
            return {"faults": [_described(error)]}
        for statement in statements:
            try:
                with calling.quiet(), calling.time_limit(STATEMENT_LIMIT_S):
                    if isinstance(statement, ast.Import | ast.ImportFrom):
                        self._imports(statement, cell)
                    else:
                        module = ast.Module([statement], type_ignores=[])
                        exec(compile(module, cell, "exec"), self.names)
            except BaseException as error:
                faults.append(_described(error))
        return {"faults": faults}

    def _imports(self, statement: ast.Import | ast.ImportFrom, cell: str) -> None:
        """Import each name alone: what is not here refuses to be used, and only then."""
        for alias in statement.names:
            if isinstance(statement, ast.Import):
                one: ast.stmt = ast.Import([alias])
                package = alias.name.partition(".")[0]
                bound, what = alias.asname or package, alias.name
            else:
                one = ast.ImportFrom(statement.module, [alias], statement.level)
                package = (statement.module or "").partition(".")[0]
                bound, what = alias.asname or alias.name, f"{alias.name} of {package}"
            try:
                if package in calling.READY_MADE:
                    raise ImportError(package)
                module = ast.fix_missing_locations(ast.Module([one], type_ignores=[]))
                exec(compile(module, cell, "exec"), self.names)
            except (ImportError, guard.Refused):
                self.names[bound] = calling.Missing(what)

    def describe(self, name: str) -> dict[str, Any]:
        """Say what a name means: a function with parameters, something else, or nothing."""
        if name not in self.names:
            return {"kind": "nothing"}
        if not callable(self.names[name]):
            return {"kind": type(self.names[name]).__name__}
        return {"kind": "function", "parameters": calling.parameters(self.names[name])}

    def call(self, name: str, args: Any, kwargs: Any, given: list[str]) -> dict[str, Any]:
        """Call a function; what stands in for others is asked from the other side."""
        stand_ins = {other: self._ask(other) for other in given}
        try:
            result = calling.call(
                self.names[name],
                calling.Call(tuple(args), kwargs),
                stand_ins,
                namespace=self.names,
                watched=False,
            )
        except calling.Wrong as wrong:
            return {"wrong": str(wrong)}
        if result is None:
            return {"kind": "NoneType"}
        try:
            return {"result": np.asarray(wire.decode(wire.encode(np.asarray(result))))}
        except Exception:
            return {"kind": type(result).__name__}

    def _ask(self, name: str) -> Any:
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            self.send({"ask": name, "args": list(args), "kwargs": kwargs})
            answer = self.receive()
            if "result" not in answer:
                raise calling.NotTaken(name)
            return answer["result"]

        return stand_in

    def send(self, message: Any) -> None:
        """Send a message to the other side."""
        self.target.write(wire.encode(message))
        self.target.flush()

    def receive(self) -> Any:
        """Wait for a message of the other side; its end is the end of this process."""
        line = self.source.readline()
        if not line:
            os._exit(0)
        return wire.decode(line)

    def serve(self) -> None:
        """Do what the other side asks for, until it closes the pipe."""
        while True:
            message = self.receive()
            action = getattr(self, message.pop("do"))
            self.send(action(**message))


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ").partition("\n")[0]


def main(numpy_folder: Path) -> None:
    """Close everything but the pipe and the libraries, then serve."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.dont_write_bytecode = True
    here = Path(__file__).resolve().parent
    globals().update(np=load("numpy", numpy_folder))
    globals().update({name: load(name, here / f"{name}.py") for name in SIBLINGS})
    # This file's own code is none of the notebook's.
    globals()["__name__"] = "lossbook.grading.runner"
    notebook = Notebook(source, target)
    library = Path(sysconfig.get_path("stdlib"))
    guard.start(
        [str(library / "site-packages"), str(library / "dist-packages")],
        [str(library), sysconfig.get_path("platstdlib"), str(numpy_folder)],
        native=False,
        report=lambda what: notebook.send({"refused": what}),
    )
    notebook.serve()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
