"""What a printed expression means, and what has no certain meaning."""

import math

import numpy as np
import pytest
from eqtest.cursor import DEEPEST
from eqtest.grammar import parse
from eqtest.tokens import LONGEST, expand, tokenize
from eqtest.tree import Product, Quotient, Sum

from eqtest import FormulaError, evaluate

A, B, C, X, Y = 3.0, 5.0, 7.0, 0.3, 0.8
Z = np.array([1.0, -2.0, 0.5])
W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
SYMBOLS = {"a": A, "b": B, "c": C, "x": X, "y": Y, "z": Z, "W": W, "k": 2, "m": 2.0, "theta": X}
SYMBOLS |= {"f": lambda t: 10 * t, "N": 3, "lambda_": 2.0, "y_hat": 0.25, "x_true": 9.0}

READINGS = {
    # the precedence table, from the loosest to the tightest
    "a - b - c": A - B - C,
    "a - b + c": A - B + C,
    "a + b c": A + B * C,
    r"a b \cdot c": A * B * C,
    "a b / c": A * B / C,
    "-a^2": -(A**2),
    "(-a)^2": A**2,
    "2a^2": 2 * A**2,
    "-a b": -A * B,
    r"\log x + 1": math.log(X) + 1,
    r"\log x^2": math.log(X**2),
    r"2 \log x": 2 * math.log(X),
    r"\log x \log y": math.log(X) * math.log(Y),
    r"\cos m\theta - 1": math.cos(2 * X) - 1,
    r"\cos 2\theta": math.cos(2 * X),
    r"\cos^2 x": math.cos(X) ** 2,
    r"\sin x \cos y": math.sin(X) * math.cos(Y),
    r"\sum_k z_k + 1": -0.5 + 1,
    r"2 \sum_k z_k \cdot 3": 2 * -0.5 * 3,
    r"\sum_{i=1}^{3} i b": 6 * B,
    r"\sum_k -z_k": 0.5,
    r"\log \sum_k e^{z_k} - 1": math.log(np.exp(Z).sum()) - 1,
    r"\max_k z_k - 1": 0.0,
    r"a f(b) c": A * 10 * B * C,
    "f(b)^2": (10 * B) ** 2,
    "a (b - c)": A * (B - C),
    "a^{b} c": A**B * C,
    "a^2 b": A**2 * B,
    # numbers, fractions, roots
    r"\frac12 a": A / 2,
    r"\frac1a": 1 / A,
    r"\dfrac{a}{b}": A / B,
    r"\tfrac{1}{2}": 0.5,
    r"1.5 a": 4.5,
    r"\sqrt2 a": math.sqrt(2) * A,
    r"\sqrt[3]{a}": A ** (1 / 3),
    r"\frac{a}{b}\frac{b}{c}": A / C,
    r"a / (b c)": A / (B * C),
    # bars, norms, floors
    "|x - y|": Y - X,
    "|x||y|": X * Y,
    "a|x - y|": A * (Y - X),
    "||x| - |y||": Y - X,
    r"\left|x - y\right|": Y - X,
    r"\bigl|x\bigr| - \bigl|y\bigr|": X - Y,
    r"\lvert x \rvert y \lvert x \rvert": X * Y * X,
    r"\|z\|": np.linalg.norm(Z),
    r"\|z\|_1": 3.5,
    r"\|z\|_2^2": Z @ Z,
    r"\|z\|_\infty": 2.0,
    r"\|z\|^2_2": Z @ Z,
    r"\lVert z \rVert^{2}_{1}": 3.5**2,
    r"a / \sum_k z_k": -2 * A,
    r"\|z\|_{k}": np.linalg.norm(Z),
    r"\lambda\|z\|_1 + a\|z\|_2^2": 7 + A * (Z @ Z),
    r"\|z\| \|z\| \cos\theta": Z @ Z * math.cos(X),
    r"\|W\|_F^2": 91.0,
    r"\lfloor \frac{a}{2} \rfloor": 1.0,
    r"\left\lceil a / 2 \right\rceil": 2.0,
    r"[x - y]_+": 0.0,
    r"(y - x)_+": Y - X,
    # comparisons
    "[k = 2]": 1.0,
    "a[k = 1] + b[k = 2]": B,
    r"[0 < x \le 1]": 1.0,
    r"\mathbf{1}[x < y]": 1.0,
    r"\mathbf 1\{x > y\}": 0.0,
    r"\mathbb{1}_{\{x < y\}}": 1.0,
    r"\mathbb{1}_{x < y}": 1.0,
    r"\mathbb{I}(k = 2)": 1.0,
    r"1 - [k \not= 2]": 1.0,
    r"[k \in \{1, 3\}]": 0.0,
    r"[k \in \{1, \dots, N\}]": 1.0,
    r"\begin{cases} a & \text{if } x > y \\ b & \text{otherwise} \end{cases}": B,
    r"\begin{cases} a, & x \le y, \\ b, & x > y. \end{cases}": A,
    r"\begin{cases} a & \text{if } x < y \text{ and } y < 1 \\ b & \text{else} \end{cases}": A,
    # sums, products, extremes, expectations
    r"\sum_{i=1}^{N} z_i": -0.5,
    r"\sum_{i=1}^N z_i": -0.5,
    r"\sum\nolimits^{N}_{i=1} z_i": -0.5,
    r"\sum_{j \ne k} z_j": 1.5,
    r"\sum_{j \neq k} z_j^2": 1.25,
    r"\sum_{j=1, j \ne k}^{N} z_j": 1.5,
    r"\sum_{\substack{j=1 \\ j \ne k}}^{N} z_j": 1.5,
    r"\sum_{j : j \ne k} z_j": 1.5,
    r"\sum_{i, j} W_{ij}": 21.0,
    r"\sum_{i} \sum_{j} W_{ij} z_j": (W @ Z).sum(),
    r"\sum_{s \in \{-1, +1\}} s^2": 2.0,
    r"\sum_{i \in \{1, \dots, N\}} i": 6.0,
    r"\prod_{i=1}^{N} z_i": -1.0,
    r"\max_{j \ne k} z_j": 1.0,
    r"\min_j z_j": -2.0,
    r"\max(0, x - y)": 0.0,
    r"\max\{x, y, 0.1\}^2": Y**2,
    r"\operatorname{max}(x, y)": Y,
    r"\max(z)": 1.0,
    # vectors
    r"z^\top z": Z @ Z,
    r"z \cdot z": Z @ Z,
    r"W_2^\top z": W[1] @ Z,
    r"W_{1, 3}": 3.0,
    r"\|W z\|_2": np.linalg.norm(W @ Z),
    r"\|W^{\top} W z\|_1": np.abs(W.T @ W @ Z).sum(),
    r"z^{\mathsf T} z": Z @ Z,
    # names
    r"\hat y": 0.25,
    r"\widehat{y}": 0.25,
    r"x_{\text{true}}": 9.0,
    r"x_{\mathrm{true}}": 9.0,
    r"\mathbf{x}": X,
    r"\operatorname{sign}(x - y)": -1.0,
    r"e^{-\lambda}": math.exp(-2),
    r"\mathrm{e}^{x}": math.exp(X),
    r"\pi": math.pi,
    r"\log_2 a": math.log2(A),
    r"\log_{b} a": math.log(A) / math.log(B),
    r"\ln a": math.log(A),
    r"\underbrace{a + b}_{\text{the sum}} c": (A + B) * C,
    "a % a comment\n + b": A + B,
    "z_{k}": -2.0,
    "z_{k + 1}": 0.5,
    # derivatives
    r"\frac{\partial}{\partial x}[x^2]": 2 * X,
    r"\frac{d}{dx}[a x]": A,
    r"\frac{\mathrm{d}}{\mathrm{d}x} \log x": 1 / X,
    r"\frac{\partial^2}{\partial x^2}[x^3]": 6 * X,
    r"\frac{\partial^2}{\partial x \partial y}[x y]": 1.0,
    r"\partial f(x) / \partial x": 10.0,
    r"f'(x)": 10.0,
    r"\frac{\partial}{\partial z_k}[\sum_j z_j^2]": -4.0,
}


