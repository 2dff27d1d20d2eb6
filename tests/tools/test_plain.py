from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tools import plain
from tools.browser import ROOT

PAGES = ["book/index", "book/1_part/1_small", "book/course/solutions/1_1_small"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a site with one chapter, whose solutions an earlier build had."""
    monkeypatch.setattr(plain, "toc_pages", lambda: PAGES)
    for name in (*PAGES[1:], "book/1_part/my own"):
        notebook = tmp_path / "notebooks" / f"{name}.ipynb"
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.write_text("{}")
    (tmp_path / "notebooks/book/1_part/numbers.json").write_text("[]")
    for name in PAGES[:2]:
        page = tmp_path / "html" / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("")
    return tmp_path / "html"


def packed(site: Path) -> list[str]:
    with zipfile.ZipFile(site / "lossbook-notebooks.zip") as archive:
        return [name.removeprefix("lossbook-notebooks/") for name in archive.namelist()]


def test_pages_of_the_site_and_their_data_are_packed_and_no_other_notebook(site: Path) -> None:
    assert plain.main(["--site", str(site)]) == 0
    assert [name for name in packed(site) if name.startswith("book/")] == [
        "book/1_part/1_small.ipynb",
        "book/1_part/numbers.json",
    ]


def test_the_package_is_whole(site: Path) -> None:
    plain.main(["--site", str(site)])
    modules = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("lossbook/**/*.py")}
    data = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("lossbook/book/data/*")}
    assert {name for name in packed(site) if name.startswith("lossbook/")} == {
        *modules,
        *data,
        "lossbook/py.typed",
    }
    # What pyproject.toml names must be there to install it.
    assert {"pyproject.toml", "README.md", "LICENSE"} <= set(packed(site))


def test_the_formula_check_is_whole(site: Path) -> None:
    plain.main(["--site", str(site)])
    modules = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("eqtest/src/eqtest/*.py")}
    assert {name for name in packed(site) if name.startswith("eqtest/")} == {
        *modules,
        "eqtest/src/eqtest/py.typed",
        *(f"eqtest/{name}" for name in ("pyproject.toml", "README.md", "LICENSE")),
    }


def test_nothing_of_an_earlier_build_stays(site: Path) -> None:
    old = site.parent / "lossbook-notebooks" / "old.txt"
    old.parent.mkdir()
    old.write_text("")
    plain.main(["--site", str(site)])
    assert "old.txt" not in packed(site)


def test_a_site_that_is_not_built_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plain.main(["--site", str(tmp_path / "html")]) == 1
    assert "make book" in capsys.readouterr().err


def commands(text: str) -> list[str]:
    return re.findall(r"^.*(?:-m venv|jupyter lab --).*$", "".join(code_blocks(text)), re.MULTILINE)


def code_blocks(text: str) -> list[str]:
    return re.findall(r"^```(?:bash|powershell)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "book/course/start.md"])
def test_pages_tell_the_commands_of_the_zip(page: str) -> None:
    told = commands((ROOT / page).read_text(encoding="utf-8"))
    assert told
    assert set(told) <= set(commands(plain.README))
