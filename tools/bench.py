"""Compare softmax and the losses of angles on the glyphs, each with the same budget.

What chapter 1.3.10 shows is made here, for several numbers of training classes:

1. *Tune*: every loss tries the same number of settings, each with the same seeds. A setting is
   judged by MAP@R on validation characters in validation fonts, and the best mean is chosen. The
   runs are scored on the test part too; that chooses nothing, and the chapter shows with it what
   comes out if one does choose so.
2. *Answer*: the chosen setting of each loss is trained with seeds that were not used before, and
   scored on test characters in test fonts.
3. *Splits*: some chosen settings are trained and scored on two other splits of the characters and
   of the families of fonts.
4. *Longer*: with the most classes some are trained five times as long, because the more classes
   there are, the fewer steps each of them gets.

A seed draws the training characters, the starting network and the batches, the same for all losses.
Last, the time of a training step is measured, with one loss after the other in each round. All but
the times is the same in every run.

With ``--pairs`` the losses of pairs and triplets are compared instead, for chapter 3.4, with
normalised softmax on the same batches, by the same stages.

Finished runs are kept in ``_build/bench.jsonl``: started again after a stop, the command goes on
where it was. Run from the repository root; it takes three quarters of an hour on one idle core::

    python -m tools.bench [--pairs] [--json FILE] [--processes 2]
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
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch import nn as torch_nn
from tqdm import tqdm

from lossbook import functional, nn
from lossbook.book import pairs

STORED = Path("book/1_classification/3_softmax/comparison.json")
STORED_PAIRS = Path("book/3_practice/pairs.json")
RUNS = Path("_build/bench.jsonl")

Setting = dict[str, float]
MakeHead = Callable[[int, int], torch_nn.Module]

# Three settings of each loss; with the step sizes of a plan they make its candidates. Where a loss
# has a scale and a margin, the margin is a usual one and the scale is tried. Single runs beyond the
# ends, with 100 classes: a scale of 2.5 scores worse, a step size of 0.1 collapses, and a decay of
# 0.01 gains a point on the validation part that it loses on the test part.
OWN: dict[str, list[Setting]] = {
    "softmax": [{"decay": 0.0}, {"decay": 0.0001}, {"decay": 0.001}],
    "L-Softmax": [{"m": 2, "floor": 0.0}, {"m": 4, "floor": 5.0}, {"m": 4, "floor": 0.0}],
    "A-Softmax": [{"m": 2, "floor": 0.0}, {"m": 4, "floor": 5.0}, {"m": 4, "floor": 0.0}],
    "L2-softmax": [{"alpha": 5.0}, {"alpha": 10.0}, {"alpha": 20.0}],
    "normalised": [{"s": 5.0}, {"s": 10.0}, {"s": 20.0}],
    "AM-Softmax": [{"s": 5.0, "m": 0.2}, {"s": 10.0, "m": 0.2}, {"s": 20.0, "m": 0.2}],
    "ArcFace": [{"s": 5.0, "m": 0.3}, {"s": 10.0, "m": 0.3}, {"s": 20.0, "m": 0.3}],
}
# Softmax, its normalised form, and that form with a margin: what the planned questions are about.
CORE = ("softmax", "normalised", "AM-Softmax")
# The losses that are compared at each number of training classes.
LOSSES: dict[int, tuple[str, ...]] = dict.fromkeys((10, 30, 100, 300, 1000), tuple(OWN))
# Losses of batches of pairs; one over the temperature is the scale of normalised softmax.
OWN_PAIRS: dict[str, list[Setting]] = {
    "normalised": [{"s": 10.0}, {"s": 20.0}],
    "InfoNCE": [{"temperature": 0.1}, {"temperature": 0.05}],
    "triplet, all": [{"m": 0.2}, {"m": 0.5}],
    "triplet, semi-hard": [{"m": 0.2}, {"m": 0.5}],
    "triplet, hardest": [{"m": 0.2}, {"m": 0.5}],
}


@dataclass(frozen=True)
class Plan:
    """What is tried: the losses with their own settings, and what all of them have in common."""

    own: Mapping[str, Sequence[Setting]] = field(default_factory=lambda: OWN)
    rates: tuple[float, ...] = (0.003, 0.01, 0.03)
    steps: int = 600
    classes: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: LOSSES)
    tuning_seeds: tuple[int, ...] = (0, 1)
    core: tuple[str, ...] = CORE
    core_seeds: tuple[int, ...] = tuple(range(100, 110))
    other_seeds: tuple[int, ...] = tuple(range(100, 105))
    core_classes: tuple[int, ...] = (100, 1000)
    split_seeds: tuple[int, ...] = tuple(range(200, 205))
    rounds: int = 5
    longer: int = 3000  # steps of the training that is longer
    of_pairs: bool = False  # every batch holds two images of each of its classes

    def settings(self, loss: str) -> list[Setting]:
        """Return the candidates of a loss: every step size with every setting of its own."""
        return [{"rate": rate, **setting} for rate in self.rates for setting in self.own[loss]]

    def seeds(self, loss: str, classes: int) -> tuple[int, ...]:
        """Return the seeds of a loss's answer; where two losses share some, the runs are paired."""
        core = loss in self.core and classes in self.core_classes
        return self.core_seeds if core else self.other_seeds

    def protocol(self) -> dict[str, Any]:
        """Return everything but the search space, as it is stored."""
        hidden = ("own", "rounds")
        return {name: as_json(value) for name, value in vars(self).items() if name not in hidden}


