"""Functions as libraries have them: without names, of tensors, in single precision."""

import math

import numpy as np
import pytest
from eqtest.binding import Binding, called_as_printed

from eqtest import FormulaError, FormulaMismatch, check, evaluate

torch = pytest.importorskip("torch")


def pair(rng):
    return {"a": rng.normal(), "b": rng.normal()}


def angle(rng):
    return {"theta": rng.normal()}


def positive(rng):
    return {"x": rng.uniform(1, 2)}


@pytest.mark.parametrize(
    ("latex", "function", "draw"),
    [
        (r"\ell(a, b) = \max(a, b)", max, pair),
        (r"f(\theta) = 2 \sin(\theta/2) \cos(\theta/2)", np.sin, angle),
        (r"f(a, b) = \log(e^a + e^b)", np.logaddexp, pair),
        (r"f(a, b) = \log(e^a + e^b)", lambda *places: np.logaddexp(*places), pair),
        (r"f(x) = \log x", math.log, positive),
        (r"f(x) = \log x", lambda u: torch.log(torch.tensor(u, dtype=torch.float64)), positive),
    ],
)
def test_a_function_is_called_in_the_order_of_the_head_if_no_name_fits(latex, function, draw):
    assert check(latex, function, draw=draw).comparisons == 20
    with pytest.raises(FormulaMismatch):
        check(
            f"{latex} + a" if "a" in draw(np.random.default_rng()) else f"{latex} + 1",
            function,
            draw=draw,
        )


def test_the_order_counts():
    page = "f(a, b) = a - b"
    check(page, np.subtract, draw=pair)
    check("f = a - b", np.subtract, draw=pair, symbols=("a", "b"))
    for terms in ({"symbols": ("b", "a")}, {"symbols": ["b", "a"]}):
        with pytest.raises(FormulaMismatch, match=r"subtract\(b, a\)"):
            check(page, np.subtract, draw=pair, **terms)
    with pytest.raises(FormulaMismatch, match=r"subtract\(b, a\)"):
        check("f(b, a) = a - b", np.subtract, draw=pair)


@pytest.mark.parametrize(
    ("latex", "function", "terms", "message"),
    [
        ("f = a - b", np.subtract, {}, "x1"),
        ("f = a - b", max, {}, "max, whose arguments have no names"),
        ("f(a) = a", lambda u, v: u, {}, r"argument u \(u\)"),
        ("f(a, b) = a", lambda a, v: a, {}, r"argument v \(v\)"),
        ("f(a, b) = a", max, {"symbols": ("a", "c")}, "argument c"),
    ],
)
def test_an_argument_without_a_symbol(latex, function, terms, message):
    with pytest.raises(FormulaError, match=f"nothing is drawn for.*{message}"):
        check(latex, function, draw=pair, **terms)


def test_what_a_draw_forgets_to_return():
    with pytest.raises(FormulaError, match="draw returned NoneType, not a dictionary"):
        check("a = a", draw=lambda rng: None)


def square_loss(x, t, dtype=np.float32):
    return ((x - t) ** 2).astype(dtype)


def vectors(rng):
    return {"x": rng.normal(size=3), "t": rng.normal(size=3)}


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_the_type_that_a_function_returns_decides_how_close_it_has_to_be(dtype):
    page = r"\ell_i = (x_i - t_i)^2"
    assert check(page, lambda x, t: square_loss(x, t, dtype), draw=vectors).error > 1e-9
    with pytest.raises(
        FormulaMismatch, match=f"fewer digits: the function returned {np.dtype(dtype)}"
    ):
        check(page, lambda x, t: square_loss(x, t, dtype) * dtype(1.05), draw=vectors)
    with pytest.raises(FormulaMismatch) as caught:  # a double is held to all of its digits
        check(page, lambda x, t: square_loss(x, t, dtype).astype(float), draw=vectors)
    assert "digits" not in str(caught.value)


def test_tensors_that_record_gradients():
    def draw(rng):
        return {"x": torch.tensor(rng.normal(size=3), requires_grad=True)}

    page = r"\ell(x) = \sum_i x_i^2"
    check(page, lambda x: (x**2).sum(), draw=draw)
    with pytest.raises(FormulaMismatch, match="at point 1 of 20: x = "):
        check(page, lambda x: (x**3).sum(), draw=draw)
    weight = torch.tensor([1.0, 2.0], requires_grad=True)
    assert evaluate("w_2", {"w": weight}) == 2


def test_a_type_that_numpy_does_not_have_is_said():
    with pytest.raises(FormulaError, match="what the function returned"):
        check("f(x) = x", lambda x: torch.tensor(x, dtype=torch.bfloat16), draw=positive)


def test_indices_from_zero():
    """A label that the page counts from 0 is the code's own."""

    def picked(z, y):
        return np.asarray(z)[np.arange(len(y)), y]

    def draw(first):
        return lambda rng: {"z": rng.normal(size=3), "y": int(rng.integers(first, first + 3))}

    binding = Binding("eq-picked", picked, labels=("y",))
    for first in (0, 1):
        function = called_as_printed(binding, first=first)
        check("p(z, y) = z_y", function, draw=draw(first), first=first)
    with pytest.raises((FormulaError, FormulaMismatch, IndexError)):
        check("p(z, y) = z_y", called_as_printed(binding, first=0), draw=draw(1))
