"""The course: its assignments as text and back, their check, and the sets that are handed out.

Run from the repository root::

    python -m tools.course text      [assignment ...]   # write to chapters/course/ for editing
    python -m tools.course notebooks [assignment ...]   # take edited texts back
    python -m tools.course check                        # what is wrong with the sources
    python -m tools.course build     [--site FOLDER] [--seed NUMBER] [--groups NUMBER]  # the sets
    python -m tools.course gradescope [assignment ...] [--seed NUMBER]  # their autograders there

An assignment is ``book/course/source/<name>/<name>.ipynb``, without outputs. In its text a cell
says in one line what nbgrader makes of it: ``answer <id>`` is replaced by a stub in the students'
release, ``tests <id> <points>`` grades, ``essay <id> <points>`` is answered in words and graded by
hand. nbgrader's fourth kind, text that cannot be edited, is left out: nbgrader 0.9.6 fails to put
back a deleted cell that follows one.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import numpy as np
import yaml
from nbclient import NotebookClient
from nbformat import NotebookNode
from tqdm import tqdm
from traitlets.config.loader import Config, PyFileConfigLoader

from tools import chapters, exams, gradescope, handout, outcomes, quiz, quiz_export
from tools.archive import pack

COURSE = Path("book", "course")
CONFIG = "nbgrader_config.py"
COMMENTS = "comments.yml"
NEW_SHEET = '<div style="break-after: page"></div>'
BUILT = Path("_build", "course")
BOOK = "lossbook-notebooks.zip"  # of tools.plain: the chapters to run, without solutions

# What nbgrader calls a cell: may it be answered, does it grade, is it put back as it was.
ROLES = {
    "answer": {"solution": True, "grade": False, "locked": False},
    "tests": {"solution": False, "grade": True, "locked": True},
    "essay": {"solution": True, "grade": True, "locked": False},
}
SECTION = re.compile(r"^##+ (.*?)(?: \((\d+) points?\))?$", re.MULTILINE)
HEAD = re.compile(r"\*\*Time\*\*: about (?P<minutes>\d+) minutes\. \*\*Points\*\*: (?P<points>\d+)")
SEEDS = re.compile(r"default_rng\((\d+)\)")
DRAW = re.compile(r"^DRAW = \d+$", re.MULTILINE)  # in the first code cell of an assignment
LIMIT = re.compile(r"[Aa]bout (\d+) words")
MODEL = re.compile(r".*?(?=\n\*For the marker|\n\*Marking)", re.DOTALL)
MARKS = re.compile(r"#+ (?P<edge>BEGIN|END) (?P<kind>SOLUTION|HIDDEN TESTS)")


class CourseError(Exception):
    """Something is wrong with the course; the message says what and where."""


def sources(course: Path = COURSE) -> list[Path]:
    """Return the source notebook of every assignment."""
    return sorted(course.glob("source/*/*.ipynb"))


def source(name: str) -> Path:
    """Return the source notebook of an assignment, which need not exist yet."""
    return COURSE / "source" / name / f"{name}.ipynb"


# Text and notebook -------------------------------------------------------------------------


def role(metadata: dict[str, Any]) -> str:
    """Return in one line what nbgrader makes of a cell."""
    flags = {key: metadata[key] for key in ("solution", "grade", "locked")}
    name = next(name for name, wanted in ROLES.items() if wanted == flags)
    points = f" {metadata['points']}" if metadata["grade"] else ""
    return f"{name} {metadata['grade_id']}{points}"


def metadata(line: str, cell_type: str) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell from one line.

    Raises:
        CourseError: If the line says no role, or points where they cannot be.
    """
    name, grade_id, *points = line.split()
    if name not in ROLES or len(points) != ROLES[name]["grade"]:
        raise CourseError(f"{line!r}: expected answer <id>, or tests|essay <id> <points>")
    return {
        "cell_type": cell_type,
        **ROLES[name],
        "grade_id": grade_id,
        **({"points": int(points[0])} if points else {}),
        "schema_version": 3,
        "task": False,
    }


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs, whose metadata follow from its text."""
    result = chapters.normalise(notebook)
    for cell, before in zip(result.cells, notebook.cells, strict=True):
        graded = before.metadata.get("nbgrader")
        if graded:
            line = graded if isinstance(graded, str) else role(graded)
            cell.metadata["nbgrader"] = nbformat.from_dict(metadata(line, cell.cell_type))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return result


def to_text(notebook: NotebookNode) -> str:
    """Return an assignment as MyST Markdown, a line of metadata for each graded cell."""
    short = nbformat.from_dict(notebook)
    for cell in short.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] = role(cell.metadata["nbgrader"])
    return chapters.to_text(short)


def write_text(path: Path) -> Path:
    """Write an assignment's text and return where it is."""
    text = chapters.text_path(path)
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text(to_text(chapters.read(path)))
    return text


