"""Time and memory of the losses, beside PyTorch's own.

Every number is a ratio of two medians, forward and backward together, taken in one process whose
rounds run one candidate after the other: what the machine does besides hits all of them alike.
Memory is the peak of a fresh process above what its inputs take. Run from the repository root::

    python -m benchmarks.losses [--json benchmarks/losses.json] [--rounds 15]

It takes some minutes on two idle cores, stores the run and writes the tables of the page. A peer
that is installed (pytorch-metric-learning) is timed, too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, multiprocessing
from torch import distributed as dist
from torch.nn import functional as F  # noqa: N812

import lossbook
from lossbook import functional

STORED = Path("benchmarks/losses.json")
TABLES = Path("benchmarks/losses.md")
SIZES = (128, 10_000, 1_000_000)
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
HEADS = ((256, 256, 20_000), (2048, 128, 20_000), (256, 512, 100_000))
MILLION = (256, 128, 1_000_000)
SHARDED = (256, 128, 400_000)
PROCESSES = (1, 2, 4)

Loss = Callable[[Tensor, Tensor], Tensor]
Candidates = dict[str, Callable[[], Tensor]]


def torchvision_sigmoid_focal_loss(s: Tensor, y: Tensor) -> Tensor:
    """Compute the formula of torchvision.ops.sigmoid_focal_loss, which has no kernel."""
    p, entropy = s.sigmoid(), F.binary_cross_entropy_with_logits(s, y, reduction="none")
    miss = p * (1 - y) + (1 - p) * y
    return ((0.25 * y + 0.75 * (1 - y)) * miss**2 * entropy).mean()


def focal_formula(z: Tensor, y: Tensor) -> Tensor:
    """Compute the focal loss from the cross-entropy, as most code does."""
    entropy = F.cross_entropy(z, y, reduction="none")
    return ((1 - (-entropy).exp()) ** 2 * entropy).mean()


def squared_triplet_loss(x: Tensor, positive: Tensor) -> Tensor:
    """Compute the formula on squared distances; the negatives are the positives of others."""
    near, far = (x - positive).square().sum(1), (x - positive.roll(1, 0)).square().sum(1)
    return (near - far + 0.2).relu().mean()


def dice_formula(s: Tensor, y: Tensor) -> Tensor:
    """Compute one less the overlap of each map."""
    p = s.sigmoid()
    return (1 - (2 * (p * y).sum(1) + 1) / ((p * p).sum(1) + (y * y).sum(1) + 1)).mean()


def giou_formula(x: Tensor, t: Tensor) -> Tensor:
    """Compute the formula of torchvision.ops.generalized_box_iou_loss, which has no kernel."""
    (left, top, right, bottom), (west, north, east, south) = x.unbind(1), t.unbind(1)
    width = (torch.min(right, east) - torch.max(left, west)).clamp(min=0)
    height = (torch.min(bottom, south) - torch.max(top, north)).clamp(min=0)
    shared = width * height
    union = (right - left) * (bottom - top) + (east - west) * (south - north) - shared
    around = torch.max(right, east) - torch.min(left, west)
    around = around * (torch.max(bottom, south) - torch.min(top, north))
    return (1 - shared / union + (around - union) / around).mean()


# Our loss, theirs, and what both take (see inputs).
ELEMENTWISE: dict[str, tuple[Loss, str, Loss, str]] = {
    "l1_loss": (functional.l1_loss, "l1_loss", F.l1_loss, "numbers"),
    "l2_loss": (functional.l2_loss, "mse_loss", F.mse_loss, "numbers"),
    "smooth_l1_loss": (functional.smooth_l1_loss, "smooth_l1_loss", F.smooth_l1_loss, "numbers"),
    "huber_loss": (functional.huber_loss, "huber_loss", F.huber_loss, "numbers"),
    "binary_cross_entropy": (
        functional.binary_cross_entropy,
        "binary_cross_entropy_with_logits",
        F.binary_cross_entropy_with_logits,
        "zeros and ones",
    ),
    "logistic_loss": (functional.logistic_loss, "soft_margin_loss", F.soft_margin_loss, "signs"),
    "hinge_loss": (
        functional.hinge_loss,
        "relu(1 - y f)",
        lambda f, y: (1 - y * f).relu().mean(),
        "signs",
    ),
    "sigmoid_focal_loss": (
        functional.sigmoid_focal_loss,
        "torchvision's formula",
        torchvision_sigmoid_focal_loss,
        "zeros and ones",
    ),
    "softmax_loss": (functional.softmax_loss, "cross_entropy", F.cross_entropy, "classes"),
    "focal_loss": (functional.focal_loss, "(1 - p)^2 cross_entropy", focal_formula, "classes"),
    "brier_loss": (
        functional.brier_loss,
        "(softmax - one_hot)^2",
        lambda z, y: (z.softmax(1) - F.one_hot(y, z.shape[1])).square().sum(1).mean(),
        "classes",
    ),
    "kl_divergence(log=True)": (
        partial(functional.kl_divergence, log=True, reduction="mean"),
        'kl_div(log_target=True, "batchmean")',
        lambda p, q: F.kl_div(q, p, log_target=True, reduction="batchmean"),
        "logarithms",
    ),
    "quantile_loss": (
        partial(functional.quantile_loss, tau=0.9),
        "max(tau r, (tau - 1) r)",
        lambda x, t: torch.maximum(0.9 * (t - x), -0.1 * (t - x)).mean(),
        "numbers",
    ),
    "gaussian_nll_loss": (
        lambda x, t: functional.gaussian_nll_loss(x, t, x),
        "gaussian_nll_loss(full=True)",
        lambda x, t: F.gaussian_nll_loss(x, t, x.exp(), full=True),
        "numbers",
    ),
    "poisson_nll_loss": (
        functional.poisson_nll_loss,
        "e^s - t s + lgamma(t + 1)",
        lambda s, t: (s.exp() - t * s + (t + 1).lgamma()).mean(),
        "counts",
    ),
    "dice_loss": (functional.dice_loss, "its formula", dice_formula, "maps"),
    "giou_loss": (functional.giou_loss, "torchvision's formula", giou_formula, "boxes"),
    "triplet_loss": (
        lambda x, t: functional.triplet_loss(x, t, t.roll(1, 0)),
        "relu(near - far + m)",
        squared_triplet_loss,
        "vectors",
    ),
}
HEAD_LOSSES: dict[str, Callable[..., Tensor]] = {
    "l_softmax_loss": functional.l_softmax_loss,
    "a_softmax_loss": functional.a_softmax_loss,
    "l2_softmax_loss": partial(functional.l2_softmax_loss, alpha=16.0),
    "am_softmax_loss": functional.am_softmax_loss,
    "arcface_loss": functional.arcface_loss,
}


def inputs(kind: str, size: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Draw a prediction that requires a gradient, and its target, of ``size`` entries in all."""
    generator = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    if kind in ("classes", "logarithms"):
        rows, classes = max(size // 100, 1), min(size, 100)
        z = normal(rows, classes)
        if kind == "classes":
            y = torch.randint(0, classes, (rows,), generator=generator)
            return z.to(dtype).requires_grad_(), y
        log_p, log_q = (values.log_softmax(-1).to(dtype) for values in (normal(rows, classes), z))
        return log_p, log_q.requires_grad_()
    rows = {"boxes": size // 4, "maps": size // 100, "vectors": size // 100}.get(kind, size)
    shape = (rows,) if rows == size else (rows, size // rows)
    x, t = normal(*shape), normal(*shape)
    if kind == "boxes":  # of sides from 1 to 3
        x, t = (torch.cat([low[:, :2], low[:, :2] + 2 + low[:, 2:].sin()], 1) for low in (x, t))
    elif kind in ("zeros and ones", "maps"):
        t = (t > 0).float()
    elif kind == "signs":
        t = t.sign()
    elif kind == "counts":
        t = t.abs().round()
    return x.to(dtype).requires_grad_(), t.to(dtype)


def medians(candidates: Candidates, wanted: tuple[Tensor, ...], rounds: int) -> dict[str, float]:
    """Time forward and backward of each candidate, one after the other in each round.

    The clock starts after a pass of its own: the first one pays for what the last candidate left,
    or did not, of memory that the process holds already.
    """

    def run(loss: Callable[[], Tensor], times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            torch.autograd.grad(loss(), wanted)
        return (time.perf_counter() - start) / times

    once = {name: min(run(loss, 1) for _ in range(3)) for name, loss in candidates.items()}
    times = max(1, math.ceil(0.01 / max(once.values())))  # a round of 10 ms at least
    found: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, loss in candidates.items():
            run(loss, 1)
            found[name].append(run(loss, times))
    return {name: statistics.median(values) for name, values in found.items()}


def elementwise(rounds: int, threads: int) -> Iterator[dict[str, Any]]:
    """Time the losses of single numbers against PyTorch's, with and without checks of values."""
    torch.set_num_threads(threads)
    for name, (ours, other, theirs, kind) in ELEMENTWISE.items():
        for dtype_name, dtype in DTYPES.items():
            for size in SIZES:
                pair = inputs(kind, size, dtype)
                wanted = tuple(tensor for tensor in pair if tensor.requires_grad)

                def unchecked(loss: Loss = ours, pair: tuple[Tensor, Tensor] = pair) -> Tensor:
                    with lossbook.set_value_checks(False):
                        return loss(*pair)

                candidates = {
                    "theirs": partial(theirs, *pair),
                    "checked": partial(ours, *pair),
                    "unchecked": unchecked,
                }
                times = medians(candidates, wanted, rounds)
                yield {
                    "loss": name,
                    "other": other,
                    "dtype": dtype_name,
                    "size": size,
                    "threads": threads,
                    "checked": round(times["checked"] / times["theirs"], 2),
                    "unchecked": round(times["unchecked"] / times["theirs"], 2),
                }


def insightface(x: Tensor, W: Tensor, y: Tensor, *, s: float = 64.0, m: float = 0.5) -> Tensor:
    """ArcFace as InsightFace's recognition code has it: an arccos, a margin, one more cosine."""
    cosines = F.linear(F.normalize(x), F.normalize(W)).clamp(-1, 1)
    rows = torch.arange(len(y))
    with torch.no_grad():
        angle = cosines[rows, y].arccos() + m
    margins = torch.zeros_like(cosines).index_put(
        (rows, y), angle.cos() - cosines[rows, y].detach()
    )
    return F.cross_entropy(s * (cosines + margins), y)


def metric_learning(x: Tensor, W: Tensor, y: Tensor) -> Callable[[], Tensor]:
    """Return ArcFace of pytorch-metric-learning on these class vectors, without a copy of them."""
    from pytorch_metric_learning.losses import ArcFaceLoss

    peer = ArcFaceLoss(num_classes=2, embedding_size=W.shape[1], margin=28.6, scale=64)
    del peer.W
    peer.W, peer.num_classes = W.T, len(W)
    return lambda: peer(x, y)


def head_candidates(x: Tensor, W: Tensor, y: Tensor) -> Candidates:
    """Return every head on these class vectors, first the plain one."""
    candidates: Candidates = {
        "linear + cross_entropy": lambda: F.cross_entropy(F.linear(x, W), y),
        **{name: partial(loss, x, W, y) for name, loss in HEAD_LOSSES.items()},
        "InsightFace's formula": partial(insightface, x, W, y),
    }
    if importlib.util.find_spec("pytorch_metric_learning"):
        candidates["pytorch-metric-learning ArcFaceLoss"] = metric_learning(x, W, y)
    return candidates


def head_inputs(N: int, d: int, C: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw features, class vectors and labels."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(N, d, generator=generator).requires_grad_()
    W = torch.randn(C, d, generator=generator).requires_grad_()
    return x, W, torch.randint(0, C, (N,), generator=generator)


def peak() -> float:
    """Return the most memory that this process has ever held, in MiB.

    The operating system's own count, of Linux: what ``resource`` reports there includes the peak of
    the process that started this one.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    kibibytes = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kibibytes) / 1024


def peak_memory(name: str, N: int, d: int, C: int) -> float:
    """Return the peak in MiB of one forward and backward pass, above what the inputs take.

    Called in a fresh process. A small pass comes first, so that what PyTorch allocates once is not
    counted.
    """
    torch.set_num_threads(2)
    small = head_candidates(*head_inputs(4, 4, 4))[name]
    small().backward()
    x, W, y = head_inputs(N, d, C)
    loss = head_candidates(x, W, y)[name]
    before = peak()
    loss().backward()
    return peak() - before


def in_fresh_process(name: str, *shape: int) -> float:
    """Return :func:`peak_memory` of a process that has done nothing else."""
    command = [sys.executable, "-m", "benchmarks.losses", "--peak", name, *map(str, shape)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def heads(rounds: int) -> Iterator[dict[str, Any]]:
    """Time and weigh the margin heads against a plain linear layer."""
    torch.set_num_threads(2)
    for shape in HEADS:
        x, W, y = head_inputs(*shape)
        candidates = head_candidates(x, W, y)
        times = medians(candidates, (x, W), max(rounds // 3, 3))
        plain = times["linear + cross_entropy"]
        weights = {name: in_fresh_process(name, *shape) for name in candidates}
        for name, seconds in times.items():
            yield {
                "loss": name,
                "shape": shape,
                "time": round(seconds / plain, 2),
                "memory": round(weights[name] / weights["linear + cross_entropy"], 2),
                "mebibytes": round(weights[name]),
            }


def million() -> dict[str, Any]:
    """Train one step with a million classes."""
    start = time.perf_counter()
    weight = in_fresh_process("arcface_loss", *MILLION)
    return {
        "shape": MILLION,
        "mebibytes": round(weight),
        "seconds": round(time.perf_counter() - start),
        "class_vectors": round(4 * MILLION[1] * MILLION[2] / 2**20),
        "logits": round(4 * MILLION[0] * MILLION[2] / 2**20),
    }


def sharded_step(rank: int, processes: int, folder: str) -> None:
    """Take one step of ArcFace on this process's part of the class vectors, and note its memory."""
    from torch.distributed.tensor import DTensor, Shard

    torch.set_num_threads(1)
    N, d, C = SHARDED
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=processes
    )
    mesh = dist.device_mesh.init_device_mesh("cpu", (processes,))

    def step(N: int, C: int) -> None:
        part = torch.randn(C // processes, d).requires_grad_()
        W = DTensor.from_local(part, mesh, [Shard(0)])
        x = torch.randn(N // processes, d).requires_grad_()
        functional.arcface_loss(x, W, torch.randint(0, C, (N // processes,))).backward()

    step(processes, processes)  # so that what is allocated once is not counted
    before = peak()
    step(N, C)
    Path(folder, f"{rank}.txt").write_text(str(peak() - before))
    dist.destroy_process_group()


def sharded() -> Iterator[dict[str, Any]]:
    """Weigh a step, class vectors included, on each of several processes."""
    for processes in PROCESSES:
        with tempfile.TemporaryDirectory() as folder:
            multiprocessing.spawn(sharded_step, (processes, folder), nprocs=processes)
            weights = [float(path.read_text()) for path in Path(folder).glob("*.txt")]
        yield {"shape": SHARDED, "processes": processes, "mebibytes": round(max(weights))}


def processor() -> str:
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def tables(run: dict[str, Any]) -> Iterator[str]:
    """Write the tables of the page as Markdown."""
    machine = run["machine"]
    versions = f"PyTorch {machine['torch']}, Python {machine['python']}"
    yield f"Processor: {machine['processor']}; {versions}; {machine['rounds']} rounds."
    kinds = dict.fromkeys((row["dtype"], row["threads"]) for row in run["elementwise"])
    for dtype, threads in sorted(kinds, key=lambda kind: (list(DTYPES).index(kind[0]), kind[1])):
        rows = [
            row for row in run["elementwise"] if (row["dtype"], row["threads"]) == (dtype, threads)
        ]
        title = f"**Elementwise losses, {dtype}, {threads} thread{'s' * (threads > 1)}**"
        yield from ("", title, "")
        yield f"| Loss | Beside | {' | '.join(f'{size:,}' for size in SIZES)} |"
        yield f"|:---|:---|{'---:|' * len(SIZES)}"
        for name in dict.fromkeys(row["loss"] for row in rows):
            found = {row["size"]: row for row in rows if row["loss"] == name}
            cells = (
                f"{found[size]['checked']:.2f} ({found[size]['unchecked']:.2f})" for size in SIZES
            )
            yield f"| `{name}` | `{found[SIZES[0]]['other']}` | {' | '.join(cells)} |"
    yield from ("", "**Margin heads, 2 threads**", "")
    shapes = [tuple(shape) for shape in HEADS]
    yield "| Head | " + " | ".join(f"N {N:,}, d {d}, C {C:,}" for N, d, C in shapes) + " |"
    yield f"|:---|{'---:|' * len(shapes)}"
    for name in dict.fromkeys(row["loss"] for row in run["heads"]):
        found = {tuple(row["shape"]): row for row in run["heads"] if row["loss"] == name}
        cells = (
            f"{found[shape]['time']:.2f}, {found[shape]['memory']:.2f} "
            f"({found[shape]['mebibytes']:,} MiB)"
            for shape in shapes
        )
        yield f"| {name} | {' | '.join(cells)} |"
    big = run["million"]
    N, d, C = big["shape"]
    yield from (
        "",
        f"**A million classes.** One step of ArcFace, forward and backward, with N = {N}, d = {d} "
        f"and C = {C:,}: {big['mebibytes']:,} MiB above the inputs, of which the gradient of the "
        f"class vectors takes {big['class_vectors']:,}; a matrix of the logits alone would take "
        f"{big['logits']:,}. The step takes {big['seconds']} s with the start of its process.",
    )
    N, d, C = run["sharded"][0]["shape"]
    yield from (
        "",
        f"**Class vectors spread over processes.** The same step with N = {N}, d = {d} and "
        f"C = {C:,}, class vectors and all: the peak of the process that takes most.",
        "",
        "| Processes | MiB a process |",
        "|---:|---:|",
        *(f"| {row['processes']} | {row['mebibytes']:,} |" for row in run["sharded"]),
    )


def main() -> None:
    """Run everything, store it, write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--json", type=Path, default=STORED, help="where the run is stored")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each measurement")
    parser.add_argument("--peak", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peak:
        name, *shape = arguments.peak
        print(peak_memory(name, *map(int, shape)))
        return
    run = {
        "machine": {
            "processor": processor(),
            "torch": torch.__version__,
            "python": platform.python_version(),
            "rounds": arguments.rounds,
        },
        "million": million(),
        "sharded": list(sharded()),
        "heads": list(heads(arguments.rounds)),
        "elementwise": [
            row for threads in (1, 2) for row in elementwise(arguments.rounds, threads)
        ],
    }
    arguments.json.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    if arguments.json == STORED:
        TABLES.write_text("\n".join(tables(run)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
