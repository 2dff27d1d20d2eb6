r"""What an equation says: chains of sides, what they define, and the comments beside them.

A displayed equation is one or more chains such as ``a = b = c``, or one expression that stands
alone, which only code can be compared with. The first side of a chain may
only name what the chain defines, its *head*: ``\ell(y, f)``, ``p_k``,
``\frac{\partial \ell}{\partial f}``.
A further chain whose head is new is a definition for the first one ("where k = …").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from eqtest.cursor import Cursor, plain_word
from eqtest.errors import FormulaError
from eqtest.grammar import (
    BIG,
    TIMES,
    read_above,
    read_below,
    read_collection,
    read_expression,
    read_factor,
    read_variable,
    refuse_bare,
    with_words,
)
from eqtest.tokens import RELATIONS, Token, matching, split, tokenize, words
from eqtest.tree import (
    Big,
    Derivative,
    Expectation,
    Name,
    Node,
    walk,
)

LAYOUTS = frozenset(["aligned", "align", "split", "gathered", "gather", "equation", "array"])
PUNCTUATION = frozenset("().,:;[]")
LEADS = frozenset(["where", "with", "and", "for", "if", "when", "let"])
CONDITIONS = words(
    """if when whenever for unless otherwise provided only except while until mod modulo else"""
)
OPERATIONS = words(
    """times plus minus over per divided multiplied averaged summed squared halved doubled where
    twice half mean expectation percent with rounded clipped clamped truncated normalised
    normalized up down least most"""
)
_METHOD = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)+")  # x.size: with brackets it is called


@dataclass(frozen=True)
class Head:
    """What a chain defines.

    Args:
        name: the symbol.
        parameters: the names in brackets after it; ``None`` without brackets, or if they hold
            anything else than names.
        indices: what stands below it, or below the variable of a derivative.
        derivative: printed as a derivative, so that it defines no symbol.
    """

    name: str
    parameters: tuple[str, ...] | None
    indices: tuple[Node, ...]
    derivative: bool = False


@dataclass(frozen=True)
class Definition:
    """What another equation, or a ``where`` clause, says about a name.

    Args:
        name: the symbol that is defined.
        parameters: the names in brackets after it, or ``None`` where it is printed without any.
        indices: the names below it (or below its brackets).
        body: what it equals.
        latex: the equation, for messages.
        where: the equation's own definitions.
    """

    name: str
    parameters: tuple[str, ...] | None
    indices: tuple[str, ...]
    body: Node
    latex: str
    where: tuple[Definition, ...] = ()


@dataclass(frozen=True)
class Side:
    """One side of a chain: the relation before it, its source, and its tree if it is no head."""

    relation: str
    latex: str
    start: int
    end: int
    node: Node | None


@dataclass(frozen=True)
class Chain:
    """Sides that relations join, the head if the first side is one, and the indices left free."""

    sides: tuple[Side, ...]
    head: Head | None
    free: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A whole equation: chains to compare and local definitions."""

    latex: str
    chains: tuple[Chain, ...]
    locals: tuple[Definition, ...]


def read_statement(latex: str, functions: Iterable[str], known: Iterable[str]) -> Statement:
    """Read an equation.

    Args:
        latex: the equation as printed.
        functions: names of the symbols that are functions.
        known: names of all symbols and definitions; a first side that names another is a head.

    Raises:
        FormulaError: if any part of it cannot be read.
    """
    found = tokenize(latex)
    known = set(known)
    tokens = with_words(found, latex, known | named_in_head(found, latex))
    pieces = list(_pieces(tokens, latex))
    lone = [sides[0][1][0] for sides in pieces if len(sides) == 1]
    if lone and len(pieces) > 1:
        raise FormulaError("neither an equation nor a comment", latex, lone[0].start)
    heads = [None if lone else _head(sides, latex, known) for sides in pieces]
    if not pieces:
        raise FormulaError("no equation found", latex, 0)
    named = {head.name for head in heads if head and head.parameters}
    named |= {plain_word(token.text) for token in tokens if _METHOD.fullmatch(token.text)}
    reader = _Reader(latex, frozenset(functions) | named, known | {h.name for h in heads if h})
    chains, definitions = [], []
    for position, (sides, head) in enumerate(zip(pieces, heads, strict=True)):
        chain = reader.chain(sides, head)
        if position and head and not head.derivative:
            definitions.append(definition_of(chain, latex, ()))
            if len(chain.sides) > 2:
                chains.append(Chain(chain.sides[1:], None, chain.free))
        else:
            chains.append(chain)
    trees = [side.node for chain in chains for side in chain.sides if side.node]
    trees += [definition.body for definition in definitions]
    refuse_bare(trees, latex, reader.functions)
    return Statement(latex, tuple(chains), tuple(definitions))


