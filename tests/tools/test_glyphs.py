"""The glyphs' renderer: what is a character, how it is placed, and what is written beside it."""

import numpy as np
import pytest
from PIL import ImageFont

from lossbook.book import datasets
from tools import glyphs


@pytest.fixture(scope="module")
def font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(60)  # Pillow's own: Latin letters
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def test_level_1_of_the_standard_has_2965_kanji():
    characters = glyphs.candidates()
    assert len(characters) == len(set(characters)) == 2965
    assert (characters[0], characters[-1]) == ("亜", "腕")
    assert set(datasets.glyphs().characters) <= set(characters)


def test_ink_fills_the_square_in_one_direction_and_is_centred(font):
    for character in "HIl—":
        image = glyphs.image(font, character)
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert max(np.ptp(rows), np.ptp(columns)) == 15
        assert abs(rows[0] + rows[-1] - 15) <= 1
        assert abs(columns[0] + columns[-1] - 15) <= 1
        assert image.max() == 15


def test_what_has_no_ink_or_looks_like_another_is_no_character(font):
    images = np.stack([glyphs.image(font, character) for character in "AB A亜腕"])
    # The two kanji are the same box in a font of Latin letters.
    assert glyphs.drawn(images).tolist() == [False, True, False, False, False, False]


def test_the_readme_is_what_the_tool_writes():
    assert datasets.GLYPHS.with_name("README.md").read_text(encoding="utf-8") == glyphs.readme()
    with np.load(datasets.GLYPHS) as stored:
        families = {font: family.name for family in glyphs.FAMILIES for font in family.fonts}
        assert dict(zip(stored["fonts"], stored["families"], strict=True)) == families


def test_the_families_are_those_that_the_splits_name():
    names = {family.name for family in glyphs.FAMILIES}
    for parts in datasets.FONT_SPLITS:
        for part in parts:
            assert set(part) <= names
