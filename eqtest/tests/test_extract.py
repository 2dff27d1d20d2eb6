"""Which equations a page holds."""

import json
import time
from pathlib import Path

import pytest
from eqtest.extract import displays, displays_in

from eqtest import FormulaError, equations, equations_in

PAGE = Path(__file__).parent / "fixtures" / "losses.md"


def test_a_page():
    found = equations(PAGE)
    assert list(found)[:3] == ["eq-logistic-function", "eq-logistic-function-grad", "eq-hinge"]
    assert found["eq-hinge"] == r"\ell(y, f) = \max(0,\, 1 - y f)"
    assert found["eq-mean-softmax-loss"].startswith("L = -\\frac{1}{N}")
    assert not {"eq-in-code", "eq-inline", "eq-comment"} & set(found)


def test_a_notebook_is_read_in_its_markdown_cells(tmp_path: Path):
    cells = [
        {"cell_type": "markdown", "source": ["$$\n", "a = b\n", "$$ (eq-list)\n", "text"]},
        {"cell_type": "code", "source": "x = '$$ a = b $$ (eq-code)'", "outputs": []},
        {"cell_type": "markdown", "source": "$$ a = b + 1 $$ (eq-string)\n\n$$ c = d $$"},
    ]
    path = tmp_path / "chapter.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert equations(path) == {"eq-list": "a = b", "eq-string": "a = b + 1"}
    assert [one.latex for one in displays(path) if not one.label] == ["c = d"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("$$a$$ (eq-a) and $$b$$ (eq-b)", ["eq-a", "eq-b"]),
        ("$$\na\n$$\n(eq-next-line)", []),
        ("$$ a $$ (see the text)", ["see-the-text"]),
        ("```\n$$ a $$ (eq-a)\n```", []),
        ("~~~text\n$$ a $$ (eq-a)\n~~~\n$$ b $$ (eq-b)", ["eq-b"]),
        ("````{note}\n```python\n$$ a $$ (eq-a)\n```\n$$ b $$ (eq-b)\n````", ["eq-b"]),
        (":::{admonition} Title\n$$ a $$ (eq-a)\n:::", ["eq-a"]),
        ("```{exercise}\n:label: exercise-1\n$$ a $$ (eq-a)\n```", ["eq-a"]),
        ("```{code-cell} python\n$$ a $$ (eq-a)\n```", []),
        ("```{math}\n:label: eq-a\na\n```", ["eq-a"]),
        ("```{math}\n:name: eq-a\na\n```", ["eq-a"]),
        ("```{math}\na\n```", []),
        ("- item\n  $$ a $$ (eq-a)", ["eq-a"]),
        ("`$$ a $$ (eq-a)` and ``x ` $$ b $$ (eq-b)``", []),
        ("<!-- $$ a $$\n(eq-a) $$ c $$ (eq-c) --> $$ b $$ (eq-b)", ["eq-b"]),
        (r"\$$ a \$$ (eq-a)", []),
        ("```\n$$ a $$ (eq-a)", []),
    ],
)
def test_what_is_an_equation(text: str, labels: list[str]):
    assert list(equations_in(text)) == labels


def test_a_docstring():
    docstring = """Mean of the losses.

    .. math:: R = a
        + b
       :label: eq-first

    .. math::
        :label: eq-risk

        R = \\frac1N \\sum_{i=1}^N \\ell_i

        + c

    Args:
        a: number.
    """
    assert equations_in(docstring) == {
        "eq-first": "R = a\n+ b",
        "eq-risk": "R = \\frac1N \\sum_{i=1}^N \\ell_i \\\\\n+ c",
    }


def test_what_looks_like_an_option_after_a_blank_line_is_content():
    (found,) = displays_in(".. math:: a = b\n\n    :label: eq-late")
    assert not found.label
    assert ":label:" in found.latex


def test_one_label_for_two_equations_raises():
    with pytest.raises(FormulaError, match="eq-a"):
        equations_in("$$ a $$ (eq-a) $$ b $$ (eq-a)")


def test_macros_are_expanded():
    assert equations_in(r"$$ \R^2 $$ (eq-a)", {r"\R": r"\mathbb{R}"}) == {"eq-a": r"\mathbb{R}^2"}


@pytest.mark.parametrize(
    ("text", "label", "latex"),
    [
        (r"\[ a = b \]", "", "a = b"),
        (r"\begin{equation} \label{eq-a} a = b \end{equation}", "eq-a", "a = b"),
        (
            r"\begin{align*} a &= b \\ &= c \end{align*}",
            "",
            r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        ),
        ("$$ a = b $$ {#eq-a}", "eq-a", "a = b"),
        ("$$ a = b $$ {#eq-a .wide}", "eq-a", "a = b"),
        ("$$a = b$$\n:eqlabel:`eq-a`", "eq-a", "a = b"),
        ("> $$\n> a = b\n> $$ (eq-a)", "eq-a", "a = b"),
        (".. math:: a = b\n", "", "a = b"),
        ("text\n\n  .. math::\n\n      a = b\n\n      c = d\n\ntext", "", "a = b \\\\\nc = d"),
        ("```{math}\na = b\n\nc = d\n```", "", "a = b \\\\\nc = d"),
    ],
)
def test_other_sources(text: str, label: str, latex: str):
    (found,) = displays_in(text)
    assert (found.label, found.latex) == (label, latex)


def test_lines_are_told():
    text = "one\n<!-- two\n-->\n\n$$ a $$\n\n.. math::\n\n   b\n\n$$\nc\n$$\n"
    assert [(one.latex, one.line) for one in displays_in(text)] == [("a", 5), ("b", 7), ("c", 11)]


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 100_000,
        ".. math::\n" * 50_000,
        "```{note}\n" * 20_000,
        ":::\n" * 20_001,
        "$$" * 100_001,
        r"\[" * 100_000,
        r"\begin{align}" * 20_000,
        "`" * 20_000 + " " + "` " * 20_000,
        "$$a$$ (" * 20_000,
    ],
    ids=range(9),
)
def test_the_time_grows_with_the_length_only(text: str):
    begin = time.process_time()
    displays_in(text)
    assert time.process_time() - begin < 2
