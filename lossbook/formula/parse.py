r"""From tokens to a tree, by recursive descent.

What binds tighter stands higher; what has no certain reading raises
:class:`~lossbook.formula.FormulaError`.

=====  ==============================  ===========================================================
level  construct                       rule
=====  ==============================  ===========================================================
1      brackets, bars, ``\frac``, …    read by themselves; a bare bar opens where a value is due
2      subscript, prime                ``z_{i y_i}``: entry (i, y_i); ``x_{\text{true}}``: a name
3      call                            ``f(x)`` if ``f`` is a function, ``f(1 - x)`` else a product
4      superscript                     ``-x^2`` is ``-(x^2)``; ``\log x^2`` is ``\log(x^2)``
5      function without brackets       takes one factor: ``\log x + 1`` is ``(\log x) + 1``;
                                       ``\cos m\theta`` takes both; ``\log x y`` raises
6      product and quotient            side by side and ``\cdot`` alike, left to right;
                                       ``a b / c`` is ``(a b)/c``; ``a / b c`` and ``a/b/c`` raise
7      sum over an index, ``\max_j``   takes the rest of its product: ``\sum_j a_j b_j + c`` is
                                       ``(\sum_j a_j b_j) + c``
8      ``+`` and ``-``                 left to right
9      ``=``, ``<``, ``\le``, ``\in``  a chain of comparisons, in conditions and brackets only
=====  ==============================  ===========================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from lossbook.formula.constructs import BIG, FUNCTIONS, Constructs, ends_inside
from lossbook.formula.errors import FormulaError
from lossbook.formula.reading import DEEPEST
from lossbook.formula.symbols import ACCENTS, STYLES
from lossbook.formula.tokens import OPENS, RELATIONS, Token, tokenize, words
from lossbook.formula.tree import (
    Absolute,
    Big,
    Call,
    Constant,
    Derivative,
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
    children,
)

TIMES = frozenset([r"\cdot", r"\times", r"\odot", "*"])
BARS = {"|": "|", r"\|": r"\|", r"\left|": r"\right|", r"\left\|": r"\right\|"}
STARTERS = frozenset([*BARS, *FUNCTIONS, *BIG, *ACCENTS, *STYLES]) | words(
    r"( [ { \frac \sqrt \infty \partial \nabla \lfloor \lceil \begin{cases} \underbrace"
)


def parse(latex: str, functions: Iterable[str] = ()) -> Node:
    r"""Read one expression.

    Args:
        latex: the expression, without relations at its top.
        functions: names of the symbols that are functions.

    Raises:
        FormulaError: if the expression has no reading or more than one.

    >>> parse("1 - y f").terms[1][0]
    '-'
    """
    return read(tokenize(latex), latex, frozenset(functions))


def read(tokens: Sequence[Token], latex: str, functions: frozenset[str]) -> Node:
    """Read one expression from its tokens; see :func:`parse`."""
    parser = Parser(tokens, latex, functions)
    node = parser.expression()
    if parser.peek():
        parser.fail("this has no reading here")
    refuse_bare([node], latex, functions)
    return node


def refuse_bare(nodes: Iterable[Node], latex: str, functions: frozenset[str]) -> None:
    r"""Refuse a function that is called here and printed without its argument there.

    In ``\sigma' = \sigma(1 - \sigma)`` the bracket is no argument but a factor.
    """
    called: set[str] = set()
    bare: dict[str, int] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call):
            called.add(node.name.key)
        below = list(children(node))
        if isinstance(node, Call):
            below.remove(node.name)
        if isinstance(node, Derivative):
            body = node.body
            while isinstance(body, Group):
                body = body.inner
            below = [] if isinstance(body, Name) else [node.body]
        elif isinstance(node, Name) and (node.base in functions or node.key in functions):
            bare[node.key if node.key in functions else node.base] = node.start
        waiting += below
    for name in sorted(called & set(bare)):
        raise FormulaError(f"{name} stands with and without argument", latex, bare[name])


class Parser(Constructs):
    """The grammar: sums, products, factors; the constructs come from the base classes."""

    def relation(self) -> Node:
        """Read an expression or a chain of comparisons."""
        start = self.start
        sides, operators = [self.expression()], []
        while self.peek() in RELATIONS:
            operators.append(self.take().text)
            sides.append(self.collection() if operators[-1] == r"\in" else self.expression())
        if not operators:
            return sides[0]
        return Relation(tuple(operators), tuple(sides), start=start, end=self.end)

    def expression(self) -> Node:
        """Read terms with their signs."""
        start = self.start
        terms: list[tuple[Literal["", "+", "-"], Node]] = []
        while True:
            sign: Literal["", "+", "-"] = ""
            if self.skip("-"):
                sign = "-"
            elif self.skip("+"):
                sign = "+"
            terms.append((sign, self.term()))
            if self.peek() not in ("+", "-"):
                break
        if len(terms) == 1 and not terms[0][0]:
            return terms[0][1]
        return Sum(tuple(terms), start=start, end=self.end)

    def term(self) -> Node:
        """Read factors and at most one slash."""
        start = self.start
        factors = [("", self.factor())]
        while self.starts() or self.peek() in TIMES:
            explicit = self.peek() in TIMES and not self.pending
            operator = self.take().text if explicit else ""
            place = self.at
            if not operator and self.kind() == "number" and not self.pending:
                self.fail("a number after a factor: a product or a script?")
            factor = self.factor()
            last = factors[-1][1]
            if not operator and _mixed(last, factor):
                self.fail("a mixed number or a product? write a sign between", place)
            factors.append((operator, factor))
        if len(factors) == 1:
            node = factors[0][1]
        else:
            node = Product(tuple(factors), start=start, end=self.end)
        if self.peek() == "/":
            node = self.slash(node, start)
        return node

    def slash(self, top: Node, start: int) -> Node:
        """Read what a slash divides by: one factor."""
        self.take()
        bottom = self.factor()
        unsure = isinstance(bottom, Big) and not ends_inside(bottom)
        if unsure or self.starts() or self.peek() in TIMES or self.peek() == "/":
            self.fail(r"what does the slash divide by? use \frac or brackets")
        return Quotient(top, bottom, True, start=start, end=self.end)

    def starts(self) -> bool:
        """Say whether a factor begins here, so that two stand side by side."""
        if self.pending:
            return True
        text = self.peek()
        if text in ("|", r"\|"):
            if self.dividing and not self.bars:
                return False
            if self.bars and self.bars[-1] == text:
                return False
            if self.doubtful and self.peek(-1) not in ("|", r"\|"):
                self.fail(r"ambiguous bars: write \lvert … \rvert or \lVert … \rVert")
            return True
        return text in STARTERS or self.kind() in ("name", "number", "word") or self.is_word()

    def factor(self) -> Node:
        """Read one factor with its scripts."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"more than {DEEPEST} levels deep")
        if self.pending:
            node: Node = self.pending
            self.pending = None
        else:
            node = self.base()
        if not self.pending:
            node = self.scripts(node)
        self.depth -= 1
        return node

    def base(self) -> Node:
        """Read what a factor begins with."""
        text, start = self.peek(), self.start
        if self.kind() == "number":
            return Number(float(self.take().text), start=start, end=self.end)
        if self.is_indicator():
            return self.indicator()
        if self.is_expectation():
            return self.expectation()
        if text in FUNCTIONS:
            return self.function()
        if text in BIG:
            return self.big()
        if text == "[":
            return self.square()
        if text == "(":
            return self.single()
        if text == "{":
            return self.brace()
        if text in BARS:
            return self.bar()
        if text in (r"\lfloor", r"\lceil"):
            self.take()
            inner = self.apart(self.expression)
            self.expect(OPENS[text])
            name = "floor" if text == r"\lfloor" else "ceiling"
            return Function(name, inner, start=start, end=self.end)
        if text == r"\frac":
            return self.fraction()
        if text == r"\sqrt":
            return self.root()
        if text == r"\begin{cases}":
            return self.cases()
        if text == r"\partial":
            return self.slashed_derivative()
        if text == r"\nabla":
            return self.gradient()
        if text == r"\underbrace":
            return self.underbrace()
        if text == r"\infty":
            self.take()
            return Constant("infty", start=start, end=self.end)
        if text.strip() in ("argmax", "argmin"):
            self.fail(f"{text.strip()} is not read: it may have more than one value")
        if self.kind() in ("name", "word") or text in ACCENTS or text in STYLES or self.is_word():
            return self.named()
        return self.fail("expected a value" if text else "the formula ends too early")

    def square(self) -> Node:
        """Read square brackets: an indicator if they hold a comparison, else a group."""
        start = self.start
        entries = self.bracketed()
        if len(entries) > 1:
            self.fail("a list where one value belongs", self.at - 1)
        if isinstance(entries[0], Relation):
            return Indicator(entries[0], start=start, end=self.end)
        return Group(entries[0], "[", start=start, end=self.end)

    def brace(self) -> Node:
        """Read braces, which only group."""
        start = self.start
        inner = self.braces(self.expression)
        if isinstance(inner, Name) and not inner.applied:
            return self.named(replace(inner, start=start, end=self.end))
        return Group(inner, "{", start=start, end=self.end)

    def bar(self) -> Node:
        """Read an absolute value or a norm."""
        start, opening = self.start, self.take().text
        if opening in ("|", r"\|"):
            self.bars.append(opening)
            inner = self.expression()
            self.expect(opening)
            self.bars.pop()
            follows = self.peek()
            self.doubtful = self.doubtful or (
                follows not in ("|", r"\|") and (follows in STARTERS or self.kind() == "name")
            )
        else:
            inner = self.apart(self.expression)
            self.expect(BARS[opening])
        if opening in ("|", r"\left|"):
            return Absolute(inner, start=start, end=self.end)
        power = None
        if self.peek() == "^":  # both orders are printed: |x|_2^2 and |x|^2_2
            self.take()
            power = self.exponent()
        order = self.order_of_norm() if self.skip("_") else None
        norm = Norm(inner, order, start=start, end=self.end)
        return norm if power is None else Power(norm, power, start=start, end=self.end)

    def order_of_norm(self) -> Node | Literal["F"]:
        """Read the index of a norm."""
        wrapped = self.peek() == "{" and self.closing(self.at) == self.at + 2
        if self.peek(int(wrapped)) in ("F", " F"):
            self.at += 3 if wrapped else 1
            return "F"
        return self.argument()

    def root(self) -> Node:
        """Read a root, square or with its degree."""
        start = self.start
        self.take()
        degree: Node = Number(2.0, start=start, end=start)
        if self.peek() == "[":
            degree = self.single()
        inner = self.argument()
        one = Number(1.0, start=start, end=start)
        exponent = Quotient(one, degree, start=start, end=start)
        return Power(
            Group(inner, "{", start=inner.start, end=inner.end), exponent, start=start, end=self.end
        )

    def underbrace(self) -> Node:
        """Read what a brace stands under; what is written below it must be words."""
        start = self.start
        self.take()
        inner = self.braces(self.expression)
        if self.skip("_"):
            self.expect("{")
            if self.kind() != "text" or "$" in self.peek():
                self.fail("only words are read below a brace")
            self.take()
            self.expect("}")
        return Group(inner, "{", start=start, end=self.end)


def _mixed(first: Node, second: Node) -> bool:
    return (
        isinstance(first, Number)
        and isinstance(second, Quotient)
        and isinstance(second.top, Number)
        and isinstance(second.bottom, Number)
    )