PAIRS = Plan(
    own=OWN_PAIRS,
    classes={100: tuple(OWN_PAIRS), 1000: tuple(OWN_PAIRS)},
    core=("normalised", "InfoNCE"),
    core_seeds=tuple(range(100, 105)),
    core_classes=(1000,),
    of_pairs=True,
)


class Job(NamedTuple):
    """One training run."""

    stage: Literal["tune", "answer"]
    loss: str
    setting: Setting
    classes: int
    seed: int
    steps: int
    split: int = 0
    of_pairs: bool = False


def as_json(value: Any) -> Any:
    """Return a value as it comes back from a JSON file: tuples are lists."""
    return json.loads(json.dumps(value))


def head(loss: str, setting: Setting) -> MakeHead:
    """Return what makes the head of a loss from the numbers of features and of classes.

    Args:
        loss: a name in :data:`OWN` or in :data:`OWN_PAIRS`.
        setting: its hyper-parameters; step size and weight decay are not the head's.
    """
    own: dict[str, Any] = {
        name: value for name, value in setting.items() if name not in ("rate", "decay", "floor")
    }
    heads: dict[str, Callable[..., torch_nn.Module]] = {
        "softmax": pairs.SoftmaxHead,
        "L-Softmax": nn.LSoftmaxLoss,
        "A-Softmax": nn.ASoftmaxLoss,
        "L2-softmax": partial(nn.L2SoftmaxLoss, bias=False),
        "normalised": partial(nn.AMSoftmaxLoss, m=0.0),
        "AM-Softmax": nn.AMSoftmaxLoss,
        "ArcFace": nn.ArcFaceLoss,
    }
    if loss in heads:
        return partial(heads[loss], **own)
    name, _, negatives = loss.partition(", ")
    if name == "triplet":
        return partial(
            pairs.PairHead, loss=partial(pairs.batch_triplets, negatives=negatives, **own)
        )
    return partial(pairs.PairHead, loss=partial(functional.info_nce_loss, **own))


def annealing(step: int, floor: float) -> float:
    """Return the lambda of L- and A-Softmax: it falls from 100 to a floor."""
    return max(floor, 100 / (1 + 0.2 * step))


def train(job: Job) -> pairs.Trained:
    """Train one loss with one setting and one seed."""
    floor = job.setting.get("floor")
    return pairs.train(
        head(job.loss, job.setting),
        seed=job.seed,
        features=32,
        steps=job.steps,
        rate=job.setting["rate"],
        decay=job.setting.get("decay", 0.0),
        schedule=None if floor is None else partial(annealing, floor=floor),
        data=pairs.glyphs(job.classes, seed=job.seed, split=job.split),
        network=pairs.convolution,
        batch=pairs.two_of_each if job.of_pairs else pairs.any_images,
    )


def result(job: Job) -> dict[str, float]:
    """Return what is stored of a run.

    In tuning that is MAP@R on the validation part and, for the peek, on the test part; in an answer
    all scores on the test part, and where the loss has class vectors the accuracy on the training
    characters in the test fonts.
    """
    torch.set_num_threads(1)
    trained = train(job)
    test = trained.data
    if job.stage == "tune":
        validation = pairs.glyphs(job.classes, seed=job.seed, part="validation", split=job.split)
        found = {
            name: pairs.retrieval(trained.embed(data.x_unseen), data.y_unseen)[1]
            for name, data in (("tuning", validation), ("peek", test))
        }
    else:
        found = pairs.score(trained.embed(test.x_unseen), test.y_unseen)._asdict()
        if hasattr(trained.head, "logits"):
            found["accuracy"] = trained.accuracy()
    return {name: round(value, 4) for name, value in found.items()}


def best(rates: Sequence[Sequence[float]]) -> int:
    """Return the place of the highest mean; of equal ones the first."""
    means = [statistics.fmean(row) for row in rates]
    return means.index(max(means))


