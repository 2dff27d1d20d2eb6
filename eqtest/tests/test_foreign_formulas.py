"""Formulas in the styles of other libraries' documentation: read right, or refused with a reason.

Each is written here as their pages print it, with the value computed in plain NumPy beside it.
"""

import numpy as np
import pytest

from eqtest import FormulaError, FormulaMismatch, check, equations_in, evaluate

RNG = np.random.default_rng(7)
X, T = RNG.normal(size=4), RNG.normal(size=4)
P, Q = RNG.dirichlet(np.ones(4)), RNG.dirichlet(np.ones(4))
PROB = RNG.uniform(0.1, 0.9, size=4)
LOGITS, LABELS = RNG.normal(size=(3, 4)), np.array([2, 4, 1])
WEIGHTS = RNG.uniform(0.5, 2, size=4)
SIGMOID = r"\sigma(x) = \frac{1}{1 + \exp(-x)}"


def log_softmax(z):
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def huber(r, delta):
    return np.where(abs(r) < delta, r**2 / 2, delta * (abs(r) - delta / 2))


READ = [
    # an element of an L1 and of a squared loss
    (r"\left| x_n - y_n \right|", {"x": X, "y": T, "n": 2}, abs(X[1] - T[1])),
    (r"\left( x_n - y_n \right)^2", {"x": X, "y": T, "n": 3}, (X[2] - T[2]) ** 2),
    # the weighted cross-entropy of one row, with a comma between the indices
    (
        r"- w_{y_n} \log \frac{\exp(x_{n,y_n})}{\sum_{c=1}^C \exp(x_{n,c})}",
        {"x": LOGITS, "y": LABELS, "w": WEIGHTS, "n": 2, "C": 4},
        -WEIGHTS[3] * log_softmax(LOGITS[1])[3],
    ),
    # soft targets
    (
        r"- \sum_{c=1}^C w_c \log \frac{\exp(x_{n,c})}{\sum_{i=1}^C \exp(x_{n,i})} y_{n,c}",
        {"x": LOGITS, "y": LOGITS**2, "w": WEIGHTS, "n": 1, "C": 4},
        "where does the argument of log end",
    ),
    # the mean over the summed weights
    (
        r"\sum_{n=1}^N \frac{1}{\sum_{n'=1}^N w_{y_{n'}}} l_n",
        {"w": WEIGHTS, "y": LABELS, "l": X[:3], "N": 3},
        "an index is a plain letter",
    ),
    (
        r"\frac{\sum_{n=1}^{N} l_n}{\sum_{n=1}^N w_{y_n}}",
        {"w": WEIGHTS, "y": LABELS, "l": X[:3], "N": 3},
        X[:3].sum() / WEIGHTS[LABELS - 1].sum(),
    ),
    # binary cross-entropy with a product sign
    (
        r"- w_n \left[ y_n \cdot \log x_n + (1 - y_n) \cdot \log (1 - x_n) \right]",
        {"w": WEIGHTS, "y": PROB, "x": Q, "n": 2},
        -WEIGHTS[1] * (PROB[1] * np.log(Q[1]) + (1 - PROB[1]) * np.log(1 - Q[1])),
    ),
    (
        r"- w_n \left[ p \cdot y_n \cdot \log \sigma(x_n)"
        r" + (1 - y_n) \cdot \log (1 - \sigma(x_n)) \right]",
        {"w": WEIGHTS, "y": PROB, "x": X, "n": 2, "p": 3.0},
        -WEIGHTS[1]
        * (
            -3 * PROB[1] * np.log1p(np.exp(-X[1]))
            + (1 - PROB[1]) * np.log(1 - 1 / (1 + np.exp(-X[1])))
        ),
    ),
    # KL with a double bar and a pointwise product
    (r"y_{n} \cdot \log \frac{y_n}{x_n}", {"y": P, "x": Q, "n": 1}, P[0] * np.log(P[0] / Q[0])),
    (
        r"\mathbb{E}_{k \sim p}\left[\log \frac{p_k}{q_k}\right]",
        {"p": P, "q": Q},
        P @ np.log(P / Q),
    ),
    # smooth L1 and Huber with commas and full stops in the cases
    (
        r"""\begin{cases}
        0.5 (x_n - y_n)^2 / \beta, & \text{if } |x_n - y_n| < \beta \\
        |x_n - y_n| - 0.5 \cdot \beta, & \text{otherwise }
        \end{cases}""",
        {"x": X, "y": T, "n": 1, "beta": 0.5},
        huber(X[0] - T[0], 0.5) / 0.5,
    ),
    (
        r"""\begin{cases}
        0.5 (x_n - y_n)^2, & \text{if } |x_n - y_n| < delta \\
        delta * (|x_n - y_n| - 0.5 * delta), & \text{otherwise }
        \end{cases}""",
        {"x": X, "y": T, "n": 1, "delta": 0.5},
        huber(X[0] - T[0], 0.5),
    ),
    (
        r"""\begin{cases}
        0.5 (x_n - y_n)^2, & \text{if } |x_n - y_n| < \delta \\
        \delta * (|x_n - y_n| - 0.5 * \delta), & \text{otherwise. }
        \end{cases}""",
        {"x": X, "y": T, "n": 1, "delta": 0.5},
        huber(X[0] - T[0], 0.5),
    ),
    # margins: over classes with a condition, over pairs, with a hinge
    (
        r"\frac{\sum_{j \neq y} \max(0, \text{margin} - x_y + x_j)^p}{C}",
        {"x": X, "y": 2, "margin": 1.0, "p": 2, "C": 4},
        (np.maximum(0, 1 - X[1] + np.delete(X, 1)) ** 2).sum() / 4,
    ),
    (
        r"\frac{\sum_i \max(0, \text{margin} - x[y] + x[i])^p}{\text{x.size}(0)}",
        {"x": X, "y": 2, "margin": 1.0, "p": 2},
        "could be a function or a product",
    ),
    (
        r"\max \{d(a, p) - d(a, n) + {\rm margin}, 0\}",
        {"a": X, "p": T, "n": Q, "d": lambda u, v: np.linalg.norm(u - v), "margin": 9.0},
        np.linalg.norm(X - T) - np.linalg.norm(X - Q) + 9,
    ),
    (
        r"\max \{d(a_i, p_i) - d(a_i, n_i) + \mathrm{margin}, 0\}",
        {"a": LOGITS, "p": LOGITS**2, "n": -LOGITS, "i": 2, "margin": 9.0}
        | {"d": lambda u, v: np.linalg.norm(u - v)},
        np.linalg.norm((LOGITS - LOGITS**2)[1]) - np.linalg.norm(2 * LOGITS[1]) + 9,
    ),
    (
        r"\begin{cases} 1 - \cos(x_1, x_2), & \text{if } y = 1 \\ 0, & \text{else} \end{cases}",
        {"x": X, "y": 1},
        "a list where one value belongs",
    ),
    # Poisson and Gaussian likelihoods
    (r"\exp(x) - t x", {"x": 0.3, "t": 2.0}, np.exp(0.3) - 0.6),
    (
        r"\frac{1}{2}\left(\log\left(\max\left(v,\ \epsilon\right)\right)"
        r" + \frac{\left(x - t\right)^2}{\max\left(v,\ \epsilon\right)}\right)",
        {"v": 0.7, "epsilon": 1e-6, "x": 0.3, "t": 1.0},
        0.5 * (np.log(0.7) + 0.49 / 0.7),
    ),
    (r"\mathrm{target} * \log(\mathrm{target})", {"target": 3.0}, 3 * np.log(3)),
    # softmax, softplus and their relatives
    (r"\frac{\exp(x_i)}{\sum_j \exp(x_j)}", {"x": X, "i": 3}, np.exp(log_softmax(X))[2]),
    (
        r"\log\left(\frac{\exp(x_{i}) }{ \sum_j \exp(x_{j})} \right)",
        {"x": X, "i": 3},
        log_softmax(X)[2],
    ),
    (
        r"\frac{1}{\beta} * \log(1 + \exp(\beta * x))",
        {"beta": 2.0, "x": 0.3},
        np.log1p(np.exp(0.6)) / 2,
    ),
    (
        r"\max(0,x) + \min(0, \alpha * (\exp(x) - 1))",
        {"x": -0.3, "alpha": 1.5},
        1.5 * np.expm1(-0.3),
    ),
    (
        r"\text{scale} * (\max(0,x) + \min(0, \alpha * (\exp(x) - 1)))",
        {"x": 0.3, "alpha": 1.5, "scale": 2.0},
        0.6,
    ),
    # focal loss with subscripts that are words
    (
        r"-\alpha_{\mathrm{t}} (1 - p_{\mathrm{t}})^{\gamma} \log (p_{\mathrm{t}})",
        {"alpha_t": 0.25, "p_t": 0.9, "gamma": 2.0},
        -0.25 * 0.1**2 * np.log(0.9),
    ),
    (
        r"-\alpha_t (1 - p_t)^\gamma \log(p_t)",
        {"alpha_t": 0.25, "p_t": 0.9, "gamma": 2.0},
        -0.25 * 0.1**2 * np.log(0.9),
    ),
    # metrics and regression
    (
        r"\frac{1}{n_\text{samples}} \sum_{i=1}^{n_\text{samples}} (y_i - \hat{y}_i)^2",
        {"n_samples": 4, "y": X, "y_hat": T},
        np.mean((X - T) ** 2),
    ),
    (
        r"\frac{1}{n_{\text{samples}}} \sum_{i=0}^{n_{\text{samples}} - 1} (y_i - \hat{y}_i)^2",
        {"n_samples": 4, "y": X, "y_hat": T},
        "index 0 of y is outside",
    ),
    (
        r"1 - \frac{\sum_{i=1}^{n} (y_i - \hat{y}_i)^2}{\sum_{i=1}^{n} (y_i - \bar{y})^2}",
        {"n": 4, "y": X, "y_hat": T, "y_bar": X.mean()},
        1 - ((X - T) ** 2).sum() / ((X - X.mean()) ** 2).sum(),
    ),
    (
        r"\frac{1}{n} \sum_{i=1}^n \log \left( 1 + \exp(-y_i (X_i^\top w + w_0)) \right)"
        r" + \alpha \frac{\|w\|_2^2}{2}",
        {"n": 3, "y": np.array([1, -1, 1]), "X": LOGITS, "w": X, "w_0": 0.3, "alpha": 0.1},
        np.logaddexp(0, -np.array([1, -1, 1]) * (LOGITS @ X + 0.3)).mean() + 0.05 * X @ X,
    ),
    (
        r"\min_{w} \|X w - y\|_2^2",
        {"X": LOGITS, "y": X[:3], "w": X},
        "range of w is not determined",
    ),
    (
        r"\frac{1}{2 n} ||X w - y||_2 ^ 2 + \alpha ||w||_1",
        {"X": LOGITS, "y": X[:3], "w": X, "n": 3, "alpha": 0.1},
        "what does this script belong to",
    ),
    (
        r"\frac{1}{2 n} \|X w - y\|_2^2 + \alpha \rho \|w\|_1 + \frac{\alpha(1-\rho)}{2} \|w\|_2^2",
        {"X": LOGITS, "y": X[:3], "w": X, "n": 3, "alpha": 0.1, "rho": 0.4},
        ((LOGITS @ X - X[:3]) ** 2).sum() / 6 + 0.04 * abs(X).sum() + 0.03 * X @ X,
    ),
    (
        r"\frac{1}{N} \sum_i^N D_i",
        {"N": 4, "D": X},
        "with one bound only",
    ),
    (
        r"\begin{cases} \alpha (y - q) & \text{if } y \geq q \\"
        r" (1-\alpha)(q - y) & \text{if } y < q \end{cases}",
        {"alpha": 0.9, "y": 1.0, "q": 3.0},
        0.2,
    ),
    (
        r"\frac{x_1 \cdot x_2}{\max(\Vert x_1 \Vert _2 \cdot \Vert x_2 \Vert _2, \epsilon)}",
        {"x": LOGITS, "epsilon": 1e-8},
        LOGITS[0] @ LOGITS[1] / np.linalg.norm(LOGITS[0]) / np.linalg.norm(LOGITS[1]),
    ),
]


