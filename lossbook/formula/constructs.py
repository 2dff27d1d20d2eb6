"""Reading what has a shape of its own: fractions, sums, cases, derivatives, expectations."""

from __future__ import annotations

from typing import Literal

from lossbook.formula.symbols import STYLES, Symbols
from lossbook.formula.tokens import words
from lossbook.formula.tree import (
    Big,
    Cases,
    Collection,
    Derivative,
    Expectation,
    Extremum,
    Function,
    Indicator,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    mentions,
    walk,
)

FUNCTIONS = {
    "\\" + name: name for name in words("exp log cos sin tan arccos arcsin arctan cosh sinh tanh")
} | {" sign": "sign", " sgn": "sign", " exp": "exp", " log": "log", " ln": "log", " tanh": "tanh"}
SQUARABLE = words("cos sin tan cosh sinh tanh")
BIG: dict[str, Literal["sum", "prod", "max", "min"]] = {
    r"\sum": "sum",
    r"\prod": "prod",
    r"\max": "max",
    r"\min": "min",
    " max": "max",
    " min": "min",
}
MEANS = {" if", " when", " for", " where", " and"}
OTHERWISE = {" otherwise", " else", " elsewhere"}


class Constructs(Symbols):
    """The part of the grammar that reads compounds."""

    def fraction(self) -> Node:
        r"""Read ``\frac``, which may be a derivative."""
        start = self.start
        self.expect(r"\frac")
        marker = self.differential(0)
        if marker and self.differential(self.closing(self.at) + 1 - self.at) == marker:
            return self.derivative(start, marker)
        top = self.argument()
        bottom = self.argument()
        return Quotient(top, bottom, start=start, end=self.end)

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

    def derivative(self, start: int, marker: str) -> Node:
        r"""Read ``{\partial L}{\partial x}`` after ``\frac``, or the operator without ``L``."""
        place = self.at
        self.take()
        order = self.order(marker)
        operand = None if self.peek() == "}" else self.apart(self.term)
        self.expect("}")
        self.expect("{")
        variables: list[Name] = []
        while self.peek() != "}":
            self.expect(marker)
            variable = self.variable()
            self.settle_style(variable, self.at - 1)
            times = 1
            if self.skip("^"):
                times = self.count()
            variables += [variable] * times
        self.expect("}")
        if len(variables) != order or order > 2:
            self.fail("a derivative of first or second order is read", place)
        if operand is None:
            operand = self.operand("a derivative")
        for variable in reversed(variables):
            operand = Derivative(operand, variable, marker == "d", start=start, end=self.end)
        return operand

    def order(self, marker: str) -> int:
        """Read the sign of a derivative with its order."""
        self.expect(marker)
        return self.count() if self.skip("^") else 1

    def count(self) -> int:
        """Read a small whole number, in braces or not."""
        node = self.argument()
        if not isinstance(node, Number) or node.value not in (1, 2):
            self.fail("expected 1 or 2", self.at - 1)
        return int(node.value)

    def operand(self, what: str) -> Node:
        """Read the one factor that an operator applies to; only a square bracket ends it surely."""
        opening = self.peek()
        node = self.factor()
        if self.starts() and opening != "[":
            self.fail(f"where does {what} end? put its operand in [ ]")
        return node

    def slashed_derivative(self) -> Node:
        r"""Read ``\partial L / \partial x``."""
        start = self.start
        self.take()
        body = self.factor()
        self.expect("/")
        self.expect(r"\partial")
        variable = self.variable()
        return Derivative(body, variable, start=start, end=self.end)

    def gradient(self) -> Node:
        r"""Read ``\nabla_x L``."""
        start = self.start
        self.take()
        self.expect("_")
        variable = self.braces(self.variable) if self.peek() == "{" else self.symbol()
        self.settle_style(variable, self.at - 1)
        body = self.operand("the gradient")
        return Derivative(body, variable, start=start, end=self.end)

    def function(self) -> Node:
        """Read a function that every reader knows, with its base, power and argument."""
        place, start = self.at, self.start
        name = FUNCTIONS[self.take_text()]
        base = power = None
        if name == "log" and self.skip("_"):
            base = self.argument()
        if self.skip("^"):
            power = self.argument()
            whole = isinstance(power, Number) and power.value == int(power.value) >= 2
            if name not in SQUARABLE or not whole:
                self.fail(
                    f"{name} with a superscript: a power, an inverse or twice? use brackets", place
                )
        closed = self.peek() in ("(", "[", r"\{")
        if closed:
            argument: Node = self.single()
            if self.peek() in ("^", "_"):
                self.fail(f"{name}(…) with a script: what does it belong to? use brackets")
            if self.peek() in ("(", "["):
                self.fail(f"where does the argument of {name} end? use \\cdot or brackets")
        else:
            argument = self.bare_argument(name, place)
        node: Node = Function(name, argument, base, closed, start=start, end=self.end)
        if power is not None:
            node = Power(node, power, start=start, end=self.end)
        return node

    def bare_argument(self, name: str, place: int) -> Node:
        r"""Read an argument without brackets: one factor, or a coefficient and a symbol."""
        if self.peek() in FUNCTIONS and self.kind() == "word" and name == "sign":
            self.fail("put the argument in brackets")
        first = self.factor()
        if isinstance(first, Big) and not ends_inside(first):
            self.fail(f"where does the argument of {name} end? use brackets", place)
        coefficient = isinstance(first, Number) or (
            isinstance(first, Name) and len(first.base) == 1 and not first.indices
        )
        if name in SQUARABLE and coefficient and not self.pending and self.kind() == "name":
            second = self.factor()
            angle = isinstance(second, Name) and (len(second.base) > 1 or isinstance(first, Number))
            if not angle:
                self.fail(f"where does the argument of {name} end? use brackets", place)
            factors = (("", first), ("", second))
            first = Product(factors, start=first.start, end=self.end)
        ends = not self.starts() or (self.peek() in FUNCTIONS and not self.pending)
        times = self.peek() in (r"\cdot", r"\times", r"\odot", "*")
        if self.peek() == "/" or not ends or (times and self.peek(1) not in FUNCTIONS):
            self.fail(f"where does the argument of {name} end? use brackets")
        return first

    def take_text(self) -> str:
        """Take the next token and return how ``peek`` shows it."""
        text = self.peek()
        self.take()
        return text

    def big(self) -> Node:
        """Read a sum, product, maximum or minimum over an index, or ``max(a, b)``."""
        place, start = self.at, self.start
        name = BIG[self.take_text()]
        high: Node | None = None
        clauses: list[Node] | None = None
        while self.peek() in ("_", "^"):
            if self.take().text == "^":
                if high is not None:
                    self.fail("two upper bounds", self.at - 1)
                high = self.argument()
            elif clauses is not None:
                self.fail("two lower bounds", self.at - 1)
            else:
                clauses = self.clauses()
        if clauses is None:
            if name in ("max", "min") and high is None:
                return self.extremum(name, start)
            self.fail(f"{name} without an index", place)
        clauses, low, domain = self.bounds(clauses, place)
        indices, conditions = self.indices(clauses, place)
        if len(indices) > 1 and (low or domain or conditions):
            self.fail("one sum for each index that has a bound", place)
        if (low is None) != (high is None) and domain is None:
            self.fail(f"{name} with one bound only", place)
        if domain is not None and high is not None:
            self.fail(f"{name} with a set and an upper bound", place)
        if self.peek() == r"\{" and name in ("max", "min"):
            body: Node = self.single()
            if self.starts():
                self.fail(f"where does the {name} end? use brackets")
        else:
            begin = self.start
            negative = self.skip("-")
            body = self.term()
            if negative:
                body = Sum((("-", body),), start=begin, end=self.end)
        for index in reversed(indices):
            node = Big(name, index, low, high, domain, conditions, body, start=start, end=self.end)
            if mentions_bound(body, index):
                self.fail(f"the index {index} is used twice, one inside the other", place)
            body, conditions = node, ()
        if name != "sum" and isinstance(node, Big) and not ends_inside(node):
            self.fail(f"where does the {name} end? use brackets", place)
        return node

    def clauses(self) -> list[Node]:
        """Read what stands below a sum."""
        if self.peek() != "{":
            return [self.argument()]

        def read() -> list[Node]:
            found = [self.relation()]
            while self.peek() in (",", ":", r"\mid", r"\\"):
                self.take()
                found.append(self.relation())
            return found

        def substack() -> list[Node]:
            self.take()
            return self.braces(read)

        return self.braces(substack if self.peek(1) == r"\substack" else read)

    def bounds(
        self, clauses: list[Node], place: int
    ) -> tuple[list[Node], Node | None, Node | None]:
        """Split off the lower bound or the set; what stays is indices and conditions."""
        first = clauses[0]
        if not isinstance(first, Relation):
            return clauses, None, None
        head, operator = first.sides[0], first.operators[0]
        if len(first.operators) == 1 and operator == "=":
            return [head, *clauses[1:]], first.sides[1], None
        if len(first.operators) == 1 and operator == r"\in":
            return [head, *clauses[1:]], None, first.sides[1]
        if len(first.operators) > 1 or operator != r"\neq":
            self.fail("this range is not read: write j = 1 and an upper bound", place)
        return [head, *clauses], None, None

    def indices(self, clauses: list[Node], place: int) -> tuple[list[str], tuple[Relation, ...]]:
        """Split what stands below a sum into indices and conditions."""
        names = [clause for clause in clauses if isinstance(clause, Name)]
        conditions = [clause for clause in clauses if isinstance(clause, Relation)]
        if not names or [*names, *conditions] != clauses:
            self.fail("what stands below is not read: an index, its bound, conditions", place)
        if any(name.indices or name.primes for name in names):
            self.fail("an index is a plain letter", place)
        return [name.base for name in names], tuple(conditions)

    def extremum(self, name: Literal["max", "min"], start: int) -> Node:
        """Read ``max(a, b)`` and ``max{a, b}``."""
        if self.peek() not in ("(", r"\{", "["):
            self.fail(f"{name} needs brackets or an index")
        arguments = self.bracketed()
        if any(isinstance(argument, Relation) for argument in arguments):
            self.fail("a comparison where a value belongs", self.at - 1)
        return Extremum(name, tuple(arguments), start=start, end=self.end)

    def collection(self) -> Node:
        r"""Read the set after ``\in``."""
        if self.peek() != r"\{":
            return self.expression()
        start = self.start

        def items() -> list[Node]:
            found = [self.expression()]
            while self.skip(","):
                if self.skip(r"\dots"):
                    self.expect(",")
                    run_items.append(len(found))
                found.append(self.expression())
            return found

        run_items: list[int] = []
        self.take()
        found = self.apart(items)
        self.expect(r"\}")
        run = bool(run_items)
        if run and (run_items != [len(found) - 1] or len(found) > 3):
            self.fail(r"a run is written \{1, \dots, C\}", self.at - 1)
        return Collection(tuple(found), run, start=start, end=self.end)

    def indicator(self) -> Node:
        r"""Read ``\mathbf{1}[a = b]`` and its spellings."""
        start = self.start
        self.take()
        self.at += 3 if self.peek() == "{" else 1
        if self.skip("_"):
            found = self.braces(
                lambda: self.bracketed()[0] if self.peek() == r"\{" else self.relation()
            )
        elif self.peek() in ("[", "(", r"\{"):
            entries = self.bracketed()
            found = entries[0] if len(entries) == 1 else entries[1]
            if len(entries) > 1:
                self.fail("one comparison in an indicator", self.at - 1)
        else:
            self.fail("an indicator needs its condition in brackets")
        if not isinstance(found, Relation):
            self.fail("an indicator without a comparison", self.at - 1)
        return Indicator(found, start=start, end=self.end)

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

    def expectation(self) -> Node:
        r"""Read ``\mathbb{E}_{x \sim p}[f(x)]``."""
        start = self.start
        self.at += 1 if self.peek() == " E" else (4 if self.peek(1) == "{" else 2)
        if self.peek() != "_" or self.peek(1) != "{":
            self.fail(r"an expectation names its distribution: \mathbb{E}_{x \sim p}[…]")
        self.take()

        def under() -> tuple[Name, Node]:
            index = self.variable()
            self.expect(r"\sim")
            return index, self.expression()

        index, distribution = self.braces(under)
        if index.indices or self.peek() not in ("[", "(", r"\{"):
            self.fail("an expectation puts what it averages in brackets")
        body = self.single()
        return Expectation(index.base, distribution, body, start=start, end=self.end)

    def cases(self) -> Node:
        """Read the rows of a ``cases`` block."""
        start = self.start
        self.take()
        rows: list[tuple[Node, tuple[Relation, ...] | None]] = []
        while True:
            value = self.apart(self.expression)
            self.skip(",")
            while self.skip(r"\quad"):
                pass
            self.expect("&")
            while self.skip(r"\quad"):
                pass
            rows.append((value, self.condition()))
            if self.peek() in (".", ",", ";"):
                self.take()
            if not self.skip(r"\\") or self.peek() == r"\end{cases}":
                break
        self.expect(r"\end{cases}")
        if any(conditions is None for _, conditions in rows[:-1]):
            self.fail("otherwise stands before another case", self.at - 1)
        return Cases(tuple(rows), start=start, end=self.end)

    def condition(self) -> tuple[Relation, ...] | None:
        """Read a condition of one case: comparisons, or the word otherwise."""
        found: list[Relation] = []
        while True:
            if self.kind() == "text":
                word = " " + self.peek().strip().rstrip(".,:;").lower()
                if word in OTHERWISE and not found:
                    self.take()
                    return None
                if word not in MEANS:
                    self.fail("this word in a condition is not read")
                self.take()
            entry = self.relation()
            if not isinstance(entry, Relation):
                self.fail("a condition without a comparison", self.at - 1)
            found.append(entry)
            comma = self.peek() == "," and self.peek(1) not in (r"\\", r"\end{cases}")
            if not (comma or self.peek().strip() == "and"):
                return tuple(found)
            if comma:
                self.take()


def ends_inside(node: Big) -> bool:
    """Say whether the last factor below a sum belongs to it for sure: it carries the index."""
    body = node.body
    if isinstance(body, Quotient) and body.slash:
        return False
    if isinstance(body, Product):
        return mentions(body.factors[-1][1], node.index)
    if isinstance(body, Big):
        return ends_inside(body)
    return True


def mentions_bound(node: Node, index: str) -> bool:
    """Say whether an index is bound again somewhere below."""
    return any(isinstance(part, Big | Expectation) and part.index == index for part in walk(node))
