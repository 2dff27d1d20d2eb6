"""Wrong answers to assignment 1."""

from tests.course.answers import mistake

MISTAKES = [
    mistake(
        "counts what is right",
        "zero_one_value",
        "0 where it should not be",
        zero_one_loss="""
def zero_one_loss(prediction, target):
    return (prediction == target).mean()
""",
    ),
    mistake(
        "sums the mistakes",
        "zero_one_value",
        "4 times too large, and there are 4 samples",
        zero_one_loss="""
def zero_one_loss(prediction, target):
    return (prediction != target).sum()
""",
    ),
    mistake(
        "forgets the minus sign",
        "bce_value bce_stable",
        "right but for its sign",
        binary_cross_entropy="""
def binary_cross_entropy(s, y):
    return -(y * np.logaddexp(0, -s) + (1 - y) * np.logaddexp(0, s)).mean()
""",
    ),
    mistake(
        "forgets the mean",
        "bce_value bce_stable",
        "2 times too large, and there are 2 samples",
        binary_cross_entropy="""
def binary_cross_entropy(s, y):
    return (y * np.logaddexp(0, -s) + (1 - y) * np.logaddexp(0, s)).sum()
""",
    ),
    mistake(
        "forgets label 0",
        "bce_value bce_stable",
        "",
        binary_cross_entropy="""
def binary_cross_entropy(s, y):
    return (y * np.logaddexp(0, -s)).mean()
""",
    ),
    mistake(
        "copies the formula",
        "bce_stable",
        "where the right result is finite",
        binary_cross_entropy="""
def binary_cross_entropy(s, y):
    p = 1 / (1 + np.exp(-s))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
""",
    ),
    mistake(
        "clips the probability",
        "bce_stable",
        "too small",
        binary_cross_entropy="""
def binary_cross_entropy(s, y):
    p = np.clip(1 / (1 + np.exp(-s)), 1e-12, 1 - 1e-12)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
""",
    ),
    mistake(
        "gives each sample its own slope",
        "bce_grad bce_grad_stable",
        "3 times too large, and there are 3 samples",
        binary_cross_entropy_grad="""
def binary_cross_entropy_grad(s, y):
    return 1 / (1 + np.exp(-s)) - y
""",
    ),
    mistake(
        "goes the wrong way",
        "bce_grad bce_grad_stable",
        "right but for its sign",
        binary_cross_entropy_grad="""
def binary_cross_entropy_grad(s, y):
    return (y - 1 / (1 + np.exp(-s))) / s.size
""",
    ),
    mistake(
        "divides infinity by infinity",
        "bce_grad_stable",
        "gives nan where the right result is finite",
        binary_cross_entropy_grad="""
def binary_cross_entropy_grad(s, y):
    return (np.exp(s) / (1 + np.exp(s)) - y) / s.size
""",
    ),
    mistake(
        "penalises the length unsquared",
        "risk_value",
        "too small",
        structural_risk="""
def structural_risk(losses, theta, lam):
    return losses.mean() + lam * np.linalg.norm(theta)
""",
    ),
    mistake(
        "drops the 2 of the square",
        "step_value",
        "",
        step="""
def step(theta, X, y, lam, rate):
    slope = X.T @ binary_cross_entropy_grad(X @ theta, y) + lam * theta
    return theta - rate * slope
""",
    ),
    mistake(
        "climbs",
        "step_value",
        "",
        step="""
def step(theta, X, y, lam, rate):
    slope = X.T @ binary_cross_entropy_grad(X @ theta, y) + 2 * lam * theta
    return theta + rate * slope
""",
    ),
    mistake(
        "changes the parameters in place",
        "step_value",
        "step changes its argument theta",
        step="""
def step(theta, X, y, lam, rate):
    theta -= rate * (
        X.T @ binary_cross_entropy_grad(X @ theta, y) + 2 * lam * theta
    )
    return theta
""",
    ),
    mistake(
        "chooses on what it was fitted to",
        "penalty_chosen",
        "",
        choose_penalty="""
def choose_penalty(X, y, X_val, y_val, lams, steps):
    losses = []
    for lam in lams:
        theta = np.zeros(X.shape[1])
        for _ in range(steps):
            theta = step(theta, X, y, lam, 0.5)
        losses.append(binary_cross_entropy(X @ theta, y))
    return lams[np.argmin(losses)]
""",
    ),
    mistake(
        "charges the penalty once more",
        "penalty_chosen",
        "",
        choose_penalty="""
def choose_penalty(X, y, X_val, y_val, lams, steps):
    losses = []
    for lam in lams:
        theta = np.zeros(X.shape[1])
        for _ in range(steps):
            theta = step(theta, X, y, lam, 0.5)
        losses.append(binary_cross_entropy(X_val @ theta, y_val) + lam * theta @ theta)
    return lams[np.argmin(losses)]
""",
    ),
    mistake(
        "chooses by the mistakes",
        "penalty_chosen",
        "",
        choose_penalty="""
def choose_penalty(X, y, X_val, y_val, lams, steps):
    losses = []
    for lam in lams:
        theta = np.zeros(X.shape[1])
        for _ in range(steps):
            theta = step(theta, X, y, lam, 0.5)
        losses.append(((X_val @ theta > 0) != y_val).mean())
    return lams[np.argmin(losses)]
""",
    ),
    mistake(
        "returns the place",
        "penalty_chosen",
        "",
        choose_penalty="""
def choose_penalty(X, y, X_val, y_val, lams, steps):
    losses = []
    for lam in lams:
        theta = np.zeros(X.shape[1])
        for _ in range(steps):
            theta = step(theta, X, y, lam, 0.5)
        losses.append(binary_cross_entropy(X_val @ theta, y_val))
    return np.argmin(losses)
""",
    ),
    mistake(
        "goes on from the last penalty",
        "penalty_chosen",
        "",
        choose_penalty="""
def choose_penalty(X, y, X_val, y_val, lams, steps):
    losses, theta = [], np.zeros(X.shape[1])
    for lam in lams:
        for _ in range(steps):
            theta = step(theta, X, y, lam, 0.5)
        losses.append(binary_cross_entropy(X_val @ theta, y_val))
    return lams[np.argmin(losses)]
""",
    ),
    mistake(
        "lets a share exceed 1",
        "mistakes_bound",
        "",
        most_mistakes="""
def most_mistakes(loss):
    return loss / np.log(2)
""",
    ),
    mistake(
        "takes a mistake to cost 1",
        "mistakes_bound",
        "",
        most_mistakes="""
def most_mistakes(loss):
    return min(1.0, loss)
""",
    ),
    mistake(
        "smooths the labels",
        "noisy_value",
        "too large",
        noisy_cross_entropy="""
def noisy_cross_entropy(s, y, epsilon):
    y = (1 - epsilon) * y + epsilon * (1 - y)
    return (y * np.logaddexp(0, -s) + (1 - y) * np.logaddexp(0, s)).mean()
""",
    ),
    mistake(
        "mixes the losses of both labels",
        "noisy_value",
        "",
        noisy_cross_entropy="""
def noisy_cross_entropy(s, y, epsilon):
    right = y * np.logaddexp(0, -s) + (1 - y) * np.logaddexp(0, s)
    wrong = y * np.logaddexp(0, s) + (1 - y) * np.logaddexp(0, -s)
    return -np.log((1 - epsilon) * np.exp(-right) + epsilon * np.exp(-wrong)).sum()
""",
    ),
    mistake(
        "stops the chain rule before the sigmoid",
        "noisy_grad",
        "",
        noisy_cross_entropy_grad="""
def noisy_cross_entropy_grad(s, y, epsilon):
    p = 1 / (1 + np.exp(-s))
    one = (1 - epsilon) * p + epsilon * (1 - p)
    return (one - y) / (one * (1 - one)) * (1 - 2 * epsilon) / s.size
""",
    ),
    mistake(
        "takes prediction minus truth for every loss",
        "noisy_grad",
        "",
        noisy_cross_entropy_grad="""
def noisy_cross_entropy_grad(s, y, epsilon):
    p = 1 / (1 + np.exp(-s))
    return ((1 - epsilon) * p + epsilon * (1 - p) - y) / s.size
""",
    ),
    # A later answer that calls a wrong one is right: a right one stands in.
    mistake(
        "sums, and the noisy loss calls it",
        "bce_value bce_stable",
        "2 samples",
        binary_cross_entropy="""
def binary_cross_entropy(s, y):
    return (np.logaddexp(0, s) - y * s).sum()
""",
        noisy_cross_entropy="""
def noisy_cross_entropy(s, y, epsilon):
    p = 1 / (1 + np.exp(-s))
    one = (1 - epsilon) * p + epsilon * (1 - p)
    return binary_cross_entropy(np.log(one / (1 - one)), y)
""",
    ),
    mistake(
        "forgets N, and the noisy slope calls it",
        "bce_grad bce_grad_stable",
        "samples",
        binary_cross_entropy_grad="""
def binary_cross_entropy_grad(s, y):
    return 1 / (1 + np.exp(-s)) - y
""",
        noisy_cross_entropy_grad="""
def noisy_cross_entropy_grad(s, y, epsilon):
    p = 1 / (1 + np.exp(-s))
    one = (1 - epsilon) * p + epsilon * (1 - p)
    inner = (1 - 2 * epsilon) * p * (1 - p) / one / (1 - one)
    return binary_cross_entropy_grad(np.log(one / (1 - one)), y) * inner
""",
    ),
    mistake(
        "turns the slope round, and trains by it",
        "bce_grad bce_grad_stable",
        "-3 times",
        binary_cross_entropy_grad="""
def binary_cross_entropy_grad(s, y):
    return y - 1 / (1 + np.exp(-s))
""",
        choose_penalty="""
def choose_penalty(X, y, X_val, y_val, lams, steps):
    losses = []
    for lam in lams:
        theta = np.zeros(X.shape[1])
        for _ in range(steps):
            theta = theta - 0.5 * (X.T @ binary_cross_entropy_grad(X @ theta, y) + 2 * lam * theta)
        losses.append(binary_cross_entropy(X_val @ theta, y_val))
    return lams[np.argmin(losses)]
""",
    ),
]
