"""What the tests of single losses share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch

from lossbook import functional, reference

TOO_SHORT = ([0.0], [1.0, 1.0])
EMPTY: tuple[list, list] = ([], [])


def bad_margins(*names: str) -> list[tuple]:
    """What losses of a score f under a label y of -1 or +1 refuse, for :func:`both_refuse`."""
    return [
        (name, arguments, options, ValueError, message)
        for name in names
        for arguments, options, message in (
            (([0.0], [0.0]), {}, r"y: expected labels -1 or \+1, got 0.0"),
            (([0.0], [float("nan")]), {}, "y: .* got nan"),
            (TOO_SHORT, {}, r"y: .* shape of f, \(1,\), got shape \(2,\)"),
            (EMPTY, {}, "empty batch"),
            (([0.0], [1.0]), {"reduction": "avg"}, "reduction: .* got 'avg'"),
        )
    ]


def as_tensor(values: Any) -> torch.Tensor:
    """Floats become float64; integers stay integers; an empty list is taken for floats."""
    return torch.as_tensor(np.asarray(values))


def tensor_options(options: Mapping[str, Any], dtype: torch.dtype | None = None) -> dict:
    """Options for PyTorch: those that are arrays become tensors, of the dtype if one is given."""
    return {
        key: as_tensor(value).to(dtype) if isinstance(value, np.ndarray) else value
        for key, value in options.items()
    }


def both_refuse(name: str, arguments: tuple, options: dict, error: type, message: str) -> None:
    """Both layers raise the error, with the message."""
    with pytest.raises(error, match=message):
        getattr(reference, name)(*arguments, **options)
    with pytest.raises(error, match=message):
        getattr(functional, name)(*map(as_tensor, arguments), **tensor_options(options))


def both_give(name: str, arguments: tuple, expected: Any, **options: Any) -> None:
    """Both layers give the expected numbers."""
    ours = getattr(reference, name)(*arguments, **options)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-15)
    tensors = map(as_tensor, arguments)
    value = getattr(functional, name)(*tensors, **tensor_options(options))
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15)


def both_slopes(
    name: str, arguments: tuple, expected: Any, *, wrt: int = 0, **options: Any
) -> None:
    """Both layers give the expected gradient of the summed losses."""
    slopes = getattr(reference, f"{name}_grad")(*arguments, reduction="sum", **options)
    np.testing.assert_allclose(slopes, expected, rtol=1e-12)
    tensors = [as_tensor(argument) for argument in arguments]
    tensors[wrt].requires_grad_()
    getattr(functional, name)(*tensors, reduction="sum", **options).backward()
    np.testing.assert_allclose(tensors[wrt].grad, expected, rtol=1e-12)


def equal_torch(
    name: str,
    theirs: Callable[..., torch.Tensor],
    arguments: tuple[torch.Tensor, ...],
    *,
    wrt: int = 0,
    **options: Any,
) -> None:
    """Both layers equal PyTorch's own function in value, and ours its gradient."""
    arguments = tuple(
        argument.clone().requires_grad_(position == wrt)
        for position, argument in enumerate(arguments)
    )
    wanted, ours = theirs(*arguments), getattr(functional, name)(*arguments, **options)
    torch.testing.assert_close(ours, wanted, rtol=1e-10, atol=1e-14)
    arrays = [argument.detach().numpy() for argument in arguments]
    exact = getattr(reference, name)(*arrays, **options)
    np.testing.assert_allclose(exact, wanted.detach(), rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(
        *(torch.autograd.grad(value.sum(), arguments[wrt])[0] for value in (ours, wanted)),
        rtol=1e-8,
        atol=1e-12,
    )