def write_notebook(path: Path) -> None:
    """Take back an assignment's text, if there is one, formatted as 'make lint' asks for.

    Raises:
        CourseError: If the notebook was changed after its text was written.
    """
    text = chapters.text_path(path)
    if not text.exists():
        notebook = normalise(chapters.read(path))
    elif path.exists() and path.stat().st_mtime > text.stat().st_mtime:
        if to_text(normalise(chapters.read(path))) != text.read_text():
            raise CourseError(f"{path} is newer than {text}: delete the one to give up")
        return
    else:
        notebook = normalise(jupytext.reads(text.read_text(), fmt="md:myst"))
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = normalise(chapters.formatted(notebook, path))
    if text.exists():
        text.write_text(to_text(stored))
    nbformat.write(stored, path)


# Checking ----------------------------------------------------------------------------------


def faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with a source notebook."""
    notebook = chapters.read(path)
    if notebook != normalise(notebook):
        yield f"{path}: holds outputs or metadata: 'python -m tools.course notebooks' drops them"
    graded = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [entry["grade_id"] for entry in graded]
    yield from (f"{path}: {name} names two cells" for name in set(ids) if ids.count(name) > 1)
    if not DRAW.search(next(c.source for c in notebook.cells if c.cell_type == "code")):
        yield f"{path}: the first code cell does not say: {DRAW.pattern}"
    head, points = HEAD.search(notebook.cells[0].source), sum(e.get("points", 0) for e in graded)
    if not head:
        yield f"{path}: the first cell does not say: {HEAD.pattern}"
    elif int(head["points"]) != points:
        yield f"{path}: the first cell says {head['points']} points, the cells add up to {points}"
    for title, said, sum_of_cells in _sections(notebook):
        if said != sum_of_cells:
            yield f"{path}: {title!r} says {said} points, its cells add up to {sum_of_cells}"
    for cell in notebook.cells:
        entry = cell.metadata.get("nbgrader", {})
        if entry.get("locked") and entry["grade"] and not any(_marked(cell, "HIDDEN TESTS")):
            yield f"{path}: {entry['grade_id']} holds no hidden tests"
    yield from (f"{path}: no experiment calls {name}" for name in _idle(notebook))
    for question, answer, entry in _essays(notebook):
        limit, model = LIMIT.search(question), MODEL.match(answer)
        words = len(model[0].split()) if model else 0
        if not limit:
            yield f"{path}: {entry['grade_id']} asks for no number of words: {LIMIT.pattern}"
        elif words > 1.05 * int(limit[1]):
            yield f"{path}: {entry['grade_id']} asks for {limit[1]} words, its model has {words}"


def all_faults() -> Iterator[str]:
    """Yield what is wrong with assignments, exams and outcomes."""
    for path in sources():
        yield from faults(path)
    for exam in exams.all_exams():
        yield from exams.faults(exam)
    yield from outcomes.faults(outcomes.read())


def _sections(notebook: NotebookNode) -> Iterator[tuple[str, int, int]]:
    """Yield each section's title, the points that it says, and those of its cells."""
    title, said, points = "", 0, 0
    for cell in notebook.cells:
        entry = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not entry:
            for following, number in SECTION.findall(cell.source):
                yield title, said, points
                title, said, points = following, int(number or 0), 0
        points += entry.get("points", 0)
    yield title, said, points


def _idle(notebook: NotebookNode) -> Iterator[str]:
    """Yield the functions that students write and that nothing but their tests comes to call."""
    written: dict[str, set[str]] = {}
    used: set[str] = set()
    for cell in notebook.cells:
        entry = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not entry.get("grade"):
            tree = ast.parse(cell.source)
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            answers = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
            if entry and answers:
                written |= dict.fromkeys(answers, names)
            else:
                used |= names
    while reached := {name for caller in written.keys() & used for name in written[caller]} - used:
        used |= reached
    yield from (name for name in written if name not in used)


