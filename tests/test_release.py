"""A release has one number, the package's; the other places that print it say the same."""

import re
from importlib.metadata import version
from pathlib import Path

import lossbook

ROOT = Path(__file__).resolve().parents[1]


def test_citation_changes_and_metadata_name_the_same_version() -> None:
    (cited,) = re.findall(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    newest = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0]
    assert cited == newest == lossbook.__version__ == version("lossbook")
