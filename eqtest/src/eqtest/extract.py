r"""The labelled equations of a chapter, a page or a docstring.

Read are ``$$ … $$ (eq-label)``, a ``{math}`` block with ``:label:`` and the ``.. math::`` directive
of docstrings with ``:label:``. Code is never read as mathematics: fences without a directive, code
directives, inline code and comments are left out; notes, exercises and other such blocks are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from eqtest.errors import FormulaError
from eqtest.tokens import expand, words

CODE = words(
    """code code-block code-cell sourcecode literalinclude raw eval-rst mermaid glue list-table
    csv-table bibliography toctree"""
)
_FENCE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})\s*(.*?)\s*$")
_OPTION = re.compile(r"\s*:([\w-]+):\s*(.*?)\s*$")
_DOLLARS = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$[ \t]*(?:\(([^()$\n]+)\))?", re.DOTALL)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_RST = re.compile(r"^([ \t]*)\.\. math::[ \t]*(.*)$", re.MULTILINE)


def equations(path: str | Path, macros: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the labelled equations of a file, in order.

    Args:
        path: a notebook (``.ipynb``, whose Markdown cells are read) or a text.
        macros: the LaTeX macros of the book, command -> body.

    Raises:
        FormulaError: if two equations have one label.
    """
    text = Path(path).read_text(encoding="utf-8")
    if Path(path).suffix != ".ipynb":
        return equations_in(text, macros)
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    sources = [cell["source"] for cell in cells]
    joined = [source if isinstance(source, str) else "".join(source) for source in sources]
    return _labelled((pair for source in joined for pair in _displayed(source)), macros)


def equations_in(text: str, macros: Mapping[str, str] | None = None) -> dict[str, str]:
    r"""Return the labelled equations of a text: a page, or a docstring.

    >>> equations_in("The loss is $$\\max(0, 1 - y f)$$ (eq-hinge) for a margin y f.")
    {'eq-hinge': '\\max(0, 1 - y f)'}
    """
    return _labelled(_displayed(text), macros)


def unlabelled(path: str | Path) -> int:
    """Return how many displayed equations of a file carry no label, so that none is checked."""
    text = Path(path).read_text(encoding="utf-8")
    if Path(path).suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    return sum(not label for label, _ in _displayed(text))


def _labelled(found: Iterator[tuple[str, str]], macros: Mapping[str, str] | None) -> dict[str, str]:
    result: dict[str, str] = {}
    for label, latex in found:
        if label in result:
            raise FormulaError(f"two equations are labelled {label}")
        if label:
            result[label] = expand(latex.strip(), macros or {})
    return result


def _displayed(text: str) -> Iterator[tuple[str, str]]:
    """Yield label (or nothing) and LaTeX of the displayed equations, fences first."""
    prose: list[str] = []
    lines = iter(_COMMENT.sub("", text).splitlines())
    for line in lines:
        fence = _FENCE.match(line)
        if not fence or (fence[1][0] == "`" and "`" in fence[2]):
            prose.append(line)
            continue
        yield from _in_prose("\n".join(prose))
        prose = []
        body = list(_fenced(lines, fence[1]))
        directive = re.match(r"\{([\w:.-]+)\}", fence[2])
        if directive and directive[1] == "math":
            yield _math_block(body)
        elif (directive and directive[1] not in CODE) or (fence[1][0] == ":" and not directive):
            yield from _displayed("\n".join(body))
    yield from _in_prose("\n".join(prose))


def _fenced(lines: Iterator[str], opening: str) -> Iterator[str]:
    for line in lines:
        closing = _FENCE.match(line)
        if closing and closing[1].startswith(opening) and not closing[2]:
            return
        yield line


def _math_block(body: list[str]) -> tuple[str, str]:
    options = {}
    while body and (option := _OPTION.match(body[0])):
        options[option[1]] = option[2]
        body = body[1:]
    return options.get("label", options.get("name", "")), "\n".join(body)


def _in_prose(text: str) -> Iterator[tuple[str, str]]:
    for directive in _RST.finditer(text):
        body = [directive[2]] if directive[2] else []
        for line in text[directive.end() + 1 :].splitlines():
            deeper = len(line) - len(line.lstrip()) > len(directive[1].expandtabs())
            if line.strip() and not deeper:
                break
            if line.strip():
                body.append(line.strip())
        yield _math_block(body)
    for display in _DOLLARS.finditer(_INLINE_CODE.sub(lambda code: " " * len(code[0]), text)):
        yield re.sub(r"\s+", "-", (display[2] or "").strip()), display[1]
