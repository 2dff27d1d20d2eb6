"""The formula in a function's docstring is run against that function, as the page's is."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from book_data import counts
from eqtest.binding import called_as_printed
from eqtest.extract import displays_in
from scipy.special import logsumexp

from book import _draws as draws
from eqtest import FormulaMismatch, check
from lossbook import reference
from lossbook.functional import rivals
from lossbook.reference import margin
from tools.formulas import book_audit

AUDIT = book_audit()
ROOT = Path(__file__).parents[2]


def formulas() -> Iterator[tuple[str, str]]:
    """Yield every label with each formula that its function's docstring prints for it.

    As many formulas as labels belong to one each, in the order of the decorators from below.
    """
    labels: dict[Callable, list[str]] = {}
    for label, binding in AUDIT.bindings.items():
        labels.setdefault(binding.function, []).append(label)
    for function, bound in labels.items():
        printed = [display.latex for display in displays_in(inspect.getdoc(function) or "")]
        one_each = len(printed) == len(bound)
        yield from zip(bound, printed, strict=True) if one_each else product(bound, printed)


FORMULAS = sorted(formulas())
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


def _in_parts(module: ModuleType) -> list[str]:
    (display,) = displays_in(inspect.getdoc(module) or "")
    return [part.strip().rstrip(",") for part in display.latex.split(r"\quad")]


def _margin(rng: np.random.Generator) -> dict:
    W, x = rng.normal(size=(4, 3)), rng.normal(size=3)
    cosines = W @ x / np.linalg.norm(W, axis=1) / np.linalg.norm(x)
    drawn = {"W": W, "x": x, "y": int(rng.integers(1, 5)), "m": 3}
    psi = partial(margin.l_softmax_psi, m=3)
    return drawn | {"theta": np.arccos(cosines), "psi": psi}


def _rivals(rng: np.random.Generator) -> dict:
    f, v, b, y = rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=4), rng.integers(1, 5)
    return {"f": f, "v": v, "b": b, "y": int(y), "t": v[y - 1] @ f + b[y - 1]}


def test_no_formula_of_the_package_is_left_out():
    functions = {binding.function for binding in AUDIT.bindings.values()}
    displays = [displays_in(inspect.getdoc(function) or "") for function in functions]
    of_modules = 2
    assert counts()["docstrings"] == sum(map(len, displays)) + of_modules


def test_a_module_prints_what_it_computes():
    others, loss = _in_parts(rivals)
    check(
        loss,
        lambda f, v, b, y: reference.softmax_loss([v @ f + b], [y - 1]),
        definitions=[others],
        draw=_rivals,
    )
    others, own = _in_parts(margin)
    check(others, lambda W, x, theta: W @ x, draw=_margin)
    check(own, _true_logit, draw=_margin)


def _true_logit(W: np.ndarray, x: np.ndarray, y: int, theta: np.ndarray) -> float:
    """Return the logit that the loss must have taken beside the others."""
    loss = reference.l_softmax_loss([x], W, [y - 1], m=3)
    return logsumexp(np.delete(W @ x, y - 1)) - np.log(np.expm1(loss))


def _typed_returns(source: str) -> list[str]:
    """Return the first lines of what is returned whose colon Sphinx would take for a type's."""
    docstrings = (
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    )
    first = (re.search(r"^(?:Returns|Yields):\n(.+)", text, re.MULTILINE) for text in docstrings)
    lines = (found[1] for found in first if found)
    return [line for line in lines if ":" in re.sub(r"(?::\w+:)?`+[^`]+`+", "", line)]


def test_what_is_returned_has_no_colon_in_its_first_line():
    sources = [*ROOT.glob("lossbook/**/*.py"), *ROOT.glob("eqtest/src/**/*.py")]
    assert len(sources) > 50
    typed = {str(path): _typed_returns(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: lines for name, lines in typed.items() if lines} == {}