def _essays(notebook: NotebookNode) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield question, model answer with marking, and nbgrader's entry of each essay."""
    for question, answer in pairwise(notebook.cells):
        entry = answer.metadata.get("nbgrader", {})
        if entry.get("grade") and entry.get("solution"):
            yield question.source, answer.source, entry


def _marked(cell: NotebookNode, kind: str) -> Iterator[str]:
    """Yield the lines of a cell between the marks of a kind."""
    inside = False
    for line in cell.source.splitlines():
        mark = MARKS.search(line)
        if mark and mark["kind"] == kind:
            inside = mark["edge"] == "BEGIN"
        elif inside and line.strip():
            yield line.strip()


def secrets(notebook: NotebookNode) -> dict[str, list[str]]:
    """Return by cell the lines of a source notebook that no student may see."""
    found = {}
    for cell in notebook.cells:
        if lines := list(_secrets_of(cell)):
            found[cell.metadata["nbgrader"]["grade_id"]] = lines
    return found


def _secrets_of(cell: NotebookNode) -> Iterator[str]:
    lines = [*_marked(cell, "SOLUTION"), *_marked(cell, "HIDDEN TESTS")]
    if cell.metadata.get("nbgrader", {}).get("solution") and not lines:
        lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    yield from lines


def seeded(notebook: NotebookNode, seed: int | None, group: int = 0) -> NotebookNode:
    """Return a copy of a source notebook whose hidden tests and tables draw other numbers.

    Args:
        notebook: a source notebook.
        seed: equal seeds give equal inputs of the hidden tests; None leaves those of the book.
        group: equal seeds and groups give equal tables.
    """
    result = drawn(notebook, seed, group)
    for cell in result.cells:
        before, mark, hidden = cell.source.partition("### BEGIN HIDDEN TESTS")
        if seed is not None:
            hidden = SEEDS.sub(rf"default_rng([{seed}, \1])", hidden)
        cell.source = before + mark + hidden
    return result


def drawn(notebook: NotebookNode, seed: int | None, group: int = 0) -> NotebookNode:
    """Return a copy of a notebook, source or release, whose tables are those of a group.

    Draws of one table have the number that is set here and those that follow it, so that numbers
    of different groups are a hundred or more apart.
    """
    result = nbformat.from_dict(notebook)
    number = 0
    if seed is not None or group:
        (state,) = np.random.SeedSequence([seed or 0, group]).generate_state(1)
        number = int(state) // 100 * 100
    for cell in result.cells:
        cell.source = DRAW.sub(f"DRAW = {number}", cell.source)
    return result


def leaks(released: Path, course: Path = COURSE) -> Iterator[str]:
    """Yield every line of a solution or a hidden test that a students' release shows.

    A secret line must be missing from its own cell and, unless its source shows it elsewhere too,
    from every file of the release.
    """
    shown = "\n".join(_text(path) for path in sorted(released.rglob("*")) if path.is_file())
    lines = {line.strip() for line in shown.splitlines()}
    if mark := MARKS.search(shown):
        yield f"a mark of the source: {mark[0]}"
    notebooks = {path.stem: chapters.read(path) for path in sources(course)}
    public = {name: set(_public(notebook)) for name, notebook in notebooks.items()}
    for assignment, notebook in notebooks.items():
        for copy in released.rglob(f"{assignment}.ipynb"):
            yield from _leaks_in_place(notebook, chapters.read(copy))
        for name, secret in secrets(notebook).items():
            # Test cells of all assignments begin alike; no answer may stand in another notebook.
            tests = bool(list(_marked(_cell(notebook, name), "HIDDEN TESTS")))
            open_lines = set().union(*public.values()) if tests else public[assignment]
            found = (
                line for line in secret if line in lines - open_lines and line.strip("()[]{},")
            )
            yield from (f"{name}: {line}" for line in found)


def _leaks_in_place(notebook: NotebookNode, released: NotebookNode) -> Iterator[str]:
    """Yield the secret lines of a source notebook that their own cells show in its release."""
    for name, secret in secrets(notebook).items():
        own = {line.strip() for line in _cell(released, name).source.splitlines()}
        own -= set(_public_of(_cell(notebook, name)))
        yield from (f"{name}: {line}" for line in secret if line in own)


