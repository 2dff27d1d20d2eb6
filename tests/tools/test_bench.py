"""The comparison of the softmax family: fair by construction, repeatable, and not out of date."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from lossbook.book import pairs
from tools import bench

TINY = bench.Plan(
    own={name: bench.OWN[name] for name in ("softmax", "L-Softmax")},
    rates=(0.003,),
    steps=2,
    classes={10: ("softmax", "L-Softmax")},
    core_seeds=(1, 2),
    other_seeds=(1,),
    split_seeds=(6,),
    core_classes=(10,),
    rounds=1,
    longer=4,
)
LOSSES = [(name, setting) for name, settings in bench.OWN.items() for setting in settings]
FILES = {bench.STORED: bench.Plan(), bench.STORED_PAIRS: bench.PAIRS}
each_file = pytest.mark.parametrize(("file", "plan"), FILES.items(), ids=["softmax", "pairs"])


def read(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def runs(folder: Path, name: str = "runs") -> bench.Runs:
    return bench.Runs(folder / f"{name}.jsonl", map)


def test_a_second_run_and_one_in_two_processes_store_the_same(tmp_path: Path):
    first = bench.compare(TINY, runs=runs(tmp_path, "first"))
    with bench.workers(2) as pool:
        again = bench.compare(TINY, runs=bench.Runs(tmp_path / "second.jsonl", pool))
    assert again == first
    assert list(first["classes"]) == ["10"]
    for loss, entry in first["classes"]["10"].items():
        assert np.shape(entry["tuning"]) == np.shape(entry["peek"]) == (3, 2)
        assert entry["chosen"] == int(np.argmax(np.mean(entry["tuning"], axis=1)))
        for name in (*pairs.Score._fields, "accuracy"):
            assert np.shape(entry[name]) == ((2,) if loss == "softmax" else (1,))
    softmax = first["classes"]["10"]["softmax"]
    assert np.shape(softmax["splits"]) == (2, 1)
    assert np.shape(softmax["longer"]) == (1,)
    assert not {"splits", "longer"} & set(first["classes"]["10"]["L-Softmax"])


def test_after_a_kill_the_finished_runs_are_not_made_again(tmp_path: Path):
    made = []

    def stops_after_three(function, jobs):
        for job in jobs:
            if len(made) == 3:
                raise KeyboardInterrupt
            made.append(job)
            yield function(job)

    file = tmp_path / "runs.jsonl"
    with pytest.raises(KeyboardInterrupt):
        bench.compare(TINY, runs=bench.Runs(file, stops_after_three))
    assert len(file.read_text().splitlines()) == len(made) == 3
    later = []

    def counting(function, jobs):
        for job in jobs:
            later.append(job)
            yield function(job)

    resumed = bench.compare(TINY, runs=bench.Runs(file, counting))
    assert not {json.dumps(job) for job in later} & {json.dumps(job) for job in made}
    assert resumed == bench.compare(TINY, runs=runs(tmp_path, "whole"))


def test_a_line_that_a_kill_cut_short_is_dropped(tmp_path: Path):
    file = tmp_path / "runs.jsonl"
    file.write_text('{"job": "a", "result": {"x": 1.0}}\n{"job": "b", "resu')
    assert bench.Runs(file, map).found == {"a": {"x": 1.0}}
    assert file.read_text() == '{"job": "a", "result": {"x": 1.0}}\n'


@pytest.mark.parametrize("plan", FILES.values(), ids=["softmax", "pairs"])
def test_every_loss_has_the_same_number_of_settings_and_none_twice(plan: bench.Plan):
    counts = set()
    for loss in plan.own:
        settings = plan.settings(loss)
        counts.add(len(settings))
        assert len({json.dumps(one, sort_keys=True) for one in settings}) == len(settings)
    assert len(counts) == 1


def test_tuning_looks_at_validation_characters_in_validation_fonts():
    job = bench.Job("tune", "softmax", {"rate": 0.003}, 10, 0, 2)
    data = pairs.glyphs(10, seed=0, part="validation")
    trained = bench.train(job)
    assert torch.equal(trained.data.x_train, data.x_train)
    expected = pairs.retrieval(trained.embed(data.x_unseen), data.y_unseen)[1]
    assert bench.result(job)["tuning"] == pytest.approx(expected, abs=1e-4)
    test = trained.data
    expected = pairs.retrieval(trained.embed(test.x_unseen), test.y_unseen)[1]
    assert bench.result(job)["peek"] == pytest.approx(expected, abs=1e-4)


def test_an_answer_is_scored_on_the_test_part():
    job = bench.Job("answer", "softmax", {"rate": 0.003}, 10, 0, 2)
    trained = bench.train(job)
    scores = pairs.score(trained.embed(trained.data.x_unseen), trained.data.y_unseen)
    found = bench.result(job)
    assert found.pop("accuracy") == pytest.approx(trained.accuracy(), abs=1e-4)
    assert found == pytest.approx(scores._asdict(), abs=1e-4)
    assert len(trained.data.x_unseen) == 400 * 6


def test_the_seeds_of_the_stages_are_different():
    plan = bench.Plan()
    seeds = [*plan.tuning_seeds, *plan.core_seeds, *plan.split_seeds]
    assert len(set(seeds)) == len(seeds)
    assert plan.other_seeds == plan.core_seeds[: len(plan.other_seeds)]


@pytest.mark.parametrize(("loss", "setting"), LOSSES)
def test_every_head_starts_from_the_same_vectors_and_learns(loss: str, setting: bench.Setting):
    labels = torch.arange(7).repeat(5)
    starts = []
    for name, own in ((loss, setting), ("softmax", {})):
        torch.manual_seed(0)
        starts.append(bench.head(name, own)(16, 7))
    assert torch.equal(starts[0].weight, starts[1].weight)
    x = torch.randn(35, 16)
    starts[0](x, labels).backward()
    assert starts[0].weight.grad.abs().sum() > 0


def test_heads_take_their_settings():
    x, y = torch.tensor([[1.0, 0.0]]), torch.tensor([0])

    def loss(name: str, **setting: float) -> float:
        module = bench.head(name, setting)(2, 2)
        module.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [0.0, 1.0]])})
        return module.double()(x.double(), y).item()

    def cross_entropy(own: float, other: float = 0.0) -> float:
        return float(np.logaddexp(own, other) - own)

    assert loss("softmax", rate=0.1, decay=0.5) == pytest.approx(cross_entropy(1.0))
    assert loss("L2-softmax", alpha=8.0) == pytest.approx(cross_entropy(8.0))
    assert loss("normalised", s=4.0) == pytest.approx(cross_entropy(4.0))
    assert loss("AM-Softmax", s=4.0, m=0.25) == pytest.approx(cross_entropy(3.0))
    assert loss("ArcFace", s=4.0, m=0.5) == pytest.approx(cross_entropy(4 * np.cos(0.5)))


def test_losses_of_pairs_take_their_settings_and_hold_nothing():
    x, y = torch.eye(2).double().repeat(2, 1), torch.tensor([0, 1, 0, 1])
    expected = {"InfoNCE": np.log1p(np.exp(-4)), "triplet, all": 0.5, "triplet, hardest": 0.5}
    for loss, value in expected.items():
        setting = {"temperature": 0.25} if loss == "InfoNCE" else {"m": 2.5}
        module = bench.head(loss, {"rate": 0.1, **setting})(2, 2)
        assert module(x, y).item() == pytest.approx(value)
        assert not list(module.parameters())


def test_in_the_comparison_of_pairs_every_batch_holds_two_of_each(monkeypatch: pytest.MonkeyPatch):
    drawn = []

    def spy(labels: torch.Tensor, draws: torch.Generator) -> torch.Tensor:
        images = two_of_each(labels, draws)
        drawn.append(labels[images])
        return images

    two_of_each = pairs.two_of_each
    monkeypatch.setattr(pairs, "two_of_each", spy)
    for loss, settings in bench.OWN_PAIRS.items():
        setting = {"rate": 0.01, **settings[0]}
        bench.train(bench.Job("tune", loss, setting, 100, 0, 1, of_pairs=True))
    assert len(drawn) == len(bench.OWN_PAIRS)
    for labels in drawn:
        assert torch.equal(labels, drawn[0])
        assert torch.equal(labels[:64], labels[64:])
        assert len(set(labels.tolist())) == 64


def test_the_margin_comes_in_down_to_its_floor():
    assert [bench.annealing(step, 5.0) for step in (0, 45, 500)] == [100.0, 10.0, 5.0]
    assert bench.annealing(495, 0.0) == 1.0


def test_the_best_setting_has_the_highest_mean_and_is_the_first_of_equals():
    assert bench.best([[0.1, 0.1], [0.1, 0.3], [0.2, 0.2]]) == 1


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
    file, kept = tmp_path / "comparison.json", tmp_path / "runs.jsonl"
    arguments = ["--json", str(file), "--runs", str(kept), "--processes", "1"]
    assert bench.main(arguments) == 0
    written = json.loads(file.read_text())
    assert written["protocol"] == TINY.protocol()
    assert {"step", "head_10000"} == set(written["times"]["L-Softmax"])
    assert kept.exists()


@each_file
def test_the_stored_file_belongs_to_the_present_search(file: Path, plan: bench.Plan):
    stored = read(file)
    assert stored["protocol"] == plan.protocol()
    assert stored["settings"] == {name: bench.as_json(plan.settings(name)) for name in plan.own}
    assert list(map(int, stored["classes"])) == list(plan.classes)
    for classes, losses in plan.classes.items():
        assert tuple(stored["classes"][str(classes)]) == losses


@each_file
def test_the_stored_choices_follow_from_the_stored_tuning(file: Path, plan: bench.Plan):
    for classes, entries in read(file)["classes"].items():
        for loss, entry in entries.items():
            assert entry["chosen"] == bench.best(entry["tuning"])
            assert (
                len(entry["map_at_r"]) == len(entry["eer"]) == len(plan.seeds(loss, int(classes)))
            )


@pytest.mark.parametrize("loss", ["softmax", "AM-Softmax"])
def test_a_run_of_each_stage_comes_out_as_stored(loss: str):
    stored = read(bench.STORED)
    plan, entry = bench.Plan(), stored["classes"]["100"][loss]
    place = entry["chosen"]
    setting = stored["settings"][loss][place]
    tuned = bench.result(bench.Job("tune", loss, setting, 100, plan.tuning_seeds[1], plan.steps))
    assert tuned["tuning"] == pytest.approx(entry["tuning"][place][1], abs=0.02)
    assert tuned["peek"] == pytest.approx(entry["peek"][place][1], abs=0.02)
    answer = bench.Job("answer", loss, setting, 100, plan.core_seeds[0], plan.steps)
    for name, value in bench.result(answer).items():
        assert value == pytest.approx(entry[name][0], abs=0.03)
    other = answer._replace(seed=plan.split_seeds[0], split=2)
    assert bench.result(other)["map_at_r"] == pytest.approx(entry["splits"][1][0], abs=0.02)


@pytest.mark.parametrize(
    ("loss", "classes"), [("InfoNCE", 100), ("triplet, semi-hard", 1000), ("normalised", 1000)]
)
def test_a_run_of_pairs_comes_out_as_stored(loss: str, classes: int):
    stored = read(bench.STORED_PAIRS)
    plan, entry = bench.PAIRS, stored["classes"][str(classes)][loss]
    setting = stored["settings"][loss][entry["chosen"]]
    answer = partial(bench.Job, loss=loss, setting=setting, classes=classes, steps=plan.steps)
    seed = plan.other_seeds[0]
    for name, value in bench.result(answer("answer", seed=seed, of_pairs=True)).items():
        assert value == pytest.approx(entry[name][0], abs=0.03)


@pytest.mark.parametrize("file", FILES, ids=["softmax", "pairs"])
def test_the_stored_file_is_as_the_command_writes_it(file: Path):
    assert file.read_text(encoding="utf-8") == bench.dumps(read(file))
