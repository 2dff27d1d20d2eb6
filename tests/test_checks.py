"""Bad input raises an error that names the argument, what it was and what was expected."""

import numpy as np
import pytest
import torch

from lossbook import _checks, functional
from tests.cases import all_cases


@pytest.mark.parametrize("name", functional.__all__)
def test_a_list_is_no_tensor(name: str):
    case = next((case for case in all_cases() if case.name == name), None)
    # zero_one_loss has no case.
    arguments = case.draw(np.random.default_rng(0)) if case else (np.ones(2), np.ones(2))
    options = case.options if case else {}
    with pytest.raises(TypeError, match=r"expected a torch\.Tensor, got list"):
        getattr(functional, name)(*([array] for array in arguments), **options)


@pytest.mark.parametrize("of", [np.asarray, torch.as_tensor])
def test_the_first_offender_is_named(of):
    with pytest.raises(ValueError, match=r"t: expected values in \[0, 1\], got 1.5"):
        _checks.require_unit_interval("t", of([[0.5, 1.0], [1.5, -2.0]]))
    with pytest.raises(ValueError, match=r"y: expected labels 0 to 2, got -1"):
        _checks.require_class_labels("z", of(np.zeros((3, 3))), "y", of([0, -1, 7]))


def test_both_kinds_of_array_are_told_alike():
    for of in (np.asarray, torch.as_tensor):
        with pytest.raises(
            ValueError, match=r"t: expected the shape of x, \(2,\), got shape \(1, 2\)"
        ):
            _checks.require_same_shape("x", of([0.0, 1.0]), "t", of([[0.0, 1.0]]))
