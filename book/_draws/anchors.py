"""What ties an equation that has no function of its own to something outside it.

``ANCHORS`` holds functions for derivations and identities: called with the symbols of a point, each
computes the equation's value with the package or another library, never by the printed formula. The
equations in ``DRAWN`` are tied by a value that their draw computes with code; those in ``SELF`` by
nothing, with the reason. ``HEADS`` holds the names that no other equation uses.
"""

from typing import Any

import numpy as np
import torch
from scipy import optimize, special, stats
from scipy.spatial import distance
from sklearn.metrics import pairwise
from sklearn.utils import class_weight
from torch.nn import functional as F  # noqa: N812
from torch.utils.flop_counter import FlopCounterMode

from lossbook import reference as R  # noqa: N812
from lossbook.reference import margin
from lossbook.reference.softmax import smoothed_target


def _step_to_plane(w: np.ndarray, x: np.ndarray, b: float) -> np.ndarray:
    """Return the least change of a point that reaches a plane."""
    return np.linalg.lstsq(w[np.newaxis], [w @ x + b])[0]


def _distance(w: np.ndarray, x: np.ndarray, b: float) -> float:
    return float(np.linalg.norm(_step_to_plane(w, x, b)))


def _balanced(n: np.ndarray) -> np.ndarray:
    """Return scikit-learn's weights of classes with these counts."""
    classes = np.arange(len(n))
    labels = np.repeat(classes, n.astype(int))
    return class_weight.compute_class_weight("balanced", classes=classes, y=labels)


def _best_exponential(p: float) -> float:
    """Return the smallest expected exponential loss, found by minimising."""

    def risk(f: float) -> float:
        return p * R.exponential_loss([f], [1]) + (1 - p) * R.exponential_loss([f], [-1])

    return float(optimize.minimize_scalar(risk).fun)


def _best_weighted_logit(p: float, w_pos: float) -> float:
    """Return the logit at which the expected weighted cross-entropy stops falling."""

    def slope(s: float) -> float:
        both = [R.binary_cross_entropy_grad([s], [y], pos_weight=w_pos)[0] for y in (1, 0)]
        return p * both[0] + (1 - p) * both[1]

    return float(optimize.brentq(slope, -20, 20, xtol=1e-14))


def _smoothed_gap(C: int, varepsilon: float) -> float:
    """Return how far the smoothed target's true class is ahead, in its logarithm."""
    true, other, *_ = np.log(smoothed_target([0], classes=C, label_smoothing=varepsilon)[0])
    return float(true - other)


def _dice_slope(p: np.ndarray, eta: np.ndarray, j: int) -> float:
    """Return the slope of the Dice loss of means in one probability, from PyTorch."""
    free, share = torch.tensor(p, requires_grad=True), torch.tensor(eta)
    lost = 1 - 2 * torch.dot(free, share) / torch.cat([free.square(), share]).sum()
    return torch.autograd.grad(lost, free)[0][j - 1].item()


def _silence_above_alarm(p: float, c_miss: float, c_alarm: float) -> float:
    """Return how much more silence costs than an alarm, by the matrix of costs."""
    silence, alarm = np.array([1 - p, p]) @ [[0, c_alarm], [c_miss, 0]]
    return float(silence - alarm)


def _tukey_curvature(r: float, c: float) -> float:
    return (np.poly1d([1, 0]) * np.poly1d([-1 / c**2, 0, 1]) ** 2).deriv()(r)


def _hinge_risk(p: float, f: float) -> float:
    return p * R.hinge_loss([f], [1]) + (1 - p) * R.hinge_loss([f], [-1])


def _svm(x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float, *, lambda_: float) -> float:
    return R.structural_risk(R.hinge_loss(x @ w + b, y, reduction="none"), w, lam=lambda_)


def _subgradient(f: float, y: int, h: float) -> float:
    return R.hinge_loss([f], [y]) + R.hinge_loss_grad([f], [y])[0] * (h - f)


def _weston_watkins(z: np.ndarray, y: int) -> float:
    return len(z) * F.multi_margin_loss(torch.tensor(z)[None], torch.tensor([y - 1])).item()


