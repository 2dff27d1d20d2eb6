"""What was once misread, or passed without being compared, is right or refused: with its kind."""

import numpy as np
import pytest

from eqtest import FormulaError, FormulaMismatch, check, evaluate

X = np.array([3.0, 1.0, 2.0])
A = np.arange(9.0).reshape(3, 3)
NUMBERS = {
    "a": 2.0,
    "b": 3.0,
    "x": 0.5,
    "p": 2.0,
    "e": np.e,
    "l": 3.0,
    "d": 1.0,
    "t": 2.0,
    "m": 1.0,
}


class TestIndexBrackets:
    @pytest.mark.parametrize(
        ("latex", "expected"),
        [
            ("x[i]", 1.0),
            ("x[1]", 3.0),
            ("x[i + 1]", 2.0),
            (r"\sum_{i=1}^{3} x[i]", 6.0),
            (r"\sum_i x[i]", 6.0),
            ("A[i, 3]", 5.0),
            ("A_i[3]", 5.0),
            ("x[k[i]]", 3.0),
            ("x[i]^2", 1.0),
            (r"\log(1 + \exp(-y[i] x[i]))", np.log1p(np.exp(1.0))),
            # a comparison or a computation in the bracket makes it a factor
            ("a [i = 2]", 2.0),
            (r"a [b \cdot b - 1]", 16.0),
            (r"a [\log b]", 2 * np.log(3)),
            ("2 [a - b]", -2.0),
        ],
    )
    def test_read(self, latex: str, expected: float):
        symbols = {"x": X, "A": A, "i": 2, "k": [2, 1, 3], "y": -X, "a": 2.0, "b": 3.0}
        assert evaluate(latex, symbols) == pytest.approx(expected)

    @pytest.mark.parametrize("latex", ["a[b]", "a[b - 1]", r"p[x]", r"2 \times \text{padding}[0]"])
    def test_an_index_on_a_number_is_refused(self, latex: str):
        with pytest.raises(FormulaError):
            evaluate(latex, NUMBERS | {"padding": 2.0})

    def test_words_with_an_index_are_counted_from_zero_where_the_page_does(self):
        found = evaluate(r"2 \times \text{padding}[0] - 1", {"padding": [4, 5]}, first=0)
        assert found == 7


@pytest.mark.parametrize(
    "latex",
    [
        "a^{[l]}",
        "a^{(l)}",
        r"a^{[1]} x",
        "x_{(2)}",
        "x_{[2]}",
        r"a_{(1)} + a_{(2)}",
    ],
)
def test_layers_samples_and_order_statistics_are_refused(latex: str):
    with pytest.raises(FormulaError, match="not read"):
        evaluate(latex, NUMBERS | {"x": X, "a": X})


@pytest.mark.parametrize(
    "latex",
    [
        "exp(x - p)",
        "max(x - p)",
        "2 exp(x)",
        "aexp(x)",
        "log(x)",
        "ln(x)",
        r"\ sin^2(x)",
        "delta a",
        "2 pi a",
        "margin - a",
        "a lambda",
        "lr a",
        "abs(x)",
        "a - softmax(x)",
    ],
)
def test_names_without_a_backslash_are_refused(latex: str):
    letters = dict.fromkeys("abcdefghijklmnopqrstuvwxyz", 2.0)
    with pytest.raises(FormulaError, match="or a word"):
        evaluate(latex, letters | {"lr": 0.1})


def test_letters_side_by_side_that_spell_nothing_are_a_product():
    assert evaluate("abp", NUMBERS) == 12
    assert evaluate("W_{ab}", {"W": A, "a": 1, "b": 2}) == 1
    assert evaluate("x_{min}", {"x_min": 4.0}) == 4


@pytest.mark.parametrize(
    "latex", [r"\sigma^{-1}(1 - x)", r"f^{-1}(1 - x)", r"f^{-1}(x)", r"f^2(x)", r"f^{-1} (a + b)"]
)
def test_inverse_functions_are_refused(latex: str):
    with pytest.raises(FormulaError, match="a function applied"):
        evaluate(latex, NUMBERS | {"sigma": 2.0, "f": 2.0})
    assert evaluate(r"x^2 (a + b)", NUMBERS) == 0.25 * 5
    assert evaluate(r"e^{-1} (a + b)", NUMBERS) == pytest.approx(5 / np.e)


