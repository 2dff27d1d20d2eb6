"""The command: what it lists, and how it counts."""

from pathlib import Path

import pytest
from eqtest.cli import main

PAGE = r"""
$$ a = b $$ (eq-a)

$$ \int x = b $$

.. math:: c = d + 1
"""


def test_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "page.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / ".hidden.md").write_text("$$ z $$", encoding="utf-8")
    assert main(["list", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "page.md:2 (eq-a)  a = b" in printed
    assert "refused" in printed
    assert r"\int has no reading here" in printed
    assert "3 equations: 2 read, 1 refused; 1 with a label" in printed


def test_only_what_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "page.md").write_text(PAGE, encoding="utf-8")
    main(["list", "--refused", str(tmp_path / "page.md")])
    assert "read     " not in capsys.readouterr().out


def test_a_module(capsys: pytest.CaptureFixture[str]):
    main(["list", "eqtest.extract"])
    assert "equations:" in capsys.readouterr().out


def test_neither_a_path_nor_a_module(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["list", "no_such_place"])
    assert "neither a path nor a module" in capsys.readouterr().err
