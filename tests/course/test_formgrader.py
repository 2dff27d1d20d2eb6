"""The formgrader in a real browser: formulas are rendered, and no third party is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.course.support import Graded, answers_of
from tests.site.conftest import require_browser
from tools.browser import open_page
from tools.lab import jupyterlab

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    """Return a course with one submission, whose essay holds a formula."""
    result = Graded(tmp_path_factory.mktemp("course"), "1_risk")
    essay = {"why_not": "It is $\\frac{1}{2}$, with *care*,\n\n$$a_i * b_i \\le c$$\n\nat most."}
    result.submit("ada", answers_of("1_risk") | essay)
    result.grade()
    assert result.result["success"], result.result
    return result


@pytest.fixture(scope="module")
def shown(graded, tmp_path_factory):
    """Return the page on which the submission is marked, and every address that it asked for."""
    require_browser()
    with graded.api.gradebook as gradebook:
        (notebook,) = gradebook.find_submission("1_risk", "ada").notebooks
        submission = notebook.id
    home = tmp_path_factory.mktemp("home")
    with jupyterlab(graded.folder, home, plain=False) as address, open_page() as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(
            f"{address}/formgrader/submissions/{submission}/?index=0", wait_until="networkidle"
        )
        yield page, address, asked


def test_no_third_party_is_asked(shown):
    _, address, asked = shown
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_formulas_are_rendered(shown):
    page: Page = shown[0]
    assert page.locator("math").count() > 10
    essay = page.locator(".text_cell_render", has_text="at most.").last
    assert essay.locator("math").count() == 2
    assert essay.locator("mfrac").bounding_box()["height"] > 10
    assert essay.locator("em").inner_text() == "care"
    text = page.locator(".text_cell_render").all_inner_texts()
    assert text
    assert not [cell for cell in text if "$" in cell or "formula-0" in cell]


def test_a_marker_sees_all_tests(shown):
    assert "BEGIN HIDDEN TESTS" in shown[0].locator("body").inner_text()


def test_points_can_be_given(shown, graded):
    page: Page = shown[0]
    page.locator("#why_not").fill("3")
    page.locator("#why_not").blur()
    page.locator(".score-saved").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    with graded.api.gradebook as gradebook:
        assert gradebook.find_grade("why_not", "1_risk", "1_risk", "ada").manual_score == 3
