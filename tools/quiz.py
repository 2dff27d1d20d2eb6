"""The self-checks' questions, and their export to Moodle: ``python -m tools.quiz > questions.xml``.

A question is a second-level section of a page below ``book/course/self_check``: its options are
dropdowns, whose numbers the page's cells compute. Each option keeps its explanation.
"""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools import chapters

PAGES = sorted((chapters.BOOK / "course" / "self_check").glob("*.ipynb"))
OPTION = re.compile(r"^:::\{dropdown\} (?P<title>.+)\n(?P<answer>(?:.*\n)*?):::$", re.MULTILINE)
GLUED = re.compile(r"\{glue:text\}`(?P<name>[^`]+)`")


class Option(NamedTuple):
    """One option of a question: what it says, and what opening it answers."""

    title: str
    answer: str

    @property
    def right(self) -> bool:
        """Whether this is the right one."""
        return self.answer.startswith("**Right.**")


class Question(NamedTuple):
    """A question with its options; names of glued numbers stand in for them."""

    page: Path
    title: str
    text: str
    options: list[Option]


def glued(page: Path) -> dict[str, str]:
    """Return the values that a page's cells computed, as they are shown."""
    return {
        output.metadata["scrapbook"]["name"]: next(iter(output.data.values())).strip("'")
        for cell in chapters.read(page).cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def questions(page: Path) -> list[Question]:
    """Return each question of a page."""
    prose = "\n".join(c.source for c in chapters.read(page).cells if c.cell_type == "markdown")
    found = []
    for part in re.split(r"^## ", prose + "\n", flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        options = [Option(match["title"], match["answer"]) for match in OPTION.finditer(part)]
        found.append(Question(page, title, rest.partition(":::{dropdown}")[0].strip(), options))
    return found


def moodle(pages: list[Path]) -> bytes:
    """Return the questions of pages as Moodle's XML, a category for each page."""
    quiz = ElementTree.Element("quiz")
    for page in pages:
        values = glued(page)
        category = ElementTree.SubElement(quiz, "question", type="category")
        _text(category, "category", f"$course$/lossbook/{page.stem}")
        for question in questions(page):
            element = ElementTree.SubElement(quiz, "question", type="multichoice")
            _text(element, "name", f"{page.stem} {question.title}")
            _text(element, "questiontext", _html(question.text, values), format="html")
            for name, value in {"single": "true", "shuffleanswers": "true"}.items():
                ElementTree.SubElement(element, name).text = value
            for option in question.options:
                points = "100" if option.right else "0"
                answer = ElementTree.SubElement(element, "answer", fraction=points, format="html")
                ElementTree.SubElement(answer, "text").text = _html(option.title, values)
                _text(answer, "feedback", _html(option.answer, values), format="html")
    ElementTree.indent(quiz)
    return bytes(ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True))


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    element = ElementTree.SubElement(parent, name, attributes)
    ElementTree.SubElement(element, "text").text = text


def _formula(content: str, options: dict[str, Any]) -> str:
    marks = (r"\[", r"\]") if options.get("display_mode") else (r"\(", r"\)")
    return f"{marks[0]}{html.escape(content)}{marks[1]}"  # which Moodle hands to MathJax


def _html(text: str, values: dict[str, str]) -> str:
    """Return Markdown as HTML, with the numbers that the page computed."""
    filled = GLUED.sub(lambda match: values[match["name"]], text)
    return str(MarkdownIt().use(dollarmath_plugin, renderer=_formula).render(filled)).strip()


if __name__ == "__main__":
    sys.stdout.buffer.write(moodle(PAGES))
