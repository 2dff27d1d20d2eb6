"""The plugin for pytest: what is collected, what fails and how it reads, and what stays silent."""

import json

import eqtest.plugin  # noqa: F401  (NumPy cannot be loaded once more by each inner run)
import pytest

pytest_plugins = ["pytester"]

MODULE = r'''
"""Losses."""

import numpy as np


def hinge(f, y):
    r"""Hinge loss of a score and a label.

    .. math:: \ell(f, y) = \max(0, 1 - y f)
       :label: eq-hinge
    """
    return np.maximum(0, 1 - y * f)


def picked(prediction, label):
    r"""
    Cross-entropy of a distribution and a class.

    .. math::
        \ell(p, y) = -\log p_y

    .. eqtest: p: positive simplex[C]; y: class(C)
    """
    return -np.log(prediction[label])


class Model:
    def forward(self, x):
        r"""Square: no domain is declared.

        .. math:: f(x) = x^2
        """
        return x**2
'''
PROJECT = """
[tool.eqtest]
docstrings = ["losses"]
pages = ["docs/*.md"]

[tool.eqtest.domains]
y = "sign"

[tool.eqtest.equations."losses.hinge"]
domains = { f = "real" }

[tool.eqtest.equations."losses.picked"]
symbols = { prediction = "p", label = "y" }

[tool.eqtest.equations.eq-square]
domains = { a = "real", b = "real" }
"""
PAGE = r"""
$$ (a - b)^2 = a^2 - 2 a b + b^2 $$ (eq-square)

$$ c = d $$
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Return a function that runs pytest in a project; the entry point need not be installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*, module=MODULE, project=PROJECT, page=PAGE, options=()):
        pytester.makepyfile(losses=module)
        pytester.makepyprojecttoml(project + '\n[tool.pytest.ini_options]\npythonpath = ["."]\n')
        pytester.mkdir("docs").joinpath("page.md").write_text(page, encoding="utf-8")
        return pytester.runpytest_inprocess("-p", "eqtest.plugin", "-rs", *options)

    return run


def test_docstrings_and_pages_are_run(run):
    result = run(options=["-v"])
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*page.md::eq-square PASSED*",
            "*losses.py::losses::hinge PASSED*",
            "*losses::picked PASSED*",
        ]
    )
    result.stdout.fnmatch_lines(["SKIPPED*not run: *nothing is drawn for the argument*"])


def test_a_lost_minus_fails_and_names_the_place(run):
    result = run(module=MODULE.replace(r"-\log p_y", r"\log p_y"))
    result.assert_outcomes(passed=2, skipped=1, failed=1)
    lines = MODULE.strip().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.endswith(".. math::"))
    result.stdout.fnmatch_lines(
        [
            f"*losses.py:{line}",
            "losses.picked: two sides differ",
            "  picked(prediction, label)  = *",
            r"  \log p_y * = -*",
            "  at point 1 of 40: * p = *",
            r"  hint: the two agree if `-` stood before `\log p_y`",
        ]
    )


def test_a_wrong_equation_of_a_page_fails(run):
    result = run(page=PAGE.replace("- 2", "+ 2"))
    result.assert_outcomes(passed=2, skipped=1, failed=1)
    result.stdout.fnmatch_lines(["*page.md:2", "eq-square: two sides differ"])


def test_the_labelled_equations_of_a_notebook(run, pytester):
    cells = [
        {"cell_type": "markdown", "source": PAGE},
        {"cell_type": "markdown", "source": "$$ a b = b - a $$ (eq-wrong)"},
    ]
    pytester.path.joinpath("page.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    project = PROJECT.replace('"docs/*.md"', '"*.ipynb"').replace("eq-square", '"eq-*"')
    result = run(project=project)
    result.assert_outcomes(passed=3, skipped=1, failed=1)
    result.stdout.fnmatch_lines(["*page.ipynb:cell 2", "eq-wrong: two sides differ"])


def test_a_strict_project_demands_that_everything_is_run(run):
    strict = PROJECT.replace("[tool.eqtest]", "[tool.eqtest]\nstrict = true")
    run(project=strict).assert_outcomes(passed=3, failed=1)


def test_what_is_not_read_is_skipped_unless_the_project_is_strict(run):
    page = PAGE.replace("(a - b)^2", r"\int a")
    result = run(page=page)
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines([r"SKIPPED*not read: *int has no reading here"])


def test_an_exemption_has_its_reason(run):
    project = PROJECT + '\n[tool.eqtest.equations."losses.Model.*"]\nskip = "another time"\n'
    result = run(project=project)
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*another time"])


def test_several_displays_of_one_docstring(run):
    module = MODULE.replace(
        "       :label: eq-hinge\n",
        "\n    .. math:: \\frac{\\partial \\ell}{\\partial f} = -y [y f < 1]\n",
    )
    slope = "def slope(f, y):\n    return -y * (y * f < 1)\n"
    project = (
        PROJECT
        + r"""
[tool.eqtest.equations."losses.hinge#2"]
function = "losses.slope"
definitions = ['\ell(f, y) = \max(0, 1 - y f)']
"""
    )
    result = run(module=f"{module}\n\n{slope}", project=project, options=["-v"])
    result.assert_outcomes(passed=4, skipped=1)
    result.stdout.fnmatch_lines(["*losses::hinge#2 PASSED*"])


def test_nothing_is_collected_where_nothing_is_declared(run):
    result = run(project="[project]\nname = 'losses'\nversion = '1'\n")
    result.assert_outcomes()
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("[tool.eqtest]\nmodules = ['losses']", "modules is no setting"),
        ("[tool.eqtest.domains]\nx = 'reel'", "'reel' is no domain"),
        ("[tool.eqtest.equations.eq-a]\ndomain = 'real'", "eq-a: domain is no setting"),
    ],
)
def test_a_wrong_declaration_is_said(run, declared, message):
    result = run(project=declared)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{message}*"])


def test_a_module_that_does_not_exist_is_said(run):
    result = run(project="[tool.eqtest]\ndocstrings = ['gains']")
    assert result.ret != 0
    assert "there is no module gains" in result.stdout.str() + result.stderr.str()


def test_batches_options_and_labels(run):
    module = r'''
import numpy as np


def mean_loss(z, y, *, reduction="mean"):
    r"""Softmax loss.

    .. math:: \ell(z, y) = -\log \frac{e^{z_y}}{\sum_{k=1}^C e^{z_k}}

    .. eqtest: z: real[C]; y: class(C)
    """
    losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]
    return losses if reduction == "none" else losses.mean()
'''
    project = (
        PROJECT
        + """
[tool.eqtest.equations."losses.mean_loss"]
per = "sample"
fixed = { reduction = "none" }
"""
    )
    run(module=module, project=project).assert_outcomes(passed=2)
