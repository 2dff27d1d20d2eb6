"""The command: what it lists, and how it counts."""

import sys
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


DOCSTRINGS = r'''
def square(x):
    r"""Square.

    .. math:: f(x) = x^2
    """
    return x * x


def double(x):
    r"""Double.

    .. math:: f(x) = x + x

    .. math:: \int f

    .. math:: f(z) = 2 z
    """
    return 2 * x
'''
DECLARED = """
[tool.eqtest.equations."losses_to_check.*"]
domains = { x = "real" }
"""


@pytest.mark.parametrize("wrong", [False, True])
def test_check_runs_what_is_bound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, wrong: bool
):
    text = DOCSTRINGS.replace("x + x", "x - x") if wrong else DOCSTRINGS
    (tmp_path / "losses_to_check.py").write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(DECLARED, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "losses_to_check", raising=False)
    assert main(["check", "--root", str(tmp_path), "losses_to_check"]) == int(wrong)
    printed = capsys.readouterr().out
    assert "agreed   losses_to_check.square  f(x) = x^2" in printed
    assert "refused  losses_to_check.double#2  \\int has no reading here" in printed
    assert "unbound  losses_to_check.double#3" in printed
    counts = "4 equations: 3 read, 1 refused; 2 bound, 1 unbound, 0 skipped; "
    assert counts + ("1 agreed, 1 failed" if wrong else "2 agreed, 0 failed") in printed
    assert ("losses_to_check.double#1: two sides differ" in printed) == wrong


def test_check_runs_a_derivation_against_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "page.md").write_text("$$ a b = b a $$\n\n$$ c = a $$", encoding="utf-8")
    declared = '[tool.eqtest.domains]\na = "real"\nb = "positive"\nc = "real"\n'
    (tmp_path / "pyproject.toml").write_text(declared, encoding="utf-8")
    assert main(["check", "--root", str(tmp_path), str(tmp_path / "page.md")]) == 0
    printed = capsys.readouterr().out
    assert "1 bound, 1 unbound" in printed  # c is what its equation defines
    assert "nothing to compare it with" in printed
