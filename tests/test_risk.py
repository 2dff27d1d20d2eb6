"""Empirical and structural risk: by hand, PyTorch's weight decay, and what is refused."""

import numpy as np
import pytest
import torch

from lossbook import functional, nn, reference
from tests.support import both_give, both_refuse

NAN = float("nan")

BAD = [
    ("empirical_risk", ([],), {}, ValueError, "reduction: expected at least one loss"),
    ("structural_risk", ([], [1.0]), {"lam": 1}, ValueError, "empty batch"),
    ("structural_risk", ([1.0], [1.0]), {"lam": -1}, ValueError, "lam: .* got -1"),
    ("structural_risk", ([1.0], [1.0]), {"lam": NAN}, ValueError, "lam: .* got nan"),
    (
        "structural_risk",
        ([1.0], [1.0]),
        {"lam": 1, "penalty": "l3"},
        ValueError,
        "penalty: expected 'l1' or 'l2', got 'l3'",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


def test_by_hand():
    losses, theta = [1.0, 3.0, 2.0], [3.0, -4.0, 0.0]
    both_give("empirical_risk", (losses,), 2)
    both_give("structural_risk", (losses, theta), 2 + 0.1 * 25, lam=0.1)
    both_give("structural_risk", (losses, theta), 2 + 0.1 * 7, lam=0.1, penalty="l1")
    both_give("structural_risk", (losses, theta), 2, lam=0)


def test_a_parameter_of_0_has_no_l1_slope():
    _, slopes = reference.structural_risk_grad([1.0], [0.0, 2.0, -2.0], lam=0.5, penalty="l1")
    assert slopes.tolist() == [0, 0.5, -0.5]


def test_weight_decay_of_pytorch_is_twice_lam():
    """A step of SGD with ``weight_decay=2 lam`` is a step on the structural risk."""
    x = torch.tensor([[1.0, 2.0], [0.5, -1.0]], dtype=torch.float64)
    steps = []
    for lam, decay in ((0.15, 0.0), (0.0, 0.3)):
        theta = torch.tensor([0.7, -0.2], dtype=torch.float64, requires_grad=True)
        losses = functional.l2_loss(x @ theta, torch.ones(2).double(), reduction="none")
        functional.structural_risk(losses, theta, lam=lam).backward()
        torch.optim.SGD([theta], lr=0.1, weight_decay=decay).step()
        steps.append(theta.detach())
    torch.testing.assert_close(*steps, rtol=1e-12, atol=0)


def test_module_refuses_when_built():
    with pytest.raises(ValueError, match="lam: expected"):
        nn.StructuralRisk(lam=-1)
    with pytest.raises(ValueError, match="penalty: expected"):
        nn.StructuralRisk(lam=1, penalty="l0")


def test_gradient_in_the_losses_is_one_nth():
    slopes = reference.empirical_risk_grad(np.ones((2, 5)))
    assert slopes.shape == (2, 5)
    np.testing.assert_allclose(slopes, 0.1)
