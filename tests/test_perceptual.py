"""The perceptual loss and its module: sizes, normalisations, gradients through a frozen network."""

import copy
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from lossbook import functional, nn, reference
from tests.support import both_give, both_refuse, equal_torch

MAPS = np.zeros((2, 3, 4, 5))

BAD = [
    ((MAPS, MAPS[:1]), {}, ValueError, r"target_features: .* \(2, 3, 4, 5\), got .*\(1, 3, 4, 5\)"),
    ((MAPS[0], MAPS[0]), {}, ValueError, r"features: .* \(N, C, H, W\).* got shape \(3, 4, 5\)"),
    (
        (MAPS[:, :0], MAPS[:, :0]),
        {},
        ValueError,
        r"features: .* no empty map, got .*\(2, 0, 4, 5\)",
    ),
    ((MAPS[:0], MAPS[:0]), {}, ValueError, "empty batch"),
    ((MAPS, MAPS), {"reduction": "avg"}, ValueError, "reduction: .* got 'avg'"),
]


@pytest.mark.parametrize(("arguments", "options", "error", "message"), BAD)
def test_bad_input_is_refused(arguments, options, error, message):
    both_refuse("perceptual_loss", arguments, options, error, message)


def maps(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


class TestFunction:
    a, b = maps(3, 2, 4, 5), maps(3, 2, 4, 5, seed=1)

    def test_values_by_hand(self):
        a, b = np.ones((2, 2, 1, 2)), np.zeros((2, 2, 1, 2))
        a[1] = 3
        both_give("perceptual_loss", (a, b), [1, 9], reduction="none")
        both_give("perceptual_loss", (a, b), 10, reduction="sum")
        both_give("perceptual_loss", (a, b), 5)

    def test_is_the_mean_of_l2_in_another_space(self):
        equal_torch("perceptual_loss", F.mse_loss, (self.a, self.b))
        equal_torch(
            "perceptual_loss",
            lambda a, b: F.mse_loss(a, b, reduction="none").flatten(1).mean(1),
            (self.a, self.b),
            reduction="none",
        )

    def test_other_normalisations_differ(self):
        """A sum over channels is C times, a sum over everything C H W times as large."""
        ours = functional.perceptual_loss(self.a, self.b, reduction="none")
        squares = (self.a - self.b).square()
        torch.testing.assert_close(squares.mean(dim=(2, 3)).sum(1), 2 * ours)
        torch.testing.assert_close(squares.sum(dim=(1, 2, 3)), 40 * ours)

    def test_half_precision_squares_do_not_overflow_on_the_way(self):
        features = torch.zeros(1, 1, 40, 40, dtype=torch.float16)
        features[..., 0, 0] = 400
        assert features.square().mean().isinf()
        assert functional.perceptual_loss(features, torch.zeros_like(features)) == 100
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = functional.perceptual_loss(features, features)
        assert loss.dtype == torch.float32  # as PyTorch's own losses answer there


class Twice(torch.nn.Module):
    """A network whose one layer runs twice, and another never."""

    def __init__(self) -> None:
        super().__init__()
        self.relu = torch.nn.ReLU()
        self.unused = torch.nn.ReLU()
        self.pair = Pair()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.pair(images)
        return self.relu(self.relu(images))


class Pair(torch.nn.Module):
    """A layer that returns no tensor."""

    def forward(self, images: torch.Tensor) -> tuple:
        return images, images


def network(*, inplace: bool = False) -> torch.nn.Sequential:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3),
        torch.nn.BatchNorm2d(3),
        torch.nn.ReLU(inplace=inplace),
        torch.nn.Dropout(0.5),
        torch.nn.Conv2d(3, 2, 3),
        torch.nn.ReLU(inplace=inplace),
    ).double()


