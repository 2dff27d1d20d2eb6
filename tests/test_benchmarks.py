"""The benchmark of the losses: what it compares is comparable, and its tables say what was run."""

from __future__ import annotations

import json

import pytest
import torch

from benchmarks import losses


@pytest.mark.parametrize("name", losses.ELEMENTWISE)
def test_both_sides_compute_one_loss(name: str):
    ours, _, theirs, kind = losses.ELEMENTWISE[name]
    pair = losses.inputs(kind, 1000, torch.float32)
    (wanted,) = (tensor for tensor in pair if tensor.requires_grad)
    values = ours(*pair), theirs(*pair)
    torch.testing.assert_close(*values)
    torch.testing.assert_close(*(torch.autograd.grad(value, wanted)[0] for value in values))


def test_heads_run():
    x, W, y = losses.head_inputs(8, 4, 20)
    for name, loss in losses.head_candidates(x, W, y).items():
        slopes = torch.autograd.grad(loss(), (x, W))
        assert all(slope.isfinite().all() for slope in slopes), name


def test_tables_show_what_was_run():
    row = {"other": "l1_loss", "dtype": "float32", "threads": 1, "checked": 1.01, "unchecked": 0.9}
    head = {"loss": "arcface_loss", "time": 1.25, "memory": 0.5, "mebibytes": 30}
    run = {
        "machine": {"processor": "a processor", "torch": "2", "python": "3", "rounds": 3},
        "elementwise": [
            {**row, "loss": "l1_loss", "dtype": dtype, "size": size}
            for dtype in losses.DTYPES
            for size in losses.SIZES
        ],
        "heads": [{**head, "shape": shape} for shape in losses.HEADS],
        "million": {
            "shape": losses.MILLION,
            "mebibytes": 600,
            "seconds": 9,
            "class_vectors": 488,
            "logits": 977,
        },
        "sharded": [{"shape": losses.SHARDED, "processes": 2, "mebibytes": 1204}],
    }
    text = "\n".join(losses.tables(run))
    assert "| `l1_loss` | `l1_loss` | " + " | ".join(["1.01 (0.90)"] * 3) + " |" in text
    assert "| arcface_loss | " + " | ".join(["1.25, 0.50 (30 MiB)"] * 3) + " |" in text
    assert "C = 1,000,000: 600 MiB" in text
    assert "| 2 | 1,204 |" in text


def test_the_stored_tables_are_those_of_the_stored_run():
    run = json.loads(losses.STORED.read_text(encoding="utf-8"))
    assert losses.TABLES.read_text(encoding="utf-8") == "\n".join(losses.tables(run)) + "\n"
