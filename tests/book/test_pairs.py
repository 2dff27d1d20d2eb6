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


def test_other_classes_can_be_seen():
    seen, unseen = (0, 2, 5), (3, 6)
    data = pairs.digits(seen, unseen)
    images = datasets.digits()
    assert [seen[label] for label in data.y_test] == [y for y in images.y_test if y in seen]
    trained = pairs.train(pairs.SoftmaxHead, seed=0, steps=40, data=data)
    assert trained.head.weight.shape[0] == 3
    result = pairs.verify(trained)
    count = len(data.x_unseen)
    assert len(result.cosines) == count * (count - 1) / 2
    assert result.accuracy > 0.5


def test_each_seed_of_the_trials_has_its_own_split():
    first, second = (pairs.digits(seed=seed) for seed in (0, 1))
    assert not torch.equal(first.x_test[:50], second.x_test[:50])
    found = pairs.trials(pairs.SoftmaxHead, seeds=[1], steps=20)
    again = pairs.verify(pairs.train(pairs.SoftmaxHead, seed=1, steps=20, data=second))
    assert found[0].eer == again.eer


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


def test_glyphs_to_learn_and_to_verify_share_no_character_and_no_font():
    data, images = pairs.glyphs(10, seed=3), datasets.glyphs()
    learnt = images.part("train", "train").reshape(-1, 16 * 16)
    verified = images.part("test", "test").reshape(-1, 16 * 16)
    assert {row.tobytes() for row in data.x_train.flatten(1).numpy()} <= {
        row.tobytes() for row in learnt
    }
    np.testing.assert_array_equal(data.x_unseen.flatten(1).numpy(), verified)
    assert data.y_train.bincount().tolist() == [17] * 10
    assert data.y_test.bincount().tolist() == [6] * 10
    validation = pairs.glyphs(10, seed=3, part="validation")
    assert torch.equal(validation.x_train, data.x_train)
    assert len(validation.x_unseen) == 200 * 5


def test_the_seed_draws_the_training_characters_and_their_number_is_bounded():
    one, two = pairs.glyphs(10, seed=0), pairs.glyphs(10, seed=1)
    assert not torch.equal(one.x_train, two.x_train)
    assert torch.equal(one.x_unseen, two.x_unseen)
    assert len(pairs.glyphs(1000, seed=0).x_train) == 17_000
    with pytest.raises(ValueError, match="classes: got 1001"):
        pairs.glyphs(1001, seed=0)


def test_training_on_glyphs_beats_the_same_network_without_training():
    data = pairs.glyphs(100, seed=0)
    scores = [
        pairs.score(trained.embed(data.x_unseen), data.y_unseen)
        for trained in (
            pairs.train(
                partial(nn.ArcFaceLoss, s=16.0, m=0.3),
                seed=0,
                features=32,
                steps=steps,
                rate=rate,
                data=data,
                network=pairs.convolution,
            )
            for steps, rate in ((1, 1e-9), (120, 0.01))
        )
    ]
    assert scores[1].eer < 0.7 * scores[0].eer
    assert scores[1].map_at_r > scores[0].map_at_r + 0.1


def test_images_are_shifted_in_training_only_and_by_one_pixel_at_most():
    shift = pairs.Shift()
    image = torch.zeros(1, 1, 5, 5)
    image[0, 0, 2, 2] = 1
    torch.manual_seed(0)
    places = {tuple(shift(image)[0, 0].nonzero()[0].tolist()) for _ in range(100)}
    assert places == {(row, column) for row in (1, 2, 3) for column in (1, 2, 3)}
    assert torch.equal(shift.eval()(image), image)


def test_scores_are_perfect_for_perfect_features_and_low_for_random_ones():
    labels = torch.arange(20).repeat_interleave(3)
    perfect = pairs.score(torch.eye(20)[labels], labels)
    assert perfect == (0.0, 1.0, 1.0, 1.0, 1.0)
    random = pairs.score(torch.randn(60, 8, generator=torch.manual_seed(0)), labels)
    assert 0.35 < random.eer < 0.65
    assert random.tar_3 <= random.tar_2 < 0.2
    assert random.map_at_r <= random.rank_1 < 0.3


def test_true_accept_rates_are_those_of_scikit_learns_curve():
    labels = torch.arange(40).repeat_interleave(4)
    features = torch.randn(40, 6, generator=torch.manual_seed(1))[labels]
    features = features + 0.8 * torch.randn(160, 6, generator=torch.manual_seed(2))
    ours = pairs.score(features, labels)
    cosines, same = pairs.pair_cosines(features, labels)
    false, true, _ = roc_curve(same, cosines, drop_intermediate=False)
    assert ours.tar_2 == pytest.approx(true[false <= 0.01].max())
    assert ours.tar_3 == pytest.approx(true[false <= 0.001].max())
    assert ours.eer == pytest.approx(pairs.equal_error_rate(cosines, same))


def test_map_at_r_counts_only_the_r_nearest_and_weighs_the_first_most():
    directions = torch.tensor([0.0, 0.1, 0.25, 0.45])  # angles; the nearest are the neighbours
    features = torch.stack([directions.cos(), directions.sin()], dim=1)
    rank_1, map_at_r = pairs.retrieval(features, torch.tensor([0, 1, 0, 1]))
    assert rank_1 == 0.0
    assert map_at_r == 0.0
    three = torch.tensor([0.0, 0.1, 0.3, 2.0, 2.05, 2.2])
    features = torch.stack([three.cos(), three.sin()], dim=1)
    # Two places each: in four rows the nearest is of the same class, and the second never is.
    rank_1, map_at_r = pairs.retrieval(features, torch.tensor([0, 0, 1, 1, 1, 0]))
    assert rank_1 == pytest.approx(4 / 6)
    assert map_at_r == pytest.approx((1 / 2 + 1 / 2 + 0 + 1 / 2 + 1 / 2 + 0) / 6)
