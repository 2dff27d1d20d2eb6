"""What documentation of libraries prints again and again: read right, and refused beside it."""

import numpy as np
import pytest
from eqtest.cli import listed
from eqtest.statement import read_statement

from eqtest import FormulaError, FormulaMismatch, check, evaluate

A, B = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [5.0, -1.0]])
U = np.array([2.0, 5.0, 3.0])

RIGHT = [
    (r"a \div b + 1", {"a": 6.0, "b": 4.0}, 2.5),
    (r"2 * \text{stride[1]} - \text{x\_y[0]}", {"stride": [4, 5], "x_y": [1]}, 9),
    (r"\text{{scale}} * x", {"scale": 2.0, "x": 3.0}, 6),
    (
        r"\begin{cases} \text{max\_val} & \text{ if } x > \text{ max\_val } \\"
        r" x & \text{ otherwise } \end{cases}",
        {"max_val": 1.0, "x": 3.0},
        1,
    ),
    (r"\begin{cases} 7 & |x| == 0 \\ 8 & \text{otherwise} \end{cases}", {"x": 0.0}, 7),
    (r"\max_{m=0, \ldots, K - 1} u[m]", {"u": U, "K": 3}, 5),
    (r"\max_{m=0, \ldots, K - 2} u_m", {"u": U[::-1], "K": 3}, 5),
    (r"\min_{m=1, ..., K - 1} u_m", {"u": U, "K": 3}, 3),
    (r"\text{Tanh}(x) + \text{cos}(x)", {"x": 0.5}, np.tanh(0.5) + np.cos(0.5)),
    (r"A(i, 2 \times j - 1)", {"A": A, "i": 0, "j": 1}, 2),
    (r"\frac{x}{\text{x.size}(0)}", {"x": 6.0, "x_size": lambda axis: 3.0}, 2),
]


@pytest.mark.parametrize(("latex", "symbols", "expected"), RIGHT)
def test_read_right(latex: str, symbols: dict, expected: float):
    assert evaluate(latex, symbols, first=0) == pytest.approx(expected)


def test_a_product_of_matrices_by_its_sign():
    assert np.array_equal(evaluate(r"A \mathbin{@} B", {"A": A, "B": B}), A @ B)
    assert np.array_equal(evaluate(r"A \mathbin{@} b", {"A": A, "b": B[0]}), A @ B[0])


REFUSED = [
    (r"a \div b c", {"a": 6.0, "b": 4.0, "c": 2.0}),
    (r"a \div b \div c", {"a": 6.0, "b": 4.0, "c": 2.0}),
    (r"\text{if x[0]} x", {"x": U}),
    (r"\text{stride[i]}", {"stride": U, "i": 1}),
    (r"\max_{m, \ldots, K - 1} u_m", {"u": U, "K": 3}),
    (r"\sum_{m=0, n=1, \ldots, K - 1} u_m", {"u": U, "K": 3}),
    (r"\max_{m=0, \ldots} u_m", {"u": U}),
    (r"u_1 + \ldots + u_3", {"u": U}),
    (r"u_1 + ... + u_3", {"u": U}),
    (r"\text{ scale } x", {"scale": 2.0, "x": 3.0}),
    (r"\text{{a} {b}}", {"a": 2.0, "b": 3.0}),
    (r"a(x, 2 x)", {"a": 2.0, "x": 3.0}),
    (r"a (x - 1, 2)", {"a": 2.0, "x": 3.0}),
    (r"A \mathbin{+} B", {"A": A, "B": B}),
    (r"\text{x.size} (0)", {"x": 6.0, "x_size": 3.0}),
    (r"\text{Tanh}^{-1}(x)", {"x": 0.5}),
    (r"\begin{array}{cc} a & b \end{array}", {"a": 2.0, "b": 3.0}),
    (r"\begin{array}{ll} 1 & 2 \\ 3 & 4 \end{array}", {}),
]


@pytest.mark.parametrize(("latex", "symbols"), REFUSED)
def test_refused(latex: str, symbols: dict):
    with pytest.raises(FormulaError):
        evaluate(latex, symbols, first=0)


def test_rows_set_as_an_array_are_equations_and_its_cells_are_none():
    def draw(rng):
        return {"x": rng.normal(), "y": rng.normal()}

    check(r"\begin{array}{ll} (x + y)^2 = x^2 + 2 x y + y^2 \\ x - x = 0 \end{array}", draw=draw)
    with pytest.raises(FormulaMismatch):
        check(r"\begin{array}{ll} x = x \\ x + y = y \end{array}", draw=draw)
    with pytest.raises(FormulaError, match="block"):
        check(r"\begin{array}{ll} x = x & y = y \end{array}", draw=draw)


def test_a_sum_at_the_end_of_a_row_takes_the_next_row():
    page = r"""\begin{aligned} f(u) ={} & \sum_{m=1}^{3} \max_{n=1, \ldots, 2} \\ & u_m n
    \end{aligned}"""
    check(page, lambda u: 2 * u.sum(), draw=lambda rng: {"u": rng.uniform(1, 2, 3)})
    with pytest.raises(FormulaError):
        check(
            r"\begin{aligned} f(u) ={} & u_1 \\ & u_2 \end{aligned}",
            lambda u: u[0],
            draw=lambda rng: {"u": rng.uniform(1, 2, 3)},
        )


def test_what_stands_between_commas_in_a_head_is_one_symbol():
    def draw(rng):
        return {"x1": rng.normal(), "x2": rng.normal()}

    page = r"\text{loss}(x1, x2) = x1 - x2"
    check(page, lambda x1, x2: x1 - x2, draw=draw)
    statement = read_statement(page, (), ())
    assert statement.chains[0].head.parameters == ("x1", "x2")
    for latex in ("a = x1 - x2", r"\ell(x) = x1 - x", r"\ell(input + 1) = input"):
        with pytest.raises(FormulaError):
            read_statement(latex, (), ())


def hinge(f, y, *, margin):
    r"""A loss whose docstring sets its argument in italics.

    .. math:: \max(0, margin - y f)

    .. math:: T_{n + 1}(x) = 2 x T_n(x) - T_{n - 1}(x)

    .. math:: He_{n + 1}(x) = 2 x He_n(x)
    """


def test_a_list_reads_an_argument_as_a_symbol_and_the_name_of_the_left_side_as_a_function():
    first, recurrence, joined = listed_of(hinge)
    assert first.refusal is None
    assert recurrence.refusal is None
    assert recurrence.functions == ("T",)
    assert joined.refusal is not None


def listed_of(function):
    name = f"{function.__module__}.{function.__qualname__}"
    return [one for one in listed([function.__module__]) if one.equation.name.startswith(name)]
