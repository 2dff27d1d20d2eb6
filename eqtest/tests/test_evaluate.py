"""Values, shapes and refusals of the evaluation."""

import math

import numpy as np
import pytest

from eqtest import FormulaError, evaluate

SIGMOID = r"\sigma(s) = \frac{1}{1 + e^{-s}}"
SOFTMAX = r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}"
Z = np.array([0.5, -1.0, 2.0])
P = np.exp(Z) / np.exp(Z).sum()


def test_indices_count_from_one():
    assert evaluate("z_1 - z_3", {"z": Z}) == Z[0] - Z[2]
    for index in (0, 4, 1.5, -1):
        with pytest.raises(FormulaError, match="index"):
            evaluate("z_k", {"z": Z, "k": index})


def test_nested_subscripts():
    scores, labels = np.arange(6.0).reshape(2, 3), np.array([3, 1])
    latex = r"\sum_{i=1}^{2} z_{i y_i}"
    assert evaluate(latex, {"z": scores, "y": labels}) == 2 + 3
    assert evaluate(r"\|W_{y_2}\|_1", {"W": scores, "y": labels}) == 3


def test_symbols_may_be_named_as_python_needs_it():
    assert evaluate(r"\lambda + \hat{y}_{\text{new}}", {"lambda_": 1, "y_hat_new": 2}) == 3
    with pytest.raises(FormulaError, match="twice"):
        evaluate(r"\lambda", {"lambda_": 1, "lambda": 2})


def test_one_symbol_or_an_entry():
    assert evaluate("p_t", {"p_t": 0.3}) == 0.3
    assert evaluate("p_t", {"p": Z, "t": 2}) == -1
    assert evaluate("p_t", {"p_t": 0.3, "p": Z}) == 0.3
    with pytest.raises(FormulaError, match="both"):
        evaluate("p_t", {"p_t": 0.3, "p": Z, "t": 2})


def test_given_symbols_come_before_constants():
    assert evaluate("e", {"e": 2}) == 2
    assert evaluate(r"\pi", {}) == math.pi


def test_function_or_entry():
    assert evaluate(r"\sum_x p(x) \log p(x)", {"p": P}) == pytest.approx(P @ np.log(P))
    assert evaluate("f(x)", {"f": lambda x: x + 1, "x": 2}) == 3
    with pytest.raises(FormulaError, match="printed like a function"):
        evaluate("1 - y f(x)", {"y": 1, "f": 0.3, "x": 2})


def test_expectations():
    latex = r"\mathbb{E}_{x \sim p}\bigl[-\log_2 q(x)\bigr]"
    assert evaluate(latex, {"p": [0.5, 0.5], "q": [0.25, 0.25]}) == 2
    assert evaluate(r"\operatorname{E}_{k \sim p}[z_k^2]", {"p": P, "z": Z}) == pytest.approx(
        P @ Z**2
    )
    for distribution in ([0.5, 0.6], [1.5, -0.5], 1.0):
        with pytest.raises(FormulaError, match="probabilities"):
            evaluate(latex, {"p": distribution, "q": [0.25, 0.25]})


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("z + 1", "shapes"),
        ("z z", "product of two vectors"),
        (r"z \times z", "between arrays"),
        ("z^2", "vector where a number"),
        ("1 / z", "vector where a number"),
        ("|z|", "vector where a number"),
        (r"\max(0, z)", "vector where a number"),
        (r"\|W\|", "which norm"),
        (r"\|W\|_2", "which norm"),
        (r"\|z\|_F", "Frobenius"),
        ("W^2", "vector where a number"),
        (r"\exp(W)", "matrix"),
        ("z^\\top W", "product of shapes"),
        ("W z W z", "product of"),
        (r"z \cdot z z", "more than two vectors"),
        ("z_k", "no value"),
        ("z_{1, 2}", "fewer axes"),
        ("f", "print its arguments"),
        ("g(2, 3)", "raised TypeError"),
        (r"\log(-1)", "not a number"),
        (r"0 \cdot \infty", "not a number"),
        (r"(-8)^{1/3}", "not a number"),
        (r"\log_{1} 3", "base"),
        (r"\sum_{i=1}^{2.5} i", "whole number"),
        (r"\sum_{i=1}^{100000} i", "terms"),
        (r"\sum_{i=1}^{9999} \sum_{j=1}^{9999} 1", "too many steps"),
        (r"\sum_{i=3}^{1} i", "range"),
        (r"\sum_i a", "not determined"),
        (r"\sum_i z_i W_i", "not determined"),
        (r"\max_{j \ne 1} u_j", "over nothing"),
        (r"\begin{cases} 1 & a > 2 \\ 2 & a > 3 \end{cases}", "no case"),
        (r"\begin{cases} 1 & a > 0 \\ 2 & a > 0.5 \end{cases}", "two cases"),
        (r"\frac{d}{da} |a - 1|", "no derivative"),
        (r"\frac{\partial}{\partial a} \lfloor a \rfloor", "no derivative"),
        (r"\nabla_z z", "vector with respect to a vector"),
        (r"\frac{\partial}{\partial v} [a]", "no value"),
        (r"\{1, 2\}", "expected a value"),
        (r"[1 \in \{1, \dots, 99999\}]", "terms"),
    ],
)
def test_what_has_no_certain_value_raises(latex: str, message: str):
    symbols = {"z": Z, "W": np.ones((2, 3)), "f": np.exp, "g": np.exp, "a": 1.0, "u": [1.0]}
    with pytest.raises(FormulaError, match=message):
        evaluate(latex, symbols)


def test_an_italic_d_beside_the_symbol_d_raises():
    with pytest.raises(FormulaError, match="symbol d"):
        evaluate(r"\frac{d}{dx} x^2", {"x": 1, "d": 3})


