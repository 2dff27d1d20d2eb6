"""One experiment for all margin losses: are two unseen images of the same class?

A small network is trained with any loss that holds class vectors. Its features then verify pairs
of images of classes that it never saw: two images are called the same if the cosine between their
features is large. :func:`digits` trains on 0 to 6 and verifies 7, 8 and 9, small enough for
pictures of what a loss does; :func:`glyphs` trains on up to a thousand characters and verifies
others, in fonts that are new too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import linear

from lossbook import functional
from lossbook._checks import require_choice, require_non_negative, require_positive, require_whole
from lossbook.book import datasets

SEEN, UNSEEN = tuple(range(7)), (7, 8, 9)

Numbers = NDArray[np.float64]


class Head(Protocol):
    """What ``train`` needs of a loss: a module such as ``lossbook.nn.ArcFaceLoss``."""

    weight: nn.Parameter

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features (N, d) against labels (N,)."""

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits (N, C) without a margin."""


class Task(NamedTuple):
    """Images in [0, 1] and labels (N,): two sets of seen classes, one of unseen ones."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    x_unseen: Tensor
    y_unseen: Tensor


class SoftmaxHead(nn.Module):
    """The plain softmax loss with class vectors of its own: the control, without a margin.

    Args:
        in_features: d, the number of features.
        num_classes: C, the number of classes.
        bias: whether each class has a bias, which starts at 0.
        loss: from logits (N, C) and labels (N,) to the loss; another loss of logits than softmax's.

    Example:
        >>> head = SoftmaxHead(16, 7)
        >>> head.logits(torch.zeros(2, 16)).shape
        torch.Size([2, 7])
        >>> focal = SoftmaxHead(16, 7, loss=functional.focal_loss)
        >>> x, y = torch.zeros(1, 16), torch.tensor([3])
        >>> round(focal(x, y).item() / head(x, y).item(), 4)  # (1 - 1/7)^2
        0.7347
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        bias: bool = False,
        loss: Callable[[Tensor, Tensor], Tensor] = functional.softmax_loss,
    ) -> None:
        super().__init__()
        require_whole("in_features", in_features)
        require_whole("num_classes", num_classes)
        self.loss = loss
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(num_classes, in_features).uniform_(-bound, bound))
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_classes)) if bias else None)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the mean loss of features (N, d) against labels (N,)."""
        return self.loss(self.logits(x), y)

    def logits(self, x: Tensor) -> Tensor:
        """Return the logits (N, C)."""
        return linear(x, self.weight, self.bias)


