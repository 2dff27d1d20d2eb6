"""The bank of questions, its check and its pages; ``python -m tools.quiz`` writes them anew.

A file of ``book/course/questions`` holds the questions of one chapter as YAML: a title, a level
(recall, apply or reason), what is asked, and options. An option says something, and why it is right
or wrong; each wrong one is one mistake that can be named. What can be computed stands beside it as
an expression in Python. ``is`` gives a number: beside the question the right one, beside a wrong
option the one that its mistake leads to. ``holds`` is true of the right statement and of no other.
``let`` holds the lines that come before the expressions. So a wrong key fails. ``form: number``
asks for the number itself; its wrong options are mistakes that are known.
"""

from __future__ import annotations

import math
import random
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import numpy as np
import torch
import yaml

from lossbook import functional, reference
from lossbook.reference import margin
from tools import chapters

COURSE = chapters.BOOK / "course"
BANK = COURSE / "questions"
PAGES = COURSE / "self_check"
LEVELS = ("recall", "apply", "reason")
FORMS = ("choice", "number")
# The pages of the site, by the chapters whose questions they hold.
PARTS = {
    "1_classification": ("classification", r"0_|1_[12456]_"),
    "2_softmax": ("the softmax family", r"1_3_"),
    "3_regression": ("regression", r"2_"),
    "4_practice": ("in practice", r"3_"),
}
NUMBER = re.compile(r"[−-]?\d+(?:\.(?P<digits>\d+))?(?= ?[°%]?$)")
# What expressions may use: the reference functions by their names, and where numbers come from.
NAMES = {
    **{name: getattr(reference, name) for name in reference.__all__},
    **{name: getattr(math, name) for name in ("pi", "e", "inf")},
    **{name: getattr(np, name) for name in ("log", "exp", "sqrt", "cos", "sin", "radians")},
    **{
        "np": np,
        "torch": torch,
        "F": torch.nn.functional,
        "functional": functional,
        "margin": margin,
    },
}


class QuizError(Exception):
    """Something is wrong with a question; the message says what and where."""


class Option(NamedTuple):
    """One option of a question: what it says, why it is right or wrong, and its expressions."""

    say: str
    why: str
    right: bool
    value: str = ""  # gives the number of a mistake
    holds: str = ""  # true of the right statement alone


class Question(NamedTuple):
    """A question of a chapter."""

    chapter: str
    title: str
    level: str
    ask: str
    options: tuple[Option, ...]
    form: str = "choice"
    let: str = ""
    value: str = ""  # gives the right number
    finding: str = ""  # of the experiment that the question is about

    @property
    def key(self) -> Option:
        """The right option."""
        return next(option for option in self.options if option.right)

    @property
    def wrong(self) -> list[Option]:
        """The wrong options."""
        return [option for option in self.options if not option.right]

    @property
    def name(self) -> str:
        """Chapter and title as one word, which names it in other programs."""
        return f"{self.chapter}-{re.sub(r'[^a-z0-9]+', '-', self.title.lower()).strip('-')}"

    @property
    def computed(self) -> bool:
        """Whether an expression stands behind its key."""
        return bool(self.value or self.key.holds)


def question(chapter: str, entry: dict[str, Any]) -> Question:
    """Return a question from its YAML.

    Raises:
        QuizError: If a key is unknown or missing.
    """
    try:
        options = [_option(found) for found in entry["options"]]
        # The place of an option says nothing: the title decides it.
        random.Random(entry["title"]).shuffle(options)
        return Question(chapter, **{**_named(entry), "options": tuple(options)})
    except (KeyError, TypeError) as error:
        raise QuizError(f"{chapter}: {entry.get('title')}: {error}") from None


def _option(entry: dict[str, Any]) -> Option:
    fields = _named(entry)
    right = "right" in fields
    return Option(why=fields.pop("right" if right else "wrong"), right=right, **fields)


