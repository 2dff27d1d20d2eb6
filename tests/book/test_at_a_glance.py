"""Each row of *At a glance* says what the code does, and a wrong one is noticed."""

import pytest
from book_data import GlanceCell, glance

from tests.book.glance_rows import CHECKS, MINIMISERS, WrongRowError

CELLS = [cell for cell in glance() if cell.is_of_one_loss]
IDS = [f"{cell.label}-{cell.row}" for cell in CELLS]


@pytest.mark.parametrize("cell", CELLS, ids=IDS)
def test_a_row_says_what_the_code_does(cell: GlanceCell):
    CHECKS[cell.row](cell.label, cell.text)


TRUE_PROBABILITIES = next(words for words in MINIMISERS if words.startswith("$p$ = the true"))
SWAPPED = r"{eq}`eq-quantile-grad`: $\tau$ below the target, $1 - \tau$ above it"
WRONG = [
    ("eq-empirical-risk", "Gradient", "$1$ for each loss"),
    ("eq-structural-risk-l2", "Gradient", r"adds $\lambda\theta_j$ (L2)"),
    ("eq-zero-one", "Gradient", "1 wherever it exists"),
    ("eq-softmax-loss", "Gradient", "$[k = y] - p_k$ in the logit $z_k$"),
    ("eq-soft-softmax-loss", "Gradient", "$(p_k - [k = y]) T$"),
    ("eq-arcface-loss", "Gradient", "{eq}`eq-am-softmax-loss-grad-features` in the features"),
    ("eq-kl-divergence", "Gradient", "$p_k / q_k$ in $q_k$"),
    ("eq-hinge", "Gradient", "$-y$ where $y f < 0$, otherwise 0"),
    ("eq-l1", "Gradient", "{eq}`eq-l2-grad`: $2 (x - t)$"),
    ("eq-huber", "Gradient", "{eq}`eq-huber-grad`: between $-1$ and $1$"),
    (
        "eq-quantile",
        "Gradient",
        SWAPPED,
    ),
    ("eq-zero-one", "Range", r"$[0, \infty)$"),
    ("eq-softmax-loss", "Range", r"$[0, \infty)$"),
    ("eq-kl-divergence", "Range", r"$[0, \infty)$"),
    ("eq-hinge", "Range", r"$(0, \infty)$"),
    ("eq-l-softmax-loss", "Range", r"$(0, \infty)$, bounded on both sides for given $s$, $m$, $C$"),
    ("eq-zero-one", "Convex", "yes"),
    ("eq-softmax-loss", "Convex", "no"),
    ("eq-arcface-loss", "Convex", "in the logits and in $x$"),
    ("eq-focal-loss", "Convex", "in the logits"),
    ("eq-l1", "Convex", "yes, strictly"),
    ("eq-l2", "Convex", "yes, not strictly"),
    ("eq-perceptual", "Convex", "in the image"),
    ("eq-hinge", "Smooth", "yes"),
    ("eq-hinge", "Smooth", "no: a kink at $y f = 0$"),
    ("eq-squared-hinge", "Smooth", "yes"),
    ("eq-logistic", "Smooth", "once differentiable"),
    ("eq-huber", "Smooth", r"once; the curvature jumps at $\lvert x - t\rvert = 2 \delta$"),
    ("eq-l2", "Smooth", "yes, with constant second derivative 1"),
    ("eq-arcface-loss", "Smooth", "yes, except at $x = 0$"),
    ("eq-l1", "Minimiser", "the mean"),
    ("eq-l2", "Minimiser", "the median"),
    ("eq-exponential", "Minimiser", "the log-odds"),
    ("eq-hinge", "Minimiser", "$2 p - 1$, with $p$ the probability of class $+1$"),
    (
        "eq-focal-loss",
        "Minimiser",
        TRUE_PROBABILITIES,
    ),
    ("eq-a-softmax-loss", "Minimiser", "none: the lengths run away"),
    ("eq-l-softmax-loss", "Minimiser", "for $x$: only its direction is determined"),
    ("eq-l1", "Minimiser", "the smallest target"),
    ("eq-contrastive", "Smooth", "yes"),
    ("eq-contrastive", "Smooth", "once differentiable, but not at equal features"),
    ("eq-triplet", "Gradient", "{eq}`eq-info-nce-grad`"),
    ("eq-triplet", "Convex", "in the features"),
    (
        "eq-info-nce",
        "Range",
        r"$[0, \infty)$, bounded on both sides for given $T$ and $N$; $\log(N)$ where all cosines "
        "are equal",
    ),
]


@pytest.mark.parametrize(("label", "row", "cell"), WRONG)
def test_a_wrong_row_is_noticed(label: str, row: str, cell: str):
    with pytest.raises(WrongRowError):
        CHECKS[row](label, cell)
