"""The losses work wherever PyTorch's do: compiled, exported, vectorised, under autocast."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import lossbook
from lossbook import functional, reference
from tests.cases import Case, all_cases
from tests.support import tensor_options
from tests.test_agreement import tensors, torch_gradients
from tests.test_nn import CASES as MODULE_CASES
from tests.test_nn import build

CASES = all_cases()
# One case of each function, and one of each set of its options.
FIRST = list({case.name: case for case in reversed(CASES)}.values())[::-1]
DISTINCT = list({(case.name, *case.options): case for case in CASES}.values())
MODULES = [case for case in FIRST if case in MODULE_CASES]


def drawn(case: Case, seed: int = 0) -> list[torch.Tensor]:
    return tensors(case, case.draw(np.random.default_rng(seed)))


def function_of(case: Case) -> Any:
    options = tensor_options(case.options)
    return lambda *arguments: getattr(functional, case.name)(*arguments, **options)


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, while it traces
@pytest.mark.parametrize("case", FIRST, ids=str)
def test_compiled_as_one_graph(case: Case):
    """Up to the generated code, which ``test_margin.test_compiled`` tests."""
    torch.compiler.reset()
    inputs, function = drawn(case), function_of(case)
    values = [
        call(*inputs)
        for call in (torch.compile(function, fullgraph=True, backend="aot_eager"), function)
    ]
    torch.testing.assert_close(*values)
    torch.testing.assert_close(*(torch_gradients(case, inputs, value) for value in values))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", MODULES, ids=lambda case: case.name)
def test_modules_compiled_as_one_graph(case: Case):
    torch.compiler.reset()
    module, arguments = build(case, [tensor.detach() for tensor in drawn(case)])
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(*arguments), module(*arguments))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", FIRST, ids=str)
def test_exported(case: Case):
    class Model(torch.nn.Module):
        def forward(self, *arguments: torch.Tensor) -> torch.Tensor:
            return function_of(case)(*arguments)

    inputs = tuple(tensor.detach() for tensor in drawn(case))
    exported = torch.export.export(Model(), inputs).module()
    torch.testing.assert_close(exported(*inputs), function_of(case)(*inputs))


# PyTorch's own cross-entropy selects by a mask there, which vmap does not do.
NO_VMAP = {"weight", "label_smoothing"}


@pytest.mark.parametrize(
    "case", [case for case in DISTINCT if not case.options.keys() >= NO_VMAP], ids=str
)
def test_vmap_and_gradients_of_each_sample(case: Case):
    """Three batches at once, and the gradient of each by itself."""
    batches = [[tensor.detach() for tensor in drawn(case, seed)] for seed in range(3)]
    stacked = [torch.stack(column) for column in zip(*batches, strict=True)]
    function = function_of(case)
    values = torch.func.vmap(function)(*stacked)
    torch.testing.assert_close(values, torch.stack([function(*batch) for batch in batches]))

    def total(*arguments: torch.Tensor) -> torch.Tensor:
        return function(*arguments).square().sum()

    slopes = torch.func.vmap(torch.func.grad(total, case.differentiable))(*stacked)
    single = [torch.func.grad(total, case.differentiable)(*batch) for batch in batches]
    for found, wanted in zip(slopes, zip(*single, strict=True), strict=True):
        torch.testing.assert_close(found, torch.stack(wanted))


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, while it differentiates forwards
@pytest.mark.parametrize("case", [case for case in FIRST if case.twice], ids=str)
def test_hessian_is_symmetric(case: Case):
    """Forward mode over reverse mode."""
    inputs = [tensor.detach() for tensor in drawn(case)]
    position = case.differentiable[0]

    def total(argument: torch.Tensor) -> torch.Tensor:
        arguments = [*inputs[:position], argument, *inputs[position + 1 :]]
        return function_of(case)(*arguments).sum()

    size = inputs[position].numel()
    matrix = torch.func.hessian(total)(inputs[position]).reshape(size, size)
    torch.testing.assert_close(matrix, matrix.T)


@pytest.mark.parametrize("case", DISTINCT, ids=str)
def test_meta_tensors_give_the_shape(case: Case):
    inputs = [tensor.detach() for tensor in drawn(case)]
    options = {
        key: value.to("meta") if isinstance(value, torch.Tensor) else value
        for key, value in tensor_options(case.options).items()
    }
    shape = getattr(functional, case.name)(*(tensor.to("meta") for tensor in inputs), **options)
    assert shape.is_meta
    assert shape.shape == function_of(case)(*inputs).shape


class Reads(TorchDispatchMode):
    """Counts how often a value is read: on CUDA, each waits for the device."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        # The extremes are read as a list, which shows on CUDA alone.
        self.count += function in (
            torch.ops.aten._local_scalar_dense.default,
            torch.ops.aten.aminmax.default,
        )
        assert function is not torch.ops.aten.nonzero.default
        return function(*arguments, **(options or {}))


@pytest.mark.parametrize("case", DISTINCT, ids=str)
def test_without_value_checks_nothing_waits_for_the_device(case: Case):
    inputs = drawn(case)
    with Reads() as checked:
        value = function_of(case)(*inputs)
    with lossbook.set_value_checks(False), Reads() as unchecked:
        again = function_of(case)(*inputs)
        torch_gradients(case, inputs, again)
    assert unchecked.count == 0
    torch.testing.assert_close(again, value, rtol=0, atol=0)
    # Once for the labels or targets, once for each distribution and once for its sums, once for
    # a set of weights and once for the sum that a mean divides by.
    assert checked.count <= 4