def named_in_head(tokens: Sequence[Token], latex: str) -> set[str]:
    r"""Return what fills an entry of the head's bracket: one symbol, as in ``\ell(x1, x2)``."""
    c = Cursor(tokens, latex, frozenset())
    opening = c.after_symbol(0)
    if not opening or opening == len(tokens) or tokens[opening].text != "(":
        return set()
    parts, last = c.parts(opening)
    if len(tokens) < last + 2 or tokens[last + 1].text not in ("=", "&"):
        return set()
    filled = [(tokens[begin].start, tokens[end - 1].end) for begin, end in parts if begin < end]
    whole = [latex[start:stop] for start, stop in filled]
    return {entry for entry in whole if re.fullmatch(r"[A-Za-z]+\d*", entry) and len(entry) > 1}


def definition_of(chain: Chain, latex: str, where: tuple[Definition, ...]) -> Definition:
    """Return what a chain with a head defines.

    Raises:
        FormulaError: if it defines nothing.
    """
    head = chain.head
    if head is None or head.derivative or chain.sides[1].relation != "=":
        raise FormulaError("this equation defines no symbol", latex, 0)
    body = chain.sides[1].node
    if body is None:
        raise FormulaError("this equation defines no symbol", latex, 0)
    indices = tuple(index.base for index in head.indices if isinstance(index, Name))
    return Definition(head.name, head.parameters, indices, body, latex, where)


def head_of(latex: str) -> Head | None:
    """Return what an equation defines if all its symbols are new.

    Raises:
        FormulaError: if its first side cannot be read.
    """
    pieces = list(_pieces(tokenize(latex), latex))
    return _head(pieces[0], latex, set()) if pieces and len(pieces[0]) > 1 else None


def is_headed(side: str, head: str) -> bool:
    r"""Say whether a side is a head, or begins with it if that is only its name.

    >>> is_headed(r"\ell_{WW}(z, y)", r"\ell_{WW}"), is_headed(r"\ell_{WW}(z, y)", r"\ell")
    (True, False)
    """
    found, wanted = ([(one.kind, one.text) for one in tokenize(text)] for text in (side, head))
    rest = found[len(wanted) :]
    return found[: len(wanted)] == wanted and (not rest or rest[0][1] in ("(", "["))


def definitions_in(latexes: Iterable[str], functions: Iterable[str]) -> list[Definition]:
    """Return what equations define; each may use the others.

    Raises:
        FormulaError: if one of them defines nothing or cannot be read.
    """
    equations = list(latexes)
    heads = [head_of(latex) for latex in equations]
    named = {head.name for head in heads if head and head.parameters}
    found = []
    for latex, head in zip(equations, heads, strict=True):
        others = {item.name for item in heads if item and item is not head}
        own = {head.name} if head else set()
        statement = read_statement(latex, {*functions, *named}, others - own)
        found.append(definition_of(statement.chains[0], latex, statement.locals))
    return found


