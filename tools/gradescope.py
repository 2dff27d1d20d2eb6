"""The course for Gradescope: each assignment's autograder as a zip file.

``python -m tools.course gradescope`` and ``make course`` write them. A file holds the assignment's
tests with what runs them, and neither solutions nor model answers. What is run for a submission is
``lossbook/grading/gradescope.py``; both scripts take another folder than Gradescope's, to be tried.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from lossbook.grading.gradescope import ASSIGNMENT
from tools.archive import write_entry

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ("*.py", "grading/*.py", "reference/*.py")
# uv brings the Python that the book is checked with, whichever image is chosen.
SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder is built: setup.sh [/autograder]
set -euo pipefail
top=${1:-/autograder}
apt-get update
apt-get install --yes --no-install-recommends bubblewrap python3-venv
python3 -m venv "$top/uv"
"$top/uv/bin/pip" install uv
export UV_PYTHON_INSTALL_DIR=$top/python
"$top/uv/bin/uv" venv --clear --python 3.11 "$top/environment"
"$top/uv/bin/uv" pip install --python "$top/environment" -r "$top/source/requirements.txt"
# An account that owns nothing, for functions of students where nothing isolates them.
id submission 2> /dev/null || useradd --system --no-create-home submission
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission: run_autograder [/autograder]
set -euo pipefail
top=${1:-/autograder}
mkdir -p "$top/results"
chmod go= "$top/results" "$top/submission" "$top/source/ASSIGNMENT"
cd "$top/source"
exec env -i PATH="$PATH" LANG=C.UTF-8 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \\
  LOSSBOOK_ACCOUNT="$(id -u submission 2> /dev/null || true)" \\
  "$top/environment/bin/python" -m lossbook.grading.gradescope "$top"
""".replace("ASSIGNMENT", ASSIGNMENT)


def write(notebooks: Mapping[str, NotebookNode], folder: Path) -> None:
    """Write the autograder of each assignment, and say what to enter on Gradescope.

    Args:
        notebooks: the source notebooks, by the assignments' names.
        folder: where the zip files go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in notebooks.items():
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for script, text in (("setup.sh", SETUP), ("run_autograder", RUN)):
                write_entry(archive, script, text.encode(), mode=0o755)
            for file, content in _files(name, notebook).items():
                write_entry(archive, file, content)
        tests, essays = _graded(notebook, "code"), _graded(notebook, "markdown")
        by_hand = ", ".join(f"{essay['id']} {essay['points']}" for essay in essays)
        print(f"{path}: {sum(test['points'] for test in tests)} points; by hand: {by_hand}")


def _files(name: str, notebook: NotebookNode) -> dict[str, bytes]:
    """Return what an autograder needs besides its scripts."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    texts = {
        ASSIGNMENT: json.dumps({"name": name, "tests": _graded(notebook, "code")}, indent=1),
        "requirements.txt": "--constraint constraints.txt\nipython\nnumpy\n",
        "constraints.txt": "".join(f"{pin}\n" for pin in pins if "==" in pin),
    }
    package = ROOT / "lossbook"
    files = {file: text.encode() for file, text in texts.items()}
    for path in sorted(path for pattern in PACKAGE for path in package.glob(pattern)):
        files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    return files


def _graded(notebook: NotebookNode, cell_type: str) -> list[dict[str, Any]]:
    """Return id, points and source of the graded cells of a type."""
    found = []
    for cell in notebook.cells:
        entry = cell.metadata.get("nbgrader", {})
        if entry.get("grade") and cell.cell_type == cell_type:
            found.append(
                {"id": entry["grade_id"], "points": entry["points"], "source": cell.source}
            )
    return found
