r"""From tokens to a tree, by recursive descent.

What binds tighter stands higher; what has no certain reading raises
:class:`~eqtest.FormulaError`.

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

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from eqtest import tree as t
from eqtest.cursor import ACCENTS, DEEPEST, DIVIDERS, STYLES, Cursor, plain_word
from eqtest.errors import FormulaError
from eqtest.tokens import OPENS, RELATIONS, Token, matching, split, tokenize, words

TRANSPOSES = (r"\top", " T")  # upright; an italic T could be a temperature
CONSTANTS: dict[str, Literal["e", "pi"]] = {"e": "e", "pi": "pi"}
FUNCTIONS = {
    "\\" + name: name for name in words("exp log cos sin tan arccos arcsin arctan cosh sinh tanh")
}
FUNCTIONS |= {f" {command[1:]}": name for command, name in FUNCTIONS.items()}
FUNCTIONS |= {" sign": "sign", " sgn": "sign", " ln": "log", " Tanh": "tanh"}
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
INDEX_MARKS = frozenset([*"+-,_{}[]'", *ACCENTS])
# What letters side by side may spell: functions, and Greek letters without their backslash.
SPELLED = words(
    """exp log max min sin cos tan sqrt sum prod sgn sign mean mod abs softmax sigmoid relu alpha
    beta gamma delta epsilon zeta eta theta iota kappa lambda sigma tau upsilon phi chi psi omega
    rho"""
)
SHORT_WORDS = words("ln pi mu nu xi")
LONGEST_RUN = 4
TIMES = frozenset([r"\cdot", r"\times", r"\odot", "*"])
BARS = {"|": "|", r"\|": r"\|", r"\left|": r"\right|", r"\left\|": r"\right\|"}
STARTERS = frozenset([*BARS, *FUNCTIONS, *BIG, *ACCENTS, *STYLES]) | words(
    r"( [ { \frac \sqrt \infty \partial \nabla \lfloor \lceil \begin{cases} \underbrace"
)
Result = TypeVar("Result")


def parse(latex: str, functions: Iterable[str] = (), known: Iterable[str] = ()) -> t.Node:
    r"""Read one expression.

    Args:
        latex: the expression, without relations at its top.
        functions: names of the symbols that are functions.
        known: names of all symbols.

    Raises:
        FormulaError: if the expression has no reading or more than one.

    >>> parse("1 - y f").terms[1][0]
    '-'
    """
    tokens = with_words(tokenize(latex), latex, known)
    functions = frozenset(functions)
    c = Cursor(tokens, latex, functions)
    node = read_expression(c)
    if c.peek():
        c.fail("this has no reading here")
    refuse_bare([node], latex, functions)
    return node


def with_words(tokens: Sequence[Token], latex: str, known: Iterable[str]) -> list[Token]:
    r"""Read letters side by side as the word that they spell, if that is sure, or refuse them.

    ``exp(x)`` is set as the product of e, x, p and (x). ``delta`` is the symbol of that name if
    there is one and its letters are none; so is ``x1``. Below a symbol, letters side by side are
    indices, or the name of one symbol.
    """
    names = set(known)
    done: list[Token] = []
    place = 0
    while place < len(tokens):
        end = place + 1
        while end < len(tokens) and _joined(tokens[end - 1], tokens[end]):
            end += 1
        if end < len(tokens) and _numbers(tokens[end - 1], tokens[end], latex, names):
            end += 1
        run = latex[tokens[place].start : tokens[end - 1].end]
        if tokens[place].kind == "name" and run.isalnum() and len(run) > 1:
            before = [token.text for token in tokens[max(place - 2, 0) : place]]
            below = before[-1:] == ["_"] or before == ["_", "{"]
            if run in names and not below and not set(run) <= names:
                done.append(Token("word", run, tokens[place].start, tokens[end - 1].end))
                place = end
                continue
            spelled = run in names or run in SHORT_WORDS or len(run) > LONGEST_RUN
            spelled = spelled or any(word in run for word in SPELLED)
            if spelled and not below:
                letters = r"\cdot ".join(run)
                text = f"{letters} or a word? write \\{run}, \\text{{{run}}} or spaces between"
                raise FormulaError(text, latex, tokens[place].start)
        done += tokens[place:end]
        place = end
    return done


def _joined(before: Token, after: Token) -> bool:
    letters = before.kind == after.kind == "name" and "\\" not in before.text + after.text
    return letters and before.end == after.start


def _numbers(letter: Token, number: Token, latex: str, names: set[str]) -> bool:
    """Say whether a number counts the letter before it: ``x1`` is a symbol and ``x`` is none."""
    both = latex[letter.start : number.end]
    return letter.kind == "name" and both in names and letter.text not in names


def refuse_bare(nodes: Iterable[t.Node], latex: str, functions: frozenset[str]) -> None:
    r"""Refuse a function that is called here and printed without its argument there.

    In ``\sigma' = \sigma(1 - \sigma)`` the bracket is no argument but a factor.
    """
    called: set[str] = set()
    bare: dict[str, int] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, t.Call):
            called.add(node.name.key)
        below = list(t.children(node))
        if isinstance(node, t.Call):
            below.remove(node.name)
        if isinstance(node, t.Derivative):
            body = node.body
            while isinstance(body, t.Group):
                body = body.inner
            below = [] if isinstance(body, t.Name) else [node.body]
        elif isinstance(node, t.Name) and (node.base in functions or node.key in functions):
            bare[node.key if node.key in functions else node.base] = node.start
        waiting += below
    for name in sorted(called & set(bare)):
        raise FormulaError(f"{name} stands with and without argument", latex, bare[name])


"""The grammar: sums, products, factors; the constructs come from the base classes."""


def read_relation(c: Cursor) -> t.Node:
    """Read an expression or a chain of comparisons."""
    start = c.start
    sides, operators = [read_expression(c)], []
    while c.peek() in RELATIONS:
        if c.peek() == r"\approx":
            c.fail("how close is that?")
        operators.append(c.take().text)
        sides.append(read_collection(c) if operators[-1] == r"\in" else read_expression(c))
    if not operators:
        return sides[0]
    return t.Relation(tuple(operators), tuple(sides), start=start, end=c.end)


def read_expression(c: Cursor) -> t.Node:
    """Read terms with their signs."""
    start = c.start
    terms: list[tuple[Literal["", "+", "-"], t.Node]] = []
    while True:
        sign: Literal["", "+", "-"] = ""
        if c.skip("-"):
            sign = "-"
        elif c.skip("+"):
            sign = "+"
        terms.append((sign, read_term(c)))
        if c.peek() not in ("+", "-"):
            break
    if len(terms) == 1 and not terms[0][0]:
        return terms[0][1]
    return t.Sum(tuple(terms), start=start, end=c.end)


def read_term(c: Cursor) -> t.Node:
    """Read factors and at most one slash."""
    start = c.start
    factors = [("", read_factor(c))]
    while starts_factor(c) or c.peek() in TIMES:
        operator = c.take().text if c.peek() in TIMES else ""
        place, bracket = c.at, c.peek() == "("
        if not operator and c.kind() == "number":
            c.fail("a number after a factor: a product or a script?")
        factor = read_factor(c)
        last = factors[-1][1]
        if not operator and bracket and isinstance(last, t.Name | t.Derivative):
            require_product(c, last, factor, place)
        if not operator and _mixed(last, factor):
            c.fail("a mixed number or a product? write a sign between", place)
        factors.append((operator, factor))
    node = factors[0][1]
    if len(factors) > 1:
        node = t.Product(tuple(factors), start=start, end=c.end)
    if c.peek() == "/":
        node = read_slash(c, node, start)
    return node


def read_slash(c: Cursor, top: t.Node, start: int) -> t.Node:
    """Read what a slash divides by: one factor."""
    c.take()
    bottom = read_factor(c)
    unsure = isinstance(bottom, t.Big) and not ends_inside(bottom)
    if unsure or starts_factor(c) or c.peek() in TIMES or c.peek() == "/":
        c.fail(r"what does the slash divide by? use \frac or brackets")
    return t.Quotient(top, bottom, True, start=start, end=c.end)


def starts_factor(c: Cursor) -> bool:
    """Say whether a factor begins here, so that two stand side by side."""
    text = c.peek()
    if text in ("|", r"\|"):
        if c.dividing and not c.bars:
            return False
        if c.bars and c.bars[-1] == text:
            return False
        if c.doubtful and c.peek(-1) not in ("|", r"\|"):
            c.fail(r"ambiguous bars: write \lvert … \rvert or \lVert … \rVert")
        return True
    return text in STARTERS or c.kind() in ("name", "number", "word") or c.is_word()


def read_factor(c: Cursor) -> t.Node:
    """Read one factor with its scripts."""
    c.depth += 1
    if c.depth > DEEPEST:
        c.fail(f"more than {DEEPEST} levels deep")
    node = read_scripts(c, read_base(c))
    c.depth -= 1
    return node


def read_base(c: Cursor) -> t.Node:
    """Read what a factor begins with."""
    text, start = c.peek(), c.start
    if c.kind() == "number":
        return t.Number(float(c.take().text), start=start, end=c.end)
    if c.is_indicator():
        return read_indicator(c)
    if c.is_expectation():
        return read_expectation(c)
    if text in FUNCTIONS:
        return read_function(c)
    if text in BIG:
        return read_big(c)
    if text == "[":
        return read_square(c)
    if text == "(":
        return read_single(c)
    if text == "{":
        return read_brace(c)
    if text in BARS:
        return read_bar(c)
    if text in (r"\lfloor", r"\lceil"):
        c.take()
        inner = c.apart(read_expression)
        c.expect(OPENS[text])
        name = "floor" if text == r"\lfloor" else "ceiling"
        return t.Function(name, inner, start=start, end=c.end)
    if text == r"\frac":
        return read_fraction(c)
    if text == r"\sqrt":
        return read_root(c)
    if text == r"\begin{cases}":
        return read_cases(c)
    if text == r"\partial":
        return read_slashed_derivative(c)
    if text == r"\nabla":
        return read_gradient(c)
    if text == r"\underbrace":
        return read_underbrace(c)
    if text == r"\infty":
        c.take()
        return t.Constant("infty", start=start, end=c.end)
    if text.strip() in ("argmax", "argmin"):
        c.fail(f"{text.strip()} is not read: it may have more than one value")
    if c.kind() in ("name", "word") or text in ACCENTS or text in STYLES or c.is_word():
        return read_named(c)
    return c.fail("expected a value" if text else "the formula ends too early")


def read_square(c: Cursor) -> t.Node:
    """Read square brackets: an indicator if they hold a comparison, else a group."""
    start = c.start
    entries = read_bracketed(c)
    if len(entries) > 1:
        c.fail("a list where one value belongs", c.at - 1)
    if isinstance(entries[0], t.Relation):
        return t.Indicator(entries[0], start=start, end=c.end)
    return t.Group(entries[0], "[", start=start, end=c.end)


def read_brace(c: Cursor) -> t.Node:
    """Read braces, which only group."""
    start = c.start
    inner = read_braces(c, read_expression)
    if isinstance(inner, t.Name) and not inner.applied:
        return read_named(c, replace(inner, start=start, end=c.end))
    return t.Group(inner, "{", start=start, end=c.end)


def read_bar(c: Cursor) -> t.Node:
    """Read an absolute value or a norm."""
    start, opening = c.start, c.take().text
    if opening in ("|", r"\|"):
        c.bars.append(opening)
        inner = read_expression(c)
        c.expect(opening)
        c.bars.pop()
        follows = c.peek()
        c.doubtful = c.doubtful or (
            follows not in ("|", r"\|") and (follows in STARTERS or c.kind() == "name")
        )
    else:
        inner = c.apart(read_expression)
        c.expect(BARS[opening])
    if opening in ("|", r"\left|"):
        return t.Absolute(inner, start=start, end=c.end)
    power = None
    if c.peek() == "^":  # both orders are printed: |x|_2^2 and |x|^2_2
        c.take()
        power = read_exponent(c)
    order = read_order_of_norm(c) if c.skip("_") else None
    norm = t.Norm(inner, order, start=start, end=c.end)
    return norm if power is None else t.Power(norm, power, start=start, end=c.end)


def read_order_of_norm(c: Cursor) -> t.Node | Literal["F"]:
    """Read the index of a norm."""
    wrapped = c.peek() == "{" and c.closing(c.at) == c.at + 2
    if c.peek(int(wrapped)) in ("F", " F"):
        c.at += 3 if wrapped else 1
        return "F"
    return read_argument(c)


def read_root(c: Cursor) -> t.Node:
    """Read a root, square or with its degree."""
    start = c.start
    c.take()
    degree: t.Node = t.Number(2.0, start=start, end=start)
    if c.peek() == "[":
        degree = read_single(c)
    inner = read_argument(c)
    one = t.Number(1.0, start=start, end=start)
    exponent = t.Quotient(one, degree, start=start, end=start)
    return t.Power(
        t.Group(inner, "{", start=inner.start, end=inner.end), exponent, start=start, end=c.end
    )


def read_underbrace(c: Cursor) -> t.Node:
    """Read what a brace stands under; what is written below it must be words."""
    start = c.start
    c.take()
    inner = read_braces(c, read_expression)
    if c.skip("_"):
        c.expect("{")
        if c.kind() != "text" or "$" in c.peek():
            c.fail("only words are read below a brace")
        c.take()
        c.expect("}")
    return t.Group(inner, "{", start=start, end=c.end)


def read_bracketed(c: Cursor, *, dividing: bool = False) -> list[t.Node]:
    """Read a bracket with one or more entries, which commas (or dividers) separate."""
    opening = c.take().text

    def entries(c: Cursor) -> list[t.Node]:
        found, bars = [read_relation(c)], 0
        while c.peek() == "," or (dividing and c.peek() in DIVIDERS):
            bars += c.take().text in ("|", r"\|")
            if bars > 1:
                c.fail("ambiguous bars: write \\lvert … \\rvert or \\mid", c.at - 1)
            found.append(read_relation(c))
        c.expect(OPENS[opening])
        return found

    return c.apart(entries, dividing=dividing)


def read_single(c: Cursor) -> t.Group:
    """Read a bracket that holds one expression."""
    start, opening = c.start, c.peek()
    entries = read_bracketed(c)
    if len(entries) > 1:
        c.fail("a list where one value belongs", c.at - 1)
    if isinstance(entries[0], t.Relation):
        c.fail("a comparison where a value belongs: write [a = b]", c.at - 1)
    return t.Group(entries[0], opening, start=start, end=c.end)


def read_braces(c: Cursor, read: Callable[[Cursor], Result]) -> Result:
    """Read something in braces."""
    c.expect("{")
    result = c.apart(read)
    c.expect("}")
    return result


def read_argument(c: Cursor) -> t.Node:
    r"""Read what TeX takes as an argument: a group in braces, or one token."""
    if c.peek() == "{":
        return read_braces(c, read_expression)
    c.split_number()
    if c.kind() not in ("name", "number") and c.peek() not in (
        r"\infty",
        r"\hat",
        r"\bar",
    ):
        c.fail("expected an argument: put it in braces")
    if c.peek() in (r"\hat", r"\bar"):
        c.fail("put the argument in braces")
    place, start, kind = c.at, c.start, c.kind()
    token = c.take()
    if kind == "number":
        return t.Number(float(token.text), start=start, end=c.end)
    if kind == "mark":
        return t.Constant("infty", start=start, end=c.end)
    name = t.Name(plain_word(token.text), start=start, end=c.end)
    settle_style(c, name, place)
    return constant(name)


"""The part of the grammar that reads symbols and scripts."""


def read_symbol(c: Cursor) -> t.Name:
    """Read a symbol without scripts, such as a letter with an accent."""
    start = c.start
    if c.peek() in ACCENTS:
        accent = ACCENTS[c.take().text]
        inner = read_dressed(c, f"an accent ({accent}) over something else than a symbol")
        return replace(inner, base=f"{inner.base}_{accent}", start=start, end=c.end)
    if c.peek() in STYLES:
        style = c.take().text
        inner = read_dressed(c, f"{style} on something else than a symbol")
        return replace(inner, style=style, start=start, end=c.end)
    if c.kind() not in ("name", "word") and not c.is_word():
        c.fail("expected a symbol")
    token = c.take()
    upright = r"\mathrm" if token.kind == "word" and len(token.text) == 1 else ""
    return t.Name(plain_word(token.text), style=upright, start=start, end=c.end)


def read_dressed(c: Cursor, message: str) -> t.Name:
    """Read the symbol that an accent or a style is put on."""
    place = c.at
    inner = read_braces(c, read_variable) if c.peek() == "{" else read_symbol(c)
    if inner.primes:
        c.fail(message, place)
    return inner


def read_variable(c: Cursor) -> t.Name:
    """Read a symbol with what stands below it, and nothing else."""
    name = read_symbol(c)
    return read_below(c, name) if c.peek() == "_" else name


def read_below(c: Cursor, name: t.Name) -> t.Name:
    """Read the subscript of a symbol: words join its name, the rest are indices."""
    place = c.at
    if name.indices:
        c.fail("two subscripts on one symbol")
    c.expect("_")
    words, indices = "", []
    opening = c.at
    if c.peek() == "{":
        last = c.closing(c.at)
        if c.peek(1) in ("(", "[") and matching(c.tokens, c.at + 1) == last - 1:
            c.fail("x_{(i)} is not read: an order statistic, or an index?", c.at + 1)
        c.take()
        while True:
            word = read_word_part(c, last)
            if word:
                words += f"_{word}"
            else:
                indices += c.apart(read_index_part)
            if c.at == last:
                break
            c.expect(",")
        c.take()
    elif c.kind() in ("word", "text") or c.peek() in (r"\max", r"\min"):
        words = "_" + plain_word(c.take().text)
    else:
        c.split_number()
        indices = [read_argument(c)]
    label = subscript_label(c, opening) if indices else ""
    if not words and not indices:
        c.fail("an empty subscript", place)
    return replace(name, base=name.base + words, indices=tuple(indices), label=label, end=c.end)


def read_word_part(c: Cursor, last: int) -> str:
    """Read one entry of a subscript if it is made of words only."""
    place, found = c.at, []
    while place < last and c.tokens[place].text != ",":
        token = c.tokens[place]
        if token.kind not in ("word", "text") and token.text not in (r"\max", r"\min"):
            return ""
        found.append(plain_word(token.text))
        place += 1
    c.at = place
    return "_".join(found)


def read_index_part(c: Cursor) -> list[t.Node]:
    """Read one entry of a subscript; letters side by side are separate indices."""
    place = c.at
    node = read_expression(c)
    if isinstance(node, t.Product) and all(operator == "" for operator, _ in node.factors):
        factors = [factor for _, factor in node.factors]
        if isinstance(factors[0], t.Number) or not all(
            isinstance(factor, t.Name | t.Number) for factor in factors
        ):
            c.fail(r"one index or two? write i,j or 2 \cdot i", place)
        return factors
    if isinstance(node, t.Sum) and any(
        isinstance(part, t.Product)
        and all(operator == "" and isinstance(factor, t.Name) for operator, factor in part.factors)
        for part in t.children(node)
    ):
        c.fail(r"one index or two? write i,j or m \cdot k", place)
    return [node]


def subscript_label(c: Cursor, opening: int) -> str:
    """Return a subscript as a word: what follows the underscore in a symbol's name."""
    parts = [
        "_" if token.text in (",", "-", "/", "_") else token.text.lstrip("\\")
        for token in c.tokens[opening : c.at]
        if token.kind in ("name", "number") or token.text in (",", "-", "/", "_")
    ]
    return re.sub("_+", "_", "".join(parts)).strip("_")