def test_labels_are_read_once():
    for name in ("softmax_loss", "arcface_loss", "sigmoid_cross_entropy", "hinge_loss"):
        (case,) = (case for case in FIRST if case.name == name)
        inputs = drawn(case)
        with Reads() as reads:
            function_of(case)(*inputs)
        assert reads.count == 1, name


def test_value_checks_come_back():
    s, y = torch.zeros(1), torch.tensor([2.0])
    with lossbook.set_value_checks(False):
        functional.binary_cross_entropy(s, y)
        with pytest.raises(ValueError, match="y: expected the shape of s"):
            functional.binary_cross_entropy(s, torch.zeros(2))
    for layer, arguments in ((functional, (s, y)), (reference, ([0.0], [2.0]))):
        with pytest.raises(ValueError, match=r"y: expected values in \[0, 1\], got 2.0"):
            layer.binary_cross_entropy(*arguments)
    lossbook.set_value_checks(False)
    functional.binary_cross_entropy(s, y)
    lossbook.set_value_checks(True)
    unchecked = lossbook.set_value_checks(False)
    for _ in range(2):  # one object may serve several times
        with unchecked:
            functional.binary_cross_entropy(s, y)
        with pytest.raises(ValueError, match=r"got 2\.0"):
            functional.binary_cross_entropy(s, y)


@pytest.mark.filterwarnings("ignore")
def test_many_losses_can_be_compiled_in_one_process():
    """The compiler gives up on a function that it has compiled eight times."""
    torch.compiler.reset()
    for case in FIRST[:12]:
        function, options = getattr(functional, case.name), tensor_options(case.options)
        compiled = torch.compile(function, fullgraph=True, backend="eager")
        inputs = drawn(case)
        torch.testing.assert_close(compiled(*inputs, **options), function(*inputs, **options))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("case", FIRST, ids=str)
def test_autocast_answers_in_float32(case: Case, dtype: torch.dtype):
    """As PyTorch's own losses do: what half precision tensors hold, computed in float32."""
    half = tensors(case, case.draw(np.random.default_rng(0)), dtype)
    if case.name == "kl_divergence" or ("entropy" in case.name and case.jacobian):
        return
    with torch.autocast("cpu", dtype):
        value = getattr(functional, case.name)(*half, **tensor_options(case.options, dtype))
    assert value.dtype == torch.float32
    exact = [tensor.detach().double() if tensor.is_floating_point() else tensor for tensor in half]
    with lossbook.set_value_checks(False):  # rounded distributions have not quite a sum of 1
        wanted = getattr(functional, case.name)(*exact, **tensor_options(case.options))
    # With vectors of classes, or of the batch's pairs, a loss multiplies in half precision under
    # autocast, as every linear layer does.
    half_products = (
        case.name == "info_nce_loss" or "W" in getattr(reference, case.name).__annotations__
    )
    tolerance = 0.05 if half_products else 1e-4
    torch.testing.assert_close(value.double(), wanted, rtol=tolerance, atol=tolerance)
    for tensor, slope in zip(
        (half[position] for position in case.differentiable),
        torch_gradients(case, half, value),
        strict=True,
    ):
        assert slope.dtype == tensor.dtype == dtype


@pytest.mark.parametrize(
    ("name", "x", "t", "expected"),
    [
        ("l2_loss", [300.0, 0.0], [0.0, 0.0], 90000),
        ("l1_loss", [400.0] * 200, [0.0] * 200, 80000),
        ("smooth_l1_loss", [400.0] * 200, [0.0] * 200, 79900),
        ("binary_cross_entropy", [8.0] * 9000, [0.0] * 9000, 72003.02),
        ("exponential_loss", [-12.0], [1.0], 162754.8),
    ],
)
def test_autocast_does_not_overflow(name: str, x: list, t: list, expected: float):
    half = torch.tensor(x, dtype=torch.float16), torch.tensor(t, dtype=torch.float16)
    with torch.autocast("cpu", torch.float16):
        value = getattr(functional, name)(*half, reduction="sum")
    assert value.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "l1_loss", "hinge_loss", "logistic_loss"])
def test_the_first_step_of_a_gradient_scaler_is_not_lost(name: str):
    layer = torch.nn.Linear(3, 1)
    x = torch.tensor(np.random.default_rng(0).normal(0, 0.1, (8, 3)), dtype=torch.float32)
    scaler = torch.amp.GradScaler("cpu")  # starts at 65536, which float16 does not hold
    with torch.autocast("cpu", torch.float16):
        signs = torch.tensor([1.0, -1.0] * 4).half()
        targets = (signs + 1) / 2 if name == "binary_cross_entropy" else signs
        loss = getattr(functional, name)(layer(x).squeeze(1), targets)
    scaler.scale(loss).backward()
    before = layer.weight.detach().clone()
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    scaler.step(optimizer)
    scaler.update()
    assert not torch.equal(layer.weight, before)
    assert scaler.get_scale() == 65536


@pytest.mark.parametrize("case", MODULES, ids=lambda case: case.name)
def test_modules_can_be_copied_and_stored(case: Case, tmp_path):
    module, arguments = build(case, [tensor.detach() for tensor in drawn(case)])
    torch.save(module, tmp_path / "module.pt")
    loaded = torch.load(tmp_path / "module.pt", weights_only=False)
    torch.testing.assert_close(loaded(*arguments), module(*arguments), rtol=0, atol=0)