def test_a_dot_is_a_dot_product_of_vectors_and_nothing_else():
    symbols = {"y": X, "x": X + 1, "z": A}
    assert evaluate(r"y \cdot x", symbols) == X @ (X + 1)
    assert evaluate(r"z_1 \cdot y", symbols) == A[0] @ X
    for latex in (r"y \cdot (\log y - \log x)", r"\log(y) \cdot x", r"(y + x) \cdot y"):
        with pytest.raises(FormulaError, match="dot product or entry by entry"):
            evaluate(latex, symbols)
    assert evaluate(r"y \odot (y - x)", symbols).tolist() == (-X).tolist()


def test_a_sum_over_pairs_says_over_which():
    latex = r"\sum_{i \neq j} A_{ij}"
    with pytest.raises(FormulaError, match="over i or over i and j"):
        evaluate(latex, {"A": A, "j": 2})
    assert evaluate(r"\sum_{j=1}^{3} \sum_{i \neq j} A_{ij}", {"A": A}) == A.sum() - np.trace(A)
    assert evaluate(r"\sum_{k \neq j} x_k - x_j", {"x": X, "j": 2}) == 4


class TestWords:
    @pytest.mark.parametrize(
        "latex",
        [
            r"\ell = x \text{ if x is positive, otherwise 0}",
            r"\ell = x^2 \text{ averaged over the batch}",
            r"\ell = x^2 \text{ times one half}",
            r"\ell = x^2 \text{ (mod 2)}",
            r"\ell = x^2 \text{(mod 2)}",
            r"\ell = x^2 \quad \text{(mod 2)}",
            r"\ell = x^2, \quad \text{averaged over the batch}",
            r"\ell = x^2 \quad \text{(then} \cdot 2 \text{)}",
            r"\ell = x^2 \quad \text{(divided by} 2 x \text{, see above)}",
            r"\ell = x^2 \quad \text{unless it is negative}",
            r"\ell = x^2 \quad \text{if x is positive}",
            r"\ell = x^2 \quad \text{for all large x}",
            r"\ell = x^2 \quad \text{up to a constant}",
            r"\begin{aligned} \ell &= x^2 && \text{(if } x > 0 \text{)} \end{aligned}",
        ],
    )
    def test_words_that_carry_meaning_are_refused(self, latex: str):
        with pytest.raises(FormulaError):
            check(latex, lambda x: x**2, draw=lambda rng: {"x": rng.normal()})

    @pytest.mark.parametrize(
        "latex",
        [
            r"\ell = x^2 \quad \text{(the error)}",
            r"\ell = x^2 \quad \text{squared error}".replace("squared", "quadratic"),
            r"\begin{aligned} \ell &= x^2 && \text{(times } 1 \text{)} \end{aligned}",
            r"\ell = k^2 \quad \text{with} \quad k = x",
        ],
    )
    def test_comments_are_left_out(self, latex: str):
        check(latex, lambda x: x**2, draw=lambda rng: {"x": rng.normal()})


class TestEveryRelationIsCompared:
    @pytest.mark.parametrize(
        "latex",
        [
            r"\ell(x) \leq x^2 = x \cdot x",
            r"\ell(x) \leq x^2 \leq x^2 + 1",
            r"\ell(x) < x^2",
            r"\ell(x) = x^2 + 1 \leq x^2 + 2",
            r"\ell(x) \geq x^2 + 600 \geq x^2",
        ],
    )
    def test_a_function_beyond_the_bound_is_noticed(self, latex: str):
        with pytest.raises(FormulaMismatch):
            check(latex, lambda x: x**2 + 5, draw=lambda rng: {"x": rng.normal()})

    def test_a_bound_that_holds_passes_and_counts(self):
        report = check(
            r"\ell(x) \leq x^2 = x \cdot x",
            lambda x: x**2 - 5,
            draw=lambda rng: {"x": rng.normal()},
        )
        assert report.comparisons == 60

    def test_relations_that_do_not_join_leave_a_function_uncompared(self):
        draw = {"draw": lambda rng: {"x": rng.normal()}}
        with pytest.raises(FormulaMismatch, match="two sides differ"):
            check(r"\ell(x) \geq x^2 \leq x^2 + 1", lambda x: x**2 - 1, **draw)
        assert check(r"\ell(x) \geq x^2 \leq x^2 + 1", lambda x: x**2 + 9, **draw)


