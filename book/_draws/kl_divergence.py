"""Points for section 1.4."""

import numpy as np
from scipy import stats

from book._draws.common import constant, distributions, same


def _pair(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "p": distributions(rng, C), "q": distributions(rng, C)}


def _close_pair(rng: np.random.Generator) -> dict:
    # Nearly or wholly equal distributions make the bounds tight.
    drawn = _pair(rng)
    weight = rng.choice([0.0, 0.05, 1.0])
    return drawn | {"q": (1 - weight) * drawn["p"] + weight * drawn["q"]}


def _supported_pair(rng: np.random.Generator) -> dict:
    # On the classes that p allows, q may sum to less than 1.
    drawn = _close_pair(rng)
    return drawn | {"q": rng.choice([0.9, 1.0]) * drawn["q"]}


def _pair_in_nats(rng: np.random.Generator) -> dict:
    return _pair(rng) | {"b": np.e}


def _jensen(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    spread = rng.choice([0.0, 1.0])
    x = rng.uniform(0.2, 3) * np.exp(spread * rng.normal(0, 1, C))
    return {"C": C, "p": distributions(rng, C), "x": x}


def _softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum()


def _logits(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {"C": C, "p": distributions(rng, C), "z": rng.normal(0, 2, C)}


def _logits_with_softmax(rng: np.random.Generator) -> dict:
    drawn = _logits(rng)
    return drawn | {"q": _softmax(drawn["z"])}


def _gaussian_on_points(rng: np.random.Generator) -> dict:
    C = int(rng.integers(2, 6))
    return {
        "C": C,
        "p": distributions(rng, C),
        "q": distributions(rng, C),
        "x": rng.normal(0, 2, C),
        "mu_q": rng.normal(0, 2),
        "sigma_q": rng.uniform(0.5, 2),
    }


def _two_gaussians(rng: np.random.Generator) -> dict:
    mu_p, mu_q = rng.normal(0, 1, 2)
    sigma_p, sigma_q = rng.uniform(0.5, 2, 2)
    return {"mu_p": mu_p, "sigma_p": sigma_p, "mu_q": mu_q, "sigma_q": sigma_q}


def _point(rng: np.random.Generator) -> dict:
    drawn = _two_gaussians(rng)
    return {"x": rng.normal(0, 2), "mu_p": drawn["mu_p"], "mu_q": drawn["mu_q"]}


def _density(mu: float, sigma: float):
    return lambda x: np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def _densities(rng: np.random.Generator) -> dict:
    drawn = _two_gaussians(rng)
    p = _density(drawn["mu_p"], drawn["sigma_p"])
    q = _density(drawn["mu_q"], drawn["sigma_q"])
    return drawn | {"x": rng.normal(0, 2), "p": p, "q": q}


def _integral(rng: np.random.Generator) -> dict:
    """D is the integral that the page prints, by the trapezoidal rule; p and q name densities."""
    drawn = _two_gaussians(rng)
    p = np.array([drawn["mu_p"], drawn["sigma_p"]])
    q = np.array([drawn["mu_q"], drawn["sigma_q"]])
    return drawn | {"p": p, "q": q, "D": _divergence}


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    # Twelve deviations to either side: what lies outside is far below rounding.
    x = np.linspace(p[0] - 12 * p[1], p[0] + 12 * p[1], 4001)
    log_p, log_q = (-0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma) for mu, sigma in (p, q))
    return float(np.trapezoid(_density(*p)(x) * (log_p - log_q), x))


def _standard(rng: np.random.Generator) -> dict:
    d = int(rng.integers(1, 5))
    return {"d": d, "mu": rng.normal(0, 1, d), "sigma": rng.uniform(0.3, 2, d)}


def _latent(rng: np.random.Generator) -> dict:
    K = int(rng.integers(2, 6))
    r, g = distributions(rng, K), rng.uniform(0.05, 0.95, K)
    return {"K": K, "r": r, "g": g, "P": r @ g}


def _encoder(rng: np.random.Generator) -> dict:
    drawn = _latent(rng)
    posterior = drawn["r"] * drawn["g"] / drawn["P"]
    q = distributions(rng, drawn["K"])
    return drawn | {"C": drawn["K"], "q": q, "u": posterior}


def _bound(rng: np.random.Generator) -> dict:
    # A perfect encoder makes the bound tight.
    drawn = _encoder(rng)
    weight = rng.choice([0.0, 0.05, 1.0])
    q = (1 - weight) * drawn.pop("u") + weight * drawn["q"]
    del drawn["K"]
    return drawn | {"q": q}


def _with_average(rng: np.random.Generator) -> dict:
    # Nearly disjoint distributions make the bound nearly tight.
    drawn = _pair(rng)
    C, weight = drawn["C"], rng.choice([1e-6, 1.0])
    p = weight * drawn["p"] + (1 - weight) * np.eye(C)[0]
    q = weight * drawn["q"] + (1 - weight) * np.eye(C)[-1]
    return {"C": C, "p": p, "q": q, "a": (p + q) / 2}


def _with_jensen_shannon(rng: np.random.Generator) -> dict:
    return _pair(rng) | {"J": _jensen_shannon}


def _jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    """By entropies: that of the average less the average of both."""

    def entropy(p: np.ndarray) -> float:
        return float(-(p * np.log(p)).sum())

    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


def _with_wasserstein(rng: np.random.Generator) -> dict:
    return _pair(rng) | {"W": _wasserstein}


def _wasserstein(p: np.ndarray, q: np.ndarray) -> float:
    bins = np.arange(len(p))
    return float(stats.wasserstein_distance(bins, bins, p, q))


USES = {
    "eq-kl-divergence-bound": ["eq-kl-divergence"],
    "eq-kl-divergence-derivation": ["eq-entropy", "eq-cross-entropy"],
    "eq-kl-divergence-reverse-derivation": ["eq-kl-divergence"],
    "eq-kl-divergence-reverse-grad": ["eq-kl-divergence"],
    "eq-elbo-derivation": ["eq-kl-divergence"],
    "eq-elbo": ["eq-kl-divergence"],
    "eq-jensen-shannon": ["eq-kl-divergence"],
}

DRAWS = {
    "eq-kl-divergence": _pair,
    "eq-kl-divergence-bound": _close_pair,
    "eq-jensen": _jensen,
    "eq-kl-divergence-derivation-jensen": _supported_pair,
    "eq-kl-divergence-derivation-tangent": _supported_pair,
    "eq-kl-divergence-derivation": _pair_in_nats,
    "eq-kl-divergence-grad": _pair,
    "eq-kl-divergence-logits-derivation": _logits_with_softmax,
    "eq-kl-divergence-logits-grad": _logits,
    "eq-kl-divergence-reverse-derivation": _pair,
    "eq-kl-divergence-reverse-grad": _logits,
    "eq-kl-moments-derivation": _gaussian_on_points,
    "eq-kl-gaussian-derivation": _densities,
    "eq-kl-gaussian-derivation-square": _point,
    "eq-kl-gaussian": _integral,
    "eq-kl-standard-gaussian-derivation": _standard,
    "eq-vae-evidence": _latent,
    "eq-elbo-derivation": _encoder,
    "eq-elbo": _bound,
    "eq-jensen-shannon": _with_jensen_shannon,
    "eq-jensen-shannon-derivation": _with_average,
    "eq-wasserstein": _with_wasserstein,
}

EXEMPT = {
    "eq-kl-divergence-density": "An integral is not read; its value for two Gaussians is checked.",
}


def _proportional(drawn: dict) -> bool:
    return np.allclose(drawn["q"] / np.sum(drawn["q"]), drawn["p"], rtol=1e-12)


def _whole(drawn: dict) -> bool:
    return abs(np.sum(drawn["q"]) - 1) < 1e-12


def _posterior(drawn: dict) -> bool:
    joint = drawn["r"] * drawn["g"]
    return np.allclose(drawn["q"], joint / np.sum(joint), rtol=1e-12)


TIGHT = {
    "eq-kl-divergence-bound": [same("p", "q")],
    "eq-jensen": [constant("x")],
    "eq-kl-divergence-derivation-jensen": [_proportional, _whole],
    "eq-kl-divergence-derivation-tangent": [same("p", "q"), _whole],
    "eq-elbo": [_posterior],
}
