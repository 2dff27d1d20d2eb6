"""Read printed LaTeX, evaluate it, and compare it with code and with itself."""

from lossbook.formula.check import check
from lossbook.formula.compare import Report
from lossbook.formula.errors import FormulaError, FormulaMismatch
from lossbook.formula.evaluate import evaluate
from lossbook.formula.extract import equations, equations_in

__all__ = [
    "FormulaError",
    "FormulaMismatch",
    "Report",
    "check",
    "equations",
    "equations_in",
    "evaluate",
]
