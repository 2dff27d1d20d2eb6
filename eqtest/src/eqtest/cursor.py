"""The cursor that the parser moves over the tokens: look, take, expect, fail with the place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from eqtest.errors import FormulaError
from eqtest.tokens import Token, matching, split, words

DEEPEST = 50
ACCENTS = {r"\hat": "hat", r"\tilde": "tilde", r"\bar": "bar", r"\dot": "dot"}
STYLES = words(r"\mathbf \boldsymbol \mathcal \mathbb \mathscr \mathfrak \vec")
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
        if self.peek() != text:
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

    def apart(self, read: Callable[[Cursor], Result], *, dividing: bool = False) -> Result:
        """Read something whose bars have nothing to do with those around it."""
        saved = self.bars, self.doubtful, self.dividing
        self.bars, self.doubtful, self.dividing = [], False, dividing
        result = read(self)
        self.bars, self.doubtful, self.dividing = saved
        return result

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

    def take_text(self) -> str:
        """Take the next token and return how ``peek`` shows it."""
        text = self.peek()
        self.take()
        return text

    def is_word(self) -> bool:
        r"""Say whether ``\text{…}`` comes next and holds one word, which may be a symbol."""
        return self._word_at(self.at)

    def is_indicator(self) -> bool:
        """Say whether a styled 1 (or a blackboard I) comes next."""
        if self.peek() not in STYLES:
            return False
        inner = self.peek(2) if self.peek(1) == "{" and self.peek(3) == "}" else self.peek(1)
        return inner == "1" or (inner == "I" and self.peek() == r"\mathbb")

    def is_expectation(self) -> bool:
        r"""Say whether ``\mathbb{E}_{`` or ``\operatorname{E}_{`` comes next."""
        if self.peek() == r"\mathbb":
            wrapped = self.peek(1) == "{" and self.peek(2) == "E" and self.peek(3) == "}"
            return wrapped or self.peek(1) == "E"
        return self.peek() == " E"

    def differential(self, ahead: int) -> str:
        """Return the sign of a derivative that begins a coming group, if one does."""
        if self.peek(ahead) != "{" or self.peek(ahead + 1) not in (r"\partial", "d", " d"):
            return ""
        sign = self.peek(ahead + 1)
        if sign != "d" or self.peek(ahead + 2) in ("}", "^"):
            return sign
        # An italic d may be a symbol: only a lone symbol after it makes a differential.
        follows = self.kind(ahead + 2) in ("name", "word") or self.peek(ahead + 2)[:1] == "\\"
        return sign if follows else ""

    def parts(self, opening: int) -> tuple[list[tuple[int, int]], int]:
        """Return the places of the entries of a bracket, and the place of what closes it."""
        last = matching(self.tokens, opening)
        found, begin = [], opening + 1
        for _, part in split(self.tokens[begin:last], DIVIDERS):
            found.append((begin, begin + len(part)))
            begin += len(part) + 1
        return found, last

    def after_symbol(self, place: int) -> int:
        """Return the place after a symbol with its scripts, or the same place if none is there.

        Scripts are what stands below, primes, and marks above such as a star; a power is none.
        """
        begin = place
        while self._text_at(place) in ACCENTS or self._text_at(place) in STYLES:
            place += 1
        if self._text_at(place) == "{" and place > begin:
            place = self.closing(place) + 1
        elif self._kind_at(place) in ("name", "word") or self._word_at(place):
            place += 1
        else:
            return begin
        while True:
            script, inside = self._text_at(place), place + 1
            wrapped = self._text_at(inside) == "{"
            if script == "'":
                place += 1
            elif script == "_" and inside < len(self.tokens):
                place = self.closing(inside) + 1 if wrapped else inside + 1
            elif script == "^" and self._is_mark(inside + wrapped):
                place = inside + 1 + 2 * wrapped
            else:
                return place

    def _is_mark(self, place: int) -> bool:
        return self._text_at(place) in ("*", r"\star", "'") or (
            self._kind_at(place) in ("word", "text") and self.tokens[place].text != "T"
        )

    def _text_at(self, place: int) -> str:
        return self.peek(place - self.at)

    def _kind_at(self, place: int) -> str:
        return self.kind(place - self.at)

    def _word_at(self, place: int) -> bool:
        if self._kind_at(place) != "text":
            return False
        word = self.tokens[place].text.replace("\\_", "_")
        return re.fullmatch(r"[A-Za-z]\w*(?:[.-]\w+)*\.?", word) is not None


def plain_word(text: str) -> str:
    """Return a word as it stands in a symbol's name."""
    return re.sub(r"\W+", "_", text.replace("\\_", "_")).strip("_")
