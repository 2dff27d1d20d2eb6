"""The check finds what is wrong, says it well, and does not pass for having looked at nothing."""

import numpy as np
import pytest
from eqtest.binding import Binding, called_as_printed
from losses_book import DRAWS, FUNCTIONS, losses_audit

from eqtest import FormulaError, FormulaMismatch, check

HINGE = r"\ell(f, y) = \max(0, 1 - y f)"
SOFTMAX_LOSS = r"L(z, y) = -\log \frac{e^{z_y}}{\sum_{j=1}^{C} e^{z_j}}"
AUDIT = losses_audit()


def margin(rng):
    return {"y": int(rng.choice([-1, 1])), "f": rng.normal(0, 2)}


def hinge_loss(f, y):
    return np.maximum(0, 1 - f * y)


@pytest.mark.parametrize("label", AUDIT.latex)
def test_equations_as_textbooks_print_them(label: str):
    row = AUDIT.row("losses", label, mutants=False)
    assert not row.problem, row.problem
    assert row.kind == "exempt" or row.comparisons >= row.points == 20
    assert row.error < 1e-7


def test_a_wrong_sign_is_found_and_the_message_shows_the_place():
    with pytest.raises(FormulaMismatch) as caught:
        check(r"\ell(f, y) = \max(0, 1 + y f)", hinge_loss, draw=margin, name="hinge: eq-hinge")
    lines = str(caught.value).split("\n")
    assert lines[0] == "hinge: eq-hinge: two sides differ"
    assert lines[1].startswith("  hinge_loss(f, y)  = ")
    assert lines[2].startswith(r"  \max(0, 1 + y f)  = ")
    assert lines[3].startswith("  at point 1 of 20: y = 1, f = -0.26")
    assert lines[4] == "  hint: the two agree if `+` in `1 + y f` were `-`"
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("latex", "hint"),
    [
        (r"\ell = \max(0, 2 - y f)", "`2` in `2` were `1`"),
        (r"\ell = \min(0, 1 - y f)", r"`\min` in `\min(0, 1 - y f)` were `\max`"),
        (r"\ell = \max(0, 1 - y f f)", "`f` in `y f f` were left out"),
        (r"\ell = 3 \max(0, 1 - y f)", "`3` in"),
        (r"\ell = -\max(0, 1 - y f)", "`-` in"),
    ],
)
def test_the_hint_names_the_change_that_repairs_the_page(latex: str, hint: str):
    with pytest.raises(FormulaMismatch) as caught:
        check(latex, hinge_loss, draw=margin)
    found = [line for line in str(caught.value).split("\n") if "hint" in line]
    assert not found or hint in found[0]
    if "2" in latex or "-\\max" in latex:
        return  # no single change counts a constant down or drops the sign of a whole side
    assert found


def test_no_hint_where_nothing_repairs_the_page():
    with pytest.raises(FormulaMismatch) as caught:
        check(r"\ell = y f", hinge_loss, draw=margin)
    assert "hint" not in str(caught.value)


def test_a_wrong_function_is_found():
    with pytest.raises(FormulaMismatch):
        check(HINGE, lambda f, y: np.maximum(0, 1 - f * y) ** 2, draw=margin)


def test_every_side_of_a_chain_is_compared():
    for latex in (
        r"\ell = \max(0, 1 - y f) = \max(0, 1 + y f)",
        r"\ell = \max(0, 1 + y f) = \max(0, 1 - y f)",
        r"\ell = \max(0, 1 - y f) = \max(0, 1 - y f) = 0",
    ):
        with pytest.raises(FormulaMismatch):
            check(latex, hinge_loss, draw=margin)


DERIVATION = r"""\begin{aligned}
(a - b)^2 &= (a - b) (a - b) && \text{(definition)} \\
          &= a^2 - a b \\
          &\quad - a b + b^2, \quad \text{expanded} \\
          &= a^2 - 2 a b + b^2. \quad \text{(collected)}
\end{aligned}"""


def pair(rng):
    return {"a": rng.normal(), "b": rng.normal()}


def test_a_derivation_is_compared_line_by_line():
    assert check(DERIVATION, draw=pair).comparisons == 3 * 20
    for line in ("a^2 - 2 a b", r"&\quad - a b", "(a - b) (a - b)"):
        wrong = DERIVATION.replace(line, line.replace("-", "+", 1))
        with pytest.raises(FormulaMismatch, match="hint: the two agree if"):
            check(wrong, draw=pair)


