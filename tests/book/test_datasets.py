"""The data sets: the same split every time, nothing of the test part in the scaling."""

import numpy as np
import pytest

from lossbook.book import datasets


def test_breast_cancer_is_scaled_by_its_training_part():
    split = datasets.breast_cancer()
    np.testing.assert_allclose(split.x_train.mean(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(split.x_train.std(axis=0), 1, atol=1e-10)
    assert abs(split.x_test.mean()) > 1e-3
    assert split.x_train.shape[1] == len(split.feature_names) == 30


def test_breast_cancer_keeps_the_share_of_both_classes():
    split = datasets.breast_cancer()
    assert set(split.y_train) == set(split.y_test) == {0.0, 1.0}
    assert split.y_train.mean() == pytest.approx(split.y_test.mean(), abs=0.01)


def test_diabetes_has_unit_deviation_and_the_asked_size():
    split = datasets.diabetes(train_size=30, seed=3)
    assert split.x_train.shape == (30, 10)
    everyone = np.vstack([split.x_train, split.x_test])
    np.testing.assert_allclose(everyone.std(axis=0), 1, atol=1e-10)


def test_digits_are_pixels_in_the_unit_interval_with_the_share_of_every_digit_kept():
    split = datasets.digits()
    everyone = np.vstack([split.x_train, split.x_test])
    assert everyone.shape == (1797, 64)
    assert (everyone.min(), everyone.max()) == (0, 1)
    shares = [np.bincount(labels) / len(labels) for labels in (split.y_train, split.y_test)]
    np.testing.assert_allclose(*shares, atol=0.01)


@pytest.mark.parametrize("load", [datasets.breast_cancer, datasets.diabetes, datasets.digits])
def test_a_seed_fixes_the_split_and_another_changes_it(load):
    np.testing.assert_array_equal(load(seed=1).y_test, load(seed=1).y_test)
    assert not np.array_equal(load(seed=1).y_test, load(seed=2).y_test)
