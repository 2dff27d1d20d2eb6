"""Cases of sections 2.1 to 2.3 and 3.3."""

from collections.abc import Callable

import numpy as np

from tests.cases import Arrays, Case


def _draw(*shape: int, join: float = 1.0) -> Callable[[np.random.Generator], Arrays]:
    """Residuals on both sides of 0 and, in turn, of the join; none close to either."""

    def draw(rng: np.random.Generator) -> Arrays:
        size = int(np.prod(shape))
        near, far = rng.uniform(0.1, 0.9, size), rng.uniform(1.1, 4, size)
        distances = np.where(np.arange(size) % 2, near, far).reshape(shape) * (join or 1)
        targets = rng.normal(0, 3, shape)
        return targets + distances * rng.choice([-1, 1], shape), targets

    return draw


def _extreme() -> Arrays:
    x = np.array([1e4, -1e4, 1e4, 0.0, 0.5, 300.0, 0.0, 3e4])
    return x, np.array([1e4, 1e4, -1e4, 0.0, 0.0, 0.0, 2.0**-14, -3e4])


CASES = [
    *(
        Case(name, _draw(*shape), _extreme)
        for name in ("l1_loss", "l2_loss")
        for shape in ((), (5,), (3, 1, 2))
    ),
    *(
        Case("smooth_l1_loss", _draw(3, 2, join=beta), _extreme, {"beta": beta})
        for beta in (0, 1e-3, 0.5, 1, 20, 1e6)
    ),
    *(
        Case("charbonnier_loss", _draw(3, 2, join=epsilon), _extreme, {"epsilon": epsilon})
        for epsilon in (1e-3, 0.5, 20)
    ),
    *(Case("log_cosh_loss", _draw(*shape), _extreme) for shape in ((), (3, 2))),
    *(Case("tukey_loss", _draw(3, 2, join=c), _extreme, {"c": c}) for c in (0.5, 4.685, 200)),
    *(
        Case("huber_loss", _draw(3, 2, join=delta), _extreme, {"delta": delta})
        for delta in (1e-3, 0.5, 1, 1.345, 20, 1e6)
    ),
    *(
        Case("quantile_loss", _draw(*shape), _extreme, {"tau": tau})
        for shape, tau in (((), 0.5), ((5,), 0.1), ((3, 1, 2), 0.75), ((4,), 0.999))
    ),
]
