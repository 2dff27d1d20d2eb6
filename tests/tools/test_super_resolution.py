"""What section 2.4 stores of its super-resolution: every run is there, and clipped."""

import json

import numpy as np
import torch

from lossbook.book import super_resolution
from tools import super_resolution as tool


def test_every_run_and_the_shown_weights_are_stored() -> None:
    stored = json.loads(tool.STORED.read_text(encoding="utf-8"))
    photographs = super_resolution.photographs()
    assert set(stored["runs"]) == {
        tool.key(tool.Job(name, loss, seed))
        for name in photographs
        for loss in super_resolution.LOSSES
        for seed in tool.SEEDS
    }
    assert stored["steps"] == super_resolution.STEPS
    assert set(stored["bicubic"]) == set(photographs)
    weights = np.load(tool.WEIGHTS)
    own = super_resolution.Enlarge().state_dict()
    assert {name: weights[name].shape for name in weights.files} == {
        f"{loss} {key}": tuple(value.shape)
        for loss in super_resolution.LOSSES
        for key, value in own.items()
    }


def test_judgement_is_of_clipped_pictures() -> None:
    real = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    real = (2 * real).clamp(0, 1)  # many pixels at the brightest
    beyond = torch.where(real == 1, real + 5, real)
    assert super_resolution.judge(beyond, real).pixels == 0