class TestModule:
    images, targets = maps(2, 1, 8, 8), maps(2, 1, 8, 8, seed=1)

    @pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
    def test_is_the_sum_over_the_layers(self, reduction: str):
        phi = network().eval()
        wanted = sum(
            functional.perceptual_loss(
                phi[: last + 1](self.images), phi[: last + 1](self.targets), reduction=reduction
            )
            for last in (0, 2, 5)
        )
        loss = nn.PerceptualLoss(phi, ["0", "2", "5"], reduction=reduction)
        torch.testing.assert_close(loss(self.images, self.targets), wanted, rtol=1e-12, atol=0)

    def test_order_of_the_layers_is_kept(self):
        loss = nn.PerceptualLoss(network(), ["5", "0"])
        assert [found.shape[1] for found in loss.features(self.images)] == [2, 3]

    def test_gradient_reaches_the_image_and_not_the_network(self):
        loss = nn.PerceptualLoss(network(), ["2", "5"])
        images = self.images[:1, :, :5, :5].clone().requires_grad_()
        targets = self.targets[:1, :, :5, :5]
        assert torch.autograd.gradcheck(loss, (images, targets))
        loss(images, targets).backward()
        assert images.grad.abs().max() > 0
        assert all(p.grad is None and not p.requires_grad for p in loss.parameters())

    def test_descent_brings_the_features_together(self):
        loss = nn.PerceptualLoss(network(), ["2"])
        images = self.images.clone().requires_grad_()
        values = []
        for _ in range(20):
            values.append(loss(images, self.targets))
            (slope,) = torch.autograd.grad(values[-1], images)
            images = (images - slope).detach().requires_grad_()
        assert all(after < before for before, after in pairwise(values))

    def test_same_image_gives_zero_and_no_slope(self):
        loss = nn.PerceptualLoss(network(), ["2", "5"])
        images = self.images.clone().requires_grad_()
        value = loss(images, self.images)
        value.backward()
        assert value == 0
        assert not images.grad.any()

    def test_stays_in_evaluation_mode(self):
        """Dropout and batch statistics would make the loss of an image depend on chance."""
        phi = network()
        statistics = phi[1].running_mean.clone()
        loss = nn.PerceptualLoss(phi, ["5"])
        whole = torch.nn.ModuleDict({"loss": loss, "model": torch.nn.Dropout()}).train()
        assert whole["model"].training
        assert loss.training
        assert not any(part.training for part in phi.modules())
        assert loss(self.images, self.targets) == loss(self.images, self.targets)
        torch.testing.assert_close(phi[1].running_mean, statistics, rtol=0, atol=0)
        assert loss.train(False) is loss

    def test_layers_that_work_in_place_spoil_nothing(self):
        losses = [
            nn.PerceptualLoss(network(inplace=inplace), ["1", "4"]) for inplace in (False, True)
        ]
        values = [loss(self.images, self.targets) for loss in losses]
        assert values[0] == values[1]

    def test_the_network_is_listened_to_in_the_loss_alone(self):
        phi = network()
        loss, other = (nn.PerceptualLoss(phi, layers) for layers in (["2", "5"], ["2"]))
        wanted = loss(self.images, self.targets)
        with pytest.raises(RuntimeError):
            loss(self.images[..., :2], self.targets)  # smaller than the convolution
        for _ in range(2):
            phi(self.images)  # a layer that ran twice would be refused
        other(self.images, self.targets)
        assert loss(self.images, self.targets) == wanted

    def test_copied_and_stored(self, tmp_path):
        loss = nn.PerceptualLoss(network(), ["2", "5"])
        torch.save(loss, tmp_path / "loss.pt")
        wanted = loss(self.images, self.targets)
        for copied in (
            copy.deepcopy(loss),
            torch.load(tmp_path / "loss.pt", weights_only=False),
        ):
            loss.network[0].weight.data += 1  # another network
            assert copied(self.images, self.targets) == wanted

    @pytest.mark.filterwarnings("ignore")  # PyTorch's own, while it traces
    def test_compiled_as_one_graph(self):
        torch.compiler.reset()
        loss = nn.PerceptualLoss(network(), ["2", "5"])
        compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
        images = self.images.clone().requires_grad_()
        values = [call(images, self.targets) for call in (compiled, loss)]
        torch.testing.assert_close(*values)
        slopes = [torch.autograd.grad(value, images)[0] for value in values]
        torch.testing.assert_close(*slopes)

    def test_state_dict_and_repr(self):
        phi = network()
        loss = nn.PerceptualLoss(phi, ["2"])
        assert set(loss.state_dict()) == {f"network.{key}" for key in phi.state_dict()}
        assert "layers=('2',), reduction='mean'" in repr(loss)

    @pytest.mark.parametrize("layers", [[], ["6"], [""], ["2", "2"], "features.2"])
    def test_layers_that_are_not_there(self, layers: list):
        with pytest.raises(ValueError, match="layers: expected different names out of"):
            nn.PerceptualLoss(network(), layers)

    @pytest.mark.parametrize(
        ("layer", "error", "message"),
        [
            ("relu", ValueError, "layers: expected 'relu' to run once, got a second run"),
            ("unused", ValueError, "layers: expected 'unused' to run once, got no run"),
            ("pair", TypeError, r"layer 'pair': expected a torch\.Tensor, got tuple"),
        ],
    )
    def test_layers_that_do_not_run_once(self, layer: str, error: type, message: str):
        with pytest.raises(error, match=message):
            nn.PerceptualLoss(Twice(), [layer])(self.images, self.targets)

    def test_sizes_that_differ(self):
        with pytest.raises(ValueError, match=r"target_features: .* got shape \(2, 3, 5, 5\)"):
            nn.PerceptualLoss(network(), ["0"])(self.images, self.targets[..., 1:, 1:])

    def test_unknown_reduction(self):
        with pytest.raises(ValueError, match=r"reduction: .* got 'avg'"):
            nn.PerceptualLoss(network(), ["0"], reduction="avg")


def test_reference_gradient_through_a_linear_network():
    """The chain rule by hand: the gradient in the features, summed over weighed channels."""
    images, targets, weight = maps(2, 1, 3, 3), maps(2, 1, 3, 3, seed=1), maps(4, 1, 1, 1, seed=2)
    convolution = torch.nn.Conv2d(1, 4, 1, bias=False).double()
    convolution.weight.data = weight
    slopes = reference.perceptual_loss_grad(images * weight[:, 0], targets * weight[:, 0])
    images.requires_grad_()
    nn.PerceptualLoss(torch.nn.Sequential(convolution), ["0"])(images, targets).backward()
    by_hand = (slopes * weight[:, 0].numpy()).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(images.grad, by_hand, rtol=1e-10, atol=1e-14)