class PairHead(nn.Module):
    """A loss without class vectors, for batches of :func:`two_of_each`.

    Args:
        in_features: not used, nor is ``num_classes``: there is nothing to hold.
        num_classes: not used.
        loss: from anchors (N, d) and their positives (N, d) to the loss.

    Example:
        >>> from functools import partial
        >>> head = PairHead(16, 7, loss=partial(functional.info_nce_loss, temperature=0.5))
        >>> round(head(torch.eye(2).repeat(2, 1), torch.tensor([3, 1, 3, 1])).item(), 4)
        0.1269
    """

    def __init__(
        self, in_features: int, num_classes: int, *, loss: Callable[[Tensor, Tensor], Tensor]
    ) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the loss of features (2N, d), whose halves have the same labels."""
        anchors, positives = x.chunk(2)
        return self.loss(anchors, positives)


def batch_triplets(x: Tensor, positive: Tensor, *, m: float, negatives: str) -> Tensor:
    """Return the triplet loss of a batch's directions, whose positives are negatives of the others.

    Args:
        x: anchors (N, d), each of a class of its own.
        positive: their positives (N, d).
        m: the margin between the squared distances.
        negatives: ``"all"`` N - 1 of each anchor; ``"semi-hard"``: of those further away than its
            positive the nearest, or if there is none the furthest of all; or ``"hardest"``: the
            nearest of all.

    Raises:
        ValueError: if the negatives are none of these.

    Example:
        >>> from functools import partial
        >>> x = torch.eye(3)
        >>> loss = partial(batch_triplets, x, x.roll(1, dims=0), m=0.2)
        >>> [round(loss(negatives=which).item(), 2) for which in ("all", "semi-hard", "hardest")]
        [1.2, 0.2, 2.2]
    """
    require_choice("negatives", negatives, ("all", "semi-hard", "hardest"))
    x, positive = nn.functional.normalize(x, dim=1), nn.functional.normalize(positive, dim=1)
    own = torch.eye(len(x), dtype=torch.bool)
    if negatives == "all":
        anchor, other = (~own).nonzero(as_tuple=True)
        return functional.triplet_loss(x[anchor], positive[anchor], positive[other], m=m)
    cosines = x @ positive.T
    rank = cosines
    if negatives == "semi-hard":  # a cosine is at least -1: those that are too near rank below it
        rank = torch.where(cosines < cosines.diagonal()[:, None], cosines, -2 - cosines)
    nearest = rank.masked_fill(own, -4).argmax(dim=1)
    return functional.triplet_loss(x, positive, positive[nearest], m=m)


@cache
def digits(
    seen: tuple[int, ...] = SEEN, unseen: tuple[int, ...] = UNSEEN, *, seed: int = 0
) -> Task:
    """Return some digits for training and testing, and others that training never sees.

    Labels of seen classes count from 0 in the order of ``seen``; those of unseen ones are kept.

    Args:
        seen: the digits to train on.
        unseen: the digits to verify pairs of, none of them in ``seen``.
        seed: seed of the split into training and test images.

    Raises:
        ValueError: if a digit is both seen and unseen, or occurs twice.

    Example:
        >>> data = digits()
        >>> sorted(set(data.y_train.tolist())), sorted(set(data.y_unseen.tolist()))
        ([0, 1, 2, 3, 4, 5, 6], [7, 8, 9])
        >>> data = digits((0, 3), (5, 6))
        >>> sorted(set(data.y_train.tolist())), sorted(set(data.y_unseen.tolist()))
        ([0, 1], [5, 6])
    """
    if len({*seen, *unseen}) < len(seen) + len(unseen):
        raise ValueError(f"seen, unseen: got {seen} and {unseen}, expected no digit twice")
    data = datasets.digits(seed=seed)
    place = np.full(10, -1)
    place[list(seen)] = range(len(seen))
    train, test = place[data.y_train] >= 0, place[data.y_test] >= 0
    new, new_test = np.isin(data.y_train, unseen), np.isin(data.y_test, unseen)
    parts = (
        data.x_train[train],
        place[data.y_train[train]],
        data.x_test[test],
        place[data.y_test[test]],
        np.concatenate([data.x_train[new], data.x_test[new_test]]),
        np.concatenate([data.y_train[new], data.y_test[new_test]]),
    )
    return Task(*map(torch.from_numpy, parts))


def glyphs(
    classes: int, *, seed: int, part: Literal["validation", "test"] = "test", split: int = 0
) -> Task:
    """Return some training characters to learn, and the characters of another part to verify.

    The test images of seen classes are the learnt characters in the other part's fonts.

    Args:
        classes: C, the number of characters to train on, at most 1000.
        seed: seed of their choice.
        part: where the unseen characters and fonts come from; a choice is made on ``validation``.
        split: of the characters and fonts, as in :func:`lossbook.book.datasets.glyphs`.

    Raises:
        ValueError: if classes is not a whole number from 1 to 1000.

    Example:
        >>> data = glyphs(10, seed=0)
        >>> data.x_train.shape, data.x_test.shape, data.x_unseen.shape
        (torch.Size([170, 1, 16, 16]), torch.Size([60, 1, 16, 16]), torch.Size([2400, 1, 16, 16]))
    """
    require_whole("classes", classes)
    data = datasets.glyphs(split=split)
    train, test = data.part("train", "train"), data.part("train", part)
    if classes > len(train):
        raise ValueError(f"classes: got {classes}, expected at most {len(train)}")
    chosen = np.random.default_rng(seed).permutation(len(train))[:classes]
    every = (train[chosen], test[chosen], data.part(part, part))
    parts = []
    for images in every:
        labels = np.repeat(np.arange(len(images)), images.shape[1])
        parts += [images.reshape(-1, 1, *images.shape[2:]), labels]
    return Task(*map(torch.from_numpy, parts))


class Shift(nn.Module):
    """While training, shift a batch of images (N, 1, H, W) by at most one pixel each way."""

    def forward(self, images: Tensor) -> Tensor:
        """Return images of the same size; what is shifted in is 0."""
        if not self.training:
            return images
        down, right = torch.randint(3, (2,)).tolist()
        height, width = images.shape[2:]
        return nn.functional.pad(images, (1, 1, 1, 1))[
            :, :, down : down + height, right : right + width
        ]


def perceptron(features: int) -> nn.Module:
    """Return a network of one hidden layer for the digits: from (N, 64) to (N, features)."""
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, features))


def convolution(features: int) -> nn.Module:
    """Return a network of two convolutions for the glyphs: from (N, 1, 16, 16) to (N, features)."""
    return nn.Sequential(
        Shift(),
        nn.Conv2d(1, 12, 5, stride=2, padding=2),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.Conv2d(12, 32, 3, stride=2, padding=1),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, features),
    )


def any_images(labels: Tensor, draws: torch.Generator) -> Tensor:
    """Draw 128 images of whatever class, with replacement: their places."""
    return torch.randint(len(labels), (128,), generator=draws)


def two_of_each(labels: Tensor, draws: torch.Generator) -> Tensor:
    """Draw two images each of 64 classes, or of all if they are fewer: one of each, then another.

    Args:
        labels: class labels 0, 0, ..., 1, 1, ... in order, of each the same number.
        draws: what to draw with.

    Returns:
        The images' places; the two halves have the same labels.

    Example:
        >>> labels = torch.arange(3).repeat_interleave(4)
        >>> chosen = labels[two_of_each(labels, torch.Generator())]
        >>> chosen[:3].sort().values.tolist(), torch.equal(chosen[:3], chosen[3:])
        ([0, 1, 2], True)
    """
    classes = int(labels[-1]) + 1
    images = len(labels) // classes
    chosen = torch.randperm(classes, generator=draws)[:64]
    two = torch.rand(len(chosen), images, generator=draws).argsort(dim=1)[:, :2]
    return (chosen[:, None] * images + two).T.flatten()


@dataclass(frozen=True)
class Trained:
    """A network, the loss that it was trained with, and the images that it was trained on."""

    network: nn.Module
    head: Head
    data: Task

    def embed(self, images: Tensor) -> Tensor:
        """Return the features (N, d) of images, without a gradient."""
        with torch.no_grad():
            features: Tensor = self.network(images)
        return features

    def accuracy(self) -> float:
        """Return the share of test images of seen classes that are classified right."""
        with torch.no_grad():
            guess = self.head.logits(self.embed(self.data.x_test)).argmax(dim=1)
        return float((guess == self.data.y_test).double().mean())


def train(
    head: Callable[[int, int], nn.Module],
    *,
    seed: int,
    features: int = 16,
    steps: int = 300,
    rate: float = 0.003,
    decay: float = 0.0,
    schedule: Callable[[int], float] | None = None,
    data: Task | None = None,
    network: Callable[[int], nn.Module] = perceptron,
    batch: Callable[[Tensor, torch.Generator], Tensor] = any_images,
) -> Trained:
    """Train a network by Adam, on batches of at most 128 images and in their precision.

    The same seed gives the same starting network and the same batches, whatever the loss.

    Args:
        head: from d and C to a loss, such as ``lossbook.nn.ArcFaceLoss``.
        seed: seed of the starting weights and of the batches.
        features: d, the number of features.
        steps: number of steps.
        rate: Adam's step size; it falls to 0 along a half cosine.
        decay: Adam's weight decay, at least 0; it adds decay times each parameter to its gradient.
        schedule: from the step, counted from 0, to the head's ``annealing``.
        data: what to train on; by default :func:`digits`, the digits 0 to 6.
        network: from d to a network for these images.
        batch: what draws the images of a step, :func:`any_images` or :func:`two_of_each`.

    Returns:
        The trained network with its head.

    Raises:
        ValueError: if features or steps is not a whole number of at least 1, rate is not above 0,
            or decay is negative.

    Example:
        >>> trained = train(SoftmaxHead, seed=0, steps=50)
        >>> trained.accuracy() > 0.9
        True
    """
    require_whole("features", features)
    require_whole("steps", steps)
    require_positive("rate", rate)
    require_non_negative("decay", decay)
    data = digits() if data is None else data
    classes = int(data.y_train.max()) + 1
    draws = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        body = network(features).to(data.x_train.dtype)
        loss = head(features, classes).to(data.x_train.dtype)
        parameters = [*body.parameters(), *loss.parameters()]
        optimiser = torch.optim.Adam(parameters, lr=rate, weight_decay=decay)
        slower = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for step in range(steps):
            if schedule is not None:
                loss.annealing = schedule(step)  # type: ignore[assignment]
            images = batch(data.y_train, draws)
            optimiser.zero_grad()
            loss(body(data.x_train[images]), data.y_train[images]).backward()
            optimiser.step()
            slower.step()
    return Trained(body.eval(), loss, data)  # type: ignore[arg-type]


def pair_cosines(features: Tensor, labels: Tensor) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return the cosine of every pair of samples, and whether their labels are the same.

    Args:
        features: features (N, d).
        labels: class labels (N,).

    Returns:
        Cosines and same, one entry for each of the N (N - 1) / 2 pairs.

    Example:
        >>> x = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]])
        >>> cosines, same = pair_cosines(x, torch.tensor([0, 0, 1]))
        >>> cosines.tolist(), same.tolist()
        ([1.0, 0.0, 0.0], [True, False, False])
    """
    directions = nn.functional.normalize(features.double(), dim=1).numpy()
    first, second = np.triu_indices(len(directions), k=1)
    names = labels.numpy()
    return (directions @ directions.T)[first, second], names[first] == names[second]


