"""Right answers written in unusual ways keep full marks, also where grading decides.

Each replaces answers of one assignment; all tests must pass. Below: right mathematics that breaks a
rule of the notebook, and the words that say so.
"""

from __future__ import annotations

import pytest

from tests.course.support import lost, verdicts

LOOP_SOFTMAX = """
import math

def softmax(z, temperature=1.0):
    rows = []
    for row in z:
        top = max(row)
        powers = [math.exp((value - top) / temperature) for value in row]
        rows.append([power / sum(powers) for power in powers])
    return rows
"""
FAIR = {
    # Counting and cross-entropy.
    "a generator over pairs": ("1_risk", {"zero_one_loss": """
def zero_one_loss(prediction, target):
    return sum(a != b for a, b in zip(prediction, target)) / len(target)
"""}),
    "means of Python numbers": ("1_risk", {"zero_one_loss": """
from statistics import fmean

def zero_one_loss(prediction, target):
    return fmean(float(wrong) for wrong in np.not_equal(prediction, target))
"""}),
    "a lambda": ("1_risk", {"zero_one_loss": "zero_one_loss = lambda p, t: np.mean(p != t)"}),
    "a partial": ("1_risk", {"zero_one_loss": """
from functools import partial

def share(p, t, unit):
    return unit * np.count_nonzero(p - t) / p.size

zero_one_loss = partial(share, unit=1.0)
"""}),
    "an object that can be called": ("1_risk", {"zero_one_loss": """
class Share:
    def __call__(self, prediction, target):
        return 1 - (prediction == target).mean()

zero_one_loss = Share()
"""}),
    "np.vectorize": ("1_risk", {"binary_cross_entropy": """
@np.vectorize
def one(s, y):
    far = np.log1p(np.exp(-abs(s)))
    return y * (max(-s, 0) + far) + (1 - y) * (max(s, 0) + far)

def binary_cross_entropy(s, y):
    return one(s, y).mean()
"""}),
    "two branches": ("1_risk", {"binary_cross_entropy_grad": """
def binary_cross_entropy_grad(s, y):
    up = 1 / (1 + np.exp(-np.abs(s)))
    return (np.where(s >= 0, up, 1 - up) - y) / len(s)
"""}),
    "hyperbolic tangent": ("1_risk", {"binary_cross_entropy_grad": """
def binary_cross_entropy_grad(s, y):
    return ((1 + np.tanh(s / 2)) / 2 - y) / s.shape[0]
"""}),
    "a loop into zeros like the labels": ("1_risk", {"binary_cross_entropy_grad": """
def binary_cross_entropy_grad(s, y):
    slopes = np.zeros_like(s)
    for i in range(len(s)):
        slopes[i] = (np.tanh(s[i] / 2) / 2 + 0.5 - y[i]) / len(s)
    return slopes
"""}),
    "long double": ("1_risk", {"binary_cross_entropy": """
def binary_cross_entropy(s, y):
    s = s.astype(np.longdouble)
    return (np.logaddexp(0, s) - y * s).mean()
"""}),
    "other names for the arguments": ("1_risk", {"zero_one_loss": """
def zero_one_loss(y_hat, y):
    return np.average(y_hat != y)
"""}),
    "messages on the way": ("1_risk", {"binary_cross_entropy": """
import logging, sys, warnings

def binary_cross_entropy(s, y):
    logging.warning("s has shape %s", s.shape)
    warnings.warn("careful")
    print("progress", file=sys.stderr)
    print("value")
    return (np.logaddexp(0, s) - y * s).mean()
"""}),
    "a progress bar": ("1_risk", {"step": """
def step(theta, X, y, lam, rate):
    try:
        from tqdm import tqdm
    except ImportError:
        tqdm = iter
    slope = 2 * lam * theta
    for row, g in tqdm(zip(X, binary_cross_entropy_grad(X @ theta, y))):
        slope = slope + g * row
    return theta - rate * slope
"""}),
    "a penalty chosen by min and a key": ("1_risk", {"choose_penalty": """
def choose_penalty(X, y, X_val, y_val, lams, steps):
    @np.vectorize
    def judged(lam):
        theta = np.zeros(X[0].size)
        for _ in range(steps):
            theta = theta - 0.5 * (
                X.T @ (np.tanh(X @ theta / 2) / 2 + 0.5 - y) / y.size + 2 * lam * theta
            )
        return np.logaddexp(0, np.where(y_val == 1, -1, 1) * (X_val @ theta)).sum()

    return min(lams.tolist(), key=judged)
"""}),
    "a helper in a cell of one's own": ("1_risk", {"own": """
%matplotlib inline
import matplotlib.pyplot as plt
from lossbook.book import datasets

data = datasets.breast_cancer()
plt.hist(data.y_train)
EPS = 0.0

def log_sigmoid(s):
    return -np.logaddexp(EPS, -s)
""", "binary_cross_entropy": """
def binary_cross_entropy(s, y):
    return -np.mean(y * log_sigmoid(s) + (1 - y) * log_sigmoid(-s))
"""}),
    "a timed cell": ("1_risk", {"structural_risk": """%%time
def structural_risk(losses, theta, lam):
    return np.mean(losses) + lam * np.dot(theta, theta)
"""}),
    "imports that are not needed": ("1_risk", {"structural_risk": """
import torch, scipy.special as special
from sklearn.linear_model import LogisticRegression

def structural_risk(losses, theta, lam):
    return losses.mean() + lam * np.linalg.norm(theta) ** 2
"""}),
    "type hints and a decorator": ("1_risk", {"structural_risk": """
from __future__ import annotations
from functools import wraps

def checked(function):
    @wraps(function)
    def inner(*args: np.ndarray, **kwargs: float) -> float:
        return function(*args, **kwargs)
    return inner

@checked
def structural_risk(losses: np.ndarray, theta: np.ndarray, lam: float) -> float:
    return losses.sum() / losses.size + lam * sum(t * t for t in theta)
"""}),
    "a global constant": ("1_risk", {"step": """
TWO = 2

def step(theta, X, y, lam, rate):
    pull = np.einsum("ij,i->j", X, binary_cross_entropy_grad(X.dot(theta), y))
    return np.subtract(theta, rate * np.add(pull, TWO * lam * theta))
"""}),
    # Softmax.
    "softmax of lists": ("2_softmax", {"softmax": LOOP_SOFTMAX}),
    "softmax by logaddexp": ("2_softmax", {"softmax": """
def softmax(z, temperature=1.0):
    z = z / temperature
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
"""}),
    "softmax with an axis of one's own": ("2_softmax", {"softmax": """
def softmax(z, temperature=1.0, axis=1, log=False):
    s = z / temperature
    s = s - s.max(axis=axis, keepdims=True)
    s = s - np.log(np.exp(s).sum(axis=axis, keepdims=True))
    return s if log else np.exp(s)
""", "distillation_loss": """
def distillation_loss(z, teacher_z, temperature):
    p = softmax(teacher_z, temperature, axis=1)
    gap = softmax(teacher_z, temperature, log=True) - softmax(z, temperature, log=True)
    return temperature**2 * np.sum(p * gap) / len(z)
"""}),
    "one row at a time": ("2_softmax", {"distillation_loss_grad": """
def distillation_loss_grad(z, teacher_z, temperature):
    result = np.empty_like(z)
    for i in range(len(z)):
        gap = softmax(z[i : i + 1], temperature) - softmax(teacher_z[i : i + 1], temperature)
        result[i] = temperature * gap[0] / len(z)
    return result
"""}),
    "a matrix of weights": ("2_softmax", {"weighted_loss": """
def weighted_loss(z, y, weight):
    W = np.eye(z.shape[1])[y] * weight
    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
    return -np.trace(W @ log_p.T) / W.sum()
"""}),
    "rows in a loop": ("2_softmax", {"weighted_loss_grad": """
def weighted_loss_grad(z, y, weight):
    result = np.zeros(z.shape)
    total = sum(weight[k] for k in y)
    for i, k in enumerate(y):
        p = np.exp(z[i] - z[i].max())
        p /= p.sum()
        result[i] = weight[k] / total * (p - (np.arange(len(p)) == k))
    return result
"""}),
    "the Jacobian of softmax": ("2_softmax", {"focal_loss_grad": """
def focal_loss_grad(z, y, gamma):
    p = softmax(z)
    q = p[np.arange(len(y)), y]
    outer = -(1 - q) ** gamma / q
    if gamma:
        outer = outer + gamma * (1 - q) ** (gamma - 1) * np.log(q)
    jacobian = q[:, None] * (np.eye(z.shape[1])[y] - p)
    return outer[:, None] * jacobian / len(y)
"""}),
    # Margins.
    "cosines by unit vectors": ("3_margin", {"cosines": """
def cosines(x, W):
    def unit(v):
        n = np.sqrt((v * v).sum(1))
        return np.array([r / l if l else r * 0 for r, l in zip(v, n)])
    return np.einsum("ij,kj->ik", unit(x), unit(W))
"""}),
    "a margin by one-hot vectors": ("3_margin", {"am_softmax_loss": """
def am_softmax_loss(x, W, y, s, m):
    hot = (y[:, None] == range(len(W))).astype(float)
    z = s * (cosines(x, W) - m * hot)
    return np.mean(np.logaddexp.reduce(z, axis=1) - (z * hot).sum(axis=1))
"""}),
    "the addition theorem": ("3_margin", {"arcface_loss": """
def arcface_loss(x, W, y, s, m):
    c = np.clip(cosines(x, W), -1, 1)
    for i, k in enumerate(y):
        a = c[i, k]
        if np.arccos(a) <= np.pi - m:
            c[i, k] = a * np.cos(m) - np.sqrt(1 - a * a) * np.sin(m)
        else:
            c[i, k] = a - m * np.sin(m)
    return softmax_loss(s * c, y)
"""}),
    "a loop over the angles": ("3_margin", {"psi": """
def psi(theta, m):
    out = []
    for t in theta:
        k = min(int(m * t / np.pi), m - 1)
        out.append((1 if k % 2 == 0 else -1) * np.cos(m * t) - 2 * k)
    return np.array(out)
"""}),
    # Divergence, hinge, boosting.
    "terms where p is above 0": ("4_divergence", {"kl_divergence": """
def kl_divergence(p, q):
    total = 0.0
    for a, b in zip(p, q):
        keep = a > 0
        total += np.sum(a[keep] * np.log(a[keep] / b[keep]))
    return total / len(p)
"""}),
    "entropy and cross-entropy": ("4_divergence", {"reverse_kl_grad": """
def reverse_kl_grad(p, z):
    q = softmax(z)
    slope = np.log(q) + 1 - np.log(p)
    return np.array([(np.diag(r) - np.outer(r, r)) @ s for r, s in zip(q, slope)]) / len(z)
"""}),
    "a clipped hinge": ("4_divergence", {"hinge_loss": """
def hinge_loss(f, y):
    return np.clip(1 - f * y, 0, None).sum() / f.size
""", "hinge_loss_grad": """
def hinge_loss_grad(f, y):
    return -y * np.heaviside(1 - y * f, 0) / f.size
"""}),
    "Python's own maximum": ("4_divergence", {"squared_hinge_loss": """
def squared_hinge_loss(f, y):
    return sum(max(0, 1 - a * b) ** 2 for a, b in zip(f, y)) / len(f)
"""}),
    "weights by logaddexp": ("4_divergence", {"sample_weights": """
def sample_weights(f, y):
    e = -y * f
    return np.exp(e - np.logaddexp.reduce(e))
"""}),
    "inverse hyperbolic tangent": ("4_divergence", {"stage_factor": """
def stage_factor(w, h, y):
    return np.arctanh(np.dot(w, h * y) / w.sum())
"""}),
    # Robust losses.
    "a norm": ("5_robust", {"l1_loss": """
def l1_loss(x, t):
    return np.linalg.norm(x - t, 1) / len(x)
""", "l2_loss": """
def l2_loss(x, t):
    return np.linalg.norm(x - t) ** 2 / len(x)
"""}),
    "comparison as slope": ("5_robust", {"l1_loss_grad": """
def l1_loss_grad(x, t):
    return ((x > t) * 1.0 - (x < t)) / len(x)
"""}),
    "the geometric mean, and below zero": ("5_robust", {"telling_residual": """
def telling_residual(beta):
    return -np.sqrt([beta])[0]
"""}),
    "just inside, and in a loop": ("5_robust", {"telling_residual": """
def telling_residual(beta):
    return 0.999 * beta if beta > 1 else 0.999
""", "influence": """
def influence(A, t, delta, count):
    slopes = []
    for i in [None, *range(len(t))]:
        keep = [j != i for j in range(len(t))]
        theta = [0.0] * A.shape[1]
        for _ in range(count):
            theta = reweighted_step(np.array(theta), A[keep], t[keep], delta)
        slopes.append(float(theta[0]))
    return [slope - slopes[0] for slope in slopes[1:]]
"""}),
    "an optimum by a fine grid": ("2_softmax", {"focal_optimum": """
def focal_optimum(p, gamma):
    q = np.linspace(0, 1, 1_000_001)[1:-1]
    eights, others = (1 - q) ** gamma * np.log(q), q**gamma * np.log(1 - q)
    return q[(p * eights + (1 - p) * others).argmax()]
"""}),
    "an optimum by golden section": ("2_softmax", {"focal_optimum": """
def focal_optimum(p, gamma):
    def paid(q):
        return -p * (1 - q) ** gamma * np.log(q) - (1 - p) * q**gamma * np.log(1 - q)

    a, d, ratio = 1e-12, 1 - 1e-12, (5**0.5 - 1) / 2
    while d - a > 1e-9:
        b, c = d - ratio * (d - a), a + ratio * (d - a)
        if paid(b) < paid(c):
            d = c
        else:
            a = b
    return a
"""}),
    "np.select and np.piecewise": ("5_robust", {"smooth_l1_loss": """
def smooth_l1_loss(x, t, beta):
    d = abs(x - t)
    parts = np.piecewise(
        d, [d < beta, d >= beta], [lambda r: r**2 / 2 / beta, lambda r: r - beta / 2]
    )
    return parts.mean()
""", "smooth_l1_loss_grad": """
def smooth_l1_loss_grad(x, t, beta):
    r = x - t
    return np.select([r <= -beta, r >= beta], [-1, 1], r / beta) / len(r)
"""}),
    "the sorted middle": ("5_robust", {"spread": """
from statistics import median

def spread(r):
    r = r.tolist()
    centre = median(r)
    return median(abs(v - centre) for v in r) / 0.6745
"""}),
    "the pseudoinverse": ("5_robust", {"reweighted_step": """
def reweighted_step(theta, A, t, delta):
    root = np.diag(huber_weights(A @ theta - t, delta)) ** 0.5
    return np.linalg.pinv(root @ A) @ (root @ t)
"""}),
    "Newton's step": ("5_robust", {"reweighted_step": """
def reweighted_step(theta, A, t, delta):
    r = A @ theta - t
    w = huber_weights(r, delta)
    return theta - np.linalg.inv((A.T * w) @ A) @ (A.T @ (w * r))
"""}),
    # Features.
    "a loop over the filter": ("6_perceptual", {"feature_maps": """
def feature_maps(x, K):
    n, h, w = x.shape
    c, k, _ = K.shape
    out = np.zeros((n, c, h - k + 1, w - k + 1))
    for i in range(k):
        for j in range(k):
            out += K[:, i, j][:, None, None] * x[:, None, i:h - k + 1 + i, j:w - k + 1 + j]
    return out.clip(min=0)
"""}),
    "tensordot": ("6_perceptual", {"feature_maps": """
def feature_maps(x, K):
    view = np.lib.stride_tricks.sliding_window_view(x, K.shape[1:], axis=(1, 2))
    maps = np.tensordot(view, K, axes=[(3, 4), (1, 2)])
    return np.moveaxis(maps * (maps > 0), -1, 1)
""", "gram": """
def gram(features):
    n, c = features.shape[:2]
    flat = features.reshape(n, c, -1)
    return np.stack([f @ f.T for f in flat]) / flat[0].size
"""}),
    "pixel by pixel": ("6_perceptual", {"image_grad": """
def image_grad(x, t, K):
    f = feature_maps(x, K)
    g = perceptual_loss_grad(f, feature_maps(t, K)) * np.sign(f)
    k = K.shape[-1]
    out = np.zeros_like(x)
    for r in range(g.shape[2]):
        for s in range(g.shape[3]):
            out[:, r:r + k, s:s + k] += np.tensordot(g[:, :, r, s], K, 1)
    return out
"""}),
}  # fmt: skip