def _coordinate(penalty: str) -> Any:
    def risk(r: np.ndarray, a: np.ndarray, theta: float, lambda_: float) -> float:
        losses = R.l2_loss(a * theta, r, reduction="none")
        whole = R.structural_risk(losses, [theta], lam=lambda_, penalty=penalty)
        return whole - R.l2_loss(np.zeros_like(r), r)

    return risk


def _after_one_step(a: np.ndarray, theta: np.ndarray, t: float, eta: float) -> float:
    slope = R.l2_loss_grad([a @ theta], [t])[0] * a
    return a @ (theta - eta * slope) - t


def _prior(penalty: str, lam: Any) -> Any:
    def risk(a: np.ndarray, theta: np.ndarray, t: np.ndarray, sigma: float, tau: float) -> float:
        losses = R.l2_loss(a @ theta, t, reduction="none")
        return R.structural_risk(losses, theta, lam=lam(sigma, tau, len(t)), penalty=penalty)

    return risk


def _bernoulli_likelihood(y: np.ndarray, y_hat: np.ndarray) -> float:
    target = torch.tensor(y, dtype=torch.float64)
    return F.binary_cross_entropy(torch.tensor(y_hat), target, reduction="sum").item()


def _kl_to_standard(mu: np.ndarray, sigma: np.ndarray) -> float:
    normal = torch.distributions.Normal(torch.tensor(mu), torch.tensor(sigma))
    standard = torch.distributions.Normal(torch.zeros_like(normal.loc), 1.0)
    return torch.distributions.kl_divergence(normal, standard).sum().item()


def _scale_slope(family: type[torch.distributions.Distribution]) -> Any:
    """Return the slope of a negative log-likelihood in the scale, from PyTorch."""

    def slope(x: np.ndarray, t: np.ndarray, scale: float) -> float:
        free = torch.tensor(scale, dtype=torch.float64, requires_grad=True)
        likelihood = family(torch.tensor(x), free).log_prob(torch.tensor(t)).sum()
        return -torch.autograd.grad(likelihood, free)[0].item()

    return slope


def _exponential_slope(p: float, f: float) -> float:
    rising, falling = R.exponential_loss_grad([f], [-1])[0], R.exponential_loss_grad([f], [1])[0]
    return p * falling + (1 - p) * rising


def _svm_slope(x: Any, y: Any, w: Any, b: float, lambda_: float, j: int) -> float:
    ridge = lambda_ * R.l2_loss_grad([w[j - 1]], [0.0])[0]
    return R.hinge_loss_grad(x @ w + b, y) @ x[:, j - 1] + ridge


def _lagrangian(
    x: Any, y: Any, w: Any, b: float, lambda_: float, alpha: Any, mu: Any, xi: Any
) -> float:
    lacking = 1 - y * (x @ w + b) - xi
    return R.structural_risk(xi, w, lam=lambda_) + alpha @ lacking - mu @ xi


def _smallest_lagrangian(x: Any, y: Any, alpha: Any, *, lambda_: float) -> float:
    """Return the Lagrangian at the weights that make its slope in them 0, flat in all else."""
    w = np.linalg.solve(2 * lambda_ * np.eye(x.shape[1]), x.T @ (alpha * y))
    free = np.zeros(len(y))
    return _lagrangian(x, y, w, 0.0, lambda_, alpha, free, free)


def _ridge_slope(x: Any, y: Any, theta: Any, lambda_: float, j: int) -> float:
    ridge = lambda_ * R.l2_loss_grad([theta[j - 1]], [0.0])[0]
    return R.l2_loss_grad(x @ theta, y) @ x[:, j - 1] + ridge


def _simplex(C: int) -> np.ndarray:
    """Return the corners of a regular simplex around 0, of length 1."""
    corners = np.eye(C) - 1 / C
    return corners / np.linalg.norm(corners, axis=1, keepdims=True)


def _posterior(rho: np.ndarray, mu: np.ndarray, x: np.ndarray, k: int) -> float:
    """Return the share of class k among clouds of unit variance with these weights and means."""
    densities = rho * [stats.multivariate_normal(mean).pdf(x) for mean in mu]
    return densities[k - 1] / densities.sum()


