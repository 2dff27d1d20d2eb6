"""Reading symbols: accents, styles, words, and what stands below and above them."""

from __future__ import annotations

import re
from dataclasses import replace

from lossbook.formula.reading import Cursor
from lossbook.formula.tokens import words
from lossbook.formula.tree import (
    Absolute,
    Call,
    Constant,
    Element,
    Extremum,
    Function,
    Group,
    Indicator,
    Name,
    Node,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Transpose,
    children,
)

ACCENTS = {r"\hat": "hat", r"\tilde": "tilde", r"\bar": "bar", r"\dot": "dot"}
STYLES = words(r"\mathbf \boldsymbol \mathcal \mathbb \mathscr \mathfrak \vec")
TRANSPOSES = (r"\top", " T")  # upright; an italic T could be a temperature
CONSTANTS = {"e": "e", "pi": "pi"}


class Symbols(Cursor):
    """The part of the grammar that reads symbols and scripts."""

    def symbol(self) -> Name:
        """Read a symbol without scripts, such as a letter with an accent."""
        start = self.start
        if self.peek() in ACCENTS:
            accent = ACCENTS[self.take().text]
            inner = self.dressed(f"an accent ({accent}) over something else than a symbol")
            return replace(inner, base=f"{inner.base}_{accent}", start=start, end=self.end)
        if self.peek() in STYLES:
            style = self.take().text
            inner = self.dressed(f"{style} on something else than a symbol")
            return replace(inner, style=style, start=start, end=self.end)
        if self.kind() not in ("name", "word") and not self.is_word():
            self.fail("expected a symbol")
        token = self.take()
        upright = r"\mathrm" if token.kind == "word" and len(token.text) == 1 else ""
        return Name(_plain(token.text), style=upright, start=start, end=self.end)

    def is_word(self) -> bool:
        r"""Say whether ``\text{…}`` comes next and holds one word, which may be a symbol."""
        word = self.peek()[1:].replace("\\_", "_")
        return self.kind() == "text" and re.fullmatch(r"[A-Za-z][\w-]*", word) is not None

    def dressed(self, message: str) -> Name:
        """Read the symbol that an accent or a style is put on."""
        place = self.at
        inner = self.braces(self.variable) if self.peek() == "{" else self.symbol()
        if inner.primes:
            self.fail(message, place)
        return inner

    def variable(self) -> Name:
        """Read a symbol with what stands below it, and nothing else."""
        name = self.symbol()
        return self.below(name) if self.peek() == "_" else name

    def below(self, name: Name) -> Name:
        """Read the subscript of a symbol: words join its name, the rest are indices."""
        place = self.at
        if name.indices:
            self.fail("two subscripts on one symbol")
        self.expect("_")
        words, indices = "", []
        opening = self.at
        if self.peek() == "{":
            last = self.closing(self.at)
            self.take()
            while True:
                word = self.word_part(last)
                if word:
                    words += f"_{word}"
                else:
                    indices += self.apart(self.index_part)
                if self.at == last:
                    break
                self.expect(",")
            self.take()
        elif self.kind() in ("word", "text") or self.peek() in (r"\max", r"\min"):
            words = "_" + _plain(self.take().text)
        else:
            self.split_number()
            indices = [self.argument()]
        label = self.label(opening) if indices else ""
        if not words and not indices:
            self.fail("an empty subscript", place)
        return replace(
            name, base=name.base + words, indices=tuple(indices), label=label, end=self.end
        )

    def word_part(self, last: int) -> str:
        """Read one entry of a subscript if it is made of words only."""
        place, found = self.at, []
        while place < last and self.tokens[place].text != ",":
            token = self.tokens[place]
            if token.kind not in ("word", "text") and token.text not in (r"\max", r"\min"):
                return ""
            found.append(_plain(token.text))
            place += 1
        self.at = place
        return "_".join(found)

    def index_part(self) -> list[Node]:
        """Read one entry of a subscript; letters side by side are separate indices."""
        place = self.at
        node = self.expression()
        if isinstance(node, Product) and all(operator == "" for operator, _ in node.factors):
            factors = [factor for _, factor in node.factors]
            if isinstance(factors[0], Number) or not all(
                isinstance(factor, Name | Number) for factor in factors
            ):
                self.fail(r"one index or two? write i,j or 2 \cdot i", place)
            return factors
        if isinstance(node, Sum) and any(
            isinstance(part, Product)
            and all(
                operator == "" and isinstance(factor, Name) for operator, factor in part.factors
            )
            for part in children(node)
        ):
            self.fail(r"one index or two? write i,j or m \cdot k", place)
        return [node]

    def label(self, opening: int) -> str:
        """Return a subscript as a word: what follows the underscore in a symbol's name."""
        parts = [
            "_" if token.text in (",", "-", "/", "_") else token.text.lstrip("\\")
            for token in self.tokens[opening : self.at]
            if token.kind in ("name", "number") or token.text in (",", "-", "/", "_")
        ]
        return re.sub("_+", "_", "".join(parts)).strip("_")

    def named(self, read: Name | None = None) -> Node:
        """Read a symbol with all its scripts, and its arguments if it is a function.

        Args:
            read: the symbol, if it is read already (it stood in braces).
        """
        place, start = self.at, read.start if read else self.start
        name = read or self.symbol()
        power: Node | None = None
        transposed = False
        while self.peek() in ("_", "^", "'"):
            if self.peek() == "'":
                self.take()
                name = replace(name, primes=name.primes + 1, end=self.end)
            elif self.peek() == "_":
                if self.peek(1) == "+":
                    self.fail("a positive part is written [x]_+")
                name = self.below(name)
            elif power is not None or transposed:
                self.fail("two superscripts on one symbol")
            else:
                name, power, transposed = self.above(name)
        node: Node = name
        self.settle_style(name, place)
        called = name.key in self.functions or name.base in self.functions
        if called and self.peek() in ("(", "["):
            if power is not None or transposed:
                self.fail("a power of a function's name: a power or an inverse?", place)
            return self.call(name, place)
        if self.peek() == "(" and power is None and not transposed:
            node = self.looks_called(name)
        if isinstance(node, Name) and node.base in CONSTANTS and node.key == node.base:
            node = Constant(CONSTANTS[node.base], start=node.start, end=node.end)  # type: ignore[arg-type]
        if transposed:
            return Transpose(node, start=start, end=self.end)
        if power is not None:
            return Power(node, power, start=start, end=self.end)
        return node

    def settle_style(self, name: Name, place: int) -> None:
        r"""Refuse ``x`` beside ``\mathbf x``: they would be one symbol here."""
        if self.styles.setdefault(name.base, name.style) != name.style:
            self.fail(f"{name.base} is printed in two styles: one symbol or two?", place)

    def above(self, name: Name) -> tuple[Name, Node | None, bool]:
        """Read a superscript: a mark that belongs to the name, a transposition, or a power."""
        place = self.at
        self.expect("^")
        wrapped = self.peek() == "{" and self.closing(self.at) == self.at + 2
        inside, kind = self.peek(int(wrapped)), self.kind(int(wrapped))
        mark = {r"\star": "star", "*": "star"}.get(inside, "")
        if inside in TRANSPOSES or mark or kind in ("word", "text") or inside == "'":
            self.at += 3 if wrapped else 1
            if inside in TRANSPOSES:
                return name, None, True
            if inside == "'":
                return replace(name, primes=name.primes + 1, end=self.end), None, False
            base = f"{name.base}_{mark or _plain(inside)}"
            return replace(name, base=base, end=self.end), None, False
        if inside == "T" and name.base != "e":
            self.fail(r"a transposition is written ^\top (T could be an exponent)", place)
        return name, self.exponent(), False

    def exponent(self) -> Node:
        """Read an exponent after its caret."""
        if (
            self.peek() == "{"
            and self.peek(1) == "("
            and self.tokens[self.closing(self.at) - 1].text == ")"
        ):
            self.fail("x^{(i)} is not read: write x_i")
        return self.argument()

    def call(self, name: Name, place: int) -> Node:
        """Read the arguments of a function."""
        if name.key in self.functions and name.base in self.functions and name.indices:
            self.fail(f"both {name.base} and {name.key} are functions", place)
        indices = () if name.key in self.functions else name.indices
        if not indices:
            name = replace(name, base=name.key, indices=(), label="")
        else:
            name = replace(name, indices=(), label="")
        arguments = self.bracketed(dividing=True)
        if any(isinstance(argument, Relation) for argument in arguments):
            self.fail("a comparison where an argument belongs", self.at - 1)
        node: Node = Call(name, tuple(arguments), start=name.start, end=self.end)
        return Element(node, indices, start=name.start, end=self.end) if indices else node

    def looks_called(self, name: Name) -> Node:
        """Read ``p(x)`` where ``p`` is no function: an entry of an array, never a product."""
        place, start = self.at, self.start
        entries = self.bracketed(dividing=True)
        inner = entries[0]
        if (
            all(isinstance(entry, Name) and not entry.applied for entry in entries)
            and not name.indices
        ):
            return replace(name, indices=tuple(entries), applied=True, end=self.end)
        lone_sign = isinstance(inner, Sum) and len(inner.terms) == 1
        product = isinstance(inner, Sum | Quotient) and not lone_sign
        if len(entries) > 1 or not product or (isinstance(inner, Quotient) and not inner.slash):
            self.fail(f"{name.key}(…) could be a function or a product", place)
        # Read once only: whoever asks for the next factor gets this bracket.
        self.pending = Group(inner, "(", start=start, end=self.end)
        return name

    def scripts(self, node: Node) -> Node:
        """Read what stands below and above something that is not a symbol."""
        start = node.start
        while self.peek() in ("_", "^", "'"):
            if self.peek() == "_" and self.peek(1) == "+":
                if not isinstance(node, Group) or node.bracket not in ("(", "["):
                    self.fail("a positive part is written [x]_+")
                self.at += 2
                node = Function("positive part", node, start=start, end=self.end)
            elif self.peek() == "_" and isinstance(node, Group | Call):
                entry = self.below(Name("entry", start=start, end=self.end))
                if not entry.indices or entry.base != "entry":
                    self.fail("expected an index")
                node = Element(node, entry.indices, start=start, end=self.end)
            elif self.peek() == "^" and _takes_power(node):
                carrier = Name("e" if isinstance(node, Number) else "", start=start, end=start)
                _, power, transposed = self.above(carrier)
                if transposed:
                    node = Transpose(node, start=start, end=self.end)
                elif power is None:
                    self.fail("this superscript belongs on a symbol", self.at - 1)
                else:
                    node = Power(node, power, start=start, end=self.end)
            else:
                self.fail("what does this script belong to? use brackets")
        return node


def _takes_power(node: Node) -> bool:
    if isinstance(node, Function):
        return node.name in ("floor", "ceiling", "positive part")
    return isinstance(
        node, Group | Absolute | Norm | Extremum | Call | Element | Indicator | Number
    )


def _plain(text: str) -> str:
    return re.sub(r"\W+", "_", text.replace("\\_", "_")).strip("_")
