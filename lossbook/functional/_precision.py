"""Half precision in, float32 inside, half precision out; float32 out under autocast."""

from __future__ import annotations

import torch
from torch import Tensor


def widened(tensor: Tensor) -> Tensor:
    """Return the tensor in float32, or in its own dtype if that is wider."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def narrowed(result: Tensor, *inputs: Tensor) -> Tensor:
    """Return the result in the dtype of the inputs, at least float32 under autocast.

    Autocast hands half-precision outputs to a loss; PyTorch's own losses answer in float32 there,
    so that a gradient scaler can multiply them.
    """
    dtype = inputs[0].dtype
    for tensor in inputs[1:]:
        dtype = torch.promote_types(dtype, tensor.dtype)
    if torch.is_autocast_enabled(inputs[0].device.type):
        dtype = torch.promote_types(dtype, torch.float32)
    return result.to(dtype)
