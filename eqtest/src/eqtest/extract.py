r"""The displayed equations of a chapter, a page or a docstring, labelled or not.

Read are ``$$ … $$``, ``\[ … \]``, environments such as ``equation`` and ``align``, a ``{math}``
block of MyST and the ``.. math::`` directive of reStructuredText. A label is ``(eq-a)`` or
``{#eq-a}`` after the display, ``:label:`` in a directive, ``\label{eq-a}`` inside. Code is never
read as mathematics: fences without a directive, code directives, inline code and comments are left
out; notes, exercises and other such blocks are not.

Every text is read once, line by line, so the time grows with its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from eqtest.errors import FormulaError
from eqtest.tokens import expand, words

CODE = words(
    """code code-block code-cell sourcecode literalinclude raw eval-rst mermaid glue list-table
    csv-table bibliography toctree"""
)
_FENCE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})\s*(\S.*)?$")
_DIRECTIVE = re.compile(r"\{([\w:.-]+)\}")
_OPTION = re.compile(r"\s*:([\w-]+):\s*(.*?)\s*$")
_RST = re.compile(r"([ \t]*)\.\. math::[ \t]*(.*)$")
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_OPENING = re.compile(
    r"(?<!\\)\$\$|(?<!\\)\\\[|\\begin\{(equation|align|gather|multline|eqnarray)(\*?)\}"
)
_AFTER = re.compile(
    r"[ \t]*(?:\(([^()$\n]+)\)|\{#([\w:.-]+)[^}\n]*\}|\n[ \t]*:eqlabel:`?([\w:.-]+)`?)"
)
_LABEL = re.compile(r"\\label\{([^{}]+)\}")
_QUOTE = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True)
class Display:
    """One displayed equation: its label, or nothing, its LaTeX, and the line that it begins on."""

    label: str
    latex: str
    line: int
    source: str = ""


def displays(path: str | Path, macros: Mapping[str, str] | None = None) -> list[Display]:
    """Return the displayed equations of a file, in order.

    Args:
        path: a notebook (``.ipynb``, whose Markdown cells are read) or a text.
        macros: the LaTeX macros of the book, command -> body.
    """
    text = Path(path).read_text(encoding="utf-8")
    if Path(path).suffix != ".ipynb":
        return displays_in(text, macros)
    found: list[Display] = []
    for number, cell in enumerate(json.loads(text)["cells"], start=1):
        if cell["cell_type"] == "markdown":
            inside = displays_in("".join(cell["source"]), macros)
            found += [replace(one, source=f"cell {number}") for one in inside]
    return found


def displays_in(text: str, macros: Mapping[str, str] | None = None) -> list[Display]:
    """Return the displayed equations of a text, in order."""
    found = _displayed(text.expandtabs())
    return [replace(one, latex=expand(one.latex.strip(), macros or {})) for one in found]


def equations(path: str | Path, macros: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the labelled equations of a file, in order; macros as for ``displays``.

    Raises:
        FormulaError: if two equations have one label.
    """
    return _labelled(displays(path, macros))


def equations_in(text: str, macros: Mapping[str, str] | None = None) -> dict[str, str]:
    r"""Return the labelled equations of a text: a page, or a docstring.

    >>> equations_in("The loss is $$\\max(0, 1 - y f)$$ (eq-hinge) for a margin y f.")
    {'eq-hinge': '\\max(0, 1 - y f)'}
    """
    return _labelled(displays_in(text, macros))


def _labelled(found: Iterable[Display]) -> dict[str, str]:
    result: dict[str, str] = {}
    for display in found:
        if display.label in result:
            raise FormulaError(f"two equations are labelled {display.label}")
        if display.label:
            result[display.label] = display.latex
    return result


