"""Formulas of PyTorch's docstrings, as installed: read, and run against PyTorch's own functions."""

import inspect

import numpy as np
import pytest
from eqtest.cli import listed
from eqtest.extract import displays_in

from eqtest import FormulaError, check

torch = pytest.importorskip("torch")
F = torch.nn.functional
MODULES = [
    "torch",
    *(f"torch.{name}" for name in ("nn", "nn.functional", "special", "linalg", "fft", "optim")),
    *(f"torch.{name}" for name in ("optim.lr_scheduler", "distributions", "nn.init", "nn.utils")),
]


def array(found):
    return torch.as_tensor(np.asarray(found))


def loss(function, **options):
    """Return a loss of PyTorch for arrays, entry by entry."""

    def call(x, y):
        return function(array(x), array(y), reduction="none", **options).numpy()

    return call


def pair(rng):
    return {"x": rng.normal(size=4), "y": rng.normal(size=4)}


def probabilities(rng):
    return {"x": rng.uniform(0.1, 0.9, 4), "y": rng.uniform(size=4), "w": rng.uniform(1, 2, 4)}


def near(rng):
    # In eighths, so that a residual can equal the threshold.
    y, threshold = rng.integers(-8, 9, 4) / 8, rng.integers(4, 9) / 8
    return y + threshold * rng.choice([0.5, 1.0, 2.0], 4), y, threshold


def smooth(rng):
    x, y, beta = near(rng)
    return {"x": x, "y": y, "beta": beta}


def huber(rng):
    x, y, delta = near(rng)
    return {"x": x, "y": y, "delta": delta}


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def multilabel(rng):
    shape = (3, 2)
    return {
        "x": rng.normal(size=shape),
        "y": rng.uniform(size=shape),
        "w": rng.uniform(1, 2, shape),
        "p": rng.uniform(1, 2, 2),
        "sigma": sigmoid,
    }


def classes(rng):
    return {
        "x": np.log(rng.dirichlet(np.ones(3), 4)),
        "y": rng.integers(1, 4, 4),
        "weight": rng.uniform(1, 2, 3),
        "ignore_index": int(rng.integers(1, 4)),
    }


def triplet(rng):
    drawn = {name: rng.normal(size=(4, 3)) for name in "apn"}
    return drawn | {"d": lambda u, v: np.linalg.norm(u - v), "margin": rng.uniform(1, 3)}


def triplets(a, p, n, *, margin):
    return F.triplet_margin_loss(
        array(a), array(p), array(n), margin=margin, eps=0, reduction="none"
    ).numpy()