def read_named(c: Cursor, read: t.Name | None = None) -> t.Node:
    """Read a symbol with all its scripts, and its arguments if it is a function.

    ``read`` is the symbol if it is read already, because it stood in braces.
    """
    place, start = c.at, read.start if read else c.start
    name = read or read_symbol(c)
    power: t.Node | None = None
    transposed = False
    while c.peek() in ("_", "^", "'"):
        if c.peek() == "'":
            c.take()
            name = replace(name, primes=name.primes + 1, end=c.end)
        elif c.peek() == "_":
            if c.peek(1) == "+":
                c.fail("a positive part is written [x]_+")
            name = read_below(c, name)
        elif power is not None or transposed:
            c.fail("two superscripts on one symbol")
        else:
            name, power, transposed = read_above(c, name)
    node: t.Node = name
    settle_style(c, name, place)
    called = name.key in c.functions or name.base in c.functions
    if called and c.peek() in ("(", "["):
        if power is not None or transposed:
            c.fail("a power of a function's name: a power or an inverse?", place)
        return read_call(c, name, place)
    if c.peek() in ("(", "[") and power is not None:
        refuse_inverse(c, name, power, place)
    if c.peek() == "[" and power is None and not transposed and holds_indices(c):
        entries = tuple(read_bracketed(c))
        node = name = replace(name, indices=name.indices + entries, applied=True, end=c.end)
        if c.peek() == "^":
            name, power, transposed = read_above(c, name)
    if c.peek() == "(" and power is None and not transposed and not name.indices:
        # Two values in a bracket are no factor.
        node = read_entry(c, name) if holds_symbols(c) or holds_several(c) else name
    if isinstance(node, t.Name):
        node = constant(node)
    if transposed:
        return t.Transpose(node, start=start, end=c.end)
    if power is not None:
        return t.Power(node, power, start=start, end=c.end)
    return node


