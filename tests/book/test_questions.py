"""The bank of questions: its keys are computed, its pages are fresh, its exports lose nothing."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import book_data
import pytest

from tools import chapters, quiz, quiz_export

BANK = quiz.bank()
NAMES = [one.name for one in BANK]
SPACES = {"q": quiz_export.QTI, "p": quiz_export.PACKAGE}


@pytest.mark.parametrize("one", BANK, ids=NAMES)
def test_a_question_has_no_fault(one: quiz.Question) -> None:
    assert list(quiz.faults(one)) == []


@pytest.mark.parametrize("one", [one for one in BANK if one.computed], ids=lambda one: one.name)
def test_a_wrong_key_is_noticed(one: quiz.Question) -> None:
    """Each wrong option in turn is marked as the right one, with all else as it is."""
    for chosen in one.wrong:
        options = tuple(option._replace(right=option is chosen) for option in one.options)
        assert list(quiz.faults(one._replace(options=options)))


def test_a_wrong_number_is_noticed() -> None:
    one = next(one for one in BANK if one.value)
    options = tuple(
        option._replace(say="9.99") if option.right else option for option in one.options
    )
    assert "says 9.99" in "".join(quiz.faults(one._replace(options=options)))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"title": "A"}, "A: 'options'"),
        ({"title": "A", "options": [{"say": "1"}]}, "A: 'wrong'"),
        ({"title": "A", "options": [{"say": "1", "wrong": "No", "hold": "x"}]}, "'hold'"),
        ({"title": "A", "options": [], "grade": "apply"}, "'grade'"),
    ],
)
def test_a_misspelt_or_missing_key_is_said(entry: dict[str, object], message: str) -> None:
    with pytest.raises(quiz.QuizError, match=message):
        quiz.question("1_5_hinge", entry)


def test_every_chapter_has_its_questions() -> None:
    counts = Counter(one.chapter for one in BANK)
    assert set(counts) == {path.stem for path in (quiz.COURSE / "solutions").glob("*.ipynb")}
    assert min(counts.values()) >= 5
    assert len(BANK) >= 120
    assert len(set(NAMES)) == len(BANK)


def test_levels_and_forms_are_spread() -> None:
    levels = Counter(one.level for one in BANK)
    assert min(levels[level] for level in quiz.LEVELS) > len(BANK) / 5
    assert sum(one.form == "number" for one in BANK) >= 15
    assert sum(one.computed for one in BANK) > 0.8 * len(BANK)


def test_the_place_of_the_right_option_says_nothing() -> None:
    places = [one.options.index(one.key) for one in BANK if one.form == "choice"]
    assert max(map(places.count, range(3))) < len(places) / 2


def test_what_an_experiment_showed_is_a_finding() -> None:
    known = {finding.name: finding for finding in book_data.findings().values()}
    named = [known[one.finding] for one in BANK if one.finding]
    assert len(named) > 20
    assert [one.name for one in named if not one.holds or one.survived < one.shifts] == []


@pytest.mark.parametrize("one", BANK, ids=NAMES)
def test_a_question_stands_alone_in_a_quiz(one: quiz.Question) -> None:
    """A learning management system shuffles questions, and has no other page of the book."""
    assert not re.search(r"\bthat loss\b|\bquestion \d|\{\w+\}`", one.ask)


@pytest.mark.parametrize("part", quiz.PARTS)
def test_the_pages_are_those_of_the_bank(part: str) -> None:
    """``make questions`` writes them."""
    page = chapters.read(quiz.PAGES / f"{part}.ipynb")
    assert chapters.to_text(page) == chapters.to_text(chapters.from_text(quiz.page(part)))


def test_every_question_is_on_one_page() -> None:
    pages = "".join(map(quiz.page, quiz.PARTS))
    for one in BANK:
        assert len(re.findall(rf"^### \d+\. {re.escape(one.title)}$", pages, re.M)) == sum(
            other.title == one.title for other in BANK
        )
    assert pages.count("**Right.**") + pages.count("} The answer\n") == len(BANK)


# The exports -------------------------------------------------------------------------------


def text_of(element: ElementTree.Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def as_text(markdown: str) -> str:
    return text_of(ElementTree.fromstring(f"<div>{quiz_export.as_html(markdown)}</div>"))


def test_moodle_gets_every_question_with_its_explanations() -> None:
    root = ElementTree.fromstring(quiz_export.moodle(BANK))
    found = [element for element in root if element.get("type") != "category"]
    assert len(found) == len(BANK)
    for element, one in zip(found, BANK, strict=True):
        assert element.get("type") == {"choice": "multichoice", "number": "numerical"}[one.form]
        assert element.findtext("tags/tag/text") == one.level
        answers = element.findall("answer")
        assert [a.get("fraction") == "100" for a in answers] == [o.right for o in one.options]
        for answer, option in zip(answers, one.options, strict=True):
            assert answer.findtext("feedback/text") == quiz_export.as_html(option.why)
            if one.form == "number":
                assert float(answer.findtext("text") or "") == quiz.number(option.say)[0]
                assert float(answer.findtext("tolerance") or "") == quiz.number(option.say)[1]
    categories = root.findall("question[@type='category']")
    assert len(categories) == len({one.chapter for one in BANK})


def test_nothing_raw_is_exported() -> None:
    text = quiz_export.moodle(BANK).decode()
    assert not re.search(r"\{\w+(:\w+)?\}`|:::|(?<!\\)\$", text.replace("$course$", ""))
    with pytest.raises(ValueError, match="a role"):
        quiz_export.as_html("see {doc}`0_risk`")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("questions")
    path = next(path for path in quiz_export.write(BANK, folder) if path.suffix == ".zip")
    return zipfile.ZipFile(io.BytesIO(path.read_bytes()))


def test_the_manifest_names_every_file(package: zipfile.ZipFile) -> None:
    root = ElementTree.fromstring(package.read("imsmanifest.xml"))
    resources = root.findall("p:resources/p:resource", SPACES)
    assert {resource.get("type") for resource in resources} == {"imsqti_item_xmlv2p1"}
    files = {resource.get("href") for resource in resources}
    assert files | {"imsmanifest.xml"} == set(package.namelist())
    assert len({resource.get("identifier") for resource in resources}) == len(BANK)


@pytest.mark.parametrize("one", BANK, ids=NAMES)
def test_an_item_says_what_its_question_says(package: zipfile.ZipFile, one: quiz.Question) -> None:
    root = ElementTree.fromstring(package.read(f"items/{one.name}.xml"))
    assert [child.tag.partition("}")[2] for child in root] == [
        "responseDeclaration", *["outcomeDeclaration"] * 2, "itemBody", "responseProcessing",
        *["modalFeedback"] * len(one.options),
    ]  # fmt: skip
    assert as_text(one.ask) in text_of(root.find("q:itemBody", SPACES))
    for place, option in enumerate(one.options, start=1):
        says = root.find(f".//q:simpleChoice[@identifier='option-{place}']", SPACES)
        assert one.form == "number" or text_of(says) == as_text(option.say)
        why = root.find(f"q:modalFeedback[@identifier='option-{place}']", SPACES)
        assert text_of(why) == as_text(option.why)


@pytest.mark.parametrize("one", BANK, ids=NAMES)
def test_an_item_scores_the_right_answer_alone(
    package: zipfile.ZipFile, one: quiz.Question
) -> None:
    """The response processing is followed as a learning management system would."""
    root = ElementTree.fromstring(package.read(f"items/{one.name}.xml"))
    for place, option in enumerate(one.options, start=1):
        given = f"option-{place}" if one.form == "choice" else quiz.number(option.say)[0]
        outcomes = processed(root, given)
        assert outcomes == {
            "FEEDBACK": f"option-{place}",
            **({"SCORE": "1"} if option.right else {}),
        }
    assert processed(root, 1e9 if one.form == "number" else "none of them") == {}


def processed(root: ElementTree.Element, given: str | float) -> dict[str, str]:
    outcomes: dict[str, str] = {}
    for case in root.findall("q:responseProcessing/q:responseCondition/q:responseIf", SPACES):
        test, *settings = case
        wanted = test.findtext("q:baseValue", namespaces=SPACES) or ""
        if isinstance(given, float):
            off = float((test.get("tolerance") or "").split()[0])
            met = abs(given - float(wanted)) <= off
        else:
            met = given == wanted
        if met:
            outcomes |= {str(s.get("identifier")): text_of(s) for s in settings}
    return outcomes


def test_the_page_of_a_part_leads_to_its_chapters() -> None:
    for part in quiz.PARTS:
        for page in re.findall(r"\{doc\}`/([^`]+)`", quiz.page(part)):
            assert Path(f"{page}.ipynb").exists()
