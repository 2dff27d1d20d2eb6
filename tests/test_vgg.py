"""VGG16Features: torchvision's names, the normalisation, and weights that are checked."""

import hashlib
import http.server
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from lossbook import nn
from lossbook.nn import vgg

CONVOLUTIONS = {
    0: (3, 64),
    2: (64, 64),
    5: (64, 128),
    7: (128, 128),
    10: (128, 256),
    12: (256, 256),
    14: (256, 256),
    17: (256, 512),
    19: (512, 512),
    21: (512, 512),
    24: (512, 512),
    26: (512, 512),
    28: (512, 512),
}
DEPTH = 3  # enough for two convolutions, and quick to store


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class TestNetwork:
    def test_names_shapes_and_count_are_torchvisions(self):
        state = nn.VGG16Features(None).state_dict()
        wanted = {}
        for place, (before, after) in CONVOLUTIONS.items():
            wanted[f"features.{place}.weight"] = (after, before, 3, 3)
            wanted[f"features.{place}.bias"] = (after,)
        assert {key: tuple(value.shape) for key, value in state.items()} == wanted
        assert list(state) == list(wanted)
        assert sum(value.numel() for value in state.values()) == 14_714_688

    def test_layers(self):
        layers = list(nn.VGG16Features(None).features)
        assert len(layers) == 31
        for place, layer in enumerate(layers):
            kind = (
                torch.nn.Conv2d
                if place in CONVOLUTIONS
                else torch.nn.ReLU
                if place - 1 in CONVOLUTIONS
                else torch.nn.MaxPool2d
            )
            assert type(layer) is kind
            assert not getattr(layer, "inplace", False)

    @pytest.mark.parametrize(
        ("depth", "shape"),
        [
            (31, (512, 1, 1)),
            (30, (512, 2, 2)),
            (16, (256, 8, 8)),
            (9, (128, 16, 16)),
            (1, (64, 32, 32)),
        ],
    )
    def test_depths(self, depth: int, shape: tuple):
        assert nn.VGG16Features(None, depth=depth)(torch.rand(2, 3, 32, 32)).shape == (2, *shape)

    def test_normalises_as_imagenet_wants(self):
        network = nn.VGG16Features(None, depth=1)
        images = torch.rand(2, 3, 8, 8)
        normalised = images.clone()
        for channel, (mean, deviation) in enumerate(
            [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
        ):
            normalised[:, channel] = (images[:, channel] - mean) / deviation
        torch.testing.assert_close(network(images), network.features(normalised))
        assert not torch.allclose(network(images), network.features(images), atol=0.1)

    @pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
    def test_moves_to_another_dtype(self, dtype: torch.dtype):
        network = nn.VGG16Features(None, depth=5).to(dtype)
        assert network(torch.rand(1, 3, 4, 4, dtype=dtype)).dtype == dtype

    @pytest.mark.parametrize(
        ("images", "error", "message"),
        [
            (torch.rand(1, 3, 32, 31), ValueError, r"H and W at least 32, got .*\(1, 3, 32, 31\)"),
            (
                torch.rand(1, 1, 32, 32),
                ValueError,
                r"images: .* \(N, 3, H, W\), .*\(1, 1, 32, 32\)",
            ),
            (torch.rand(3, 32, 32), ValueError, r"images: .* got shape \(3, 32, 32\)"),
            (torch.ones(1, 3, 32, 32, dtype=torch.uint8), TypeError, "images: .* floating dtype"),
        ],
    )
    def test_bad_images(self, images: torch.Tensor, error: type, message: str):
        with pytest.raises(error, match=message):
            nn.VGG16Features(None)(images)

    @pytest.mark.parametrize("depth", [0, 32, -1, 2.5])
    def test_bad_depth(self, depth: float):
        with pytest.raises(ValueError, match=f"depth: .* 1 to 31, got {depth}"):
            nn.VGG16Features(None, depth=depth)

    def test_as_a_loss_network(self):
        network = nn.VGG16Features(None, depth=9)
        loss = nn.PerceptualLoss(network, ["features.3", "features.8"])
        images = torch.rand(1, 3, 16, 16).requires_grad_()
        loss(images, torch.rand(1, 3, 16, 16)).backward()
        assert images.grad.abs().max() > 0
        assert [tuple(found.shape) for found in loss.features(images)] == [
            (1, 64, 16, 16),
            (1, 128, 8, 8),
        ]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file as torchvision writes it: the features and a classifier."""
    torch.manual_seed(0)
    state = nn.VGG16Features(None, depth=DEPTH).state_dict()
    path = tmp_path / "source" / "weights.pth"
    path.parent.mkdir()
    torch.save(state | {"classifier.6.bias": torch.zeros(1000)}, path)
    return path


class TestLoading:
    def test_loads_what_is_in_the_file(self, weights: Path):
        network = nn.VGG16Features(weights, depth=DEPTH, sha256=digest(weights))
        state = torch.load(weights, weights_only=True)
        assert set(network.state_dict()) == set(state) - {"classifier.6.bias"}
        for key, value in network.state_dict().items():
            torch.testing.assert_close(value, state[key], rtol=0, atol=0)

    def test_loads_the_older_format(self, weights: Path):
        """Torchvision's own file is of that format."""
        state = torch.load(weights, weights_only=True)
        torch.save(state, weights, _use_new_zipfile_serialization=False)
        network = nn.VGG16Features(str(weights), depth=DEPTH, sha256=digest(weights))
        assert torch.equal(network.features[2].bias, state["features.2.bias"])

    def test_only_torchvisions_file_by_default(self, weights: Path):
        message = f"weights: expected SHA-256 397923af.*, got {digest(weights)}.*Nothing was loaded"
        with pytest.raises(ValueError, match=message):
            nn.VGG16Features(weights, depth=DEPTH)

    def test_truncated_file(self, weights: Path):
        expected = digest(weights)
        weights.write_bytes(weights.read_bytes()[:-1])
        with pytest.raises(ValueError, match="a truncated file, or another one"):
            nn.VGG16Features(weights, depth=DEPTH, sha256=expected)

    def test_missing_file(self, tmp_path: Path):
        with pytest.raises(
            FileNotFoundError, match=r"no file .*none.pth.* by hand, fetch https://"
        ):
            nn.VGG16Features(tmp_path / "none.pth")

    def test_missing_key(self, weights: Path):
        message = r"weights: expected features\.5\.weight of shape \(128, 64, 3, 3\), got None"
        with pytest.raises(ValueError, match=message):
            nn.VGG16Features(weights, depth=6, sha256=digest(weights))

    def test_wrong_shape(self, weights: Path):
        state = torch.load(weights, weights_only=True)
        torch.save(state | {"features.2.bias": torch.zeros(3)}, weights)
        with pytest.raises(ValueError, match=r"features\.2\.bias of shape \(64,\), got \(3,\)"):
            nn.VGG16Features(weights, depth=DEPTH, sha256=digest(weights))

    def test_code_in_the_file_does_not_run(self, weights: Path):
        marker = weights.with_name("ran")
        torch.save({"features.0.weight": Runs(marker)}, weights)
        with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
            nn.VGG16Features(weights, depth=DEPTH, sha256=digest(weights))
        assert not marker.exists()


class Runs:
    """An object whose unpickling writes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return Path.touch, (self.marker,)


class Half(http.server.BaseHTTPRequestHandler):
    """Announces twice the bytes that it sends."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "200")
        self.end_headers()
        self.wfile.write(b"x" * 100)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def half_server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Half) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/weights.pth"
        thread.join()


