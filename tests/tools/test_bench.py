"""The comparison of the softmax family: fair by construction, repeatable, and not out of date."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lossbook.book import datasets, pairs
from tools import bench

TINY = bench.Plan(
    own={name: bench.OWN[name][:2] for name in ("softmax", "L-Softmax")},
    rates=(0.003,),
    steps=4,
    held_out=((5, 6),),
    seeds=(1, 2),
    elsewhere_seeds=(6, 7, 8),
    peek_seeds=(3,),
    rounds=1,
)
LOSSES = [(name, setting) for name, settings in bench.OWN.items() for setting in settings]


@pytest.fixture(scope="module")
def stored() -> dict:
    return json.loads(bench.STORED.read_text(encoding="utf-8"))


def test_a_second_run_and_one_in_two_processes_store_the_same():
    first = bench.compare(TINY)
    assert bench.compare(TINY, processes=2) == first
    assert list(first["losses"]) == ["softmax", "L-Softmax"]
    for entry in first["losses"].values():
        assert np.shape(entry["tuning"]) == (2, 1)
        assert np.shape(entry["peek"]) == np.shape(entry["peek_accuracy"]) == (2, 1)
        assert np.shape(entry["elsewhere"]) == (1, 3)
        assert np.shape(entry["eer"]) == np.shape(entry["accuracy"]) == (2,)
        assert entry["chosen"] == int(np.argmin(np.mean(entry["tuning"], axis=1)))
    assert bench.compare(bench.Plan(**{**vars(TINY), "seeds": (4, 5)})) != first


def test_every_loss_has_the_same_number_of_settings_and_none_twice():
    settings = bench.Plan().search_space()
    assert {len(candidates) for candidates in settings.values()} == {12}
    for candidates in settings.values():
        assert len({json.dumps(one, sort_keys=True) for one in candidates}) == 12


@pytest.mark.parametrize("held_out", bench.Plan().held_out)
def test_tuning_sees_no_unseen_digit_and_no_test_image(held_out: tuple[int, ...]):
    data, images = bench.data_of(held_out), datasets.digits()
    assert not set(data.y_unseen.tolist()) & set(pairs.UNSEEN)
    assert set(data.y_unseen.tolist()) == set(held_out)
    assert len(data.y_unseen) == np.isin(images.y_train, held_out).sum()
    seen = np.isin(images.y_train, [d for d in range(7) if d not in held_out])
    np.testing.assert_array_equal(data.x_train.numpy(), images.x_train[seen])


def test_the_seeds_of_the_stages_are_different():
    plan = bench.Plan()
    seeds = [plan.tuning_seed, *plan.seeds, *plan.elsewhere_seeds, *plan.peek_seeds]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize(("loss", "setting"), LOSSES)
def test_every_head_starts_from_the_same_vectors_and_learns(loss: str, setting: bench.Setting):
    labels = torch.arange(7).repeat(5)
    starts = []
    for name, own in ((loss, setting), ("softmax", {})):
        torch.manual_seed(0)
        starts.append(bench.head(name, own, labels)(16, 7))
    assert torch.equal(starts[0].weight, starts[1].weight)
    x = torch.randn(35, 16, dtype=torch.float64)
    starts[0].double()(x, labels).backward()
    assert starts[0].weight.grad.abs().sum() > 0


def test_heads_take_their_settings():
    labels = torch.tensor([0, 0, 0, 1])
    x, y = torch.tensor([[1.0, 0.0]]), torch.tensor([0])

    def loss(name: str, **setting: float) -> float:
        module = bench.head(name, setting, labels)(2, 2)
        module.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [0.0, 1.0]])})
        return module.double()(x.double(), y).item()

    def cross_entropy(own: float, other: float = 0.0) -> float:
        return float(np.logaddexp(own, other) - own)

    plain = cross_entropy(1.0)
    assert loss("softmax", rate=0.1, decay=0.5) == pytest.approx(plain)
    assert loss("weighted", power=2.0) == pytest.approx(plain)  # one class: its weight cancels
    assert loss("soft", temperature=4.0) == pytest.approx(cross_entropy(0.25))
    assert loss("focal", gamma=2.0) == pytest.approx((1 - np.exp(-plain)) ** 2 * plain)
    assert loss("L2-softmax", alpha=8.0) == pytest.approx(cross_entropy(8.0))
    assert loss("normalised", s=4.0) == pytest.approx(cross_entropy(4.0))
    assert loss("AM-Softmax", s=4.0, m=0.25) == pytest.approx(cross_entropy(3.0))
    assert loss("ArcFace", s=4.0, m=0.5) == pytest.approx(cross_entropy(4 * np.cos(0.5)))
    weight = bench.head("weighted", {"power": 1.0}, labels)(2, 2).loss.keywords["weight"]
    assert weight.tolist() == pytest.approx([2 / 3, 2.0])


def test_the_margin_comes_in_down_to_its_floor():
    assert [bench.annealing(step, 5.0) for step in (0, 9, 500)] == [100.0, 10.0, 5.0]
    assert bench.annealing(99, 0.0) == 1.0


def test_the_best_setting_has_the_lowest_mean_and_is_the_first_of_equals():
    assert bench.best([[0.3, 0.3], [0.1, 0.3], [0.2, 0.2]]) == 1


def test_times_are_relative_to_the_first():
    calls = []
    tasks = {"one": lambda: calls.append(1), "two": lambda: calls.append(2)}
    times = bench.relative_times(tasks, 3, "nothing")
    assert times["one"] == 1
    assert set(times) == {"one", "two"}
    assert calls == [1, 2] * 4


def test_one_list_stands_on_one_line_and_reads_back():
    stored = {"a": {"b": [[1, 2], [3.5, 4]], "c": {"d": 1}}, "e": "f"}
    text = bench.dumps(stored)
    assert json.loads(text) == stored
    assert "[1, 2]" in text
    assert '{"d": 1}' in text


def test_the_command_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "Plan", lambda: TINY)
    file = tmp_path / "comparison.json"
    assert bench.main(["--json", str(file), "--processes", "1"]) == 0
    written = json.loads(file.read_text())
    assert written["protocol"] == TINY.protocol()
    assert all(set(entry["time"]) == {"step", "head_10000"} for entry in written["losses"].values())


def test_the_stored_file_belongs_to_the_present_search(stored: dict):
    plan = bench.Plan()
    assert stored["protocol"] == plan.protocol()
    space = {name: entry["settings"] for name, entry in stored["losses"].items()}
    assert space == bench.as_json(plan.search_space())
    assert list(space) == list(bench.OWN)


def test_the_stored_choices_follow_from_the_stored_tuning(stored: dict):
    for entry in stored["losses"].values():
        assert entry["chosen"] == bench.best(entry["tuning"])
        assert len(entry["eer"]) == len(entry["accuracy"]) == len(bench.Plan().seeds)


@pytest.mark.parametrize("loss", ["focal", "L-Softmax"])
def test_a_run_of_each_stage_comes_out_as_stored(stored: dict, loss: str):
    plan, entry = bench.Plan(), stored["losses"][loss]
    place = entry["chosen"]
    setting = entry["settings"][place]
    tuned = bench.result(bench.Job(loss, setting, plan.steps, plan.tuning_seed, plan.held_out[0]))
    assert tuned[0] == pytest.approx(entry["tuning"][place][0], abs=0.02)
    answer = bench.result(bench.Job(loss, setting, plan.steps, plan.seeds[0], ()))
    assert answer == pytest.approx((entry["eer"][0], entry["accuracy"][0]), abs=0.02)
    peek = bench.result(bench.Job(loss, setting, plan.steps, plan.peek_seeds[0], ()))
    assert peek[0] == pytest.approx(entry["peek"][place][0], abs=0.02)
    pair, seed = plan.held_out[1], plan.elsewhere_seeds[2]
    elsewhere = bench.result(bench.Job(loss, setting, plan.steps, seed, pair))
    assert elsewhere[0] == pytest.approx(entry["elsewhere"][1][2], abs=0.02)


def test_the_stored_file_is_as_the_command_writes_it(stored: dict):
    assert bench.STORED.read_text(encoding="utf-8") == bench.dumps(stored)
