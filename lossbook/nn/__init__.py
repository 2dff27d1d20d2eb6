"""The losses that train a model, as modules over ``lossbook.functional``.

A module per file of ``lossbook.functional``. Hyper-parameters are checked when a module is built,
the rest on call, both as :mod:`lossbook.functional` says: a ValueError names the argument, a
TypeError a wrong kind of dtype. Hyper-parameters may be given by position, in the order in which
they are listed; ``reduction`` is a keyword.
"""

from lossbook.nn.cross_entropy import BinaryCrossEntropyLoss
from lossbook.nn.density import GaussianNLLLoss, PoissonNLLLoss, StudentNLLLoss
from lossbook.nn.divergence import KLDivergenceLoss
from lossbook.nn.efficientnet import EfficientNetLite0Features
from lossbook.nn.exponential import ExponentialLoss, LogisticLoss, SigmoidCrossEntropyLoss
from lossbook.nn.hinge import HingeLoss, MulticlassHingeLoss, SquaredHingeLoss
from lossbook.nn.margin import (
    AMSoftmaxLoss,
    ArcFaceLoss,
    ASoftmaxLoss,
    L2SoftmaxLoss,
    LSoftmaxLoss,
)
from lossbook.nn.metric import InfoNCELoss, TripletLoss
from lossbook.nn.overlap import DiceLoss, GIoULoss
from lossbook.nn.perceptual import PerceptualLoss
from lossbook.nn.regression import (
    CharbonnierLoss,
    HuberLoss,
    L1Loss,
    L2Loss,
    LogCoshLoss,
    QuantileLoss,
    SmoothL1Loss,
    TukeyLoss,
)
from lossbook.nn.risk import StructuralRisk
from lossbook.nn.softmax import (
    BrierLoss,
    DistillationLoss,
    FocalLoss,
    SigmoidFocalLoss,
    SoftmaxLoss,
    SoftSoftmaxLoss,
    WeightedSoftmaxLoss,
)
from lossbook.nn.vgg import VGG16Features, fetch_vgg16

__all__ = [
    "AMSoftmaxLoss",
    "ASoftmaxLoss",
    "ArcFaceLoss",
    "BinaryCrossEntropyLoss",
    "BrierLoss",
    "CharbonnierLoss",
    "DiceLoss",
    "DistillationLoss",
    "EfficientNetLite0Features",
    "ExponentialLoss",
    "FocalLoss",
    "GIoULoss",
    "GaussianNLLLoss",
    "HingeLoss",
    "HuberLoss",
    "InfoNCELoss",
    "KLDivergenceLoss",
    "L1Loss",
    "L2Loss",
    "L2SoftmaxLoss",
    "LSoftmaxLoss",
    "LogCoshLoss",
    "LogisticLoss",
    "MulticlassHingeLoss",
    "PerceptualLoss",
    "PoissonNLLLoss",
    "QuantileLoss",
    "SigmoidCrossEntropyLoss",
    "SigmoidFocalLoss",
    "SmoothL1Loss",
    "SoftSoftmaxLoss",
    "SoftmaxLoss",
    "SquaredHingeLoss",
    "StructuralRisk",
    "StudentNLLLoss",
    "TripletLoss",
    "TukeyLoss",
    "VGG16Features",
    "WeightedSoftmaxLoss",
    "fetch_vgg16",
]
