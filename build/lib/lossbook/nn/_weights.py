"""Loading a loss network's weights from a file that is checked by its SHA-256."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import torch
from torch import nn


def load_weights(
    network: nn.Module, weights: str | os.PathLike[str], sha256: str, by_hand: str
) -> None:
    """Load those entries of a stored state dict that the network has.

    Args:
        network: where they go; the file's other entries, such as a classifier's, are left out.
        weights: the file.
        sha256: its SHA-256, in hexadecimal.
        by_hand: a sentence that says how to get it.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file has another SHA-256, or an entry is missing or of another shape.
    """
    if not Path(weights).exists():
        raise FileNotFoundError(f"weights: no file {weights}. {by_hand}")
    with open(weights, "rb") as file:
        # The digest and the weights come from one opening of the file: it cannot be swapped.
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise ValueError(
                f"weights: expected SHA-256 {sha256}, got {found} for {weights}: a truncated "
                "file, or another one. Nothing was loaded."
            )
        file.seek(0)
        state = torch.load(file, map_location="cpu", weights_only=True)
    for key, own in network.state_dict().items():
        shape = tuple(state[key].shape) if key in state else None
        if shape != tuple(own.shape):
            raise ValueError(f"weights: expected {key} of shape {tuple(own.shape)}, got {shape}")
    network.load_state_dict({key: state[key] for key in network.state_dict()})
