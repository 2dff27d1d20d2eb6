"""Right versions of what students write on the way to a loss, under the signatures they are given.

``lossbook.reference`` has every loss; these have no place there.
"""

from __future__ import annotations

import math

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


def through_cosines(x: Floats, W: Floats, slopes: Floats) -> Floats:
    """Return the gradient in x of a loss with these slopes in the cosines.

    Example:
        >>> through_cosines(np.array([[3.0, 4.0]]), np.eye(2), np.array([[1.0, 0.0]]))
        array([[ 0.128, -0.096]])
    """
    along = (slopes * cosines(x, W)).sum(axis=1, keepdims=True)
    across = slopes @ _directions(W) - along * _directions(x)
    result: Floats = across / np.linalg.norm(x, axis=1, keepdims=True)
    return result


def _directions(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def most_mistakes(loss: float) -> float:
    """Return the largest share of mistakes that a mean binary cross-entropy leaves possible.

    Example:
        >>> [round(most_mistakes(loss), 4) for loss in (0.1, 0.8)]
        [0.1443, 1.0]
    """
    return min(1.0, loss / math.log(2))


def noisy_cross_entropy(s: Floats, y: Floats, epsilon: float) -> Floats:
    """Return the mean negative log-likelihood of labels of which a share epsilon was swapped.

    Example:
        >>> far = np.array([-1000.0])
        >>> float(noisy_cross_entropy(far, np.array([1.0]), 0.25).round(6))
        1.386294
    """
    return np.asarray(reference.binary_cross_entropy(_noisy_logit(s, epsilon), y))


def _noisy_logit(s: Floats, epsilon: float) -> Floats:
    """Return the logit of the probability that label 1 is written down."""
    one = (1 - epsilon) * reference.sigmoid(s) + epsilon * reference.sigmoid(-s)
    zero = (1 - epsilon) * reference.sigmoid(-s) + epsilon * reference.sigmoid(s)
    logits: Floats = np.log(one) - np.log(zero)
    return logits


def noisy_cross_entropy_grad(s: Floats, y: Floats, epsilon: float) -> Floats:
    """Return the gradient of :func:`noisy_cross_entropy` in s.

    Example:
        >>> noisy_cross_entropy_grad(np.zeros(1), np.ones(1), 0.25).tolist()
        [-0.25]
    """
    up, down = reference.sigmoid(s), reference.sigmoid(-s)
    slopes = []
    for own, other in ((up, down), (down, up)):
        slopes.append((1 - 2 * epsilon) * own * other / ((1 - epsilon) * own + epsilon * other))
    result: Floats = (-y * slopes[0] + (1 - y) * slopes[1]) / s.size
    return result


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


def effective_weight(w: float, p: float, n: int) -> float:
    """Return the weight that a class has, on average, where each batch is divided by its weights.

    Example:
        >>> [round(effective_weight(10.0, 0.01, n), 2) for n in (1, 10, 1000)]
        [1.0, 5.34, 9.92]
    """
    share, chance = 0.0, (1 - p) ** n
    for k in range(1, n + 1):
        chance *= (n - k + 1) / k * p / (1 - p)
        share += chance * w * k / (w * k + n - k)
    return share / (1 - share) * (1 - p) / p


def determined(x: Floats) -> bool:
    """Say whether linear models with equal probabilities on the rows of x have them everywhere.

    Example:
        >>> determined(np.eye(2)), determined(np.ones((5, 2)))
        (True, False)
    """
    values = np.linalg.svd(x, compute_uv=False)
    return len(x) >= x.shape[1] and bool(values.min() > 1e-9 * values.max())


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


def arcface_slope(x: Floats, w: Floats, m: float) -> Floats:
    """Return the gradient in x of the cosine of the angle between x and w, after m was added.

    Example:
        >>> arcface_slope(np.array([0.0, 2.0]), np.array([5.0, 0.0]), 0.0).tolist()
        [0.5, 0.0]
    """
    (unit,), (target,) = _directions(x[np.newaxis]), _directions(w[np.newaxis])
    cosine = unit @ target
    across = target - cosine * unit
    sine = np.linalg.norm(across)
    slope = np.cos(m) * sine + np.sin(m) * cosine
    result: Floats = slope * across / sine / np.linalg.norm(x)
    return result


def strip_multiplied(omega: float, m: float) -> float:
    """Return the width of the strip that A-Softmax leaves between two class vectors.

    Example:
        >>> strip_multiplied(1.0, 3)
        0.5
    """
    return (m - 1) / (m + 1) * omega


def strip_cosine(omega: float, m: float) -> float:
    """Return the width of the strip that AM-Softmax leaves between two class vectors.

    Example:
        >>> round(strip_cosine(math.pi, 1.0), 6)
        1.047198
    """
    return 2 * math.asin(m / 2 / math.sin(omega / 2))


def svm_parameters(a: Floats, X: Floats, y: Floats, lam: float) -> Floats:
    """Return the parameters that are best if each hinge is replaced by a times what it lacks.

    Example:
        >>> svm_parameters(np.ones(2), np.eye(2), np.array([1.0, -1.0]), 0.5).tolist()
        [0.5, -0.5]
    """
    result: Floats = (a * y) @ X / (2 * lam * len(y))
    return result


def svm_bound(a: Floats, X: Floats, y: Floats, lam: float) -> float:
    """Return the least value of that objective, a bound of the hinge risk from below.

    Example:
        >>> svm_bound(np.ones(2), np.eye(2), np.array([1.0, -1.0]), 0.5)
        0.75
    """
    theta = svm_parameters(a, X, y, lam)
    return float((a * (1 - y * (X @ theta))).mean() + lam * theta @ theta)


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


def lasso_parameter(a: Floats, t: Floats, lam: float) -> float:
    """Return the parameter of one feature with the least squared error and L1 penalty.

    Example:
        >>> t = np.array([1.0, 3.0])
        >>> [lasso_parameter(np.ones(2), t, lam) for lam in (0.0, 1.0, 9.0)]
        [2.0, 1.5, 0.0]
    """
    slope = float(2 * (a * t).mean())
    return math.copysign(max(abs(slope) - lam, 0.0), slope) / float(2 * (a**2).mean())


def distance_parameter(a: Floats, t: Floats) -> float:
    """Return the parameter of one feature with the least mean distance.

    Example:
        >>> distance_parameter(np.ones(3), np.array([1.0, 2.0, 999.0]))
        2.0
    """
    candidates = t / a
    risks = np.abs(np.outer(candidates, a) - t).mean(axis=1)
    return float(candidates[np.argmin(risks)])


def huber_area(delta: float) -> float:
    """Return the area under the exponential of minus the Huber loss.

    Example:
        >>> round(huber_area(50.0) ** 2 / math.pi, 6)
        2.0
    """
    tails = 2 / delta * math.exp(-(delta**2) / 2)
    return math.sqrt(2 * math.pi) * math.erf(delta / math.sqrt(2)) + tails


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


def blind_dimensions(K: Floats, size: int) -> int:
    """Return how many independent square pictures no filter of K answers to.

    Example:
        >>> neighbours = np.array([[[1.0, -1.0], [0.0, 0.0]], [[1.0, 0.0], [-1.0, 0.0]]])
        >>> blind_dimensions(neighbours, 4)
        2
    """
    pictures = np.eye(size * size).reshape(-1, size, size)
    up, down = (feature_maps(pictures, filters) for filters in (K, -K))
    answers = (up - down).reshape(size * size, -1)
    return size * size - int(np.linalg.matrix_rank(answers))


def limit(scores: Floats, alpha: float) -> float:
    """Return the least limit that a new score exceeds with a probability of at most alpha.

    Example:
        >>> scores = np.arange(1.0, 10.0)
        >>> [limit(scores, alpha) for alpha in (0.2, 0.1, 0.05)]
        [8.0, 9.0, inf]
    """
    rank = math.ceil((1 - alpha) * (len(scores) + 1) - 1e-9)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf


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