def test_relations():
    def touching(rng):
        return {"p": rng.choice([rng.uniform(), 0.5])}

    assert check(r"0 \le p (1 - p) \le \frac14", draw=touching).comparisons == 40
    for latex in (r"0 < p (1 - p) < \frac14", r"p (1 - p) \ge \frac14", r"p \ne \frac12"):
        with pytest.raises(FormulaMismatch, match="printed: "):
            check(latex, draw=touching)


def test_a_rounded_number_is_right_to_its_last_digit():
    def nothing(rng):
        return {}

    report = check(r"\frac{1}{\log 2} \approx 1.4427", draw=nothing)
    assert report.comparisons == 20
    check(r"\eta = \frac{1}{170^2} \approx 3.5 \cdot 10^{-5}", lambda: 170**-2, draw=nothing)
    for wrong in (r"\frac{1}{\log 2} \approx 1.4426", r"170^2 \approx 2.8 \cdot 10^4"):
        with pytest.raises(FormulaMismatch, match="approx"):
            check(wrong, draw=nothing)


@pytest.mark.parametrize(
    "latex",
    [r"x \approx x - 1", r"x \approx 2 + 1", r"x \approx 3 = x", r"x = [x \approx 3]"],
)
def test_nearly_equal_is_refused_where_nothing_says_how_near(latex: str):
    with pytest.raises(FormulaError, match="how close"):
        check(latex, lambda x: x, draw=lambda rng: {"x": 3.0 + rng.uniform(-0.1, 0.1)})


def test_an_expression_alone_is_compared_with_the_function():
    check("y f - 1", lambda f, y: y * f - 1, draw=margin)
    with pytest.raises(FormulaMismatch):
        check("y f - 1", lambda f, y: y * f + 1, draw=margin)
    with pytest.raises(FormulaMismatch, match="nothing was compared"):
        check("y f - 1", draw=margin)
    with pytest.raises(FormulaError, match="neither an equation nor a comment"):
        check(r"y f - 1, \quad \ell = y f", draw=margin)
    with pytest.raises(FormulaError, match="defines no symbol"):
        check("y f - 1", lambda f: f, draw=margin, definitions=["y f"])


def test_the_gradient_is_held_to_the_definition_and_to_the_code():
    page = AUDIT.latex["eq-softmax-loss-grad"]
    definitions = [SOFTMAX_LOSS, AUDIT.latex["eq-softmax"]]
    function, draw = FUNCTIONS["eq-softmax-loss-grad"], DRAWS["eq-softmax-loss-grad"]
    report = check(page, function, draw=draw, definitions=definitions)
    assert report.differentiated
    assert report.error < 1e-8
    with pytest.raises(FormulaMismatch):  # the code
        check(page, lambda z, y: 2 * function(z, y), draw=draw, definitions=definitions)
    wrong = page.replace("p_k -", "p_k +")
    with pytest.raises(FormulaMismatch):  # the page
        check(wrong, function, draw=draw, definitions=definitions)
    with pytest.raises(FormulaMismatch):  # the definition
        check(
            page, function, draw=draw, definitions=[SOFTMAX_LOSS.replace("-", "2"), definitions[1]]
        )
    with pytest.raises(FormulaMismatch):  # the code, where the page has no definition to lean on
        check(page, lambda z, y: 2 * function(z, y), draw=draw, definitions=definitions[1:])


def test_one_entry_of_the_code_where_the_index_is_drawn():
    page = r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}"

    def draw(rng):
        return {"z": rng.normal(size=3), "k": int(rng.integers(1, 4))}

    check(page, FUNCTIONS["eq-softmax"], draw=draw)
    with pytest.raises(FormulaMismatch):
        check(page, lambda z: FUNCTIONS["eq-softmax"](z)[::-1], draw=draw)


def test_an_equation_holds_for_each_index_that_is_left_free():
    page = r"\frac{\partial p_k}{\partial z_j} = p_k ([k = j] - p_j)"
    definitions = [r"p_k = \frac{e^{z_k}}{\sum_l e^{z_l}}"]

    def draw(rng):
        return {"z": rng.normal(size=3)}

    def jacobian(z):
        p = FUNCTIONS["eq-softmax"](z)
        return np.diag(p) - np.outer(p, p)

    assert check(page, jacobian, draw=draw, definitions=definitions).differentiated
    with pytest.raises(FormulaMismatch):
        check(page.replace("- p_j", "- p_k"), jacobian, draw=draw, definitions=definitions)
    with pytest.raises(FormulaMismatch):
        check(page.replace("- p_j", "- p_k"), draw=draw, definitions=definitions)


