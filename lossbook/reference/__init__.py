"""Every formula of the book in NumPy, float64, as printed, with its gradient by hand.

Conventions, once for all: the prediction comes first, the target second, hyper-parameters are
keyword-only, ``reduction`` is last. ``<name>_grad`` takes the same arguments as ``<name>`` and
returns the gradient of the reduced loss with respect to the prediction; under ``"none"`` each
entry is the derivative of its own loss. Logarithms are natural (nats) unless ``base`` says
otherwise. ``margin`` holds the one form of its five losses instead of five printed formulas.

An argument that is not what ``Args`` says raises a ValueError that names the argument, what it was
and what was expected; values that are no numbers, or labels that are no integers, a TypeError.
Hyper-parameters and weights are finite. The mean of an empty batch is refused, and so is a mean in
which every weight is 0.
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
from lossbook.reference.density import (
    gaussian_nll_loss,
    gaussian_nll_loss_grad,
    poisson_nll_loss,
    poisson_nll_loss_grad,
    student_nll_loss,
    student_nll_loss_grad,
)
from lossbook.reference.divergence import kl_divergence, kl_divergence_grad
from lossbook.reference.exponential import (
    exponential_loss,
    exponential_loss_grad,
    logistic_loss,
    logistic_loss_grad,
    sigmoid_cross_entropy,
    sigmoid_cross_entropy_grad,
)
from lossbook.reference.hinge import (
    hinge_loss,
    hinge_loss_grad,
    multiclass_hinge_loss,
    multiclass_hinge_loss_grad,
    squared_hinge_loss,
    squared_hinge_loss_grad,
)
from lossbook.reference.margin import (
    a_softmax_loss,
    a_softmax_loss_grad,
    am_softmax_loss,
    am_softmax_loss_grad,
    arcface_loss,
    arcface_loss_grad,
    l2_softmax_loss,
    l2_softmax_loss_grad,
    l_softmax_loss,
    l_softmax_loss_grad,
)
from lossbook.reference.perceptual import perceptual_loss, perceptual_loss_grad
from lossbook.reference.regression import (
    huber_loss,
    huber_loss_grad,
    l1_loss,
    l1_loss_grad,
    l2_loss,
    l2_loss_grad,
    quantile_loss,
    quantile_loss_grad,
    smooth_l1_loss,
    smooth_l1_loss_grad,
)
from lossbook.reference.risk import (
    empirical_risk,
    empirical_risk_grad,
    structural_risk,
    structural_risk_grad,
)
from lossbook.reference.softmax import (
    brier_loss,
    brier_loss_grad,
    distillation_loss,
    distillation_loss_grad,
    focal_loss,
    focal_loss_grad,
    sigmoid_focal_loss,
    sigmoid_focal_loss_grad,
    soft_softmax_loss,
    soft_softmax_loss_grad,
    softmax,
    softmax_grad,
    softmax_loss,
    softmax_loss_grad,
    weighted_softmax_loss,
    weighted_softmax_loss_grad,
)
from lossbook.reference.zero_one import zero_one_loss

__all__ = [
    "a_softmax_loss",
    "a_softmax_loss_grad",
    "am_softmax_loss",
    "am_softmax_loss_grad",
    "arcface_loss",
    "arcface_loss_grad",
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "brier_loss",
    "brier_loss_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "distillation_loss",
    "distillation_loss_grad",
    "empirical_risk",
    "empirical_risk_grad",
    "entropy",
    "entropy_grad",
    "exponential_loss",
    "exponential_loss_grad",
    "focal_loss",
    "focal_loss_grad",
    "gaussian_nll_loss",
    "gaussian_nll_loss_grad",
    "hinge_loss",
    "hinge_loss_grad",
    "huber_loss",
    "huber_loss_grad",
    "information",
    "information_grad",
    "kl_divergence",
    "kl_divergence_grad",
    "l1_loss",
    "l1_loss_grad",
    "l2_loss",
    "l2_loss_grad",
    "l2_softmax_loss",
    "l2_softmax_loss_grad",
    "l_softmax_loss",
    "l_softmax_loss_grad",
    "logistic_loss",
    "logistic_loss_grad",
    "multiclass_hinge_loss",
    "multiclass_hinge_loss_grad",
    "perceptual_loss",
    "perceptual_loss_grad",
    "poisson_nll_loss",
    "poisson_nll_loss_grad",
    "quantile_loss",
    "quantile_loss_grad",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sigmoid_cross_entropy_grad",
    "sigmoid_focal_loss",
    "sigmoid_focal_loss_grad",
    "sigmoid_grad",
    "smooth_l1_loss",
    "smooth_l1_loss_grad",
    "soft_softmax_loss",
    "soft_softmax_loss_grad",
    "softmax",
    "softmax_grad",
    "softmax_loss",
    "softmax_loss_grad",
    "squared_hinge_loss",
    "squared_hinge_loss_grad",
    "structural_risk",
    "structural_risk_grad",
    "student_nll_loss",
    "student_nll_loss_grad",
    "weighted_softmax_loss",
    "weighted_softmax_loss_grad",
    "zero_one_loss",
]
