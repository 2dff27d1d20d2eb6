"""Bad input raises an error that names the argument, what it was and what was expected."""

import numpy as np
import pytest
import torch

from lossbook import functional, nn, reference
from tests.cases import all_cases

NAN = float("nan")

# function name, positional arguments, options, exception, what the message must say
BAD = [
    ("empirical_risk", ([],), {}, ValueError, "reduction: expected at least one loss"),
    ("structural_risk", ([1.0], [1.0]), {"lam": -1}, ValueError, "lam: .* got -1"),
    ("structural_risk", ([1.0], [1.0]), {"lam": NAN}, ValueError, "lam: .* got nan"),
    (
        "structural_risk",
        ([1.0], [1.0]),
        {"lam": 1, "penalty": "l3"},
        ValueError,
        "penalty: expected 'l1' or 'l2', got 'l3'",
    ),
    ("zero_one_loss", ([1.0], [1.0, 0.0]), {}, ValueError, r"target: .*\(1,\), got shape \(2,\)"),
    ("zero_one_loss", ([1.0], [NAN]), {}, ValueError, "target: expected labels, got nan"),
    ("zero_one_loss", ([NAN], [1.0]), {}, ValueError, "prediction: expected labels, got nan"),
    ("zero_one_loss", ([], []), {}, ValueError, "empty batch"),
    ("information", ([0.5, 1.5],), {}, ValueError, r"p: expected values in \[0, 1\], got 1.5"),
    ("information", ([NAN],), {}, ValueError, "p: .* got nan"),
    ("information", ([0.5],), {"base": 1}, ValueError, "base: .* got 1"),
    ("entropy", ([0.5, 0.75],), {}, ValueError, "p: expected a sum of 1 .*, got a sum of 1.25"),
    ("entropy", ([-0.5, 1.5],), {}, ValueError, "p: .* got -0.5"),
    ("entropy", (np.zeros((2, 0)),), {}, ValueError, r"p: .* got shape \(2, 0\)"),
    ("entropy", ([0.5, 0.5],), {"base": 0.5}, ValueError, "base: .* got 0.5"),
    ("cross_entropy", ([0.5, 0.5], [0.5, 0.25]), {}, ValueError, "q: .* got a sum of 0.75"),
    ("cross_entropy", ([0.5, 0.5], [1.0]), {}, ValueError, r"q: .* got shape \(1,\)"),
    ("binary_cross_entropy", ([0.0], [2.0]), {}, ValueError, r"y: .*\[0, 1\], got 2.0"),
    ("binary_cross_entropy", ([0.0], [NAN]), {}, ValueError, "y: .* got nan"),
    ("binary_cross_entropy", ([0.0], [1.0, 0.0]), {}, ValueError, r"y: .* got shape \(2,\)"),
    ("binary_cross_entropy", ([], []), {}, ValueError, "empty batch"),
    (
        "binary_cross_entropy",
        ([0.0], [1.0]),
        {"reduction": "avg"},
        ValueError,
        "reduction: expected 'mean' or 'sum' or 'none', got 'avg'",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_reference_refuses(name, arguments, options, error, message):
    with pytest.raises(error, match=message):
        getattr(reference, name)(*arguments, **options)


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_functional_refuses(name, arguments, options, error, message):
    tensors = [torch.as_tensor(np.asarray(argument, dtype=float)) for argument in arguments]
    with pytest.raises(error, match=message):
        getattr(functional, name)(*tensors, **options)


@pytest.mark.parametrize("name", functional.__all__)
def test_a_list_is_no_tensor(name: str):
    case = next((case for case in all_cases() if case.name == name), None)
    # zero_one_loss has no case.
    arguments = case.draw(np.random.default_rng(0)) if case else (np.ones(2), np.ones(2))
    options = case.options if case else {}
    with pytest.raises(TypeError, match=r"expected a torch\.Tensor, got list"):
        getattr(functional, name)(*([array] for array in arguments), **options)


def test_integers_are_no_logits():
    with pytest.raises(TypeError, match=r"floating dtype, got dtype torch\.int64"):
        functional.sigmoid(torch.tensor([1, 2]))


def test_text_is_no_number():
    with pytest.raises(TypeError, match="s: expected real numbers, got dtype <U1"):
        reference.sigmoid(["a"])


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.BinaryCrossEntropyLoss(reduction="avg"),
        lambda: nn.StructuralRisk(lam=-1),
        lambda: nn.StructuralRisk(lam=1, penalty="l0"),
    ],
)
def test_modules_refuse_when_built(build):
    with pytest.raises(ValueError, match="expected"):
        build()