def _understocked(x: float, t: float, u: float, o: float) -> float:
    """Return what a stock of x costs: u for each unit that is missing, o for one too many."""
    return u * (t - x) if t > x else o * (x - t)


def _interval_score(x_lo: float, x_up: float, t: float, alpha: float) -> float:
    """Return the width, and a penalty for the distance of a target outside."""
    return x_up - x_lo + 2 / alpha * np.abs(t - np.clip(t, x_lo, x_up))


def _sorting_gains(x: np.ndarray, t: float, tau: np.ndarray) -> float:
    def total(quantiles: np.ndarray) -> float:
        return sum(
            R.quantile_loss([q], [t], tau=level) for q, level in zip(quantiles, tau, strict=True)
        )

    return total(x) - total(x[::-1])


def _gamma_slope(t: float, k: float, s: float) -> float:
    """Return the slope of a Gamma density's negative logarithm in the log of its mean."""
    free = torch.tensor(s, dtype=torch.float64, requires_grad=True)
    shape, size = torch.tensor([k, t], dtype=torch.float64)
    likelihood = torch.distributions.Gamma(shape, shape / free.exp()).log_prob(size)
    return -torch.autograd.grad(likelihood, free)[0].item()


def _contrastive(D: float, y: int, *, m: float) -> float:
    """Return half of L2 for a pair of one class, for two a squared hinge of the distance."""
    far = R.squared_hinge_loss([D / m], [1])
    return (R.l2_loss([D], [0.0]) if y else m**2 * far) / 2


def _nearest_centre(W: np.ndarray, x: np.ndarray, k: int) -> float:
    """Return the cosine with the nearest of a class's centres."""
    return 1 - min(distance.cosine(centre, x) for centre in W[k - 1])


def _bytes(*shapes: tuple[int, int]) -> int:
    """Return how many bytes float32 matrices of these shapes take."""
    return sum(torch.empty(shape, device="meta").nbytes for shape in shapes)


