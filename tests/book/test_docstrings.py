"""The formula in a function's docstring is run against that function, as the page's is."""

import inspect
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from eqtest.binding import called_as_printed
from eqtest.extract import displays_in

from book import _draws as draws
from eqtest import FormulaMismatch, check
from lossbook import reference
from tools.formulas import book_audit

AUDIT = book_audit()
# Formulas of options, which stand second: no page prints them, so that domains say what is drawn.
OPTIONS = {
    "eq-binary-cross-entropy": {"s": "real", "y": "{0, 1}", "w": "positive", "w_plus": "positive"},
    "eq-softmax-loss": {"z": "real[C]", "t": "simplex[C]"},
}
PRINTED = {
    label: [one.latex for one in displays_in(inspect.getdoc(binding.function) or "")]
    for label, binding in sorted(AUDIT.bindings.items())
}
FORMULAS = [
    (label, latex)
    for label, printed in PRINTED.items()
    for latex in printed[: 1 if label in OPTIONS else None]
]
# What a docstring prints beyond its page: the temperature, a function by its name.
GIVEN: dict[str, Callable] = {
    "eq-softmax": lambda rng: draws.DRAWS["eq-soft-softmax"](rng) | {"p": None},
    "eq-distillation-loss": lambda rng: (
        draws.DRAWS["eq-distillation-loss"](rng) | {"softmax": reference.softmax}
    ),
    "eq-structural-risk-l1": lambda rng: (
        draws.DRAWS["eq-structural-risk-l1"](rng) | {"Phi": lambda theta: np.sum(np.abs(theta))}
    ),
    "eq-structural-risk-l2": lambda rng: (
        draws.DRAWS["eq-structural-risk-l2"](rng) | {"Phi": lambda theta: np.sum(theta**2)}
    ),
}


def run(label: str, latex: str) -> None:
    binding = AUDIT.bindings[label]
    # A docstring prints the temperature where the page settles it.
    fixed = {name: found for name, found in binding.fixed.items() if name != "temperature"}
    binding = replace(binding, fixed=fixed)
    draw = GIVEN.get(label, draws.DRAWS[label])

    def drawn(rng: np.random.Generator) -> dict:
        return {name: found for name, found in draw(rng).items() if found is not None}

    check(
        latex,
        called_as_printed(binding),
        draw=drawn,
        symbols={"temperature": "T"} | dict(binding.symbols),
        definitions=[AUDIT.latex[other] for other in AUDIT.definitions(label)],
        implied=drawn(np.random.default_rng(0)),
        borders=False,  # the page's points lie there
        name=f"{binding.function.__name__}.__doc__",
    )


@pytest.mark.parametrize(("label", "latex"), FORMULAS, ids=[label for label, _ in FORMULAS])
def test_a_docstring_prints_what_its_function_computes(label: str, latex: str):
    run(label, latex)


@pytest.mark.parametrize("label", OPTIONS)
def test_a_docstring_prints_what_an_option_does(label: str):
    binding = replace(AUDIT.bindings[label], labels=())
    arguments = {"weight": "w", "pos_weight": "w_plus", "y": "t" if "softmax" in label else "y"}
    definitions = [AUDIT.latex[other] for other in AUDIT.definitions(label)]

    def run_with(latex: str) -> None:
        called = called_as_printed(binding)
        check(latex, called, draw=OPTIONS[label], symbols=arguments, definitions=definitions)

    page = PRINTED[label][1].replace("w_+", r"w_{\text{plus}}")  # w_+ may be a positive part
    run_with(page)
    with pytest.raises(FormulaMismatch):
        run_with(page.replace("-", "", 1))


def test_a_missing_minus_in_a_docstring_is_noticed():
    for label, latex in FORMULAS:
        if latex.count("-") == 1:
            with pytest.raises(FormulaMismatch):
                run(label, latex.replace("-", "+"))


def test_every_docstring_with_a_formula_belongs_to_a_label():
    printed = {
        name
        for name in reference.__all__
        if displays_in(inspect.getdoc(getattr(reference, name)) or "")
    }
    bound = {AUDIT.bindings[label].function.__name__ for label, _ in FORMULAS}
    assert printed <= bound
