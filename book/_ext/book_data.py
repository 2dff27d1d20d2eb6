"""Numbers, verdicts and pictures that pages take from the chapters themselves, never from typing.

- ``{count}`equations``` in a sentence: how many there are, see :func:`counts`;
- ``{claims}``: the table of claims with the verdicts that the chapters give;
- ``{findings}``: the table of findings; ``{finding}`name``` links to one of them;
- ``{checked-equations}``: the table of the last run of ``make formulas``;
- ``_gallery/<chapter>-<n>.png``: the n-th figure of a chapter, for the cover.
"""

from __future__ import annotations

import base64
import io
import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx_external_toc.parsing import parse_toc_yaml

from lossbook import functional
from lossbook.book.findings import MIME

BOOK = Path(__file__).resolve().parents[1]
COVER = BOOK / "index.md"
VERDICT_ROW = re.compile(
    r"^\| (?P<claim>S[\d.]+[a-z]?) \|[^|]*\| \*\*(?P<verdict>[^*|]+)\*\*[^|]* \|", re.MULTILINE
)


class Finding(NamedTuple):
    """One finding of a chapter, and how many shifts of the seeds it survived."""

    name: str
    chapter: str
    claim: str
    shown: str
    holds: bool
    survived: int
    shifts: int


class Claim(NamedTuple):
    """One claim of the book's source, and the verdict of its chapter, None while pending."""

    name: str
    chapter: str
    text: str
    verdict: str | None


class GlanceCell(NamedTuple):
    """What a table *At a glance* says about a loss, known by the label of its definition."""

    label: str
    row: str
    text: str

    @property
    def is_of_one_loss(self) -> bool:
        """Say whether it can be run: what a risk is like depends on the loss and the model."""
        return self.row == "Gradient" or not self.label.endswith(("-risk", "-risk-l2"))


def chapters() -> list[Path]:
    """Return the notebooks of the chapters, in the order of the table of contents.

    Those of the course and of the reference are none.
    """
    return [
        path
        for page in parse_toc_yaml(BOOK.parent / "_toc.yml")
        if page.split("/")[1] not in ("course", "reference")
        and (path := BOOK.parent / f"{page}.ipynb").exists()
    ]


@cache
def notebook(path: Path) -> dict[str, Any]:
    """Return a notebook's JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def prose(path: Path) -> str:
    """Return all Markdown of a notebook."""
    cells = notebook(path)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def figures(path: Path) -> list[bytes]:
    """Return the PNG figures of a notebook, in order."""
    return [
        base64.b64decode("".join(output["data"]["image/png"]))
        for cell in notebook(path)["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def verdicts() -> dict[str, str]:
    """Return the verdict of every claim that a chapter answers in a table row.

    Raises:
        ValueError: if two rows answer the same claim.
    """
    found: dict[str, str] = {}
    for path in chapters():
        for row in VERDICT_ROW.finditer(prose(path)):
            if row["claim"] in found:
                raise ValueError(f"{path.name}: {row['claim']} is answered twice")
            found[row["claim"]] = row["verdict"]
    return found


def claims() -> list[Claim]:
    """Return every claim with its chapter's verdict."""
    listed = yaml.safe_load((BOOK / "reference" / "claims.yml").read_text(encoding="utf-8"))
    answered = verdicts()
    return [
        Claim(name, entry["chapter"], entry["claim"], answered.get(name))
        for name, entry in listed.items()
    ]


@cache
def findings() -> dict[str, Finding]:
    """Return every finding by name, in the order of the chapters.

    Raises:
        ValueError: if two findings have one name.
    """
    stored = json.loads((BOOK / "reference" / "findings.json").read_text(encoding="utf-8"))
    found: dict[str, Finding] = {}
    for path in chapters():
        chapter = path.relative_to(BOOK).with_suffix("").as_posix()
        runs = stored.get(chapter, {"shifts": [], "findings": {}})
        for cell in notebook(path)["cells"]:
            for output in cell.get("outputs", []):
                if not (fields := output.get("data", {}).get(MIME)):
                    continue
                name = fields["name"]
                if name in found:
                    raise ValueError(f"{chapter}: there is another finding {name!r}")
                found[name] = Finding(
                    name=name,
                    chapter=chapter,
                    claim=fields["claim"],
                    shown=fields["shown"],
                    holds=fields["holds"],
                    survived=runs["findings"].get(name, {}).get("survived", 0),
                    shifts=len(runs["shifts"]),
                )
    return found


