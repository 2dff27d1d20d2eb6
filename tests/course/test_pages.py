"""What the guide and the syllabus promise about numbers and downloads."""

from __future__ import annotations

import re

import pytest

from tools import course

GUIDE = (course.COURSE / "instructor.md").read_text(encoding="utf-8")


def test_the_syllabus_states_the_minutes_of_its_pages():
    assert course.load() in (course.COURSE / "syllabus.md").read_text(encoding="utf-8")


COLLECTORS = re.findall(r"^\| (\w+).*named_regexp='([^']+)'` \|$", GUIDE, re.MULTILINE)
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
