"""Compare all losses of section 1.3 on one task, each with the same budget.

What chapter 1.3.10 shows is made here, in four stages:

1. *Tune*: every loss tries the same number of settings. Each is trained without two of the digits
   0 to 6 and judged by the equal error rate on pairs of these two; once for each pair of digits
   left out. No image of 7, 8 or 9 and no test image takes part. The best mean is chosen.
2. *Answer*: the chosen setting of each loss is trained on the digits 0 to 6 with seeds that were
   not used before, and verifies pairs of 7, 8 and 9.
3. *Elsewhere*: the chosen settings are trained once more with each pair of digits left out, with
   new seeds: does the answer hold for other digits?
4. *Peek*: every setting is tried on 7, 8 and 9 too. It chooses nothing; the chapter shows with it
   what comes out if one does choose so.

Last, the time of a training step is measured, with one loss after the other in each round. All but
the times is the same in every run. Run from the repository root; it takes about five minutes on two
idle cores::

    python -m tools.bench [--json book/1_classification/3_softmax/comparison.json] [--processes 2]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch import nn as torch_nn
from tqdm import tqdm

from lossbook import functional, nn
from lossbook.book import pairs

STORED = Path("book/1_classification/3_softmax/comparison.json")

Setting = dict[str, float]
MakeHead = Callable[[int, int], torch_nn.Module]

# Four settings of each loss; with the step sizes of a plan they make its candidates.
OWN: dict[str, list[Setting]] = {
    "softmax": [{"decay": decay} for decay in (0.0, 0.0001, 0.001, 0.01)],
    "weighted": [{"power": power} for power in (0.5, 1.0, 2.0, 4.0)],
    "soft": [{"temperature": temperature} for temperature in (0.5, 2.0, 4.0, 16.0)],
    "focal": [{"gamma": gamma} for gamma in (0.5, 1.0, 2.0, 5.0)],
    "L-Softmax": [{"m": m, "floor": floor} for m in (2, 4) for floor in (0.0, 5.0)],
    "A-Softmax": [{"m": m, "floor": floor} for m in (2, 4) for floor in (0.0, 5.0)],
    "L2-softmax": [{"alpha": alpha} for alpha in (4.0, 8.0, 16.0, 32.0)],
    "normalised": [{"s": s} for s in (4.0, 8.0, 16.0, 32.0)],
    "AM-Softmax": [{"s": s, "m": m} for s in (8.0, 32.0) for m in (0.1, 0.35)],
    "ArcFace": [{"s": s, "m": m} for s in (8.0, 32.0) for m in (0.2, 0.5)],
}


@dataclass(frozen=True)
class Plan:
    """What is tried: the losses with their own settings, and what all of them have in common."""

    own: Mapping[str, Sequence[Setting]] = field(default_factory=lambda: OWN)
    rates: tuple[float, ...] = (0.0003, 0.001, 0.003)
    steps: int = 300
    held_out: tuple[tuple[int, ...], ...] = ((1, 2), (3, 4), (5, 6))
    tuning_seed: int = 0
    seeds: tuple[int, ...] = tuple(range(100, 120))
    elsewhere_seeds: tuple[int, ...] = tuple(range(200, 210))
    peek_seeds: tuple[int, ...] = (300, 301)
    rounds: int = 9

    def search_space(self) -> dict[str, list[Setting]]:
        """Return the candidates of each loss: every step size with every setting of its own."""
        return {
            name: [{"rate": rate, **setting} for rate in self.rates for setting in settings]
            for name, settings in self.own.items()
        }

    def protocol(self) -> dict[str, Any]:
        """Return everything but the search space, as it is stored."""
        common = asdict(self)
        del common["own"], common["rounds"]
        return {name: as_json(value) for name, value in common.items()}


class Job(NamedTuple):
    """One training run."""

    loss: str
    setting: Setting
    steps: int
    seed: int
    held_out: tuple[int, ...]  # digits of 0 to 6 that are verified; none: 7, 8 and 9 are


def as_json(value: Any) -> Any:
    """Return a value as it comes back from a JSON file: tuples are lists."""
    return json.loads(json.dumps(value))


def data_of(held_out: tuple[int, ...]) -> pairs.Digits:
    """Return the images of a run; those of a tuning run hold neither 7, 8, 9 nor test images."""
    if not held_out:
        return pairs.digits()
    seen = tuple(digit for digit in pairs.SEEN if digit not in held_out)
    return pairs.digits(seen, held_out, spare_test=True)


def head(loss: str, setting: Setting, labels: Tensor) -> MakeHead:
    """Return what makes the head of a loss from the numbers of features and of classes.

    Args:
        loss: a name in :data:`OWN`.
        setting: its hyper-parameters; step size and weight decay are not the head's.
        labels: the labels of the training images, which the class weights are counted from.
    """
    own: dict[str, Any] = {
        name: value for name, value in setting.items() if name not in ("rate", "decay", "floor")
    }
    if loss == "weighted":
        counts = torch.bincount(labels).double()
        weight = (counts / counts.mean()) ** -own["power"]
        own_loss = partial(functional.weighted_softmax_loss, weight=weight)
        return partial(pairs.SoftmaxHead, loss=own_loss)
    if loss == "normalised":
        return partial(nn.AMSoftmaxLoss, **own, m=0.0)
    of_logits: dict[str, Callable[..., Tensor]] = {
        "softmax": functional.softmax_loss,
        "soft": functional.soft_softmax_loss,
        "focal": functional.focal_loss,
    }
    if loss in of_logits:
        return partial(pairs.SoftmaxHead, loss=partial(of_logits[loss], **own))
    with_vectors: dict[str, Callable[..., torch_nn.Module]] = {
        "L-Softmax": nn.LSoftmaxLoss,
        "A-Softmax": nn.ASoftmaxLoss,
        "L2-softmax": partial(nn.L2SoftmaxLoss, bias=False),
        "AM-Softmax": nn.AMSoftmaxLoss,
        "ArcFace": nn.ArcFaceLoss,
    }
    return partial(with_vectors[loss], **own)


def annealing(step: int, floor: float) -> float:
    """Return the lambda of L- and A-Softmax: it falls from 100 to a floor."""
    return max(floor, 100 / (1 + step))


def train(job: Job) -> pairs.Trained:
    """Train one loss with one setting and one seed."""
    data = data_of(job.held_out)
    floor = job.setting.get("floor")
    return pairs.train(
        head(job.loss, job.setting, data.y_train),
        seed=job.seed,
        steps=job.steps,
        rate=job.setting["rate"],
        decay=job.setting.get("decay", 0.0),
        schedule=None if floor is None else partial(annealing, floor=floor),
        data=data,
    )


def result(job: Job) -> tuple[float, float]:
    """Return the equal error rate on unseen digits and the accuracy on test images of seen ones."""
    torch.set_num_threads(1)
    found = pairs.verify(train(job))
    return round(found.eer, 4), round(found.accuracy, 4)


def best(rates: Sequence[Sequence[float]]) -> int:
    """Return the place of the lowest mean; of equal ones the first."""
    means = [statistics.fmean(row) for row in rates]
    return means.index(min(means))


def compare(plan: Plan, *, processes: int = 1) -> dict[str, Any]:
    """Run the four stages and return what is stored, but for the times."""
    space = plan.search_space()
    every = [(name, setting) for name, settings in space.items() for setting in settings]
    per_loss = len(plan.seeds) + len(plan.held_out) * len(plan.elsewhere_seeds)
    total = len(every) * (len(plan.held_out) + len(plan.peek_seeds)) + len(space) * per_loss
    stored: dict[str, Any] = {name: {"settings": settings} for name, settings in space.items()}
    with workers(processes) as run, tqdm(total=total, unit="run", file=sys.stderr) as bar:

        def results(
            stage: str,
            candidates: Iterable[tuple[str, Setting]],
            held_out: Sequence[tuple[int, ...]],
            seeds: Sequence[int],
        ) -> Iterator[tuple[float, float]]:
            bar.set_description(stage)
            jobs = [
                Job(loss, setting, plan.steps, seed, digits)
                for loss, setting in candidates
                for digits in held_out
                for seed in seeds
            ]
            for found in run(result, jobs):
                bar.update()
                yield found

        found = results("tune", every, plan.held_out, [plan.tuning_seed])
        for entry in stored.values():
            entry["tuning"] = [[next(found)[0] for _ in plan.held_out] for _ in entry["settings"]]
            entry["chosen"] = best(entry["tuning"])
        chosen = [(name, entry["settings"][entry["chosen"]]) for name, entry in stored.items()]
        found = results("answer", chosen, [()], plan.seeds)
        for entry in stored.values():
            own = [next(found) for _ in plan.seeds]
            entry["eer"], entry["accuracy"] = [eer for eer, _ in own], [right for _, right in own]
        found = results("elsewhere", chosen, plan.held_out, plan.elsewhere_seeds)
        for entry in stored.values():
            entry["elsewhere"] = [
                [next(found)[0] for _ in plan.elsewhere_seeds] for _ in plan.held_out
            ]
        found = results("peek", every, [()], plan.peek_seeds)
        for entry in stored.values():
            both = [[next(found) for _ in plan.peek_seeds] for _ in entry["settings"]]
            entry["peek"] = [[eer for eer, _ in row] for row in both]
            entry["peek_accuracy"] = [[right for _, right in row] for row in both]
    return {"protocol": plan.protocol(), "losses": as_json(stored)}


@contextmanager
def workers(processes: int) -> Iterator[Callable[..., Iterable[tuple[float, float]]]]:
    """Give the built-in map, or one that keeps the order and runs in several processes."""
    if processes == 1:
        yield map
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield pool.imap


def add_times(stored: dict[str, Any], plan: Plan) -> None:
    """Add the times of each loss relative to softmax: of a training step, and of a large head.

    The step is that of the task, with 7 classes. The large head has 10 000 classes: forward and
    backward through the loss alone, 256 samples of 256 features.
    """
    torch.set_num_threads(1)
    losses = stored["losses"]
    chosen = {name: entry["settings"][entry["chosen"]] for name, entry in losses.items()}
    steps = {name: partial(train, Job(name, one, 100, 0, ())) for name, one in chosen.items()}
    x = torch.randn(256, 256, dtype=torch.float64, requires_grad=True)
    y = torch.arange(256)
    heads = {}
    for name, setting in chosen.items():
        module = head(name, setting, torch.arange(10_000))(256, 10_000).double()
        heads[name] = partial(both_ways, module, x, y)
    for name in losses:
        losses[name]["time"] = {}
    for key, tasks in (("step", steps), ("head_10000", heads)):
        for name, ratio in relative_times(tasks, plan.rounds, key).items():
            losses[name]["time"][key] = ratio


def both_ways(module: torch_nn.Module, x: Tensor, y: Tensor) -> None:
    """Compute a loss and its gradients."""
    module(x, y).backward()


def relative_times(
    tasks: Mapping[str, Callable[[], object]], rounds: int, title: str
) -> dict[str, float]:
    """Return the median over rounds of each task's time over that of the first, to 0.1."""
    for run in tasks.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in tqdm(range(rounds), desc=f"time of {title}", unit="round", file=sys.stderr):
        for name, run in tasks.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    first = seconds[next(iter(tasks))]
    ratios = {
        name: statistics.median(own / base for own, base in zip(taken, first, strict=True))
        for name, taken in seconds.items()
    }
    return {name: round(ratio, 1) for name, ratio in ratios.items()}


def dumps(stored: object) -> str:
    """Return JSON with the innermost lists and objects on one line each."""
    text = json.dumps(stored, indent=1)
    inner = re.compile(r"([\[{])\s+([^\[\]{}]+?)\s+([\]}])")
    return inner.sub(lambda found: found[1] + re.sub(r"\s+", " ", found[2]) + found[3], text) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", type=Path, default=STORED, help="where to store the results")
    parser.add_argument("--processes", type=int, default=2, help="runs at once; default: 2")
    options = parser.parse_args(arguments)
    plan = Plan()
    stored = compare(plan, processes=options.processes)
    add_times(stored, plan)
    options.json.write_text(dumps(stored), encoding="utf-8")
    print(f"{options.json} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
