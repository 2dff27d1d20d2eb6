"""The real data that the book meets again and again; all of it ships inside scikit-learn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


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
