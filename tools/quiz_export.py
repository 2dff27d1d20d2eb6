r"""The bank of questions for learning management systems: Moodle's XML, and QTI 2.1 as a zip.

Both keep each option's explanation as feedback. A formula stands between ``\(`` and ``\)``, which
Moodle, Canvas and others hand to MathJax.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools.archive import write_entry
from tools.quiz import Option, Question, number

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
SCHEMAS = "http://www.w3.org/2001/XMLSchema-instance"
LOCATIONS = {
    QTI: "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    PACKAGE: "http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
}
ROLE = re.compile(r"\{[\w:]+\}`")


def write(questions: Sequence[Question], folder: Path) -> list[Path]:
    """Write both exports into a folder, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    xml, package = folder / "questions.moodle.xml", folder / "questions.qti21.zip"
    xml.write_bytes(moodle(questions))
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in qti(questions):
            write_entry(archive, name, content)
    return [xml, package]


def _formula(content: str, options: dict[str, Any]) -> str:
    marks = (r"\[", r"\]") if options.get("display_mode") else (r"\(", r"\)")
    return f"{marks[0]}{html.escape(content)}{marks[1]}"


MARKDOWN = MarkdownIt().use(dollarmath_plugin, renderer=_formula)


def as_html(text: str) -> str:
    r"""Return Markdown as HTML that is XML as well.

    Raises:
        ValueError: If the text holds a role, which only the site resolves.

    Example:
        >>> as_html("Take $x < 1$.")
        '<p>Take <span class="math inline">\\(x &lt; 1\\)</span>.</p>'
    """
    if ROLE.search(text):
        raise ValueError(f"a role cannot be exported: {text}")
    return str(MARKDOWN.render(text)).strip()


def _bytes(root: Element) -> bytes:
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _plain(said: str) -> str:
    """Return a number as programs read it, without its unit."""
    return f"{number(said)[0]:g}"


# Moodle ------------------------------------------------------------------------------------


def moodle(questions: Sequence[Question]) -> bytes:
    """Return questions as Moodle's XML, a category for each chapter and a tag for the level."""
    quiz = Element("quiz")
    for chapter, members in groupby(questions, lambda one: one.chapter):
        category = SubElement(quiz, "question", type="category")
        _text(category, "category", f"$course$/top/lossbook/{chapter}")
        for one in members:
            _moodle_question(quiz, one)
    return _bytes(quiz)


def _moodle_question(quiz: Element, one: Question) -> None:
    kind = "numerical" if one.form == "number" else "multichoice"
    element = SubElement(quiz, "question", type=kind)
    _text(element, "name", f"{one.chapter}: {one.title}")
    _text(element, "questiontext", as_html(one.ask), format="html")
    SubElement(element, "defaultgrade").text = "1"
    if kind == "multichoice":
        for name, value in {"single": "true", "shuffleanswers": "true"}.items():
            SubElement(element, name).text = value
    for option in one.options:
        points = "100" if option.right else "0"
        answer = SubElement(element, "answer", fraction=points)
        if kind == "multichoice":
            answer.set("format", "html")
            SubElement(answer, "text").text = as_html(option.say)
        else:
            SubElement(answer, "text").text = _plain(option.say)
            SubElement(answer, "tolerance").text = f"{number(option.say)[1]:g}"
        _text(answer, "feedback", as_html(option.why), format="html")
    tags = SubElement(element, "tags")
    _text(tags, "tag", one.level)


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(SubElement(parent, name, attributes), "text").text = text


# QTI 2.1 -----------------------------------------------------------------------------------


def qti(questions: Sequence[Question]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a QTI 2.1 package: the manifest, and an item for each question."""
    manifest = _root(PACKAGE, "manifest", identifier="lossbook-questions")
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    for one in questions:
        name = f"items/{one.name}.xml"
        resource = SubElement(
            resources, "resource", identifier=_word(one), type="imsqti_item_xmlv2p1", href=name
        )
        SubElement(resource, "file", href=name)
        yield name, item(one)
    yield "imsmanifest.xml", _bytes(manifest)


def _root(space: str, name: str, **attributes: str) -> Element:
    places = {"xmlns": space, "xmlns:xsi": SCHEMAS}
    places["xsi:schemaLocation"] = f"{space} {LOCATIONS[space]}"
    return Element(name, {**places, **attributes})


def _word(one: Question) -> str:
    return f"q-{one.name}"  # an identifier begins with a letter


def item(one: Question) -> bytes:
    """Return one question as an assessment item."""
    root = _root(
        QTI,
        "assessmentItem",
        identifier=_word(one),
        title=one.title,
        label=one.level,
        adaptive="false",
        timeDependent="false",
    )
    asks_number = one.form == "number"
    keys = {option: f"option-{place}" for place, option in enumerate(one.options, start=1)}
    _declare(root, "response", "RESPONSE", "float" if asks_number else "identifier",
             _plain(one.key.say) if asks_number else keys[one.key])  # fmt: skip
    _declare(root, "outcome", "SCORE", "float", "0")
    _declare(root, "outcome", "FEEDBACK", "identifier")
    body = SubElement(root, "itemBody")
    body.extend(_xml(one.ask))
    if asks_number:
        line = SubElement(body, "p")
        SubElement(line, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="12")
    else:
        interaction = SubElement(
            body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1"
        )
        for option, key in keys.items():
            SubElement(interaction, "simpleChoice", identifier=key).extend(_xml(option.say))
    processing = SubElement(root, "responseProcessing")
    for option, key in keys.items():
        _respond(processing, one, option, key)
    for option, key in keys.items():
        feedback = SubElement(
            root,
            "modalFeedback",
            outcomeIdentifier="FEEDBACK",
            identifier=key,
            showHide="show",
        )
        feedback.extend(_xml(option.why))
    return _bytes(root)


def _declare(root: Element, kind: str, name: str, base: str, value: str = "") -> None:
    """Declare a variable: a response with its right value, or an outcome with its first."""
    declaration = SubElement(
        root, f"{kind}Declaration", identifier=name, cardinality="single", baseType=base
    )
    if value:
        holder = "correctResponse" if kind == "response" else "defaultValue"
        SubElement(SubElement(declaration, holder), "value").text = value


def _respond(processing: Element, one: Question, option: Option, key: str) -> None:
    """Say what follows when an option was chosen, or its number entered."""
    case = SubElement(SubElement(processing, "responseCondition"), "responseIf")
    if one.form == "number":
        off = f"{number(option.say)[1]:g}"
        test = SubElement(case, "equal", toleranceMode="absolute", tolerance=f"{off} {off}")
        value, base = _plain(option.say), "float"
    else:
        test = SubElement(case, "match")
        value, base = key, "identifier"
    SubElement(test, "variable", identifier="RESPONSE")
    SubElement(test, "baseValue", baseType=base).text = value
    outcomes = {"FEEDBACK": ("identifier", key)}
    if option.right:
        outcomes["SCORE"] = ("float", "1")
    for name, (kind, text) in outcomes.items():
        setting = SubElement(case, "setOutcomeValue", identifier=name)
        SubElement(setting, "baseValue", baseType=kind).text = text


def _xml(text: str) -> Iterator[Element]:
    """Yield the blocks of Markdown as XML."""
    yield from ElementTree.fromstring(f"<div>{as_html(text)}</div>")
