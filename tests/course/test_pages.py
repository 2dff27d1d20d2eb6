"""What the guide and the syllabus promise about numbers and downloads."""

from __future__ import annotations

import re

import course_load
import pytest

from tools import chapters, course

GUIDE = (course.COURSE / "instructor.md").read_text(encoding="utf-8")


def test_the_load_counts_what_is_read_run_and_earned():
    cells = [
        {"cell_type": "markdown", "source": ["Two words, $x + 1$ and\n", "{eq}`eq-a`."]},
        {"cell_type": "markdown", "source": ["$$\na \\\\ b\n$$ (eq-a)\n\nOne"]},
        {"cell_type": "code", "metadata": {}, "source": ["1 + 1"]},
        {"cell_type": "code", "metadata": {"tags": ["hide-cell"]}, "source": ["2"]},
    ]
    assert course_load.load_of(cells) == (6, 2, 1, 0)
    load = course_load.Load(words=300, formulas=2, cells=4, points=10)
    assert load.reading == 2 + 1 + 2
    assert load.work == 30


def test_every_week_of_the_plan_has_its_load():
    weeks = course_load.weeks()
    assert list(weeks) == list("123456")
    points = 0
    for path in course.sources():
        head = course.HEAD.search(chapters.read(path).cells[0].source)
        points += int(head["points"])
    assert sum(week.points for week in weeks.values()) == points
    assert min(week.words for week in weeks.values()) > 2000
    assert len(list(course_load.lines())) == 2 + 6 + 1 + 2


def test_the_points_of_the_project_add_up():
    page = (course.COURSE / "project.md").read_text(encoding="utf-8")
    points = [int(row) for row in re.findall(r"^\| [^|]+ \| (\d+) \|", page, re.MULTILINE)]
    assert sum(points) == 40
    assert "forty points" in page
    assert page.count("**Control.**") == page.count("**Trap.**") == page.count("\n### ") == 4


COLLECTOR = re.compile(r"^\*\*(\w+)[^`]*`[^`]+`\.\s+```bash[^`]*named_regexp='([^']+)'$", re.M)
COLLECTORS = COLLECTOR.findall(GUIDE)
DOWNLOADS = {
    "Moodle": {
        "Ada Byron_10815_assignsubmission_file_/1_risk.ipynb": "10815",
        "Ana_María de la O_7_assignsubmission_file_/1_risk.ipynb": "7",
    },
    "Canvas": {
        "byronada_10815_4711_1_risk.ipynb": "byronada",
        "turingalan_LATE_10816_4712_1_risk.ipynb": "turingalan",
    },
    "Blackboard": {"1_risk_ada_attempt_2027-03-01-11-58-20_1_risk.ipynb": "ada"},
}


def test_the_guide_has_an_expression_for_each_download():
    assert [name for name, _ in COLLECTORS] == list(DOWNLOADS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "expression"), COLLECTORS)
def test_submissions_are_collected_from_a_download(name, expression, tmp_path):
    course.copy_course(tmp_path)
    released = tmp_path / "release" / "1_risk" / "1_risk.ipynb"
    released.parent.mkdir(parents=True)
    released.write_text("{}")  # whose name says what a submission is called
    archive = tmp_path / "downloaded" / "1_risk" / "archive"
    for path in DOWNLOADS[name]:
        (archive / path).parent.mkdir(parents=True, exist_ok=True)
        (archive / path).write_text("{}")
    config = {"FileNameCollectorPlugin": {"named_regexp": expression}}
    api = course.open_course(tmp_path, **config)
    from nbgrader.apps import ZipCollectApp

    app = ZipCollectApp(coursedir=api.coursedir, parent=api, config=api.config)
    app.coursedir.assignment_id = "1_risk"
    app.strict = True
    app.start()
    collected = {p.parts[-3] for p in tmp_path.glob("submitted/*/1_risk/1_risk.ipynb")}
    assert collected == set(DOWNLOADS[name].values())
