"""Dice loss of masks and GIoU loss of boxes: counted pixel by pixel, at kinks, and out of range."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from lossbook import functional, nn, reference
from tests.support import both_give, both_refuse, both_slopes

NAN = float("nan")
UNIT = [0.0, 0.0, 1.0, 1.0]
NO_MASKS = (np.zeros((0, 2)), np.zeros((0, 2)))
NO_BOXES = (np.zeros((0, 4)), np.zeros((0, 4)))

BAD = [
    ("dice_loss", ([0.0], [1.0]), {}, r"s: expected shape \(N, d1, ...\).* got shape \(1,\)"),
    ("dice_loss", (np.zeros((2, 0)), np.zeros((2, 0))), {}, r"s: .* no empty map"),
    ("dice_loss", ([[0.0]], [[1.0, 0.0]]), {}, r"y: .* got shape \(1, 2\)"),
    ("dice_loss", ([[0.0]], [[1.5]]), {}, r"y: .* in \[0, 1\], got 1.5"),
    ("dice_loss", ([[0.0]], [[NAN]]), {}, "y: .* got nan"),
    *(
        ("dice_loss", ([[0.0]], [[1]]), {"smooth": off}, "smooth: .* above 0")
        for off in (0, -1, NAN)
    ),
    ("dice_loss", ([[0.0]], [[1]]), {"reduction": "avg"}, "reduction: .* 'avg'"),
    ("dice_loss", NO_MASKS, {}, "empty batch"),
    ("giou_loss", ([UNIT[:3]], [UNIT[:3]]), {}, r"x: expected four edges .* got shape \(1, 3\)"),
    ("giou_loss", ([UNIT], UNIT), {}, r"t: .* shape of x, \(1, 4\), got shape \(4,\)"),
    ("giou_loss", ([UNIT], [[1.0, 0.0, 0.0, 1.0]]), {}, "t: .* left below right .* side of -1.0"),
    (
        "giou_loss",
        ([[0.0, 0.0, 1.0, 0.0]], [UNIT]),
        {},
        "x: .* top below bottom, got a side of 0.0",
    ),
    ("giou_loss", ([UNIT], [[0.0, 0.0, NAN, 1.0]]), {}, "t: .* side of nan"),
    ("giou_loss", NO_BOXES, {}, "empty batch"),
]

edges = st.integers(0, 12)
sides = st.integers(1, 8)
boxes = st.tuples(edges, edges, sides, sides).map(lambda b: (*b[:2], b[0] + b[2], b[1] + b[3]))


@pytest.mark.parametrize(("name", "arguments", "options", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, message):
    both_refuse(name, arguments, options, ValueError, message)


def test_dice_by_hand():
    s, y = np.zeros((2, 4)), np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    both_give("dice_loss", (s, y), [1 - 3 / 4, 1 - 1 / 2], reduction="none")
    both_give("dice_loss", (s, y), [1 - 2.5 / 3.5, 1 - 0.5 / 1.5], smooth=0.5, reduction="none")
    both_give("dice_loss", (s.reshape(2, 2, 2), y.reshape(2, 2, 2)), 0.375)
    # Half of the pixels found and none wrongly: p = 1/2, D = 3/4, all over 4.
    both_slopes("dice_loss", (s[:1], y[:1]), [[-0.078125, -0.078125, 0.046875, 0.046875]])


@given(st.integers(0, 2**16 - 1), st.integers(1, 2**16 - 1))
def test_dice_of_sure_answers_is_one_minus_f1(found: int, true: int):
    found_mask, mask = (
        np.array([number >> bit & 1 for bit in range(16)]) for number in (found, true)
    )
    s = np.where(found_mask, 1e3, -1e3)[None]
    both_give("dice_loss", (s, mask[None]), 1 - f1_score(mask, found_mask), smooth=1e-14)


def test_an_empty_mask_is_learned_only_through_the_smoothing():
    s, y = np.full((1, 100), -3.0), np.zeros((1, 100))
    slopes = [
        np.abs(reference.dice_loss_grad(s, y, smooth=smooth)).max() for smooth in (1e-6, 1, 100)
    ]
    assert slopes[0] < 1e-5 < slopes[1]
    assert slopes[2] < slopes[1]


def painted(box: tuple[int, ...]) -> np.ndarray:
    left, top, right, bottom = box
    picture = np.zeros((20, 20), bool)
    picture[top:bottom, left:right] = True
    return picture


@given(boxes, boxes)
def test_giou_equals_counted_pixels(x: tuple[int, ...], t: tuple[int, ...]):
    ours, theirs = painted(x), painted(t)
    shared, union = np.sum(ours & theirs), np.sum(ours | theirs)
    around = np.prod([np.ptp(places) + 1 for places in np.nonzero(ours | theirs)])
    expected = 1 - shared / union + (around - union) / around
    both_give("giou_loss", (np.array([x], float), np.array([t])), expected)


def test_giou_knows_no_unit_and_no_side():
    rng = np.random.default_rng(0)
    low, size = rng.uniform(-2, 2, (2, 50, 2)), rng.uniform(0.5, 3, (2, 50, 2))
    x, t = np.concatenate([low, low + size], -1)
    value = reference.giou_loss(x, t, reduction="none")
    both_give("giou_loss", (t, x), value, reduction="none")
    stretch, shift = np.array([7.0, 0.2] * 2), np.array([3.0, -40.0] * 2)
    other = reference.giou_loss(x * stretch + shift, t * stretch + shift, reduction="none")
    np.testing.assert_allclose(other, value, rtol=1e-10)


def test_giou_at_its_kinks():
    """Equal boxes ask for no step; of boxes that touch, the edges that meet go on as if apart."""
    both_slopes("giou_loss", ([UNIT], [UNIT]), [[0, 0, 0, 0]])
    both_slopes("giou_loss", ([UNIT], [[2, 0, 3, 1]]), [[1 / 9, 0, -1 / 3, 0]])
    both_slopes("giou_loss", ([UNIT], [[1, 0, 2, 1]]), [[0, 0, -1 / 2, 0]])


def test_modules_are_the_functions():
    s, y = torch.randn(3, 5), torch.rand(3, 5).round()
    assert nn.DiceLoss(0.5)(s, y) == functional.dice_loss(s, y, smooth=0.5)
    assert repr(nn.DiceLoss(0.5)) == "DiceLoss(smooth=0.5, reduction='mean')"
    x, t = torch.tensor([UNIT, [2.0, 0, 3, 2]]), torch.tensor([[0, 0, 2, 2], [0, 0, 2, 2]])
    assert nn.GIoULoss(reduction="sum")(x, t) == functional.giou_loss(x, t, reduction="sum")


def test_areas_of_large_boxes_fit_half_precision():
    x, t = torch.tensor([[0, 0, 600, 600]]).half(), torch.tensor([[0, 0, 600, 300]])
    assert functional.giou_loss(x, t).item() == 0.5
