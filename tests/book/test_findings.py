"""What chapters say of their experiments rests on findings, and these hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from book_data import BOOK, VERDICT_ROW, chapters, findings, notebook, prose

from lossbook.book.findings import (
    Evidence,
    falling,
    larger,
    larger_on_average,
    rising,
    within,
    within_on_average,
)
from tools.replicate import seeds_cell

WITH_SEEDS = [
    path for path in chapters() if seeds_cell(nbformat.read(path, as_version=4)) is not None
]
LINK = re.compile(r"\{finding\}`([^`]+)`")


@pytest.mark.parametrize("path", WITH_SEEDS, ids=lambda path: path.stem)
def test_every_verdict_links_to_a_finding(path: Path) -> None:
    for row in VERDICT_ROW.finditer(prose(path)):
        line = prose(path)[row.start() :].splitlines()[0]
        assert LINK.search(line), f"{row['claim']} rests on no finding"


@pytest.mark.parametrize("path", WITH_SEEDS, ids=lambda path: path.stem)
def test_several_seeds_and_every_finding_is_used(path: Path) -> None:
    cells = notebook(path)["cells"]
    source = "".join(cells[seeds_cell(nbformat.read(path, as_version=4))]["source"])
    (count,) = re.findall(r"^SEEDS = range\((\d+)\)$", source, re.MULTILINE)
    assert int(count) >= 5
    own = {name for name, found in findings().items() if (BOOK / f"{found.chapter}.ipynb") == path}
    assert own
    assert own <= set(LINK.findall(prose(path)))


def test_links_lead_to_findings_that_hold() -> None:
    linked = {name for path in BOOK.rglob("*.ipynb") for name in LINK.findall(prose(path))}
    assert linked <= set(findings())
    assert all(found.holds for found in findings().values())


def test_fresh_seeds_were_asked_the_same_questions() -> None:
    stored = json.loads((BOOK / "reference" / "findings.json").read_text(encoding="utf-8"))
    for name, found in findings().items():
        runs = stored[found.chapter]
        assert len(runs["shifts"]) >= 10, name
        assert runs["findings"][name]["claim"] == found.claim, "'tools.replicate --store' is due"


@pytest.mark.parametrize(
    ("evidence", "holds"),
    [
        (larger([2, 3], [1, 2]), True),
        (larger([2, 3], [1, 3]), False),
        (larger([2, 3], 1, by=1), False),
        (larger_on_average([1.0, 1.2, 0.8], [0, 0, 0]), True),
        (larger_on_average([1.0, -1.2, 0.8], [0, 0, 0]), False),
        (rising([[1, 2, 3], [0, 1, 5]]), True),
        (rising([[1, 2, 3], [0, 1, 1]]), False),
        (falling([[3, 2, 1], [9, 1, 0]]), True),
        (falling([[3, 2, 1], [9, 1, 2]]), False),
        (within([0.2, 0.3], 0.2, 0.3), True),
        (within([0.2, np.nan], 0.2, 0.3), False),
        (within_on_average([0.1, 0.4], 0.2, 0.3), True),
        (within_on_average([0.1, 0.6], 0.2, 0.3), False),
        (within_on_average([0.2, np.nan], 0.2, 0.3), False),
    ],
)
def test_one_seed_is_enough_to_refute(evidence: Evidence, holds: bool) -> None:
    assert evidence.holds is holds
