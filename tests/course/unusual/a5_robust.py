"""Right answers to assignment 5, written in unusual ways."""

FAIR = {
    # Robust losses.
    "a norm": {"l1_loss": """
def l1_loss(x, t):
    return np.linalg.norm(x - t, 1) / len(x)
""", "l2_loss": """
def l2_loss(x, t):
    return np.linalg.norm(x - t) ** 2 / len(x)
"""},
    "comparison as slope": {"l1_loss_grad": """
def l1_loss_grad(x, t):
    return ((x > t) * 1.0 - (x < t)) / len(x)
"""},
    "the geometric mean, and below zero": {"telling_residual": """
def telling_residual(beta):
    return -np.sqrt([beta])[0]
"""},
    "just inside, and in a loop": {"telling_residual": """
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
"""},
    "np.select and np.piecewise": {"smooth_l1_loss": """
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
"""},
    "the sorted middle": {"spread": """
from statistics import median

def spread(r):
    r = r.tolist()
    centre = median(r)
    return median(abs(v - centre) for v in r) / 0.6745
"""},
    "the pseudoinverse": {"reweighted_step": """
def reweighted_step(theta, A, t, delta):
    root = np.diag(huber_weights(A @ theta - t, delta)) ** 0.5
    return np.linalg.pinv(root @ A) @ (root @ t)
"""},
    "Newton's step": {"reweighted_step": """
def reweighted_step(theta, A, t, delta):
    r = A @ theta - t
    w = huber_weights(r, delta)
    return theta - np.linalg.inv((A.T * w) @ A) @ (A.T @ (w * r))
"""},
    "the best of all ratios, three cases, the normal distribution": {"distance_parameter": """
def distance_parameter(a, t):
    # Each residual is 0 at one place; the best of these.
    return min(t / a, key=lambda theta: sum(abs(theta * a - t)))
""", "lasso_parameter": """
def lasso_parameter(a, t, lam):
    # Three cases.
    u, v = (a * t).mean(), (a * a).mean()
    if u > lam / 2:
        return (u - lam / 2) / v
    if u < -lam / 2:
        return (u + lam / 2) / v
    return 0
""", "telling_residual": """
import random

def telling_residual(beta):
    return random.uniform(*sorted([1, beta])) * random.choice([-1, 1])
""", "huber_loss": """
def huber_loss(x, t, delta):
    r = np.abs(x - t).astype(np.longdouble)
    inside = r <= delta
    return (inside * r**2 / 2 + (1 - inside) * delta * (r - delta / 2)).mean()
""", "huber_loss_grad": """
def huber_loss_grad(x, t, delta):
    r = x - t
    return (np.abs(r + delta) - np.abs(r - delta)) / 2 / len(r)
""", "huber_area": """
from statistics import NormalDist

def huber_area(delta):
    middle = NormalDist().cdf(delta) - NormalDist().cdf(-delta)
    return (2 * np.pi) ** 0.5 * middle + 2 * np.exp(-delta * delta / 2) / delta
""", "huber_weights": """
def huber_weights(r, delta):
    return np.minimum(1, delta / np.abs(r))
""", "influence": """
def influence(A, t, delta, count):
    # A row of zeros says nothing.
    def slope(A, t):
        theta = np.zeros(A.shape[1])
        for _ in range(count):
            theta = reweighted_step(theta, A, t, delta)
        return theta[0]

    kept = 1 - np.eye(len(t))
    return np.array([slope(k[:, None] * A, k * t) for k in kept]) - slope(A, t)
""", "l2_loss_grad": """
def l2_loss_grad(x, t):
    return [(a - b) / (0.5 * len(x)) for a, b in zip(x.tolist(), t.tolist())]
"""},
    "thirds, a proximal step, a sum over fine cells": {"distance_parameter": """
def distance_parameter(a, t):
    low, high = min(t / a), max(t / a)
    for _ in range(300):
        third = (high - low) / 3
        if np.abs((low + third) * a - t).sum() < np.abs((high - third) * a - t).sum():
            high = high - third
        else:
            low = low + third
    return (low + high) / 2
""", "lasso_parameter": """
def lasso_parameter(a, t, lam):
    # Proximal descent.
    v, theta = np.mean(a**2), 0.0
    for _ in range(200):
        theta = theta - 0.25 / v * 2 * np.mean(a * (theta * a - t))
        theta = np.sign(theta) * max(abs(theta) - 0.25 / v * lam, 0)
    return theta
""", "telling_residual": """
def telling_residual(beta):
    # Search, with both losses.
    for r in np.linspace(0.01, 100, 10_000):
        yours = r * r / 2 / beta if r < 1 else r - beta / 2
        right = r * r / 2 / beta if r < beta else r - beta / 2
        if yours != right:
            return r
""", "huber_loss": """
def huber_loss(x, t, delta):
    # The integral of the clipped slope.
    total = 0.0
    for a, b in zip(x.tolist(), t.tolist()):
        r = abs(a - b)
        total += r * r / 2 if r <= delta else delta * r - delta * delta / 2
    return total / len(x)
""", "huber_loss_grad": """
def huber_loss_grad(x, t, delta):
    return np.median([x - t, np.full(len(x), delta), np.full(len(x), -delta)], axis=0) / len(x)
""", "huber_area": """
def huber_area(delta):
    # A fine sum over the middle of each cell.
    width = 1e-4
    r = np.arange(0, 120, width) + width / 2
    return 2 * width * np.exp(-np.where(r <= delta, r**2 / 2, delta * r - delta**2 / 2)).sum()
""", "huber_weights": """
def huber_weights(r, delta):
    return [1 if abs(v) <= delta else delta / abs(v) for v in r]
""", "influence": """
def influence(A, t, delta, count):
    def fit(A, t, left):
        if not left:
            return [0] * len(A.T)
        return reweighted_step(fit(A, t, left - 1), A, t, delta=delta)

    whole = fit(A, t, count)[0]
    return tuple(
        fit(np.delete(A, i, 0), np.delete(t, i), count)[0] - whole for i in range(A.shape[0])
    )
"""},
    "subgradients, six digits, all fits at once": {"distance_parameter": """
def distance_parameter(a, t):
    low, high = (t / a).min() - 1, (t / a).max() + 1
    for _ in range(100):
        theta = (low + high) / 2
        if (np.sign(theta * a - t) * a).sum() > 0:
            high = theta
        else:
            low = theta
    return np.array(theta)
""", "lasso_parameter": """
def lasso_parameter(a, t, lam):
    def risk(theta):
        return ((theta * a - t) ** 2).mean() + lam * abs(theta)
    low, high = -1000.0, 1000.0
    for _ in range(200):
        left, right = (2 * low + high) / 3, (low + 2 * high) / 3
        if risk(left) < risk(right):
            high = right
        else:
            low = left
    return (low + high) / 2
""", "telling_residual": """
def telling_residual(beta):
    # The jump of the colleague's loss, just before and just behind.
    return np.nextafter(1, beta) if beta < 1 else 1
""", "huber_loss": """
def huber_loss(x, t, delta):
    # Moreau: the least over u of delta |u| + (r - u)^2 / 2.
    r = x - t
    u = np.sign(r) * np.maximum(np.abs(r) - delta, 0)
    return np.mean(delta * np.abs(u) + np.clip(r, -delta, delta) ** 2 / 2)
""", "huber_area": """
def huber_area(delta):
    r = np.linspace(-100, 100, 2_000_001)
    loss = np.where(abs(r) <= delta, r * r / 2, delta * (abs(r) - delta / 2))
    return round(np.trapezoid(np.exp(-loss), r), 6)
""", "huber_weights": """
def huber_weights(r, delta):
    return np.divide(np.clip(r, -delta, delta), r, out=np.ones_like(r), where=r != 0)
""", "influence": """
def influence(A, t, delta, count):
    # All fits at once, with weights of 0 on the diagonal.
    n, d = A.shape
    kept = np.r_[np.ones((1, n)), 1 - np.eye(n)]
    theta = np.zeros((n + 1, d))
    for _ in range(count):
        r = theta @ A.T - t
        w = kept * np.minimum(1, delta / np.maximum(np.abs(r), 1e-300))
        left = np.einsum("fi,ij,ik->fjk", w, A, A)
        right = np.einsum("fi,ij,i->fj", w, A, t)
        theta = np.linalg.solve(left, right[..., None])[..., 0]
    return theta[1:, 0] - theta[0, 0]
"""},
    "a running balance, three candidates, Simpson, an early stop": {"distance_parameter": """
def distance_parameter(a, t):
    pairs = sorted(zip((t / a).tolist(), abs(a).tolist()))
    left, right = 0.0, sum(weight for _, weight in pairs)
    for ratio, weight in pairs:
        left, right = left + weight, right - weight
        if left >= right:
            return ratio
""", "lasso_parameter": """
def lasso_parameter(a, t, lam):
    # The best of the three candidates.
    u, v = np.dot(a, t) / len(a), np.dot(a, a) / len(a)
    candidates = [0.0, (u - lam / 2) / v, (u + lam / 2) / v]
    return min(candidates, key=lambda c: v * c * c - 2 * u * c + lam * abs(c))
""", "huber_weights": """
def huber_weights(r, delta):
    w = np.ones(r.shape)
    far = np.abs(r) > delta
    w[far] = delta * np.abs(r[far]) ** -1
    return w
""", "huber_area": """
def huber_area(delta):
    # Simpson inside; the tails are known.
    r = np.linspace(-delta, delta, 2001)
    f = np.exp(-r * r / 2)
    simpson = (r[1] - r[0]) / 3 * (f[0] + f[-1] + 4 * f[1::2].sum() + 2 * f[2:-1:2].sum())
    return simpson + 2 / (delta * np.exp(delta**2 / 2))
""", "influence": """
def influence(A, t, delta, count):
    # Turns that stop once nothing moves.
    def first(A, t):
        theta = np.zeros(A.shape[1])
        for _ in range(count):
            new = reweighted_step(theta, A, t, delta)
            if np.array_equal(new, theta):
                break
            theta = new
        return theta[0]
    whole = first(A, t)
    return [
        first(np.r_[A[:i], A[i + 1 :]], np.r_[t[:i], t[i + 1 :]]) - whole for i in range(len(A))
    ]
"""},
    "least squares in turns, and Gauss and Laguerre": {"distance_parameter": """
def distance_parameter(a, t):
    # Weighted least squares in turns, and at last the residual that vanishes.
    theta = (a * t).sum() / (a * a).sum()
    for _ in range(2000):
        w = 1 / np.maximum(np.abs(theta * a - t), 1e-10)
        theta = (w * a * t).sum() / (w * a * a).sum()
    return theta
""", "lasso_parameter": """
def lasso_parameter(a, t, lam):
    # Bisection on the subgradient.
    low, high = -1e4, 1e4
    for _ in range(120):
        theta = (low + high) / 2
        slope = 2 * np.mean(a * (theta * a - t)) + lam * np.sign(theta)
        if slope > 0:
            high = theta
        else:
            low = theta
    return theta
""", "huber_area": """
def huber_area(delta):
    u, g = np.polynomial.legendre.leggauss(60)
    v, h = np.polynomial.laguerre.laggauss(20)
    middle = delta * (g * np.exp(-(delta * u) ** 2 / 2)).sum()
    return middle + 2 * np.exp(-delta**2 / 2) / delta * h.sum()
"""},
    "each ratio as often as it weighs, an area by one's own loss": {"distance_parameter": """
def distance_parameter(a, t):
    # Each ratio as often as its rounded weight says, and the middle of them all.
    ratios = np.repeat(t / a, np.round(np.abs(a) * 10_000).astype(int))
    return np.sort(ratios)[len(ratios) // 2]
""", "huber_area": """
def huber_area(delta):
    r = np.arange(0, 60, 5e-3) + 2.5e-3
    density = [np.exp(-huber_loss(np.array([v]), np.array([0.0]), delta)) for v in r]
    return 2 * 5e-3 * sum(density)
"""},
    "a quantile with weights, a regression of the standard library": {"distance_parameter": """
def distance_parameter(a, t):
    return np.quantile(t / a, 0.5, weights=np.abs(a), method="inverted_cdf")
""", "lasso_parameter": """
from statistics import linear_regression

def lasso_parameter(a, t, lam):
    slope, _ = linear_regression(a, t, proportional=True) if len(a) > 1 else (t[0] / a[0], 0)
    return np.copysign(max(abs(slope) - lam / 2 / np.square(a).mean(), 0), slope)
""", "telling_residual": """
def telling_residual(beta):
    return float(np.median([1, beta, (1 + beta) / 2])) * (1 - 1e-9)
"""},
    "six digits as text": {"huber_area": """
import math

def huber_area(delta):
    inside = math.sqrt(2 * math.pi) * math.erf(delta / math.sqrt(2))
    z = inside + 2 * math.exp(-(delta**2) / 2) / delta
    return float(f"{z:.6g}")
"""},
}  # fmt: skip
