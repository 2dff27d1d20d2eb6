"""The 0-1 loss: values only, for it has no gradient to compare."""

import numpy as np
import pytest
import torch

from lossbook import functional, reference
from tests.support import EMPTY, both_refuse

NAN = float("nan")

BAD = [
    (([1.0], [1.0, 0.0]), r"target: .*\(1,\), got shape \(2,\)"),
    (([1.0], [NAN]), "target: expected labels, got nan"),
    (([NAN], [1.0]), "prediction: expected labels, got nan"),
    (EMPTY, "empty batch"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input_is_refused(arguments: tuple, message: str):
    both_refuse("zero_one_loss", arguments, {}, ValueError, message)


@pytest.mark.parametrize(("reduction", "expected"), [("mean", 0.5), ("sum", 2.0)])
def test_counts_errors(reduction: str, expected: float):
    prediction, target = [1, 0, 2, 2], [1, 1, 2, 0]
    assert reference.zero_one_loss(prediction, target, reduction=reduction) == expected
    ours = functional.zero_one_loss(
        torch.tensor(prediction), torch.tensor(target), reduction=reduction
    )
    assert ours.item() == expected


def test_one_loss_per_sample_of_any_shape():
    prediction, target = np.array([[1, -1], [1, 1]]), np.array([[1, 1], [-1, 1]])
    losses = reference.zero_one_loss(prediction, target, reduction="none")
    assert losses.tolist() == [[0, 1], [1, 0]]
    ours = functional.zero_one_loss(
        torch.tensor(prediction), torch.tensor(target), reduction="none"
    )
    assert ours.tolist() == losses.tolist()


def test_gives_no_gradient():
    score = torch.tensor([0.3, -0.2], requires_grad=True)
    loss = functional.zero_one_loss(score.sign(), torch.tensor([1.0, 1.0]))
    assert not loss.requires_grad
