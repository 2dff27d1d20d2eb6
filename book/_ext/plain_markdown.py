"""A page that Sphinx has resolved, as Markdown that needs no extension: for the plain notebooks.

Numbers, citations, glued values and links stand resolved in the document tree, so that nothing has
to be looked up here. A node that has no Markdown below is a warning, and so stops the build: a
directive that the book uses for the first time gets its Markdown here, or is not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

logger = logging.getLogger(__name__)

LINES_OF_A_CELL = 10_000  # MyST-NB gives line n of cell i (from 0) the number (i + 1) * 10 000 + n
MARKUP = re.compile(r"[\\`*\[\]$<]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|~(?=~)")
MARKUP_AT_START = re.compile(r"^(?:\d+(?=[.)]\s)|(?=#+\s|[+-]\s|>|[=-]+$))", re.MULTILINE)
NOTHING = {"compound", "explorer"}  # the hidden toctree; what needs the site's scripts
IGNORED = (nodes.target, nodes.comment, nodes.colspec, addnodes.index)


class Block(NamedTuple):
    """A block of Markdown and the source cell that it comes from, counted from 0."""

    cell: int
    after_code: bool  # below the code cell of this number, rather than before it
    text: str


class Numbers(NamedTuple):
    """The numbers that Sphinx gives to what a page holds, all by id."""

    sections: dict[str, tuple[int, ...]]  # by "#id"; "" is the page itself
    others: dict[str, tuple[int, ...]]

    def of(self, node: nodes.Element) -> str:
        """Return the number of an equation, an exercise or a figure as it is printed."""
        return next((dotted(self.others[key]) for key in node["ids"] if key in self.others), "")

    def of_section(self, node: nodes.Element, level: int) -> str:
        """Return what is printed before a heading, '' outside the numbered parts."""
        keys = [""] if level == 1 else [f"#{key}" for key in node["ids"]]
        found = next((self.sections[key] for key in keys if key in self.sections), ())
        return f"{dotted(found)}. " if found else ""


def dotted(number: tuple[int, ...]) -> str:
    """Return a number as it is printed, ``1.2.3``."""
    return ".".join(map(str, number))


class Writer:
    """Writes a page's tree as blocks of Markdown.

    Args:
        numbers: the numbers of the page's equations, sections, exercises and figures.
        link: returns where the link of a reference leads in the plain notebook, None if nowhere.
    """

    def __init__(self, numbers: Numbers, link: Callable[[nodes.reference], str | None]) -> None:
        self.numbers = numbers
        self.link = link

    # Blocks --------------------------------------------------------------------------------

    def page(self, document: nodes.document) -> list[Block]:
        """Return the blocks of a page, in order."""
        blocks: list[Block] = []
        for block in self.parts(document, level=0):
            # What an extension adds, such as the link to a solution, has no line of its own.
            before = blocks[-1].cell if blocks else 0
            blocks.append(block if block.cell >= 0 else block._replace(cell=before))
        return blocks

    def parts(self, node: nodes.Element, level: int) -> Iterator[Block]:
        """Yield the blocks of a node that may hold code cells."""
        for child in node.children:
            if isinstance(child, nodes.section):
                boxed = is_exercise_node(node) or is_solution_node(node)
                yield from self.parts(child, level if boxed else level + 1)
            elif isinstance(child, nodes.title):
                yield Block(line_of(node), False, self.heading(node, child, level))
            elif is_exercise_node(child) or is_solution_node(child):
                yield from self.parts(child, level + 1)
            elif isinstance(child, nodes.Element) and child.get("nb_element") == "cell_code":
                yield from self.figures(child)
            elif text := self.block(child):
                yield Block(line_of(child), False, text)

    def heading(self, node: nodes.Element, title: nodes.title, level: int) -> str:
        """Return the heading of a section, an exercise or a solution."""
        text = " ".join(self.inline(title).split())
        if isinstance(node, nodes.section):
            labelled = node["ids"][1:]  # the first follows from the words of the heading
            number = self.numbers.of_section(node, level)
        else:
            labelled, number = node["ids"], ""
            text = text or f"{node['title']} {self.numbers.of(node)}"
        return f"{'#' * level} {anchors(labelled)}{number}{text}"

    def figures(self, cell: nodes.Element) -> Iterator[Block]:
        """Yield what stands below the figures of a code cell: caption, and the figure in words."""
        for figure in cell.findall(nodes.figure):
            caption = next(figure.findall(nodes.caption), None)
            if caption is not None:
                number = f"**Figure {self.numbers.of(figure)}.** "
                text = f"{anchors(figure['ids'])}{number}{self.inline(caption)}"
                yield Block(cell["cell_index"], True, text)
        for image in cell.findall(nodes.image):
            # JupyterLab and Colab show the image of an output without its alternative text.
            words = details("The figure in words", escaped(image["alt"]))
            yield Block(cell["cell_index"], True, words)

    def block(self, node: nodes.Node) -> str:
        """Return a block without code cells as Markdown."""
        name = type(node).__name__
        if isinstance(node, IGNORED) or name in NOTHING:
            return ""
        if isinstance(node, nodes.Admonition):
            return self.admonition(node)
        write = getattr(self, f"block_{name}", None)
        return write(node) if write else unknown(node)

    def blocks(self, node: nodes.Element, tight: bool = False) -> str:
        """Return the blocks within a node, an empty line between two of them."""
        texts = filter(None, map(self.block, node.children))
        return ("\n" if tight else "\n\n").join(texts)

    def block_paragraph(self, node: nodes.paragraph) -> str:
        """Write a paragraph; a line that would start a list or a heading is kept from it."""
        return MARKUP_AT_START.sub(_escape_start, self.inline(node))

    def block_rubric(self, node: nodes.rubric) -> str:
        """Write a heading that has no number and no part of the contents."""
        return f"{'#' * node['level']} {self.inline(node)}"

    def block_math_block(self, node: nodes.math_block) -> str:
        """Write a display equation with its number, below an anchor for links to it."""
        latex = re.sub(r"\n\s*\n", "\n", node.astext().strip())  # an empty line ends the formula
        if node["nowrap"]:
            return latex
        number = self.numbers.of(node)
        tag = rf" \tag{{{number}}}" if number else ""
        anchor = f"{anchors(node['ids'])}\n" if number else ""
        return f"{anchor}$$\n{latex}{tag}\n$$"

    def block_literal_block(self, node: nodes.literal_block) -> str:
        """Write a block of code."""
        text = node.astext()
        fence = "`" * max(3, 1 + longest_run(text))
        return f"{fence}{node.get('language', '')}\n{text}\n{fence}"

    def block_block_quote(self, node: nodes.block_quote) -> str:
        """Write a quotation."""
        return indented(self.blocks(node), "> ")

    def block_bullet_list(self, node: nodes.bullet_list) -> str:
        """Write a list."""
        return "\n".join(self.item(item, "- ") for item in node.children)

    def block_enumerated_list(self, node: nodes.enumerated_list) -> str:
        """Write a numbered list."""
        start = node.get("start", 1)
        return "\n".join(
            self.item(item, f"{number}. ") for number, item in enumerate(node.children, start)
        )

    def item(self, node: nodes.Node, mark: str) -> str:
        """Write an item of a list; what follows its first line stands below its text."""
        assert isinstance(node, nodes.list_item)
        return mark + indented(self.blocks(node), " " * len(mark)).lstrip()

    def block_table(self, node: nodes.table) -> str:
        """Write a table, with the alignment that the first row has."""
        header, *rows = [
            [entry for entry in row.children if isinstance(entry, nodes.entry)]
            for row in node.findall(nodes.row)
        ]
        aligned = [ALIGNMENTS.get(" ".join(entry["classes"]), "---") for entry in header]
        lines = [map(self.entry, header), aligned, *(map(self.entry, row) for row in rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def entry(self, node: nodes.entry) -> str:
        """Write a cell of a table: one line, in which a bar would end the cell."""
        copy = node.deepcopy()  # the tree itself goes on to the site
        for formula in copy.findall(nodes.math):
            latex = formula.astext().replace(r"\|", r"\Vert ").replace("|", r"\vert ")
            formula[:] = [nodes.Text(latex)]
        return " ".join(self.blocks(copy).split()).replace("|", r"\|")

    def block_dropdown_main(self, node: nodes.Element) -> str:
        """Write what is hidden until it is asked for."""
        title, body = node.children
        (words,) = (part for part in title.children if "sd-summary-text" in part["classes"])
        return details(self.html(words), self.blocks(body))

    def admonition(self, node: nodes.Admonition) -> str:
        """Write a box as a quotation under a heading."""
        assert isinstance(node, nodes.Element)
        first = node.children[0]
        titled = isinstance(first, nodes.title)
        heading = self.inline(first) if titled else type(node).__name__.capitalize()
        content = [self.block(child) for child in node.children[titled:]]
        return indented("\n\n".join([f"**{heading}**", *content]), "> ")

    # Inline --------------------------------------------------------------------------------

    def inline(self, node: nodes.Node) -> str:
        """Return the text within a node as Markdown."""
        return "".join(map(self.span, node.children))

    def span(self, node: nodes.Node) -> str:
        """Return a piece of text as Markdown."""
        if isinstance(node, nodes.Text):
            return escaped(node.astext())
        if isinstance(node, nodes.inline):
            return self.inline(node)
        if isinstance(node, IGNORED):
            return ""
        write = getattr(self, f"span_{type(node).__name__}", None)
        return write(node) if write else unknown(node)

    def span_emphasis(self, node: nodes.emphasis) -> str:
        """Write words in italics."""
        return f"*{self.inline(node)}*"

    def span_strong(self, node: nodes.strong) -> str:
        """Write words in bold."""
        return f"**{self.inline(node)}**"

    def span_literal(self, node: nodes.literal) -> str:
        """Write code within a sentence."""
        text = node.astext()
        mark = "`" * (1 + longest_run(text))
        space = " " if "`" in text else ""
        return f"{mark}{space}{text}{space}{mark}"

    def span_math(self, node: nodes.math) -> str:
        """Write a formula within a sentence."""
        return f"${node.astext().strip()}$"

    def span_reference(self, node: nodes.reference) -> str:
        """Write a link, or its words alone where it leads nowhere."""
        words, target = self.inline(node), self.link(node)
        if not target:
            return words
        space = " " if words.startswith(" ") else ""
        return f"{space}[{words.strip()}]({target})"

    span_number_reference = span_reference

    def html(self, node: nodes.Node) -> str:
        """Return the text within a node for an HTML element, in which Markdown is not read."""
        return "".join(map(self.html_span, node.children))

    def html_span(self, node: nodes.Node) -> str:
        """Return a piece of text as HTML; formulas are found there too."""
        if isinstance(node, nodes.Text):
            return str(node.astext()).replace("&", "&amp;").replace("<", "&lt;")
        if isinstance(node, nodes.math):
            return self.span_math(node).replace("<", r"\lt ")
        tags = {"inline": "", "emphasis": "em", "strong": "strong", "literal": "code"}
        if (name := type(node).__name__) not in tags:
            return unknown(node)
        tag = tags[name]
        return f"<{tag}>{self.html(node)}</{tag}>" if tag else self.html(node)


ALIGNMENTS = {"text-left": ":---", "text-center": ":---:", "text-right": "---:"}


def unknown(node: nodes.Node) -> str:
    """Warn of a node that has no Markdown, and return its text."""
    logger.warning(
        "plain notebooks: there is no Markdown for %s; write it in book/_ext/plain_markdown.py",
        type(node).__name__,
        location=node,
    )
    return str(node.astext())


def line_of(node: nodes.Node) -> int:
    """Return the source cell of a block, counted from 0; -1 if nothing in it has a line."""
    lines = (each.line for each in node.findall() if each.line)
    return next(lines, 0) // LINES_OF_A_CELL - 1


def escaped(text: str) -> str:
    r"""Return text in which no character is read as markup.

    Example:
        >>> escaped("0 * x, a_b and _c_")
        '0 \\* x, a_b and \\_c\\_'
    """
    return MARKUP.sub(r"\\\g<0>", text)


def _escape_start(match: re.Match[str]) -> str:
    return f"{match[0]}\\"


def anchors(ids: list[str]) -> str:
    """Return places that links lead to."""
    return "".join(f'<a id="{one}"></a>' for one in ids)


def details(summary: str, content: str) -> str:
    """Return HTML that shows its content when its summary is clicked."""
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"


def indented(text: str, prefix: str) -> str:
    """Return text with a prefix before every line."""
    return "\n".join(f"{prefix}{line}".rstrip() for line in text.split("\n"))


def longest_run(text: str) -> int:
    """Return how many backticks stand in a row at most."""
    return max(map(len, re.findall("`+", text)), default=0)
