"""The real data that the book meets again and again.

The glyphs (``tools/glyphs.py`` makes them) and Engel's households ship in this package, all else
inside scikit-learn.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).with_name("data")
GLYPHS = DATA / "glyphs.npz"

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")

# For each split of the glyphs, the families of fonts for validation and those for testing. The
# others are for training: always Aoyagi, for no other family is drawn with a brush.
FONT_SPLITS = (
    (("BIZ UD", "Seto", "WenQuanYi"), ("Hanazono", "IPA", "Kiloji", "Konatu", "Motoya")),
    (("Dejima", "Kiloji", "Konatu", "Motoya"), ("IPA", "M PLUS", "Sawarabi", "YOz")),
    (("Hanazono", "M PLUS", "YOz"), ("BIZ UD", "Dejima", "Seto", "WenQuanYi")),
)


class Split(NamedTuple):
    """Features and targets, split once for training and for testing."""

    x_train: NDArray[np.float64]
    y_train: NDArray[np.float64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.float64]
    feature_names: tuple[str, ...]


class Images(NamedTuple):
    """Images as rows of pixels in [0, 1] and class labels, split for training and for testing."""

    x_train: NDArray[np.float64]
    y_train: NDArray[np.int64]
    x_test: NDArray[np.float64]
    y_test: NDArray[np.int64]


def breast_cancer(*, test_size: float = 0.3, seed: int = 0) -> Split:
    """Breast Cancer Wisconsin: 30 measurements of a tumour; 1 is benign, 0 malignant.

    Features are standardised with the mean and deviation of the training part.

    Args:
        test_size: share of the 569 tumours that is kept for testing.
        seed: seed of the split, which keeps the share of both classes.

    Returns:
        The split, features (N, 30), targets 0.0 or 1.0, (N,).

    Example:
        >>> breast_cancer().x_train.shape
        (398, 30)

    Source: Street, Wolberg and Mangasarian, Nuclear Feature Extraction for Breast Tumor
    Diagnosis, 1993.
    """
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer()
    x_train, x_test, y_train, y_test = train_test_split(
        data.data, data.target, test_size=test_size, random_state=seed, stratify=data.target
    )
    scaler = StandardScaler().fit(x_train)
    return Split(
        scaler.transform(x_train),
        y_train.astype(float),
        scaler.transform(x_test),
        y_test.astype(float),
        tuple(str(name) for name in data.feature_names),
    )


def diabetes(*, train_size: int = 221, seed: int = 0) -> Split:
    """Diabetes: ten measurements of a patient; the target is the disease's progression in a year.

    Features come standardised over all 442 patients and are scaled here to unit deviation.

    Args:
        train_size: number of patients to train on; the others are for testing.
        seed: seed of the split.

    Returns:
        The split, features (N, 10), targets between 25 and 346, (N,).

    Example:
        >>> diabetes(train_size=30).x_test.shape
        (412, 10)

    Source: Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, 2004.
    """
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split

    data = load_diabetes()
    features = data.data * np.sqrt(len(data.data))
    x_train, x_test, y_train, y_test = train_test_split(
        features, data.target, train_size=train_size, random_state=seed
    )
    return Split(x_train, y_train, x_test, y_test, tuple(data.feature_names))


def digits(*, test_size: float = 0.3, seed: int = 0) -> Images:
    """Handwritten digits: 1797 grey images of 8 by 8 pixels; the label is the digit.

    The seventeen grey levels are scaled to [0, 1], where 1 is full ink.

    Args:
        test_size: share of the images that is kept for testing.
        seed: seed of the split, which keeps the share of every digit.

    Returns:
        The split, images (N, 64), row by row from the top, labels 0 to 9, (N,).

    Example:
        >>> digits().x_train.shape
        (1257, 64)

    Source: Alpaydin and Kaynak, Cascading Classifiers, 1998; the test part of the UCI data set.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(
        data.data / 16, data.target, test_size=test_size, random_state=seed, stratify=data.target
    )
    return Images(x_train, y_train.astype(np.int64), x_test, y_test.astype(np.int64))


class Households(NamedTuple):
    """What households earn and what they spend on food in a year, in francs, (N,)."""

    income: NDArray[np.float64]
    food: NDArray[np.float64]


def engel() -> Households:
    """Engel's households: income and spending on food of 235 Belgian working families, 1857.

    Example:
        >>> engel().income.shape
        (235,)

    Source: Koenker and Bassett, Robust Tests for Heteroscedasticity Based on Regression Quantiles,
    1982; the numbers of R's quantreg and of statsmodels, which calls them public domain.
    """
    return Households(*np.loadtxt(DATA / "engel.csv", delimiter=",", skiprows=1, unpack=True))


class Glyphs(NamedTuple):
    """Images (characters, fonts, 16, 16) in [0, 1], and the part of every character and font."""

    images: NDArray[np.float32]
    characters: NDArray[np.str_]
    fonts: NDArray[np.str_]
    character_parts: NDArray[np.str_]
    font_parts: NDArray[np.str_]

    def part(self, characters: Part, fonts: Part) -> NDArray[np.float32]:
        """Return the images of one part of the characters in one part of the fonts."""
        chosen = np.ix_(self.character_parts == characters, self.font_parts == fonts)
        images: NDArray[np.float32] = self.images[chosen]
        return images


@cache
def glyphs(*, split: int = 0) -> Glyphs:
    """Printed kanji: 1600 characters in 28 fonts of 15 families, grey images of 16 by 16 pixels.

    Of the characters 1000 are for training, 200 for validation and 400 for testing, drawn with the
    split's number as seed. Fonts are split by family (``FONT_SPLITS``), so that no relative of
    a training font is tested. The fonts and their licences are listed beside the data.

    Args:
        split: 0, the book's own, or 1 or 2, to see how much an answer depends on it.

    Raises:
        ValueError: if there is no such split.

    Example:
        >>> data = glyphs()
        >>> data.part("train", "train").shape, data.part("test", "test").shape
        ((1000, 17, 16, 16), (400, 6, 16, 16))
    """
    if split not in range(len(FONT_SPLITS)):
        raise ValueError(f"split: got {split}, expected 0 to {len(FONT_SPLITS) - 1}")
    with np.load(GLYPHS) as stored:
        images = stored["images"].astype(np.float32) / 15
        characters, fonts, families = (stored[n] for n in ("characters", "fonts", "families"))
    order = np.random.default_rng(split).permutation(len(characters))
    character_parts = np.repeat(PARTS, (1000, 200, 400))[np.argsort(order)]
    validation, test = (np.isin(families, names) for names in FONT_SPLITS[split])
    font_parts = np.select([validation, test], PARTS[1:], PARTS[0])
    return Glyphs(images, characters, fonts, character_parts, font_parts)