def test_shapes_must_be_equal():
    with pytest.raises(FormulaMismatch):
        check("u = a", lambda a: np.array([a]), draw=lambda rng: {"a": rng.normal()})


class TestTooLittle:
    def test_nothing_compared(self):
        with pytest.raises(FormulaMismatch, match="nothing was compared"):
            check(HINGE, draw=margin)

    def test_an_argument_the_page_never_reads(self):
        with pytest.raises(FormulaMismatch, match=r"never reads the argument weight \(w\)"):
            check(
                HINGE,
                lambda f, y, weight: hinge_loss(f, y),
                draw=lambda rng: {**margin(rng), "w": rng.uniform()},
                symbols={"weight": "w"},
            )

    def test_one_value_at_every_point(self):
        with pytest.raises(FormulaMismatch, match="same value at every point"):
            check(HINGE, hinge_loss, draw=lambda rng: {"y": 1, "f": 2.0 + rng.uniform()})
        with pytest.raises(FormulaMismatch, match="same value at every point"):
            check("a + b = b + a", draw=lambda rng: {"a": 1, "b": 2})
        assert check(r"\frac12 + \frac12 = 1", draw=lambda rng: {}).comparisons == 20

    def test_a_case_that_no_point_reaches(self):
        page = r"|a| = \begin{cases} a & \text{if } a \ge 0 \\ -a & \text{otherwise} \end{cases}"
        check(page, draw=lambda rng: {"a": rng.choice([rng.normal(), 0])})
        with pytest.raises(FormulaMismatch, match="no point reaches the case `-a`"):
            check(page, draw=lambda rng: {"a": rng.uniform()})
        with pytest.raises(FormulaMismatch, match=r"no point lies on the border of `a \\ge 0`"):
            check(page, draw=lambda rng: {"a": rng.normal()})

    def test_one_side_of_a_threshold(self):
        for page in (r"a = \max(0, a)", r"1 = [a \ge 0]", r"1 = [a > -1]"):
            with pytest.raises(FormulaMismatch, match="no point reaches a place where"):
                check(page, draw=lambda rng: {"a": rng.uniform()})

    def test_a_definition_that_is_never_used(self):
        page = r"\begin{aligned} a + b &= b + a \\ c &= a \end{aligned}"
        with pytest.raises(FormulaMismatch, match="c is defined here and never used"):
            check(page, draw=pair)

    def test_no_point(self):
        with pytest.raises(FormulaMismatch, match="no point"):
            check(HINGE, hinge_loss, draw=margin, points=0)

    def test_an_argument_that_is_not_drawn(self):
        with pytest.raises(FormulaError, match=r"the argument f \(f\)"):
            check(HINGE, hinge_loss, draw=lambda rng: {"y": 1})


class TestWhatIsRead:
    @pytest.mark.parametrize(
        "latex",
        [
            r"a + b = b + a",
            r"a + b &= b + a",
            r"\begin{aligned} a + b &= b \\ &\quad + a \end{aligned}",
            r"\begin{aligned} a &+ b = \\ & b + a \end{aligned}",
            r"\begin{aligned}[t] a + b ={}& b + a \end{aligned}",
            r"\begin{split} a + b &= b + a. \end{split}",
            r"a + b = c, \qquad c = b + a",
            r"a + b = c + 0, \quad \text{where } c = b + a.",
            r"a + b = g(b), \quad \text{with} \quad g(x) = a + x",
            r"a + b \overset{(1)}{=} b + a",
            r"a + b \stackrel{\text{def}}{=} b + a",
            r"a + b := b + a",
            r"\begin{aligned} a + b &= b + a && \text{(}a\text{ and }b\text{)} \end{aligned}",
            r"a + b = b + a \quad (\text{commute}) \tag{1}",
            r"a + b = b + a, \quad a^2 > 0",
        ],
    )
    def test_layouts(self, latex: str):
        assert check(latex, draw=pair).comparisons >= 20

    @pytest.mark.parametrize(
        "latex",
        [
            r"a = b \quad \forall a",
            r"a + b = b + a \quad \text{for $a > 0$}",
            r"a + b = b + a, \quad a",
            r"a + b = b + a \text{Bayes}",
            r"a + b = c \quad \text{where } c",
            r"a = b = ",
            r"a",
            r"a \approx b",
            r"a \propto b",
            r"a = 1, 2",
            r"\begin{matrix} a \end{matrix} = a",
            r"x_k = \sum_k a",
            r"g(a) (1 - g) = g(a) (1 - g), \quad g(x) = x",
            r"q = a, \quad q = a",
        ],
    )
    def test_what_is_left_unread_raises(self, latex: str):
        with pytest.raises((FormulaError, FormulaMismatch)):
            check(latex, draw=pair)

    def test_a_condition_beside_the_equation_is_checked_at_the_points(self):
        with pytest.raises(FormulaMismatch):
            check(r"a + b = b + a, \quad a > 0", draw=pair)

    def test_an_index_of_the_left_side_must_not_be_summed_over(self):
        with pytest.raises(FormulaError, match="stands on the left"):
            check(
                r"p_k = \frac{e^{z_k}}{\sum_k e^{z_k}}",
                FUNCTIONS["eq-softmax"],
                draw=DRAWS["eq-softmax"],
            )

    def test_a_symbol_both_drawn_and_defined_raises(self):
        with pytest.raises(FormulaError, match="drawn, and defined"):
            check("a = b", draw=pair, definitions=["a = 2"])

    def test_not_finite_raises(self):
        with pytest.raises(FormulaError, match="not finite"):
            check(r"a = -\log 0", draw=pair)


