"""Right answers to assignment 3, written in unusual ways."""

FAIR = {
    # Margins.
    "cosines by unit vectors": {"cosines": """
def cosines(x, W):
    def unit(v):
        n = np.sqrt((v * v).sum(1))
        return np.array([r / l if l else r * 0 for r, l in zip(v, n)])
    return np.einsum("ij,kj->ik", unit(x), unit(W))
"""},
    "a margin by one-hot vectors": {"am_softmax_loss": """
def am_softmax_loss(x, W, y, s, m):
    hot = (y[:, None] == range(len(W))).astype(float)
    z = s * (cosines(x, W) - m * hot)
    return np.mean(np.logaddexp.reduce(z, axis=1) - (z * hot).sum(axis=1))
"""},
    "the addition theorem": {"arcface_loss": """
def arcface_loss(x, W, y, s, m):
    c = np.clip(cosines(x, W), -1, 1)
    for i, k in enumerate(y):
        a = c[i, k]
        if np.arccos(a) <= np.pi - m:
            c[i, k] = a * np.cos(m) - np.sqrt(1 - a * a) * np.sin(m)
        else:
            c[i, k] = a - m * np.sin(m)
    return softmax_loss(s * c, y)
"""},
    "a loop over the angles": {"psi": """
def psi(theta, m):
    out = []
    for t in theta:
        k = min(int(m * t / np.pi), m - 1)
        out.append((1 if k % 2 == 0 else -1) * np.cos(m * t) - 2 * k)
    return np.array(out)
"""},
    "a plane of one's own, a walk along the arc": {"arcface_slope": """
def arcface_slope(x, w, m):
    # The plane of both: e along x, f across it on the side of w.
    e = x / np.sqrt(x @ x)
    f = w - (w @ e) * e
    f = f / np.sqrt(f @ f)
    theta = np.arctan2(w @ f, w @ e)
    return np.sin(theta + m) * f / np.sqrt(x @ x)
""", "strip_multiplied": """
def strip_multiplied(omega, m):
    # Walk along the arc and count where nobody is satisfied.
    first = np.linspace(0, omega, 1_000_001)
    second = omega - first
    neither = (m * first > second) & (m * second > first)
    return neither.mean() * omega
""", "strip_cosine": """
def strip_cosine(omega, m):
    first = np.linspace(0, omega, 1_000_001)
    c, d = np.cos(first), np.cos(omega - first)
    return ((c - m < d) & (d - m < c)).mean() * omega
""", "am_cosine_grad": """
import math

def am_cosine_grad(c, y, s, m):
    slopes = []
    for row, k in zip(c.tolist(), y):
        row[k] -= m
        top = max(row)
        powers = [math.exp(s * (v - top)) for v in row]
        slopes.append([s * (e / sum(powers) - (j == k)) / len(y) for j, e in enumerate(powers)])
    return slopes
""", "through_cosines": """
def through_cosines(x, W, slopes):
    result = np.zeros_like(x)
    for i, row in enumerate(x):
        length = np.sqrt(row @ row)
        across = np.eye(len(row)) - np.outer(row, row) / length**2
        for g, w in zip(slopes[i], W):
            result[i] += g * across @ w / np.sqrt(w @ w) / length
    return result
"""},
    "Kahan's angle, borders by bisection": {"arcface_slope": """
def arcface_slope(x, w, m):
    # Half the angle from the chord, as Kahan does it.
    u, v = x / np.linalg.norm(x), w / np.linalg.norm(w)
    theta = 2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))
    across = (v - u) + (u - v) @ (u - v) / 2 * u
    return np.sin(theta + m) * across / np.sin(theta) / np.linalg.norm(x)
""", "strip_multiplied": """
def strip_multiplied(omega, m):
    low, high = 0.0, omega
    while high - low > 1e-7:
        middle = (low + high) / 2
        if m * middle <= omega - middle:
            low = middle
        else:
            high = middle
    return omega - 2 * low
""", "strip_cosine": """
def strip_cosine(omega, m):
    low, high = 0.0, omega
    for _ in range(60):
        middle = (low + high) / 2
        if np.cos(middle) - m >= np.cos(omega - middle):
            low = middle
        else:
            high = middle
    return omega - low - low
""", "am_cosine_grad": """
def am_cosine_grad(c, y, s, m):
    p = softmax(s * (c - m * (np.arange(c.shape[1]) == y[:, None])))
    jacobian = np.einsum("ij,jk->ijk", p, np.eye(p.shape[1])) - np.einsum("ij,ik->ijk", p, p)
    outer = np.zeros_like(p)
    outer[range(len(y)), y] = -1 / p[range(len(y)), y]
    return np.einsum("ij,ijk->ik", outer, jacobian) * s / len(y)
""", "through_cosines": """
def through_cosines(x, W, slopes):
    u = x / np.linalg.norm(x, axis=1)[:, None]
    v = W / np.linalg.norm(W, axis=1)[:, None]
    bends = v[None] - np.einsum("id,kd,ie->ike", u, v, u)
    return np.einsum("ik,ike->ie", slopes, bends) / np.linalg.norm(x, axis=1)[:, None]
"""},
    "an orthogonal basis, a fraction, a complex logarithm": {"arcface_slope": """
def arcface_slope(x, w, m):
    q, r = np.linalg.qr(np.stack([x, w], axis=1))
    q, r = q * np.sign(np.diag(r)), r * np.sign(np.diag(r))[:, None]
    sine, cosine = r[1, 1] / np.hypot(*r[:, 1]), r[0, 1] / np.hypot(*r[:, 1])
    return (sine * np.cos(m) + cosine * np.sin(m)) * q[:, 1] / r[0, 0]
""", "strip_multiplied": """
from fractions import Fraction

def strip_multiplied(omega, m):
    return omega * float(1 - Fraction(2, m + 1))
""", "strip_cosine": """
import cmath

def strip_cosine(omega, m):
    # With z = exp(i u) the border is a quadratic equation.
    a = m / (2 * cmath.sin(omega / 2))
    z = 1j * a + cmath.sqrt(1 - a * a)
    return 2 * cmath.log(z).imag
""", "through_cosines": """
def through_cosines(x, W, slopes):
    h, result = 1e-30, np.zeros_like(x)
    for j in range(x.shape[1]):
        z = x.astype(complex)
        z[:, j] += h * 1j
        c = (z @ W.T) / np.sqrt((z * z).sum(axis=1))[:, None] / np.sqrt((W * W).sum(axis=1))
        result[:, j] = (slopes * c.imag).sum(axis=1) / h
    return result
"""},
    "two gradients in long double, linear equations, Newton": {"arcface_slope": """
def arcface_slope(x, w, m):
    # cos(theta + m) = cos(theta) cos(m) - sin(theta) sin(m); both have a gradient of their own.
    x, w = x.astype(np.longdouble), w.astype(np.longdouble)
    n = np.sqrt((x * x).sum())
    u, v = x / n, w / np.sqrt((w * w).sum())
    c = (u * v).sum()
    of_cosine = (v - c * u) / n
    s = np.sqrt(((v - c * u) ** 2).sum())
    of_sine = -c / s * of_cosine
    return np.cos(m) * of_cosine - np.sin(m) * of_sine
""", "strip_multiplied": """
def strip_multiplied(omega, m):
    # The borders as the solution of two linear equations each.
    one = np.linalg.solve([[m, -1], [1, 1]], [0, omega])
    two = np.linalg.solve([[1, -m], [1, 1]], [0, omega])
    return two[0] - one[0]
""", "strip_cosine": """
def strip_cosine(omega, m):
    # Newton on the border of the first class.
    t = omega / 2
    for _ in range(50):
        value = np.cos(t) - m - np.cos(omega - t)
        t = t - value / (-np.sin(t) - np.sin(omega - t))
    return abs(omega - 2 * t)
""", "psi": """
def psi(theta, m):
    # Each piece falls by 2: the total variation of cos(m t) up to theta.
    k = np.minimum(m * theta // np.pi, m - 1).astype(int)
    return np.cos(np.pi * k) * np.cos(m * theta) - 2 * k
"""},
    "Lagrange's identity": {"arcface_slope": """
def arcface_slope(x, w, m):
    # The sine from the areas of all pairs of coordinates (Lagrange's identity).
    areas = np.outer(x, w) - np.outer(w, x)
    a, b = x @ x, w @ w
    sine = np.sqrt((areas**2).sum() / 2 / a / b)
    cosine = x @ w / np.sqrt(a * b)
    # x^T (x w^T - w x^T) = |x|^2 w - (x w) x
    across = x @ areas / a / np.sqrt(b)
    return (np.cos(m) + np.sin(m) * cosine / sine) * across / np.sqrt(a)
"""},
    "back through the cosines": {"arcface_slope": """
def arcface_slope(x, w, m):
    c = cosines(x[None], w[None])[0, 0]
    sine = np.linalg.norm(w / np.linalg.norm(w) - c * x / np.linalg.norm(x))
    slope = np.cos(m) + c / sine * np.sin(m)
    return through_cosines(x[None], w[None], np.array([[slope]]))[0]
"""},
    "a series, and a sorted grid": {"strip_multiplied": """
def strip_multiplied(omega, m):
    return sum(omega * (-1) ** k * 2 * m ** -k for k in range(1, 2000)) + omega if m > 1 else 0
""", "strip_cosine": """
def strip_cosine(omega, m):
    # The edge is where the second class begins to be content, from the other end.
    grid = np.linspace(0, omega, 4_000_001)
    edge = grid[np.searchsorted(-(np.cos(grid) - np.cos(omega - grid)), -m, side="right") - 1]
    return omega - 2 * edge
"""},
    "four places": {"strip_multiplied": """
def strip_multiplied(omega, m):
    return round(omega * (m - 1) / (m + 1), 4)
""", "strip_cosine": """
import math

def strip_cosine(omega, m):
    return round(2 * math.asin(m / 2 / math.sin(omega / 2)), 4)
"""},
    "four digits as text": {"strip_multiplied": """
def strip_multiplied(omega, m):
    return float(f"{omega * (m - 1) / (m + 1):.4g}")
""", "strip_cosine": """
import math

def strip_cosine(omega, m):
    return float(f"{2 * math.asin(m / 2 / math.sin(omega / 2)):.4g}")
"""},
}  # fmt: skip