@pytest.mark.parametrize("name", FAIR)
def test_an_unusual_right_answer_keeps_full_marks(name):
    assignment, answers = FAIR[name]
    found = verdicts(assignment, answers, before=answers.get("own", ""))
    assert {test: found[test].message for test in lost(found)} == {}


def test_there_are_enough_of_them():
    assert len(FAIR) >= 40


EXPLAINED = {
    "single precision": (
        "1_risk", "binary_cross_entropy_grad", "bce_grad", "rounded to single precision", """
def binary_cross_entropy_grad(s, y):
    s = s.astype(np.float32)
    return (1 / (1 + np.exp(-s)) - y) / len(s)
"""),
    "a line that fails": (
        "1_risk", "zero_one_loss", "zero_one_value", "(line 4 of its cell)", """
def zero_one_loss(prediction, target):
    wrong = prediction != target
    return np.nosuch(wrong)
"""),
    "a mistake of syntax": (
        "1_risk", "zero_one_loss", "zero_one_value", "SyntaxError", "def zero_one_loss(p, t)\n"),
    "another name": (
        "1_risk", "zero_one_loss", "zero_one_value", "zero_one_loss is not defined",
        "def my_loss(p, t):\n    return (p != t).mean()"),
    "a value instead of a function": (
        "1_risk", "zero_one_loss", "zero_one_value", "found one of type int", "zero_one_loss = 3"),
    "an array of the wrong shape": (
        "1_risk", "structural_risk", "risk_value", "expected one number", """
def structural_risk(losses, theta, lam):
    return losses.mean(keepdims=True) + lam * theta @ theta
"""),
    "text": (
        "1_risk", "structural_risk", "risk_value", "which is not an array of numbers", """
def structural_risk(losses, theta, lam):
    return f"{losses.mean() + lam * theta @ theta}"
"""),
    "an argument that it does not take": (
        "1_risk", "structural_risk", "risk_value", "unexpected keyword argument 'lam'", """
def structural_risk(losses, theta, l):
    return losses.mean() + l * theta @ theta
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_costs_points_is_said(name):
    assignment, cell, test, says, source = EXPLAINED[name]
    found = verdicts(assignment, {cell: source})
    assert test in lost(found)
    assert says in found[test].message
