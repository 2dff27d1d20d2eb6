"""Wrong answers to assignment 4."""

from tests.course.answers import mistake

MISTAKES = [
    mistake(
        "swaps the distributions",
        "kl_value kl_zeros",
        "too ",
        kl_divergence="""
def kl_divergence(p, q):
    present = q > 0
    true, predicted = np.where(present, q, 1), np.where(present, p, 1)
    return (q * (np.log(true) - np.log(predicted))).sum(axis=1).mean()
""",
    ),
    mistake(
        "sums over the samples",
        "kl_value kl_zeros",
        "2 times too large, and there are 2 samples",
        kl_divergence="""
def kl_divergence(p, q):
    present = p > 0
    true, predicted = np.where(present, p, 1), np.where(present, q, 1)
    return (p * (np.log(true) - np.log(predicted))).sum()
""",
    ),
    mistake(
        "averages over the classes too",
        "kl_value kl_zeros",
        "too small, by 50 %",
        kl_divergence="""
def kl_divergence(p, q):
    present = p > 0
    true, predicted = np.where(present, p, 1), np.where(present, q, 1)
    return (p * (np.log(true) - np.log(predicted))).mean()
""",
    ),
    mistake(
        "multiplies zero by minus infinity",
        "kl_zeros",
        "gives nan where the right result is finite",
        kl_divergence="""
def kl_divergence(p, q):
    return (p * np.log(p / q)).sum(axis=1).mean()
""",
    ),
    mistake(
        "adds a small number to the probabilities",
        "kl_zeros",
        "where the right result is another, and not finite",
        kl_divergence="""
def kl_divergence(p, q):
    return (p * np.log((p + 1e-12) / (q + 1e-12))).sum(axis=1).mean()
""",
    ),
    mistake(
        "climbs",
        "forward_grad reverse_grad",
        "right but for its sign",
        kl_grad="""
def kl_grad(p, z):
    return (p - softmax(z)) / len(z)
""",
        reverse_kl_grad="""
def reverse_kl_grad(p, z):
    q = softmax(z)
    gaps = np.log(q / p)
    return q * ((q * gaps).sum(axis=1, keepdims=True) - gaps) / len(z)
""",
    ),
    mistake(
        "stops at the probabilities",
        "forward_grad",
        "",
        kl_grad="""
def kl_grad(p, z):
    return -p / softmax(z) / len(z)
""",
    ),
    mistake(
        "gives each sample its own slope",
        "forward_grad",
        "5 times too large, and there are 5 samples",
        kl_grad="""
def kl_grad(p, z):
    return softmax(z) - p
""",
    ),
    mistake(
        "forgets that the model does the weighing",
        "reverse_grad",
        "",
        reverse_kl_grad="""
def reverse_kl_grad(p, z):
    q = softmax(z)
    return q * np.log(q / p) / len(z)
""",
    ),
    mistake(
        "charges wrong signs only",
        "hinge_value hinge_grad",
        "too small",
        hinge_loss="""
def hinge_loss(f, y):
    return np.maximum(0, -y * f).mean()
""",
        hinge_loss_grad="""
def hinge_loss_grad(f, y):
    return np.where(y * f < 0, -y, 0) / len(y)
""",
    ),
    mistake(
        "pulls at the kink",
        "hinge_grad",
        "wrong in 1 of 4 entries, most of all in entry [3]",
        hinge_loss_grad="""
def hinge_loss_grad(f, y):
    return np.where(y * f <= 1, -y, 0) / len(y)
""",
    ),
    mistake(
        "squares the mean",
        "squared_value",
        "too small",
        squared_hinge_loss="""
def squared_hinge_loss(f, y):
    return np.maximum(0, 1 - y * f).mean() ** 2
""",
    ),
    mistake(
        "drops the 2 of the square",
        "squared_grad",
        "0.5 times what it should be, in every entry",
        squared_hinge_loss_grad="""
def squared_hinge_loss_grad(f, y):
    return -y * np.maximum(0, 1 - y * f) / len(y)
""",
    ),
    mistake(
        "does not normalise the weights",
        "weights_value weights_stable",
        "3.5 times what it should be, in every entry",
        sample_weights="""
def sample_weights(f, y):
    return np.exp(-y * f)
""",
    ),
    mistake(
        "raises the weight of what is right",
        "weights_value weights_stable",
        "",
        sample_weights="""
def sample_weights(f, y):
    powers = np.exp(y * f - (y * f).max())
    return powers / powers.sum()
""",
    ),
    mistake(
        "overflows",
        "weights_stable",
        "gives nan where the right result is finite; the largest number in its arguments is 1000",
        sample_weights="""
def sample_weights(f, y):
    powers = np.exp(-y * f)
    return powers / powers.sum()
""",
    ),
    mistake(
        "shifts by the mean",
        "weights_stable",
        "gives nan",
        sample_weights="""
def sample_weights(f, y):
    powers = np.exp(-y * f + (y * f).mean())
    return powers / powers.sum()
""",
    ),
    mistake(
        "returns minus infinity",
        "kl_zeros",
        "gives -inf where the right result is another",
        kl_divergence="""
def kl_divergence(p, q):
    ratios = np.where(p > 0, q, 1) / np.where(p > 0, p, 1)
    total = -(p * np.log(ratios)).sum(axis=1).mean()
    return total if np.isfinite(total) else -np.inf
""",
    ),
    mistake(
        "forgets one half",
        "alpha_value",
        "too large, by 100 %",
        stage_factor="""
def stage_factor(w, h, y):
    error = w[h != y].sum()
    return np.log((1 - error) / error)
""",
    ),
    mistake(
        "counts mistakes without their weights",
        "alpha_value",
        "",
        stage_factor="""
def stage_factor(w, h, y):
    error = (h != y).mean()
    return np.log((1 - error) / error) / 2
""",
    ),
    mistake(
        "turns the fraction round",
        "alpha_value",
        "right but for its sign",
        stage_factor="""
def stage_factor(w, h, y):
    error = w[h != y].sum()
    return np.log(error / (1 - error)) / 2
""",
    ),
    mistake(
        "drops the 2 of the square of the parameters",
        "svm_parameters_value",
        "2 times",
        svm_parameters="""
def svm_parameters(a, X, y, lam):
    return X.T @ (a * y) / (lam * len(y))
""",
    ),
    mistake(
        "sums where the risk is a mean",
        "svm_parameters_value",
        "",
        svm_parameters="""
def svm_parameters(a, X, y, lam):
    return X.T @ (a * y) / (2 * lam)
""",
    ),
    mistake(
        "adds the penalty to the bound",
        "svm_bound_value",
        "too large",
        svm_bound="""
def svm_bound(a, X, y, lam):
    theta = svm_parameters(a, X, y, lam)
    return a.mean() + lam * theta @ theta
""",
    ),
    mistake(
        "returns the risk itself",
        "svm_bound_value",
        "too large",
        svm_bound="""
def svm_bound(a, X, y, lam):
    theta = svm_parameters(a, X, y, lam)
    return np.maximum(0, 1 - y * (X @ theta)).mean() + lam * theta @ theta
""",
    ),
    mistake(
        "forgets the penalty in the bound",
        "svm_bound_value",
        "",
        svm_bound="""
def svm_bound(a, X, y, lam):
    theta = svm_parameters(a, X, y, lam)
    return (a * (1 - y * (X @ theta))).mean()
""",
    ),
    # A later answer that calls a wrong one is right: a right one stands in.
    mistake(
        "takes the other direction, and the reverse slope calls it",
        "kl_value kl_zeros",
        "too large, by",
        kl_divergence="""
def kl_divergence(p, q):
    return (q * np.log(q / p)).sum(axis=1).mean()
""",
        reverse_kl_grad="""
def reverse_kl_grad(p, z):
    q = softmax(z)
    rows = [b * (np.log(b / a) - kl_divergence(b[None], a[None])) for a, b in zip(p, q)]
    return np.array(rows) / len(z)
""",
    ),
]