VERBATIM = [
    ("L1Loss", 0, loss(F.l1_loss), pair),
    ("MSELoss", 0, loss(F.mse_loss), pair),
    (
        "BCELoss",
        0,
        lambda x, y, *, w: loss(F.binary_cross_entropy, weight=array(w))(x, y),
        probabilities,
    ),
    (
        "BCEWithLogitsLoss",
        0,
        lambda x, y, *, w: loss(F.binary_cross_entropy_with_logits, weight=array(w))(x, y),
        lambda rng: probabilities(rng) | {"x": rng.normal(size=4), "sigma": sigmoid},
    ),
    (
        "BCEWithLogitsLoss",
        2,
        lambda x, y, *, w, p: loss(
            F.binary_cross_entropy_with_logits, weight=array(w), pos_weight=array(p)
        )(x, y),
        multilabel,
    ),
    ("SmoothL1Loss", 1, lambda x, y, *, beta: loss(F.smooth_l1_loss, beta=beta)(x, y), smooth),
    ("HuberLoss", 1, lambda x, y, *, delta: loss(F.huber_loss, delta=delta)(x, y), huber),
    (
        "KLDivLoss",
        0,
        lambda y_pred, y_true: loss(F.kl_div)(np.log(y_pred), y_true),
        lambda rng: {"y_pred": rng.uniform(0.1, 1), "y_true": rng.uniform(0.1, 1)},
    ),
    (
        "NLLLoss",
        0,
        lambda x, y, *, weight, ignore_index: loss(
            F.nll_loss, weight=array(weight), ignore_index=ignore_index - 1
        )(x, y - 1),
        classes,
    ),
    (
        "HingeEmbeddingLoss",
        0,
        lambda x, y, *, margin: loss(F.hinge_embedding_loss, margin=margin)(x, y),
        lambda rng: {
            "x": rng.normal(size=6),
            "y": rng.choice([-1, 1], 6),
            "margin": rng.uniform(0.1, 1),
        },
    ),
    (
        "SoftMarginLoss",
        0,
        lambda x, y: F.soft_margin_loss(array(x), array(y)).item(),
        lambda rng: {
            "x": rng.normal(size=4),
            "y": rng.choice([-1, 1], 4),
            "x_nelement": lambda: 4,
        },
    ),
    (
        "TripletMarginLoss",
        0,
        lambda a, p, n, *, i, margin: triplets(a, p, n, margin=margin)[i - 1],
        lambda rng: triplet(rng) | {"i": int(rng.integers(1, 5))},
    ),
    (
        "TripletMarginLoss",
        1,
        lambda x, y, *, i, p: F.pairwise_distance(array(x), array(y), p, eps=0).numpy()[i - 1],
        lambda rng: {
            "x": rng.normal(size=(4, 3)),
            "y": rng.normal(size=(4, 3)),
            "p": int(rng.integers(1, 4)),
            "i": int(rng.integers(1, 5)),
        },
    ),
    ("TripletMarginWithDistanceLoss", 0, triplets, triplet),
    (
        "MarginRankingLoss",
        0,
        lambda x1, x2, y, *, margin: F.margin_ranking_loss(
            array(x1), array(x2), array(y), margin=margin
        ),
        lambda rng: {
            "x1": rng.integers(-4, 5) / 2,
            "x2": rng.integers(-4, 5) / 2,
            "y": rng.choice([-1, 1]),
            "margin": rng.uniform(0.1, 1),
        },
    ),
    (
        "GaussianNLLLoss",
        0,
        lambda input, target, var, *, eps: F.gaussian_nll_loss(
            array(input), array(target), array(var), full=True, eps=eps
        ),
        lambda rng: {
            "input": rng.normal(),
            "target": rng.normal(),
            "var": rng.uniform(0.1, 2),
            "eps": rng.uniform(0.1, 0.5),
            "const": np.log(2 * np.pi) / 2,
        },
    ),
]
NAMES = [f"{name}-{place}" for name, place, _, _ in VERBATIM]


@pytest.mark.parametrize(("name", "place", "function", "draw"), VERBATIM, ids=NAMES)
def test_a_loss_is_what_its_docstring_prints(name, place, function, draw):
    display = displays_in(inspect.getdoc(getattr(torch.nn, name)))[place]
    check(display.latex, function, draw=draw, name=name)


def test_the_share_that_is_read():
    found = list(listed(MODULES))
    in_nn = [one for one in found if one.equation.name.startswith("torch.nn.")]
    for ones, floor in ((found, 0.6), (in_nn, 0.8)):
        read = sum(one.refusal is None for one in ones)
        assert len(ones) > 120
        assert read >= floor * len(ones), f"{read} of {len(ones)}"


@pytest.mark.parametrize(
    ("name", "index"),
    [("MultiLabelSoftMarginLoss", 0), ("CrossEntropyLoss", 1), ("NLLLoss", 1)],
)
def test_what_is_printed_wrongly_is_refused(name: str, index: int):
    """A sum without its bracket, an index used twice: neither has a value."""
    display = displays_in(inspect.getdoc(getattr(torch.nn, name)))[index]

    def draw(rng):
        return {"x": rng.normal(size=3), "y": rng.uniform(size=3), "C": 3, "w": rng.normal(size=3)}

    with pytest.raises(FormulaError):
        check(display.latex, lambda x, y: 0.0, draw=draw)
