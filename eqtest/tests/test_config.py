"""What a project declares, and how an equation is run with it."""

import math

import numpy as np
import pytest
from eqtest.config import Entry, Equation, Settings, of_docstring, of_page, own_domains, settings
from eqtest.errors import NoValue, Unread
from eqtest.extract import displays_in

from eqtest import FormulaError, FormulaMismatch


def equation(latex, **entry):
    (display,) = displays_in(f"$${latex}$$")
    return Equation("eq-a", "page:1", display, Entry(**entry))


def power(base, exponent, *, scale=1.0, negative=False):
    """Raise, with options.

    .. math:: f(x, n) = x^n
    """
    return -scale * base**exponent if negative else scale * base**exponent


NAMES = {"base": "x", "exponent": "n"}
DOMAINS = {"x": "positive", "n": "1..3"}


def test_names_fixed_arguments_and_given_symbols():
    terms = {"function": power, "symbols": NAMES, "domains": DOMAINS}
    assert equation("f(x, n) = x^n", **terms).run().points == 40
    assert equation("f(x, n) = -x^n", fixed={"negative": True}, **terms).run()
    assert equation("f(x, n) = c x^n", given={"c": 3}, **terms | {"fixed": {"scale": 3}}).run()
    with pytest.raises(FormulaMismatch, match=r"power\(base, exponent\)"):
        equation("f(x, n) = x^n", fixed={"negative": True}, **terms).run()


def test_functions_by_their_dotted_names():
    found = equation(r"g(x) = \phi(x)", function="math.exp", domains={"x": "real"})
    with pytest.raises(NoValue):
        found.run()
    given = {"phi": "numpy.exp"}
    assert equation(
        r"g(x) = \phi(x)", function="math.exp", domains={"x": "real"}, given=given
    ).run()
    with pytest.raises(FormulaError, match=r"math\.expo is no function"):
        equation("g(x) = x", function="math.expo", domains={"x": "real"}).run()
    with pytest.raises(FormulaError, match=r"mathematics\.exp is no function"):
        equation("g(x) = x", function="mathematics.exp", domains={"x": "real"}).run()


class Wrapped(list):
    """A container that is no array."""


def test_arrays_and_required_arguments_are_converted_and_options_are_not():
    seen = []

    def mean_square(x, t, *, weight, scale):
        seen.append((type(x), type(t), type(weight), type(scale)))
        return scale * np.mean(np.array(weight) * (np.array(x) - t) ** 2)

    terms = {
        "function": mean_square,
        "domains": {"x": "real[N]", "t": "real", "weight": "positive[N]", "scale": "positive"},
        "convert": lambda found: Wrapped(found) if np.ndim(found) else np.float64(found),
    }
    equation(
        r"L(x, t) = \frac{\text{scale}}{N} \sum_{i=1}^N \text{weight}_i (x_i - t)^2", **terms
    ).run()
    assert set(seen) == {(Wrapped, np.float64, Wrapped, float)}


def test_what_cannot_be_run_says_why():
    with pytest.raises(Unread):
        equation(r"\int x = 1", domains={"x": "real"}).run()
    with pytest.raises(NoValue, match="no function is named"):
        equation("a = x", domains={"x": "real"}).run()
    with pytest.raises(NoValue, match="no domain is declared"):
        equation("a b = b a").run()


def test_the_later_entry_counts_and_domains_are_joined():
    project = Settings(
        equations={
            "losses.*": {"domains": {"x": "real", "y": "sign"}, "points": 5},
            "losses.hinge": {"domains": {"x": "positive"}, "first": 0, "points": 7},
            "losses.hinge#2": {"skip": "later"},
        }
    )
    entry = project.entry("losses.hinge")
    assert entry.domains == {"x": "positive", "y": "sign"}
    assert (entry.points, entry.first, entry.skip) == (7, 0, "")
    assert project.entry("losses.hinge", "losses.hinge#2").skip == "later"
    assert project.entry("losses.logistic").points == 5
    assert project.entry("gains.hinge") == Entry()


def test_a_docstring_is_bound_to_its_function_and_a_label_to_its_entry():
    project = Settings(domains={"x": "positive"}, equations={"*power": {"symbols": NAMES}})
    displays = displays_in(power.__doc__)
    (found,) = of_docstring(project, "m.power", power, displays)
    assert (found.name, found.where) == ("m.power", "m.power")
    with pytest.raises(NoValue, match=r"exponent \(n\)"):
        found.run()
    page = displays_in("$$ f(x) = g(x) $$ (eq-f) $$ g(x) = e^x $$ (eq-g)")
    entry = {"function": math.exp, "definitions": ["eq-g"]}
    project = Settings(domains={"x": "real"}, equations={"eq-f": entry})
    first, second = of_page(project, "page.md", page)
    assert first.run().comparisons == 40
    with pytest.raises(NoValue):
        second.run()


def test_what_an_equation_defines_needs_no_domain_and_takes_none():
    project = Settings(domains={"p": "probability", "x": "real"})
    (found,) = of_page(project, "page.md", displays_in("$$ p = x x = x^2 $$"))
    assert found.run().comparisons == 40


@pytest.mark.parametrize("text", [".. eqtest: x real", ".. eqtest: x: reel"])
def test_a_declaration_in_a_docstring_that_is_not_read(text):
    with pytest.raises(FormulaError):
        own_domains(text)


def test_a_folder_without_a_project(tmp_path):
    assert settings(tmp_path) == Settings(root=tmp_path)