def roc(scores: Numbers, same: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Return the receiver operating characteristic: what each threshold accepts.

    Args:
        scores: one score per pair; a pair is accepted if its score reaches the threshold.
        same: whether the pair is of one class; both answers must occur.

    Returns:
        False and true accept rate, the share of accepted pairs among the different and among the
        same ones; from 0 and 0 up to 1 and 1, a point for each distinct score and one before.

    Raises:
        ValueError: if the shapes differ, or one of both answers does not occur.

    Example:
        >>> false, true = roc(np.array([0.9, 0.8, 0.3]), np.array([True, False, True]))
        >>> false.tolist(), true.tolist()
        ([0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 0.5, 1.0])
    """
    if scores.shape != same.shape or scores.ndim != 1:
        raise ValueError(
            f"scores: got the shape {scores.shape}, expected one score for each entry of same, "
            f"{same.shape}"
        )
    if same.all() or not same.any():
        raise ValueError("same: got one answer only, expected pairs of both kinds")
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], same[order]
    last = np.append(ranked[1:] != ranked[:-1], True)  # equal scores are accepted together
    true = np.append(0.0, np.cumsum(hits)[last] / hits.sum())
    false = np.append(0.0, np.cumsum(~hits)[last] / (~hits).sum())
    return false, true


def equal_error_rate(scores: Numbers, same: NDArray[np.bool_]) -> float:
    """Return the rate at which false accepts and false rejects are equally frequent.

    Between two thresholds the curve is taken to be straight.

    Args:
        scores: one score per pair, larger for pairs that look more alike.
        same: whether the pair is of one class; both answers must occur.

    Returns:
        The rate, 0 for a perfect score and about 0.5 for one that knows nothing.

    Raises:
        ValueError: as :func:`roc`.

    Example:
        >>> equal_error_rate(np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, False, True, False]))
        0.5
    """
    return _crossing(*roc(scores, same))


def _crossing(false: Numbers, true: Numbers) -> float:
    """Return where a receiver operating characteristic has as many false accepts as rejects."""
    reject = 1 - true
    after = int(np.argmax(false >= reject))  # the first point at or behind the crossing
    before = after - 1
    gap, next_gap = reject[before] - false[before], false[after] - reject[after]
    share = gap / (gap + next_gap)
    return float(false[before] + share * (false[after] - false[before]))


def retrieval(features: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return rank-1 and MAP@R: how well each image finds the others of its class by cosine.

    Rank-1 is the share of images whose nearest other image is of the same class. MAP@R looks at the
    R nearest, where R is the number of other images of the class: the mean, over these places, of
    the precision up to the place if the image there is of the same class, else of 0.

    Args:
        features: features (N, d).
        labels: class labels (N,), with the same number of images for every class.

    Example:
        >>> x = torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [1.0, 0.9]])
        >>> retrieval(x, torch.tensor([0, 0, 1, 1]))
        (0.75, 0.75)

    Source: Musgrave, Belongie and Lim, A Metric Learning Reality Check, 2020, section 3.2.
    """
    directions = nn.functional.normalize(features, dim=1)
    cosines = directions @ directions.T
    cosines.fill_diagonal_(-2)
    others = int((labels == labels[0]).sum()) - 1
    found = labels[cosines.topk(others, dim=1).indices] == labels[:, None]
    precision = found.cumsum(dim=1) / torch.arange(1, others + 1)
    map_at_r = (precision * found).double().mean()
    return float(found[:, 0].double().mean()), float(map_at_r)