def _cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def _public(notebook: NotebookNode) -> Iterator[str]:
    """Yield the lines of a source notebook that students see."""
    for cell in notebook.cells:
        yield from _public_of(cell)


def _public_of(cell: NotebookNode) -> Iterator[str]:
    secret = list(_secrets_of(cell))
    for line in cell.source.splitlines():
        if line.strip() in secret:
            secret.remove(line.strip())
        else:
            yield line.strip()


def _text(path: Path) -> str:
    """Return a file's text, that of its cells for a notebook."""
    if path.suffix == ".ipynb":
        return "\n".join(cell.source for cell in chapters.read(path).cells)
    return path.read_text(encoding="utf-8", errors="replace")


# nbgrader ----------------------------------------------------------------------------------


def open_course(folder: Path, **settings: Any) -> Any:
    """Return nbgrader's API on a course's folder, with its configuration.

    Args:
        folder: holds nbgrader_config.py, source/ and what nbgrader adds.
        settings: values that replace configured ones, ``Execute=dict(timeout=5)``.
    """
    from nbgrader.apps import NbGraderAPI  # slow to import

    # nbgrader starts alembic, which stands beside this Python, from PATH.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    folder = folder.resolve()
    config = PyFileConfigLoader(CONFIG, str(folder)).load_config()
    # Outside JupyterHub no exchange is needed: a folder that exists keeps nbgrader quiet.
    config.CourseDirectory.root = config.Exchange.root = str(folder)
    config.merge(Config(settings))
    return NbGraderAPI(config=config)


def succeed(result: dict[str, Any]) -> None:
    """Raise CourseError with nbgrader's own words unless a step of it succeeded."""
    if not result["success"]:
        raise CourseError(f"{result.get('log', '')}\n{result['error']}")


def release(course: Path, names: Iterable[str]) -> None:
    """Make the students' release of a course's assignments in its folder ``release``."""
    api = open_course(course)
    for name in names:
        succeed(api.generate_assignment(name))


# The sets ----------------------------------------------------------------------------------


