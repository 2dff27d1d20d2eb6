"""NumPy reference = PyTorch, value and gradient, for every loss of the package."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from lossbook import functional, reference
from tests.cases import Arrays, Case, all_cases
from tests.support import tensor_options

CASES = all_cases()
REDUCTIONS = ("mean", "sum", "none")
# Ten times the distance from 1 to the next number, for sums of a few terms.
LOW_PRECISION = {torch.float32: 1e-5, torch.float16: 1e-2, torch.bfloat16: 8e-2}


def settings() -> list:
    """Every case under every reduction it takes."""
    return [
        pytest.param(
            case, {"reduction": reduction} if case.reduces else {}, id=f"{case}-{reduction}"
        )
        for case in CASES
        for reduction in (REDUCTIONS if case.reduces else ("own",))
    ]


def tensors(case: Case, arguments: Arrays, dtype: torch.dtype = torch.float64) -> list:
    """The arguments as tensors; those that the gradient covers require it, labels stay integers."""
    return [
        torch.tensor(argument, dtype=dtype if argument.dtype.kind == "f" else torch.int64)
        .clone()
        .requires_grad_(position in case.differentiable)
        for position, argument in enumerate(arguments)
    ]


def reference_gradients(case: Case, arguments: Arrays, options: dict) -> tuple:
    gradients = getattr(reference, f"{case.name}_grad")(*arguments, **case.options, **options)
    return gradients if isinstance(gradients, tuple) else (gradients,)


def torch_gradients(case: Case, arguments: list, value: torch.Tensor) -> tuple:
    wanted = [arguments[position] for position in case.differentiable]
    if case.jacobian:
        outputs = [column.sum() for column in value.unbind(-1)]
        rows = [torch.autograd.grad(out, wanted, retain_graph=True)[0] for out in outputs]
        return (torch.stack(rows, dim=-2),)
    gradients = torch.autograd.grad(value.sum(), wanted, allow_unused=True)
    return tuple(
        torch.zeros_like(argument) if gradient is None else gradient
        for argument, gradient in zip(wanted, gradients, strict=True)
    )


def test_every_reference_function_has_a_case():
    names = {name for name in reference.__all__ if not name.endswith("_grad")}
    # zero_one_loss has no gradient to compare; its values are tested in test_zero_one.py.
    assert {case.name for case in CASES} == names - {"zero_one_loss"}
    assert names == set(functional.__all__)


@pytest.mark.parametrize(("case", "options"), settings())
@pytest.mark.parametrize("seed", range(3))
def test_values_and_gradients_agree(case: Case, options: dict, seed: int):
    arguments = case.draw(np.random.default_rng(seed))
    inputs = tensors(case, arguments)
    expected = getattr(reference, case.name)(*arguments, **case.options, **options)
    value = getattr(functional, case.name)(*inputs, **tensor_options(case.options), **options)
    np.testing.assert_allclose(value.detach().numpy(), expected, rtol=1e-10, atol=1e-14)
    for ours, theirs in zip(
        reference_gradients(case, arguments, options),
        torch_gradients(case, inputs, value),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_autograd_agrees_with_differences(case: Case):
    inputs = tensors(case, case.draw(np.random.default_rng(7)))

    def call(*arguments: torch.Tensor) -> torch.Tensor:
        return getattr(functional, case.name)(*arguments, **tensor_options(case.options))

    assert torch.autograd.gradcheck(call, inputs)
    if case.twice:
        assert torch.autograd.gradgradcheck(call, inputs)


@pytest.mark.skipif(False, reason="no CUDA device")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_cuda_agrees(case: Case):
    results = []
    for device in ("cpu", "cpu"):
        inputs = [
            tensor.detach().to(device).requires_grad_(tensor.requires_grad)
            for tensor in tensors(case, case.draw(np.random.default_rng(7)))
        ]
        options = {
            key: value.to(device) if isinstance(value, torch.Tensor) else value
            for key, value in tensor_options(case.options).items()
        }
        value = getattr(functional, case.name)(*inputs, **options)
        assert value.device.type == device
        results.append([value.detach().cpu()])
        results[-1] += [slope.cpu() for slope in torch_gradients(case, inputs, value)]
    torch.testing.assert_close(*results, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("dtype", LOW_PRECISION, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_extremes_are_right_in_low_precision(case: Case, dtype: torch.dtype):
    """Never NaN, and the true value and gradient wherever they fit the dtype."""
    options = {"reduction": "none"} if case.reduces else {}
    inputs = tensors(case, case.extreme(), dtype)
    # The truth is that of the numbers that the low precision really holds.
    rounded = tuple(argument.detach().to(torch.float64).numpy() for argument in inputs)
    rounded = tuple(
        exact.astype(argument.dtype)
        for exact, argument in zip(rounded, case.extreme(), strict=True)
    )
    value = getattr(functional, case.name)(
        *inputs, **tensor_options(case.options, dtype), **options
    )
    assert value.dtype == dtype
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # infinities that are the true value
        expected = getattr(reference, case.name)(*rounded, **case.options, **options)
        slopes = reference_gradients(case, rounded, options)
    assert_fits(value.detach(), expected, dtype)
    for ours, theirs in zip(torch_gradients(case, inputs, value), slopes, strict=True):
        assert_fits(ours, theirs, dtype)


def assert_fits(ours: torch.Tensor, exact: np.ndarray, dtype: torch.dtype) -> None:
    """Equal to the exact numbers rounded to ``dtype``, too large ones becoming infinite."""
    got = ours.to(torch.float64).numpy()
    assert not np.isnan(got).any()
    held = torch.as_tensor(exact).to(dtype).to(torch.float64).numpy()
    tolerance = LOW_PRECISION[dtype]
    np.testing.assert_allclose(got, held, rtol=tolerance, atol=tolerance)
