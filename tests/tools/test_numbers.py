"""A number in the prose that stands in no output is found; what is set as mathematics is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import numbers


def chapter(prose: str, output: str, source: str = "print(result)", alt: str = "") -> NotebookNode:
    """A section with one sentence and one output."""
    cell = new_code_cell(source, outputs=[new_output("stream", name="stdout", text=output)])
    cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return new_notebook(cells=[new_markdown_cell("# Title\n\n## Experiment"), cell, text(prose)])


def text(prose: str) -> NotebookNode:
    return new_markdown_cell(prose)


def found(notebook: NotebookNode) -> list[str]:
    faults = numbers.faults(Path("page.ipynb"), notebook)
    return [re.findall(r": ([\d.,]+) stands", fault)[0] for fault in faults]


@pytest.mark.parametrize(
    ("prose", "output"),
    [
        ("The loss is 0.35.", "0.3512"),
        ("It finds 71 % of them.", "recall 0.71"),
        ("It finds 71 per cent of them.", "71.3%"),
        ("The angle is 28.6°.", "28.6479"),
        ("A step of 1,797 pixels.", "1797"),
        ("It is 1,234.5 in all.", "1234.5"),
        ("Set to $0.35$ and `0.4`, as in {cite:t}`a2010`.", "1"),
        ("$$ 0.35 + 0.1 $$ (eq-sum)", "1"),
        ("Section 2.4 and equation (4.104) derive it.", "1"),
        ("Chapter 1.3.4 has 7 classes.", "1"),
    ],
)
def test_right_numbers_pass(prose: str, output: str) -> None:
    assert found(chapter(prose, output)) == []


@pytest.mark.parametrize(
    ("prose", "output", "wrong"),
    [
        ("The loss is 0.36.", "0.3512", "0.36"),
        ("It finds 72 % of them.", "recall 0.71", "72"),
        ("It finds 72 per cent of them.", "0.71", "72"),
        ("The angle is 28.7°.", "28.6479", "28.7"),
        ("It takes 5 times as long.", "4.3", "5"),
        ("**Bold**: 0.350 exactly.", "0.3512", "0.350"),
    ],
)
def test_a_changed_digit_is_found(prose: str, output: str, wrong: str) -> None:
    assert found(chapter(prose, output)) == [wrong]


def test_another_section_does_not_answer() -> None:
    notebook = chapter("Here.", "0.3512")
    notebook.cells += [
        text("## Next\n\nThe loss was 0.35."),
        text("## Summary\n\nThe loss was 0.35."),
    ]
    assert found(notebook) == ["0.35"]


def test_exercises_and_what_was_read_elsewhere_report_nothing() -> None:
    notebook = chapter(
        "## Exercises\n\nTake 5.5 % of it.\n\n## Further reading\n\nSection 3.1.", "1"
    )
    assert found(notebook) == []


def test_descriptions_of_figures_are_held_to_it_too() -> None:
    assert found(chapter("Nothing.", "0.71", alt="A curve that ends at 0.72")) == ["0.72"]


def test_code_of_the_section_answers() -> None:
    assert found(chapter("A step size of 0.003.", "done", source="train(rate=0.003)")) == []
