"""The cursor that the parser moves over the tokens: look, take, expect, fail with the place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from lossbook.formula.errors import FormulaError
from lossbook.formula.tokens import OPENS, Token
from lossbook.formula.tree import Group, Node, Relation

DEEPEST = 50
DIVIDERS = frozenset([",", ";", r"\mid", "|", r"\|"])
Result = TypeVar("Result")


class Cursor:
    """A position in a list of tokens, and what is open around it.

    Args:
        tokens: the tokens of one expression.
        latex: the source, for messages.
        functions: names that are called when a bracket follows them.
    """

    def __init__(self, tokens: Sequence[Token], latex: str, functions: frozenset[str]) -> None:
        """Stand before the first token."""
        self.tokens, self.latex, self.functions = list(tokens), latex, functions
        self.at = self.depth = 0
        self.styles: dict[str, str] = {}
        # Bare bars look the same on both sides, so those that are open are kept in order.
        self.bars: list[str] = []
        self.doubtful = self.dividing = False
        self.pending: Node | None = None

    def relation(self) -> Node:
        """Read an expression or a chain of comparisons; the parser supplies it."""
        raise NotImplementedError

    def expression(self) -> Node:
        """Read a sum of terms; the parser supplies it."""
        raise NotImplementedError

    def term(self) -> Node:
        """Read a product of factors; the parser supplies it."""
        raise NotImplementedError

    def factor(self) -> Node:
        """Read one factor with its scripts; the parser supplies it."""
        raise NotImplementedError

    def starts(self) -> bool:
        """Say whether the next token begins a factor; the parser supplies it."""
        raise NotImplementedError

    def peek(self, ahead: int = 0) -> str:
        """Return the text of a coming token as printed, or nothing at the end."""
        place = self.at + ahead
        if place >= len(self.tokens):
            return ""
        token = self.tokens[place]
        return token.text if token.kind in ("mark", "name", "number") else f" {token.text}"

    def kind(self, ahead: int = 0) -> str:
        """Return the kind of a coming token, or nothing at the end."""
        place = self.at + ahead
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def take(self) -> Token:
        """Return the next token and step over it."""
        if self.at >= len(self.tokens):
            self.fail("the formula ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str) -> Token:
        """Step over the next token, which must be this one."""
        if self.peek() != text or self.pending:
            self.fail(f"expected {text}")
        return self.take()

    def skip(self, text: str) -> bool:
        """Step over the next token if it is this one."""
        if self.peek() != text:
            return False
        self.at += 1
        return True

    def fail(self, message: str, place: int | None = None) -> NoReturn:
        """Raise with a caret under a token, by default the next one."""
        place = self.at if place is None else place
        if place < len(self.tokens):
            position = self.tokens[place].start
        else:
            position = self.tokens[-1].end if self.tokens else 0
        raise FormulaError(message, self.latex, position)

    @property
    def start(self) -> int:
        """Where the next token begins in the source."""
        if self.at < len(self.tokens):
            return self.tokens[self.at].start
        return self.tokens[-1].end if self.tokens else 0

    @property
    def end(self) -> int:
        """Where the last token taken ends in the source."""
        return self.tokens[self.at - 1].end

    def apart(self, read: Callable[[], Result], *, dividing: bool = False) -> Result:
        """Read something whose bars have nothing to do with those around it."""
        saved = self.bars, self.doubtful, self.dividing
        self.bars, self.doubtful, self.dividing = [], False, dividing
        result = read()
        self.bars, self.doubtful, self.dividing = saved
        return result

    def bracketed(self, *, dividing: bool = False) -> list[Node]:
        """Read a bracket with one or more entries, which commas (or dividers) separate."""
        opening = self.take().text

        def entries() -> list[Node]:
            found, bars = [self.relation()], 0
            while self.peek() == "," or (dividing and self.peek() in DIVIDERS):
                bars += self.take().text in ("|", r"\|")
                if bars > 1:
                    self.fail("ambiguous bars: write \\lvert … \\rvert or \\mid", self.at - 1)
                found.append(self.relation())
            self.expect(OPENS[opening])
            return found

        return self.apart(entries, dividing=dividing)

    def single(self) -> Group:
        """Read a bracket that holds one expression."""
        start, opening = self.start, self.peek()
        entries = self.bracketed()
        if len(entries) > 1:
            self.fail("a list where one value belongs", self.at - 1)
        if isinstance(entries[0], Relation):
            self.fail("a comparison where a value belongs: write [a = b]", self.at - 1)
        return Group(entries[0], opening, start=start, end=self.end)

    def braces(self, read: Callable[[], Result]) -> Result:
        """Read something in braces."""
        self.expect("{")
        result = self.apart(read)
        self.expect("}")
        return result

    def argument(self) -> Node:
        r"""Read what TeX takes as an argument: a group in braces, or one token."""
        if self.peek() == "{":
            return self.braces(self.expression)
        self.split_number()
        if self.kind() not in ("name", "number") and self.peek() not in (
            r"\infty",
            r"\hat",
            r"\bar",
        ):
            self.fail("expected an argument: put it in braces")
        saved, self.tokens = self.tokens, self.tokens[: self.at + 1 + (self.kind() == "mark")]
        if self.peek() in (r"\hat", r"\bar"):
            self.fail("put the argument in braces")
        node = self.factor()
        self.tokens = saved
        return node

    def split_number(self) -> None:
        r"""Take ``\frac12`` as TeX does, which reads one digit, and refuse ``x^10``."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind != "number" or len(token.text) == 1:
            return
        if self.at == 0 or self.peek(-1) != r"\frac" or len(token.text) > 2 or "." in token.text:
            self.fail("TeX takes one digit of this number: put the argument in braces")
        middle = token.start + 1
        self.tokens[self.at : self.at + 1] = [
            Token("number", token.text[0], token.start, middle),
            Token("number", token.text[1], middle, token.end),
        ]

    def closing(self, opening: int) -> int:
        """Return the place of the brace that closes the one at a place."""
        depth = 0
        for place in range(opening, len(self.tokens)):
            text = self.tokens[place].text if self.tokens[place].kind == "mark" else ""
            depth += (text == "{") - (text == "}")
            if depth == 0:
                break
        else:
            self.fail("a brace that is never closed", opening)
        return place