def test_a_complex_result_is_no_result():
    with pytest.raises(FormulaMismatch, match="complex"):
        check(r"\ell(x) = x^2", lambda x: x**2 + 5j, draw=lambda rng: {"x": rng.normal()})


class TestHeads:
    @pytest.mark.parametrize(
        ("latex", "message"),
        [
            (r"\ell(z) = x^2", "z stands in the head"),
            (r"H(q, x) = x^2", "q stands in the head"),
            (r"\ell(x, t) = x^2", "t stands in the head"),
        ],
    )
    def test_a_parameter_occurs_in_the_body(self, latex: str, message: str):
        with pytest.raises(FormulaMismatch, match=message):
            check(latex, lambda x: x**2, draw=lambda rng: {"x": rng.normal()})

    def test_an_argument_of_the_function_is_a_parameter(self):
        draw = {"draw": lambda rng: {"x": rng.normal(), "t": rng.normal()}}
        with pytest.raises(FormulaMismatch, match="does not name t"):
            check(r"\ell(x) = (x - t)^2", lambda x, t: (x - t) ** 2, **draw)
        check(r"\ell(x) = (x - t)^2", lambda x, t: (x - t) ** 2, implied=["t"], **draw)
        check(r"\ell_t(x) = (x - t)^2", lambda x, *, t: (x - t) ** 2, **draw)

    def test_arguments_stand_in_the_order_of_the_function(self):
        def draw(rng):
            return {"x": rng.normal(), "t": rng.normal()}

        def loss(x, t):
            return (x - t) ** 2 * x

        page = r"\ell(x, t) = x (x - t)^2"
        check(page, loss, draw=draw)
        swapped = page.replace("(x, t)", "(t, x)")
        with pytest.raises(FormulaMismatch, match=r"prints \(t, x\), the function takes \(x, t\)"):
            check(swapped, loss, draw=draw)
        check(swapped, loss, draw=draw, symbols=("x", "t"))  # a caller who knows better
        with pytest.raises(FormulaMismatch, match="two sides differ"):
            check(swapped, lambda u, v: loss(u, v), draw=draw)  # called as the head prints it
        renamed = {"teacher": "t"}
        check(page, lambda x, teacher: loss(x, teacher), draw=draw, symbols=renamed)
        with pytest.raises(FormulaMismatch, match=r"prints \(t, x\)"):
            check(swapped, lambda x, teacher: loss(x, teacher), draw=draw, symbols=renamed)

    def test_an_option_stands_below_and_an_argument_in_brackets(self):
        def draw(rng):
            return {"v": rng.normal(), "kappa": rng.uniform(1, 2)}

        page = r"S_\kappa(v) = \kappa v^2"
        check(page, lambda v, *, kappa: kappa * v**2, draw=draw)
        with pytest.raises(FormulaMismatch, match="v, an argument, below"):
            check(r"S_v(\kappa) = \kappa v^2", lambda v, *, kappa: kappa * v**2, draw=draw)

    def test_a_function_that_is_named_like_a_symbol_is_that_symbol(self):
        def psi(x):
            return x**2

        draw = {"draw": lambda rng: {"x": rng.normal()}}
        check(r"\psi(x) = x^2", psi, **draw)
        for head in (r"\phi(x)", r"\psi_1(x)", "P", r"\hat \psi(x)"):
            with pytest.raises(FormulaMismatch, match="the function is psi"):
                check(f"{head} = x^2", psi, **draw)
            check(f"{head} = x^2", psi, head=head, **draw)

    @pytest.mark.parametrize("head", [r"\ell_{\text{WW}}", r"\ell_{\mathrm{CS}}", r"\ell", "L"])
    def test_a_name_that_is_asked_for(self, head: str):
        draw = {"draw": lambda rng: {"x": rng.normal()}}
        page = r"\ell_{\mathrm{WW}}(x) = x^2"
        check(page, lambda x: x**2, head=r"\ell_{\mathrm{WW}}", **draw)
        check(page, lambda x: x**2, head=r"\ell_{\mathrm{WW}}( x )", **draw)
        with pytest.raises(FormulaMismatch, match="the page prints"):
            check(page, lambda x: x**2, head=head, **draw)
        with pytest.raises(FormulaMismatch, match="the page prints"):
            check(page, lambda x: x**2, head=r"\ell_{\mathrm{WW}}(z)", **draw)

    def test_a_head_that_cannot_be_read_is_an_error_and_no_other_thing(self):
        with pytest.raises(FormulaError):
            check(r"\ell_{(x} = x^2", lambda x: x**2, draw=lambda rng: {"x": rng.normal()})


