r"""Small changes of a printed equation, each of which makes it another formula.

They serve twice: the mutation test asks whether the checks would notice each of them, and a failing
check asks whether one of them would repair the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from eqtest import tree as t
from eqtest.errors import FormulaError
from eqtest.statement import Chain, Statement, read_statement

NEGATED = {
    "=": r"\neq",
    r"\neq": "=",
    "<": r"\geq",
    ">": r"\leq",
    r"\leq": ">",
    r"\geq": "<",
}
# The border of a condition belongs to the other side.
STRICTNESS = {"<": r"\leq", ">": r"\geq", r"\leq": "<", r"\geq": ">"}
SWAPPED = {
    r"\max": r"\min",
    r"\min": r"\max",
    r"\sum": r"\prod",
    r"\prod": r"\sum",
    r"\cos": r"\sin",
    r"\sin": r"\cos",
}


@dataclass(frozen=True)
class Edit:
    """A change of the source: what stands between two offsets is replaced."""

    kind: str
    start: int
    end: int
    text: str
    around: tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """A changed equation.

    Args:
        kind: what was changed, such as ``sign`` or ``exponent``.
        before: what is printed.
        after: what the mutant has instead.
        context: the printed part that the change stands in.
        statement: the changed equation, read.
    """

    kind: str
    before: str
    after: str
    context: str
    statement: Statement

    def __str__(self) -> str:
        """Say the change in a few words."""
        if not self.before:
            return f"{self.kind}: `{self.after}` before `{self.context}`"
        return f"{self.kind}: `{self.before}` -> `{self.after}` in `{self.context}`"


def mutants(statement: Statement, functions: set[str], known: set[str]) -> list[Mutant]:
    """Return the mutants of an equation: readable, and different from it and from each other.

    Args:
        statement: the equation.
        functions: the names of functions that it was read with.
        known: the names that it was read with.
    """
    latex = statement.latex
    seen = {_trees(statement)}
    found = []
    for edit in dict.fromkeys(_edits(statement)):
        changed = f"{latex[: edit.start]}{edit.text}{latex[edit.end :]}"
        mutant = _read(changed, edit, "", statement, functions, known, seen)
        found += [mutant] if mutant else []
    return found


def slips(statement: Statement, functions: set[str], known: set[str]) -> list[Mutant]:
    """Return the mutants that make one change wherever the same part is printed.

    Who believes in a wrong sign prints it on every line, so each line agrees with the next.
    """
    latex = statement.latex
    alike: dict[t.Node, list[t.Node]] = {}
    for node in _nodes(statement):
        if node.start < node.end:
            alike.setdefault(node, []).append(node)
    seen = {_trees(statement)}
    found = []
    for occurrences in alike.values():
        if len(occurrences) == 1:
            continue
        for edits in zip(*(_of_node(node, latex) for node in occurrences), strict=False):
            changed = latex
            for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
                changed = f"{changed[: edit.start]}{edit.text}{changed[edit.end :]}"
            mutant = _read(
                changed, edits[0], f"{len(edits)} times", statement, functions, known, seen
            )
            found += [mutant] if mutant else []
    return found


def _read(
    changed: str,
    edit: Edit,
    times: str,
    statement: Statement,
    functions: set[str],
    known: set[str],
    seen: set[object],
) -> Mutant | None:
    """Return a changed equation if it can be read and is new."""
    latex = statement.latex
    try:
        other = read_statement(changed, functions, known)
    except FormulaError:
        return None
    trees = _trees(other)
    if trees in seen or len(other.chains) != len(statement.chains):
        return None
    seen.add(trees)
    before = " ".join(latex[edit.start : edit.end].split())
    context = " ".join(latex[slice(*edit.around)].split())
    kind = f"{edit.kind}, {times}" if times else edit.kind
    return Mutant(kind, before, edit.text.strip(), context, other)


def _nodes(statement: Statement) -> list[t.Node]:
    return [node for root in _roots(statement) for node in t.walk(root)]


def _roots(statement: Statement) -> list[t.Node]:
    roots = [side.node for chain in statement.chains for side in chain.sides if side.node]
    return roots + [definition.body for definition in statement.locals]


def _trees(statement: Statement) -> object:
    chains = tuple(
        tuple((side.relation, side.node) for side in chain.sides) for chain in statement.chains
    )
    return chains, tuple((item.name, item.body) for item in statement.locals)


def _edits(statement: Statement) -> Iterator[Edit]:
    latex = statement.latex
    roots = _roots(statement)
    nodes = _nodes(statement)
    for root in roots:
        if not isinstance(root, t.Sum):
            yield Edit("sign", root.start, root.start, "-", (root.start, root.end))
    for chain in statement.chains:
        yield from _relations(chain, latex)
    for node in nodes:
        if node.start < node.end:  # what the parser has added stands nowhere
            yield from _of_node(node, latex)
    yield from _of_names(nodes, latex)


def _relations(chain: Chain, latex: str) -> Iterator[Edit]:
    for left, right in zip(chain.sides, chain.sides[1:], strict=False):
        if right.relation in ("<", ">", r"\leq", r"\geq"):
            place = left.end, right.start
            around = left.start, right.end
            yield Edit("relation", *place, f" {NEGATED[right.relation]} ", around)
            if right.relation in (r"\leq", r"\geq"):  # the other way round it says less
                yield Edit("strict", *place, f" {STRICTNESS[right.relation]} ", around)


def _of_node(node: t.Node, latex: str) -> Iterator[Edit]:
    around = (node.start, node.end)
    if isinstance(node, t.Sum):
        yield from _of_sum(node, latex)
    elif isinstance(node, t.Product):
        yield from _of_product(node)
    elif isinstance(node, t.Quotient):
        top, bottom = _text(node.top, latex), _text(node.bottom, latex)
        yield from _to_one(node)
        yield Edit("factor", *around, rf"\frac{{{bottom}}}{{{top}}}", around)
    elif isinstance(node, t.Power):
        base = _text(node.base, latex)
        text = f"({base})" if isinstance(node.base, t.Group) and node.base.bracket == "{" else base
        yield Edit("exponent", *around, text, around)
    elif isinstance(node, t.Number):
        text = f"{node.value + 1:g}"
        if latex[node.start : node.end].replace(".", "").isdigit():
            longer = len(text) > node.end - node.start
            yield Edit("constant", *around, f"{{{text}}}" if longer else text, around)
    elif isinstance(node, t.Absolute):
        yield Edit("bars", *around, f"({_text(node.inner, latex)})", around)
    elif isinstance(node, t.Norm) and node.order is None:
        yield Edit("index", node.end, node.end, "_1", around)
    elif isinstance(node, t.Function):
        argument = _text(node.argument, latex)
        bare = isinstance(node.argument, t.Group) and node.argument.bracket in ("(", "[")
        yield Edit("function", *around, argument if bare else f"({argument})", around)
        yield from _swap(node, latex)
    elif isinstance(node, t.Extremum):
        yield from _swap(node, latex)
        for one in node.arguments if len(node.arguments) > 1 else ():
            yield Edit("term", *around, f"({_text(one, latex)})", around)
    elif isinstance(node, t.Big):
        yield from _swap(node, latex)
        if node.high is not None:
            high = _text(node.high, latex)
            yield Edit("index", node.high.start, node.high.end, f"{{{high} - 1}}", around)
    elif isinstance(node, t.Relation):
        for left, right, operator in zip(node.sides, node.sides[1:], node.operators, strict=False):
            if operator in NEGATED:
                place = left.end, right.start
                yield Edit("relation", *place, f" {NEGATED[operator]} ", around)
                if operator in STRICTNESS:
                    yield Edit("border", *place, f" {STRICTNESS[operator]} ", around)
    elif isinstance(node, t.Cases):
        (first, _), (last, _) = node.rows[0], node.rows[-1]
        middle = latex[first.end : last.start]
        swapped = f"{_text(last, latex)}{middle}{_text(first, latex)}"
        yield Edit("cases", first.start, last.end, swapped, (first.start, last.end))


def _text(node: t.Node, latex: str) -> str:
    return latex[node.start : node.end]


def _swap(node: t.Node, latex: str) -> Iterator[Edit]:
    for old, new in SWAPPED.items():
        if latex.startswith(old, node.start):
            end = node.start + len(old)
            yield Edit("function", node.start, end, new, (node.start, node.end))


def _of_sum(node: t.Sum, latex: str) -> Iterator[Edit]:
    around = (node.start, node.end)
    places = []
    before = node.start
    for sign, term in node.terms:
        gap = latex[before : term.start]
        places.append(before + max(gap.rfind("+"), gap.rfind("-")) if sign else term.start)
        before = term.end
    for (sign, term), place in zip(node.terms, places, strict=True):
        if sign:
            yield Edit("sign", place, place + 1, "+" if sign == "-" else "-", around)
        else:
            yield Edit("sign", term.start, term.start, "-", around)
    if len(node.terms) == 1:
        return
    skip = node.terms[1][0] == "+"
    yield Edit("term", places[0], places[1] + skip, " ", around)
    for (_, term), place in list(zip(node.terms, places, strict=True))[1:]:
        yield Edit("term", place, term.end, " ", around)


def _of_product(node: t.Product) -> Iterator[Edit]:
    around = (node.start, node.end)
    factors = [factor for _, factor in node.factors]
    yield Edit("factor", factors[0].start, factors[1].start, " ", around)
    for before, factor in pairwise(factors):
        yield Edit("factor", before.end, factor.end, " ", around)


def _to_one(node: t.Quotient) -> Iterator[Edit]:
    for part in (node.top, node.bottom):
        if not isinstance(part, t.Number) or part.value != 1:
            yield Edit("factor", part.start, part.end, "1", (node.start, node.end))


def _of_names(nodes: list[t.Node], latex: str) -> Iterator[Edit]:
    """Yield edits that put another symbol or index of the same equation in place of one."""
    names = [node for node in nodes if isinstance(node, t.Name) and node.start < node.end]
    below = [
        index
        for node in nodes
        for index in getattr(node, "indices", ())
        if isinstance(index, t.Name) and not index.indices
    ]
    inside = {(index.start, index.end) for index in below}
    indices = list(dict.fromkeys(_text(index, latex) for index in below))
    for index in below:
        for other in indices:
            if other != _text(index, latex):
                yield Edit("index", index.start, index.end, f"{{{other}}}", _around(index, nodes))
    alike: dict[tuple[int, bool], list[t.Name]] = {}
    for name in names:
        if (name.start, name.end) not in inside:
            alike.setdefault((len(name.indices), name.applied), []).append(name)
    for group in alike.values():
        texts = {name.base: _text(name, latex) for name in reversed(group)}
        bases = list(dict.fromkeys(name.base for name in group))
        for name in group:
            other = bases[(bases.index(name.base) + 1) % len(bases)]
            if other != name.base:
                yield Edit(
                    "symbol", name.start, name.end, f"{{{texts[other]}}}", _around(name, nodes)
                )


def _around(node: t.Node, nodes: list[t.Node]) -> tuple[int, int]:
    """Return the place of the smallest part that holds a node."""
    holders = [part for part in nodes if any(child is node for child in t.children(part))]
    best = min(holders, key=lambda part: part.end - part.start, default=node)
    return best.start, best.end
