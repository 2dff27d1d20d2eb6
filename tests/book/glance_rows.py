"""The rows of *At a glance*, read and run: gradient, range, convexity, smoothness, minimiser.

A cell that no reader knows is wrong, so a new wording needs a reader here. ``glance.py``
has the losses as functions.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from eqtest.scope import plain
from scipy import optimize

from eqtest import evaluate
from lossbook import reference as R  # noqa: N812
from tests.book.glance import (
    AUDIT,
    FAR,
    PAGES,
    WORDS,
    Path,
    along,
    gaps,
    path,
    smoothness,
    through_zero,
    trial,
)

LABEL = re.compile(r"{eq}`(eq-[a-z0-9-]+)`")


class WrongRowError(AssertionError):
    """A row says something else than the code does, or something that is not read."""


def demand(claim: object, text: str) -> None:
    if not claim:
        raise WrongRowError(text)


# Gradient -----------------------------------------------------------------------------------

BY_CASES = r"\begin{{cases}} {0} & \text{{if }} {1} \\ {2} & \text{{otherwise}} \end{{cases}}"
BY_SIDE = (
    r"\begin{{cases}} {0} & \text{{if }} x < t \\ {1} & \text{{if }} x > t \\"
    r" 0 & \text{{otherwise}} \end{{cases}}"
)
ITS_LABEL = r"{eq}`eq-[a-z0-9-]+`"
# The cell's wording -> the formula that it says, and the gradient in whose place that is checked:
# a label, or the end of one that begins as the definition's.
GRADIENTS = [
    (r"\$(.+)\$ where \$(.+)\$, otherwise (\d)", BY_CASES, "-grad"),
    (rf"{ITS_LABEL}: \$(.+)\$ below the target, \$(.+)\$ above it", BY_SIDE, "-grad"),
    (
        rf"{ITS_LABEL}: \$(.+)\$ or \$(.+)\$; at \$x = t\$ every number between is a subgradient,"
        " and 0 is used",
        BY_SIDE,
        "-grad",
    ),
    (rf"{ITS_LABEL}: \$([^$]+)\$", "{0}", "-grad"),
    (
        r"\$([^$]+)\$(?: in the logit \$[sz](?:_k)?\$)?"
        r"(?:, with \$q = \\operatorname\{softmax\}\(z\)\$)?",
        "{0}",
        "-grad",
    ),
    (r"\$([^$]+)\$ in the logits", "{0}", "eq-softmax-loss-grad"),
    (r"\$([^$]+)\$ in \$q_k\$", "{0}", "-grad"),
    (r"\$([^$]+)\$ in the logits of \$q\$", "{0}", "-logits-grad"),
    (r"adds \$([^$]+)\$ \(L2\)", "{0}", "eq-structural-risk-l2-grad"),
    (r"\$([^$]+)\$ \(L1\)", "{0}", "eq-structural-risk-l1-grad"),
]


def check_gradient(label: str, cell: str) -> None:
    if cell == "0 wherever it exists":
        demand(is_flat(path(label, "", np.random.default_rng(0))), "it is not flat")
    elif cell == "$1/N$ for each loss":
        demand(np.allclose(R.empirical_risk_grad(np.arange(7.0)), 1 / 7), "not 1/N for each loss")
    elif cell == "towards the partner, or away from it up to $m$":
        held, apart = trial(label), np.linspace(0, 2, 9)
        same, other = ([held.call({"D": D, "y": y, "m": 1.0}) for D in apart] for y in (1, 0))
        demand(np.all(np.diff(same) > 0), "a partner is not drawn near")
        falls = np.diff(other)
        demand(np.all(falls[:4] < 0) and np.all(falls[4:] == 0), "not away from it up to m")
    elif any(re.fullmatch(wording, cell) for wording, _, _ in GRADIENTS):
        check_one_gradient(label, cell)
    else:
        cell = cell.removesuffix("; through the network in the image")
        for part in re.split(r"; | or (?=\$)|, (?={eq})", cell):
            check_one_gradient(label, part)


def check_one_gradient(label: str, part: str) -> None:
    beside = r"(?:: between \$(.+)\$ and \$(.+)\$| in the features)?"
    if named := re.fullmatch(LABEL.pattern + beside, part):
        slope = AUDIT.kind(named[1]) == "gradient" or named[1].endswith("-slope-derivation")
        gradient = named[1].startswith(f"{label}-") and slope
        demand(gradient, f"{named[1]} is no gradient of {label}")
        if named[2]:
            check_ends(named[1], named[2], named[3])
        return
    for wording, formula, target in GRADIENTS:
        if found := re.fullmatch(wording, part):
            other = target if target.startswith("eq-") else label + target
            demand(set(LABEL.findall(part)) <= {other}, f"the gradient is {other}")
            check_in_place(other, formula.format(*found.groups()))
            return
    raise WrongRowError(f"a gradient that is not read: {part}")


def check_in_place(label: str, formula: str) -> None:
    """Check a formula as the right side of a labelled gradient."""
    latex, page = AUDIT.latex[label], PAGES[label]
    side = AUDIT.trial(page, label).statement.chains[0].sides[1]
    changed = f"{latex[: side.start]}{formula}{latex[side.end :]}"
    other = replace(AUDIT, chapters={page: {**AUDIT.latex, label: changed}})
    row = other.row(page, label, mutants=False)
    demand(not row.problem, row.problem)


def check_ends(label: str, low: str, high: str) -> None:
    held = trial(label)
    for point in held.points:
        drawn = {plain(key): found for key, found in point.drawn.items()}
        name = held.call.arguments[0].symbol
        slopes = [float(held.call(drawn | {name: far})) for far in (-FAR, 0.3, FAR)]
        ends = [float(evaluate(end, drawn)) for end in (low, high)]
        demand(np.allclose([min(slopes), max(slopes)], ends), f"slopes {slopes}, not {ends}")


# Range --------------------------------------------------------------------------------------

# What scales the logits, where the prediction does not, and which of its powers.
STRETCHED = {
    "eq-l2-softmax-loss": ("alpha", 1),
    "eq-am-softmax-loss": ("s", 1),
    "eq-arcface-loss": ("s", 1),
    "eq-info-nce": ("T", -1),
}
RANGE = re.compile(r"\$([\[(])0, \\infty([\])])\$(.*)")
BESIDE = {
    *("", ", in the unit of the target", ", in the squared unit of the target"),
    *(": 0 is approached, never reached", "; 0 is approached, never reached"),
    *(" for positive weights", "; infinite where $q_k = 0$ and $p_k > 0$"),
}
BOUNDED = {
    "; for given class vectors bounded on both sides",
    ", bounded on both sides for given $s$, $m$, $C$",
    ", bounded on both sides for given $T$ and $N$; $\\log(N)$ where all cosines are equal",
}


def check_range(label: str, cell: str) -> None:
    rng = np.random.default_rng(1)
    paths = [path(label, "", rng) for _ in range(30)]
    near = np.array([one.value(one.draw()) for one in paths for _ in range(40)])
    if cell == "0 or 1; its mean is in $[0, 1]$":
        demand(set(near) == {0.0, 1.0} and 0 <= near.mean() <= 1, "other values than 0 and 1")
        return
    found = RANGE.fullmatch(cell)
    demand(found and found[3] in BESIDE | BOUNDED, f"a range that is not read: {cell}")
    far = np.array(list(stretched(label, rng)))
    demand(min(near.min(), far.min()) >= 0, "a value below 0")
    demand(far.min() < 1e-3, "0 is not approached")
    demand((near.min() == 0) == (found[1] == "["), f"the smallest value is {near.min()}")
    finite = far[np.isfinite(far)]
    demand(finite.max() > 20, "no large value")
    demand((np.isinf(near).any()) == (found[2] == "]"), "whether it is infinite anywhere")
    if "log(N)" in found[3]:
        equal = np.ones((5, 3))
        value = float(trial(label).call({"x": equal, "v": equal, "T": 0.3}))
        demand(np.isclose(value, np.log(5)), f"it is {value} for 5 equal features")
    if found[3] in BOUNDED:
        for one in paths[:10]:
            values = [one.value(FAR * one.draw()) for _ in range(40)]
            demand(max(values) < 60 and min(values) > 0, "not bounded")


def stretched(label: str, rng: np.random.Generator) -> Iterator[float]:
    """Yield values at predictions, or at the scale of the logits, of all sizes."""
    if label not in STRETCHED:
        for one in (path(label, "", rng) for _ in range(30)):
            yield from (one.value(at) for at in _sizes(one, label, rng))
        return
    for _ in range(300):
        one = along(label, "x", rng)
        held = trial(label)
        symbols = dict(one.symbols(one.draw()))
        name, power = STRETCHED[label]
        symbols[name] *= rng.choice([1.0, 10.0, 100.0]) ** power
        yield float(held.call(symbols))


def _sizes(one: Path, label: str, rng: np.random.Generator) -> Iterator[np.ndarray]:
    factors = (1, 5, 25) if label != "eq-kl-divergence" else (1,)
    for factor in factors:
        yield from (factor * one.draw() for _ in range(10))


# Convex -------------------------------------------------------------------------------------

OF_WHAT = re.compile("|".join([*map(re.escape, WORDS), r"\$[xWb]\$"]))
FILLERS = {
    *("yes", "no", "yes, in", "in", "not in", "yes, not strictly", "yes, strictly"),
    *("not in or", "not in or once $m \\ge 2$", "not in for $\\gamma > 0$"),
    *("yes, in , as $w_y \\ge 0$", "yes, in , and in", "in , in and in"),
}


def check_convex(label: str, cell: str) -> None:
    for clause in cell.split("; "):
        rest = re.sub(r"\s+", " ", OF_WHAT.sub("", clause)).strip()
        demand(rest in FILLERS, f"a claim that is not read: {clause}")
        for words in OF_WHAT.findall(clause) or [""]:
            rng = np.random.default_rng(2)
            found = np.concatenate([gaps(path(label, words, rng)) for _ in range(20)])
            demand(found.size, "nothing was compared")
            if rest.startswith(("no", "not")):
                demand(found.min() < -1e-6, f"no chord lies below the loss in {words}")
                continue
            demand(found.min() > -1e-9, f"a chord lies below the loss in {words}")
            if "strictly" in rest:
                strict = found.min() > 1e-12
                demand(strict == (rest == "yes, strictly"), "whether it is strictly convex")


# Smooth -------------------------------------------------------------------------------------

# The cell's wording -> for each claim: of what, how often differentiable, and where not.
SMOOTH: list[tuple[str, list[tuple[str, int, str]]]] = [
    (r"yes(?:, all derivatives exist)?", [("", 2, "")]),
    (r"yes, with constant second derivative (?P<curvature>\d+)", [("", 2, "")]),
    (r"yes, where \$q_k > 0\$", [("where $q_k > 0$", 2, "")]),
    (r"yes, except at \$x = 0\$", [("", 2, ""), ("x through 0", -1, "")]),
    (
        r"yes, except at \$x = 0\$ and \$W_k = 0\$",
        [("", 2, ""), ("x through 0", -1, ""), ("W through 0", -1, "")],
    ),
    (r"once differentiable", [("", 1, "")]),
    (
        r"once differentiable, but not at equal features of two classes",
        [("", 1, ""), ("equal features of two classes", 0, "")],
    ),
    (r"yes, off 0", [("", 2, ""), ("x through 0", -1, "")]),
    (r"no: a kink at the margin", [("", 0, "")]),
    (
        r"once differentiable in the angle, and not at \$x = 0\$",
        [("the angle", 1, ""), ("x through 0", 0, "")],
    ),
    (r"once; the curvature jumps at \$(?P<first>.+)\$", [("", 1, "first")]),
    (r"no: a kink at \$(?P<first>.+)\$", [("", 0, "first")]),
    (r"no: a kink at the (?P<first>target)", [("", 0, "first")]),
    (r"no: piecewise constant in any score", [("", -1, "")]),
    (
        r"not at \$(?P<first>[^$]+)\$, and with a jump at \$(?P<second>[^$]+)\$",
        [("a small angle", 0, "first"), ("the angle", -1, "second")],
    ),
    (
        r"in the features; in the image as far as the network is \(a ReLU has kinks\)",
        [("the features", 2, ""), ("the image", 0, "")],
    ),
]


def check_smooth(label: str, cell: str) -> None:
    found, claims = next(
        ((found, claims) for wording, claims in SMOOTH if (found := re.fullmatch(wording, cell))),
        (None, []),
    )
    demand(found, f"a claim that is not read: {cell}")
    for words, claimed, where in claims:
        rng, orders = np.random.default_rng(3), []
        for _ in range(8):
            one, a, b = line(label, words, rng)
            order, place = smoothness(one, a, b)
            orders.append(order)
            if where and order == claimed:
                demand(lies_at(found[where], one, place, b - a), f"not at {found[where]}")
        if words.endswith("through 0"):
            demand(min(orders) <= 0, f"smooth in {words}")
        else:
            demand(min(orders) == claimed, f"{min(orders)} times differentiable in {words}")
    if claims[0][1] == -1:
        demand(is_flat(path(label, "", np.random.default_rng(0))), "it is not flat")
    if "curvature" in found.groupdict():
        one = path(label, "", np.random.default_rng(0))
        at, step = one.draw(), 1e-2
        second = (one.value(at + step) - 2 * one.value(at) + one.value(at - step)) / step**2
        demand(np.isclose(second, float(found["curvature"]), rtol=1e-6), f"it is {second}")


def line(label: str, words: str, rng: np.random.Generator) -> tuple[Path, np.ndarray, np.ndarray]:
    """Return a loss and two points, between which it is looked at."""
    if words.endswith("through 0"):
        one = through_zero(label, words[0], rng)
        return one, np.array([-1.0]), np.array([1.1])
    if words == "a small angle":
        return path(label, "the angle", rng), np.array([-0.2]), np.array([0.25])
    if words == "the angle":
        return path(label, words, rng), np.array([0.05]), np.array([np.pi - 1e-3])
    one = path(label, words, rng)
    return one, one.draw(), one.draw()


def lies_at(equation: str, one: Path, place: np.ndarray, length: np.ndarray) -> bool:
    """Say whether an equation holds within two steps of a place."""
    left, right = ("x", "t") if equation == "target" else equation.split("=")

    def lacks(at: np.ndarray) -> float:
        drawn = dict(one.symbols(at))
        return float(evaluate(left, drawn)) - float(evaluate(right, drawn))

    found = [lacks(place + step * length / 400) for step in (-1, 0, 1)]
    return min(found) <= 0 <= max(found) or min(map(abs, found)) < 2e-3


def is_flat(one: Path) -> bool:
    """Say whether a loss of a number is constant but for some jumps."""
    values = np.array([one.value(np.array([at])) for at in np.linspace(-3, 3.1, 201)])
    return bool(np.mean(np.diff(values) == 0) > 0.95)


# Minimiser ----------------------------------------------------------------------------------


def best(risk: Callable[[float], float], low: float = -30, high: float = 30) -> float:
    """Return where a function of one number is smallest."""
    grid = np.linspace(low, high, 1201)
    middle = grid[np.argmin([risk(at) for at in grid])]
    step = grid[1] - grid[0]
    found = optimize.minimize_scalar(
        risk, bounds=(middle - step, middle + step), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


def at_two_labels(label: str, p: float) -> float:
    """Return the score with the smallest expected loss where the label is 1 with probability p."""
    held = trial(label)
    score, truth = (one.symbol for one in held.call.arguments[:2])
    other = -1 if truth == "y" and score == "f" else 0
    options = {"gamma": 2.0, "alpha": 0.5}
    return best(
        lambda f: sum(
            weight * float(held.call(options | {score: f, truth: value}))
            for weight, value in ((p, 1), (1 - p, other))
        )
    )


def at_classes(label: str, r: np.ndarray, **options: object) -> np.ndarray:
    """Return the probabilities of the logits with the smallest expected loss."""
    held = trial(label)

    def risk(z: np.ndarray) -> float:
        losses = [held.call({"z": z, "y": k + 1, **options}) for k in range(len(r))]
        return float(r @ losses)

    return R.softmax(optimize.minimize(risk, np.zeros(len(r)), tol=1e-10).x)


def constant(label: str, t: np.ndarray, **options: float) -> float:
    """Return the constant with the smallest mean loss on some targets."""
    held = trial(label)
    return best(
        lambda x: sum(float(held.call({"x": x, "t": one, **options})) for one in t),
        min(t) - 1,
        max(t) + 1,
    )


TARGETS = np.array([1.3, -0.4, 2.2, 5.1, 0.6, 9.7, 3.9])
TRUTH = np.array([0.5, 0.2, 0.3])
WEIGHTS = np.array([0.5, 2.0, 1.5])


def near(a: object, b: object, room: float = 2e-3) -> bool:
    return bool(np.allclose(a, b, rtol=0, atol=room))


def two_labels(claimed: Callable[[float], float]) -> Callable[[str], bool]:
    return lambda label: all(near(at_two_labels(label, p), claimed(p)) for p in (0.2, 0.7, 0.9))


def in_both_limits(name: str) -> Callable[[str], bool]:
    def holds(label: str) -> bool:
        low, high = (
            constant(label, TARGETS, **{name: 1e-3}),
            constant(label, TARGETS, **{name: 1e3}),
        )
        beside = np.array([1.0, 2, 4, 5, 100])
        outside = constant(label, beside, **{name: 2.0}) < np.median(beside) < np.mean(beside)
        return near(low, np.median(TARGETS), 0.01) and near(high, TARGETS.mean()) and outside

    return holds


def runs_away(*names: str) -> Callable[[str], bool]:
    """Say that scaling symbols lowers the loss of a right answer for ever."""

    def holds(label: str) -> bool:
        held = trial(label)
        drawn = {plain(key): found for key, found in held.points[0].drawn.items()}
        y = drawn["y"] - 1
        if "W" in drawn:
            drawn |= {"W": np.eye(len(drawn["W"]), len(drawn["x"])) - 0.1, "y": 1}
            drawn["x"] = drawn["W"][0]
        else:
            drawn["z"] = np.eye(drawn["z"].size)[y]
        values = []
        for factor in (1, 2, 4, 8, 16):
            scaled = {name: factor * drawn[name] for name in names}
            values.append(float(held.call(drawn | scaled)))
        return bool(np.all(np.diff(values) < 0))

    return holds


def only_direction(label: str) -> bool:
    rng = np.random.default_rng(4)
    one = path(label, "$x$", rng)
    at, other = one.draw(), one.draw()
    same, differs = one.value(7 * at), one.value(other)
    return near(one.value(at), same, 1e-9) and not near(same, differs)


def right_class(label: str) -> bool:
    if label == "eq-sigmoid-focal-loss":
        found = [float(R.sigmoid([at_two_labels(label, p)])[0]) for p in (0.2, 0.7)]
        return found[0] < 0.5 < found[1] and not near(found, [0.2, 0.7], 0.02)
    found = at_classes(label, TRUTH, gamma=2.0, alpha=np.ones(3))
    return found.argmax() == TRUTH.argmax() and not near(found, TRUTH, 0.02)


def to_a_constant(label: str) -> bool:
    held, v = trial(label), np.array([0.3, -1.2, 2.0])
    found = optimize.minimize(lambda z: float(held.call({"z": z, "v": v, "T": 2.0})), np.zeros(3))
    return near(np.ptp(found.x - v), 0)


def matched(label: str) -> bool:
    held = trial(label)
    found = optimize.minimize(
        lambda z: float(held.call({"p": TRUTH, "q": R.softmax(z)})), np.zeros(3)
    )
    return near(R.softmax(found.x), TRUTH)


def one_of_many(label: str) -> bool:
    """Two images with one loss: what the filters do not see may differ."""
    rng = np.random.default_rng(5)
    filters, image = rng.normal(size=(4, 6)), rng.normal(size=6)
    unseen = np.linalg.svd(filters)[2][-1]

    def loss(at: np.ndarray) -> float:
        made, wanted = (np.maximum(0, filters @ x).reshape(4, 1, 1) for x in (at, image))
        return float(trial(label).call({"phi_hat": made, "phi": wanted}))

    return near(loss(image + 3 * unseen), 0, 1e-12) and loss(image + filters[0]) > 1e-3


def most_probable(label: str) -> bool:
    held = trial(label)
    risks = [
        TRUTH @ [float(held.call({"y_hat": guess, "y": y})) for y in (1, 2, 3)]
        for guess in (1, 2, 3)
    ]
    return bool(np.argmin(risks) == TRUTH.argmax())


def log_odds(p: float) -> float:
    return float(np.log(p / (1 - p)))


MINIMISERS: dict[str, Callable[[str], bool]] = {
    "the most probable class": most_probable,
    r"$\sigma(s)$ = the true probability of class 1": two_labels(log_odds),
    "the log-odds": two_labels(log_odds),
    "the log-odds of each label": two_labels(log_odds),
    "half the log-odds": two_labels(lambda p: log_odds(p) / 2),
    r"the sign of the likelier class, $\pm 1$": two_labels(lambda p: np.sign(p - 0.5)),
    "$2 p - 1$, with $p$ the probability of class $+1$": two_labels(lambda p: 2 * p - 1),
    "$p$ = the true probabilities of the classes; with hard labels none, the logits run away": (
        lambda label: near(at_classes(label, TRUTH), TRUTH) and runs_away("z")(label)
    ),
    "probabilities proportional to $w_k$ times the true ones, not the true ones": lambda label: (
        near(at_classes(label, TRUTH, w=WEIGHTS), WEIGHTS * TRUTH / (WEIGHTS @ TRUTH))
    ),
    "none: the logits run away": runs_away("z"),
    "$z = v$, up to a constant": to_a_constant,
    "none: the lengths run away": lambda label: runs_away("x")(label) and runs_away("W")(label),
    "none: the length of the features runs away": lambda label: (
        runs_away("x")(label) and not runs_away("W")(label)
    ),
    "with hard labels none in $W$; in the direction of $x$ there is one": lambda label: (
        runs_away("W")(label) and only_direction(label)
    ),
    "for $x$: only its direction is determined": only_direction,
    "the right class, not the true probability: {eq}`eq-focal-undo`": right_class,
    "$q = p$": matched,
    "the median": lambda label: near(constant(label, TARGETS), np.median(TARGETS)),
    "the mean": lambda label: near(constant(label, TARGETS), TARGETS.mean()),
    r"the median for $\beta \to 0$, the mean for $\beta \to \infty$; in between not always between"
    " the two": in_both_limits("beta"),
    r"the same, with $\delta$": in_both_limits("delta"),
    r"the $\tau$-quantile of the target; the median for $\tau = \frac{1}{2}$": lambda label: (
        near(constant(label, TARGETS, tau=0.25), np.sort(TARGETS)[1])
        and near(constant(label, TARGETS, tau=0.5), np.median(TARGETS))
    ),
    "every image with the target's features; there can be many": one_of_many,
}


def check_minimiser(label: str, cell: str) -> None:
    demand(cell in MINIMISERS, f"a claim that is not read: {cell}")
    try:
        holds = MINIMISERS[cell](label)
    except KeyError as error:
        raise WrongRowError(f"{cell} is said of a loss of other symbols: {error}") from error
    demand(holds, f"the minimiser is another one than {cell}")


CHECKS = {
    "Gradient": check_gradient,
    "Range": check_range,
    "Convex": check_convex,
    "Smooth": check_smooth,
    "Minimiser": check_minimiser,
}