def checked_equations() -> list[dict[str, Any]]:
    """Return the rows that the last run of ``make formulas`` stored."""
    stored = (BOOK / "reference" / "formulas.json").read_text(encoding="utf-8")
    return list(json.loads(stored)["equations"])


def glance() -> list[GlanceCell]:
    """Return what the tables *At a glance* say of gradient, range, shape and minimiser."""
    found = []
    for path in chapters():
        _, _, section = prose(path).partition("## At a glance\n")
        lines = [line for line in section.split("\n## ")[0].splitlines() if line.startswith("|")]
        table = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
        rows = {re.sub(r" in \$.*", "", row[0]): row[1:] for row in table}
        for place, definition in enumerate(rows.get("Definition", [])):
            label = re.findall(r"{eq}`([^`]+)`", definition)[0]
            claims = ("Gradient", "Range", "Convex", "Smooth", "Minimiser")
            for row in (claim for claim in claims if claim in rows):
                text = rows[row][place]
                found.append(GlanceCell(label, row, rows[row][0] if text == "the same" else text))
    return found


@cache
def counts() -> dict[str, int]:
    """Return everything that a page may count."""
    cells = [
        cell
        for path in chapters()
        for cell in notebook(path)["cells"]
        if cell["cell_type"] == "code"
    ]
    bank = [
        entry
        for path in (BOOK / "course" / "questions").glob("*.yml")
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    points = points_of_the_course()
    rows, listed = checked_equations(), claims()
    printed = json.loads((BOOK / "reference" / "printed.json").read_text(encoding="utf-8"))
    return {
        "chapters": sum(path.stem != "index" for path in chapters()),
        "cells": len(cells),
        "figures": sum(len(figures(path)) for path in chapters()),
        "equations": len(rows),
        "unlabelled": sum("#" in row["label"] for row in rows),
        "checked": sum(row["kind"] != "exempt" for row in rows),
        "docstrings": sum(
            source.read_text(encoding="utf-8").count(".. math::")
            for source in Path(functional.__file__).parents[1].rglob("*.py")
        ),
        "glance": len(glance()),
        "glance checked": sum(cell.is_of_one_loss for cell in glance()),
        "exempt": sum(row["kind"] == "exempt" for row in rows),
        "mutants": sum(row["mutants"] for row in rows),
        "killed": sum(row["killed"] for row in rows),
        **printed,
        "slips": sum(row["slips"] for row in rows),
        "noticed": sum(row["slips_noticed"] for row in rows),
        **{
            f"held to {tie}": sum(row["tie"] == tie for row in rows)
            for tie in ("code", "definition", "derivative", "value", "itself")
        },
        "functions": len(functional.__all__),
        "findings": len(findings()),
        "survived": sum(found.survived == found.shifts > 0 for found in findings().values()),
        "questions": len(bank),
        "computed keys": sum(
            "is" in entry or any("holds" in option for option in entry["options"]) for entry in bank
        ),
        "points": sum(points.values()),
        "essay points": points["markdown"],
        "claims": len(listed),
        "answered": sum(claim.verdict is not None for claim in listed),
    }


def points_of_the_course() -> Counter[str]:
    """Return the points of the assignments by the kind of cell: code is graded by tests."""
    points = Counter[str]()
    for path in (BOOK / "course" / "source").glob("*/*.ipynb"):
        for cell in notebook(path)["cells"]:
            points[cell["cell_type"]] += cell["metadata"].get("nbgrader", {}).get("points", 0)
    return points


def count_role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Print one of :func:`counts`."""
    known = counts()
    if text not in known:
        message = inliner.reporter.error(f"count: expected one of {sorted(known)}, got {text!r}")
        return [], [message]
    return [nodes.Text(f"{known[text]:,}")], []


def finding_role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Link to a finding's row on the page of findings."""
    if text not in findings():
        message = inliner.reporter.error(f"finding: no chapter states {text!r}")
        return [], [message]
    page = inliner.document.settings.env.docname
    address = posixpath.relpath("book/reference/findings.html", posixpath.dirname(page))
    link = nodes.reference("", "finding", refuri=f"{address}#finding-{text}", internal=True)
    link["reftitle"] = findings()[text].claim
    return [link], []


class FindingsTable(SphinxDirective):
    """The findings of all chapters, with the shifts of the seeds that each survived."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return self.parse_text_to_nodes("\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """Write the table as Markdown."""
        yield "| Finding | As printed | Other seeds | Chapter |"
        yield "|:---|:---|:---|:---|"
        for found in findings().values():
            name = f"[{found.claim}]{{#finding-{found.name}}}"
            shifts = f"{found.survived} of {found.shifts}"
            chapter = f"{{doc}}`/book/{found.chapter}`"
            yield f"| {name} | {found.shown} | {shifts} | {chapter} |"


class ClaimsTable(SphinxDirective):
    """The claims, each with its verdict and a link to the chapter that gives it."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return self.parse_text_to_nodes("\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """Write the table as Markdown."""
        yield "| Claim | What is claimed | Verdict |"
        yield "|:---|:---|:---|"
        for claim in claims():
            verdict = (
                f"**{claim.verdict}**: {{doc}}`/book/{claim.chapter}`"
                if claim.verdict
                else "pending"
            )
            yield f"| {claim.name} | {claim.text} | {verdict} |"


class CheckedEquations(SphinxDirective):
    """The table of all displayed equations and of what was done with each."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return self.parse_text_to_nodes("\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """Write the table as Markdown."""
        columns = ["Equation", "Checked as", "Held to", "Points", "Relative error below"]
        yield f"| {' | '.join(columns)} | Mutants noticed | Slips noticed |"
        yield "|:---|:---|:---|---:|---:|---:|---:|"
        for row in sorted(checked_equations(), key=lambda row: row["chapter"].startswith("course")):
            label = row["label"]
            # The course's pages are not on every site, so theirs are named and not linked.
            equation = (
                without_number(label) if "#" in label else f"[{{eq}}`{label}`]{{#checked-{label}}}"
            )
            if row["kind"] == "exempt":
                yield f"| {equation} | exempt: {row['reason']} | | | | | |"
                continue
            tie = row["tie"] if not row["reason"] else f"itself: {row['reason']}"
            cells = [equation, row["kind"], tie, row["points"]]
            cells += [f"{row['error']:.0e}", f"{row['killed']} of {row['mutants']}"]
            slips = f"{row['slips_noticed']} of {row['slips']}"
            yield f"| {' | '.join(map(str, cells))} | {slips} |"


def without_number(label: str) -> str:
    """Name an equation without a number in words: ``course/source/1_risk/1_risk#2``."""
    page, _, place = label.partition("#")
    file = page.rpartition("/")[2]
    kinds = {"course/solutions": "solutions to section", "course/source": "assignment"}
    of_course = next((kind for start, kind in kinds.items() if page.startswith(start)), None)
    numbers = re.findall(r"(?:^|[/_])(\d+)(?=_)", file if of_course else page)
    return f"{of_course or 'section'} {'.'.join(numbers)}, unnumbered {place}"


def write_gallery(app: Sphinx) -> None:
    """Lay the figures that the cover names where it finds them, no higher than a card needs."""
    folder = BOOK / "_gallery"
    folder.mkdir(exist_ok=True)
    named = set(re.findall(r"_gallery/(\w+)-(\d+)\.png", COVER.read_text(encoding="utf-8")))
    for path in chapters():
        for number, picture in enumerate(figures(path), start=1):
            if (path.stem, str(number)) in named:
                figure = Image.open(io.BytesIO(picture))
                figure.thumbnail((figure.width, 720))
                figure.save(folder / f"{path.stem}-{number}.png")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_role("count", count_role)
    app.add_role("finding", finding_role)
    app.add_directive("claims", ClaimsTable)
    app.add_directive("findings", FindingsTable)
    app.add_directive("checked-equations", CheckedEquations)
    app.connect("builder-inited", write_gallery)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