def holds_indices(c: Cursor) -> bool:
    r"""Say whether the square bracket that comes next holds indices: ``x[i]``, ``x[i, j + 1]``.

    A comparison makes it an indicator, anything else that is computed a factor.
    """
    _, last = c.parts(c.at)
    inside = c.tokens[c.at + 1 : last]
    return bool(inside) and all(
        token.kind in ("name", "number", "word", "text") or token.text in INDEX_MARKS
        for token in inside
    )


def refuse_inverse(c: Cursor, name: t.Name, power: t.Node, place: int) -> None:
    r"""Refuse ``f^{-1}(x)`` and ``f^2(x)``: a power of a number, or a function?"""
    if name.base in CONSTANTS:
        return
    inverse = isinstance(power, t.Sum) and power.terms == (("-", t.Number(1.0, start=0, end=0)),)
    if inverse or (c.peek() == "(" and holds_symbols(c)):
        c.fail(f"a power of {name.key}, or a function applied? use \\cdot or \\frac", place)


def constant(name: t.Name) -> t.Node:
    """Return a constant where a symbol is spelled like one."""
    if name.base in CONSTANTS and not name.indices and not name.primes:
        return t.Constant(CONSTANTS[name.base], start=name.start, end=name.end)
    return name


def settle_style(c: Cursor, name: t.Name, place: int) -> None:
    r"""Refuse ``x`` beside ``\mathbf x``: they would be one symbol here."""
    if c.styles.setdefault(name.base, name.style) != name.style:
        c.fail(f"{name.base} is printed in two styles: one symbol or two?", place)


