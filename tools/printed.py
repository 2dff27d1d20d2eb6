"""How much of the mathematics in the book's sentences stands under the check, and what does not.

Run from the repository root: ``python -m tools.printed`` lists what is printed and not checked.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eqtest.tokens import RELATIONS, tokenize, words

from eqtest import FormulaError
from tools.formulas import BOOK, book_audit

OPERATIONS = RELATIONS | words(r"+ - / ^ \frac \sum \prod \cdot \sqrt \log \exp \max \min")
_APART = re.compile(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\$])\$([^$\n]+?)(?<!\\)\$(?!\$)")


@dataclass(frozen=True)
class Inline:
    """A formula in a sentence that claims or computes something."""

    page: str
    latex: str
    checked: bool


def inline() -> Iterator[Inline]:
    """Yield the inline formulas with a relation or an operation, each once a page.

    One that is part of a checked equation, token by token, counts as checked.
    """
    audit = book_audit()
    compared = (latex for label, latex in audit.latex.items() if label not in audit.exempt)
    equations = [f" {_spelled(latex)} " for latex in compared]
    for page in sorted(BOOK.rglob("*.ipynb")):
        if any(part.startswith(".") for part in page.parts) or "source" in page.parts:
            continue
        cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] != "code")
        for latex in dict.fromkeys(_INLINE.findall(_APART.sub(" ", text))):
            spelled = _spelled(latex)
            if set(spelled.split()) & OPERATIONS:
                checked = any(f" {spelled} " in equation for equation in equations)
                yield Inline(page.relative_to(BOOK).with_suffix("").as_posix(), latex, checked)


def shares() -> dict[str, int]:
    """Return the counts that the page on what is checked prints."""
    found = list(inline())
    return {
        "inline": len(found),
        "inline checked": sum(one.checked for one in found),
    }


def _spelled(latex: str) -> str:
    """Return the tokens of a formula, which spacing and synonyms do not change."""
    try:
        tokens = tokenize(latex)
    except FormulaError:
        return latex
    return " ".join(token.text.replace(" ", "~") for token in tokens if token.text != "&")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is not checked, and the shares."""
    parser = argparse.ArgumentParser(prog="python -m tools.printed", description=__doc__)
    parser.add_argument("--json", type=Path, help="where to store the shares")
    options = parser.parse_args(arguments)
    for one in inline():
        if not one.checked:
            print(f"{one.page}: ${one.latex}$")
    print(found := shares())
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
