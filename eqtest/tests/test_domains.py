"""Domains: what they draw, which ends they meet, and what is no domain."""

import numpy as np
import pytest
from eqtest.domains import LARGEST, SMALLEST, domain, draws

from eqtest import FormulaError, FormulaMismatch, check

POINTS = 400


def drawn(text, **others):
    draw, rng = draws({"x": text} | others), np.random.default_rng(0)
    return [draw(rng) for _ in range(POINTS)]


def values(text):
    return np.array([point["x"] for point in drawn(text)])


@pytest.mark.parametrize(
    ("text", "low", "high", "ends"),
    [
        ("positive", 0, np.inf, ()),
        ("nonnegative", 0, np.inf, (0,)),
        ("probability", 0, 1, (0, 1)),
        ("(0, 1)", 0, 1, ()),
        ("[-1, 3)", -1, 3, (-1,)),
        ("(-1, 3]", -1, 3, (3,)),
        ("[2, inf)", 2, np.inf, (2,)),
        ("(-inf, 2]", -np.inf, 2, (2,)),
        ("(-inf, 2)", -np.inf, 2, ()),
        ("[1e-3, 0.5]", 1e-3, 0.5, (1e-3, 0.5)),
    ],
)
def test_an_interval_is_met_inside_and_at_the_ends_that_belong_to_it(text, low, high, ends):
    found = values(text)
    assert np.all((found >= low) & (found <= high))
    for end in (low, high):
        assert np.any(found == end) == (end in ends)
    assert np.unique(found).size > POINTS / 4


def test_real_numbers_meet_the_usual_kinks():
    found = values("real")
    assert {-1, 0, 1} <= set(found)
    assert found.min() < -2
    assert found.max() > 2


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("sign", {-1, 1}),
        ("{0, 0.5, 2}", {0, 0.5, 2}),
        ("2..4", {2, 3, 4}),
        ("-1..1", {-1, 0, 1}),
        ("class(3)", {1, 2, 3}),
    ],
)
def test_few_values(text, members):
    assert set(values(text)) == members
    assert {type(point["x"]) for point in drawn(text)} <= {int, float}


def test_classes_as_the_page_counts_them():
    draw, rng = draws({"y": "class(2)[N]"}, first=0), np.random.default_rng(0)
    points = [draw(rng) for _ in range(POINTS)]
    assert set(np.concatenate([point["y"] for point in points])) == {0, 1}
    assert all(point["y"].shape == (point["N"],) for point in points)
    assert points[0]["y"].dtype.kind == "i"


def test_sizes_are_shared_and_are_symbols():
    points = drawn("real[N, C]", y="class(C)[N]", w="positive[C]", u="real[2]", k="1..C")
    assert {point["C"] for point in points} == set(range(SMALLEST, LARGEST + 1))
    for point in points:
        assert point["x"].shape == (point["N"], point["C"])
        assert point["w"].shape == (point["C"],)
        assert point["y"].max() <= point["C"]
        assert point["k"] <= point["C"]
        assert point["u"].shape == (2,)
    assert {point["N"] for point in drawn("real[N]", N="{5, 6}")} == {5, 6}


def test_a_simplex_and_its_border():
    points = [point["x"] for point in drawn("simplex[N, C]")]
    assert all(np.allclose(point.sum(axis=-1), 1) for point in points)
    assert any((point == 0).any() for point in points)
    inner = [point["x"] for point in drawn("positive simplex[3]")]
    assert all((point > 0).all() for point in inner)


@pytest.mark.parametrize(
    "text",
    [
        "reel",
        "real[",
        "real[N",
        "[1, 0]",
        "(0, 0)",
        "simplex",
        "class",
        "1..",
        "{}",
        "{a}",
        "real 3",
    ],
)
def test_what_is_no_domain(text):
    with pytest.raises(FormulaError):
        domain(text)


CASES = r"""\ell(x, t) = \begin{cases}
\frac{(x - t)^2}{2} & \text{if } |x - t| \le \delta \\
\delta (|x - t| - \frac{\delta}{2}) & \text{otherwise} \end{cases}"""
HUBER = {"x": "real", "t": "real", "delta": "positive"}


def huber(x, t, *, delta):
    r = abs(x - t)
    return r**2 / 2 if r <= delta else delta * (r - delta / 2)


def step(x, t, *, delta):
    return float(abs(x - t) <= delta)


def test_a_check_takes_domains_and_meets_every_border():
    assert check(CASES, huber, draw=HUBER, points=40).points == 40
    check(r"\ell(x, t) = [|x - t| \le \delta]", step, draw=HUBER, points=40)
    with pytest.raises(FormulaMismatch):
        check(r"\ell(x, t) = [|x - t| < \delta]", step, draw=HUBER, points=40)


def test_labels_are_shifted_for_the_code():
    domains = {"z": "real[C]", "y": "class(C)"}
    check("p(z, y) = z_y", lambda z, y: z[y], draw=domains, labels=["y"])
    check("p(z, y) = z_y", lambda z, y: z[y], draw=domains, first=0)
    with pytest.raises((FormulaMismatch, IndexError)):
        check("p(z, y) = z_y", lambda z, y: z[y], draw=domains)
