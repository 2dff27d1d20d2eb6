"""What ``pytest --nbval book`` compares beyond nbval: figures, and that each cell was run.

nbval leaves PNG images out of its comparison, even their absence, and passes a cell that is
stored unrun. Both are closed here, in the same run of the kernel. Where a cell is tagged
``nbval-ignore-output``, as its training multiplies what a processor rounds, nbval compares nothing:
all but numbers and curves is compared here, with it which findings hold.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbval.plugin import coalesce_streams
from PIL import Image

# On the scale of 0 to 255. Runs on one machine give exactly 0; a curve moved by 0.1 % gives 0.76.
RMS_TOLERANCE = 0.5
REJECTED = Path("_build", "figures")
_NUMBER = re.compile(r"[-+−]?\d+(\.\d+)?(e[-+]?\d+)?")

# Assignments are stored without outputs; 'make grading' runs them.
collect_ignore = ["course/source"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let nbval run and compare a cell, then look at what it leaves out."""
    result = yield
    if hasattr(item, "test_outputs"):
        if item.cell.source.strip() and item.cell.execution_count is None:
            _fail(
                item, "stored without having been run: 'make notebooks' runs it"
            )
        if item.options["check"]:
            _compare_figures(item)
        else:
            _compare_words(item)
    return result


def _compare_words(item: pytest.Item) -> None:
    stored, fresh = (
        list(map(_words, coalesce_streams(outputs)))
        for outputs in (item.cell.outputs, item.test_outputs)
    )
    if stored != fresh:
        _fail(
            item, f"but for its numbers, {stored} is stored; now it is {fresh}"
        )


def _words(output: dict[str, Any]) -> str:
    """Return what an output says, without images and with # for each number."""
    data = output.get("data", output)
    kept = {kind: data[kind] for kind in data if not kind.startswith("image/")}
    return _NUMBER.sub("#", json.dumps(kept, sort_keys=True))


def _compare_figures(item: pytest.Item) -> None:
    stored, fresh = _pngs(item.cell.outputs), _pngs(item.test_outputs)
    if len(stored) != len(fresh):
        _fail(item, f"{len(stored)} figures are stored, {len(fresh)} are drawn")
    for number, (old, new) in enumerate(
        zip(stored, fresh, strict=True), start=1
    ):
        difference = _difference(old, new)
        if difference:
            kept = _keep(item, number, old, new)
            _fail(
                item,
                f"figure {number} differs from the stored one: {difference}; see {kept}",
            )


def _pngs(outputs: Iterable[dict[str, Any]]) -> list[bytes]:
    """Return the PNG images among the outputs of a cell."""
    data = (output.get("data", {}) for output in outputs)
    return [
        base64.b64decode(kinds["image/png"])
        for kinds in data
        if "image/png" in kinds
    ]


def _difference(old: bytes, new: bytes) -> str:
    """Say in which way two PNG images differ, '' if they look the same."""
    one, other = (
        np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
        for png in (old, new)
    )
    if one.shape != other.shape:
        height, width = one.shape[:2]
        new_height, new_width = other.shape[:2]
        return f"{width} x {height} pixels are now {new_width} x {new_height}"
    rms = float(
        np.sqrt(np.mean((one.astype(float) - other.astype(float)) ** 2))
    )
    return (
        f"RMS {rms:.2f} of 255, tolerance {RMS_TOLERANCE}"
        if rms > RMS_TOLERANCE
        else ""
    )


def _keep(item: pytest.Item, number: int, old: bytes, new: bytes) -> Path:
    """Write both images beside each other, to be looked at, and return the fresh one's path."""
    folder = item.config.rootpath / REJECTED
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(
        r"\W+", "-", f"{_chapter(item).with_suffix('')}-{item.name}-{number}"
    )
    (folder / f"{name}-stored.png").write_bytes(old)
    (folder / f"{name}-fresh.png").write_bytes(new)
    return REJECTED / f"{name}-fresh.png"


def _chapter(item: pytest.Item) -> Path:
    return item.path.relative_to(Path(__file__).parent)


def _fail(item: pytest.Item, message: str) -> None:
    item.raise_cell_error(f"{_chapter(item)}, {item.name}: {message}")
