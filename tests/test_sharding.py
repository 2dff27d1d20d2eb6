"""Class vectors on 2 and 4 processes: the values and gradients of one process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing

from lossbook import nn

LOSSES: dict[str, tuple[type[torch.nn.Module], dict[str, Any]]] = {
    "l_softmax": (nn.LSoftmaxLoss, {"m": 3}),
    "a_softmax": (nn.ASoftmaxLoss, {"m": 3, "annealing": 2.0}),
    "l2_softmax": (nn.L2SoftmaxLoss, {"alpha": 4.0}),
    "am_softmax": (nn.AMSoftmaxLoss, {"s": 8.0}),
    "arcface": (nn.ArcFaceLoss, {"s": 8.0, "reduction": "none"}),
}
N, C, D = 8, 11, 5  # 11 classes: no two, and no four, processes hold as many


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(N, D, dtype=torch.float64, generator=generator)
    return x, torch.randint(0, C, (N,), generator=generator)


def built(name: str) -> torch.nn.Module:
    torch.manual_seed(1)
    module, options = LOSSES[name]
    loss = module(D, C, **options, dtype=torch.float64)
    if name == "l2_softmax":
        torch.nn.init.normal_(loss.bias)
    return loss


def one_process(name: str) -> dict[str, torch.Tensor]:
    loss, (x, y) = built(name), batch()
    value = loss(x.requires_grad_(), y)
    value.sum().backward()
    slopes = {f"{key}.grad": parameter.grad for key, parameter in loss.named_parameters()}
    return {"value": value.detach(), "x.grad": x.grad, **slopes}


def on_one_of(rank: int, processes: int, folder: str) -> None:
    """What each process does: its samples, its class vectors, the loss of all."""
    dist.init_process_group(
        "gloo",
        init_method=f"file://{folder}/meet",
        rank=rank,
        world_size=processes,
        timeout=timedelta(seconds=60),
    )
    try:
        from torch.distributed.tensor import Shard, distribute_tensor

        mesh = dist.device_mesh.init_device_mesh("cpu", (processes,))
        results = {}
        for name in LOSSES:
            loss, (x, y) = built(name), batch()
            for key, parameter in list(loss.named_parameters()):
                sharded = distribute_tensor(parameter.detach(), mesh, [Shard(0)])
                setattr(loss, key, torch.nn.Parameter(sharded))
            rows = slice(rank * N // processes, (rank + 1) * N // processes)
            own = x[rows].requires_grad_()
            value = loss(own, y[rows])
            value.sum().backward()
            results[name] = {"value": value.detach(), "x.grad": own.grad} | {
                f"{key}.grad": parameter.grad.to_local()
                for key, parameter in loss.named_parameters()
            }
            results[name]["held"] = torch.tensor(loss.weight.to_local().shape)
        torch.save(results, f"{folder}/{rank}.pt")
    finally:
        dist.destroy_process_group()


@pytest.mark.parametrize("processes", [2, 4])
def test_values_and_gradients_are_those_of_one_process(processes: int, tmp_path: Path):
    multiprocessing.spawn(on_one_of, (processes, str(tmp_path)), nprocs=processes)
    found = [torch.load(tmp_path / f"{rank}.pt") for rank in range(processes)]
    for name in LOSSES:
        wanted, parts = one_process(name), [results[name] for results in found]
        rows = -(-C // processes)
        assert [part["held"].tolist() for part in parts] == [
            [min(rows, C - rank * rows), D] for rank in range(processes)
        ]
        for key, exact in wanted.items():
            if key == "value":
                for part in parts:
                    torch.testing.assert_close(part[key], exact, rtol=1e-10, atol=1e-12)
            else:
                whole = torch.cat([part[key] for part in parts])
                torch.testing.assert_close(whole, exact, rtol=1e-10, atol=1e-12)