@pytest.mark.parametrize("latex", READINGS)
def test_reading(latex: str):
    expected = READINGS[latex]
    tolerance = 1e-7 if "partial" in latex or "d}" in latex or "'" in latex else 1e-12
    assert evaluate(latex, SYMBOLS) == pytest.approx(expected, rel=tolerance, abs=1e-12)


AMBIGUOUS = {
    # what the argument of a function is
    r"\log x y": "y",
    r"\log x / y": "/",
    r"\log x \cdot y": r"\cdot",
    r"\log(x)^2": "^",
    r"\log^2 x": r"\log",
    r"\cos^{-1} x": r"\cos",
    r"\log (x - y) (x + y)": "(x + y)",
    r"\sin x y": r"\sin",
    r"\cos \theta x": "x",
    r"\log \sum_j z_j \cdot y": r"\log",
    r"\log \frac{x}{y} z_1": "z_1",
    r"\exp x y": "y",
    # what a slash divides by
    "a / b c": "c",
    "a / b / c": "/ c",
    r"a / b \cdot c": r"\cdot",
    "1 / 2 a": "a",
    r"a / \sum_k z_k b": None,
    # where a product or a maximum ends
    r"\prod_i z_i b": r"\prod",
    r"\max_j z_j b": r"\max",
    r"\prod_i z_i / b": r"\prod",
    r"\max 0, a": "0",
    # what a bar is
    "|a|b|c|": "|c|",
    "|a|b + c|x|": "|x|",
    r"a \|z\| b \|z_1\|": r"\|z_1\|",
    # one index or two, an index or a factor
    "W_{2k}": "2k",
    "W_{k m + 1}": "k m",
    "z_12": "12",
    "W_{13}": "W_{13}",
    "x^12": "12",
    r"\frac123": "123",
    # a transposition, a power, an inverse, a sample
    "z^T z": "^",
    "z^{T} z": "^",
    "f^2(x)": "f",
    r"f^{-1}(x)": "f",
    "x^{(1)}": "{",
    # a function or a product
    "a(b)": "a(b)",
    r"c + a \left(b\right)": r"a \left",
    "a(-b)": "(-b)",
    "a(2b)": "(2b)",
    "c + y(a, b)": "y(a, b)",
    # one symbol or two
    r"x + \mathbf{x}": r"\mathbf",
    r"x + \mathrm{x}": r"\mathrm",
    r"\frac{d}{db} a x": "x",
    r"\frac{\partial}{\partial x} (a - x) (b - x)": "(b - x)",
    r"\nabla_x f(x) c": "c",
    r"\sum_i z_i \sum_i z_i": r"\sum_i z_i \sum",
    r"3 \frac{1}{2}": r"\frac",
    "a 2": "2",
    r"\frac{a}{b}^2": "^",
    "x_+": "_",
    # printed, but not read
    r"a \pm b": r"\pm",
    r"a \approx b": r"\approx",
    r"\int x": r"\int",
    "1e-3": "1e-3",
    "007": "007",
    "a − b": "−",
    r"\operatorname{arg\,max}_k z_k": r"\operatorname",
    r"\operatorname*{argmin}_k z_k": r"\operatorname",
    r"\lim x": r"\lim",
    "a!": "!",
    r"\binom{a}{b}": r"\binom",
    r"z_1 + \dots + z_3": r"\dots",
    r"\mathbb{E}[x]": "[x]",
    r"\sum_{i < j} z_i": r"\sum",
    r"\sum_{i=1} z_i": r"\sum",
    r"\sum^3 z": r"\sum",
    "a =": "=",
    "(a, b)": ")",
    "(a = b)": ")",
    "[a, b]": "]",
    r"\{a\}": r"\{",
    "a + + ": None,
    "a + + b": "+ b",
    r"a \cdot -b": "-b",
    r"\left(a + b\right]": r"\right]",
    "(a": None,
    "a)": ")",
    "": None,
    r"\frac{a}": None,
    r"a^b^c": "^c",
    "a_b_c": "_c",
    r"\begin{cases} a & x > 0 \end{cases}^2": "^",
    r"\begin{cases} a \\ b \end{cases}": r"\\",
    r"\begin{cases} a & \text{otherwise} \\ b & x > 0 \end{cases}": r"\end",
    r"\begin{cases} a & \text{unless } x > 0 \end{cases}": r"\text",
    r"\begin{array}{c} a \end{array}": r"\begin",
    r"\underbrace{a}_{c}": "c}",
}


