"""Train the super-resolution models of section 2.4, and store what they make of a photograph.

Each photograph is left out in turn: models of every loss are trained on the two others, with three
seeds, and judged on it. Stored are the numbers of all, and the weights of the models of the first
seed for the photograph that the chapter shows. Run from the repository root; it takes about half an
hour on two idle cores, and goes on where it was stopped::

    python -m tools.super_resolution [--processes 2]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tqdm import tqdm

from lossbook.book import super_resolution
from tools.bench import dumps

STORED = Path("book/2_regression/super_resolution.json")
WEIGHTS = STORED.with_suffix(".npz")
SEEDS = range(3)
SHOWN = "Hopper"
DECIMALS = 5


class Job(NamedTuple):
    """One training run."""

    photograph: str  # the one that is left out
    loss: str
    seed: int
    steps: int = super_resolution.STEPS


def key(job: Job) -> str:
    """Return the name under which a job is stored."""
    return f"{job.photograph}, {job.loss}, {job.seed}"


def run(job: Job) -> tuple[Job, dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Train one model; return its numbers, and its weights in half precision."""
    torch.set_num_threads(1)
    images = super_resolution.photographs()
    real = images.pop(job.photograph)
    model, history = super_resolution.train(
        job.loss, list(images.values()), seed=job.seed, steps=job.steps
    )
    weights = {f"{job.loss} {name}": value.half() for name, value in model.state_dict().items()}
    with torch.no_grad():
        judged = super_resolution.judge(model(super_resolution.reduced(real)), real)
    numbers = {name: round(value, DECIMALS) for name, value in judged._asdict().items()}
    numbers["first steps"] = [round(loss, DECIMALS) for loss in history[:5]]
    return job, numbers, {name: value.numpy() for name, value in weights.items()}


def interpolated() -> dict[str, dict[str, float]]:
    """Return the numbers of bicubic interpolation, which is not trained."""
    found = {}
    for name, real in super_resolution.photographs().items():
        made = super_resolution.bicubic(super_resolution.reduced(real))
        judged = super_resolution.judge(made, real)
        found[name] = {key: round(value, DECIMALS) for key, value in judged._asdict().items()}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.super_resolution", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", type=Path, default=STORED, help="where to store the results")
    parser.add_argument("--processes", type=int, default=2, help="runs at once; default: 2")
    options = parser.parse_args(arguments)
    jobs = [
        Job(photograph, loss, seed)
        for seed in SEEDS
        for photograph in super_resolution.photographs()
        for loss in super_resolution.LOSSES
    ]
    old = json.loads(options.json.read_text(encoding="utf-8")) if options.json.exists() else {}
    runs = {key(job): old["runs"][key(job)] for job in jobs if key(job) in old.get("runs", {})}
    bicubic = interpolated()
    weights_file = options.json.with_suffix(".npz")
    weights = dict(np.load(weights_file)) if runs and weights_file.exists() else {}
    missing = [job for job in jobs if key(job) not in runs]

    def store() -> None:
        ordered = {key(job): runs[key(job)] for job in jobs if key(job) in runs}
        stored = {"steps": super_resolution.STEPS, "bicubic": bicubic, "runs": ordered}
        options.json.write_text(dumps(stored), encoding="utf-8")
        np.savez_compressed(weights_file, **weights)

    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        results = pool.imap_unordered(run, missing)
        for job, numbers, values in tqdm(results, total=len(missing), unit="run", file=sys.stderr):
            runs[key(job)] = numbers
            if job.photograph == SHOWN and job.seed == SEEDS[0]:
                weights |= values
            store()
    store()
    print(f"{options.json} and {weights_file} written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
