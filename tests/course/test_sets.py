"""The sets that are handed out, and that no solution and no hidden test is among them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from tests.course.support import nbgrader_of
from tools import chapters, course, exams, plain
from tools.archive import pack
from tools.browser import ROOT

HERE = Path(__file__).parent

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """Return the folder of the sets, built with a site of one page."""
    folder = tmp_path_factory.mktemp("sets")
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>lossbook")
    notebooks = folder / "notebooks"
    for page in ("book/0_risk", "book/course/solutions/0_risk", "book/course/source/1_risk/1_risk"):
        plain.copy(ROOT / f"{page}.ipynb", notebooks / f"{page}.ipynb")
    (site / "book").mkdir()
    (site / "book" / "0_risk.html").write_text("<p>What a loss is")  # the solutions are not built
    assert plain.main(["--site", str(site)]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "BUILT", folder / "built")
        course.build(site)
    return folder / "built"


def names(archive) -> list[str]:
    with zipfile.ZipFile(archive) as content:
        return content.namelist()


def test_students_get_every_assignment(sets):
    released = {path.stem for path in (sets / "lossbook-students").glob("*/*.ipynb")}
    assert released == {path.stem for path in course.sources()}


def test_every_assignment_is_proved():
    proved = {path.stem.removeprefix("test_") for path in HERE.glob("test_[0-9]_*.py")}
    assert proved == {path.stem for path in course.sources()}


def test_sources_hold_secrets():
    for path in course.sources():
        found = course.secrets(chapters.read(path))
        assert len(found) >= 10
        assert all(found.values())


def test_students_get_no_solution_and_no_hidden_test(sets):
    assert list(course.leaks(sets / "lossbook-students")) == []
    for path in sets.glob("lossbook-students/**/*.ipynb"):
        released, source = chapters.read(path), chapters.read(course.source(path.stem))
        shown = {nbgrader_of(c).get("grade_id"): c.source for c in released.cells}
        for name, lines in course.secrets(source).items():
            own = [line.strip() for line in shown[name].splitlines()]
            public = list(course._public_of(course._cell(source, name)))
            twice = set(lines) & set(public)  # such as a bracket that ends a call
            assert not set(lines) & set(own) - twice, name
            assert all(own.count(line) == public.count(line) for line in twice), name


def test_the_zip_of_the_students_holds_nothing_else(sets):
    content = names(sets / "lossbook-students.zip")
    assert sorted(content) == sorted(
        ["lossbook-students/README.md"]
        + [f"lossbook-students/{p.stem}/{p.name}" for p in course.sources()]
    )


def secret_lines() -> list[tuple[str, str, str]]:
    """Return for each kind of secret of each assignment a line to be leaked."""
    found = []
    for path in course.sources():
        for cell in chapters.read(path).cells:
            entry = nbgrader_of(cell)
            for kind in ("SOLUTION", "HIDDEN TESTS"):
                lines = sorted(course._marked(cell, kind), key=len)
                found += [(path.stem, entry["grade_id"], line) for line in lines[-1:]]
            if entry.get("solution") and entry["grade"]:
                line = max(cell.source.splitlines(), key=len)
                found.append((path.stem, entry["grade_id"], line))
    return found


def test_a_leak_of_any_secret_is_noticed(sets, tmp_path):
    students = tmp_path / "students"
    shutil.copytree(sets / "lossbook-students", students)
    unnoticed = []
    for assignment, name, line in secret_lines():
        path = students / assignment / f"{assignment}.ipynb"
        before = path.read_text()
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            if nbgrader_of(cell).get("grade_id") == name:
                cell.source += f"\n{line}"
        nbformat.write(notebook, path)
        if not any(leak.startswith(f"{name}: ") for leak in course.leaks(students)):
            unnoticed.append((name, line))
        path.write_text(before)
    assert unnoticed == []


def test_students_get_no_exam(sets):
    for name in ("students", "notebooks", "site"):
        with zipfile.ZipFile(sets / f"lossbook-{name}.zip") as archive:
            archive.extractall(sets / "looked-through" / name)
    assert list(exams.leaks(sets / "looked-through")) == []


def test_a_site_that_shows_an_exam_is_refused(tmp_path):
    (tmp_path / course.BOOK).write_bytes(b"")
    (tmp_path / "page.html").write_text(exams.all_exams()[0].tasks[0].ask)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "BUILT", tmp_path / "built")
        patch.setattr(
            course, "release", lambda folder, _: (folder / "release").mkdir(exist_ok=True)
        )
        patch.setattr(course, "tables", lambda seed, group: "")
        with pytest.raises(course.CourseError, match=r"page\.html shows the midterm"):
            course.build(tmp_path)


def test_the_instructor_gets_the_exams(sets):
    content = names(sets / "lossbook-instructor.zip")
    for exam in exams.all_exams():
        for end in ("", "-solutions"):
            assert f"lossbook-instructor/exams/{exam.name}{end}.html" in content


def test_a_leak_into_another_file_is_noticed(sets, tmp_path):
    students = tmp_path / "students"
    shutil.copytree(sets / "lossbook-students", students)
    (students / "notes.txt").write_text("    return (prediction != target).mean()\n")
    assert list(course.leaks(students)) == ["zero_one_loss: return (prediction != target).mean()"]


def test_a_release_without_clearing_is_noticed(sets, tmp_path):
    shutil.copyfile(course.source("1_risk"), tmp_path / "1_risk.ipynb")
    assert any("BEGIN SOLUTION" in leak for leak in course.leaks(tmp_path))


def test_the_instructor_gets_a_course(sets):
    content = names(sets / "lossbook-instructor.zip")
    top = "lossbook-instructor"
    assert f"{top}/nbgrader_config.py" in content
    for path in course.sources():
        assert f"{top}/source/{path.stem}/{path.name}" in content
        assert f"{top}/release/{path.stem}/{path.name}" in content


def test_each_set_says_what_it_is(sets):
    for name in ("students", "instructor", "notebooks"):
        assert f"lossbook-{name}/README.md" in names(sets / f"lossbook-{name}.zip")


def test_the_book_to_run_holds_nothing_of_the_instructors(sets):
    content = names(sets / course.BOOK)
    assert "lossbook-notebooks/book/0_risk.ipynb" in content
    assert "lossbook-notebooks/lossbook/reference/hinge.py" in content
    for part in ("source", "solutions", "questions", "exams", "tests", "tools", "instructor"):
        assert not [name for name in content if part in name.split("/")[1:]], part


def test_the_book_to_run_imports_its_own_package(sets, tmp_path):
    code = "import lossbook, lossbook.book.datasets; print(lossbook.__file__)"
    command = [sys.executable, "-P", "-c", code]
    with zipfile.ZipFile(sets / course.BOOK) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "lossbook-notebooks"
    shown = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert Path(shown.strip()).is_relative_to(folder.resolve())


def test_the_instructor_gets_an_autograder_for_gradescope(sets):
    found = {path.stem for path in (sets / "gradescope").glob("*.zip")}
    assert found == {path.stem for path in course.sources()}


def test_the_instructor_gets_the_bank_of_questions(sets):
    content = names(sets / "lossbook-instructor.zip")
    for name in ("questions.moodle.xml", "questions.qti21.zip"):
        assert f"lossbook-instructor/{name}" in content


def test_the_marking_shows_every_essay(sets):
    page = (sets / "lossbook-instructor" / "marking.html").read_text()
    essays = [
        nbgrader_of(cell)
        for path in course.sources()
        for cell in chapters.read(path).cells
        if cell.cell_type == "markdown" and nbgrader_of(cell)
    ]
    assert page.count("<em>Marking.</em>") == len(essays)
    assert page.count("<em>Looked for</em>") == len(essays)
    assert page.count(course.NEW_SHEET) == len(essays)  # each is printed on its own
    assert "<math" in page
    bank = course.comments()
    assert set(bank) == {"any"} | {entry["grade_id"] for entry in essays}
    for comments in bank.values():
        assert len(comments) >= 4
        assert all(len(comment.split()) <= 30 for comment in comments)
    assert page.count("<li>") >= sum(map(len, bank.values()))


def test_the_tables_are_those_that_model_answers_speak_of(sets):
    page = (sets / "lossbook-instructor" / "tables.html").read_text()
    cells = {re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", page)}
    for shown in ("0.08711", "12.8", "90 (87–96)", "26.50", "97.1", "3.77"):  # one of each
        assert shown in cells
    assert page.count("<table") >= 9
    assert "data:image/png" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


def test_a_seed_changes_the_hidden_inputs_and_no_text_that_students_see():
    for path in course.sources():
        notebook = chapters.read(path)
        one, other = (course.seeded(notebook, seed) for seed in (1, 2))
        assert one == course.seeded(notebook, 1)
        differ = 0
        for cells in zip(notebook.cells, one.cells, other.cells, strict=True):
            shown = {
                course.DRAW.sub("", cell.source.partition("### BEGIN HIDDEN")[0]) for cell in cells
            }
            assert len(shown) == 1
            differ += len({cell.source for cell in cells}) == 3
        assert differ >= 7


def test_groups_differ_in_what_their_tables_draw(sets, tmp_path, monkeypatch):
    monkeypatch.setattr(course, "BUILT", tmp_path / "built")
    monkeypatch.setattr(course, "tables", lambda seed, group: f"{seed}, {group}")
    site = tmp_path / "site"
    site.mkdir()
    shutil.copyfile(sets / course.BOOK, site / course.BOOK)
    course.build(site, seed=2027, groups=2)
    built = tmp_path / "built"
    assert not (built / "lossbook-students.zip").exists()
    for group in (1, 2):
        top = f"lossbook-students-{group}"
        assert f"{top}/1_risk/1_risk.ipynb" in names(built / f"{top}.zip")
        page = built / "lossbook-instructor" / f"tables-{group}.html"
        assert page.read_text() == f"2027, {group}"
    for path in course.sources():
        found = [
            built / folder / path.stem / path.name
            for folder in (
                "lossbook-students-1",
                "lossbook-students-2",
                "lossbook-instructor/release",
            )
        ]
        texts = ["\n".join(cell.source for cell in chapters.read(copy).cells) for copy in found]
        assert len(set(texts)) == 3
        assert len({course.DRAW.sub("", text) for text in texts}) == 1


def test_a_seed_may_be_any_number():
    notebook = chapters.read(course.source("3_margin"))
    numbers = []
    for seed, group in ((None, 0), (0, 0), (0, 1), (1, 0), (2**40, 0), (2**40, 1)):
        (found,) = course.DRAW.findall(
            "\n".join(c.source for c in course.drawn(notebook, seed, group).cells)
        )
        numbers.append(int(found.split()[-1]))
    assert numbers[0] == 0
    assert len(set(numbers)) == 6
    assert max(numbers) + 100 < 2**32  # the largest seed of a split


def test_the_site_is_packed(sets):
    assert set(names(sets / "lossbook-site.zip")) == {
        f"lossbook-site/{name}" for name in ("index.html", "book/0_risk.html", course.BOOK)
    }


def test_equal_content_gives_equal_bytes(sets, tmp_path):
    pack(sets / "lossbook-students", tmp_path / "again.zip", "lossbook-students")
    one, other = (
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "again.zip", sets / "lossbook-students.zip")
    )
    assert one == other


def test_a_site_that_is_not_built_is_said(tmp_path):
    with pytest.raises(course.CourseError, match="make book"):
        course.build(tmp_path)


@pytest.mark.parametrize("path", course.sources(), ids=lambda path: path.stem)
def test_text_and_notebook_are_one(path):
    import jupytext

    notebook = chapters.read(path)
    back = course.normalise(jupytext.reads(course.to_text(notebook), fmt="md:myst"))
    assert back == notebook
    assert json.loads(path.read_text()) == json.loads(nbformat.writes(back))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tests only_an_id", "expected answer"),
        ("answer an_id 3", "expected answer"),
        ("homework an_id", "expected answer"),
    ],
)
def test_a_role_that_is_none_is_refused(line, message):
    with pytest.raises(course.CourseError, match=message):
        course.metadata(line, "code")


def broken(tmp_path, change):
    notebook = chapters.read(course.source("1_risk"))
    change(notebook)
    path = tmp_path / "1_risk.ipynb"
    nbformat.write(notebook, path)
    return "\n".join(course.faults(path))


def test_faults_of_a_source_are_found(tmp_path):
    def cell(notebook, name):
        return next(c for c in notebook.cells if nbgrader_of(c).get("grade_id") == name)

    def more_points(notebook):
        cell(notebook, "bce_value").metadata["nbgrader"]["points"] = 5

    def no_hidden_tests(notebook):
        cell(notebook, "bce_value").source = "grading.compare(f, g, [])"

    def an_output(notebook):
        cell(notebook, "bce_value").execution_count = 1

    def one_name_twice(notebook):
        cell(notebook, "bce_value").metadata["nbgrader"]["grade_id"] = "bce_grad"

    def no_draw(notebook):
        notebook.cells[1].source = "DRAW = 1 + 1"

    def no_head(notebook):
        notebook.cells[0].source = "# Assignment"

    def a_long_model(notebook):
        essay = cell(notebook, "why_not")
        essay.source = "So it is. " * 40 + essay.source

    def one_experiment_less(notebook):
        # most_mistakes is called by nothing but an experiment, binary_cross_entropy by answers too.
        for experiment in notebook.cells:
            if not nbgrader_of(experiment) and "most_mistakes(" in experiment.source:
                experiment.source = ""

    assert broken(tmp_path, lambda notebook: None) == ""
    assert "no experiment calls most_mistakes" in broken(tmp_path, one_experiment_less)
    assert "why_not asks for 110 words, its model has" in broken(tmp_path, a_long_model)
    assert "says 40 points, the cells add up to 41" in broken(tmp_path, more_points)
    section = "'2. Charge for false certainty' says 10 points, its cells add up to 11"
    assert section in broken(tmp_path, more_points)
    assert "bce_value holds no hidden tests" in broken(tmp_path, no_hidden_tests)
    assert "holds outputs or metadata" in broken(tmp_path, an_output)
    assert "bce_grad names two cells" in broken(tmp_path, one_name_twice)
    assert "the first cell does not say" in broken(tmp_path, no_head)
    assert "the first code cell does not say" in broken(tmp_path, no_draw)
