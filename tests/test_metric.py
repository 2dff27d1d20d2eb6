"""Triplets and pairs: PyTorch's own, the hinge and the softmax behind them, and their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from tests.support import as_tensor, both_give, both_refuse

NAN, INF = float("nan"), float("inf")
ONE = [[1.0, 0.0]]
NONE = np.zeros((0, 2))

BAD = [
    ("triplet_loss", ([1.0], [1.0], [1.0]), {}, ValueError, r"x: .* \(N, d\).* got shape \(1,\)"),
    ("triplet_loss", (ONE, [[1.0]], ONE), {}, ValueError, r"positive: .* got shape \(1, 1\)"),
    ("triplet_loss", (ONE, ONE, [1.0, 0.0]), {}, ValueError, r"negative: .* got shape \(2,\)"),
    *(
        ("triplet_loss", (ONE, ONE, ONE), {"m": m}, ValueError, "m: .* of at least 0, got")
        for m in (-0.1, NAN, INF)
    ),
    ("triplet_loss", (NONE, NONE, NONE), {}, ValueError, "reduction: .* got an empty batch"),
    ("triplet_loss", (ONE, ONE, ONE), {"reduction": "avg"}, ValueError, "reduction: .* 'avg'"),
    *(
        ("info_nce_loss", arguments, {"temperature": 1}, ValueError, message)
        for arguments, message in (
            (([1.0], [1.0]), r"x: .* \(N, d\).* got shape \(1,\)"),
            ((np.zeros((2, 0)), np.zeros((2, 0))), r"x: .* d of at least 1, got shape \(2, 0\)"),
            ((ONE, [*ONE, *ONE]), r"positive: .* \(1, 2\), got shape \(2, 2\)"),
            ((NONE, NONE), "x: expected at least one pair, got an empty batch"),
        )
    ),
    *(
        ("info_nce_loss", (ONE, ONE), {"temperature": T}, ValueError, "temperature: .* above 0")
        for T in (0, -1, NAN, INF)
    ),
]
seeds = st.integers(0, 1000)


@pytest.mark.parametrize(("name", "arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(name, arguments, options, error, message):
    both_refuse(name, arguments, options, error, message)


def batch(seed: int, *, N: int = 5, d: int = 3, sets: int = 2) -> tuple[np.ndarray, ...]:
    return tuple(np.random.default_rng(seed).normal(0, 1, (sets, N, d)))


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_values_by_hand():
    both_give("triplet_loss", ([[0.0, 0.0]], [[3.0, 4.0]], [[0.0, 5.0]]), 0.2)
    both_give("triplet_loss", ([[0.0]], [[1.0]], [[2.0]]), 0.5, m=3.5)
    both_give("triplet_loss", ([[0.0]], [[1.0]], [[2.0]]), 0, m=3)
    both_give("info_nce_loss", (ONE, [[-2.0, 0.0]]), 0, temperature=0.1)
    pairs = [[3.0, 0.0], [0.0, 0.5]]
    both_give("info_nce_loss", (pairs, pairs), math.log1p(math.exp(-4)), temperature=0.25)


@given(seeds, st.floats(0, 3))
def test_a_triplet_equals_pytorch_with_squared_distances(seed: int, m: float):
    arrays = batch(seed, sets=3)
    tensors = [as_tensor(array).requires_grad_() for array in arrays]
    theirs = F.triplet_margin_with_distance_loss(
        *tensors, distance_function=lambda a, b: (a - b).square().sum(dim=1), margin=m or 1e-300
    )
    both_give("triplet_loss", arrays, theirs.detach(), m=m)
    ours = torch.autograd.grad(functional.triplet_loss(*tensors, m=m), tensors)
    torch.testing.assert_close(ours, torch.autograd.grad(theirs, tensors))


def test_pytorch_s_triplet_takes_roots_and_adds_a_small_number():
    """So its margin has another unit, and equal vectors are not at distance 0."""
    x, positive, negative = map(as_tensor, batch(0, sets=3))
    theirs = F.triplet_margin_loss(x, positive, negative, reduction="none", eps=0)
    apart = torch.linalg.vector_norm(x - positive, dim=1)
    away = torch.linalg.vector_norm(x - negative, dim=1)
    torch.testing.assert_close(theirs, (apart - away + 1).relu())
    assert F.pairwise_distance(x, x).min() > 0


@given(seeds, st.floats(0.1, 3))
def test_a_triplet_of_unit_vectors_is_a_hinge_of_cosines(seed: int, m: float):
    x, positive, negative = map(unit, batch(seed, sets=3))
    lead = 2 * ((x * positive).sum(axis=1) - (x * negative).sum(axis=1)) / m
    expected = m * reference.hinge_loss(lead, np.ones(5), reduction="none")
    both_give("triplet_loss", (x, positive, negative), expected, m=m, reduction="none")


@given(seeds, st.floats(0.1, 3))
def test_with_the_hardest_negative_it_is_the_hinge_of_many_classes(seed: int, m: float):
    x, positive = map(unit, batch(seed))
    cosines = x @ positive.T
    hardest = np.where(np.eye(5, dtype=bool), -2, cosines).argmax(axis=1)
    expected = m * reference.multiclass_hinge_loss(2 * cosines / m, np.arange(5))
    both_give("triplet_loss", (x, positive, positive[hardest]), expected, m=m)


def test_far_away_no_digits_cancel():
    x = torch.zeros(1, 1)
    positive, negative = torch.tensor([[3000.0]]), torch.tensor([[3000.001]])
    exact = reference.triplet_loss(*(v.double().numpy() for v in (x, positive, negative)), m=10)
    assert functional.triplet_loss(x, positive, negative, m=10).item() == pytest.approx(exact, 1e-6)
    naive = (x - positive).square() - (x - negative).square() + 10
    assert abs(naive.item() - exact) > 0.01


@given(seeds, st.floats(0.05, 5))
def test_info_nce_is_the_softmax_loss_of_the_batch(seed: int, temperature: float):
    arrays = batch(seed)
    x, v = map(as_tensor, arrays)
    cosines = F.normalize(x, dim=1) @ F.normalize(v, dim=1).T
    expected = F.cross_entropy(cosines / temperature, torch.arange(5))
    for layer, of in ((reference, np.asarray), (functional, as_tensor)):
        value = layer.info_nce_loss(*map(of, arrays), temperature=temperature)
        np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-14)
        own = layer.softmax_loss(of(cosines / temperature), of(np.arange(5)))
        np.testing.assert_allclose(value, own, rtol=1e-10, atol=1e-14)


@given(seeds)
def test_cold_it_is_the_lead_of_the_hardest_negative(seed: int):
    x, positive = map(unit, batch(seed))
    cosines = x @ positive.T
    lead = cosines.max(axis=1) - np.diag(cosines)
    for T in (1e-2, 1e-4):
        cold = T * reference.info_nce_loss(x, positive, temperature=T, reduction="none")
        assert (cold >= lead - 1e-12).all()
        assert (cold <= lead + T * math.log(5) + 1e-12).all()


def test_a_large_batch_needs_no_matrix_of_its_cosines():
    """It goes through the blocks of the margin losses: value and gradients stay the same."""
    torch.manual_seed(0)
    x, v = (torch.randn(1100, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    cosines = F.normalize(x, dim=1) @ F.normalize(v, dim=1).T
    plain = F.cross_entropy(cosines / 0.1, torch.arange(1100))
    kept: list[int] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        ours = functional.info_nce_loss(x, v, temperature=0.1)
    assert max(kept) <= 1100 * 4
    torch.testing.assert_close(ours, plain)
    torch.testing.assert_close(*(torch.autograd.grad(value, (x, v)) for value in (ours, plain)))


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (nn.TripletLoss, {"m": -1}, "m: .* got -1"),
        (nn.InfoNCELoss, {"temperature": 0}, "temperature: .* got 0"),
    ],
)
def test_modules_refuse_when_built(module: type, options: dict, message: str):
    with pytest.raises(ValueError, match=message):
        module(**options)
