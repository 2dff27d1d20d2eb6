"""The explorer's JavaScript against ``lossbook.reference``: its mathematics is checked like all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from explore import run
from numpy.typing import NDArray
from sklearn.datasets import load_linnerud

from lossbook import reference
from lossbook.reference.margin import additive_angular_margin, l_softmax_psi

Point = dict[str, Any]
Pair = tuple[float, float]  # value and slope

TOLERANCE = 1e-9
POINTS = 200
# What no JSON can hold is written as text.
OUTPUT = """
    console.log(JSON.stringify(results, (_, v) =>
        typeof v !== "number" || Number.isFinite(v) ? v : String(v)));
"""
EVALUATE = """
    const results = points.map(({ loss, x, p }) =>
        ["value", "slope"].map((name) => LOSSES[loss][name](x, p)));
"""
PRINTED = """
    const results = points.map(({ loss, x, p, precision }) =>
        LOSSES[loss].printed(x, p, PRECISIONS[precision]));
"""


def numbers(program: str, **values: Any) -> NDArray[np.float64]:
    """Run a program that leaves numbers in ``results``."""
    found = json.loads(run(program + OUTPUT, **values))
    return np.array(found, dtype=object).astype(float)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261126)


def losses() -> dict[str, dict[str, Any]]:
    """Return what the script says of its losses: kind, and the sliders of the parameters."""
    program = """
        console.log(JSON.stringify(Object.fromEntries(Object.entries(LOSSES).map(
            ([key, { kind, parameters }]) => [key, { kind, parameters }]))));
    """
    found: dict[str, dict[str, Any]] = json.loads(run(program))
    return found


LOSSES = losses()


def of_scores(name: str, *, labels: tuple[int, int] = (-1, 1), **names: str) -> Callable[..., Pair]:
    """A loss of one score; ``names`` gives the function's arguments for the sliders'."""

    def pair(x: float, p: Point) -> Pair:
        y = labels[p["y"] > 0]
        options = {argument: p[slider] for argument, slider in names.items()}
        value, slope = _functions(name)
        return float(value([x], [y], **options)), float(slope([x], [y], **options)[0])

    return pair


def of_logits(name: str, **names: str) -> Callable[..., Pair]:
    """A softmax loss of the logits x and 0; class 0 is the positive one."""

    def pair(x: float, p: Point) -> Pair:
        y = int(p["y"] < 0)
        options: dict[str, Any] = {argument: p[slider] for argument, slider in names.items()}
        if "weight" in options:
            options["weight"] = [options["weight"], 1]
        value, slope = _functions(name)
        options["reduction"] = "sum"  # a mean would divide by the weight
        z = [[x, 0.0]]
        return float(value(z, [y], **options)), float(slope(z, [y], **options)[0, 0])

    return pair


def of_angles(name: str, length: str = "", **names: str) -> Callable[..., Pair]:
    """A head with two class vectors at the angle phi, and the feature between them."""

    def pair(x: float, p: Point) -> Pair:
        options = {argument: p[slider] for argument, slider in names.items()}
        phi, size = np.radians(p["phi"]), p[length] if length else 1.0
        feature = size * np.array([[np.cos(x), np.sin(x)]])
        vectors = [[1.0, 0.0], [np.cos(phi), np.sin(phi)]]
        value, slope = _functions(name)
        along = size * np.array([-np.sin(x), np.cos(x)])  # how the feature moves with the angle
        gradient = slope(feature, vectors, [0], **options)[0][0]
        return float(value(feature, vectors, [0], **options)), float(gradient @ along)

    return pair


def of_errors(name: str, **names: str) -> Callable[..., Pair]:
    """A loss of prediction less target."""

    def pair(x: float, p: Point) -> Pair:
        options = {argument: p[slider] for argument, slider in names.items()}
        value, slope = _functions(name)
        return float(value([x], [0.0], **options)), float(slope([x], [0.0], **options)[0])

    return pair


def _functions(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return getattr(reference, name), getattr(reference, f"{name}_grad")


PAIRS: dict[str, Callable[..., Pair]] = {
    "hinge": of_scores("hinge_loss"),
    "squared-hinge": of_scores("squared_hinge_loss"),
    "exponential": of_scores("exponential_loss"),
    "logistic": of_scores("logistic_loss"),
    "weighted": of_logits("weighted_softmax_loss", weight="w"),
    "temperature": of_logits("soft_softmax_loss", temperature="T"),
    "smoothing": of_logits("softmax_loss", label_smoothing="epsilon"),
    "focal": of_scores("sigmoid_focal_loss", labels=(0, 1), gamma="gamma", alpha="alpha"),
    "l2-softmax": of_angles("l2_softmax_loss", alpha="alpha"),
    "a-softmax": of_angles("a_softmax_loss", length="s", m="m"),
    "am-softmax": of_angles("am_softmax_loss", s="s", m="m"),
    "arcface": of_angles("arcface_loss", s="s", m="m"),
    "l1": of_errors("l1_loss"),
    "l2": of_errors("l2_loss"),
    "smooth-l1": of_errors("smooth_l1_loss", beta="beta"),
    "huber": of_errors("huber_loss", delta="delta"),
    "quantile": of_errors("quantile_loss", tau="tau"),
    "charbonnier": of_errors("charbonnier_loss", epsilon="epsilon"),
    "log-cosh": of_errors("log_cosh_loss"),
    "tukey": of_errors("tukey_loss", c="c"),
}
# Where pieces of a loss meet, in terms of its parameters.
KINKS: dict[str, Callable[[Point], list[float]]] = {
    "hinge": lambda p: [-1.0, 1.0],
    "squared-hinge": lambda p: [-1.0, 1.0],
    "smooth-l1": lambda p: [-p["beta"], p["beta"]],
    "huber": lambda p: [-p["delta"], p["delta"]],
    "tukey": lambda p: [-p["c"], p["c"]],
}


def test_every_loss_is_compared() -> None:
    assert PAIRS.keys() == LOSSES.keys()


def drawn(loss: str, rng: np.random.Generator) -> Point:
    """Return parameters within the reach of the sliders, at its ends too."""
    sliders = LOSSES[loss]["parameters"]
    p: Point = {"y": int(rng.choice([-1, 1]))}
    for name, slider in sliders.items():
        low, high = slider["min"], slider["max"]
        whole = slider["step"] == 1
        inside = rng.integers(low, high + 1) if whole else rng.uniform(low, high)
        p[name] = float(rng.choice([low, inside, inside, inside, high]))
        if name == "m" and whole:
            p[name] = int(p[name])
    return p


def points(loss: str, rng: np.random.Generator) -> Iterator[tuple[float, Point]]:
    """Draw points: near 0 and far away, at 0 and at each kink."""
    for _ in range(POINTS):
        p = drawn(loss, rng)
        if LOSSES[loss]["kind"] == "angle":
            yield float(rng.uniform(1e-3, np.pi - 1e-3)), p  # at 0 a gradient has no direction
            continue
        size = float(rng.choice([0.1, 1.0, 10.0, 300.0]))
        yield float(rng.normal() * size), p
        for x in [0.0, *KINKS.get(loss, lambda p: [])(p)]:
            yield x, p


@pytest.mark.parametrize("loss", PAIRS)
def test_value_and_slope_are_those_of_the_reference(loss: str, rng: np.random.Generator) -> None:
    drawn_points = list(points(loss, rng))
    ours = numbers(EVALUATE, points=[{"loss": loss, "x": x, "p": p} for x, p in drawn_points])
    theirs = [PAIRS[loss](x, p) for x, p in drawn_points]
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("m", [0.0, 0.3, 0.5, 1.5])
def test_the_margins_are_right_on_their_borders(m: float) -> None:
    # The reference takes the angle from vectors, which cannot hit a border; its psi can.
    border = np.pi - m
    theta = np.array([0.0, border - 1e-9, border, border + 1e-9, np.pi])
    program = """
        const results = theta.map((x) =>
            [LOSSES.arcface.psi(x, { m }), LOSSES["a-softmax"].psi(x, { m: 3 })]);
    """
    found = numbers(program, theta=theta.tolist(), m=m)
    near = theta[theta <= np.pi]
    np.testing.assert_allclose(found[: near.size, 0], additive_angular_margin(m)(near)[0])
    np.testing.assert_allclose(found[: near.size, 1], l_softmax_psi(near, m=3))


# Precisions --------------------------------------------------------------------------------------


def test_every_number_of_16_bits_and_the_middles_between_them_round_as_in_numpy(
    rng: np.random.Generator,
) -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(float)
    finite = np.sort(every[np.isfinite(every)])
    middles = (finite[1:] + finite[:-1]) / 2
    drawn = rng.normal(size=20_000) * 2.0 ** rng.integers(-30, 20, size=20_000)
    beyond = np.array([65519.9, 65520.0, 65536.0, 1e300, 1e-300])
    x = np.concatenate([finite, middles, np.nextafter(middles, np.inf), drawn, beyond, -beyond])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(
            numbers("const results = x.map(half);", x=x.tolist()), x.astype(np.float16)
        )


def softmax_of(own: Any, other: Any) -> Any:
    return np.exp(own) / (np.exp(own) + np.exp(other))


def printed_focal(x: Any, p: Point) -> Any:
    own = 1 / (1 + np.exp(-x))
    rest, weight = 1 - own, p["alpha"]
    if p["y"] < 0:
        own, rest, weight = rest, own, 1 - weight
    return weight * rest ** p["gamma"] * -np.log(own)


def printed_smoothing(x: Any, p: Point) -> Any:
    epsilon, zero = p["epsilon"], 0 * p["epsilon"]
    # The part is worked out before it is rounded, as the targets of a data set are.
    t = type(x)(1 - float(epsilon) / 2 if p["y"] > 0 else float(epsilon) / 2)
    return t * -np.log(softmax_of(x, zero)) + (1 - t) * -np.log(softmax_of(zero, x))


def printed_smooth_l1(x: Any, p: Point) -> Any:
    beta = p["beta"]
    return x**2 / (2 * beta) if abs(x) < beta else abs(x) - beta / 2


def printed_huber(x: Any, p: Point) -> Any:
    delta = p["delta"]
    return x**2 / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2)


def printed_tukey(x: Any, p: Point) -> Any:
    most = p["c"] ** 2 / 6
    return most * (1 - (1 - x**2 / p["c"] ** 2) ** 3) if abs(x) <= p["c"] else most


# In NumPy, x and the parameters being numbers of the precision. The margins are at the end of this
# section: NumPy's cosine of few bits is another.
BY_NUMPY: dict[str, Callable[[Any, Point], Any]] = {
    "hinge": lambda x, p: np.maximum(0 * x, 1 - p["y"] * x),
    "squared-hinge": lambda x, p: np.maximum(0 * x, 1 - p["y"] * x) ** 2,
    "exponential": lambda x, p: np.exp(-p["y"] * x),
    "logistic": lambda x, p: np.log(1 + np.exp(-p["y"] * x)),
    "weighted": lambda x, p: (
        p["w"] * -np.log(softmax_of(x, 0 * p["w"]))
        if p["y"] > 0
        else -np.log(softmax_of(0 * p["w"], x))
    ),
    "temperature": lambda x, p: (
        -np.log(
            softmax_of(x / p["T"], 0 * p["T"]) if p["y"] > 0 else softmax_of(0 * p["T"], x / p["T"])
        )
    ),
    "smoothing": printed_smoothing,
    "focal": printed_focal,
    "l1": lambda x, p: np.abs(x),
    "l2": lambda x, p: x**2,
    "smooth-l1": printed_smooth_l1,
    "huber": printed_huber,
    "quantile": lambda x, p: p["tau"] * -x if x < 0 else (1 - p["tau"]) * x,
    "charbonnier": lambda x, p: np.sqrt(x**2 + p["epsilon"] ** 2) - p["epsilon"],
    "log-cosh": lambda x, p: np.log((np.exp(x) + np.exp(-x)) / 2),
    "tukey": printed_tukey,
}
# What no error within the explorer's reach of 400 takes out of 32 bits.
NEVER_IN_32 = {"squared-hinge", "l2", "charbonnier"}
NEVER = {"hinge", "l1", "smooth-l1", "huber", "quantile", "tukey"}


@pytest.mark.parametrize("precision", ["float16", "float32"])
@pytest.mark.parametrize("loss", BY_NUMPY)
def test_the_printed_form_overflows_where_numpys_does(
    loss: str, precision: str, rng: np.random.Generator
) -> None:
    kind = getattr(np, precision)
    cases = [(float(rng.uniform(-400, 400)), drawn(loss, rng)) for _ in range(POINTS)]
    ours = numbers(
        PRINTED, points=[{"loss": loss, "x": x, "p": p, "precision": precision} for x, p in cases]
    )
    with np.errstate(all="ignore"):
        theirs = np.array(
            [
                BY_NUMPY[loss](kind(x), {name: kind(value) for name, value in p.items()})
                for x, p in cases
            ]
        )
    assert theirs.dtype == kind
    never = NEVER | (NEVER_IN_32 if precision == "float32" else set())
    assert np.isfinite(theirs).all() == (loss in never)
    np.testing.assert_allclose(ours, theirs, rtol=20 * np.finfo(kind).eps, atol=1e-3)


@pytest.mark.parametrize("loss", PAIRS)
def test_the_printed_form_is_the_loss_where_nothing_is_rounded(
    loss: str, rng: np.random.Generator
) -> None:
    at = [float(x) for x in rng.uniform(0.1, 3.0, size=POINTS)]
    cases = [{"loss": loss, "x": x, "p": drawn(loss, rng), "precision": "float64"} for x in at]
    values = numbers(EVALUATE, points=cases)[:, 0]
    printed = numbers(PRINTED, points=cases)
    # Where a probability rounds to 1 or a bound is large, the printed form loses digits.
    np.testing.assert_allclose(printed, values, rtol=1e-6, atol=1e-9)


# Decisions ---------------------------------------------------------------------------------------

SHARES = [0.01, 0.2, 0.5, 0.7, 0.99]
SCORES = [loss for loss in PAIRS if LOSSES[loss]["kind"] == "score"]
ERRORS = [loss for loss in PAIRS if LOSSES[loss]["kind"] == "error"]
ANGLES = [loss for loss in PAIRS if LOSSES[loss]["kind"] == "angle"]


@pytest.mark.parametrize("loss", SCORES)
def test_no_score_has_a_smaller_expected_loss(loss: str, rng: np.random.Generator) -> None:
    def expected(x: float, p: Point, share: float) -> float:
        positive, negative = (PAIRS[loss](x, {**p, "y": y})[0] for y in (1, -1))
        return share * positive + (1 - share) * negative

    cases = [(drawn(loss, rng), share) for share in SHARES for _ in range(5)]
    program = """
        const results = cases.map(([p, share]) =>
            [...bestScores(LOSSES[loss], p, share), flip(LOSSES[loss], p)]);
    """
    for (p, share), (first, last, flip) in zip(
        cases, numbers(program, loss=loss, cases=cases), strict=True
    ):
        least = expected(first, p, share)
        assert expected(last, p, share) == pytest.approx(least, abs=1e-9)
        others = [expected(x, p, share) for x in np.linspace(-60, 60, 241)]
        assert least <= min(others) + 1e-9
        for outside in (first - 0.05, last + 0.05):  # the interval ends where the loss rises
            assert expected(outside, p, share) > least
        # Where the decision turns, the expected loss is flat at the score 0.
        slopes = [PAIRS[loss](0.0, {**p, "y": y})[1] for y in (1, -1)]
        assert flip * slopes[0] + (1 - flip) * slopes[1] == pytest.approx(0, abs=1e-9)


def test_the_jumps_are_scikit_learns() -> None:
    jumps = load_linnerud().data[:, 2] / 10
    np.testing.assert_array_equal(numbers("const results = JUMPS;"), jumps)


@pytest.mark.parametrize("loss", ERRORS)
def test_no_place_has_a_smaller_mean_loss(loss: str, rng: np.random.Generator) -> None:
    jumps = load_linnerud().data[:, 2] / 10

    def mean(place: float, p: Point) -> float:
        return float(np.mean([PAIRS[loss](place - jump, p)[0] for jump in jumps]))

    cases = [drawn(loss, rng) for _ in range(6)]
    program = """
        const results = cases.map((p) =>
            [...bestPlaces(LOSSES[loss], p), risk(LOSSES[loss], p, 7)]);
    """
    for p, (first, last, at_seven) in zip(
        cases, numbers(program, loss=loss, cases=cases), strict=True
    ):
        assert at_seven == pytest.approx(mean(7, p))
        assert mean(last, p) == pytest.approx(mean(first, p), abs=1e-9)
        assert mean(first, p) <= min(mean(place, p) for place in np.linspace(0, 26, 521)) + 1e-9


def test_mean_median_and_quantile_are_found() -> None:
    jumps = np.sort(load_linnerud().data[:, 2] / 10)
    program = """
        const results = [["l2", {}], ["l1", {}], ["quantile", { tau: 0.1 }]].map(
            ([loss, p]) => bestPlaces(LOSSES[loss], p));
    """
    middle = [jumps[9], jumps[10]]
    expected = [[jumps.mean(), jumps.mean()], middle, [jumps[1], jumps[2]]]
    np.testing.assert_allclose(numbers(program), expected, atol=1e-9)


@pytest.mark.parametrize("loss", ANGLES)
def test_the_border_is_where_the_loss_is_log_2(loss: str, rng: np.random.Generator) -> None:
    cases = [drawn(loss, rng) for _ in range(30)]
    program = "const results = cases.map((p) => border(LOSSES[loss], p));"
    for p, (angle, empty) in zip(cases, numbers(program, loss=loss, cases=cases), strict=True):
        phi = np.radians(p["phi"])
        assert empty == pytest.approx(phi - 2 * angle)
        if angle > 1e-6:
            assert PAIRS[loss](angle, p)[0] == pytest.approx(np.log(2), abs=1e-6)
        else:  # no feature costs less
            assert PAIRS[loss](1e-6, p)[0] > np.log(2) - 1e-4


@pytest.mark.parametrize("phi", [30, 60, 120])
def test_arcface_leaves_its_margin_empty_at_every_angle(phi: int) -> None:
    program = "const results = border(LOSSES.arcface, { s: 30, m: 0.5, phi });"
    assert numbers(program, phi=phi)[1] == pytest.approx(0.5)


# Addresses ---------------------------------------------------------------------------------------


def test_an_address_restores_the_state_that_it_was_written_from() -> None:
    program = """
        const results = addresses.map((address) => write(read(address)));
        console.log(JSON.stringify(results));
    """
    addresses = [
        "loss=focal",
        "loss=focal&y=-1&gamma=5",
        "loss=l2&range=400&x=-304",
        "loss=arcface&precision=float16&m=0.3&x=90",
    ]
    found = json.loads(run(program, addresses=addresses))
    for address, back in zip(addresses, found, strict=True):
        assert dict(part.split("=") for part in back.split("&")) == dict(
            part.split("=") for part in address.split("&")
        )
    assert json.loads(run(program, addresses=["", "loss=no&gamma=9", "loss=a-softmax&m=2.4"])) == [
        "loss=focal",
        "loss=focal&gamma=5",
        "loss=a-softmax&m=2",
    ]