def read_above(c: Cursor, name: t.Name) -> tuple[t.Name, t.Node | None, bool]:
    """Read a superscript: a mark that belongs to the name, a transposition, or a power."""
    place = c.at
    c.expect("^")
    wrapped = c.peek() == "{" and c.closing(c.at) == c.at + 2
    inside, kind = c.peek(int(wrapped)), c.kind(int(wrapped))
    mark = {r"\star": "star", "*": "star"}.get(inside, "")
    if inside in TRANSPOSES or mark or kind in ("word", "text") or inside == "'":
        c.at += 3 if wrapped else 1
        if inside in TRANSPOSES:
            return name, None, True
        if inside == "'":
            return replace(name, primes=name.primes + 1, end=c.end), None, False
        base = f"{name.base}_{mark or plain_word(inside)}"
        return replace(name, base=base, end=c.end), None, False
    if inside == "T" and name.base != "e":
        c.fail(r"a transposition is written ^\top (T could be an exponent)", place)
    return name, read_exponent(c), False


def read_exponent(c: Cursor) -> t.Node:
    """Read an exponent after its caret."""
    if c.peek() == "{" and c.peek(1) in ("(", "["):
        last = c.closing(c.at)
        inside = c.tokens[c.at + 2 : last - 1]
        whole = matching(c.tokens, c.at + 1) == last - 1
        if whole and not any(token.text in RELATIONS for token in inside):
            c.fail("x^{(i)} and x^{[l]} are not read: write x_i")
    return read_argument(c)