def _operations(N: int, C: int, d: int, *, forward: int) -> int:
    """Count the operations of the logits, taken as often as said, and of their gradients."""
    x, W = torch.ones(N, d, requires_grad=True), torch.ones(C, d, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        for _ in range(forward - 1):
            _ = x @ W.T
        (x @ W.T).sum().backward()
    return counter.get_total_flops()


def _grown_over_shrunk(w: float, e: float) -> float:
    """Return how much more a square overlaps with all edges e too far out than too far in."""
    squares = [[-e, -e, w + e, w + e], [e, e, w - e, w - e]]
    out, inwards = R.giou_loss(squares, [[0, 0, w, w]] * 2, reduction="none")
    return inwards - out


def _around(*boxes: np.ndarray) -> float:
    """Return the area of the smallest box around these."""
    return np.ptp(np.reshape(boxes, (-1, 2)), axis=0).prod()


def _shared(x: np.ndarray, t: np.ndarray) -> float:
    """Return the area of what is left of one box when it is cut to the other."""
    return _around(np.clip(x, np.tile(t[:2], 2), np.tile(t[2:], 2)))


def _zero_one(m: float) -> float:
    return R.zero_one_loss([int(np.sign(m))], [1])


ANCHORS = {
    # 0
    "eq-map-derivation": lambda p, g: R.empirical_risk(R.information(p)) - np.log(g) / len(p),
    # 1.1
    "eq-zero-one-margin": lambda f, y: R.zero_one_loss([int(np.sign(f))], [y]),
    "eq-zero-one-derivation": lambda p, j: np.average(
        R.zero_one_loss(np.full(len(p), j), np.arange(1, len(p) + 1), reduction="none"), weights=p
    ),
    "eq-zero-one-bound-hinge": _zero_one,
    "eq-zero-one-bound-exponential": _zero_one,
    "eq-zero-one-bound-logistic": _zero_one,
    "eq-zero-one-bound-squared": _zero_one,
    "eq-decision-threshold-derivation": _silence_above_alarm,
    # 1.2
    "eq-information-additive": lambda p, q, b: R.information(p * q, base=b),
    "eq-uniform-cross-entropy-derivation": lambda p, b: R.cross_entropy(
        p, np.full(len(p), 1 / len(p)), base=b
    ),
    "eq-bernoulli": lambda y, y_hat: stats.bernoulli.pmf(y, y_hat),
    "eq-binary-cross-entropy-derivation": _bernoulli_likelihood,
    "eq-weighted-binary-cross-entropy-minimiser-derivation": _best_weighted_logit,
    "eq-squared-proper-derivation": lambda p, y_hat: np.average(
        R.l2_loss([y_hat, y_hat], [1, 0], reduction="none"), weights=[p, 1 - p]
    ),
    # 1.3
    "eq-label-smoothing-gap-derivation": _smoothed_gap,
    "eq-softmax-gaussian-derivation": _posterior,
    "eq-softmax-shift-derivation": lambda z, k: R.softmax(z)[k - 1],
    "eq-log-sum-exp-bounds": lambda z: np.max(z),
    "eq-log-sum-exp": lambda z: special.logsumexp(z),
    "eq-weighted-means": lambda ell, w, y: np.average(ell, weights=w[y - 1]),
    "eq-weighted-scale": lambda ell, w, y: np.average(ell, weights=w[y - 1]),
    "eq-weighted-undo": lambda z, w, k: R.softmax(z - np.log(w))[k - 1],
    "eq-logit-adjustment": lambda p, rho, k: R.softmax(np.log(p) - np.log(rho))[k - 1],
    "eq-effective-number": lambda n, beta: np.polyval(np.ones(int(n)), beta),
    "eq-dice-minimiser-derivation": _dice_slope,
    "eq-weighted-balanced": lambda n: n @ _balanced(n),
    "eq-weighted-threshold": lambda w, p: np.argmax((w * p)[::-1]),  # the second where both tie
    "eq-l-softmax-psi-derivation": lambda r: margin.l_softmax_psi(
        [(r + 1) * np.pi / (r + 2)], m=int(r) + 2
    )[0],
    "eq-chebyshev": lambda m, theta: special.eval_chebyt(int(m) + 1, np.cos(theta)),
    "eq-l2-softmax-best": lambda alpha, C: R.softmax(np.r_[alpha, np.zeros(C - 2), -alpha])[0],
    "eq-am-softmax-sum": lambda W: np.sum(W @ W.T) - np.trace(W @ W.T),
    "eq-am-softmax-simplex": lambda s, C: R.softmax(s * _simplex(C)[0] @ _simplex(C).T)[0],
    "eq-am-softmax-odds": lambda s, C: 1 / R.softmax(s * _simplex(C)[0] @ _simplex(C).T)[0] - 1,
    "eq-am-softmax-margin": lambda C: 1 - _simplex(C)[0] @ _simplex(C)[1],
    "eq-am-softmax-margin-plane": lambda C: 1 - (np.exp(2j * np.pi / C)).real,
    "eq-arcface-jump": lambda m: margin.additive_angular_margin(m)(np.array([np.pi - m + 1e-12]))[
        0
    ][0],
    # 1.4
    "eq-jensen": lambda p, x: np.average(np.log(x), weights=p),
    "eq-kl-gaussian-derivation-square": lambda x, mu_q: R.l2_loss([x], [mu_q]),
    "eq-kl-standard-gaussian-derivation": _kl_to_standard,
    "eq-jensen-shannon-derivation": lambda p, a: R.kl_divergence(p, a),
    # 1.5
    "eq-hinge-subgradient": _subgradient,
    "eq-svm-foot": lambda w, x, b: w @ (x - _step_to_plane(w, x, b)) + b,
    "eq-svm-distance": _distance,
    "eq-geometric-margin": lambda w, x, b, y: y * np.sign(w @ x + b) * _distance(w, x, b),
    "eq-svm-scale": lambda m, w: np.min(m) / np.linalg.norm(w),
    "eq-svm-objective": _svm,
    "eq-svm-grad-derivation": _svm_slope,
    "eq-svm-lagrangian-derivation": _lagrangian,
    "eq-svm-square": lambda w, v, lambda_: lambda_ * np.sum(w**2) - np.dot(w, v),
    "eq-svm-dual": _smallest_lagrangian,
    "eq-svm-gap-derivation": lambda x, y, w, b, alpha, lambda_: (
        _svm(x, y, w, b, lambda_=lambda_) - _smallest_lagrangian(x, y, alpha, lambda_=lambda_)
    ),
    "eq-kernel-quadratic": lambda x, u: pairwise.polynomial_kernel(
        [x], [u], degree=2, gamma=1, coef0=1
    ).item(),
    "eq-kernel-gaussian": lambda x, u, gamma: pairwise.rbf_kernel([x], [u], gamma=gamma).item(),
    "eq-hinge-risk": _hinge_risk,
    "eq-weston-watkins": _weston_watkins,
    "eq-crammer-singer-largest": lambda z, y: R.multiclass_hinge_loss([z], [y - 1]),
    # 1.6
    "eq-exponential-minimiser": lambda p: _best_exponential(p) / 2,
    "eq-exponential-risk-derivation": _exponential_slope,
    "eq-mask-loss": lambda z, y, t: R.binary_cross_entropy(z[y - 1], t),
    "eq-exponential-smallest": _best_exponential,
    "eq-adaboost-product": lambda f, alpha, h, y: R.exponential_loss([f + alpha * h], [y]),
    "eq-adaboost-error": lambda w, h, y: np.average(h != y, weights=w),
    "eq-adaboost-stage": lambda w, alpha, h, y: np.average(
        R.exponential_loss(alpha * h, y, reduction="none"), weights=w
    ),
    "eq-adaboost-alpha": _best_exponential,
    "eq-adaboost-bound": lambda f, y: R.exponential_loss(f, y),
    "eq-adaboost-factor": _best_exponential,
    "eq-adaboost-samme": lambda alpha, h, y: R.exponential_loss([alpha * h], [y]),
    # 2.1
    "eq-l1-median-derivation": lambda x, t: R.l1_loss(np.full(len(t), x), t, reduction="sum"),
    "eq-l1-lines": lambda x, t: R.l1_loss([x], [t]),
    "eq-soft-threshold": lambda v, *, kappa: F.softshrink(
        torch.tensor(v, dtype=torch.float64), kappa
    ).item(),
    "eq-soft-threshold-outside-derivation": lambda u, v, kappa: (
        R.l2_loss([u], [v]) / 2 + kappa * R.l1_loss([u], [0.0])
    ),
    "eq-soft-threshold-inside-derivation": lambda u, v, kappa: (
        R.l2_loss([u], [v]) / 2 + kappa * R.l1_loss([u], [0.0])
    ),
    "eq-lasso-coordinate-derivation": _coordinate("l1"),
    # 2.2
    "eq-l2-mean-derivation": lambda x, t: R.l2_loss(np.full(len(t), x), t),
    "eq-l2-mean": lambda x, t: R.l2_loss(np.full(len(t), x), t),
    "eq-l2-descent-derivation": _after_one_step,
    "eq-ridge-derivation": _ridge_slope,
    "eq-ridge-coordinate-derivation": _coordinate("l2"),
    # 2.3
    "eq-smooth-l1-join-derivation": lambda beta: R.smooth_l1_loss([beta], [0.0], beta=beta),
    "eq-huber-join-derivation": lambda delta: R.huber_loss([delta], [0.0], delta=delta),
    "eq-huber-smooth-l1-derivation": lambda x, t, delta: R.huber_loss([x], [t], delta=delta),
    "eq-smooth-l1-limit": lambda x, t, beta: R.l2_loss([x], [t]) / (2 * beta),
    "eq-smooth-l1-clipped": lambda r, beta: R.smooth_l1_loss([r], [0.0], beta=beta),
    "eq-huber-sklearn-derivation": lambda r, sigma, epsilon: (
        2 * sigma * R.huber_loss([r / sigma], [0.0], delta=epsilon)
    ),
    "eq-tukey-curvature-derivation": _tukey_curvature,
    "eq-box-intersection": _shared,
    "eq-box-union": lambda x, t: _around(x) + _around(t) - _shared(x, t),
    "eq-box-around": lambda x, t: _around(x, t),
    "eq-iou-grown-derivation": _grown_over_shrunk,
    "eq-giou-apart": lambda x, t: R.giou_loss([x], [t]),
    "eq-box-size-derivation": lambda w, w_a: np.log(w) - np.log(w_a),
    # 3.1
    "eq-brier-proper-derivation": lambda p, q: np.average(
        R.brier_loss(np.tile(np.log(p), (len(q), 1)), np.arange(len(q)), reduction="none"),
        weights=q,
    ),
    "eq-absolute-improper-derivation": lambda p, q: np.average(
        R.l1_loss([p, p], [1, 0], reduction="none"), weights=[q, 1 - q]
    ),
    # 3.2
    "eq-gaussian-nll-derivation": lambda x, t, s: -stats.norm.logpdf(t, x, np.exp(s / 2)),
    "eq-gaussian-nll-bound": lambda x, t, s: (
        R.gaussian_nll_loss([x], [t], [s]) - np.log(2 * np.pi) / 2
    ),
    "eq-beta-nll": lambda x, t, s, beta: R.gaussian_nll_loss_grad([x], [t], [s], beta=beta)[0][0],
    "eq-laplace-nll-derivation": lambda x, t, s: -stats.laplace.logpdf(t, x, np.exp(s)),
    "eq-student-density": lambda t, x, *, nu, b: stats.t.pdf(t, nu, x, b),
    "eq-student-nll-derivation": lambda t, x, nu, b: -stats.t.logpdf(t, nu, x, b),
    "eq-student-slope-bound": lambda t, x, nu, b: abs(
        R.student_nll_loss_grad([x], [t], nu=nu, scale=b)[0]
    ),
    "eq-poisson-nll-derivation": lambda t, s: -stats.poisson.logpmf(t, np.exp(s)),
    "eq-gamma-nll-derivation": lambda t, k, s: -stats.gamma.logpdf(t, k, scale=np.exp(s) / k),
    "eq-gamma-slope-derivation": _gamma_slope,
    # 3.3
    "eq-quantile-max-derivation": lambda x, t, tau: R.quantile_loss([x], [t], tau=tau),
    "eq-quantile-l1-derivation": lambda x, t, tau: R.quantile_loss([x], [t], tau=tau),
    "eq-quantile-slope-derivation": lambda x, t, tau: np.sum(
        R.quantile_loss_grad(np.full(len(t), x), t, tau=tau)
    ),
    "eq-quantile-subgradient": lambda h, t, tau: R.quantile_loss([h], [t], tau=tau),
    "eq-quantile-newsvendor-derivation": _understocked,
    "eq-interval-score": _interval_score,
    "eq-interval-score-derivation": _interval_score,
    "eq-quantile-sort-derivation": _sorting_gains,
    # 3.4
    "eq-proxy-pairs-derivation": lambda s, c, y: R.softmax_loss([s * c], [y - 1]),
    "eq-contrastive": _contrastive,
    "eq-triplet-hinge-derivation": lambda x, v, u, m: R.triplet_loss([x], [v], [u], m=m),
    "eq-pair-cosine": lambda x, v, i, j: 1 - distance.cosine(x[i - 1], v[j - 1]),
    "eq-info-nce-cold": lambda c, i: max(0.0, 4 * R.multiclass_hinge_loss([c / 4], [i - 1]) - 4),
    "eq-info-nce-slope-derivation": lambda c, T, i, j: (
        R.softmax_loss_grad([c / T], [i - 1])[0, j - 1] / T
    ),
    "eq-sub-centre": _nearest_centre,
    "eq-quality-margin": lambda theta, *, m, q: np.exp(1j * (theta - m * q)).real - m - m * q,
    # 3.5
    "eq-scale-bytes": lambda *, N, d, C, K: _bytes(*4 * [(C, d)], *2 * [(N, K)]),
    "eq-scale-operations": lambda *, N, C, d: _operations(N, C, d, forward=1),
    "eq-scale-operations-blocks": lambda *, N, C, d: _operations(N, C, d, forward=2),
    "eq-scale-message": lambda *, N, d, P: _bytes(*3 * [(N, d)], (N, P)),
    "eq-scale-blocks-derivation": lambda z: special.logsumexp(z),
    "eq-scale-share": lambda *, z, k: R.softmax(z)[k - 1],
    "eq-sampled-sum": lambda z: np.exp(special.logsumexp(z)),
    "eq-sampled-gap-derivation": lambda z, q: (
        special.logsumexp(z) - R.kl_divergence(q, R.softmax(z))
    ),
    # 2.4 and the opening of part 2
    "eq-perceptual-linear-derivation": lambda K, x, t, M: (
        R.l2_loss(K @ x, K @ t, reduction="sum") / M
    ),
    "eq-gaussian-scale-derivation": _scale_slope(torch.distributions.Normal),
    "eq-laplace-scale-derivation": _scale_slope(torch.distributions.Laplace),
    "eq-gaussian-derivation": lambda t, x, sigma: -np.sum(stats.norm.logpdf(t, x, sigma)),
    "eq-laplace-derivation": lambda t, x, b: -np.sum(stats.laplace.logpdf(t, x, b)),
    "eq-ridge-prior-derivation": _prior("l2", lambda sigma, tau, N: sigma**2 / (N * tau**2)),
    "eq-lasso-prior-derivation": _prior("l1", lambda sigma, tau, N: 2 * sigma**2 / (N * tau)),
}
# The anchor's argument -> the page's symbol, where they differ.
ANCHOR_SYMBOLS = {
    "eq-gaussian-scale-derivation": {"scale": "sigma"},
    "eq-laplace-scale-derivation": {"scale": "b"},
    "eq-adaboost-alpha": {"p": "varepsilon"},
    "eq-adaboost-factor": {"p": "varepsilon"},
}

DRAWN = dict.fromkeys(
    [
        "eq-cost-matrix",
        "eq-wilson",
        "eq-margin-family-loss",
        "eq-comparison-pairs",
        "eq-weighted-shift",
        "eq-soft-softmax",
        "eq-margin-angle",
        "eq-margin-cosine",
        "eq-l2-softmax-bound",
        "eq-l2-softmax-quadratic",
        "eq-l2-softmax-alpha",
        "eq-am-softmax-scale",
        "eq-arcface-chord",
        "eq-arcface-half-angle",
        "eq-vae-evidence",
        "eq-box-centre",
        "eq-box-size",
        "eq-box-decode-centre",
        "eq-box-decode-size",
        "eq-gram",
        "eq-style",
        "eq-quantile-condition",
        "eq-svm-dual-score",
    ],
    "the draw computes one symbol from the others",
)

_ALGEBRA = "algebra between angles, which no function of the package computes"

SELF = {
    "eq-weighted-balanced-prior": "a step of algebra: the counts cancel",
    "eq-a-softmax-inner": _ALGEBRA,
    "eq-a-softmax-outer": _ALGEBRA,
    "eq-a-softmax-gap-derivation": _ALGEBRA,
    "eq-a-softmax-many": _ALGEBRA,
    "eq-arcface-border": _ALGEBRA,
    "eq-focal-timid-derivation": "a chain of bounds inside a proof, with no quantity of its own",
    "eq-l1-cycle-derivation": "two steps of descent between two points, followed by hand",
    "eq-box-centre-derivation": "a step of algebra: shift and scale cancel",
}

HEADS = {
    "eq-interval-score": r"S(x_{\text{lo}}, x_{\text{up}}, t)",
    "eq-label-smoothing": "t_k",
    "eq-student-density": r"p(t \mid x)",
    "eq-zero-one": r"\ell(\hat y, y)",
    "eq-information": "I(p)",
    "eq-bernoulli": "P(y)",
    "eq-geometric-margin": r"\rho",
    "eq-svm-objective": "J(w, b)",
    "eq-svm-dual": r"D(\alpha)",
    "eq-weston-watkins": r"\ell_{\text{WW}}(z, y)",
    "eq-adaboost-error": r"\varepsilon",
    "eq-giou": r"\ell(x, t)",
    "eq-mask-loss": r"\ell(z, y, t)",
    "eq-soft-threshold": r"S_\kappa(v)",
}