def _named(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with a field's name in the place of ``is``, which Python keeps."""
    return {"value" if key == "is" else key: text for key, text in entry.items()}


def read(path: Path) -> list[Question]:
    """Return the questions of a file; every scalar of it is text."""
    entries = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return [question(path.stem, entry) for entry in entries]


@cache
def bank() -> tuple[Question, ...]:
    """Return all questions, in the order of the chapters."""
    paths = sorted(BANK.glob("*.yml"), key=lambda path: _order(path.stem))
    return tuple(one for path in paths for one in read(path))


def _order(stem: str) -> list[int]:
    return [int(part) for part in re.findall(r"(?<![a-z])\d+(?=_)", stem)]


# The check ---------------------------------------------------------------------------------


def number(said: str) -> tuple[float, float]:
    """Return the number that an option says, and half a unit of its last digit, its tolerance.

    Raises:
        QuizError: If it does not say a number and at most a unit.

    Example:
        >>> number("0.25")
        (0.25, 0.005)
        >>> number("−30°")
        (-30.0, 0.5)
    """
    found = NUMBER.match(said)
    if not found:
        raise QuizError(f"{said!r} is no number")
    return float(found[0].replace("−", "-")), 0.5 * 10.0 ** -len(found["digits"] or "")


def faults(one: Question) -> Iterator[str]:
    """Yield what is wrong with a question: its form, its numbers, its key."""
    where = f"{one.chapter}: {one.title}"
    if one.level not in LEVELS or one.form not in FORMS:
        yield f"{where}: level is one of {LEVELS}, form one of {FORMS}"
    if sum(option.right for option in one.options) != 1:
        yield f"{where}: not exactly one option is right"
        return
    if len(one.options) < (3 if one.form == "choice" else 2):
        yield f"{where}: too few options"
    if len({option.say for option in one.options}) < len(one.options):
        yield f"{where}: two options say the same"
    if not all(option.why for option in one.options):
        yield f"{where}: an option does not say why"
    names = dict(NAMES)
    exec(one.let, names)  # our own data, as a cell of a notebook is
    yield from (f"{where}: {fault}" for fault in _wrong_numbers(one, names))
    stated = [option.holds for option in one.options if option.holds]
    if stated and len(stated) < len(one.options):
        yield f"{where}: 'holds' stands beside some options and not beside others"
    for option in one.options:
        if option.holds and bool(eval(option.holds, names)) != option.right:
            yield f"{where}: {option.say!r} is marked {'right' if option.right else 'wrong'}"
    if one.form == "number":
        yield from (f"{where}: {fault}" for fault in _too_near(one))


def _wrong_numbers(one: Question, names: dict[str, Any]) -> Iterator[str]:
    """Yield each number that is not what its expression gives, or that has none."""
    if one.key.value:
        yield f"the number of {one.key.say!r} belongs beside the question"
    for option in one.options:
        expression = one.value if option.right else option.value
        if expression:
            said, half = number(option.say)
            value = float(np.squeeze(eval(expression, names)))
            if not abs(value - said) <= half * (1 + 1e-6):
                yield f"says {option.say}, {expression} is {value:.6g}"
        elif NUMBER.match(option.say):
            yield f"the number {option.say} has no expression"


def _too_near(one: Question) -> Iterator[str]:
    """Yield the wrong numbers that would be taken for the right one."""
    right, half = number(one.key.say)
    for option in one.wrong:
        wrong, its_half = number(option.say)
        if abs(wrong - right) <= half + its_half:
            yield f"{option.say} is as good as {one.key.say}"


# The pages ---------------------------------------------------------------------------------

INTRODUCTION = """# Self-check: {title}

Answer each question before you open an option. Each wrong option is what one common mistake leads
to, and says which. Numbers are rounded to the digits that are shown, and recomputed by the
package's tests. A question asks you to *recall* what the chapter says, to *apply* it to an example,
or to *reason* from it.
"""


def page(part: str) -> str:
    """Return one page of the site as MyST Markdown, a cell for each question."""
    title, pattern = PARTS[part]
    cells, count = [INTRODUCTION.format(title=title)], 0
    chapter = ""
    for one in bank():
        if not re.match(pattern, one.chapter):
            continue
        if one.chapter != chapter:
            chapter = one.chapter
            cells.append(f"## {heading(chapter)}\n\nThe chapter: {{doc}}`/{source(chapter)}`.\n")
        count += 1
        cells.append(_asked(one, count))
    return "\n+++\n\n".join(cells)


def _asked(one: Question, count: int) -> str:
    """Return a question as it is asked on the site."""
    parts = [f"### {count}. {one.title}\n", f"*{one.level.capitalize()}.* {one.ask.strip()}\n"]
    finding = f" ({{finding}}`{one.finding}`)" if one.finding else ""
    if one.form == "number":
        parts.append(_dropdown("The answer", f"**{one.key.say}.** {one.key.why}{finding}"))
        known = "\n".join(f"- **{option.say}:** {option.why}" for option in one.wrong)
        parts.append(_dropdown("Another number", known))
        return "\n".join(parts)
    for option in one.options:
        verdict = f"**Right.** {option.why}{finding}" if option.right else f"**No.** {option.why}"
        parts.append(_dropdown(option.say, verdict))
    return "\n".join(parts)


def _dropdown(title: str, body: str) -> str:
    return f":::{{dropdown}} {' '.join(title.split())}\n{body.strip()}\n:::\n"


@cache
def source(chapter: str) -> str:
    """Return the page of a chapter that questions name by the numbers of its path.

    Example:
        >>> source("1_3_2_weighted")
        'book/1_classification/3_softmax/2_weighted'
    """
    return next(
        str(path.with_suffix(""))
        for path in chapters.all_notebooks()
        if "course" not in path.parts and short(path) == chapter
    )


def short(path: Path) -> str:
    """Return a chapter's name with all numbers of its path.

    Example:
        >>> short(Path("book/2_regression/index.ipynb"))
        '2_regression'
    """
    parts = [part for part in path.with_suffix("").parts[1:] if part != "index"]
    return "_".join([*(part.split("_")[0] for part in parts[:-1]), parts[-1]])


def heading(chapter: str) -> str:
    """Return the number and the title of a chapter."""
    first = chapters.read(Path(f"{source(chapter)}.ipynb")).cells[0].source.splitlines()[0]
    title = re.sub(r"^# (?:\d\. )?", "", first)
    return f"{'.'.join(map(str, _order(chapter)))} {title}"


def write_pages(parts: Iterable[str] = PARTS) -> None:
    """Write the pages of the site."""
    for part in parts:
        nbformat.write(chapters.from_text(page(part)), PAGES / f"{part}.ipynb")


def main() -> int:
    """Check the bank, write its pages and its exports."""
    from tools import quiz_export

    if found := [fault for one in bank() for fault in faults(one)]:
        print("\n".join(found), file=sys.stderr)
        return 1
    write_pages()
    for path in quiz_export.write(bank(), Path("_build", "questions")):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
