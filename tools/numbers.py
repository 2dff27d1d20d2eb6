"""Find numbers in the prose that report a result and stand in no output of their section.

Run from the repository root::

    python -m tools.numbers [chapter ...]

A number with decimals, a per cent or a unit in plain text is a result: it is glued, or it equals,
to its printed precision, a number in the outputs or the code of its section; verdicts and summary
are held to the whole chapter. What is defined or worked out by hand is set as mathematics,
``$0.35$``, or as code: that is the whole rule of exemption, and a reader can see it. Exercises,
*At a glance* and *Further reading* report nothing, nor does the number of a section or an
equation. Descriptions of figures are held to the rule like prose. The self-checks' numbers have
expressions of their own (``tools/quiz.py``).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from tools.chapters import ChapterError, all_notebooks, notebook_path

DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
UNITS = "%|per cent|°|degrees|points|seconds|times|bits|nats|MB|MiB|pixels"
REPORTED = re.compile(
    rf"(?<![\w.,^/]){DIGITS}(?=\s?(?:{UNITS})(?!\w))|(?<![\w.,^/])\d+\.\d+(?!\w|\.\d)"
)
NUMBER = re.compile(rf"{DIGITS}(?:e[-+]?\d+)?")
# What is set as mathematics or code, is drawn from elsewhere, or reports nothing.
UNREPORTED = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?:exercise|solution|math|glue).*?^(?P=fence)\s*$"
    r"|^`{3}.*?^`{3}\s*$"
    r"|\$\$.*?\$\$|\$[^$]+\$|`[^`]*`|\]\([^)]*\)|https?://\S+"
    r"|(?i:\b(?:section|chapter|equation|table|figure)s?)\s+\(?[\d.]+",
    re.DOTALL | re.MULTILINE,
)
HEADING = re.compile(r"^##? (?P<title>.*)$", re.MULTILINE)
SILENT = ("At a glance", "Exercises", "Further reading")
OF_THE_CHAPTER = ("Verdicts", "Summary")


class Section(NamedTuple):
    """What stands under one heading of the second level: texts in plain words, and the cells."""

    title: str
    texts: list[str]
    cells: list[NotebookNode]


def sections(notebook: NotebookNode) -> list[Section]:
    """Return the second-level sections; one cell may hold several headings."""
    found = [Section("", [], [])]
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            found[-1].cells.append(cell)
            mystnb = cell.metadata.get("mystnb", {})
            words = [mystnb.get("image", {}).get("alt"), mystnb.get("figure", {}).get("caption")]
            found[-1].texts.extend(UNREPORTED.sub(" ", text) for text in words if text)
            continue
        before, *rest = HEADING.split(UNREPORTED.sub(" ", cell.source))
        found[-1].texts.append(before)
        for title, text in zip(rest[::2], rest[1::2], strict=True):
            found.append(Section(title.strip(), [text], []))
    return found


def shown(cells: Sequence[NotebookNode]) -> list[float]:
    """Return every number in the outputs and the code of the cells."""
    texts = []
    for cell in cells:
        if cell.cell_type == "code":
            texts.append(cell.source)
            for output in cell.get("outputs", []):
                texts.append(output.get("text", ""))
                data = output.get("data", {})
                texts += [str(text) for kind, text in data.items() if kind.startswith("text/")]
    return [float(number.replace(",", "")) for text in texts for number in NUMBER.findall(text)]


def is_shown(number: str, numbers: Sequence[float]) -> bool:
    """Say whether one of the numbers, or its hundredfold, rounds to what is printed."""
    digits = number.replace(",", "")
    half = 0.5000001 * 10.0 ** -len(digits.partition(".")[2])
    return any(abs(size * found - float(digits)) <= half for found in numbers for size in (1, 100))


def faults(path: Path, notebook: NotebookNode) -> Iterator[str]:
    """Yield each number of a chapter that nothing shown in its section stands behind."""
    of_the_chapter = shown(notebook.cells)
    for title, texts, cells in sections(notebook):
        if title in SILENT:
            continue
        numbers = of_the_chapter if title in OF_THE_CHAPTER else shown(cells)
        for text in texts:
            for found in REPORTED.finditer(text):
                if not is_shown(found[0], numbers):
                    around = " ".join(text[max(found.start() - 50, 0) : found.end() + 25].split())
                    yield f"{path}: {title}: {found[0]} stands in no output: … {around} …"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the faults of the chapters; return 1 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tools.numbers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("chapters", nargs="*", help="default: all of them")
    options = parser.parse_args(arguments)
    try:
        paths = [notebook_path(name) for name in options.chapters]
        paths = paths or [path for path in all_notebooks() if path.parent.name != "self_check"]
    except ChapterError as error:
        print(error, file=sys.stderr)
        return 1
    found = [fault for path in paths for fault in faults(path, nbformat.read(path, as_version=4))]
    print(
        "\n".join([*found, f"{len(paths)} chapter(s), {len(found)} number(s) without an output."])
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