@pytest.mark.parametrize("latex", AMBIGUOUS)
def test_what_is_not_certain_raises(latex: str):
    with pytest.raises(FormulaError) as caught:
        evaluate(latex, SYMBOLS)
    place = AMBIGUOUS[latex]
    if place is not None:
        *_, line, caret = str(caught.value).split("\n")
        column = len(caret) - 1
        assert column - 2 == latex.index(place), str(caught.value)
        assert line[2:] == latex


def test_the_caret_stands_under_the_place_also_in_a_later_line():
    with pytest.raises(FormulaError) as caught:
        evaluate("a\n + b\n + \\foo", SYMBOLS)
    assert str(caught.value).endswith("\n   + \\foo\n     ^")


def test_functions_decide_between_call_and_product():
    assert isinstance(parse("f(x + 1)"), Product)
    assert not isinstance(parse("f(x + 1)", {"f"}), Product)


def test_equal_formulas_are_equal_trees():
    assert parse(r"\dfrac{a}{b} + c") == parse(r"\frac a b+ c")
    assert parse("a - b") != parse("a + b")
    assert isinstance(parse("a / b"), Quotient)
    assert isinstance(parse("-a"), Sum)


def test_deep_nesting_raises():
    for opening, closing in (("(", ")"), ("{", "}"), (r"\frac{1}{", "}"), ("e^{", "}")):
        for levels in (DEEPEST + 1, 1500):
            with pytest.raises(FormulaError, match="levels deep"):
                parse(opening * levels + "x" + closing * levels)
    with pytest.raises(FormulaError, match="levels deep"):
        parse(r"\log " * 2000 + "x")
    assert evaluate("(" * 40 + "x + 1" + ")" * 40, {"x": 1}) == 2


def test_nested_calls_are_read_in_linear_time():
    assert evaluate("x(1 + " * 30 + "x" + ")" * 30, {"x": 1}) == 31


def test_a_long_formula_raises():
    with pytest.raises(FormulaError, match="characters"):
        tokenize("a" * (LONGEST + 1))


def test_macros():
    macros = {r"\loss": r"\ell", r"\norm": r"\lVert #1 \rVert_#2", r"\half": r"\frac12"}
    assert expand(r"\norm{\half x}{1} \lossy", macros) == r"\lVert \frac12 x \rVert_1 \lossy"
    with pytest.raises(FormulaError, match="never end"):
        expand(r"\a", {r"\a": r"\a \a"})
    with pytest.raises(FormulaError, match="argument in braces"):
        expand(r"\norm x", macros)
    with pytest.raises(FormulaError, match="#1 to #9"):
        expand(r"\a", {r"\a": "#0"})
