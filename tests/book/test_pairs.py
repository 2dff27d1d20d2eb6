"""The verification experiment: its data, its rates, and that a seed fixes a run."""

from functools import partial

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_curve

from lossbook import functional, nn
from lossbook.book import datasets, pairs

HEADS = [
    pairs.SoftmaxHead,
    partial(pairs.SoftmaxHead, bias=True),
    partial(pairs.SoftmaxHead, loss=functional.focal_loss),
    partial(nn.LSoftmaxLoss, m=2),
    partial(nn.ASoftmaxLoss, m=2),
    partial(nn.L2SoftmaxLoss, alpha=8.0),
    nn.AMSoftmaxLoss,
    nn.ArcFaceLoss,
]


def random_pairs(seed: int, count: int = 200):
    rng = np.random.default_rng(seed)
    same = rng.random(count) < 0.3
    return np.round(rng.normal(size=count) + same, 1), same  # rounded, so that some are equal


def test_no_unseen_class_and_no_test_image_is_trained_on():
    data = pairs.digits()
    assert set(data.y_train.tolist()) == set(data.y_test.tolist()) == set(pairs.SEEN)
    assert set(data.y_unseen.tolist()) == set(pairs.UNSEEN)
    assert len(data.x_train) + len(data.x_test) + len(data.x_unseen) == 1797


def test_the_default_split_is_that_of_the_chapters():
    # Chapters 4 to 8 print numbers of these very arrays, in this order.
    images = datasets.digits()
    seen, seen_test = images.y_train < 7, images.y_test < 7
    data = pairs.digits()
    assert data.y_train.tolist() == images.y_train[seen].tolist()
    assert data.y_test.tolist() == images.y_test[seen_test].tolist()
    expected = np.concatenate([images.x_train[~seen], images.x_test[~seen_test]])
    np.testing.assert_array_equal(data.x_unseen.numpy(), expected)


def test_other_classes_can_be_seen_and_the_test_part_spared():
    seen, unseen = (0, 2, 5), (3, 6)
    data = pairs.digits(seen, unseen, spare_test=True)
    images = datasets.digits()
    assert [seen[label] for label in data.y_test] == [y for y in images.y_test if y in seen]
    kept = images.x_train[np.isin(images.y_train, unseen)]
    np.testing.assert_array_equal(data.x_unseen.numpy(), kept)
    trained = pairs.train(pairs.SoftmaxHead, seed=0, steps=40, data=data)
    assert trained.head.weight.shape[0] == 3
    result = pairs.verify(trained)
    assert len(result.cosines) == len(kept) * (len(kept) - 1) / 2
    assert result.accuracy > 0.5


@pytest.mark.parametrize(("seen", "unseen"), [((0, 1), (1, 2)), ((0, 0), (1,)), ((0,), (1, 1))])
def test_a_digit_on_both_sides_is_refused(seen, unseen):
    with pytest.raises(ValueError, match="expected no digit twice"):
        pairs.digits(seen, unseen)


def test_decay_shrinks_the_weights():
    lengths = [
        pairs.train(pairs.SoftmaxHead, seed=0, steps=40, decay=decay).head.weight.norm().item()
        for decay in (0.0, 0.1)
    ]
    assert lengths[1] < 0.9 * lengths[0]


@pytest.mark.parametrize("head", HEADS)
def test_every_head_trains_and_verifies(head):
    trained = pairs.train(head, seed=0, steps=40)
    result = pairs.verify(trained)
    assert result.accuracy > 0.5
    assert 0 < result.eer < 0.5
    assert result.seen.same < result.seen.other


def test_a_seed_fixes_a_run_and_another_changes_it():
    runs = [pairs.train(pairs.SoftmaxHead, seed=seed, steps=5).head.weight for seed in (0, 0, 1)]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_training_leaves_the_global_random_state_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    pairs.train(pairs.SoftmaxHead, seed=0, steps=2)
    assert torch.equal(before, torch.get_rng_state())


def test_a_schedule_sets_the_annealing_of_each_step():
    steps = []

    def schedule(step: int) -> float:
        steps.append(step)
        return 5.0 - step

    trained = pairs.train(nn.LSoftmaxLoss, seed=0, steps=3, schedule=schedule)
    assert steps == [0, 1, 2]
    assert trained.head.annealing == 3.0


@pytest.mark.parametrize("seed", range(4))
def test_roc_agrees_with_scikit_learn(seed: int):
    scores, same = random_pairs(seed)
    false, true, _ = roc_curve(same, scores, drop_intermediate=False)
    ours = pairs.roc(scores, same)
    np.testing.assert_allclose(ours[0], false, atol=1e-12)
    np.testing.assert_allclose(ours[1], true, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_equal_error_rate_lies_on_the_curve_where_both_errors_are_equal(seed: int):
    scores, same = random_pairs(seed)
    rate = pairs.equal_error_rate(scores, same)
    false, true = pairs.roc(scores, same)
    assert np.interp(rate, false, true) >= 1 - rate - 1e-9
    assert np.interp(rate - 1e-9, false, true) <= 1 - rate + 1e-6


def test_a_perfect_score_has_rate_0_a_turned_one_1_and_a_constant_one_a_half():
    same = np.array([True, True, False, False, False])
    perfect = same.astype(float)
    assert pairs.equal_error_rate(perfect, same) == 0
    assert pairs.equal_error_rate(-perfect, same) == 1
    assert pairs.equal_error_rate(np.zeros(5), same) == 0.5


@pytest.mark.parametrize(
    ("scores", "same", "message"),
    [
        (np.zeros(3), np.array([True, False]), "scores: got the shape"),
        (np.zeros((2, 2)), np.ones((2, 2), bool), "scores: got the shape"),
        (np.zeros(2), np.array([True, True]), "same: got one answer only"),
        (np.zeros(2), np.array([False, False]), "same: got one answer only"),
    ],
)
def test_bad_pairs_are_refused(scores, same, message: str):
    with pytest.raises(ValueError, match=message):
        pairs.roc(scores, same)


@pytest.mark.parametrize("options", [{"features": 0}, {"steps": 0}, {"rate": 0.0}, {"decay": -1.0}])
def test_bad_options_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        pairs.train(pairs.SoftmaxHead, seed=0, **options)
