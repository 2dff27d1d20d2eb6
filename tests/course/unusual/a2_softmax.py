"""Right answers to assignment 2, written in unusual ways."""

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
    # Softmax.
    "softmax of lists": {"softmax": LOOP_SOFTMAX},
    "softmax by logaddexp": {"softmax": """
def softmax(z, temperature=1.0):
    z = z / temperature
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
"""},
    "softmax with an axis of one's own": {"softmax": """
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
"""},
    "one row at a time": {"distillation_loss_grad": """
def distillation_loss_grad(z, teacher_z, temperature):
    result = np.empty_like(z)
    for i in range(len(z)):
        gap = softmax(z[i : i + 1], temperature) - softmax(teacher_z[i : i + 1], temperature)
        result[i] = temperature * gap[0] / len(z)
    return result
"""},
    "a matrix of weights": {"weighted_loss": """
def weighted_loss(z, y, weight):
    W = np.eye(z.shape[1])[y] * weight
    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
    return -np.trace(W @ log_p.T) / W.sum()
"""},
    "rows in a loop": {"weighted_loss_grad": """
def weighted_loss_grad(z, y, weight):
    result = np.zeros(z.shape)
    total = sum(weight[k] for k in y)
    for i, k in enumerate(y):
        p = np.exp(z[i] - z[i].max())
        p /= p.sum()
        result[i] = weight[k] / total * (p - (np.arange(len(p)) == k))
    return result
"""},
    "the Jacobian of softmax": {"focal_loss_grad": """
def focal_loss_grad(z, y, gamma):
    p = softmax(z)
    q = p[np.arange(len(y)), y]
    outer = -(1 - q) ** gamma / q
    if gamma:
        outer = outer + gamma * (1 - q) ** (gamma - 1) * np.log(q)
    jacobian = q[:, None] * (np.eye(z.shape[1])[y] - p)
    return outer[:, None] * jacobian / len(y)
"""},
    "a power of a polynomial, Gram and Schmidt, descent": {"effective_weight": """
def effective_weight(w, p, n):
    # The binomial distribution as the n-th power of a polynomial.
    chances = np.ones(1)
    for _ in range(n):
        chances = np.convolve(chances, [1 - p, p])
    k = np.arange(n + 1)
    share = chances @ (w * k / (w * k + n - k))
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if p * middle / (p * middle + 1 - p) < share:
            low = middle
        else:
            high = middle
    return high
""", "determined": """
def determined(x):
    # Gram and Schmidt: how many rows point somewhere new?
    found = []
    for row in x:
        for unit in found * 2:
            row = row - (row @ unit) * unit
        if np.linalg.norm(row) > 1e-9:
            found.append(row / np.linalg.norm(row))
    return len(found) == len(x[0])
""", "focal_optimum": """
def focal_optimum(p, gamma):
    # Gradient descent on the logit.
    s = 0.0
    for _ in range(20_000):
        q = 1 / (1 + np.exp(-s))
        eight = (1 - q) ** gamma * (gamma * q * np.log(q) - (1 - q))
        other = q**gamma * (q - gamma * (1 - q) * np.log(1 - q))
        s = s - 1.0 * (p * eight + (1 - p) * other)
    return 1 / (1 + np.exp(-s))
""", "focal_loss": """
import math

def focal_loss(z, y, gamma):
    total = 0
    for row, k in zip(z.tolist(), y):
        top = max(row)
        log_p = row[k] - top - math.log(sum(math.exp(v - top) for v in row))
        total -= (-math.expm1(log_p)) ** gamma * log_p
    return total / len(z)
"""},
    "exact fractions, a least eigenvalue, finer and finer grids": {"effective_weight": """
from fractions import Fraction
from math import comb

def effective_weight(w, p, n):
    w, p = Fraction(float(w)), Fraction(float(p))
    share = sum(
        comb(n, k) * p**k * (1 - p) ** (n - k) * (w * k / (w * k + n - k)) for k in range(1, n + 1)
    )
    return float(share * (1 - p) / (p * (1 - share)))
""", "determined": """
def determined(x):
    # No direction is invisible: x v = 0 for v = 0 alone.
    return int(np.linalg.eigvalsh(x.T @ x)[0] > 1e-10 * np.trace(x.T @ x))
""", "focal_optimum": """
def focal_optimum(p, gamma):
    # The grid is refined around its best point.
    low, high = 1e-9, 1 - 1e-9
    for _ in range(6):
        q = np.linspace(low, high, 201)
        paid = -p * (1 - q) ** gamma * np.log(q) - (1 - p) * q**gamma * np.log1p(-q)
        i = paid.argmin()
        low, high = q[max(i - 1, 0)], q[min(i + 1, 200)]
    return q[i]
""", "focal_loss": """
def focal_loss(z, y, gamma):
    rivals = np.where(np.eye(z.shape[1], dtype=bool)[y], -np.inf, z)
    s = z[range(len(y)), y] - np.logaddexp.reduce(rivals, axis=1)
    return np.mean(np.exp(-gamma * np.logaddexp(0, s)) * np.logaddexp(0, -s))
"""},
    "recursion with a memory, a pseudoinverse, complex slopes": {"effective_weight": """
from functools import cache

@cache
def effective_weight(w, p, n):
    @cache
    def share(left, eights):
        if left == 0:
            return w * eights / (w * eights + n - eights)
        return p * share(left - 1, eights + 1) + (1 - p) * share(left - 1, eights)

    s = share(n, 0)
    return (1 - p) / p / (1 / s - 1)
""", "determined": """
def determined(x):
    return np.allclose(np.linalg.pinv(x) @ x, np.eye(x.shape[1]))
""", "focal_loss_grad": """
def focal_loss_grad(z, y, gamma):
    # A step into the imaginary, one logit at a time.
    slopes = np.zeros(z.shape)
    for k in range(z.shape[1]):
        moved = z.astype(complex)
        moved[:, k] += 1e-30j
        powers = np.exp(moved)
        p = powers[np.arange(len(y)), y] / powers.sum(axis=1)
        slopes[:, k] = (-((1 - p) ** gamma) * np.log(p)).imag / 1e-30 / len(y)
    return slopes
""", "weighted_loss": """
def weighted_loss(z, y, weight):
    top = z.max(axis=1)
    losses = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[range(len(y)), y]
    return np.average(losses, weights=weight[y])
"""},
    "Gamma functions, and elimination": {"effective_weight": """
import math

def effective_weight(w, p, n):
    # By one label: n p times the mean share of an eight that is in the batch.
    total = 0.0
    for k in range(n):
        chance = math.exp(
            math.lgamma(n) - math.lgamma(k + 1) - math.lgamma(n - k)
            + k * math.log(p) + (n - 1 - k) * math.log1p(-p)
        )
        total += chance * n * p * w / (w * (k + 1) + n - k - 1)
    return total / (1 - total) * (1 - p) / p
""", "determined": """
def determined(x):
    # Gauss, with the largest pivot.
    x, rank = x.astype(float).copy(), 0
    for column in range(x.shape[1]):
        if rank == len(x):
            return False
        pivot = rank + abs(x[rank:, column]).argmax()
        if abs(x[pivot, column]) < 1e-8:
            return False
        x[[rank, pivot]] = x[[pivot, rank]]
        x[rank + 1 :] -= np.outer(x[rank + 1 :, column] / x[rank, column], x[rank])
        rank += 1
    return True
"""},
    "a Fourier transform, and a determinant": {"effective_weight": """
def effective_weight(w, p, n):
    roots = np.exp(-2j * np.pi * np.arange(n + 1) / (n + 1))
    chances = np.fft.ifft((1 - p + p * roots) ** n).real
    k = np.arange(n + 1)
    mine = (chances * w * k / (w * k + n - k)).sum()
    others = (chances * (n - k) / (w * k + n - k)).sum()
    return mine / others * (1 - p) / p
""", "determined": """
def determined(x):
    return np.linalg.det(x.T @ x) > 1e-9
"""},
    "two students who start elsewhere": {"determined": """
def determined(x):
    # Two students who learn the teacher from different starts: do they agree?
    rng = np.random.default_rng(1)
    teacher = rng.normal(size=x.shape[1])
    ends = []
    for start in rng.normal(size=(2, x.shape[1])):
        change = np.linalg.lstsq(x, x @ (teacher - start), rcond=None)[0]
        ends.append(start + change)
    return bool(np.allclose(*ends, atol=1e-6))
"""},
    "a rank in single precision, thirds of the focal loss": {"determined": """
def determined(x):
    x = x.astype(np.float32)
    return np.array(np.linalg.matrix_rank(x) >= x.shape[-1])
""", "focal_optimum": """
def focal_optimum(p, gamma):
    def paid(s):
        z = np.array([[0.0, s]])
        return p * focal_loss(z, np.array([1]), gamma) + (1 - p) * focal_loss(
            z, np.array([0]), gamma
        )

    low, high = -20.0, 20.0
    for _ in range(100):
        a, b = (2 * low + high) / 3, (low + 2 * high) / 3
        low, high = (low, b) if paid(a) < paid(b) else (a, high)
    return 1 / (1 + np.exp(-low))
"""},
    "a triangle, and a number for an answer": {"determined": """
def determined(x):
    return 1.0 * (np.abs(np.diag(np.linalg.qr(x, mode="r"))).min() > 1e-9 and len(x) >= len(x.T))
"""},
    "counts in a dictionary, a regularity test, a search in steps": {"effective_weight": """
def effective_weight(w, p, n):
    # One label after the other: chances of k eights so far.
    chances = {0: 1.0}
    for _ in range(n):
        after = {}
        for k, chance in chances.items():
            after[k] = after.get(k, 0) + chance * (1 - p)
            after[k + 1] = after.get(k + 1, 0) + chance * p
        chances = after
    share = sum(chance * w * k / (w * k + n - k) for k, chance in chances.items())
    odds = share / (1 - share)
    return odds / (p / (1 - p))
""", "determined": """
def determined(x):
    try:
        inverse = np.linalg.inv(x.T @ x + 0.0)
    except np.linalg.LinAlgError:
        return False
    return bool(np.abs(inverse @ (x.T @ x) - np.eye(x.shape[1])).max() < 1e-6)
""", "focal_optimum": """
def focal_optimum(p, gamma):
    q, width = 0.5, 0.25
    def paid(q):
        return -(p * (1 - q) ** gamma * np.log(q) + (1 - p) * q**gamma * np.log(1 - q))
    while width > 1e-9:
        q = min((q - width, q, q + width), key=paid)
        width /= 1.5
        while q - width <= 0 or q + width >= 1:
            width /= 2
    return np.float32(q)
"""},
    "an optimum by a fine grid": {"focal_optimum": """
def focal_optimum(p, gamma):
    q = np.linspace(0, 1, 1_000_001)[1:-1]
    eights, others = (1 - q) ** gamma * np.log(q), q**gamma * np.log(1 - q)
    return q[(p * eights + (1 - p) * others).argmax()]
"""},
    "an optimum by golden section": {"focal_optimum": """
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
"""},
    "three digits from a list, exact elimination": {"focal_optimum": """
def focal_optimum(p, gamma):
    # Each of the 999 probabilities of three digits is tried.
    def paid(q):
        return -p * (1 - q) ** gamma * np.log(q) - (1 - p) * q**gamma * np.log(1 - q)

    return min(np.arange(1, 1000) / 1000, key=paid)
""", "determined": """
from fractions import Fraction

def determined(x):
    # Exact: a double is a fraction.
    rows = [[Fraction(float(v)) for v in row] for row in x]
    rank = 0
    for column in range(len(rows[0])):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return False
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[rank])]
        rank += 1
    return True
"""},
    "three places": {"focal_optimum": """
def focal_optimum(p, gamma):
    q = np.linspace(0, 1, 100_001)[1:-1]
    paid = -p * (1 - q) ** gamma * np.log(q) - (1 - p) * q**gamma * np.log(1 - q)
    return round(q[paid.argmin()], 3)
"""},
    "three digits as text": {"focal_optimum": """
def focal_optimum(p, gamma):
    q = np.linspace(0, 1, 1_000_001)[1:-1]
    paid = -p * (1 - q) ** gamma * np.log(q) - (1 - p) * q**gamma * np.log(1 - q)
    return float(f"{q[paid.argmin()]:.3g}")
"""},
}  # fmt: skip
