"""Half precision in, float32 inside, half precision out; under autocast, float32 out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import torch
from torch import Tensor

Arguments = ParamSpec("Arguments")


def float32_under_autocast(loss: Callable[Arguments, Tensor]) -> Callable[Arguments, Tensor]:
    """Give a loss its tensors in float32 where autocast is on, so that it answers in float32.

    Autocast hands half-precision outputs to a loss. PyTorch's own losses answer in float32 there:
    nothing overflows, and a gradient scaler can multiply them.
    """

    @functools.wraps(loss)
    def call(*arguments: Arguments.args, **options: Arguments.kwargs) -> Tensor:
        if any(autocast_dtype(value) for value in (*arguments, *options.values())):
            wide = [_wide(value) for value in arguments]
            return loss(*wide, **{name: _wide(value) for name, value in options.items()})
        return loss(*arguments, **options)

    return call


def wide_under_autocast(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return the tensors, in float32 where autocast is on."""
    wide = any(autocast_dtype(tensor) for tensor in tensors)
    return tuple(_wide(tensor) for tensor in tensors) if wide else tensors


def autocast_dtype(value: Any) -> torch.dtype | None:
    """Return what autocast multiplies in, or None where it is off."""
    kind = value.device.type if isinstance(value, Tensor) else "meta"  # which has no autocast
    on = torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
    return torch.get_autocast_dtype(kind) if on else None


def widened(tensor: Tensor) -> Tensor:
    """Return the tensor in float32, or in its own dtype if that is wider."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def narrowed(result: Tensor, *inputs: Tensor) -> Tensor:
    """Return the result in the dtype of the inputs, the wider one if they differ."""
    return result.to(functools.reduce(torch.promote_types, (tensor.dtype for tensor in inputs)))


def _wide(value: Any) -> Any:
    is_float = isinstance(value, Tensor) and value.is_floating_point()
    return widened(value) if is_float else value