class _Reader:
    """Parses the sides of one equation, which share their functions and styles."""

    def __init__(self, latex: str, functions: frozenset[str], known: set[str]) -> None:
        self.latex, self.functions, self.known = latex, functions, known
        self.styles: dict[str, str] = {}

    def read(self, tokens: Sequence[Token]) -> Node:
        c = Cursor(tokens, self.latex, self.functions)
        c.styles = self.styles
        node = read_collection(c) if c.peek() == r"\{" else read_expression(c)
        if c.peek():
            c.fail("this has no reading here")
        return node

    def chain(self, sides: list[tuple[str, list[Token]]], head: Head | None) -> Chain:
        done = []
        for position, (relation, tokens) in enumerate(sides):
            node = None if head and position == 0 else self.read(tokens)
            start, end = tokens[0].start, tokens[-1].end
            done.append(Side(relation, self.latex[start:end], start, end, node))
        first = done[0].node
        below = head.indices if head else _plain_indices(first)
        names = dict.fromkeys(index.base for index in below if isinstance(index, Name))
        free = tuple(name for name in names if name not in self.known)
        for side in done:
            for node in walk(side.node) if side.node else ():
                if isinstance(node, Big | Expectation) and node.index in free:
                    raise FormulaError(
                        f"the index {node.index} stands on the left and is summed over here",
                        self.latex,
                        node.start,
                    )
        return Chain(tuple(done), head, free)


def _plain_indices(first: Node | None) -> list[Name]:
    """Return the indices of a first side that no sum in it binds: it holds for each of them."""
    nodes = list(walk(first)) if first else []
    bound = {node.index for node in nodes if isinstance(node, Big | Expectation)}
    return [
        index
        for node in nodes
        for index in getattr(node, "indices", ())
        if isinstance(index, Name) and not index.indices and index.base not in bound
    ]


def _head(sides: list[tuple[str, list[Token]]], latex: str, known: set[str]) -> Head | None:
    """Return what the first side names if that is all it does and the name is new.

    Its tokens decide whether it is a head; what looks like one and cannot be read raises.
    """
    tokens = sides[0][1]
    c = Cursor(tokens, latex, frozenset())
    if c.is_expectation() or c.is_indicator():
        return None
    if c.peek() in (r"\frac", r"\nabla"):
        return _derivative_head(c, known) if _names_derivative(c) else None
    end = c.after_symbol(0)
    if not end or any(token.text == "'" for token in tokens[:end]):
        return None
    name = read_variable(c)
    if c.at < end:
        name, _, _ = read_above(c, name)
    parts: list[tuple[int, int]] | None = None
    if c.peek() in ("(", "["):
        parts, last = c.parts(c.at)
        c.at = last + 1
        if c.peek() == "_" and not name.indices:
            name = read_below(c, name)
    if c.peek() or name.key in known:
        return None
    parameters = None
    if parts is not None:
        parameters = _parameters([tokens[begin:stop] for begin, stop in parts], latex)
    rest = {token.text.lstrip("\\") for _, side in sides[1:] for token in side}
    plain = [isinstance(index, Name) and not index.indices for index in name.indices]
    used = [isinstance(index, Name) and index.base in rest for index in name.indices]
    if name.indices and all(plain) and not any(used):
        # p_t is one symbol unless what it equals depends on t, or t has a value.
        given = all(isinstance(index, Name) and index.base in known for index in name.indices)
        return None if given and name.base in known else Head(name.key, parameters, ())
    if name.base in known:
        return None
    return Head(
        name.base if all(plain) else name.key, parameters, name.indices if all(plain) else ()
    )


def _names_derivative(c: Cursor) -> bool:
    r"""Say whether a side is the derivative of a lone symbol, such as ``\nabla_x L``."""
    if c.peek() == r"\nabla":
        begin, end = (c.closing(2) + 1 if c.peek(2) == "{" else 3), len(c.tokens)
    else:
        if not c.differential(1):
            return False
        first = c.closing(1)
        if not c.differential(first + 1):
            return False
        last = c.closing(first + 1) + 1
        begin, end = 3, first
        if c.peek(begin) == "^":
            begin = c.closing(begin + 1) + 1 if c.peek(begin + 1) == "{" else begin + 2
        if begin == end:
            begin, end = last, len(c.tokens)
        elif last != len(c.tokens):
            return False
    after = c.after_symbol(begin)
    if after > begin and c.peek(after) in ("(", "["):
        parts, closing = c.parts(after)
        if not all(start < stop and c.after_symbol(start) == stop for start, stop in parts):
            return False
        after = closing + 1
    return begin < after == end


