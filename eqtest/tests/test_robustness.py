"""Random formulas are read back to their value; random tokens raise nothing but FormulaError."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from eqtest.tokens import words
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eqtest import FormulaError, check, equations_in, evaluate

SYMBOLS = {"a": 1.5, "b": -0.7, "x": 2.25, "theta": 0.4, "y_hat": 0.6}
VECTORS = {"z": [0.5, -1.25, 2.0], "N": 3.0}
NAMES = {"a": "a", "b": "b", "x": "x", "theta": r"\theta", "y_hat": r"\hat y"}
FUNCTIONS = {"exp": math.exp, "cos": math.cos, "sin": math.sin, "tanh": math.tanh}


@dataclass(frozen=True)
class Tree:
    """A formula: an operator, or a leaf with its value and print."""

    operator: str
    parts: tuple[Tree, ...] = ()
    leaf: str | float = 0.0


leaves = st.one_of(
    st.sampled_from(sorted(SYMBOLS)).map(lambda name: Tree("name", leaf=name)),
    st.integers(0, 20).map(lambda number: Tree("number", leaf=float(number))),
    st.integers(1, 3).map(lambda index: Tree("entry", leaf=float(index))),
)


def branches(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.builds(Tree, st.sampled_from(["+", "-", "*", "/", "max", "cases"]), pairs),
        st.builds(
            Tree, st.sampled_from(["negative", "abs", "square", *FUNCTIONS]), st.tuples(inner)
        ),
        st.builds(Tree, st.just("sum"), st.tuples(inner)),
    )


trees = st.recursive(leaves, branches, max_leaves=12)


def compute(tree: Tree) -> float:
    values = [compute(part) for part in tree.parts]
    match tree.operator:
        case "name":
            return SYMBOLS[str(tree.leaf)]
        case "number":
            return float(tree.leaf)
        case "entry":
            return VECTORS["z"][int(tree.leaf) - 1]
        case "+":
            return values[0] + values[1]
        case "-":
            return values[0] - values[1]
        case "*":
            return values[0] * values[1]
        case "/":
            return values[0] / values[1]
        case "max":
            return max(values)
        case "cases":
            return values[0] if SYMBOLS["a"] > values[1] else values[1]
        case "negative":
            return -values[0]
        case "abs":
            return abs(values[0])
        case "square":
            return values[0] ** 2
        case "sum":
            return sum(values[0] * entry for entry in VECTORS["z"])
        case name:
            return FUNCTIONS[name](values[0])


class Printer:
    """Prints a tree as LaTeX; each choice of style is drawn."""

    def __init__(self, choose: st.DataObject) -> None:
        self.choose = choose
        self.sums = 0

    def one_of(self, *styles: str) -> str:
        return self.choose.draw(st.sampled_from(styles))

    def bracket(self, inside: str) -> str:
        styles = (
            "({})",
            r"\left({}\right)",
            r"\bigl( {} \bigr)",
            r"\left[ {} \right]",
            "[{}]",
            "({{{}}})",
        )
        return self.one_of(*styles).format(inside)

    def atom(self, tree: Tree) -> str:
        """Print a tree so that it can stand beside anything."""
        if tree.operator in ("name", "number", "entry", "max", "abs"):
            return self.whole(tree)
        return self.bracket(self.whole(tree))

    def whole(self, tree: Tree) -> str:
        parts = tree.parts
        match tree.operator:
            case "name":
                return self.one_of("{}", "{{{}}}").format(NAMES[str(tree.leaf)])
            case "number":
                return f"{tree.leaf:g}"
            case "entry":
                return self.one_of("z_{:g}", "z_{{{:g}}}", "{{z}}_{:g}").format(tree.leaf)
            case "+" | "-":
                left = self.whole(parts[0]) if self.loose(parts[0]) else self.atom(parts[0])
                return f"{left} {tree.operator} {self.term(parts[1])}"
            case "*":
                sign = self.one_of(r" \cdot ", r" \times ", r"\,\cdot\,", " * ")
                return f"{self.atom(parts[0])}{sign}{self.atom(parts[1])}"
            case "/":
                style = self.one_of(r"\frac", r"\dfrac", r"\tfrac", "/")
                if style == "/":
                    return f"{self.atom(parts[0])} / {self.atom(parts[1])}"
                return f"{style}{{{self.whole(parts[0])}}}{{{self.whole(parts[1])}}}"
            case "max":
                style = self.one_of(
                    r"\max({}, {})", r"\max\{{{}, {}\}}", r"\max\left( {},\; {} \right)"
                )
                return style.format(self.whole(parts[0]), self.whole(parts[1]))
            case "cases":
                first, second = self.whole(parts[0]), self.whole(parts[1])
                return (
                    rf"\begin{{cases}} {first} & \text{{if }} a > {second}, \\"
                    rf" {second} & \text{{otherwise.}} \end{{cases}}"
                )
            case "negative":
                return f"-{self.term(parts[0])}"
            case "abs":
                style = self.one_of(r"\left|{}\right|", r"\lvert {} \rvert", r"\bigl| {} \bigr|")
                return style.format(self.whole(parts[0]))
            case "square":
                return self.one_of("{}^2", "{}^{{2}}").format(self.bracket(self.whole(parts[0])))
            case "sum":
                self.sums += 1
                index = "ijklmnpqrstuv"[self.sums % 13]
                low, high = rf"\sum_{{{index}=1}}", rf"\sum_{index}"
                domain = rf"\sum_{{{index} \in \{{1, 2, 3\}}}}"
                style = self.one_of(low + "^{N}", low + "^3", high, domain)
                return rf"{style} {self.bracket(self.whole(parts[0]))} \cdot z_{index}"
            case name:
                styles = [f"\\{name}"]
                styles += [rf"\operatorname{{{name}}}"] if name in ("exp", "tanh") else []
                bracket = self.one_of("({})", r"\left({}\right)", "[{}]")
                return self.one_of(*styles) + bracket.format(self.whole(parts[0]))

    def loose(self, tree: Tree) -> bool:
        return tree.operator not in ("cases", "sum")

    def term(self, tree: Tree) -> str:
        """Print a tree so that it can follow a sign."""
        if tree.operator in ("*", "/", "square", *FUNCTIONS):
            return self.whole(tree)
        return self.atom(tree)


@settings(max_examples=200, deadline=None)
@given(trees, st.data())
def test_a_printed_tree_is_read_back_to_its_value(tree: Tree, data: st.DataObject):
    try:
        expected = compute(tree)
    except (ZeroDivisionError, OverflowError):
        return
    if not math.isfinite(expected):
        return
    latex = Printer(data).whole(tree)
    found = evaluate(latex, {**SYMBOLS, **VECTORS})
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), latex


JUXTAPOSED = st.lists(
    st.sampled_from(["a", "b", "x", r"\theta", r"\hat y", "(a + b)", r"\frac{a}{x}", "z_2", "x^2"]),
    min_size=1,
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(JUXTAPOSED, st.sampled_from([" ", r"\,", r"\cdot ", r"\; "]))
def test_factors_side_by_side(factors: list[str], between: str):
    values = {factor: evaluate(factor, {**SYMBOLS, **VECTORS}) for factor in factors}
    latex = between.join(factors)
    found = evaluate(latex, {**SYMBOLS, **VECTORS})
    assert found == pytest.approx(math.prod(values[factor] for factor in factors))


TOKENS = words(
    r"""a b x f z \theta \hat \mathbf \sigma 0 1 2 12 1.5 + - * / = < > \le \ne \in ( ) [ ] { }
    \{ \} | \| \left( \right) \left| \right| \bigl| \bigr| \lfloor \rfloor _ ^ , ; : . & \\ ' !
    \frac \sqrt \sum \prod \max \min \log \exp \cos \partial \nabla \cdot \times \top \infty
    \begin{cases} \end{cases} \begin{aligned} \end{aligned} \text{if} \text{ otherwise}
    \text{where} \quad \mathbb \mathbb{E} \mathbf{1} \sim \dots \foo \underbrace \overset
    \operatorname{sign} \mathrm d e \pi _{ ^{ _{i=1} ^{N} _i {cases} \begin \end \text \left
    \right \not \tag % ~ é __class__ $ # @ \substack \mid \operatorname \mathbb{R}"""
)
SOUP = st.lists(st.sampled_from(sorted(TOKENS)), max_size=25)


@settings(max_examples=400, deadline=2000)
@given(SOUP, st.sampled_from(["", " "]))
@example([r"\left"], "")
@example(["x", "_"], "")
@example([r"\frac", "1.5"], " ")
@example([r"\begin{cases}"], "")
@example([r"\overset"], "")
@example([r"\nabla", "_"], "")
def test_token_soup_raises_nothing_else(tokens: list[str], between: str):
    latex = between.join(tokens)
    symbols = {**SYMBOLS, **VECTORS, "f": math.exp, "sigma": 2.0}
    with pytest.raises(FormulaError) if latex == "" else _only_formula_errors():
        evaluate(latex, symbols)
    with _only_formula_errors():
        evaluate("g(a)", {"a": 1.0}, definitions=[latex])
    with _only_formula_errors():
        check(latex, draw=lambda rng: {"a": rng.normal(), "b": rng.normal()}, points=2)


@settings(max_examples=100, deadline=2000)
@given(st.text(max_size=60))
def test_any_text_raises_nothing_else(text: str):
    with _only_formula_errors():
        evaluate(text, SYMBOLS)
    with _only_formula_errors():
        equations_in(text)


class _only_formula_errors:  # noqa: N801
    """A context in which a failed reading or comparison is fine and anything else is not."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, FormulaError | AssertionError)
