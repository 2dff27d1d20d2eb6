"""Every module is its function with the options that it was built with, and its defaults."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch

from lossbook import functional, nn, reference
from lossbook.nn.margin import MarginLoss
from tests.cases import Case, all_cases
from tests.support import tensor_options

# The hyper-parameters that papers and PyTorch give, as the pages print them.
DEFAULTS: dict[str, dict[str, Any]] = {
    "a_softmax_loss": {"m": 4, "annealing": 0},
    "am_softmax_loss": {"s": 30, "m": 0.35},
    "arcface_loss": {"s": 64, "m": 0.5},
    "binary_cross_entropy": {"weight": None, "pos_weight": None},
    "brier_loss": {"ignore_index": None},
    "focal_loss": {"gamma": 2, "alpha": None, "ignore_index": None},
    "gaussian_nll_loss": {"beta": 0},
    "huber_loss": {"delta": 1},
    "kl_divergence": {"log": False},
    "l2_softmax_loss": {"b": None},
    "l_softmax_loss": {"m": 4, "annealing": 0},
    "sigmoid_focal_loss": {"gamma": 2, "alpha": 0.25},
    "smooth_l1_loss": {"beta": 1},
    "softmax_loss": {"ignore_index": None, "label_smoothing": 0},
    "structural_risk": {"penalty": "l2"},
    "triplet_loss": {"m": 0.2},
}


def key(name: str) -> str:
    """HuberLoss and huber_loss have one key."""
    return name.replace("_", "").lower().removesuffix("loss")


FUNCTIONS = {key(name): name for name in functional.__all__}
# A perceptual loss is built from a network: tests/test_perceptual.py.
MODULES = {
    FUNCTIONS[key(name)]: getattr(nn, name)
    for name in nn.__all__
    if key(name) in FUNCTIONS and name != "PerceptualLoss"
}
CASES = [case for case in all_cases() if case.name in MODULES]


def defaults(function: Any) -> dict[str, Any]:
    return {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }


def settings() -> list:
    """Every case under every reduction of its module."""
    return [
        pytest.param(case, options, id="-".join([str(case), *options.values()]))
        for case in CASES
        for options in (
            [{"reduction": reduction} for reduction in ("mean", "sum", "none")]
            if "reduction" in defaults(MODULES[case.name].__init__)
            else [{}]
        )
    ]


def build(case: Case, inputs: list[torch.Tensor], **options: Any) -> tuple[torch.nn.Module, list]:
    """The module of a case, and what it is called with: class vectors are its parameters."""
    module, settings = MODULES[case.name], tensor_options(case.options)
    if not issubclass(module, MarginLoss):
        return module(**settings, **options), inputs
    x, W, y = inputs
    state = {"weight": W}
    if case.name == "l2_softmax_loss":
        settings["bias"] = "b" in settings
        state |= {"bias": settings.pop("b")} if settings["bias"] else {}
    built = module(W.shape[1], W.shape[0], **settings, **options).double()
    built.load_state_dict(state)
    return built, [x, y]


def test_every_module_but_the_networks_has_a_function():
    others = {"EfficientNetLite0Features", "PerceptualLoss", "VGG16Features", "fetch_vgg16"}
    assert {module.__name__ for module in MODULES.values()} == set(nn.__all__) - others


@pytest.mark.parametrize(("case", "options"), settings())
def test_module_equals_function(case: Case, options: dict):
    inputs = [torch.tensor(argument) for argument in case.draw(np.random.default_rng(0))]
    module, arguments = build(case, inputs, **options)
    expected = getattr(functional, case.name)(*inputs, **tensor_options(case.options), **options)
    torch.testing.assert_close(module(*arguments), expected, rtol=0, atol=0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_repr_shows_what_the_module_was_built_with(case: Case):
    inputs = [torch.tensor(argument) for argument in case.draw(np.random.default_rng(0))]
    module, _ = build(case, inputs)
    for name, value in case.options.items():
        shown = f"{name}={value!r}" if not isinstance(value, np.ndarray) else name
        if name != "b":
            assert shown in repr(module)
    assert ("reduction='mean'" in repr(module)) == hasattr(module, "reduction")


@pytest.mark.parametrize("name", functional.__all__)
def test_defaults_are_one_in_all_layers(name: str):
    function, exact = getattr(functional, name), getattr(reference, name)
    assert list(inspect.signature(function).parameters) == list(inspect.signature(exact).parameters)
    assert defaults(function) == defaults(exact)
    if name in MODULES:
        built = defaults(MODULES[name].__init__)
        # L2SoftmaxLoss has a bias, and the divergence is a loss, which is averaged.
        others = {"b", "reduction"} if name == "kl_divergence" else {"b"}
        for option in defaults(function).keys() - others:
            assert built[option] == defaults(function)[option], option


@pytest.mark.parametrize("name", functional.__all__)
def test_gradients_take_what_their_functions_take(name: str):
    gradient = getattr(reference, f"{name}_grad", None)
    if gradient is not None:  # the 0-1 loss has none
        signatures = [inspect.signature(f).parameters for f in (gradient, getattr(reference, name))]
        assert signatures[0] == signatures[1]


@pytest.mark.parametrize(("name", "expected"), DEFAULTS.items())
def test_defaults_are_those_of_the_sources(name: str, expected: dict):
    found = defaults(getattr(functional, name))
    assert {option: found[option] for option in expected} == expected


REDUCING = [module for module in MODULES.values() if module is not nn.StructuralRisk]


@pytest.mark.parametrize("module", REDUCING)
def test_an_unknown_reduction_is_refused_when_built(module: type):
    needed = {"weight": torch.ones(2), "temperature": 1, "alpha": 1.0, "tau": 0.5, "nu": 4}
    margin = {"in_features": 2, "num_classes": 2} if issubclass(module, MarginLoss) else {}
    parameters = inspect.signature(module.__init__).parameters
    options = {
        option: value
        for option, value in needed.items()
        if option in parameters and parameters[option].default is inspect.Parameter.empty
    }
    with pytest.raises(ValueError, match=r"reduction: .* got 'avg'"):
        module(**margin, **options, reduction="avg")
