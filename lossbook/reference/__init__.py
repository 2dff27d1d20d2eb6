"""Every formula of the book in NumPy, float64, as printed, with its gradient by hand.

Conventions, once for all: the prediction comes first, the target second, hyper-parameters are
keyword-only, ``reduction`` is last. ``<name>_grad`` takes the same arguments as ``<name>`` and
returns the gradient of the reduced loss with respect to the prediction; under ``"none"`` each
entry is the derivative of its own loss. Logarithms are natural (nats) unless ``base`` says
otherwise. Bad input raises ValueError, a wrong kind of dtype TypeError.
"""

from lossbook.reference.cross_entropy import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    cross_entropy,
    cross_entropy_grad,
    entropy,
    entropy_grad,
    information,
    information_grad,
    sigmoid,
    sigmoid_grad,
)
from lossbook.reference.risk import (
    empirical_risk,
    empirical_risk_grad,
    structural_risk,
    structural_risk_grad,
)
from lossbook.reference.zero_one import zero_one_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "empirical_risk",
    "empirical_risk_grad",
    "entropy",
    "entropy_grad",
    "information",
    "information_grad",
    "sigmoid",
    "sigmoid_grad",
    "structural_risk",
    "structural_risk_grad",
    "zero_one_loss",
]
