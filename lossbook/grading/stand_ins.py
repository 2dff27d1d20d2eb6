"""Right versions of what students write on the way to a loss, under the signatures they are given.

``lossbook.reference`` has every loss; these have no place there.
"""

from __future__ import annotations

import numpy as np

from lossbook import reference
from lossbook._checks import Floats


def softmax(z: Floats, temperature: float = 1.0) -> Floats:
    """Return :func:`lossbook.reference.softmax`, whose temperature must be named."""
    return reference.softmax(z, temperature=temperature)


def cosines(x: Floats, W: Floats) -> Floats:
    """Return the cosine between each row of x and each row of W, 0 where one of them is zero.

    Example:
        >>> cosines(np.array([[3.0, 4.0], [0.0, 0.0]]), np.eye(2)).tolist()
        [[0.6, 0.8], [0.0, 0.0]]
    """
    result: Floats = _directions(x) @ _directions(W).T
    return result


def _directions(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def step(theta: Floats, X: Floats, y: Floats, lam: float, rate: float) -> Floats:
    """Return the parameters after a step of descent on the penalised binary cross-entropy.

    Example:
        >>> step(np.zeros(1), np.array([[4.0]]), np.array([1.0]), 0.0, 0.5).tolist()
        [1.0]
    """
    slopes = reference.binary_cross_entropy_grad(X @ theta, y)
    result: Floats = theta - rate * (slopes @ X + 2 * lam * theta)
    return result


def choose_penalty(
    X: Floats, y: Floats, X_val: Floats, y_val: Floats, lams: Floats, steps: int
) -> float:
    """Return the penalty whose model has the least cross-entropy on the validation part.

    Example:
        >>> X, y = np.array([[1.0], [-1.0]]), np.array([1.0, 0.0])
        >>> choose_penalty(X, y, X, 1 - y, np.array([0.0, 0.5, 0.1]), 3)
        0.5
    """
    losses = []
    for lam in lams:
        theta = np.zeros(X.shape[1])
        for _ in range(steps):
            theta = step(theta, X, y, lam, 0.5)
        losses.append(reference.binary_cross_entropy(X_val @ theta, y_val))
    return float(lams[int(np.argmin(losses))])


def focal_optimum(p: float, gamma: float) -> float:
    """Return the answer with the least mean focal loss where a share p of the labels is 1.

    Example:
        >>> [round(focal_optimum(0.9, gamma), 3) for gamma in (0, 1, 2)]
        [0.9, 0.774, 0.694]
    """

    def slope(logit: float) -> float:
        q = float(reference.sigmoid(np.array(logit)))
        up = gamma * q * np.log(q) - (1 - q)
        down = gamma * (1 - q) * np.log(1 - q) - q
        return float(p * (1 - q) ** gamma * up - (1 - p) * q**gamma * down)

    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float(reference.sigmoid(np.array(low)))


def sample_weights(f: Floats, y: Floats) -> Floats:
    """Return each sample's share of the exponential loss, which never overflows.

    Example:
        >>> sample_weights(np.log([1.0, 3.0]), np.array([1.0, -1.0])).tolist()
        [0.25, 0.75]
    """
    shares: Floats = reference.softmax((-y * f)[np.newaxis])[0]
    return shares


def stage_factor(w: Floats, h: Floats, y: Floats) -> Floats:
    """Return AdaBoost's factor for a rule that answers h, under weights w that sum to 1.

    Example:
        >>> weights, labels = np.full(5, 0.2), np.ones(5)
        >>> float(stage_factor(weights, np.array([1.0, 1.0, 1.0, 1.0, -1.0]), labels).round(6))
        0.693147
    """
    right, wrong = w[h == y].sum(), w[h != y].sum()
    return np.asarray((np.log(right) - np.log(wrong)) / 2)


def spread(r: Floats) -> Floats:
    """Return the deviation of residuals, estimated from medians.

    Example:
        >>> float(spread(np.array([1.0, 2.0, 3.0, 4.0, 999.0])).round(4))
        1.4826
    """
    return np.asarray(np.median(np.abs(r - np.median(r))) / 0.6745)


def huber_weights(r: Floats, delta: float) -> Floats:
    """Return the weights with which squared residuals have the slopes of the Huber loss.

    Example:
        >>> huber_weights(np.array([0.0, 1.0, -8.0]), 2.0).tolist()
        [1.0, 1.0, 0.25]
    """
    distances = np.abs(r)
    return np.where(distances > delta, delta / np.maximum(distances, delta), 1)


def reweighted_step(theta: Floats, A: Floats, t: Floats, delta: float) -> Floats:
    """Return the least-squares parameters under the Huber weights of the residuals at theta.

    Example:
        >>> ones, targets = np.ones((3, 1)), np.array([1.0, 3.0, 12.0])
        >>> float(reweighted_step(np.array([2.0]), ones, targets, 1.0)[0].round(6))
        2.47619
    """
    roots = np.sqrt(huber_weights(A @ theta - t, delta))
    solution, *_ = np.linalg.lstsq(roots[:, np.newaxis] * A, roots * t, rcond=None)
    return np.asarray(solution, dtype=float)


def feature_maps(x: Floats, K: Floats) -> Floats:
    """Return what filters K, shape (C, k, k), find in images x, shape (N, H, W), after a ReLU.

    Example:
        >>> darker_to_the_right = np.array([[[1.0, -1.0]]])
        >>> feature_maps(np.array([[[3.0, 1.0, 2.0]]]), darker_to_the_right).tolist()
        [[[[2.0, 0.0]]]]
    """
    height, width = x.shape[1] - K.shape[1] + 1, x.shape[2] - K.shape[2] + 1
    total = np.zeros((len(x), len(K), height, width))
    for i, j in np.ndindex(K.shape[1:]):
        part = x[:, np.newaxis, i : i + height, j : j + width]
        total += K[:, i, j, np.newaxis, np.newaxis] * part
    return np.maximum(total, 0)


def gram(features: Floats) -> Floats:
    """Return the Gram matrix of each image's feature maps over their size, shape (N, C, C).

    Example:
        >>> gram(np.array([[[[1.0, 2.0]], [[3.0, 0.0]]]])).tolist()
        [[[1.25, 0.75], [0.75, 2.25]]]
    """
    columns = features.reshape(*features.shape[:2], -1)
    products: Floats = columns @ columns.transpose(0, 2, 1) / features[0].size
    return products


def style_loss(features: Floats, targets: Floats) -> Floats:
    """Return the mean over the images of the squared distance of their Gram matrices.

    Example:
        >>> float(style_loss(np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2))))
        1.0
    """
    return np.asarray(((gram(features) - gram(targets)) ** 2).sum(axis=(1, 2)).mean())


def influence(A: Floats, t: Floats, delta: float, count: int) -> Floats:
    """Return how the first parameter of a fit in turns changes without each of the rows.

    Example:
        >>> influence(np.ones((3, 1)), np.array([1.0, 2.0, 9.0]), 100.0, 2).tolist()
        [1.5, 1.0, -2.5]
    """

    def first(A: Floats, t: Floats) -> float:
        theta = np.zeros(A.shape[1])
        for _ in range(count):
            theta = reweighted_step(theta, A, t, delta)
        return float(theta[0])

    whole = first(A, t)
    without = [first(np.delete(A, i, axis=0), np.delete(t, i)) for i in range(len(A))]
    return np.array(without) - whole
