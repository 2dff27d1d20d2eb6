"""The convolutional part of VGG-16 as a loss network, with torchvision's names (section 2.4)."""

from __future__ import annotations

import hashlib
import os
from http.client import HTTPException
from pathlib import Path

import torch
from torch import Tensor, nn

from lossbook._checks import require_floating, require_images
from lossbook.nn._weights import load_weights

VGG16_URL = "https://download.pytorch.org/models/vgg16-397923af.pth"
VGG16_SHA256 = "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"

# Channels of the convolutions of each block, configuration D; a pooling ends each block.
BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
DEPTH = sum(2 * len(block) + 1 for block in BLOCKS)

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class VGG16Features(nn.Module):
    """The 13 convolutions of VGG-16, with ImageNet's normalisation of the colours in front.

    The keys of the state dict are those of torchvision's ``vgg16``, ``features.0.weight`` to
    ``features.28.bias``. As layers of a :class:`lossbook.nn.PerceptualLoss`: relu1_2 is
    ``features.3``, relu2_2 ``features.8``, relu3_3 ``features.15``, relu4_3 ``features.22``,
    relu5_3 ``features.29``. No layer works in place.

    Args:
        weights: a file with a state dict that has those keys; others, such as the classifier's, are
            left out. :func:`fetch_vgg16` gets one. None leaves the weights random.
        depth: how many of the 31 layers to keep, from the first on; 9 is up to relu2_2. What a loss
            does not look at need not be computed.
        sha256: the SHA-256 of that file, in hexadecimal; torchvision's file unless you say so.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file has another SHA-256 or lacks a key, or the depth is not 1 to 31.

    Example:
        >>> network = VGG16Features(None, depth=9)
        >>> network(torch.rand(1, 3, 32, 32)).shape
        torch.Size([1, 128, 16, 16])

    Source: Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image
    Recognition, 2015, table 1, configuration D.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(
        self,
        weights: str | os.PathLike[str] | None,
        *,
        depth: int = DEPTH,
        sha256: str = VGG16_SHA256,
    ) -> None:
        super().__init__()
        if depth not in range(1, DEPTH + 1):
            raise ValueError(f"depth: expected a whole number 1 to {DEPTH}, got {depth}")
        layers: list[nn.Module] = []
        channels = 3
        for block in BLOCKS:
            for width in block:
                layers += [nn.Conv2d(channels, width, kernel_size=3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(kernel_size=2))
        self.features = nn.Sequential(*layers[:depth])
        # Not part of the state dict, which has torchvision's keys only.
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(3, 1, 1), persistent=False)
        self.smallest = 2 ** sum(isinstance(layer, nn.MaxPool2d) for layer in self.features)
        if weights is not None:
            load_weights(self, weights, sha256, _by_hand(VGG16_URL, sha256))

    def forward(self, images: Tensor) -> Tensor:
        """Return the last layer's maps of RGB ``images`` (N, 3, H, W) with values in [0, 1]."""
        require_floating("images", images)
        require_images("images", images, self.smallest)
        maps: Tensor = self.features((images - self.mean) / self.deviation)
        return maps


def fetch_vgg16(
    folder: str | os.PathLike[str] | None = None,
    *,
    url: str = VGG16_URL,
    sha256: str = VGG16_SHA256,
) -> Path:
    """Return torchvision's file of VGG-16 weights (553 MB), fetched unless it is there.

    While it is fetched, a bar on stderr shows how far it is.

    Args:
        folder: where the file is kept; None is where torchvision keeps it,
            ``torch.hub.get_dir()`` and below it ``checkpoints``.
        url: where to fetch it, such as a mirror or a ``file:`` address.
        sha256: the SHA-256 that it must have, in hexadecimal.

    Returns:
        The path of a file with that SHA-256, for :class:`VGG16Features`.

    Raises:
        ConnectionError: if it cannot be fetched or written; the message says how to get it by hand.
        ValueError: if what came has another SHA-256; nothing of it is kept.
    """
    home = Path(folder) if folder is not None else Path(torch.hub.get_dir()) / "checkpoints"
    path = home / url.rsplit("/", 1)[-1]
    if path.exists():
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return path
    try:
        home.mkdir(parents=True, exist_ok=True)
        # Writes beside the path, and moves the file there only once its digest is right.
        torch.hub.download_url_to_file(url, str(path), hash_prefix=sha256)
    except (OSError, HTTPException) as error:
        raise ConnectionError(f"{url}: {error}. {_by_hand(url, sha256)}") from error
    except RuntimeError as error:
        raise ValueError(f"{url}: {error}. Nothing was kept. {_by_hand(url, sha256)}") from error
    return path


def _by_hand(url: str, sha256: str) -> str:
    """Say how to get the weights without this module."""
    return (
        f"To get it by hand, fetch {url} on a machine that reaches it, see that its SHA-256 is "
        f"{sha256}, copy it here and give its path to VGG16Features; VGG16Features(None) does "
        "without, with random weights."
    )