def _derivative_head(c: Cursor, known: set[str]) -> Head | None:
    node = read_factor(c)
    if c.peek():
        c.fail("this has no reading here")
    if not isinstance(node, Derivative):
        return None
    body: Node = node
    while isinstance(body, Derivative):
        body = body.body
    if not isinstance(body, Name) or body.base in known or body.key in known:
        return None
    return Head(body.base, None, node.variable.indices, derivative=True)


def _parameters(parts: list[list[Token]], latex: str) -> tuple[str, ...] | None:
    names = []
    for part in parts:
        c = Cursor(part, latex, frozenset())
        if not part or c.after_symbol(0) != len(part):
            return None
        name = read_variable(c)
        if c.peek() or name.indices:
            return None
        names.append(name.base)
    return tuple(names)


def _pieces(tokens: list[Token], latex: str) -> Iterator[list[tuple[str, list[Token]]]]:
    """Yield the chains of an equation: for each the sides with the relation before them."""
    for segment in _segments(_annotated(tokens, latex), latex):
        for _, piece in split(segment, frozenset([",", ";"])):
            piece = _without_lead(_without_stop(piece))
            if not piece:
                continue
            sides = list(split(piece, RELATIONS))
            if len(sides) > 1 and _lists_entries(sides):
                continue
            empty = next((part for part in sides if not part[1]), None)
            if empty:
                raise FormulaError("one side of a relation is missing", latex, piece[0].start)
            yield sides


def _lists_entries(sides: list[tuple[str, list[Token]]]) -> bool:
    r"""Say whether a chain only names a list: ``\ell = L = \{l_1, \dots, l_N\}^\top``."""
    last = [token.text for token in sides[-1][1]]
    named = all(Cursor(part, "", frozenset()).after_symbol(0) for _, part in sides[:-1])
    return named and last[:1] == [r"\{"] and r"\dots" in last and {r for r, _ in sides[1:]} == {"="}


def _segments(tokens: list[Token], latex: str) -> list[list[Token]]:
    """Split an equation into rows and columns; a row that goes on joins the one before it."""
    tokens = _unwrapped(tokens, latex)
    segments: list[list[Token]] = []
    for _, row in split(tokens, frozenset([r"\\"])):
        columns = _columns(row)
        for position, (column, note) in enumerate(columns):
            if not column or _is_comment(column, latex, note=note):
                continue
            if position == 0 and segments and _goes_on(row, column, segments[-1]):
                before = segments[-1]
                stops = before[-1].text in (",", ".", ";") and before[-1].kind == "mark"
                segments[-1] = (before[:-1] if stops else before) + column
            else:
                segments.append(column)
    return segments


def _columns(row: list[Token]) -> list[tuple[list[Token], bool]]:
    """Split a row at wide spaces and at every second ``&``; the others only align.

    Each column comes with whether an ``&`` sets it apart: then it may be a note on the line.
    """
    columns: list[tuple[list[Token], bool]] = [([], False)]
    ampersands = 0
    for operator, part in split(row, frozenset(["&", r"\quad"])):
        ampersands += operator == "&"
        aligns = operator == "&" and ampersands % 2 == 1
        before, note = columns[-1]
        if aligns or not before:
            columns[-1] = before + part, note or (operator == "&" and not aligns)
        else:
            columns.append((part, operator == "&"))
    return columns


def _goes_on(row: list[Token], column: list[Token], before: list[Token]) -> bool:
    """Say whether a row continues the one before it."""
    first = column[0].text
    if _awaits_body(before):
        return True
    if first in RELATIONS or before[-1].text in RELATIONS | TIMES | {"+", "-"}:
        return True
    if first not in TIMES | {"+", "-"}:
        return False
    return row[0].text == "&" or len(list(split(column, RELATIONS))) == 1


def _awaits_body(row: list[Token]) -> bool:
    r"""Say whether a row ends with the scripts of a ``\sum`` or a ``\max``."""
    end = len(row)
    while end and row[end - 1].text == "}":
        depth, begin = 1, end - 1
        while depth and begin:
            begin -= 1
            depth += (row[begin].text == "}") - (row[begin].text == "{")
        if begin < 2 or row[begin - 1].text not in ("_", "^"):
            return False
        end = begin - 1
    return 0 < end < len(row) and row[end - 1].text in BIG


