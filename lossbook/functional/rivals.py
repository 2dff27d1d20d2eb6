r"""The logits of all classes but the true one, without a matrix of all logits.

A margin changes the true class's logit alone. The others, its rivals, enter a softmax loss only by

.. math:: r = \log \sum_{k \ne y} e^{f \cdot v_k + b_k}, \quad \ell = \log(1 + e^{r - t})

with t the true class's logit. So r is summed up over blocks of classes, and the backward pass takes
each block's logits again instead of storing them: only r of each sample and the length of each
class vector are kept. Where the class vectors are spread over processes, each holds some of the
classes, and r is summed up over the processes as it is over blocks.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch import distributed as dist
from torch.linalg import vecdot, vector_norm
from torch.nn.functional import linear

BLOCK = 512  # classes
AT_ONCE = 2**20  # so many logits, 4 MiB in float32, need no blocks


class Classes(NamedTuple):
    """How the class vectors are to be used."""

    unit: bool = False  # at length 1
    products: torch.dtype | None = None  # what autocast multiplies in; None is the vectors' own
    group: dist.ProcessGroup | None = None  # the processes that they are spread over
    first: int = 0  # the class of this process's first vector


def lengths(vectors: Tensor) -> Tensor:
    """Lengths of the rows, shape (N, 1); infinity for a zero vector, which then stays zero."""
    # Squares of numbers past 1e19 or below 1e-19 would leave the range of float32.
    size = vectors.detach().abs().amax(dim=-1, keepdim=True)
    size = torch.where(size > 0, size, 1)
    found = size * vector_norm(vectors / size, dim=-1, keepdim=True)
    return torch.where(found > 0, found, math.inf)


def rivals_and_own(
    f: Tensor, W: Tensor, b: Tensor | None, y: Tensor, classes: Classes
) -> tuple[Tensor, Tensor, Tensor]:
    """Return r of each feature vector f, and the vector and the bias of its class y.

    All in one matrix where that is small, else in blocks.
    """
    if classes.group is None and f.shape[0] * W.shape[0] <= AT_ONCE:
        return _at_once(f, W, b, y, classes)
    bias = f.new_zeros(W.shape[0]) if b is None else b.to(f.dtype)
    rivals, own, own_bias, _ = _InBlocks.apply(f, W, bias, y, classes)  # type: ignore[no-untyped-call]
    return rivals, own, own_bias


def _at_once(
    f: Tensor, W: Tensor, b: Tensor | None, y: Tensor, classes: Classes
) -> tuple[Tensor, Tensor, Tensor]:
    vectors = W / lengths(W) if classes.unit else W
    logits = linear(f, vectors).to(f.dtype)  # in half precision under autocast
    logits = logits if b is None else logits + b.to(f.dtype)
    others = logits.scatter(1, y.unsqueeze(1), torch.finfo(f.dtype).min)
    own_bias = f.new_zeros(f.shape[0]) if b is None else b[y]
    return others.logsumexp(dim=1), W[y], own_bias


class _InBlocks(torch.autograd.Function):
    """The same in blocks of classes, which the backward pass computes again."""

    generate_vmap_rule = True

    @staticmethod
    def forward(
        f: Tensor, W: Tensor, b: Tensor, y: Tensor, classes: Classes
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        scales = f.new_ones(W.shape[0], 1)
        rivals = f.new_full(f.shape[:1], -math.inf)
        for part in _blocks(W):
            if classes.unit:
                scales[part] = 1 / lengths(W[part])
            logits = _rival_logits(f, W[part] * scales[part], b[part], y, part, classes)
            top = _bounded(logits.amax(dim=1))
            rivals = torch.logaddexp(rivals, top + _exponentials(logits, top).sum(dim=1).log())
        here, row = _held(y, W, classes)
        own, own_bias = W[row] * here.unsqueeze(1), b[row] * here
        if classes.group is not None:
            shares = [torch.empty_like(rivals) for _ in range(dist.get_world_size(classes.group))]
            dist.all_gather(shares, rivals, group=classes.group)
            rivals = torch.stack(shares).logsumexp(dim=0)
            for tensor in (own, own_bias):
                dist.all_reduce(tensor, group=classes.group)
        return rivals, own, own_bias, scales

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Any, ...]) -> None:
        f, W, b, y, ctx.classes = inputs
        rivals, _, _, scales = output
        ctx.mark_non_differentiable(scales)
        ctx.save_for_backward(f, W, b, y, rivals, scales)

    @staticmethod
    def backward(
        ctx: Any, rivals_slope: Tensor, own_slope: Tensor, bias_slope: Tensor, _: Tensor
    ) -> tuple[Tensor | None, ...]:
        f, W, b, y, rivals, scales = ctx.saved_tensors
        classes = ctx.classes
        if classes.unit and torch.is_grad_enabled():  # for a second derivative
            scales = 1 / lengths(W)
        slope = rivals_slope.unsqueeze(1)
        total = _bounded(rivals)
        f_grad, W_grad, b_grad = torch.zeros_like(f), f.new_empty(W.shape), f.new_empty(b.shape)
        for part in _blocks(W):
            vectors = W[part] * scales[part]
            logits = _rival_logits(f, vectors, b[part], y, part, classes)
            shares = _exponentials(logits, total)  # of each class in e^r
            f_grad += slope * _product(shares, vectors, classes)
            pull = _product(shares.T, slope * f, classes)
            if classes.unit:  # what points along a vector does not change its direction
                along = vecdot(pull, vectors).unsqueeze(1)
                pull = torch.addcmul(pull, vectors, along, value=-1) * scales[part]
            W_grad[part], b_grad[part] = pull, (shares.T @ slope).squeeze(1)
        here, row = _held(y, W, classes)
        W_grad.index_add_(0, row, own_slope * here.unsqueeze(1))
        b_grad.index_add_(0, row, bias_slope * here)
        if classes.group is not None:
            if torch.is_grad_enabled():
                raise NotImplementedError("a second derivative over several processes")
            dist.all_reduce(f_grad, group=classes.group)
        return f_grad, W_grad, b_grad, None, None


def _blocks(W: Tensor) -> list[slice]:
    classes = W.shape[0]
    return [slice(first, min(first + BLOCK, classes)) for first in range(0, classes, BLOCK)]


def _product(a: Tensor, b: Tensor, classes: Classes) -> Tensor:
    dtype = classes.products or a.dtype
    return (a.to(dtype) @ b.to(dtype)).to(a.dtype)


def _rival_logits(
    f: Tensor, vectors: Tensor, b: Tensor, y: Tensor, part: slice, classes: Classes
) -> Tensor:
    """Return the logits of a block of classes, -inf for the true one."""
    logits = _product(f, vectors.T, classes) + b
    column = y - classes.first - part.start
    here = (column >= 0) & (column < logits.shape[1])
    column = column.clamp(0, logits.shape[1] - 1)
    barred = torch.zeros_like(f[:, 0]).masked_fill(here, -math.inf)
    return logits.scatter_add_(1, column.unsqueeze(1), barred.unsqueeze(1))


def _bounded(logarithms: Tensor) -> Tensor:
    """Return logarithms that can be subtracted: -inf less itself is NaN."""
    return logarithms.clamp(min=torch.finfo(logarithms.dtype).min)


def _exponentials(logits: Tensor, less: Tensor) -> Tensor:
    """Return e^(logits - less), in the place of the logits.

    None is below the normal numbers: those are as good as 0, and take ten times as long.
    """
    least = 1 + math.log(torch.finfo(logits.dtype).tiny)
    return logits.sub_(less.unsqueeze(1)).clamp_(min=least).exp_()


def _held(y: Tensor, W: Tensor, classes: Classes) -> tuple[Tensor, Tensor]:
    """Say which labels' vectors are among those held here, and in which row."""
    row = y - classes.first
    here = (row >= 0) & (row < W.shape[0])
    return here, row.clamp(0, W.shape[0] - 1)
