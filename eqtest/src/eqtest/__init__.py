"""Read printed LaTeX, evaluate it, and compare it with code and with itself."""

from eqtest.check import check
from eqtest.compare import Report
from eqtest.errors import FormulaError, FormulaMismatch
from eqtest.evaluate import evaluate
from eqtest.extract import equations, equations_in

__all__ = [
    "FormulaError",
    "FormulaMismatch",
    "Report",
    "check",
    "equations",
    "equations_in",
    "evaluate",
]