def read_call(c: Cursor, name: t.Name, place: int) -> t.Node:
    """Read the arguments of a function."""
    if name.key in c.functions and name.base in c.functions and name.indices:
        c.fail(f"both {name.base} and {name.key} are functions", place)
    indices = () if name.key in c.functions else name.indices
    if not indices:
        name = replace(name, base=name.key, indices=(), label="")
    else:
        name = replace(name, indices=(), label="")
    arguments: list[t.Node] = []
    if c.peek(1) == OPENS[c.peek()]:
        c.at += 2
    else:
        arguments = read_bracketed(c, dividing=True)
    if any(isinstance(argument, t.Relation) for argument in arguments):
        c.fail("a comparison where an argument belongs", c.at - 1)
    node: t.Node = t.Call(name, tuple(arguments), start=name.start, end=c.end)
    return t.Element(node, indices, start=name.start, end=c.end) if indices else node


def holds_symbols(c: Cursor) -> bool:
    """Say whether the bracket that comes next holds symbols only, so that it names an entry."""
    parts, _ = c.parts(c.at)
    return all(begin < end and c.after_symbol(begin) == end for begin, end in parts)


def holds_several(c: Cursor) -> bool:
    """Say whether the bracket that comes next holds several values."""
    inside = c.tokens[c.at + 1 : matching(c.tokens, c.at)]
    return any(mark == "," for mark, _ in split(inside, frozenset([","])))


def read_entry(c: Cursor, name: t.Name) -> t.Name:
    """Read ``p(x)`` where ``p`` is no function: an entry of an array, never a product."""
    entries = read_bracketed(c, dividing=True)
    return replace(name, indices=tuple(entries), applied=True, end=c.end)


def require_product(c: Cursor, before: t.Name | t.Derivative, factor: t.Node, place: int) -> None:
    """Refuse ``f(2 x)`` where ``f`` is no function and a product would be printed without."""
    bracket = next(node for node in t.walk(factor) if isinstance(node, t.Group))
    inner = bracket.inner
    lone_sign = isinstance(inner, t.Sum) and len(inner.terms) == 1
    product = isinstance(inner, t.Sum | t.Quotient) and not lone_sign
    if not product or (isinstance(inner, t.Quotient) and not inner.slash):
        name = before.key if isinstance(before, t.Name) else "the derivative"
        c.fail(f"{name}(…) could be a function or a product", place)


def read_scripts(c: Cursor, node: t.Node) -> t.Node:
    """Read what stands below and above something that is not a symbol."""
    start = node.start
    while c.peek() in ("_", "^", "'"):
        if c.peek() == "_" and c.peek(1) == "+":
            if not isinstance(node, t.Group) or node.bracket not in ("(", "["):
                c.fail("a positive part is written [x]_+")
            c.at += 2
            node = t.Function("positive part", node, start=start, end=c.end)
        elif c.peek() == "_" and isinstance(node, t.Group | t.Call):
            entry = read_below(c, t.Name("entry", start=start, end=c.end))
            if not entry.indices or entry.base != "entry":
                c.fail("expected an index")
            node = t.Element(node, entry.indices, start=start, end=c.end)
        elif c.peek() == "^" and _takes_power(node):
            carrier = t.Name("e" if isinstance(node, t.Number) else "", start=start, end=start)
            _, power, transposed = read_above(c, carrier)
            if transposed:
                node = t.Transpose(node, start=start, end=c.end)
            elif power is None:
                c.fail("this superscript belongs on a symbol", c.at - 1)
            else:
                node = t.Power(node, power, start=start, end=c.end)
        else:
            c.fail("what does this script belong to? use brackets")
    return node