def test_infinity_is_a_value():
    assert evaluate(r"-\log 0", {}) == np.inf
    for latex in ("10^{400}", "10^{10^{10}}", "e^{1000}", "1" + "0" * 400):
        with pytest.raises(FormulaError, match="too large"):
            evaluate(latex, {})


def test_what_is_no_symbol_raises():
    for value in ("text", 1j, [1, "a"], None, [[1], [1, 2]]):
        with pytest.raises(FormulaError, match="no number"):
            evaluate("x", {"x": value})


def test_nothing_of_an_object_is_reachable():
    class Trap:
        def __getattr__(self, name: str):
            raise AssertionError(name)

    with pytest.raises(FormulaError):
        evaluate("x.y", {"x": 1.0})
    with pytest.raises(FormulaError):
        evaluate(r"\operatorname{__class__}", {"x": 1.0})


class TestDefinitions:
    def test_function(self):
        assert evaluate(r"\sigma(-x)", {"x": 0}, definitions=[SIGMOID]) == 0.5

    def test_entries_and_the_whole(self):
        assert evaluate("p_2", {"z": Z}, definitions=[SOFTMAX]) == pytest.approx(P[1])
        assert evaluate("p", {"z": Z}, definitions=[SOFTMAX]) == pytest.approx(P)
        assert evaluate(r"\sum_k p_k", {"z": Z}, definitions=[SOFTMAX]) == pytest.approx(1)

    def test_entries_of_a_function(self):
        latex = r"\operatorname{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}}"
        found = evaluate(r"\operatorname{softmax}(v / 2)_1", {"v": 2 * Z}, definitions=[latex])
        assert found == pytest.approx(P[0])

    def test_one_name_with_one_and_with_two_arguments(self):
        both = [r"H(p) = -\sum_k p_k \log p_k", r"H(p, q) = -\sum_k p_k \log q_k"]
        symbols = {"p": P, "q": [0.2, 0.3, 0.5]}
        found = evaluate("H(p, q) - H(p)", symbols, definitions=both)
        assert found == pytest.approx(P @ np.log(P / symbols["q"]))
        with pytest.raises(FormulaError, match="3 arguments"):
            evaluate("H(p, q, p)", symbols, definitions=both)
        with pytest.raises(FormulaError, match="defined twice"):
            evaluate("H(p)", symbols, definitions=[both[0], both[0]])

    def test_where_clauses_see_the_parameters(self):
        latex = r"g(x) = k + x, \quad\text{where } k = x^2"
        assert evaluate("g(3)", {"x": 100}, definitions=[latex]) == 12

    def test_a_definition_does_not_see_the_indices_of_who_uses_it(self):
        with pytest.raises(FormulaError, match="no value is given for j"):
            evaluate(r"\sum_{j=1}^{3} g(j)", {}, definitions=["g(x) = x j"])

    def test_without_brackets_the_symbols_are_used(self):
        latex = r"\frac{\partial \ell}{\partial f}"
        found = evaluate(latex, {"f": 2.0, "y": 3.0}, definitions=[r"\ell(y, f) = (y - f)^2"])
        assert found == pytest.approx(-2)

    def test_derivatives_go_through_definitions(self):
        definitions = [r"\ell(s, y) = (\hat y - y)^2", r"\hat y = \sigma(s)", SIGMOID]
        symbols = {"s": 0.3, "y": 1.0}
        left = evaluate(r"\frac{\partial \ell}{\partial s}", symbols, definitions=definitions)
        chain = r"\frac{\partial \ell}{\partial \hat y} \frac{\partial \hat y}{\partial s}"
        p = 1 / (1 + math.exp(-0.3))
        assert left == pytest.approx(2 * (p - 1) * p * (1 - p))
        assert evaluate(chain, symbols, definitions=definitions) == pytest.approx(left)

    def test_a_function_with_and_without_its_argument_raises(self):
        for latex in (r"\sigma(1 - \sigma)", r"\sigma(s) (1 - \sigma)"):
            with pytest.raises(FormulaError, match="with and without argument"):
                evaluate(latex, {"s": 0.3}, definitions=[SIGMOID])
        latex = r"\frac{d\sigma}{ds} - \sigma(s) (1 - \sigma(s))"
        assert evaluate(latex, {"s": 0.3}, definitions=[SIGMOID]) == pytest.approx(0, abs=1e-9)

    def test_circles_raise(self):
        for definitions in (["g(x) = g(x)"], ["g(x) = h(x)", "h(x) = g(x)"], ["p_k = p_k + z_k"]):
            latex = "p_1" if "p_k" in definitions[0] else "g(1)"
            with pytest.raises(FormulaError, match=r"by itself|defines no symbol"):
                evaluate(latex, {"z": Z}, definitions=definitions)

    def test_an_error_in_a_definition_shows_the_definition(self):
        with pytest.raises(FormulaError) as caught:
            evaluate("1 + g(0)", {}, definitions=[r"g(x) = 2 \log(x - 1)"])
        assert r"g(x) = 2 \log(x - 1)" in str(caught.value)

    def test_what_defines_nothing_raises(self):
        for latex in ("1 = 1", r"a \le b", r"\frac{\partial L}{\partial x} = 1", "a"):
            with pytest.raises(FormulaError):
                evaluate("a", {"b": 1}, definitions=[latex])


def test_a_transposed_vector_has_no_derivative():
    with pytest.raises(FormulaError, match="transposed vector has no derivative"):
        evaluate(r"\frac{\partial}{\partial x_1}[x^\top]", {"x": np.array([1.0, 2.0])})