class TestFetching:
    def test_fetches_once(self, weights: Path, tmp_path: Path):
        expected, url = digest(weights), weights.as_uri()
        path = nn.fetch_vgg16(tmp_path / "cache", url=url, sha256=expected)
        assert path == tmp_path / "cache" / "weights.pth"
        weights.unlink()
        assert nn.fetch_vgg16(tmp_path / "cache", url=url, sha256=expected) == path
        nn.VGG16Features(path, depth=DEPTH, sha256=expected)

    def test_keeps_it_where_torchvision_does(
        self, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
        path = nn.fetch_vgg16(url=weights.as_uri(), sha256=digest(weights))
        assert path == tmp_path / "hub" / "checkpoints" / "weights.pth"
        assert vgg.VGG16_URL.endswith(f"/vgg16-{vgg.VGG16_SHA256[:8]}.pth")
        assert len(vgg.VGG16_SHA256) == 64

    def test_shows_how_far_it_is(
        self, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        nn.fetch_vgg16(tmp_path / "cache", url=weights.as_uri(), sha256=digest(weights))
        assert "100%" in capsys.readouterr().err
        nn.fetch_vgg16(tmp_path / "cache", url=weights.as_uri(), sha256=digest(weights))
        assert capsys.readouterr().err == ""  # nothing is fetched twice

    def test_wrong_hash_keeps_nothing(self, weights: Path, tmp_path: Path):
        with pytest.raises(ValueError, match=r"invalid hash value .* Nothing was kept"):
            nn.fetch_vgg16(tmp_path / "cache", url=weights.as_uri())
        assert not list((tmp_path / "cache").iterdir())

    def test_truncated_transfer_keeps_nothing(self, half_server: str, tmp_path: Path):
        with pytest.raises((ValueError, ConnectionError), match="by hand"):
            nn.fetch_vgg16(tmp_path / "cache", url=half_server, sha256=64 * "0")
        assert not list((tmp_path / "cache").iterdir())

    def test_offline(self, tmp_path: Path):
        with http.server.HTTPServer(("127.0.0.1", 0), Half) as server:
            url = f"http://127.0.0.1:{server.server_port}/weights.pth"
        message = rf"refused.* by hand, fetch {url} .* SHA-256 is 397923af"
        with pytest.raises(ConnectionError, match=message):
            nn.fetch_vgg16(tmp_path / "cache", url=url)
        assert not list((tmp_path / "cache").iterdir())

    def test_replaces_a_damaged_file(self, weights: Path, tmp_path: Path):
        (tmp_path / "weights.pth").write_bytes(weights.read_bytes()[:100])
        path = nn.fetch_vgg16(tmp_path, url=weights.as_uri(), sha256=digest(weights))
        assert digest(path) == digest(weights)

    def test_damaged_file_stays_refused_when_offline(self, weights: Path, tmp_path: Path):
        expected, url = digest(weights), weights.as_uri()
        damaged = tmp_path / "weights.pth"
        damaged.write_bytes(weights.read_bytes()[:100])
        weights.unlink()
        with pytest.raises(ConnectionError):
            nn.fetch_vgg16(tmp_path, url=url, sha256=expected)
        with pytest.raises(ValueError, match="truncated"):
            nn.VGG16Features(damaged, depth=DEPTH, sha256=expected)