class Runs:
    """Finished runs, kept in a file line by line, so that none has to be made twice."""

    def __init__(self, file: Path, run: Callable[..., Iterable[dict[str, float]]]) -> None:
        self.file = file
        self.run = run
        self.found: dict[str, dict[str, float]] = {}
        if file.exists():
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]  # a kill cuts the last one
            file.write_text("".join(whole), encoding="utf-8")
            self.found = {kept["job"]: kept["result"] for kept in map(json.loads, whole)}

    def __call__(self, jobs: Sequence[Job], title: str) -> list[dict[str, float]]:
        """Return the result of each job, and run those that are new."""
        keys = [json.dumps(job) for job in jobs]
        new = [(key, job) for key, job in zip(keys, jobs, strict=True) if key not in self.found]
        done = self.run(result, [job for _, job in new])
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            bar = tqdm(done, title, len(keys), initial=len(keys) - len(new), file=sys.stderr)
            for (key, _), found in zip(new, bar, strict=True):
                self.found[key] = found
                print(json.dumps({"job": key, "result": found}), file=file, flush=True)
        return [self.found[key] for key in keys]


def compare(plan: Plan, *, runs: Runs) -> dict[str, Any]:
    """Run the stages for each number of classes and return what is stored, but the times."""
    stored: dict[str, Any] = {}
    for classes, losses in plan.classes.items():
        entries = stored[str(classes)] = {}
        for loss in losses:
            title, settings = f"{classes} classes, {loss}", plan.settings(loss)
            entry: dict[str, Any] = {"tuning": [], "peek": []}
            tuned = runs(
                [
                    Job("tune", loss, setting, classes, seed, plan.steps, of_pairs=plan.of_pairs)
                    for setting in settings
                    for seed in plan.tuning_seeds
                ],
                f"{title}: tune",
            )
            for name, table in entry.items():
                values = iter(run[name] for run in tuned)
                table += [[next(values) for _ in plan.tuning_seeds] for _ in settings]
            entry["chosen"] = best(entry["tuning"])
            chosen = settings[entry["chosen"]]
            answer = partial(Job, "answer", loss, chosen, classes, of_pairs=plan.of_pairs)
            own = runs(
                [answer(seed, plan.steps) for seed in plan.seeds(loss, classes)], f"{title}: answer"
            )
            entry |= {name: [run[name] for run in own] for name in own[0]}
            if classes in plan.core_classes and loss in plan.core:
                entry["splits"] = []
                for split in (1, 2):
                    jobs = [answer(seed, plan.steps, split) for seed in plan.split_seeds]
                    found = runs(jobs, f"{title}: split {split}")
                    entry["splits"].append([run["map_at_r"] for run in found])
            if classes == max(plan.classes) and loss in plan.core:
                jobs = [answer(seed, plan.longer) for seed in plan.other_seeds]
                found = runs(jobs, f"{title}: {plan.longer} steps")
                entry["longer"] = [run["map_at_r"] for run in found]
            entries[loss] = entry
    space = {loss: plan.settings(loss) for loss in plan.own}
    return {"protocol": plan.protocol(), "settings": as_json(space), "classes": stored}


@contextmanager
def workers(processes: int) -> Iterator[Callable[..., Iterable[dict[str, float]]]]:
    """Give the built-in map, or one that keeps the order and runs in several processes."""
    if processes == 1:
        yield map
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield pool.imap


def times(plan: Plan) -> dict[str, dict[str, float]]:
    """Return the times of each loss relative to softmax: of a training step, and of a large head.

    The step is that of the task, with the most classes. The large head has 10,000 classes: forward
    and backward through the loss alone, 256 samples of 256 features.
    """
    torch.set_num_threads(1)
    settings = {loss: plan.settings(loss)[-1] for loss in plan.own}
    most = max(plan.classes)
    steps = {
        loss: partial(train, Job("answer", loss, setting, most, 0, 60))
        for loss, setting in settings.items()
    }
    x = torch.randn(256, 256, requires_grad=True)
    y = torch.arange(256)
    heads = {
        loss: partial(both_ways, head(loss, setting)(256, 10_000), x, y)
        for loss, setting in settings.items()
    }
    step = relative_times(steps, plan.rounds, "step")
    large = relative_times(heads, plan.rounds, "head of 10,000 classes")
    return {loss: {"step": step[loss], "head_10000": large[loss]} for loss in plan.own}


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
    parser.add_argument("--pairs", action="store_true", help="the losses of pairs, section 3.4")
    parser.add_argument("--json", type=Path, help="where to store the results")
    parser.add_argument("--runs", type=Path, default=RUNS, help="where finished runs are kept")
    parser.add_argument("--processes", type=int, default=2, help="runs at once; default: 2")
    options = parser.parse_args(arguments)
    plan, file = (PAIRS, STORED_PAIRS) if options.pairs else (Plan(), STORED)
    with workers(options.processes) as run:
        stored = compare(plan, runs=Runs(options.runs, run))
    if not options.pairs:
        stored["times"] = times(plan)
    file = options.json or file
    file.write_text(dumps(stored), encoding="utf-8")
    print(f"{file} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
