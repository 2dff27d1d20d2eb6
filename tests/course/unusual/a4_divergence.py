"""Right answers to assignment 4, written in unusual ways."""

FAIR = {
    # Divergence, hinge, boosting.
    "terms where p is above 0": {"kl_divergence": """
def kl_divergence(p, q):
    total = 0.0
    for a, b in zip(p, q):
        keep = a > 0
        total += np.sum(a[keep] * np.log(a[keep] / b[keep]))
    return total / len(p)
"""},
    "entropy and cross-entropy": {"reverse_kl_grad": """
def reverse_kl_grad(p, z):
    q = softmax(z)
    slope = np.log(q) + 1 - np.log(p)
    return np.array([(np.diag(r) - np.outer(r, r)) @ s for r, s in zip(q, slope)]) / len(z)
"""},
    "a clipped hinge": {"hinge_loss": """
def hinge_loss(f, y):
    return np.clip(1 - f * y, 0, None).sum() / f.size
""", "hinge_loss_grad": """
def hinge_loss_grad(f, y):
    return -y * np.heaviside(1 - y * f, 0) / f.size
"""},
    "Python's own maximum": {"squared_hinge_loss": """
def squared_hinge_loss(f, y):
    return sum(max(0, 1 - a * b) ** 2 for a, b in zip(f, y)) / len(f)
"""},
    "weights by logaddexp": {"sample_weights": """
def sample_weights(f, y):
    e = -y * f
    return np.exp(e - np.logaddexp.reduce(e))
"""},
    "inverse hyperbolic tangent": {"stage_factor": """
def stage_factor(w, h, y):
    return np.arctanh(np.dot(w, h * y) / w.sum())
"""},
    "three loops, and the dual with a kernel": {"kl_grad": """
import math

def kl_grad(p, z):
    result = []
    for row, true in zip(z.tolist(), p):
        top = max(row)
        powers = [math.exp(v - top) for v in row]
        result.append([(e / sum(powers) - t) / len(p) for e, t in zip(powers, true)])
    return result
""", "reverse_kl_grad": """
def reverse_kl_grad(p, z):
    h, slopes = 1e-30, np.zeros(z.shape)
    for k in range(z.shape[1]):
        s = z.astype(complex)
        s[:, k] += h * 1j
        q = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        slopes[:, k] = (q * np.log(q / p)).sum(axis=1).imag / h / len(z)
    return slopes
""", "kl_divergence": """
from math import inf, log
from statistics import fmean

def kl_divergence(p, q):
    def one(a, b):
        if a == 0:
            return 0
        return inf if b == 0 else a * log(a / b)

    return fmean(sum(map(one, a, b)) for a, b in zip(p, q))
""", "svm_parameters": """
def svm_parameters(a, X, y, lam):
    theta = []
    for column in X.T:
        theta.append(sum(a_i * y_i * v for a_i, y_i, v in zip(a, y, column)) / (2 * lam * len(y)))
    return theta
""", "svm_bound": """
def svm_bound(a, X, y, lam):
    # The dual, with a kernel.
    b = a * y
    K = X @ X.T
    return np.sum(a) / len(a) - b @ K @ b / (4 * lam * len(a) ** 2)
"""},
    "the Jacobian, a step of Newton, sums without a rounding": {"kl_grad": """
def kl_grad(p, z):
    q = softmax(z)
    outer = -p / q / len(q)
    return np.einsum("ij,ijk->ik", outer, q[:, :, None] * (np.eye(q.shape[1]) - q[:, None]))
""", "kl_divergence": """
def kl_divergence(p, q):
    return np.nansum(np.where(p == 0, 0, p * np.log(p / q))) / p.shape[0]
""", "svm_parameters": """
def svm_parameters(a, X, y, lam):
    # A quadratic function: one Newton step from anywhere.
    theta = np.ones(X.shape[1])
    slope = -np.einsum("i,i,ij->j", a, y, X) / len(y) + 2 * lam * theta
    return theta - np.linalg.solve(2 * lam * np.eye(len(theta)), slope)
""", "svm_bound": """
from math import fsum

def svm_bound(a, X, y, lam):
    theta = svm_parameters(a, X, y, lam)
    lines = [w * (1 - t * fsum(r * v for r, v in zip(row, theta))) for w, t, row in zip(a, y, X)]
    return fsum(lines) / len(a) + lam * fsum(v * v for v in theta)
""", "squared_hinge_loss_grad": """
def squared_hinge_loss_grad(f, y):
    lacks = 1 - y * f
    return -y * (lacks + abs(lacks)) / f.size
"""},
    "descent to the bound, and weights in decimals": {"svm_parameters": """
def svm_parameters(a, X, y, lam):
    # Descent until nothing moves.
    theta = np.zeros(X.shape[1])
    for _ in range(200):
        slope = 2 * lam * theta - np.mean((a * y)[:, None] * X, axis=0)
        theta = theta - slope / (4 * lam)
    return theta
""", "svm_bound": """
def svm_bound(a, X, y, lam):
    def J(theta):
        return np.mean(a * (1 - y * (X @ theta))) + lam * np.linalg.norm(theta) ** 2

    theta, rate = np.zeros(X.shape[1]), 0.25 / lam
    for _ in range(100):
        theta = theta - rate * (2 * lam * theta - X.T @ (a * y) / len(y))
    return np.asarray(J(theta))
""", "squared_hinge_loss_grad": """
def squared_hinge_loss_grad(f, y):
    return [-2 * b * (1 - a * b) / len(f) if a * b < 1 else 0 for a, b in zip(f, y)]
""", "sample_weights": """
from decimal import Decimal

def sample_weights(f, y):
    powers = [Decimal(float(-a * b)).exp() for a, b in zip(f, y)]
    return [float(e / sum(powers)) for e in powers]
"""},
    "a square completed, a parabola, a factor by bisection": {"svm_parameters": """
def svm_parameters(a, X, y, lam):
    # Ridge regression: complete the square.
    n, d = X.shape
    big = np.sqrt(lam) * np.eye(d)
    aim = (a[:, None] * y[:, None] * X).mean(0) / (2 * np.sqrt(lam))
    return np.linalg.lstsq(big, aim, rcond=None)[0]
""", "svm_bound": """
def svm_bound(a, X, y, lam):
    # From three values of a parabola along the ray of theta.
    direction = X.T @ (a * y)
    def J(t):
        return (a * (1 - t * y * (X @ direction))).mean() + lam * t * t * direction @ direction
    c, (plus, minus) = J(0.0), (J(1.0), J(-1.0))
    A, B = (plus + minus) / 2 - c, (plus - minus) / 2
    return c - B * B / (4 * A) if A else c
""", "stage_factor": """
def stage_factor(w, h, y):
    low, high = -30.0, 30.0
    for _ in range(200):
        alpha = (low + high) / 2
        if (w * -y * h * np.exp(-alpha * y * h)).sum() < 0:
            low = alpha
        else:
            high = alpha
    return alpha
""", "hinge_loss": """
def hinge_loss(f, y):
    lacks = 1 - f * y
    return ((lacks + abs(lacks)) / 2).mean()
"""},
    "a mean by weights, and the slope of the bound integrated": {"svm_parameters": """
def svm_parameters(a, X, y, lam):
    if not a.any():
        return 0 * X[0]
    return np.average(X * y[:, None], axis=0, weights=a) * a.mean() / (2 * lam)
""", "svm_bound": """
def svm_bound(a, X, y, lam):
    # Concave in a and homogeneous in parts: the integral of its slope from 0 to a.
    total, n = 0.0, len(a)
    nodes, weights = np.polynomial.legendre.leggauss(4)
    for u, g in zip((nodes + 1) / 2, weights / 2):
        f = X @ svm_parameters(u * a, X, y, lam)
        total += g * (a * (1 - y * f)).sum() / n
    return total
"""},
}  # fmt: skip
