"""The syllabus leaves nothing out, and the assignments name chapters by their titles."""

from __future__ import annotations

import re

import pytest
import yaml

from tools import chapters, course

SYLLABUS = (chapters.BOOK / "course" / "syllabus.md").read_text()
SIX_WEEKS, TWELVE_WEEKS = SYLLABUS.split("## ")[1:3]
NUMBERED = [
    path for path in chapters.all_notebooks() if not {"course", "reference"} & set(path.parts)
]
TITLES = {
    re.sub(r"^# (\d\. )?", "", chapters.read(path).cells[0].source.splitlines()[0])
    for path in NUMBERED
}
ASSIGNMENTS = [path.stem for path in course.sources()]


@pytest.mark.parametrize("plan", [SIX_WEEKS, TWELVE_WEEKS], ids=["six", "twelve"])
def test_every_chapter_and_assignment_has_its_week(plan: str) -> None:
    read = re.findall(r"\{doc\}`/(book/[^`]+)`", plan)
    assert {str(path.with_suffix("")) for path in NUMBERED} <= set(read)
    assert re.findall(r"`(\d_\w+)`", plan) == ASSIGNMENTS


def test_every_claim_has_its_week() -> None:
    claims = yaml.safe_load((chapters.BOOK / "reference" / "claims.yml").read_text())
    assert re.findall(r"\bS[\d.]+[a-d]?\b", SIX_WEEKS) == list(claims)


@pytest.mark.parametrize("path", course.sources(), ids=ASSIGNMENTS)
def test_an_assignment_names_chapters_by_their_titles(path: course.Path) -> None:
    head = chapters.read(path).cells[0].source
    named = re.findall(r"\*([^*]+)\*", head.split("**Read first**:")[1].split(".\n")[0])
    assert named
    assert set(named) <= TITLES
