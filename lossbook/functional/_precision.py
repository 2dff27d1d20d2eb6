"""Half precision in, float32 inside, half precision out; under autocast, float32 out."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, ParamSpec

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Arguments = ParamSpec("Arguments")


def float32_under_autocast(loss: Callable[Arguments, Tensor]) -> Callable[Arguments, Tensor]:
    """Give a loss its tensors in float32 where autocast is on, so that it answers in float32.

    Autocast hands half-precision outputs to a loss. PyTorch's own losses answer in float32 there:
    nothing overflows, and a gradient scaler can multiply them.
    """

    def call(*arguments: Arguments.args, **options: Arguments.kwargs) -> Tensor:
        tensors = [value for value in (*arguments, *options.values()) if isinstance(value, Tensor)]
        if tensors and autocast_dtype(tensors[0]):
            wide = [_wide(value) for value in arguments]
            return loss(*wide, **{name: _wide(value) for name, value in options.items()})
        return loss(*arguments, **options)

    # The compiler limits how often one code is compiled, and tells codes apart by what they hold.
    call.__code__ = call.__code__.replace(co_name=loss.__name__)
    return functools.wraps(loss)(call)


def wide_under_autocast(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return the tensors, in float32 where autocast is on."""
    return tuple(_wide(tensor) for tensor in tensors) if autocast_dtype(tensors[0]) else tensors


def autocast_dtype(tensor: Tensor) -> torch.dtype | None:
    """Return what autocast multiplies in on the tensor's device, or None where it is off."""
    if tensor.is_meta or not torch.is_autocast_enabled(tensor.device.type):
        return None
    return torch.get_autocast_dtype(tensor.device.type)


def widened(tensor: Tensor) -> Tensor:
    """Return the tensor in float32, or in its own dtype if that is wider."""
    return tensor if tensor.dtype in (torch.float32, torch.float64) else tensor.float()


def in_common(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return the tensors in their common dtype, float32 at least."""
    dtype = functools.reduce(torch.promote_types, (t.dtype for t in tensors), torch.float32)
    return tuple(tensor.to(dtype) for tensor in tensors)


def narrowed(result: Tensor, *inputs: Tensor) -> Tensor:
    """Return the result in the dtype of the inputs, the wider one if they differ."""
    dtype = functools.reduce(torch.promote_types, (tensor.dtype for tensor in inputs))
    return result if result.dtype == dtype else result.to(dtype)


def softplus(u: Tensor) -> Tensor:
    """Return log(1 + e^u) = -log sigma(-u), which never sees a rounded 0.

    Past its threshold PyTorch's softplus returns its argument. Here that is where e^-u is an eighth
    of the rounding at 1; the threshold's default, 20, would drop digits of float64. PyTorch's
    logsigmoid is as exact, but on the CPU keeps one more tensor for the backward pass.
    """
    return F.softplus(u, threshold=math.log(8 / torch.finfo(u.dtype).eps))


def _wide(value: Any) -> Any:
    is_float = isinstance(value, Tensor) and value.is_floating_point()
    return widened(value) if is_float else value