@pytest.mark.parametrize(("latex", "symbols", "expected"), READ, ids=range(len(READ)))
def test_read_right_or_refused(latex: str, symbols: dict, expected: float | str):
    definitions = [SIGMOID] if r"\sigma" in latex else []
    if isinstance(expected, str):
        with pytest.raises(FormulaError, match=expected):
            evaluate(latex, symbols, definitions=definitions)
    else:
        assert evaluate(latex, symbols, definitions=definitions) == pytest.approx(expected)


DOCSTRING = r'''
    """Cross-entropy with integer labels.

    .. math::
        :label: integer-labels

        \ell(z, y) = \log \frac{e^{z_y}}{\sum_{k=1}^{C} e^{z_k}}
    """
'''


def test_a_missing_minus_sign_in_a_docstring_is_found():
    """A sign like this one stood in a published docstring."""
    latex = equations_in(DOCSTRING)["integer-labels"]

    def loss(z, y):
        return -log_softmax(z)[y - 1]

    def draw(rng):
        return {"z": rng.normal(size=4), "y": int(rng.integers(1, 5)), "C": 4}

    with pytest.raises(FormulaMismatch, match="hint: the two agree if `-` stood before"):
        check(latex, loss, draw=draw)
    check(latex.replace(r"\log", r"-\log"), loss, draw=draw)