class TestBinding:
    def test_one_sample_and_classes_from_one(self):
        def code(z, y, *, scale):
            assert z.shape == (1, 3)
            assert y.shape == (1,)
            return scale * z[np.arange(1), y].mean()

        binding = Binding("eq-x", code, labels=("y",))
        assert called_as_printed(binding)(z=[1, 2, 3], y=1, scale=2) == 2

    def test_mean_shared_fixed_and_output(self):
        def code(x, W, *, reduction="mean"):
            return x, W if reduction == "sum" else None

        one = Binding("eq-x", code, shared=("W",), fixed={"reduction": "sum"}, output=1)
        assert called_as_printed(one)(x=[1.0], W=[[1.0], [2.0]]).shape == (2, 1)
        mean = Binding("eq-x", code, per="mean", output=0)
        assert called_as_printed(mean)(x=[[1.0, 2.0]], W=0).shape == (1, 2)
        with pytest.raises(FormulaError, match="names no output"):
            called_as_printed(Binding("eq-x", code))(x=[1.0], W=[1.0])


class TestAudit:
    def test_a_new_equation_must_be_drawn_or_exempt(self):
        audit = losses_audit(eq_new="a = b")
        assert audit.row("losses", "eq-new").problem == "losses: eq-new is neither drawn nor exempt"

    def test_a_gradient_needs_its_definition(self):
        audit = losses_audit(eq_hinge="m = y f")
        problem = audit.row("losses", "eq-hinge-grad").problem
        assert "not compared with the derivative of a printed definition" in problem

    def test_a_wrong_page_names_chapter_and_label(self):
        audit = losses_audit(eq_kl=AUDIT.latex["eq-kl"].replace("- H(p)", "+ H(p)"))
        problem = audit.row("losses", "eq-kl").problem
        assert problem.startswith("losses: eq-kl: two sides differ")
        assert "hint: the two agree if `+` in `H(p, q) + H(p)` were `-`" in problem

    def test_a_wrong_definition_is_found_where_it_is_used(self):
        audit = losses_audit(eq_entropy=AUDIT.latex["eq-entropy"].replace(r"-\sum", r"\sum"))
        assert audit.row("losses", "eq-entropy").problem
        assert audit.row("losses", "eq-kl").problem

    def test_labels_without_an_equation(self):
        assert AUDIT.unprinted() == []
        audit = losses_audit()
        del audit.latex["eq-kl"]
        assert audit.unprinted() == ["eq-kl"]
        assert "on no page" in audit.row("losses", "eq-gibbs").problem

    def test_one_label_on_two_pages(self):
        pages = {"one": {"eq-a": "a = b"}, "two": {"eq-a": "a = b"}}
        with pytest.raises(FormulaError, match="two: eq-a stands on another page"):
            _ = type(AUDIT)(pages, {}).latex

    def test_kinds(self):
        kinds = {row.label: row.kind for row in AUDIT.rows(mutants=False)}
        assert kinds["eq-hinge"] == "definition"
        assert kinds["eq-hinge-grad"] == "gradient"
        assert kinds["eq-softmax-loss-derivation"] == "derivation"
        assert kinds["eq-gibbs"] == "bound"
        assert kinds["eq-risk"] == "exempt"