def _unwrapped(tokens: list[Token], latex: str) -> list[Token]:
    r"""Take off ``\begin{aligned} … \end{aligned}`` and its like."""
    while tokens and tokens[0].text.startswith(r"\begin{"):
        name = tokens[0].text[7:-1]
        if name not in LAYOUTS:
            break
        last = matching(tokens, 0)
        rest = tokens[last + 1 :]
        if any(token.text not in (".", ",") for token in rest):
            raise FormulaError(
                "only the whole equation can be laid out in rows", latex, rest[0].start
            )
        tokens = tokens[1:last]
        if [token.text for token in tokens[:3]] in (
            ["[", "t", "]"],
            ["[", "c", "]"],
            ["[", "b", "]"],
        ):
            tokens = tokens[3:]
        if name == "array" and any(at == "&" for at, _ in split(tokens, frozenset(["&"]))):
            raise FormulaError("this block is not read here", latex, tokens[0].start)
    for token in tokens:
        if token.text.startswith(r"\begin{") and token.text[7:-1] != "cases":
            raise FormulaError("this block is not read here", latex, token.start)
    return tokens


def _annotated(tokens: list[Token], latex: str) -> list[Token]:
    r"""Replace ``\overset{…}{=}`` by its relation, and ``={}&`` by ``=&``."""
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        empty = [token.text for token in tokens[at : at + 2]] == ["{", "}"]
        if empty and (not done or done[-1].text in RELATIONS | TIMES | {"+", "-", "&", r"\\"}):
            at += 2
            continue
        if tokens[at].text != r"\overset":
            done.append(tokens[at])
            at += 1
            continue
        begin = at + 1
        note = Cursor(tokens, latex, frozenset())
        middle = note.closing(begin) + 1 if tokens[begin : begin + 1] else begin
        under = tokens[middle : middle + 3]
        inner = under[1:2] if under and under[0].text == "{" else under[:1]
        if not inner or inner[0].text not in RELATIONS:
            raise FormulaError("only a relation is read below a note", latex, tokens[at].start)
        done.append(inner[0])
        at = middle + (3 if under[0].text == "{" else 1)
    return done


def _is_comment(column: list[Token], latex: str, *, note: bool) -> bool:
    r"""Say whether a column holds words only, or is a note in ``\text{(…} … \text{)}``.

    What words ask for cannot be read: a condition is refused anywhere, an operation everywhere but
    in a note beside a line, where it says what was done. There "for" may stand behind other words,
    as in "(solved for x)".
    """
    texts = [token for token in column if token.kind == "text"]
    if not texts or (column[0].kind != "text" and column[0].text != "("):
        return False
    bare = all(token.kind == "text" or token.text in PUNCTUATION for token in column)
    if not bare:
        closes = column[-1].kind == "text" and column[-1].text.rstrip(" .,").endswith(")")
        if not (note and closes and texts[0].text.lstrip().startswith("(")):
            return False
    said = re.findall(r"[a-z]+", " ".join(token.text.lower() for token in texts))
    if len(texts) == 1 and said and said[0] in LEADS and texts[0].text.strip(" :,").isalpha():
        return True  # it leads to the next column
    refused = set(said) & (CONDITIONS - {"for"} if note else CONDITIONS | OPERATIONS)
    if refused or said[:1] == ["for"]:
        raise FormulaError("what these words say is not read", latex, column[0].start)
    return True


def _without_stop(piece: list[Token]) -> list[Token]:
    """Drop the full stop at the end of a piece."""
    while piece and piece[-1].kind == "mark" and piece[-1].text in (".", r"\quad"):
        piece = piece[:-1]
    return piece


def _without_lead(piece: list[Token]) -> list[Token]:
    if piece and piece[0].kind == "text" and piece[0].text.strip().rstrip(":,").lower() in LEADS:
        return piece[1:]
    return piece