class TestBorders:
    @staticmethod
    def draw(rng):
        return {"x": rng.choice([rng.normal(), 0.0])}

    def test_the_border_belongs_to_the_printed_side(self):
        page = r"\ell(x) = \begin{cases} 1 & x \ge 0 \\ 0 & x < 0 \end{cases}"
        check(page, lambda x: float(x >= 0), draw=self.draw)
        wrong = page.replace(r"\ge", ">").replace("x < 0", r"x \le 0")
        with pytest.raises(FormulaMismatch):
            check(wrong, lambda x: float(x >= 0), draw=self.draw)

    def test_a_border_that_no_point_hits_is_too_little(self):
        page = r"\ell(x) = [x \ge 0]"
        with pytest.raises(FormulaMismatch, match="no point lies on the border"):
            check(page, lambda x: float(x >= 0), draw=lambda rng: {"x": rng.normal()})
        check(page, lambda x: float(x >= 0), draw=lambda rng: {"x": rng.normal()}, borders=False)

    def test_on_a_kink_the_page_is_held_to_the_code_where_no_slope_exists(self):
        page = r"\frac{d \ell}{d x} = [x > 0]"
        terms = {"draw": self.draw, "definitions": [r"\ell(x) = \max(0, x)"]}
        report = check(page, lambda x: float(x > 0), **terms)
        assert report.skipped
        assert report.differentiated
        with pytest.raises(FormulaMismatch):
            check(page.replace(">", r"\ge"), lambda x: float(x > 0), **terms)

    def test_a_slope_that_exists_nowhere_is_not_excused(self):
        page = r"\frac{d}{d x}\bigl[|x - x|\bigr] = x"
        with pytest.raises((FormulaError, FormulaMismatch)):
            check(page, draw=lambda rng: {"x": rng.normal()})

    def test_an_equality_case_tells_strict_from_not_strict(self):
        check(r"0 \le x^2", draw=self.draw)
        with pytest.raises(FormulaMismatch):
            check("0 < x^2", draw=self.draw)

    def test_a_bound_that_is_said_to_be_tight(self):
        tight = [lambda drawn: drawn["x"] == 0]
        check(r"0 \le x^2", draw=self.draw, tight=tight)
        with pytest.raises(FormulaMismatch):
            check(r"-1 \le x^2", draw=self.draw, tight=tight)
        with pytest.raises(FormulaMismatch, match="no point at which"):
            check(r"0 \le x^2", draw=lambda rng: {"x": rng.normal()}, tight=tight)


def test_digits_of_other_scripts_are_no_numbers():
    for latex in ("１ + a", "٣ a", "a^²"):
        with pytest.raises(FormulaError, match="has no reading"):
            evaluate(latex, NUMBERS)


def test_several_equations_in_one_block():
    draw = {"draw": lambda rng: {"v": rng.normal()}}
    with pytest.raises(FormulaError):
        check("u = v\nw = v", lambda v: v, **draw)
    assert check(r"v = v + 0 \\ v^2 = v v", **draw).comparisons == 40


