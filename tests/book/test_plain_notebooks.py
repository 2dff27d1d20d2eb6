"""The plain notebooks of a small book: what becomes of each construct, and of one that is new."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import lossbook

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "extensions": [
        "myst_nb",
        "sphinx_book_theme",
        "sphinx_design",
        "sphinx_exercise",
        "sphinxcontrib.bibtex",
        "plain_notebooks",
        "repository_buttons",
    ],
    "nb_execution_mode": "off",
    "myst_enable_extensions": ["colon_fence", "deflist", "dollarmath"],
    "numfig": True,
    "root_doc": "book/index",
    "bibtex_bibfiles": ["book/references.bib"],
    "bibtex_reference_style": "author_year",
    "html_theme": "sphinx_book_theme",
    "suppress_warnings": ["mystnb.unknown_mime_type"],
}
INDEX = """
# The book

```{toctree}
:numbered:
1_part/1_small
1_part/2_other
bibliography
```
"""
BIBLIOGRAPHY = """
# Bibliography

```{bibliography}
:all:
```
"""
BIB = """
@article{brier1950,
  author = {Glenn W. Brier}, title = {Verification of forecasts}, journal = {Weather},
  year = {1950}, url = {https://example.org/brier}}
@article{other2000, author = {An Other}, title = {Not cited}, journal = {Nowhere}, year = {2000}}
"""
OPENING = """# A *small* loss

> **How large?**

You need {doc}`2_other` and $|x|$; 5 * 3 costs \\$2, `a|b` and a_b stay.

| | Loss |
|:---|---:|
| Definition | {eq}`eq-small` |
| Range | $\\|x\\| + \\|c\\|$, `a \\| b` |

$$
\\begin{aligned}
y &= x \\\\

&= x
\\end{aligned}
$$ (eq-small)

1. First

   of two paragraphs.
2. Second:
   - within, {cite:p}`brier1950`
"""
AFTER = """(a-place)=
## The number

It is {glue:text}`half`, says {cite:t}`brier1950`.

:::{note}
Mind $x$.
:::

```{exercise}
:label: ex-small
*By hand.* What is $x$ in {eq}`eq-small`?
```

:::{dropdown} {glue:text}`half` and $y < 1$
**No.** See {ref}`a-place`.
:::
"""
OTHER = """# Other

```{solution-start} ex-small
:label: sol-small
```
"""
ALT = "A line that rises from the lower left to the upper right"
FIGURE = {
    "image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M8AAAMBAQDJ/pLv"
    "AAAAAElFTkSuQmCC"
}
GLUED = {"mime_prefix": "application/papermill.record/", "name": "half"}
RECORD = {"application/papermill.record/text/plain": "'0.5'"}


def chapters() -> dict[str, NotebookNode]:
    """Return the small book's two notebooks."""
    record = new_output("display_data", RECORD, metadata={"scrapbook": GLUED})
    figure = new_output("display_data", FIGURE)
    shown = {"mystnb": {"image": {"alt": ALT}, "figure": {"caption": "A *line*", "name": "fig-a"}}}
    small = [
        new_markdown_cell(OPENING),
        new_code_cell("x  = 1  # {eq}`stays`", execution_count=1),
        new_code_cell("draw()", execution_count=2, outputs=[figure], metadata=shown),
        new_code_cell("glue('half', 0.5)", outputs=[record], metadata={"tags": ["remove-cell"]}),
        new_markdown_cell(AFTER),
    ]
    other = [
        new_markdown_cell(OTHER),
        new_code_cell("import eqtest", execution_count=1),
        new_markdown_cell("By {eq}`eq-small`.\n\n```{solution-end}\n```"),
        new_code_cell('open("numbers.json"), open("../../benchmarks/run.json")', execution_count=2),
    ]
    metadata = {"language_info": {"name": "python"}}
    return {
        "1_small": new_notebook(cells=small, metadata=metadata),
        "2_other": new_notebook(cells=other, metadata=metadata),
    }


def build(folder: Path, opening: str = OPENING, **settings: object) -> str:
    """Build the small book and return the warnings."""
    source = folder / "source"
    part = source / "book" / "1_part"
    part.mkdir(parents=True)
    for name, notebook in chapters().items():
        notebook.cells[0].source = notebook.cells[0].source.replace(OPENING, opening)
        nbformat.write(notebook, part / f"{name}.ipynb")
    (part / "numbers.json").write_text("[1, 2]")
    (source / "benchmarks").mkdir()
    for name in ("run", "other_run"):
        (source / "benchmarks" / f"{name}.json").write_text("[3]")
    (source / "book" / "index.md").write_text(INDEX)
    (source / "book" / "bibliography.md").write_text(BIBLIOGRAPHY)
    (source / "book" / "references.bib").write_text(BIB)
    lines = (f"{name} = {value!r}\n" for name, value in {**SETTINGS, **settings}.items())
    (source / "conf.py").write_text("".join(lines))
    path = os.pathsep.join([str(ROOT / "book" / "_ext"), str(ROOT)])
    result = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(source), str(folder / "html")],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the small book's site and its plain notebooks."""
    folder = tmp_path_factory.mktemp("plain")
    assert build(folder) == ""
    return folder


def cells(built: Path, name: str = "1_small") -> list[NotebookNode]:
    return nbformat.read(built / f"notebooks/book/1_part/{name}.ipynb", as_version=4).cells


def prose(built: Path, name: str = "1_small") -> str:
    return "\n\n".join(cell.source for cell in cells(built, name) if cell.cell_type == "markdown")


@pytest.mark.parametrize(
    "wanted",
    [
        "# 1. A *small* loss\n",
        "> **How large?**\n",
        r"You need [Other](2_other.ipynb) and $|x|$; 5 \* 3 costs \$2, `a|b` and a_b stay.",
        "|  | Loss |\n| :--- | ---: |\n| Definition | [(1.1)](#equation-eq-small) |\n",
        r"| Range | $\vert x\vert + \vert c\vert$, `a \| b` |",
        '<a id="equation-eq-small"></a>\n$$\n\\begin{aligned}\ny &= x \\\\\n&= x\n'
        "\\end{aligned} \\tag{1.1}\n$$\n",
        "1. First\n\n   of two paragraphs.\n"
        "2. Second:\n\n   - within, \\[[Brier, 1950](#brier1950)\\]",
        '## <a id="a-place"></a>1.1. The number\n\nIt is 0.5, says Brier \\[[1950](#brier1950)\\].',
        "> **Note**\n>\n> Mind $x$.",
        '### <a id="ex-small"></a>Exercise 1.1\n\n'
        "*By hand.* What is $x$ in [(1.1)](#equation-eq-small)?",
        "<details>\n<summary>0.5 and $y \\lt  1$</summary>\n\n"
        "**No.** See [The number](#a-place).\n\n</details>",
        "## References\n\n"
        '- <a id="brier1950"></a>Glenn W. Brier. Verification of forecasts. *Weather*, 1950. ',
        "https://example.org/brier",
    ],
)
def test_a_construct_is_resolved(built: Path, wanted: str) -> None:
    assert wanted in prose(built)


def test_works_that_are_not_cited_stay_out(built: Path) -> None:
    assert "Not cited" not in prose(built)


def test_the_first_cell_says_what_it_is_and_where_the_package_lies(built: Path) -> None:
    first = cells(built)[0].source
    assert first.startswith(f"# lossbook {lossbook.__version__}: 1. A small loss\n")
    assert '%pip install --quiet "../..[chapters]"' in first
    assert "git" not in first
    other = cells(built, "2_other")[0].source
    assert '%pip install --quiet "../..[chapters]" "../../eqtest"' in other
    assert '"eqtest"]' in other


def test_code_stands_where_it_stood(built: Path) -> None:
    kinds = "".join(cell.cell_type[0] for cell in cells(built))
    assert kinds == "cmccmcmm"  # installation; opening, code, figure, words, glue, text, references
    ours = [cell for cell in cells(built) if cell.cell_type == "code"][1:]
    theirs = [cell for cell in chapters()["1_small"].cells if cell.cell_type == "code"]
    assert [cell.source for cell in ours] == [cell.source for cell in theirs]


def test_a_solution_around_code(built: Path) -> None:
    _, title, heading, code, after, _ = cells(built, "2_other")
    link = "[Exercise 1.1](1_small.ipynb#ex-small)"
    assert title.source == "# 2. Other"
    assert heading.source == f'## <a id="sol-small"></a>Solution to {link}'
    assert code.source == "import eqtest"
    assert after.source == "By [(1.1)](1_small.ipynb#equation-eq-small)."


def test_figures_keep_caption_and_alternative_text(built: Path) -> None:
    figure, below = cells(built)[3:5]
    assert figure.outputs[0].metadata["image/png"]["alt"] == ALT
    assert '<a id="fig-a"></a>**Figure 1.1.** A *line*' in below.source
    assert f"<summary>The figure in words</summary>\n\n{ALT}\n" in below.source


def test_what_the_site_hides_is_folded_and_shows_nothing(built: Path) -> None:
    folded = [cell for cell in cells(built) if cell.metadata]
    assert [cell.source for cell in folded] == ["glue('half', 0.5)"]
    assert folded[0].metadata == {"jupyter": {"source_hidden": True}}
    assert folded[0].outputs == []


def test_data_come_along(built: Path) -> None:
    assert json.loads((built / "notebooks/book/1_part/numbers.json").read_text()) == [1, 2]
    copied = [path.name for path in (built / "notebooks/benchmarks").iterdir()]
    assert copied == ["run.json"]


def test_the_download_button_leads_to_the_plain_notebook(built: Path) -> None:
    page = (built / "html/book/1_part/1_small.html").read_text()
    assert 'href="../../_sources/book/1_part/1_small.ipynb"' in page
    offered = built / "html/_sources/book/1_part/1_small.ipynb"
    assert offered.read_bytes() == (built / "notebooks/book/1_part/1_small.ipynb").read_bytes()
    assert "colab" not in page
    assert "binder" not in page
    assert "canonical" not in page
    assert not (built / "html/sitemap.xml").exists()


def test_buttons_open_the_plain_notebook_if_there_is_a_repository(tmp_path: Path) -> None:
    repository = "https://github.com/someone/book"
    options = {"repository_url": repository, "repository_branch": "main"}
    assert build(tmp_path, html_theme_options=options) == ""
    page = (tmp_path / "html/book/1_part/2_other.html").read_text()
    path = "book/1_part/2_other.ipynb"
    assert f"https://colab.research.google.com/github/someone/book/blob/notebooks/{path}" in page
    assert f"https://mybinder.org/v2/gh/someone/book/notebooks?urlpath=lab/tree/{path}" in page
    address = "https://someone.github.io/book/book/1_part/2_other.html"
    assert f'<link rel="canonical" href="{address}" />' in page
    assert f"<loc>{address}</loc>" in (tmp_path / "html/sitemap.xml").read_text()
    first = cells(tmp_path, "2_other")[0].source
    git = f"git+{repository}@notebooks"
    check = f"eqtest @ {git}#subdirectory=eqtest"
    assert f'%pip install --quiet "lossbook[chapters] @ {git}" "{check}"' in first
    assert 'if not Path("numbers.json").exists()' in first
    assert f"!git clone --quiet --depth 1 --branch notebooks {repository} " in first
    assert "git clone" not in cells(tmp_path)[0].source  # it reads no data


NEW = {
    "container": "````{tab-set}\n```{tab-item} One\nText.\n```\n````",
    "definition_list": "Term\n: its definition",
    "footnote": "A note.[^1]\n\n[^1]: Below.",
    "subscript": "{sub}`2`",
    "figure": "```{figure} nothing.png\n```",
}


def test_a_construct_without_markdown_is_a_warning(tmp_path: Path) -> None:
    warnings = build(tmp_path, "# Small\n\n" + "\n\n".join(NEW.values()))
    named = set(re.findall(r"plain notebooks: there is no Markdown for (\w+);", warnings))
    assert set(NEW) <= named