def copy_course(target: Path, seed: int | None = None) -> list[str]:
    """Copy the course's configuration and sources to a folder; return the assignments' names.

    Args:
        target: the folder.
        seed: as in :func:`seeded`.
    """
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(COURSE / CONFIG, target / CONFIG)
    for path in sources():
        copy = target / path.relative_to(COURSE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(seeded(chapters.read(path), seed), copy)
    return [path.stem for path in sources()]


def write_gradescope(paths: Iterable[Path], seed: int | None = None) -> None:
    """Write the autograders of assignments for Gradescope.

    Args:
        paths: the assignments' source notebooks.
        seed: as in :func:`seeded`.
    """
    notebooks = {path.stem: seeded(chapters.read(path), seed) for path in paths}
    gradescope.write(notebooks, BUILT / "gradescope")


def build(site: Path, seed: int | None = None, groups: int = 0) -> None:
    """Make the students' and the instructor's set, and the zip files of both, book and site.

    Args:
        site: the built site, without the exercises' solutions.
        seed: as in :func:`seeded`.
        groups: how many students' sets to make, each with other tables; 0 makes one.

    Raises:
        CourseError: If the sources have faults, the release shows a secret or there is no site.
    """
    if found := list(all_faults()):
        raise CourseError("\n".join(found))
    if not (site / BOOK).exists():
        raise CourseError(f"{site} holds no site with its notebooks: run 'make book' first")
    shutil.rmtree(BUILT, ignore_errors=True)
    instructor = BUILT / "lossbook-instructor"
    copy_course(instructor, seed)
    variants = {f"-{group}": group for group in range(1, groups + 1)} or {"": 0}
    students = {f"students{suffix}": group for suffix, group in variants.items()}
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        for name in tqdm(copy_course(course, seed), unit="assignment", desc="release"):
            release(course, [name])
        shutil.copytree(course / "release", instructor / "release")
    for name, group in students.items():
        made = BUILT / f"lossbook-{name}"
        shutil.copytree(instructor / "release", made)
        for path in made.glob("*/*.ipynb"):
            nbformat.write(drawn(chapters.read(path), seed, group), path)
    (instructor / "marking.html").write_text(marking(), encoding="utf-8")
    for suffix, group in variants.items():
        page = tables(seed, group)
        (instructor / f"tables{suffix}.html").write_text(page, encoding="utf-8")
    quiz_export.write(quiz.bank(), instructor)
    exams.write(instructor / "exams")
    shown = [site, *(BUILT / f"lossbook-{name}" for name in students)]
    found = [leak for folder in shown[1:] for leak in leaks(folder)]
    if found := [*found, *(leak for folder in shown for leak in exams.leaks(folder))]:
        raise CourseError("the students' sets show secrets:\n" + "\n".join(found))
    for name in (*students, "instructor"):
        made = BUILT / f"lossbook-{name}"
        shutil.copyfile(COURSE / f"README-{name.partition('-')[0]}.md", made / "README.md")
        pack(made, BUILT / f"lossbook-{name}.zip", f"lossbook-{name}")
    shutil.copyfile(site / BOOK, BUILT / BOOK)
    pack(site, BUILT / "lossbook-site.zip", "lossbook-site")
    write_gradescope(sources(), seed)
    for path in sorted(BUILT.glob("*.zip")):
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


# The marker's page -------------------------------------------------------------------------


OTHER_NUMBERS = (
    "The numbers in the model answers are those of the book's own draws. Those of a course with a "
    "seed stand in `tables.html`; what is concluded from them stays."
)


def comments() -> dict[str, list[str]]:
    """Return the bank of comments by essay; those that fit any essay are under ``any``."""
    found: dict[str, list[str]] = yaml.safe_load((COURSE / COMMENTS).read_text(encoding="utf-8"))
    return found


def marking() -> str:
    """Return a page with a sheet for each essay: question, model answer, marking and comments."""
    bank = comments()
    parts = [OTHER_NUMBERS, "Comments that fit any essay:", _listed(bank["any"])]
    for path in sources():
        for question, answer, entry in _essays(chapters.read(path)):
            name = entry["grade_id"]
            head = f"## {path.stem}, {name}: {entry['points']} points"
            parts += [NEW_SHEET, head, question, "**Model answer**", answer]
            parts += ["**Comments to copy**", _listed(bank[name])]
    return handout.page("Essays: questions, model answers, marking", parts)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def tables(seed: int | None = None, group: int = 0) -> str:
    """Return a page with the tables and pictures that right functions give: they run here.

    Args:
        seed: as in :func:`seeded`.
        group: as in :func:`seeded`.
    """
    parts = []
    for path in tqdm(sources(), unit="assignment", desc="tables"):
        notebook = seeded(chapters.read(path), seed, group)
        NotebookClient(notebook, timeout=300, extra_arguments=["--log-level=ERROR"]).execute()
        parts.append(f"## {path.stem}")
        for cell in notebook.cells:
            if cell.cell_type == "code" and not cell.metadata.get("nbgrader"):
                parts += filter(None, map(_shown, cell.outputs))
    return handout.page("Tables that right functions give", parts)


def _shown(output: NotebookNode) -> str:
    """Return an output as Markdown, '' if it is none that an essay speaks of."""
    data = output.get("data", {})
    if image := data.get("image/png"):
        return f"![The picture of the cell](data:image/png;base64,{image.strip()})"
    return str(data.get("text/markdown", ""))


# Command line ------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.course", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=["text", "notebooks", "check", "build", "gradescope"])
    parser.add_argument("assignments", nargs="*", help="such as 1_risk; default: all of them")
    parser.add_argument("--site", type=Path, default=Path("_build", "html"), help="the built site")
    parser.add_argument("--seed", type=int, help="of hidden tests and tables; default: the book's")
    parser.add_argument("--groups", type=int, default=0, help="students' sets with other tables")
    options = parser.parse_args(arguments)
    named = [source(name) for name in options.assignments]
    texts = (chapters.TEXTS / COURSE.name).glob("source/*/*.md")
    chosen = named or sorted({*sources(), *(source(path.stem) for path in texts)})
    try:
        if options.action == "text":
            for path in named or sources():
                print(write_text(path))
        elif options.action == "notebooks":
            for path in chosen:
                write_notebook(path)
        elif options.action == "build":
            build(options.site, options.seed, options.groups)
        elif options.action == "gradescope":
            write_gradescope(named or sources(), options.seed)
        elif found := list(all_faults()):
            raise CourseError("\n".join(found))
        else:
            print(f"{len(sources())} assignments and {len(exams.all_exams())} exams checked.")
    except (CourseError, chapters.ChapterError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
