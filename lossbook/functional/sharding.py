"""Class vectors that are spread over the processes of ``torch.distributed``.

A margin loss takes them as a DTensor, cut along the classes. In a script that ``torchrun`` starts::

    dist.init_process_group("nccl")  # "gloo" without CUDA
    mesh = init_device_mesh("cuda", (dist.get_world_size(),))
    loss = ArcFaceLoss(in_features=128, num_classes=1_000_000, device="cuda")
    loss.weight = nn.Parameter(distribute_tensor(loss.weight, mesh, [Shard(0)]))
    optimizer = torch.optim.SGD([*backbone.parameters(), *loss.parameters()], lr=0.1)
    loss(backbone(x), y).backward()

with ``init_device_mesh`` of ``torch.distributed.device_mesh``, ``distribute_tensor`` and ``Shard``
of ``torch.distributed.tensor``. The functions of :mod:`lossbook.functional` take such a ``W`` too.

Each process then holds, trains and stores its part, and calls the loss with samples of its own, as
many as every other process. The loss is that of all processes' samples together, the same number on
each; the gradients are those that one process would have got, in its samples and in its class
vectors. ``DistributedDataParallel`` divides a backbone's gradients by the number of processes:
multiply them, by a hook on the features, to make up for it.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from lossbook._checks import fail


def is_sharded(W: Tensor) -> bool:
    """Say whether a tensor is a DTensor, whose package need not be imported for that."""
    return hasattr(W, "device_mesh")


def shard_of(name: str, sharded: Any) -> tuple[Tensor, dist.ProcessGroup, int]:
    """Return the part that this process holds, the group of processes, and its first row."""
    mesh, placements = sharded.device_mesh, sharded.placements
    processes = mesh.size()
    if len(placements) != 1 or not placements[0].is_shard(0):
        fail(name, f"the placements {placements}", "a DTensor that is cut along its first axis")
    rows = -(-sharded.shape[0] // processes)  # as torch.chunk cuts
    if rows * (processes - 1) >= sharded.shape[0]:
        fail(name, f"shape {tuple(sharded.shape)}", f"a row for each of {processes} processes")
    return sharded.to_local(), mesh.get_group(), rows * mesh.get_local_rank()


def gather(tensor: Tensor, group: dist.ProcessGroup) -> Tensor:
    """Return the rows of all processes, one process after the other."""
    gathered: Tensor = _Gather.apply(tensor, group)  # type: ignore[no-untyped-call]
    return gathered


class _Gather(torch.autograd.Function):
    """All processes compute one loss of all rows: the gradient of each is complete everywhere."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, group: dist.ProcessGroup) -> Tensor:
        ctx.rank, ctx.rows = dist.get_rank(group), tensor.shape[0]
        parts = [torch.empty_like(tensor) for _ in range(dist.get_world_size(group))]
        dist.all_gather(parts, tensor.contiguous(), group=group)
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        return slope[ctx.rank * ctx.rows : (ctx.rank + 1) * ctx.rows], None