"""The part of the grammar that reads compounds."""


def read_fraction(c: Cursor) -> t.Node:
    r"""Read ``\frac``, which may be a derivative."""
    start = c.start
    c.expect(r"\frac")
    marker = c.differential(0)
    if marker and c.differential(c.closing(c.at) + 1 - c.at) == marker:
        return read_derivative(c, start, marker)
    top = read_argument(c)
    bottom = read_argument(c)
    return t.Quotient(top, bottom, start=start, end=c.end)


def read_derivative(c: Cursor, start: int, marker: str) -> t.Node:
    r"""Read ``{\partial L}{\partial x}`` after ``\frac``, or the operator without ``L``."""
    place = c.at
    c.take()
    order = read_order(c, marker)
    operand = None if c.peek() == "}" else c.apart(read_term)
    c.expect("}")
    c.expect("{")
    variables: list[t.Name] = []
    while c.peek() != "}":
        c.expect(marker)
        variable = read_variable(c)
        settle_style(c, variable, c.at - 1)
        times = 1
        if c.skip("^"):
            times = read_count(c)
        variables += [variable] * times
    c.expect("}")
    if len(variables) != order or order > 2:
        c.fail("a derivative of first or second order is read", place)
    if operand is None:
        operand = read_operand(c, "a derivative")
    for variable in reversed(variables):
        operand = t.Derivative(operand, variable, marker == "d", start=start, end=c.end)
    return operand


def read_order(c: Cursor, marker: str) -> int:
    """Read the sign of a derivative with its order."""
    c.expect(marker)
    return read_count(c) if c.skip("^") else 1


def read_count(c: Cursor) -> int:
    """Read a small whole number, in braces or not."""
    node = read_argument(c)
    if not isinstance(node, t.Number) or node.value not in (1, 2):
        c.fail("expected 1 or 2", c.at - 1)
    return int(node.value)


def read_operand(c: Cursor, what: str) -> t.Node:
    """Read the one factor that an operator applies to; only a square bracket ends it surely."""
    opening = c.peek()
    node = read_factor(c)
    goes_on = starts_factor(c) or c.peek() in TIMES or c.peek() == "/"
    if goes_on and opening != "[":
        c.fail(f"where does {what} end? put its operand in [ ]")
    return node


def read_slashed_derivative(c: Cursor) -> t.Node:
    r"""Read ``\partial L / \partial x``."""
    start = c.start
    c.take()
    body = read_factor(c)
    c.expect("/")
    c.expect(r"\partial")
    variable = read_variable(c)
    return t.Derivative(body, variable, start=start, end=c.end)


def read_gradient(c: Cursor) -> t.Node:
    r"""Read ``\nabla_x L``."""
    start = c.start
    c.take()
    c.expect("_")
    variable = read_braces(c, read_variable) if c.peek() == "{" else read_symbol(c)
    settle_style(c, variable, c.at - 1)
    body = read_operand(c, "the gradient")
    return t.Derivative(body, variable, start=start, end=c.end)


def read_function(c: Cursor) -> t.Node:
    """Read a function that every reader knows, with its base, power and argument."""
    place, start = c.at, c.start
    name = FUNCTIONS[c.take_text()]
    base = power = None
    if name == "log" and c.skip("_"):
        base = read_argument(c)
    if c.skip("^"):
        power = read_argument(c)
        whole = isinstance(power, t.Number) and power.value == int(power.value) >= 2
        if name not in SQUARABLE or not whole:
            c.fail(f"{name} with a superscript: a power, an inverse or twice? use brackets", place)
    closed = c.peek() in ("(", "[", r"\{")
    if closed:
        argument: t.Node = read_single(c)
        if c.peek() in ("^", "_"):
            c.fail(f"{name}(…) with a script: what does it belong to? use brackets")
        if c.peek() in ("(", "["):
            c.fail(f"where does the argument of {name} end? use \\cdot or brackets")
    else:
        argument = read_bare_argument(c, name, place)
    node: t.Node = t.Function(name, argument, base, closed, start=start, end=c.end)
    if power is not None:
        node = t.Power(node, power, start=start, end=c.end)
    return node


def read_bare_argument(c: Cursor, name: str, place: int) -> t.Node:
    r"""Read an argument without brackets: one factor, or a coefficient and a symbol."""
    if c.peek() in FUNCTIONS and c.kind() == "word" and name == "sign":
        c.fail("put the argument in brackets")
    braced = c.peek() == "{"
    first = read_factor(c)
    if braced and isinstance(first, t.Power) and isinstance(first.base, t.Group):
        c.fail(f"{name}(…) with a script: what does it belong to? use brackets", place)
    if isinstance(first, t.Big) and not ends_inside(first):
        c.fail(f"where does the argument of {name} end? use brackets", place)
    coefficient = isinstance(first, t.Number) or (
        isinstance(first, t.Name) and len(first.base) == 1 and not first.indices
    )
    if name in SQUARABLE and coefficient and c.kind() == "name":
        second = read_factor(c)
        angle = isinstance(second, t.Name) and (len(second.base) > 1 or isinstance(first, t.Number))
        if not angle:
            c.fail(f"where does the argument of {name} end? use brackets", place)
        factors = (("", first), ("", second))
        first = t.Product(factors, start=first.start, end=c.end)
    ends = not starts_factor(c) or c.peek() in FUNCTIONS
    times = c.peek() in (r"\cdot", r"\times", r"\odot", "*")
    if c.peek() == "/" or not ends or (times and c.peek(1) not in FUNCTIONS):
        c.fail(f"where does the argument of {name} end? use brackets")
    return first


