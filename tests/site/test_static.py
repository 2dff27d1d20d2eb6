"""The built pages as files: links, resources, formulas, numbers and alternative texts."""

from __future__ import annotations

import gc
import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from tools.browser import ROOT, SITE, toc_pages

PAGES = toc_pages()
REMOTE = ("http:", "https:", "//")
# What a browser fetches by itself, against what a reader clicks.
FETCHED = {
    "img": ["src", "srcset"],
    "script": ["src"],
    "source": ["src", "srcset"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "iframe": ["src"],
    "embed": ["src"],
    "object": ["data"],
    "link": ["href"],
}
SPAN = re.compile(r"<(/?)span\b")
CHINESE = re.compile("[\u4e00-\u9fff]")
# Works that are on no public page that a number or an address leads to for certain.
NO_LINK = 5


def without_drawings(text: str) -> str:
    """Cut out the spans that draw a formula, beside its MathML: two thirds of what is to parse."""
    kept, place = [], 0
    while (start := text.find('<span class="katex-html"', place)) >= 0:
        kept.append(text[place:start])
        depth = 0
        for tag in SPAN.finditer(text, start):
            depth += -1 if tag[1] else 1
            if depth == 0:
                place = text.index(">", tag.start()) + 1
                break
    return "".join([*kept, text[place:]])


@cache
def soup(file: Path) -> BeautifulSoup:
    tree = BeautifulSoup(without_drawings(file.read_text()), "html.parser")
    gc.freeze()  # it stays: the collector need not walk through it again and again
    return tree


@cache
def ids(file: Path) -> frozenset[str]:
    """Read what links may lead to from the text: to parse every page that one names takes long."""
    return frozenset(re.findall(r'\sid="([^"]+)"', file.read_text()))


def page(name: str) -> BeautifulSoup:
    return soup(SITE / f"{name}.html")


def all_html() -> list[Path]:
    return sorted(file for file in SITE.rglob("*.html") if "_static" not in file.parts)


def broken_target(source: Path, link: str) -> str | None:
    """Say what is wrong with a link of a page, or None."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = (source.parent / unquote(parts.path)).resolve() if parts.path else source
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return f"{link}: no such file"
    fragment = unquote(parts.fragment)
    # With an equals sign it is no place but a state of the explorer: test_explorer.py.
    if (
        fragment
        and "=" not in fragment
        and target.suffix == ".html"
        and fragment not in ids(target)
    ):
        return f"{link}: no such place in the page"
    return None


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    source = SITE / f"{name}.html"
    links = {tag["href"] for tag in page(name).find_all(["a", "link"], href=True)}
    images = {tag["src"] for tag in page(name).find_all(["img", "script"], src=True)}
    assert links
    assert {fault for link in links | images if (fault := broken_target(source, link))} == set()


def test_no_page_fetches_from_another_server() -> None:
    remote = [
        f"{file.relative_to(SITE)}: {tag.name} {tag[key]}"
        for file in all_html()
        for name, keys in FETCHED.items()
        for tag in soup(file).find_all(name)
        for key in keys
        if str(tag.get(key, "")).startswith(REMOTE) and tag.get("rel") != ["canonical"]
    ]
    assert not remote


def test_no_style_fetches_from_another_server() -> None:
    sheets = list(SITE.rglob("*.css"))
    assert SITE / "_static" / "katex" / "katex.min.css" in sheets
    pattern = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)")
    remote = {
        f"{sheet.relative_to(SITE)}: {url}"
        for sheet in sheets
        for url in pattern.findall(sheet.read_text())
    }
    assert not remote


def test_every_font_of_the_formulas_is_there() -> None:
    sheet = SITE / "_static" / "katex" / "katex.min.css"
    fonts = re.findall(r"url\(([^)]+)\)", sheet.read_text())
    assert len(fonts) == 20
    assert [font for font in fonts if not (sheet.parent / font).is_file()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_is_rendered(name: str) -> None:
    formulas = page(name).select(".math")
    assert [tag.get_text()[:80] for tag in formulas if not tag.select(".katex")] == []
    errors = [tag["title"] for tag in page(name).select(".katex-error")]
    assert errors == []


@pytest.mark.parametrize("name", PAGES)
def test_no_raw_latex_is_left_in_the_text(name: str) -> None:
    quoted = {"pre", "code", "script", "annotation"}
    text = "".join(
        string
        for string in page(name).select_one("article").find_all(string=True)
        if quoted.isdisjoint(parent.name for parent in string.parents)
    )
    assert re.findall(r"(?:\$\$|\\[(\[]|\\begin\{|\\frac).{0,60}", text) == []


def test_chapters_show_formulas_and_code() -> None:
    chapters = [name for name in PAGES if (ROOT / f"{name}.ipynb").exists()]
    chapters = [name for name in chapters if not name.startswith("book/course/")]
    assert chapters
    for name in chapters:
        if not name.endswith("index"):
            assert page(name).select(".katex-display"), name
        assert page(name).select(".cell_input"), name


def number_of(name: str) -> str:
    """Return the section number that a file's path says, '' outside the numbered parts.

    Example:
        >>> number_of("book/1_classification/3_softmax/2_weighted")
        '1.3.2'
    """
    if "course" in Path(name).parts:
        return ""
    numbers = [re.match(r"(\d+)_", part) for part in Path(name).parts]
    return ".".join(match[1] for match in numbers if match)


@pytest.mark.parametrize("name", PAGES)
def test_the_number_of_a_page_is_that_of_its_file(name: str) -> None:
    heading = page(name).select_one("article h1")
    assert heading is not None
    printed = re.match(r"[\d.]*", heading.get_text().strip())
    assert printed is not None
    assert printed[0].rstrip(".") == number_of(name)


@pytest.mark.parametrize("name", PAGES)
def test_every_exercise_leads_to_its_solution(name: str) -> None:
    for exercise in page(name).select("div.exercise"):
        link = exercise.select_one(".solution-link a")
        assert link is not None, exercise["id"]
        assert str(link["href"]).endswith("#" + str(exercise["id"]).replace("ex-", "sol-", 1))


@pytest.mark.parametrize("name", PAGES)
def test_every_image_says_in_words_what_it_shows(name: str) -> None:
    article = page(name).find("article")
    assert isinstance(article, Tag)
    bad = [
        f"{image['src']}: {image.get('alt')!r}"
        for image in article.find_all("img")
        if len(str(image.get("alt", ""))) < 40 or re.search(r"\.(png|svg|jpe?g)", image["alt"])
    ]
    assert bad == []


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_a_number_a_caption_and_a_place(name: str) -> None:
    for image in page(name).select(".cell_output img"):
        figure = image.find_parent("figure")
        assert figure is not None, image["alt"]
        assert figure["id"]
        assert len(figure.select_one("figcaption .caption-text").get_text(strip=True)) > 10
        assert figure.select_one("figcaption .caption-number") is not None


@pytest.mark.parametrize("name", PAGES)
def test_an_id_stands_once_in_a_page(name: str) -> None:
    counts = Counter(tag["id"] for tag in page(name).find_all(id=True))
    assert {one for one, count in counts.items() if count > 1} == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_heading_of_a_table_says_something(name: str) -> None:
    assert [tag for tag in page(name).select("article th") if not tag.get_text(strip=True)] == []


def test_chinese_is_marked_as_such() -> None:
    words = page("book/reference/glossary").select_one("article").find_all(string=CHINESE)
    assert len(words) > 100
    assert {word.find_parent(attrs={"lang": True})["lang"] for word in words} == {"zh"}


@pytest.mark.parametrize("name", PAGES)
def test_a_table_at_a_glance_shows_the_definition(name: str) -> None:
    for cell in page(name).select("table.at-a-glance td"):
        if cell.get_text(strip=True) == "Definition":
            for other in cell.find_next_siblings("td"):
                assert other.select(".katex"), other


def test_an_index_page_has_headings_without_numbers() -> None:
    article = page("book/2_regression/index").select_one("article")
    headings = [heading.get_text(strip=True) for heading in article.select("h2")]
    assert headings[:2] == ["At a glance", "Definition: two densities"]
    assert headings[-1] == "Further reading"
    assert len(article.select("table.at-a-glance .katex, table.verdicts")) > 2


@pytest.mark.parametrize("name", ["book/index", "book/0_risk"])
def test_the_solutions_stay_folded_in_the_contents(name: str) -> None:
    (folded,) = page(name).select("nav.bd-links a[href$='solutions/index.html'] ~ details")
    assert not folded.has_attr("open")


def test_the_solutions_are_unfolded_where_one_reads_them() -> None:
    solution = page("book/course/solutions/0_risk")
    (unfolded,) = solution.select("nav.bd-links a[href='index.html'] ~ details")
    assert unfolded.has_attr("open")


def test_works_have_links() -> None:
    works = page("book/reference/bibliography").select("div.citation")
    assert len(works) > 80
    assert [work for work in works if len(work.select(".label")) != 1] == []
    assert sum(not work.select("a[href^='https://']") for work in works) <= NO_LINK


def test_the_glossary_leads_to_the_places_of_its_terms() -> None:
    links = page("book/reference/glossary").select("table td a[href]")
    led = [link for link in links if "#term-" in str(link["href"])]
    assert len(led) > 0.8 * len(links)  # some chapters have the thing and not the word


def test_the_index_lists_subjects_and_is_linked() -> None:
    index = page("genindex")
    assert len(index.select("a[href*='#term-']")) > 180
    assert {tag.get_text() for tag in index.select("a")} >= {"margin", "entropy", "temperature"}
    for name in ("book/index", "book/reference/glossary"):
        assert page(name).select("article a[href$='genindex.html']")


def test_search_index_knows_every_page() -> None:
    index = (SITE / "searchindex.js").read_text()
    assert [name for name in PAGES if f'"{name}"' not in index] == []


def test_the_root_leads_to_the_cover() -> None:
    assert 'url=book/index.html"' in (SITE / "index.html").read_text()
