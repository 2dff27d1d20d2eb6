"""The functions of ``lossbook.reference`` for PyTorch tensors, differentiable and stable.

Same names, same argument order, same checks: ``lossbook.reference`` says what each computes, and
tests hold the two to the same values and gradients. Tensors keep their floating dtype (half
precision included) and their device.

An argument that is not as described raises a ValueError that names the argument, what it was and
what was expected; what is no tensor, or one of a wrong kind of dtype, a TypeError. Predictions are
of a floating dtype. Hyper-parameters and weights are finite. The mean of an empty batch is refused,
and so is a mean in which every weight is 0.
"""

from lossbook.functional.cross_entropy import (
    binary_cross_entropy,
    cross_entropy,
    entropy,
    information,
    sigmoid,
)
from lossbook.functional.density import gaussian_nll_loss, poisson_nll_loss, student_nll_loss
from lossbook.functional.divergence import kl_divergence
from lossbook.functional.exponential import exponential_loss, logistic_loss, sigmoid_cross_entropy
from lossbook.functional.hinge import hinge_loss, multiclass_hinge_loss, squared_hinge_loss
from lossbook.functional.margin import (
    a_softmax_loss,
    am_softmax_loss,
    arcface_loss,
    l2_softmax_loss,
    l_softmax_loss,
)
from lossbook.functional.metric import info_nce_loss, triplet_loss
from lossbook.functional.overlap import dice_loss, giou_loss
from lossbook.functional.perceptual import perceptual_loss
from lossbook.functional.regression import (
    charbonnier_loss,
    huber_loss,
    l1_loss,
    l2_loss,
    log_cosh_loss,
    quantile_loss,
    smooth_l1_loss,
    tukey_loss,
)
from lossbook.functional.risk import empirical_risk, structural_risk
from lossbook.functional.softmax import (
    brier_loss,
    distillation_loss,
    focal_loss,
    sigmoid_focal_loss,
    soft_softmax_loss,
    softmax,
    softmax_loss,
    weighted_softmax_loss,
)
from lossbook.functional.zero_one import zero_one_loss

__all__ = [
    "a_softmax_loss",
    "am_softmax_loss",
    "arcface_loss",
    "binary_cross_entropy",
    "brier_loss",
    "charbonnier_loss",
    "cross_entropy",
    "dice_loss",
    "distillation_loss",
    "empirical_risk",
    "entropy",
    "exponential_loss",
    "focal_loss",
    "gaussian_nll_loss",
    "giou_loss",
    "hinge_loss",
    "huber_loss",
    "info_nce_loss",
    "information",
    "kl_divergence",
    "l1_loss",
    "l2_loss",
    "l2_softmax_loss",
    "l_softmax_loss",
    "log_cosh_loss",
    "logistic_loss",
    "multiclass_hinge_loss",
    "perceptual_loss",
    "poisson_nll_loss",
    "quantile_loss",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "soft_softmax_loss",
    "softmax",
    "softmax_loss",
    "squared_hinge_loss",
    "structural_risk",
    "student_nll_loss",
    "triplet_loss",
    "tukey_loss",
    "weighted_softmax_loss",
    "zero_one_loss",
]
