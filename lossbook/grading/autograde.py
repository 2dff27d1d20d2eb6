"""How nbgrader runs and grades a submission: ``nbgrader_config.py`` puts this in place of its own.

The submission runs in a kernel that is isolated where the system can, and in which no test runs:
what it prints is there for the essays. Points come from ``outside``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import lossbook
from lossbook.grading import isolation, outside

# Characters of a text or number of outputs that a graded cell keeps.
LONGEST, MOST = 20_000, 50
REFUSALS = "refused.txt"
WITHOUT = (
    "This system does not isolate submissions (no bubblewrap): a hostile one can read and change "
    "your files. See 'How safe it is' in the instructor's guide."
)
# Before a submission's first cell: modules come from the environment and never from beside the
# notebook; then the course's files, programs and the network are refused.
FIRST = (
    "import functools, sys; sys.path[:] = [place for place in sys.path if place]; "
    "from lossbook.grading import guard; guard.start([{course!r}], "
    "report=functools.partial(print, file=open({log!r}, 'a', buffering=1)))"
)


def preprocessors(course: Path) -> list[type]:
    """Return what ``nbgrader autograde`` does to a submission, in order.

    Args:
        course: the course's folder.
    """
    from jupyter_client.manager import AsyncKernelManager
    from nbclient.exceptions import DeadKernelError
    from nbgrader.converters.autograde import Autograde
    from nbgrader.preprocessors import Execute as NbgraderExecute
    from nbgrader.utils import is_grade

    class Kernel(AsyncKernelManager):
        """Starts a kernel in isolation; sockets in a folder of its own stand for the network."""

        place: Path  # a folder for its sockets and for what the guard reports

        async def _async_pre_start_kernel(self, **settings: Any) -> Any:
            if isolation.available():
                self.transport = "ipc"
                self.connection_file = str(self.place / "kernel.json")
            log = self.place / REFUSALS
            log.touch()
            first = FIRST.format(log=str(log), course=str(course))
            settings["extra_arguments"] = [
                *settings.get("extra_arguments", []),
                f"--IPKernelApp.exec_lines={first}",
                "--HistoryManager.enabled=False",
            ]
            command, settings = await super()._async_pre_start_kernel(**settings)
            if isolation.available():
                # A signal would end the process that isolates the kernel, and so the kernel.
                assert self.kernel_spec
                self.kernel_spec.interrupt_mode = "message"
                beside = Path(settings.get("cwd") or ".").resolve()
                command = isolation.isolated(
                    command,
                    readable=_environment(),
                    writable=[self.place],
                    beside=[p for p in beside.iterdir() if p.suffix != ".ipynb"],
                    environment={"PYTHONPATH": str(Path(lossbook.__file__).parents[1])},
                )
            else:
                settings["env"] = {**settings.get("env", os.environ), "TMPDIR": str(self.place)}
            # Without a parent to ask it would print how to end it.
            settings.setdefault("stdout", subprocess.DEVNULL)
            return command, settings

        def refusals(self) -> list[str]:
            """Return what the notebook was refused so far."""
            text = (self.place / REFUSALS).read_text(encoding="utf-8", errors="replace")
            return text[:LONGEST].splitlines()

    class Execute(NbgraderExecute):  # type: ignore[misc]
        """Runs a submission, but its tests where it cannot reach them."""

        def __init__(self, **settings: Any) -> None:
            settings.setdefault("kernel_manager_class", Kernel)
            super().__init__(**settings)
            self.shutdown_kernel = "immediate"

        def preprocess(self, nb: Any, resources: Any, km: Any = None) -> Any:
            if not isolation.available():
                self.log.warning(WITHOUT)
            self.seen = 0
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
                self.place = Path(place)
                try:
                    nb, resources = super().preprocess(nb, resources, km)
                except DeadKernelError:
                    self.last.outputs.append(_error("DeadKernelError", "the kernel died here"))
            code = [cell for cell in nb.cells if cell.cell_type == "code"]
            tests = [cell for cell in code if is_test(cell)]
            verdicts = outside.decide([described(*numbered) for numbered in enumerate(code, 1)])
            for cell, (_, verdict) in zip(tests, verdicts, strict=True):
                cell.outputs = _outputs(verdict)
            for cell in code:
                cell.outputs = _bounded(cell.outputs)
            return nb, resources

        def create_kernel_manager(self) -> Any:
            manager = super().create_kernel_manager()
            manager.place = self.place
            return manager

        def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
            if is_test(cell):
                return cell, resources
            self.last = cell
            cell, resources = super().preprocess_cell(cell, resources, index)
            for what in self.km.refusals()[self.seen :]:
                self.seen += 1
                cell.outputs.append(_error("Refused", f"This notebook {what}."))
            return cell, resources

    def is_test(cell: Any) -> bool:
        return cell.cell_type == "code" and bool(is_grade(cell))

    def described(number: int, cell: Any) -> tuple[str, str, bool]:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", f"code cell {number}")
        return name, cell.source, is_test(cell)

    steps = Autograde.autograde_preprocessors.default_args[0]
    return [Execute if step is NbgraderExecute else step for step in steps]


def _environment() -> list[Path]:
    """Return the folders that a kernel needs: Python, what is installed, and lossbook."""
    folders = [Path(sys.prefix), Path(sys.base_prefix), Path(lossbook.__file__).parent]
    folders += [Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")]
    return list(dict.fromkeys(folder for folder in folders if folder.exists()))


def _outputs(verdict: outside.Verdict) -> list[Any]:
    """Return what a test's cell shows: what it said, then what is wrong."""
    from nbformat.v4 import new_output

    outputs = [new_output("stream", name="stdout", text=verdict.said)] if verdict.said else []
    return [*outputs, *(_error(name, message) for name, message in verdict.faults)]


def _error(name: str, message: str) -> Any:
    from nbformat.v4 import new_output

    text = f"{name}: {message}"
    return new_output("error", ename=name, evalue=message, traceback=[f"\x1b[0;31m{text}\x1b[0m"])


def _bounded(outputs: list[Any]) -> list[Any]:
    """Return a cell's outputs without what would flood the feedback."""
    for output in outputs[:MOST]:
        if output.output_type == "stream" and len(output.text) > LONGEST:
            output.text = output.text[:LONGEST] + "\n... cut off ...\n"
        for kind, content in dict(output.get("data", {})).items():
            if (
                isinstance(content, str)
                and len(content) > (100 if "image" in kind else 1) * LONGEST
            ):
                del output.data[kind]
                output.data["text/plain"] = "... cut off ..."
    return outputs[:MOST]
