"""Seeded streams; nothing here or above touches the global random state."""

import hashlib

import numpy as np


def derive(seed: int, *labels: str | int) -> int:
    """A 63-bit seed for one named purpose, so that streams of one experiment are independent.

    Example:
        >>> derive(0, "weights") == derive(0, "weights"), derive(0, "weights") == derive(0, "batches")
        (True, False)
    """
    text = "/".join(map(str, (seed, *labels)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def numpy_stream(seed: int, *labels: str | int) -> np.random.Generator:
    """A NumPy generator for one named purpose."""
    return np.random.default_rng(derive(seed, *labels))


def torch_stream(seed: int, *labels: str | int):
    """A CPU `torch.Generator` for one named purpose (torch is imported here, not with the module)."""
    import torch

    return torch.Generator().manual_seed(derive(seed, *labels))