class Score(NamedTuple):
    """How features tell unseen classes apart, as shares.

    Equal error rate; true accept rate where the false accept rate is 0.01, and where it is 0.001;
    rank-1; MAP@R.
    """

    eer: float
    tar_2: float
    tar_3: float
    rank_1: float
    map_at_r: float


def score(features: Tensor, labels: Tensor) -> Score:
    """Score the features (N, d) of unseen classes by all pairs, and by the nearest ones.

    Example:
        >>> data = glyphs(10, seed=0, part="validation")
        >>> pixels = score(data.x_unseen.flatten(1), data.y_unseen)
        >>> round(pixels.eer, 2), round(pixels.map_at_r, 2)
        (0.09, 0.73)
    """
    false, true = roc(*pair_cosines(features, labels))
    at = {
        rate: float(true[np.searchsorted(false, rate, side="right") - 1]) for rate in (1e-2, 1e-3)
    }
    return Score(_crossing(false, true), at[1e-2], at[1e-3], *retrieval(features, labels))


class Angles(NamedTuple):
    """Mean angles in degrees between two images: of one class, and of two classes."""

    same: float
    other: float


class Verified(NamedTuple):
    """How a trained network does: on classes that it saw, and on classes that it did not."""

    accuracy: float
    eer: float
    seen: Angles
    unseen: Angles
    cosines: Numbers
    same: NDArray[np.bool_]