def _displayed(text: str) -> Iterator[Display]:
    """Yield the displays of a text; what stands between fences and directives is prose."""
    lines = _without_comments(text).splitlines()
    open_blocks: list[str] = []
    prose: list[str] = []
    begin = at = 0
    while at < len(lines):
        fence, directive = _FENCE.match(lines[at]), _RST.match(lines[at])
        if fence and (fence[1][0] != "`" or "`" not in (fence[2] or "")):
            yield from _in_prose(prose, begin)
            name = _DIRECTIVE.match(fence[2] or "")
            closes = open_blocks and fence[1].startswith(open_blocks[-1]) and not fence[2]
            start, at = at, at + 1
            if closes:
                open_blocks.pop()
            elif name and name[1] == "math":
                end = _closing_fence(lines, at, fence[1])
                yield _math_block(lines[at:end], start)
                at = end + 1
            elif (name and name[1] not in CODE) or (fence[1][0] == ":" and not name):
                open_blocks.append(fence[1])
            else:
                at = _closing_fence(lines, at, fence[1]) + 1
            prose, begin = [], at
        elif directive:
            yield from _in_prose(prose, begin)
            start, at = at, at + 1
            margin = len(directive[1])
            while at < len(lines) and (not lines[at].strip() or _indent(lines[at]) > margin):
                at += 1
            yield _math_block(
                [directive[2], *(line.strip() for line in lines[start + 1 : at])], start
            )
            prose, begin = [], at
        else:
            prose.append(lines[at])
            at += 1
    yield from _in_prose(prose, begin)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _without_comments(text: str) -> str:
    """Blank out comments, keeping the lines; one that is never closed is none."""
    done, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        done += [text[at:begin], "\n" * text.count("\n", begin, end)]
        at = end + 3
    return "".join([*done, text[at:]])


def _closing_fence(lines: list[str], at: int, opening: str) -> int:
    while at < len(lines):
        closing = _FENCE.match(lines[at])
        if closing and closing[1].startswith(opening) and not closing[2]:
            break
        at += 1
    return at


def _math_block(body: list[str], line: int) -> Display:
    r"""Read the body of a directive: Sphinx sets what blank lines separate as rows."""
    while body and not body[0].strip():
        body = body[1:]
    end = next((at for at, row in enumerate(body) if not row.strip()), len(body))
    found = [_OPTION.match(row) for row in body[:end]]  # before or after what is on the first line
    options = {option[1]: option[2] for option in found if option}
    body = [row for row, option in zip(body[:end], found, strict=True) if not option] + body[end:]
    latex = _BLANK_LINES.sub(" \\\\\\\\\n", "\n".join(body).strip())
    label = options.get("label", options.get("name", ""))
    return _with_label(label, latex, line + 1)


def _in_prose(lines: list[str], begin: int) -> Iterator[Display]:
    printed = "\n".join(lines)
    text = _INLINE_CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), printed)
    at, line, counted = 0, begin + 1, 0
    unclosed: set[str] = set()
    while opening := _OPENING.search(text, at):
        closing = {"$$": "$$", r"\[": r"\]"}.get(opening[0], f"\\end{opening[0][6:]}")
        end = -1 if closing in unclosed else _find(text, closing, opening.end())
        if end < 0:
            unclosed.add(closing)
            at = opening.end()
            continue
        line, counted = line + text.count("\n", counted, opening.start()), opening.start()
        inside = text[opening.end() : end]
        if opening[1] not in (None, "equation"):
            inside = f"\\begin{{aligned}}{inside}\\end{{aligned}}"
        after = _AFTER.match(printed, end + len(closing))
        at = after.end() if after else end + len(closing)
        label = next((part for part in after.groups() if part), "") if after else ""
        if all(re.match(r"[ \t]*>", row) for row in inside.split("\n")[1:] if row.strip()):
            inside = _QUOTE.sub("", inside)
        yield _with_label(re.sub(r"\s+", "-", label.strip()), inside, line)


def _find(text: str, closing: str, at: int) -> int:
    """Return where a closing stands, but not one after a backslash that escapes it."""
    end = text.find(closing, at)
    while closing == "$$" and end > 0 and text[end - 1] == "\\":
        end = text.find(closing, end + 1)
    return end


def _with_label(label: str, latex: str, line: int) -> Display:
    inside = _LABEL.search(latex)
    return Display(label or (inside[1] if inside else ""), _LABEL.sub("", latex), line)
