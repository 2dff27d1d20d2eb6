"""Cases of section 0."""

import numpy as np

from tests.cases import Arrays, Case


def _draw(rng: np.random.Generator) -> Arrays:
    return rng.uniform(0, 3, 5), rng.uniform(0.1, 2, (2, 3)) * rng.choice([-1, 1], (2, 3))


def _extreme() -> Arrays:
    return np.array([0.0, 1e4]), np.array([-100.0, 0.0, 100.0])


CASES = [
    Case("empirical_risk", lambda rng: _draw(rng)[:1], lambda: _extreme()[:1], reduces=False),
    *(
        Case(
            "structural_risk",
            _draw,
            _extreme,
            {"lam": lam, "penalty": penalty},
            differentiable=(0, 1),
            reduces=False,
        )
        for lam in (0.0, 0.3)
        for penalty in ("l1", "l2")
    ),
]
