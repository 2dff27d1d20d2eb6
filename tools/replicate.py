"""Run chapters with other seeds, and report which of their findings still hold.

Run from the repository root; nothing is compared with stored outputs, and no chapter is changed::

    python -m tools.replicate 1 2 3            every chapter that has seeds, at three shifts
    python -m tools.replicate 7 --chapter book/0_risk.ipynb
    python -m tools.replicate 1 2 3 --store    also keep the counts in book/reference/findings.json

Shift n adds 100 n to every seed of the cell that is tagged ``parameters``: its ``SEEDS``. Shift 0
is the chapter as it is printed. A cell that fails counts as a finding that fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from tqdm.contrib.concurrent import process_map

from lossbook.book.findings import MIME
from tools.chapters import BOOK, CELL_TIMEOUT_S, all_notebooks

STORED = BOOK / "reference" / "findings.json"
STRIDE = 100


class Result(NamedTuple):
    """What became of one finding, or of a cell that failed, in one run of its chapter."""

    chapter: str
    name: str
    claim: str
    holds: bool
    shown: str


def seeds_cell(notebook: NotebookNode) -> int | None:
    """Return the place of the cell that is tagged ``parameters``, or None without one."""
    tagged = [
        place
        for place, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", [])
    ]
    return tagged[0] if tagged else None


def shifted(notebook: NotebookNode, shift: int) -> NotebookNode:
    """Return the notebook with a cell after the parameters that shifts every seed."""
    place = seeds_cell(notebook)
    if place is not None and shift:
        source = f"SEEDS = [seed + {STRIDE * shift} for seed in SEEDS]"
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(source))
    return notebook


def findings(chapter: str, notebook: NotebookNode) -> Iterator[Result]:
    """Yield the findings that the outputs of a run hold, and the cells that failed."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                first = cell.source.strip().splitlines()[0]
                yield Result(chapter, "error", first, False, f"{output.ename}: {output.evalue}")
            elif found := output.get("data", {}).get(MIME):
                yield Result(chapter, found["name"], found["claim"], found["holds"], found["shown"])


def run(path: Path, shift: int) -> list[Result]:
    """Run one chapter with shifted seeds and return what it finds."""
    notebook = shifted(nbformat.read(path, as_version=4), shift)
    options: dict[str, Any] = {"timeout": CELL_TIMEOUT_S, "allow_errors": True}
    NotebookClient(
        notebook, resources={"metadata": {"path": str(path.parent)}}, **options
    ).execute()
    chapter = path.relative_to(BOOK).with_suffix("").as_posix()
    return list(findings(chapter, notebook))


def with_seeds(paths: Sequence[Path]) -> list[Path]:
    """Return those of the notebooks that take seeds."""
    return [path for path in paths if seeds_cell(nbformat.read(path, as_version=4)) is not None]


def survived(results: Sequence[Result], shifts: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return for each chapter the shifts and how many of them each of its findings survived."""
    chapters: dict[str, dict[str, Any]] = {}
    for result in results:
        chapter = chapters.setdefault(result.chapter, {"shifts": list(shifts), "findings": {}})
        row = chapter["findings"].setdefault(result.name, {"claim": result.claim, "survived": 0})
        row["survived"] += result.holds
    return chapters


def store(chapters: dict[str, dict[str, Any]]) -> None:
    """Write what was found; chapters that were not run keep what is stored of them."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    text = json.dumps(stored | chapters, indent=1, ensure_ascii=False, sort_keys=True)
    STORED.write_text(text + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chapters; return 1 if a finding fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.replicate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("shifts", nargs="+", type=int, help="by how many hundreds to shift seeds")
    parser.add_argument("--chapter", type=Path, action="append", help="default: all with seeds")
    parser.add_argument("--store", action="store_true", help=f"keep the counts in {STORED}")
    options = parser.parse_args(arguments)
    jobs = [
        (path, shift)
        for path in with_seeds(options.chapter or all_notebooks())
        for shift in options.shifts
    ]
    runs = process_map(run, *zip(*jobs, strict=True), chunksize=1, unit="run", file=sys.stderr)
    results: list[Result] = []
    for (_, shift), found in zip(jobs, runs, strict=True):
        results += found
        for result in found:
            if not result.holds:
                print(f"shift {shift}: {result.chapter}: {result.name} fails: {result.claim}")
                print(f"    {result.shown}")
    failed = sum(not result.holds for result in results)
    print(f"{len(results)} findings in {len(jobs)} runs: {failed} failed")
    if options.store:
        store(survived(results, options.shifts))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
