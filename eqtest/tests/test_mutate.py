"""Mutants are changed formulas, and the checks notice almost all of them."""

import pytest
from eqtest.check import Trial
from eqtest.statement import Statement
from losses_book import losses_audit
from test_check import HINGE, hinge_loss, margin

FLOOR = 0.97

# What no point can tell from the page, with the reason.
SURVIVORS = {
    "eq-psi": (
        "psi is continuous at pi, where alone the floor exceeds m - 1",
        {
            r"term: `\min\left(\left\lfloor \frac{m\theta}{\pi} \right\rfloor, m - 1\right)` ->"
            r" `(\left\lfloor \frac{m\theta}{\pi} \right\rfloor)` in"
            r" `\min\left(\left\lfloor \frac{m\theta}{\pi} \right\rfloor, m - 1\right)`",
            "sign: `-` -> `+` in `m - 1`",
            "term: `- 1` -> `` in `m - 1`",
        },
    ),
    "eq-gibbs": (
        "minus zero is zero, the divergence of q from q is zero, and no draw has p = q",
        {
            r"strict: `\ge` -> `>` in `D_{\mathrm{KL}}(p \| q) \ge 0`",
            "sign: `-` before `0`",
            r"symbol: `p` -> `{q}` in `D_{\mathrm{KL}}(p \| q)`",
        },
    ),
}


def trial(latex: str, draw=margin, function=None) -> Trial:
    return Trial(latex, function, draw=draw)


def changed(latex: str, draw=margin) -> dict[str, set[str]]:
    """Return the mutated right sides by kind."""
    found: dict[str, set[str]] = {}
    for mutant in trial(latex, draw).mutants():
        sides = mutant.statement.chains[0].sides
        found.setdefault(mutant.kind, set()).add(sides[-1].latex)
    return found


def test_the_mutants_of_the_hinge():
    found = changed(r"\ell = \max(0, 1 - y f)")
    assert found["sign"] == {
        r"-\max(0, 1 - y f)",
        r"\max(0, 1 + y f)",
        r"\max(0, -1 - y f)",
    }
    assert found["function"] == {r"\min(0, 1 - y f)"}
    assert found["term"] == {r"\max(0, 1  )", r"\max(0,  - y f)", "(0)", "(1 - y f)"}
    assert found["factor"] == {r"\max(0, 1 -  f)", r"\max(0, 1 - y )"}
    assert found["constant"] == {r"\max(1, 1 - y f)", r"\max(0, 2 - y f)"}


def test_the_mutants_of_indices_exponents_and_sums():
    def draw(rng):
        return {"x": rng.normal(size=(3, 3)), "N": 3, "k": 1}

    found = changed(r"\ell = \frac{1}{N} \sum_{i=1}^{N} x_{i k}^2", draw)
    assert r"\frac{1}{N} \sum_{i=1}^{N} x_{{k} k}^2" in found["index"]
    assert r"\frac{1}{N} \sum_{i=1}^{N} x_{i {i}}^2" in found["index"]
    assert r"\frac{1}{N} \sum_{i=1}^{{N - 1}} x_{i k}^2" in found["index"]
    assert r"\frac{1}{N} \sum_{i=1}^{N} x_{i k}^3" in found["constant"]
    assert r"\frac{1}{N} \sum_{i=1}^{N} x_{i k}" in found["exponent"]
    assert r"\frac{1}{N} \prod_{i=1}^{N} x_{i k}^2" in found["function"]
    assert r"\frac{1}{1} \sum_{i=1}^{N} x_{i k}^2" in found["factor"]
    assert r"\frac{N}{1} \sum_{i=1}^{N} x_{i k}^2" in found["factor"]


def test_no_mutant_is_the_page_or_twice_the_same():
    for label in ("eq-focal", "eq-huber", "eq-kl"):
        one = losses_audit().trial("losses", label)
        trees = [
            tuple(side.node for chain in mutant.statement.chains for side in chain.sides)
            + tuple(item.body for item in mutant.statement.locals)
            for mutant in one.mutants()
        ]
        assert len(set(trees)) == len(trees) > 15
        printed = one.statement
        page = tuple(side.node for chain in printed.chains for side in chain.sides)
        assert page + tuple(item.body for item in printed.locals) not in trees


def test_two_ways_to_one_mutant_count_once():
    assert changed(r"\ell = y y f")["factor"] == {"y f", "y y"}


def test_heads_and_comments_are_not_mutated():
    found = trial(r"\ell(y, f) = y f, \quad \text{(a - b)}").mutants()
    assert {mutant.statement.chains[0].sides[0].latex for mutant in found} == {r"\ell(y, f)"}


def test_a_mutant_that_compares_less_does_not_pass():
    one = trial(HINGE, function=hinge_loss)
    assert one.agrees(one.statement)
    assert one.check().comparisons == 20  # also after what it has compared already
    assert not one.agrees(Statement(HINGE, (), ()))


@pytest.fixture(scope="module")
def rows():
    return list(losses_audit().rows())


def test_the_floor(rows):
    mutants, killed = sum(row.mutants for row in rows), sum(row.killed for row in rows)
    assert mutants > 700
    assert killed >= FLOOR * mutants


def test_the_survivors_are_known(rows):
    survivors = {row.label: set(row.survivors) for row in rows if row.survivors}
    assert survivors == {label: names for label, (_, names) in SURVIVORS.items()}
