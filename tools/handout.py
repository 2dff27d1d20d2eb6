"""Pages for the instructor's set, made of Markdown: no other file, no network."""

from __future__ import annotations

from collections.abc import Sequence

import nbformat

from lossbook.grading import feedback

STYLE = "font: 16px/1.5 sans-serif; max-width: 60em; margin: auto; padding: 0 1em"


def page(title: str, parts: Sequence[str]) -> str:
    """Return Markdown as a page that needs no other file."""
    text = "\n\n".join([f"# {title}", *parts])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    html, _ = feedback.exporter()(template_name="basic").from_notebook_node(notebook)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    return f'{head}<body style="{STYLE}">{html}'