class TestCountedSymbols:
    def test_a_letter_and_a_number_are_a_symbol_if_it_is_given_and_the_letter_is_not(self):
        given = {"x1": 2.0, "x2": 5.0, "y": 3.0}
        assert evaluate("-y * (x1 - x2)", given) == 9.0
        assert evaluate("2x1", given) == 4.0

    @pytest.mark.parametrize("latex", ["x1", "y x1", "x12", "x_x1", "x^x1", "x 1", "ax1"])
    def test_else_they_are_refused(self, latex: str):
        for given in ({"x": 2.0, "x1": 3.0}, {"x": 2.0}, {"x1": 2.0, "x": np.ones(3)}):
            with pytest.raises(FormulaError):
                evaluate(latex, {"y": 1.0, "a": 1.0, **given})

    def test_an_abbreviation_is_a_symbol_that_must_be_given(self):
        assert evaluate(r"2 + \text{const.}", {"const": 3.0}) == 5.0
        with pytest.raises(FormulaError, match="no value is given for const"):
            evaluate(r"2 + \text{const.}", {})


class TestWhatEndsWhere:
    @pytest.mark.parametrize(
        "latex",
        [
            r"\frac{d}{dx} 1 / x",
            r"\frac{d}{dx} x \cdot x",
            r"\nabla_x a \cdot x",
            r"\exp{(x)}^2",
            r"\log{(x)}^2",
        ],
    )
    def test_an_operand_or_argument_that_goes_on_is_refused(self, latex: str):
        with pytest.raises(FormulaError):
            evaluate(latex, {"a": 2.0, "x": 0.5})
        assert evaluate(r"\frac{d}{dx}[x \cdot x]", {"x": 0.5}) == pytest.approx(1.0)
        assert evaluate(r"(\exp{(x)})^2", {"x": 0.5}) == pytest.approx(np.e)

    @pytest.mark.parametrize("point", ["0", "x", "a"])
    def test_a_derivative_before_a_bracket_is_taken_at_a_point_or_multiplied(self, point: str):
        page = rf"\frac{{d \ell}}{{d x}}({point}) = 0"
        terms = {"draw": lambda rng: {"x": rng.normal(), "a": 2.0}}
        with pytest.raises(FormulaError, match="the derivative"):
            check(page, definitions=[r"\ell(x) = (x + 1)^2"], **terms)

    def test_a_sum_has_a_bound_for_each_index(self):
        for given in (NUMBERS, {**NUMBERS, "j": 3}):
            with pytest.raises(FormulaError, match="one sum for each index"):
                evaluate(r"\sum_{i=1, j=1}^{3} A_{ij}", {**given, "A": A})


class TestConstants:
    @pytest.mark.parametrize(
        "latex", [r"\pi(a \mid s)", r"\pi[1]", r"\pi_\infty", r"\pi'", "e[1]", "e'"]
    )
    def test_what_has_an_argument_or_an_index_is_no_constant(self, latex: str):
        with pytest.raises(FormulaError):
            evaluate(latex, {"a": 1, "s": 1})

    def test_a_residual_may_be_called_e(self):
        e = np.array([1.0, 2.0, 6.0])
        assert evaluate(r"\sum_{i=1}^{3} e[i]", {"e": e}) == 9.0
        assert evaluate(r"e^{\pi}", {}) == pytest.approx(np.exp(np.pi))

    def test_a_prime_that_is_not_given_is_named(self):
        with pytest.raises(FormulaError, match="no value is given for x_prime"):
            evaluate("x'", {"x": 1.0})


@pytest.mark.parametrize(
    ("words", "gaps"),
    [
        *((words, 2) for words in ("and 0 otherwise", "or zero if x is negative")),
        # beside a line, words may say what was done
        *((words, 1) for words in ("then averaged over the batch", "all divided by two")),
        *((words, 1) for words in ("half of that", "elementwise mean", "in expectation")),
    ],
)
def test_what_words_ask_for_is_refused_wherever_it_stands(words: str, gaps: int):
    for gap in (r"\quad", "&&")[:gaps]:
        page = rf"\ell(x) = x^2 {gap} \text{{{words}}}"
        with pytest.raises(FormulaError, match="what these words say"):
            check(page, lambda x: x**2, draw=lambda rng: {"x": rng.normal()})
