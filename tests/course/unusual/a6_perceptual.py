"""Right answers to assignment 6, written in unusual ways."""

FAIR = {
    # Features.
    "a loop over the filter": {"feature_maps": """
def feature_maps(x, K):
    n, h, w = x.shape
    c, k, _ = K.shape
    out = np.zeros((n, c, h - k + 1, w - k + 1))
    for i in range(k):
        for j in range(k):
            out += K[:, i, j][:, None, None] * x[:, None, i:h - k + 1 + i, j:w - k + 1 + j]
    return out.clip(min=0)
"""},
    "tensordot": {"feature_maps": """
def feature_maps(x, K):
    view = np.lib.stride_tricks.sliding_window_view(x, K.shape[1:], axis=(1, 2))
    maps = np.tensordot(view, K, axes=[(3, 4), (1, 2)])
    return np.moveaxis(maps * (maps > 0), -1, 1)
""", "gram": """
def gram(features):
    n, c = features.shape[:2]
    flat = features.reshape(n, c, -1)
    return np.stack([f @ f.T for f in flat]) / flat[0].size
"""},
    "pixel by pixel": {"image_grad": """
def image_grad(x, K, slopes):
    g = slopes * np.sign(feature_maps(x, K))
    k = K.shape[-1]
    out = np.zeros_like(x)
    for r in range(g.shape[2]):
        for s in range(g.shape[3]):
            out[:, r:r + k, s:s + k] += np.tensordot(g[:, :, r, s], K, 1)
    return out
"""},
    "exact elimination, products of places, one candidate after another": {"blind_dimensions": """
from fractions import Fraction

def blind_dimensions(K, size):
    # Exact elimination: one equation for each place of each filter.
    k = len(K[0])
    rows = []
    for filt in K:
        for i in range(size - k + 1):
            for j in range(size - k + 1):
                row = [Fraction(0)] * (size * size)
                for a in range(k):
                    for b in range(k):
                        row[(i + a) * size + j + b] += Fraction(float(filt[a, b]))
                rows.append(row)
    rank = 0
    for column in range(size * size):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for r in range(rank + 1, len(rows)):
            if rows[r][column]:
                f = rows[r][column] / rows[rank][column]
                rows[r] = [x - f * y for x, y in zip(rows[r], rows[rank])]
        rank += 1
    return size * size - rank
""", "style_loss": """
def style_loss(features, targets):
    # Squares of Gram matrices by the places' own products.
    def inner(a, b):
        a, b = (v.reshape(len(v), v.shape[1], -1) for v in (a, b))
        return (np.einsum("ncp,ncq->npq", a, b) ** 2).sum(axis=(1, 2)) / a[0].size ** 2

    own = inner(features, features) + inner(targets, targets)
    return (own - 2 * inner(features, targets)).mean()
""", "style_loss_grad": """
def style_loss_grad(features, targets):
    result = np.empty_like(features)
    for n, (f, t) in enumerate(zip(features, targets)):
        a, b = f.reshape(len(f), -1), t.reshape(len(t), -1)
        gap = (a @ a.T - b @ b.T) / f.size
        result[n] = (2 * (gap + gap.T) @ a).reshape(f.shape) / f.size / len(features)
    return result
""", "limit": """
def limit(scores, alpha):
    # The first that fulfils the promise, from the smallest on.
    n = len(scores)
    for candidate in sorted(scores):
        above = sum(score > candidate for score in scores) + 1
        if above / (n + 1) <= alpha:
            return candidate
    return float("inf")
""", "perceptual_loss": """
def perceptual_loss(features, targets):
    return np.linalg.norm(features - targets) ** 2 / features.size
""", "perceptual_loss_grad": """
def perceptual_loss_grad(features, targets):
    n, c, h, w = features.shape
    return np.subtract(features, targets) / (n * c * h * w / 2)
"""},
    "filters and their opposites, a trace, a list with infinity": {"blind_dimensions": """
def blind_dimensions(K, size):
    # feature_maps has a ReLU; the filters and their opposites together have none.
    pictures = np.eye(size**2).reshape(size**2, size, size)
    both = feature_maps(pictures, np.concatenate([K, -K]))
    linear = both[:, : len(K)] - both[:, len(K) :]
    values = np.linalg.svd(linear.reshape(size**2, -1), full_matrices=True)[1]
    return size**2 - (values > 1e-9).sum()
""", "style_loss": """
def style_loss(features, targets):
    gaps = [a - b for a, b in zip(gram(features), gram(targets))]
    return sum(np.trace(g @ g.T) for g in gaps) / len(gaps)
""", "style_loss_grad": """
def style_loss_grad(features, targets):
    gaps = gram(features) - gram(targets)
    slopes = np.zeros(features.shape)
    for k in range(features.shape[1]):
        for l in range(features.shape[1]):
            slopes[:, k] += 4 * gaps[:, k, l][:, None, None] * features[:, l]
    return slopes / np.prod(features.shape)
""", "limit": """
from fractions import Fraction
from math import floor, inf

def limit(scores, alpha):
    allowed = floor(Fraction(alpha) * (len(scores) + 1))
    return ([inf] + sorted(scores.tolist(), reverse=True))[allowed]
""", "perceptual_loss": """
def perceptual_loss(features, targets):
    n, c, h, w = features.shape
    total = 0
    for one, other in zip(features, targets):
        total += sum((a - b) ** 2 for a, b in zip(one.ravel(), other.ravel())) / (c * h * w)
    return total / n
"""},
    "the eigenvalues of an energy, a quantile": {"blind_dimensions": """
def blind_dimensions(K, size):
    # How many eigenvalues of the energy are 0?
    n = size - K.shape[1] + 1
    energy = np.zeros((size**2, size**2))
    for filt in K:
        for i in range(n):
            for j in range(n):
                canvas = np.zeros((size, size))
                canvas[i : i + len(filt), j : j + len(filt)] = filt
                energy += np.outer(canvas, canvas)
    return float((np.linalg.eigvalsh(energy) < 1e-8).sum())
""", "limit": """
def limit(scores, alpha):
    return np.quantile(np.append(scores, np.inf), 1 - alpha, method="inverted_cdf")
""", "gram": """
def gram(features):
    n, c, h, w = features.shape
    return [[[(a * b).sum() / (c * h * w) for b in image] for a in image] for image in features]
"""},
    "Gram and Schmidt on pictures, a heap": {"blind_dimensions": """
def blind_dimensions(K, size):
    # What survives when each picture loses its part along each answer (Gram and Schmidt).
    k = K.shape[-1]
    basis = []
    for filt in K:
        for i, j in np.ndindex(size - k + 1, size - k + 1):
            v = np.pad(filt, ((i, size - k - i), (j, size - k - j))).ravel()
            for _ in range(2):
                for b in basis:
                    v = v - (v @ b) * b
            if np.linalg.norm(v) > 1e-8:
                basis.append(v / np.linalg.norm(v))
    return np.array(size * size - len(basis))
""", "limit": """
import heapq

def limit(scores, alpha):
    above = int(alpha * (len(scores) + 1))
    return heapq.nlargest(above, scores)[-1] if above else np.inf
"""},
    "products of Kronecker, shares of a sorted array": {"blind_dimensions": """
def blind_dimensions(K, size):
    k = K.shape[1]
    blocks = []
    for filt in K:
        blocks.append(sum(
            np.kron(np.eye(size - k + 1, size, a), filt[a, b] * np.eye(size - k + 1, size, b))
            for a in range(k) for b in range(k)
        ))
    A = np.vstack(blocks)
    return round(size**2 - np.trace(np.linalg.pinv(A) @ A))
""", "limit": """
def limit(scores, alpha):
    padded = np.sort(np.r_[scores, np.inf])
    shares = np.arange(1, len(padded) + 1) / len(padded)
    return padded[np.argmax(shares >= 1 - alpha)]
"""},
    "arithmetic modulo a prime, a partition": {"blind_dimensions": """
def blind_dimensions(K, size):
    # Modulo a prime, for whole numbers.
    prime, k = 2**31 - 1, K.shape[1]
    rows = []
    for filt in K:
        for i, j in np.ndindex(size - k + 1, size - k + 1):
            row = np.zeros((size, size))
            row[i : i + k, j : j + k] = filt
            rows.append([int(v) % prime for v in row.ravel()])
    rank = 0
    for c in range(size * size):
        found = [r for r in rows if r[c]]
        if not found:
            continue
        top = found[0]
        rows.remove(top)
        inverse = pow(top[c], -1, prime)
        rows = [
            [(x - r[c] * inverse * y) % prime for x, y in zip(r, top)] if r[c] else r for r in rows
        ]
        rank += 1
    return size * size - rank
""", "limit": """
def limit(scores, alpha):
    k = -int(-(1 - alpha) * (len(scores) + 1) // 1)
    return np.partition(scores, k - 1)[k - 1] if k <= scores.size else np.array(np.inf)
"""},
    "a masked array, and a limit that falls": {"image_grad": """
def image_grad(x, K, slopes):
    # A convolution is a product of Fourier transforms.
    size = x.shape[1:]
    passed = np.where(feature_maps(x, K) > 0, slopes, 0)
    product = np.fft.rfft2(passed, size) * np.fft.rfft2(K, size)
    return np.fft.irfft2(product.sum(axis=1), size)
""", "limit": """
def limit(scores, alpha):
    # The limit falls until the promise would break.
    n, best = len(scores), np.inf
    while np.sum(np.append(scores, np.inf) >= best) / (n + 1) <= alpha:
        smaller = scores[scores < best]
        if not len(smaller):
            break
        best = smaller.max()
    return best
""", "gram": """
def gram(features):
    n = np.arange(len(features))
    products = np.tensordot(features, features, axes=[(2, 3), (2, 3)])[n, :, n]
    return np.ma.masked_invalid(products / features[0].size)
"""},
}  # fmt: skip
