"""Right answers to assignment 1, written in unusual ways."""

FAIR = {
    # Counting and cross-entropy.
    "a generator over pairs": {"zero_one_loss": """
def zero_one_loss(prediction, target):
    return sum(a != b for a, b in zip(prediction, target)) / len(target)
"""},
    "means of Python numbers": {"zero_one_loss": """
from statistics import fmean

def zero_one_loss(prediction, target):
    return fmean(float(wrong) for wrong in np.not_equal(prediction, target))
"""},
    "a lambda": {"zero_one_loss": "zero_one_loss = lambda p, t: np.mean(p != t)"},
    "a partial": {"zero_one_loss": """
from functools import partial

def share(p, t, unit):
    return unit * np.count_nonzero(p - t) / p.size

zero_one_loss = partial(share, unit=1.0)
"""},
    "an object that can be called": {"zero_one_loss": """
class Share:
    def __call__(self, prediction, target):
        return 1 - (prediction == target).mean()

zero_one_loss = Share()
"""},
    "np.vectorize": {"binary_cross_entropy": """
@np.vectorize
def one(s, y):
    far = np.log1p(np.exp(-abs(s)))
    return y * (max(-s, 0) + far) + (1 - y) * (max(s, 0) + far)

def binary_cross_entropy(s, y):
    return one(s, y).mean()
"""},
    "two branches": {"binary_cross_entropy_grad": """
def binary_cross_entropy_grad(s, y):
    up = 1 / (1 + np.exp(-np.abs(s)))
    return (np.where(s >= 0, up, 1 - up) - y) / len(s)
"""},
    "hyperbolic tangent": {"binary_cross_entropy_grad": """
def binary_cross_entropy_grad(s, y):
    return ((1 + np.tanh(s / 2)) / 2 - y) / s.shape[0]
"""},
    "a loop into zeros like the labels": {"binary_cross_entropy_grad": """
def binary_cross_entropy_grad(s, y):
    slopes = np.zeros_like(s)
    for i in range(len(s)):
        slopes[i] = (np.tanh(s[i] / 2) / 2 + 0.5 - y[i]) / len(s)
    return slopes
"""},
    "long double": {"binary_cross_entropy": """
def binary_cross_entropy(s, y):
    s = s.astype(np.longdouble)
    return (np.logaddexp(0, s) - y * s).mean()
"""},
    "other names for the arguments": {"zero_one_loss": """
def zero_one_loss(y_hat, y):
    return np.average(y_hat != y)
"""},
    "messages on the way": {"binary_cross_entropy": """
import logging, sys, warnings

def binary_cross_entropy(s, y):
    logging.warning("s has shape %s", s.shape)
    warnings.warn("careful")
    print("progress", file=sys.stderr)
    print("value")
    return (np.logaddexp(0, s) - y * s).mean()
"""},
    "a progress bar": {"step": """
def step(theta, X, y, lam, rate):
    try:
        from tqdm import tqdm
    except ImportError:
        tqdm = iter
    slope = 2 * lam * theta
    for row, g in tqdm(zip(X, binary_cross_entropy_grad(X @ theta, y))):
        slope = slope + g * row
    return theta - rate * slope
"""},
    "a penalty chosen by min and a key": {"choose_penalty": """
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
"""},
    "a helper in a cell of one's own": {"own": """
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
"""},
    "a timed cell": {"structural_risk": """%%time
def structural_risk(losses, theta, lam):
    return np.mean(losses) + lam * np.dot(theta, theta)
"""},
    "imports that are not needed": {"structural_risk": """
import torch, scipy.special as special
from sklearn.linear_model import LogisticRegression

def structural_risk(losses, theta, lam):
    return losses.mean() + lam * np.linalg.norm(theta) ** 2
"""},
    "type hints and a decorator": {"structural_risk": """
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
"""},
    "a global constant": {"step": """
TWO = 2

def step(theta, X, y, lam, rate):
    pull = np.einsum("ij,i->j", X, binary_cross_entropy_grad(X.dot(theta), y))
    return np.subtract(theta, rate * np.add(pull, TWO * lam * theta))
"""},
    "bisection, logarithms alone, a step into the imaginary": {"most_mistakes": """
def most_mistakes(loss):
    # The largest share q of mistakes for which the cheapest set is no dearer than the mean loss.
    low, high = 0, 1
    if high * np.log(2) <= loss:
        return 1
    while high - low > 1e-12:
        share = (low + high) / 2
        if share * np.log(2) <= loss:
            low = share
        else:
            high = share
    return low
""", "noisy_cross_entropy": """
def noisy_cross_entropy(s, y, epsilon):
    # Either the label was swapped or not; logaddexp adds both in logarithms.
    sign = 2 * y - 1
    kept = np.log1p(-epsilon) - np.logaddexp(0, -sign * s)
    swapped = np.log(epsilon) - np.logaddexp(0, sign * s)
    return -np.logaddexp(kept, swapped).mean()
""", "noisy_cross_entropy_grad": """
def noisy_cross_entropy_grad(s, y, epsilon):
    # A step into the imaginary: the slope without a difference.
    z = s + 1e-30j
    one = epsilon + (1 - 2 * epsilon) / (1 + np.exp(-z))
    losses = -np.log(np.where(y == 1, one, 1 - one))
    return losses.imag / 1e-30 / len(s)
"""},
    "decimals": {"most_mistakes": """
from decimal import Decimal

def most_mistakes(loss):
    share = Decimal(float(loss)) / Decimal(2).ln()
    return float(min(share, 1))
""", "noisy_cross_entropy": """
from decimal import Decimal

def noisy_cross_entropy(s, y, epsilon):
    total = Decimal(0)
    for a, b in zip(s.tolist(), y.tolist()):
        p = 1 / (1 + (-Decimal(a)).exp())
        e = Decimal(epsilon)
        one = p * (1 - e) + (1 - p) * e
        total -= (one if b == 1 else 1 - one).ln()
    return float(total / len(s))
"""},
    "a geometric mean, a channel, all models at once": {"most_mistakes": """
def most_mistakes(loss):
    # exp(-loss) is the geometric mean of the probabilities of the true labels.
    return np.clip(-np.log2(np.exp(-loss)), 0, 1)
""", "noisy_cross_entropy": """
def noisy_cross_entropy(s, y, epsilon):
    # The channel as a matrix: what is written down, given what is true.
    channel = np.array([[1 - epsilon, epsilon], [epsilon, 1 - epsilon]])
    true = np.array([1 / (1 + np.exp(s)), 1 / (1 + np.exp(-s))])
    written = channel @ true
    picked = written[y.astype(int), range(len(y))]
    return np.log(1 / picked).sum() / len(y)
""", "choose_penalty": """
def choose_penalty(X, y, X_val, y_val, lams, steps):
    # All models at once, one in each column.
    models = np.zeros((X.shape[1], len(lams)))
    for _ in range(steps):
        slopes = (1 / (1 + np.exp(-X @ models)) - y[:, None]) / len(y)
        models = models - 0.5 * (X.T @ slopes + 2 * lams * models)
    s = X_val @ models
    losses = (np.logaddexp(0, s) - y_val[:, None] * s).mean(axis=0)
    return lams[losses.argmin()]
"""},
    "a billionth as a fraction, a likelihood, dual numbers, recursion": {"most_mistakes": """
from fractions import Fraction

def most_mistakes(loss):
    n = 10**9
    return float(Fraction(min(n, int(n * loss / np.log1p(1))), n))
""", "noisy_cross_entropy": """
import math

def noisy_cross_entropy(s, y, epsilon):
    likelihood = 1.0
    for a, b in zip(s, y):
        one = 0.5 + (0.5 - epsilon) * math.tanh(a / 2)
        likelihood *= one if b else 1 - one
    return -math.log(likelihood) / len(s)
""", "noisy_cross_entropy_grad": """
class Dual:
    __array_ufunc__ = None  # arrays leave products with it to it

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    __radd__, __rmul__ = __add__, __mul__

    def through(self, value, slope):
        return Dual(value, slope * self.slope)


def noisy_cross_entropy_grad(s, y, epsilon):
    s = Dual(s, np.ones(len(s)))
    up = 1 / (1 + np.exp(-s.value))
    p = s.through(up, up / (1 + np.exp(s.value)))
    one = epsilon + (1 - 2 * epsilon) * p
    written = (2 * y - 1) * one + (1 - y)
    loss = -1 * written.through(np.log(written.value), 1 / written.value)
    return loss.slope / len(y)
""", "choose_penalty": """
def choose_penalty(X, y, X_val, y_val, lams, steps):
    def trained(lam, left):
        if left == 0:
            return np.zeros(X.shape[1])
        return step(trained(lam, left - 1), X, y, lam, 0.5)

    return sorted(lams, key=lambda lam: binary_cross_entropy(X_val @ trained(lam, steps), y_val))[0]
"""},
    "an array without a dimension, single precision, the posterior": {"most_mistakes": """
def most_mistakes(loss):
    return np.where(loss > np.log(2), 1, loss * np.log2(np.e))
""", "noisy_cross_entropy": """
def noisy_cross_entropy(s, y, epsilon):
    s = s.astype(np.float32)
    p = 1 / (1 + np.exp(-s))
    one = (1 - epsilon) * p + epsilon * (1 - p)
    return -np.log(np.where(y == 1, one, 1 - one)).mean()
""", "noisy_cross_entropy_grad": """
def noisy_cross_entropy_grad(s, y, epsilon):
    # What one believes of the true label after the written one, less before: p - posterior.
    p = 1 / (1 + np.exp(-s.astype(np.longdouble)))
    says = np.where(y == 1, 1 - epsilon, epsilon)
    posterior = says * p / (says * p + (1 - says) * (1 - p))
    return (p - posterior) / s.size
""", "choose_penalty": """
from functools import reduce

def choose_penalty(X, y, X_val, y_val, lams, steps):
    best = (float("inf"), None)
    for lam in lams:
        theta = reduce(lambda t, _: step(t, X, y, lam, rate=0.5), range(steps), np.zeros(len(X[0])))
        best = min(best, (float(binary_cross_entropy(X_val @ theta, y_val)), float(lam)))
    return best[1]
"""},
    "odds, a list of slopes, the likeliest labels": {"most_mistakes": """
def most_mistakes(loss):
    return np.array([loss / np.log(2), 1.0]).min()
""", "noisy_cross_entropy": """
from statistics import fmean

def noisy_cross_entropy(s, y, epsilon):
    losses = []
    for a, b in zip(s, y):
        up = np.exp(a)
        odds = (1 - epsilon + epsilon / up) / (epsilon + (1 - epsilon) / up)
        losses.append(np.log1p(1 / odds) if b else np.log1p(odds))
    return fmean(losses)
""", "noisy_cross_entropy_grad": """
import math

def noisy_cross_entropy_grad(s, y, epsilon):
    slopes = []
    for a, b in zip(s, y):
        t, c = math.tanh(a / 2), 1 - 2 * epsilon
        slopes.append((0.5 - b) * c * (1 - t * t) / (1 + (2 * b - 1) * c * t) / len(s))
    return slopes
""", "choose_penalty": """
def choose_penalty(X, y, X_val, y_val, lams, steps):
    fits = {}
    for lam in lams:
        theta = [0.0] * X.shape[1]
        for _ in range(steps):
            theta = list(step(np.array(theta), X, y, lam, 0.5))
        odds = np.exp(X_val @ theta)
        chance = np.prod(np.where(y_val == 1, odds, 1) / (1 + odds))
        fits[chance] = lam
    return np.array(fits[max(fits)])
""", "structural_risk": """
import math

def structural_risk(losses, theta, lam):
    return math.fsum(losses) / len(losses) + lam * math.dist(theta, [0] * len(theta)) ** 2
"""},
    "the cross-entropy of another logit": {"noisy_cross_entropy": """
def noisy_cross_entropy(s, y, epsilon):
    p = 1 / (1 + np.exp(-s))
    one = (1 - epsilon) * p + epsilon * (1 - p)
    return binary_cross_entropy(np.log(one / (1 - one)), y)
""", "noisy_cross_entropy_grad": """
def noisy_cross_entropy_grad(s, y, epsilon):
    p = 1 / (1 + np.exp(-s))
    one = (1 - epsilon) * p + epsilon * (1 - p)
    inner = (1 - 2 * epsilon) * p * (1 - p) / one / (1 - one)
    return binary_cross_entropy_grad(np.log(one / (1 - one)), y) * inner
"""},
    "all of NumPy's names, errors that raise, an array of the standard library": {"own": """
from numpy import *
import numpy as np
np.seterr(all='raise')
""", "binary_cross_entropy": """
def binary_cross_entropy(s, y):
    return mean(logaddexp(0, s) - y * s)
""", "most_mistakes": """
@np.errstate(all="ignore")
def most_mistakes(loss):
    return minimum(1, loss / log(2))
""", "noisy_cross_entropy": """
@np.errstate(all="ignore")
def noisy_cross_entropy(s, y, epsilon):
    keep, swap = log1p(-epsilon), log(epsilon)
    a, b = -logaddexp(0, -s), -logaddexp(0, s)
    a, b = where(y, a, b), where(y, b, a)
    return -average(logaddexp(keep + a, swap + b))
""", "noisy_cross_entropy_grad": """
import array

def noisy_cross_entropy_grad(s, y, epsilon):
    found = array.array("d")
    for a, b in zip(s, y):
        p = 1 / (1 + exp(-a))
        up = 1 - epsilon if b else epsilon
        found.append(-(2 * up - 1) * p * (1 - p) / (up * p + (1 - up) * (1 - p)) / len(s))
    return found
"""},
}  # fmt: skip