def mean_angles(cosines: Numbers, same: NDArray[np.bool_]) -> Angles:
    """Return the mean angles of pairs of one class and of pairs of two.

    Example:
        >>> mean_angles(np.array([1.0, 0.0]), np.array([True, False]))
        Angles(same=0.0, other=90.0)
    """
    degrees = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    return Angles(float(degrees[same].mean()), float(degrees[~same].mean()))


def verify(trained: Trained) -> Verified:
    """Verify every pair of unseen images.

    Returns:
        The accuracy on test images of seen classes; the equal error rate over the pairs of unseen
        images; the mean angles between test images of seen classes, and between unseen images; and
        the cosines of the unseen pairs, with whether they are of the same class.

    Example:
        >>> result = verify(train(SoftmaxHead, seed=0, steps=50))
        >>> result.seen.same < result.seen.other
        True
    """
    data = trained.data
    seen = pair_cosines(trained.embed(data.x_test), data.y_test)
    unseen = pair_cosines(trained.embed(data.x_unseen), data.y_unseen)
    return Verified(
        trained.accuracy(),
        equal_error_rate(*unseen),
        mean_angles(*seen),
        mean_angles(*unseen),
        *unseen,
    )


def trials(
    head: Callable[[int, int], nn.Module],
    *,
    seeds: Iterable[int] = range(5),
    data: Task | None = None,
    **options: Any,
) -> list[Verified]:
    """Train and verify once for each seed; ``options`` are further arguments of :func:`train`.

    Without data of its own, each seed has its own split of the digits.

    Example:
        >>> [result.eer < 0.5 for result in trials(SoftmaxHead, seeds=[0, 1], steps=20)]
        [True, True]
    """
    splits = ((seed, digits(seed=seed) if data is None else data) for seed in seeds)
    return [verify(train(head, seed=seed, data=split, **options)) for seed, split in splits]


def summary(results: Mapping[str, Sequence[Verified]]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table: mean ± standard deviation over each loss's runs.

    Example:
        >>> header, rows = summary({"softmax": trials(SoftmaxHead, seeds=[0, 1], steps=20)})
        >>> header[0], rows[0][0]
        ('Loss', 'softmax')
    """
    columns: dict[str, Callable[[Verified], float]] = {
        "accuracy (%)": lambda one: 100 * one.accuracy,
        "angle within (°)": lambda one: one.seen.same,
        "between (°)": lambda one: one.seen.other,
        "EER unseen (%)": lambda one: 100 * one.eer,
    }
    rows = []
    for name, found in results.items():
        pairs = (mean_and_spread([of(one) for one in found]) for of in columns.values())
        rows.append([name, *(f"{mean:.1f} ± {spread:.1f}" for mean, spread in pairs)])
    return ["Loss", *columns], rows


def mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean over seeds and the sample standard deviation, which divides by n - 1.

    Example:
        >>> mean_and_spread([1.0, 2.0, 3.0])
        (2.0, 1.0)
    """
    return float(np.mean(values)), float(np.std(values, ddof=1))
