"""The self-check: each question has one right option, and its numbers come from ``lossbook``."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tools import quiz

QUESTIONS = {
    f"{page.stem}: {question.title}": (page, question.options)
    for page in quiz.PAGES
    for question in quiz.questions(page)
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_one_option_is_right_and_every_option_says_why(name: str) -> None:
    _, options = QUESTIONS[name]
    assert len(options) >= 3
    assert sum(option.right for option in options) == 1
    assert all(option.right or option.answer.startswith("**No.**") for option in options)


@pytest.mark.parametrize("name", QUESTIONS)
def test_numbers_are_computed_and_differ(name: str) -> None:
    page, options = QUESTIONS[name]
    shown = [
        quiz.GLUED.sub(lambda found: quiz.glued(page)[found["name"]], o.title) for o in options
    ]
    assert len(set(shown)) == len(options)
    for option in options:
        numeric = quiz.GLUED.fullmatch(option.title)
        assert numeric or not re.search(r"\d\.\d", option.title), "a number must come from a cell"
        assert not numeric or option.right == numeric["name"].endswith("-right")


def test_the_place_of_the_right_option_says_nothing() -> None:
    places = [[o.right for o in options].index(True) for _, options in QUESTIONS.values()]
    assert len(QUESTIONS) >= 20
    assert max(map(places.count, range(4))) <= len(places) / 2


def test_moodle_gets_every_question_with_its_numbers_and_explanations() -> None:
    root = ElementTree.fromstring(quiz.moodle(quiz.PAGES))
    found = root.findall("question[@type='multichoice']")
    assert len(found) == len(QUESTIONS)
    for element, (page, options) in zip(found, QUESTIONS.values(), strict=True):
        answers = element.findall("answer")
        assert [a.get("fraction") == "100" for a in answers] == [o.right for o in options]
        assert all(answer.findtext("feedback/text") for answer in answers)
        for answer, option in zip(answers, options, strict=True):
            for name in quiz.GLUED.findall(option.title):
                assert quiz.glued(page)[name] in (answer.findtext("text") or "")
    text = "".join(root.itertext())
    assert not re.search(r"\{\w+(:\w+)?\}`|:::|(?<!\\)\$", text.replace("$course$", ""))


def test_a_question_stands_alone_in_a_quiz() -> None:
    """A learning management system shuffles questions."""
    for page in quiz.PAGES:
        for question in quiz.questions(page):
            assert not re.search(r"\bthat loss\b|\bquestion \d|\ball three\b", question.text)