def read_big(c: Cursor) -> t.Node:
    """Read a sum, product, maximum or minimum over an index, or ``max(a, b)``."""
    place, start = c.at, c.start
    name = BIG[c.take_text()]
    high: t.Node | None = None
    clauses: list[t.Node] | None = None
    while c.peek() in ("_", "^"):
        if c.take().text == "^":
            if high is not None:
                c.fail("two upper bounds", c.at - 1)
            high = read_argument(c)
        elif clauses is not None:
            c.fail("two lower bounds", c.at - 1)
        else:
            clauses = read_clauses(c)
    if clauses is None:
        if name in ("max", "min") and high is None:
            return read_extremum(c, name, start)
        c.fail(f"{name} without an index", place)
    clauses, low, domain = read_bounds(c, clauses, place)
    indices, conditions = read_indices(c, clauses, place)
    starts = any(
        part.operators == ("=",) and isinstance(part.sides[0], t.Name) for part in conditions
    )
    if (len(indices) > 1 and (low or domain or conditions)) or (low and starts):
        c.fail("one sum for each index that has a bound", place)
    if (low is None) != (high is None) and domain is None:
        c.fail(f"{name} with one bound only", place)
    if domain is not None and high is not None:
        c.fail(f"{name} with a set and an upper bound", place)
    if c.peek() == r"\{" and name in ("max", "min"):
        body: t.Node = read_single(c)
        if starts_factor(c):
            c.fail(f"where does the {name} end? use brackets")
    else:
        begin = c.start
        negative = c.skip("-")
        body = read_term(c)
        if negative:
            body = t.Sum((("-", body),), start=begin, end=c.end)
    for index in reversed(indices):
        partner = "" if low or domain else partner_of(index, conditions, body)
        node = t.Big(
            name, index, low, high, domain, conditions, body, partner, start=start, end=c.end
        )
        if mentions_bound(body, index):
            c.fail(f"the index {index} is used twice, one inside the other", place)
        body, conditions = node, ()
    if name != "sum" and isinstance(node, t.Big) and not ends_inside(node):
        c.fail(f"where does the {name} end? use brackets", place)
    return node


def partner_of(index: str, conditions: tuple[t.Relation, ...], body: t.Node) -> str:
    r"""Return ``j`` of ``\sum_{i \ne j} A_{ij}``: is it a sum over i, or over both?"""
    for condition in conditions:
        sides = [side.base for side in condition.sides if isinstance(side, t.Name)]
        for other in set(sides) - {index}:
            for node in t.walk(body):
                below = {
                    part.base for part in getattr(node, "indices", ()) if isinstance(part, t.Name)
                }
                if {index, other} <= below:
                    return other
    return ""


def read_clauses(c: Cursor) -> list[t.Node]:
    """Read what stands below a sum."""
    if c.peek() != "{":
        return [read_argument(c)]

    def read(c: Cursor) -> list[t.Node]:
        found = [read_relation(c)]
        while c.peek() in (",", ":", r"\mid", r"\\"):
            c.take()
            if c.skip(r"\dots"):
                found = [read_run(c, found)]
            else:
                found.append(read_relation(c))
        return found

    def substack(c: Cursor) -> list[t.Node]:
        c.take()
        return read_braces(c, read)

    return read_braces(c, substack if c.peek(1) == r"\substack" else read)


def read_run(c: Cursor, before: list[t.Node]) -> t.Relation:
    r"""Read the end of ``m = 0, \dots, K - 1``, a set like any other."""
    c.expect(",")
    first, last = before[-1], read_expression(c)
    if len(before) > 1 or not isinstance(first, t.Relation) or first.operators != ("=",):
        c.fail(r"a run is written j = 1, \dots, C", c.at - 1)
    index, low = first.sides
    run = t.Collection((low, last), run=True, start=low.start, end=c.end)
    return t.Relation((r"\in",), (index, run), start=first.start, end=c.end)


def read_bounds(
    c: Cursor, clauses: list[t.Node], place: int
) -> tuple[list[t.Node], t.Node | None, t.Node | None]:
    """Split off the lower bound or the set; what stays is indices and conditions."""
    first = clauses[0]
    if not isinstance(first, t.Relation):
        return clauses, None, None
    head, operator = first.sides[0], first.operators[0]
    if len(first.operators) == 1 and operator == "=":
        return [head, *clauses[1:]], first.sides[1], None
    if len(first.operators) == 1 and operator == r"\in":
        return [head, *clauses[1:]], None, first.sides[1]
    if len(first.operators) > 1 or operator != r"\neq":
        c.fail("this range is not read: write j = 1 and an upper bound", place)
    return [head, *clauses], None, None


def read_indices(
    c: Cursor, clauses: list[t.Node], place: int
) -> tuple[list[str], tuple[t.Relation, ...]]:
    """Split what stands below a sum into indices and conditions."""
    names = [clause for clause in clauses if isinstance(clause, t.Name)]
    conditions = [clause for clause in clauses if isinstance(clause, t.Relation)]
    if not names or [*names, *conditions] != clauses:
        c.fail("what stands below is not read: an index, its bound, conditions", place)
    if any(name.indices or name.primes for name in names):
        c.fail("an index is a plain letter", place)
    return [name.base for name in names], tuple(conditions)


