"""The tie between label and function."""

import pytest

from lossbook import reference
from lossbook.registry import BINDINGS, implements


def test_a_label_has_one_function():
    with pytest.raises(ValueError, match="'eq-sigmoid' is already implemented by sigmoid"):
        implements("eq-sigmoid")(lambda s: s)
    assert BINDINGS["eq-sigmoid"].function is reference.sigmoid


def test_every_public_function_is_bound_or_is_the_gradient_of_one_that_is():
    bound = {binding.function.__name__ for binding in BINDINGS.values()}
    for name in reference.__all__:
        assert name in bound or name.removesuffix("_grad") in bound, name


def test_bindings_name_arguments_that_the_function_has():
    for binding in BINDINGS.values():
        arguments = set(binding.function.__annotations__)
        named = {*binding.symbols, *binding.shared, *binding.labels, *binding.fixed}
        assert named <= arguments, binding.label
