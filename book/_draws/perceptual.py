"""Points for section 2.4."""

import numpy as np


def _maps(rng: np.random.Generator) -> dict:
    """Feature maps of layer j; the sizes of the other layers are there to be mistaken for them."""
    sizes = {name: rng.integers(2, 5, 3) for name in ("C_", "H_", "W_")}
    j = int(rng.integers(1, 4))
    shape = tuple(int(found[j - 1]) for found in sizes.values())
    drawn = {name.rstrip("_"): found.astype(float) for name, found in sizes.items()}
    return drawn | {"j": j, "phi_hat": rng.normal(0, 1, shape), "phi": rng.normal(0, 1, shape)}


def _gram(features: np.ndarray) -> np.ndarray:
    return np.einsum("khw,lhw->kl", features, features) / features.size


def _gram_point(rng: np.random.Generator) -> dict:
    drawn = _maps(rng)
    del drawn["phi_hat"]
    return drawn | {"G": _gram(drawn["phi"])}


def _style(rng: np.random.Generator) -> dict:
    drawn = _maps(rng)
    made, wanted = _gram(drawn.pop("phi_hat")), _gram(drawn.pop("phi"))
    style = np.linalg.norm(made - wanted) ** 2
    return {**drawn, "G_hat": made, "G": wanted, "ell_style": style}


def _linear(rng: np.random.Generator) -> dict:
    M, P = rng.integers(2, 5, 2)
    K = rng.normal(0, 1, (M, P))
    return {"M": float(M), "K": K, "x": rng.normal(0, 1, P), "t": rng.normal(0, 1, P)}


def _chain(rng: np.random.Generator) -> dict:
    drawn = _linear(rng)
    M, P = drawn["K"].shape
    del drawn["t"]
    return drawn | {"P": float(P), "p": int(rng.integers(1, P + 1)), "phi": rng.normal(0, 1, M)}


DRAWS = {
    "eq-perceptual": _maps,
    "eq-perceptual-grad": _maps,
    "eq-gram": _gram_point,
    "eq-style": _style,
    "eq-perceptual-linear-derivation": _linear,
    "eq-perceptual-chain-derivation": _chain,
    "eq-perceptual-gatys": _maps,
    "eq-perceptual-channels": _maps,
}

USES = {
    "eq-perceptual-gatys": ["eq-perceptual"],
    "eq-perceptual-channels": ["eq-perceptual"],
}
