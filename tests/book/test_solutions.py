"""Every exercise has one solution, on its chapter's page; a site without solutions shows none."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from book_data import BOOK, chapters, prose
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.browser import toc_pages
from tools.chapters import NOTEBOOK_METADATA

FOLDER = BOOK / "course" / "solutions"
EXERCISE = re.compile(r"^`{3,}\{exercise\}.*\n(?::(?!label).*\n)*:label: (\S+)", re.MULTILINE)
SOLUTION = re.compile(r"^`{3,}\{solution(?:-start)?\} (\S+)\n:label: (\S+)", re.MULTILINE)
EXERCISES = {path: found for path in chapters() if (found := EXERCISE.findall(prose(path)))}


def page_of(chapter: Path) -> Path:
    """Return the page with a chapter's solutions: its name after all numbers of its path."""
    parts = chapter.relative_to(BOOK).with_suffix("").parts
    *folders, name = parts[:-1] if parts[-1] == "index" else parts
    return FOLDER / ("".join(f"{folder.split('_')[0]}_" for folder in folders) + f"{name}.ipynb")


def docname(path: Path) -> str:
    return path.relative_to(BOOK.parent).with_suffix("").as_posix()


@pytest.mark.parametrize("chapter", EXERCISES, ids=lambda path: page_of(path).stem)
def test_every_exercise_has_one_solution_in_the_same_order(chapter: Path) -> None:
    assert page_of(chapter).exists(), f"{docname(chapter)} has no solutions"
    solutions = SOLUTION.findall(prose(page_of(chapter)))
    assert [exercise for exercise, _ in solutions] == EXERCISES[chapter]
    assert [label for _, label in solutions] == [f"sol{ex[2:]}" for ex in EXERCISES[chapter]]


def test_every_page_of_solutions_belongs_to_a_chapter() -> None:
    assert set(FOLDER.glob("*.ipynb")) == {page_of(chapter) for chapter in EXERCISES}


def test_solutions_stand_in_the_contents_as_their_chapters_do() -> None:
    listed = toc_pages()
    expected = [docname(page_of(path)) for path in EXERCISES if docname(path) in listed]
    found = [page for page in listed if page.startswith(f"{docname(FOLDER)}/")]
    assert sorted(found) == sorted([f"{docname(FOLDER)}/index", *expected])


# The setting that hides them -------------------------------------------------------------------

CONFIGURATION = f"""\
import sys
sys.path.insert(0, {str(BOOK / "_ext")!r})
extensions = ["myst_nb", "sphinx_external_toc", "sphinx_exercise", "solutions"]
external_toc_path = "_toc.yml"
external_toc_exclude_missing = True
nb_execution_mode = "off"
"""
CONTENTS = """\
format: jb-book
root: book/index
parts:
  - caption: Before
    chapters:
      - file: book/chapter
  - caption: Course
    chapters:
      - file: book/course/solutions/index
        sections:
          - file: book/course/solutions/page
"""
CHAPTER = """\
# A chapter

```{exercise}
:label: ex-sum
How much is 20 + 22?
```

Beside {doc}`the answers <course/solutions/index>`.
"""
START = "```{solution-start} ex-sum\n:label: sol-sum\n```\n\nIn words: fortytwo-words."


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a book of one exercise whose solution holds words, code and an output."""
    answers = tmp_path / "book" / "course" / "solutions"
    answers.mkdir(parents=True)
    (tmp_path / "conf.py").write_text(CONFIGURATION)
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    (tmp_path / "book" / "index.md").write_text("# Cover\n")
    (tmp_path / "book" / "chapter.md").write_text(CHAPTER)
    (answers / "index.md").write_text("# Answers\n")
    output = new_output("stream", name="stdout", text="fortytwo-output")
    cells = [
        new_markdown_cell("# Answers of a chapter"),
        new_markdown_cell(START),
        new_code_cell("'fortytwo-' + 'code'", execution_count=1, outputs=[output]),
        new_markdown_cell("```{solution-end}\n```"),
    ]
    notebook = new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    nbformat.write(notebook, answers / "page.ipynb")
    return tmp_path


def built(source: Path, *options: str) -> dict[str, str]:
    """Build the book with warnings as errors and return every file that a reader can fetch."""
    site = source / "_site"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", *options, str(source), str(site)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    files = (path for path in site.rglob("*") if path.is_file() and "_static" not in path.parts)
    return {
        path.relative_to(site).as_posix(): path.read_text(errors="replace")
        for path in files
        if ".doctrees" not in path.parts
    }


def test_by_default_a_site_shows_solutions_and_links_to_them(source: Path) -> None:
    files = built(source)
    page = files["book/course/solutions/page.html"]
    solution = page[page.index('id="sol-sum"') :]
    assert "fortytwo-words" in solution
    assert "fortytwo-output" in solution
    assert 'href="course/solutions/page.html#sol-sum"' in files["book/chapter.html"]


@pytest.mark.parametrize("way", ["key", "environment"])
def test_one_setting_leaves_out_every_trace(
    way: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "environment":
        monkeypatch.setenv("SOLUTIONS", "no")
    else:
        built(source)  # what an earlier build has left must go as well
    files = built(source, *(["-D", "hide_solutions=1"] if way == "key" else []))
    assert "How much is" in files["book/chapter.html"]
    assert "the answers" in files["book/chapter.html"]
    assert "solutions/" not in files["book/chapter.html"]
    assert not [name for name in files if "solutions" in name]
    for trace in ("fortytwo", "sol-sum", "solution-link"):
        assert [name for name, text in files.items() if trace in text] == []
