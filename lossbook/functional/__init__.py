"""The functions of ``lossbook.reference`` for PyTorch tensors, differentiable and stable.

Same names, same argument order, same checks: ``lossbook.reference`` says what each computes, and
tests hold the two to the same values and gradients. Tensors keep their floating dtype (half
precision included) and their device. Bad input raises ValueError, a wrong kind of dtype TypeError.
"""

from lossbook.functional.cross_entropy import (
    binary_cross_entropy,
    cross_entropy,
    entropy,
    information,
    sigmoid,
)
from lossbook.functional.risk import empirical_risk, structural_risk
from lossbook.functional.zero_one import zero_one_loss

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "empirical_risk",
    "entropy",
    "information",
    "sigmoid",
    "structural_risk",
    "zero_one_loss",
]