def read_extremum(c: Cursor, name: Literal["max", "min"], start: int) -> t.Node:
    """Read ``max(a, b)`` and ``max{a, b}``."""
    if c.peek() not in ("(", r"\{", "["):
        c.fail(f"{name} needs brackets or an index")
    arguments = read_bracketed(c)
    if any(isinstance(argument, t.Relation) for argument in arguments):
        c.fail("a comparison where a value belongs", c.at - 1)
    return t.Extremum(name, tuple(arguments), start=start, end=c.end)


def read_collection(c: Cursor) -> t.Node:
    r"""Read the set after ``\in``."""
    if c.peek() != r"\{":
        return read_expression(c)
    start = c.start

    def items(c: Cursor) -> list[t.Node]:
        found = [read_expression(c)]
        while c.skip(","):
            if c.skip(r"\dots"):
                c.expect(",")
                run_items.append(len(found))
            found.append(read_expression(c))
        return found

    run_items: list[int] = []
    c.take()
    found = c.apart(items)
    c.expect(r"\}")
    run = bool(run_items)
    if run and (run_items != [len(found) - 1] or len(found) > 3):
        c.fail(r"a run is written \{1, \dots, C\}", c.at - 1)
    return t.Collection(tuple(found), run, start=start, end=c.end)


def read_indicator(c: Cursor) -> t.Node:
    r"""Read ``\mathbf{1}[a = b]`` and its spellings."""
    start = c.start
    c.take()
    c.at += 3 if c.peek() == "{" else 1
    if c.skip("_"):
        found = read_braces(
            c, lambda c: read_bracketed(c)[0] if c.peek() == r"\{" else read_relation(c)
        )
    elif c.peek() in ("[", "(", r"\{"):
        entries = read_bracketed(c)
        found = entries[0] if len(entries) == 1 else entries[1]
        if len(entries) > 1:
            c.fail("one comparison in an indicator", c.at - 1)
    else:
        c.fail("an indicator needs its condition in brackets")
    if not isinstance(found, t.Relation):
        c.fail("an indicator without a comparison", c.at - 1)
    return t.Indicator(found, start=start, end=c.end)


def read_expectation(c: Cursor) -> t.Node:
    r"""Read ``\mathbb{E}_{x \sim p}[f(x)]``."""
    start = c.start
    c.at += 1 if c.peek() == " E" else (4 if c.peek(1) == "{" else 2)
    if c.peek() != "_" or c.peek(1) != "{":
        c.fail(r"an expectation names its distribution: \mathbb{E}_{x \sim p}[…]")
    c.take()

    def under(c: Cursor) -> tuple[t.Name, t.Node]:
        index = read_variable(c)
        c.expect(r"\sim")
        return index, read_expression(c)

    index, distribution = read_braces(c, under)
    if index.indices or c.peek() not in ("[", "(", r"\{"):
        c.fail("an expectation puts what it averages in brackets")
    body = read_single(c)
    return t.Expectation(index.base, distribution, body, start=start, end=c.end)


def read_cases(c: Cursor) -> t.Node:
    """Read the rows of a ``cases`` block."""
    start = c.start
    c.take()
    rows: list[tuple[t.Node, tuple[t.Relation, ...] | None]] = []
    while True:
        value = c.apart(read_expression)
        c.skip(",")
        while c.skip(r"\quad"):
            pass
        c.expect("&")
        while c.skip(r"\quad"):
            pass
        rows.append((value, read_condition(c)))
        if c.peek() in (".", ",", ";"):
            c.take()
        if not c.skip(r"\\") or c.peek() == r"\end{cases}":
            break
    c.expect(r"\end{cases}")
    if any(conditions is None for _, conditions in rows[:-1]):
        c.fail("otherwise stands before another case", c.at - 1)
    return t.Cases(tuple(rows), start=start, end=c.end)


def read_condition(c: Cursor) -> tuple[t.Relation, ...] | None:
    """Read a condition of one case: comparisons, or the word otherwise."""
    found: list[t.Relation] = []
    while True:
        if c.kind() == "text":
            word = " " + c.peek().strip().rstrip(".,:;").lower()
            if word in OTHERWISE and not found:
                c.take()
                return None
            if word not in MEANS:
                c.fail("this word in a condition is not read")
            c.take()
        entry = read_relation(c)
        if not isinstance(entry, t.Relation):
            c.fail("a condition without a comparison", c.at - 1)
        found.append(entry)
        comma = c.peek() == "," and c.peek(1) not in (r"\\", r"\end{cases}")
        if not (comma or c.peek().strip() == "and"):
            return tuple(found)
        if comma:
            c.take()


def ends_inside(node: t.Big) -> bool:
    """Say whether the last factor below a sum belongs to it for sure: it carries the index."""
    body = node.body
    if isinstance(body, t.Quotient) and body.slash:
        return False
    if isinstance(body, t.Product):
        return t.mentions(body.factors[-1][1], node.index)
    if isinstance(body, t.Big):
        return ends_inside(body)
    return True


def mentions_bound(node: t.Node, index: str) -> bool:
    """Say whether an index is bound again somewhere below."""
    return any(
        isinstance(part, t.Big | t.Expectation) and part.index == index for part in t.walk(node)
    )


def _takes_power(node: t.Node) -> bool:
    if isinstance(node, t.Function):
        return node.name in ("floor", "ceiling", "positive part")
    return isinstance(
        node,
        t.Group | t.Absolute | t.Norm | t.Extremum | t.Call | t.Element | t.Indicator | t.Number,
    )


def _mixed(first: t.Node, second: t.Node) -> bool:
    return (
        isinstance(first, t.Number)
        and isinstance(second, t.Quotient)
        and isinstance(second.top, t.Number)
        and isinstance(second.bottom, t.Number)
    )
