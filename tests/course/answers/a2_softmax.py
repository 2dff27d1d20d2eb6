"""Wrong answers to assignment 2."""

from tests.course.answers import mistake

MISTAKES = [
    mistake(
        "normalises over the samples",
        "softmax_value softmax_stable",
        "",
        softmax="""
def softmax(z, temperature=1.0):
    powers = np.exp((z - z.max(axis=1, keepdims=True)) / temperature)
    return powers / powers.sum(axis=0, keepdims=True)
""",
    ),
    mistake(
        "multiplies by the temperature",
        "softmax_value softmax_stable",
        "",
        softmax="""
def softmax(z, temperature=1.0):
    powers = np.exp((z - z.max(axis=1, keepdims=True)) * temperature)
    return powers / powers.sum(axis=1, keepdims=True)
""",
    ),
    mistake(
        "overflows",
        "softmax_stable",
        "gives nan where the right result is finite; the largest number in its arguments is 800",
        softmax="""
def softmax(z, temperature=1.0):
    powers = np.exp(z / temperature)
    return powers / powers.sum(axis=1, keepdims=True)
""",
    ),
    mistake(
        "shifts each row by its mean",
        "softmax_stable",
        "gives nan",
        softmax="""
def softmax(z, temperature=1.0):
    powers = np.exp((z - z.mean(axis=1, keepdims=True)) / temperature)
    return powers / powers.sum(axis=1, keepdims=True)
""",
    ),
    mistake(
        "shifts all rows alike",
        "softmax_stable",
        "gives nan",
        softmax="""
def softmax(z, temperature=1.0):
    powers = np.exp((z - z.max()) / temperature)
    return powers / powers.sum(axis=1, keepdims=True)
""",
    ),
    mistake(
        "divides by N",
        "weighted_value",
        "too large",
        weighted_loss="""
def weighted_loss(z, y, weight):
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(weight[y] * log_p[np.arange(len(y)), y]).mean()
""",
    ),
    mistake(
        "divides by all weights",
        "weighted_value weighted_stable",
        "",
        weighted_loss="""
def weighted_loss(z, y, weight):
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(weight[y] * log_p[np.arange(len(y)), y]).sum() / weight.sum()
""",
    ),
    mistake(
        "takes the logarithm of zero",
        "weighted_stable focal_stable",
        "gives inf where the right result is finite",
        weighted_loss="""
def weighted_loss(z, y, weight):
    p = softmax(z)[np.arange(len(y)), y]
    return -(weight[y] * np.log(p)).sum() / weight[y].sum()
""",
        focal_loss="""
def focal_loss(z, y, gamma):
    p = softmax(z)[np.arange(len(y)), y]
    return (-((1 - p) ** gamma) * np.log(p)).mean()
""",
    ),
    mistake(
        "adds a small number to the probability",
        "weighted_stable",
        "too small",
        weighted_loss="""
def weighted_loss(z, y, weight):
    p = softmax(z)[np.arange(len(y)), y]
    return -(weight[y] * np.log(p + 1e-12)).sum() / weight[y].sum()
""",
    ),
    mistake(
        "divides the slopes by N",
        "weighted_grad",
        "times what it should be, in every entry",
        weighted_loss_grad="""
def weighted_loss_grad(z, y, weight):
    slopes = softmax(z)
    slopes[np.arange(len(y)), y] -= 1
    return weight[y][:, np.newaxis] * slopes / len(y)
""",
    ),
    mistake(
        "forgets to subtract the truth",
        "weighted_grad",
        "",
        weighted_loss_grad="""
def weighted_loss_grad(z, y, weight):
    return weight[y][:, np.newaxis] * softmax(z) / weight[y].sum()
""",
    ),
    mistake(
        "forgets the squared temperature",
        "distillation_value distillation_grad",
        "",
        distillation_loss="""
def distillation_loss(z, teacher_z, temperature):
    p, q = softmax(teacher_z, temperature), softmax(z, temperature)
    return (p * np.log(p / q)).sum(axis=1).mean()
""",
        distillation_loss_grad="""
def distillation_loss_grad(z, teacher_z, temperature):
    p, q = softmax(teacher_z, temperature), softmax(z, temperature)
    return (q - p) / temperature / len(z)
""",
    ),
    mistake(
        "swaps student and teacher",
        "distillation_value",
        "",
        distillation_loss="""
def distillation_loss(z, teacher_z, temperature):
    p, q = softmax(z, temperature), softmax(teacher_z, temperature)
    return temperature**2 * (p * np.log(p / q)).sum(axis=1).mean()
""",
    ),
    mistake(
        "fades with the wrong probability",
        "focal_value focal_stable",
        "",
        focal_loss="""
def focal_loss(z, y, gamma):
    shifted = z - z.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_p = log_p[np.arange(len(y)), y]
    return (-(np.exp(log_p) ** gamma) * log_p).mean()
""",
    ),
    mistake(
        "differentiates the logarithm alone",
        "focal_grad",
        "",
        focal_loss_grad="""
def focal_loss_grad(z, y, gamma):
    p = softmax(z)
    rows = np.arange(len(y))
    fade = (1 - p[rows, y]) ** gamma
    p[rows, y] -= 1
    return fade[:, np.newaxis] * p / len(y)
""",
    ),
    mistake(
        "answers with the share itself",
        "optimum_value",
        "too small",
        focal_optimum="""
def focal_optimum(p, gamma):
    return p
""",
    ),
    mistake(
        "forgets the other labels",
        "optimum_value",
        "too large",
        focal_optimum="""
def focal_optimum(p, gamma):
    q = np.linspace(1e-4, 1 - 1e-4, 9999)
    return q[np.argmin(-p * (1 - q) ** gamma * np.log(q))]
""",
    ),
    mistake(
        "fades by the wrong probability",
        "optimum_value",
        "",
        focal_optimum="""
def focal_optimum(p, gamma):
    q = np.linspace(1e-4, 1 - 1e-4, 9999)
    eights, others = q**gamma * np.log(q), (1 - q) ** gamma * np.log(1 - q)
    return q[np.argmin(-p * eights - (1 - p) * others)]
""",
    ),
    mistake(
        "believes the weight",
        "effective_value",
        "too large",
        effective_weight="""
def effective_weight(w, p, n):
    return w
""",
    ),
    mistake(
        "puts the mean number of eights in",
        "effective_value",
        "",
        effective_weight="""
def effective_weight(w, p, n):
    share = w * n * p / (w * n * p + n - n * p)
    return share / (1 - share) * (1 - p) / p
""",
    ),
    mistake(
        "draws the batches",
        "effective_value",
        "",
        effective_weight="""
def effective_weight(w, p, n):
    k = np.random.default_rng(0).binomial(n, p, 100_000)
    share = (w * k / (w * k + n - k)).mean()
    return share / (1 - share) * (1 - p) / p
""",
    ),
    mistake(
        "returns the odds",
        "effective_value",
        "",
        effective_weight="""
def effective_weight(w, p, n):
    from math import comb

    share = sum(
        comb(n, k) * p**k * (1 - p) ** (n - k) * w * k / (w * k + n - k)
        for k in range(n + 1)
    )
    return share / (1 - share)
""",
    ),
    mistake(
        "counts the images",
        "determined_value",
        "",
        determined="""
def determined(x):
    return len(x) >= x.shape[1]
""",
    ),
    mistake(
        "counts the different images",
        "determined_value",
        "",
        determined="""
def determined(x):
    return len(np.unique(x, axis=0)) >= x.shape[1] and x.any(axis=0).all()
""",
    ),
    # A later answer that calls a wrong one is right: a right one stands in.
    mistake(
        "normalises the wrong axis, and the losses call it",
        "softmax_value softmax_stable weighted_stable focal_stable",
        "wrong in 4 of 4",
        softmax="""
def softmax(z, temperature=1.0):
    e = np.exp((z - z.max()) / temperature)
    return e / e.sum(axis=0)
""",
        weighted_loss="""
def weighted_loss(z, y, weight):
    return np.average(-np.log(softmax(z)[np.arange(len(y)), y]), weights=weight[y])
""",
        focal_loss="""
def focal_loss(z, y, gamma):
    p = softmax(z)[np.arange(len(y)), y]
    return np.mean(-(1 - p) ** gamma * np.log(p))
""",
    ),
]
