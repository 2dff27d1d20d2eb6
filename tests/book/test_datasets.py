"""The data sets: the same split every time, nothing of the test part in the scaling."""

from hashlib import sha256

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


def test_the_stored_glyphs_are_those_that_the_results_were_made_with():
    digest = sha256(datasets.GLYPHS.read_bytes()).hexdigest()
    assert digest == "9332b3400280d549a628338d2b83a17ecef2884475f53984f8d789a1042f4319"
    assert datasets.GLYPHS.stat().st_size < 5_000_000


def test_engels_households_have_the_slope_that_is_known():
    income, food = datasets.engel()
    assert len(income) == len(food) == 235
    slope, intercept = np.polyfit(income, food, 1)
    assert slope == pytest.approx(0.4852, abs=1e-4)  # Koenker and Bassett, 1982
    assert intercept == pytest.approx(147.48, abs=0.01)


def test_every_glyph_has_ink_and_no_font_draws_two_characters_alike():
    images = datasets.glyphs().images
    assert images.shape == (1600, 28, 16, 16)
    assert (images.max(axis=(2, 3)) == 1).all()
    for font in images.swapaxes(0, 1):
        assert len(np.unique(font.reshape(1600, -1), axis=0)) == 1600


@pytest.mark.parametrize("split", range(3))
def test_no_character_and_no_family_of_fonts_stands_in_two_parts(split: int):
    data = datasets.glyphs(split=split)
    with np.load(datasets.GLYPHS) as stored:
        families = stored["families"]
    parts = [set(families[data.font_parts == part]) for part in datasets.PARTS]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 15
    assert "Aoyagi" in parts[0]
    counts = [int((data.character_parts == part).sum()) for part in datasets.PARTS]
    assert counts == [1000, 200, 400]
    assert len(set(data.characters)) == 1600


def test_another_split_has_other_characters_and_fonts():
    first, second = datasets.glyphs(split=0), datasets.glyphs(split=1)
    assert (first.character_parts != second.character_parts).any()
    assert (first.font_parts != second.font_parts).any()
    with pytest.raises(ValueError, match="split: got 3"):
        datasets.glyphs(split=3)


def test_a_part_holds_its_characters_in_its_fonts():
    data = datasets.glyphs()
    images = data.part("train", "test")
    character = int(np.flatnonzero(data.character_parts == "train")[7])
    font = int(np.flatnonzero(data.font_parts == "test")[2])
    np.testing.assert_array_equal(images[7, 2], data.images[character, font])


def test_every_font_is_listed_with_a_licence_that_allows_it():
    readme = datasets.GLYPHS.with_name("README.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in readme.splitlines() if line.count(" | ") == 4]
    licences = {font: row[3] for row in rows[1:] for font in row[1].split(", ")}
    assert set(licences) == set(datasets.glyphs().fonts)
    free = ("OFL-1.1", "IPA-1.0", "Apache-2.0", "MIT", "BSD-3-Clause", "public domain")
    assert all(licence.startswith(free) for licence in licences.values())
