"""Seeded streams: repeatable, independent, and apart from the global state."""

import random

import numpy as np
import torch

from playground.core.randomness import derive, numpy_stream, torch_stream


def test_a_stream_repeats_for_its_seed_and_name():
    assert torch.equal(torch.rand(5, generator=torch_stream(3, "weights")), torch.rand(5, generator=torch_stream(3, "weights")))
    np.testing.assert_array_equal(numpy_stream(3, "points", 1).random(5), numpy_stream(3, "points", 1).random(5))


def test_seeds_and_names_give_different_streams():
    seeds = {derive(seed, *labels) for seed in range(50) for labels in ((), ("weights",), ("batches",), ("weights", 1), ("weights", 2))}
    assert len(seeds) == 250 and all(0 <= seed < 2**63 for seed in seeds)


def test_a_seed_is_the_same_on_every_machine():
    """SHA-256 of the text "0/weights", first eight bytes little endian, halved; a link must mean the same picture everywhere."""
    import hashlib

    assert derive(0, "weights") == int.from_bytes(hashlib.sha256(b"0/weights").digest()[:8], "little") // 2


def test_streams_leave_the_global_state_alone():
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    torch.rand(9, generator=torch_stream(1))
    numpy_stream(1).random(9)
    assert torch.equal(before[0], torch.get_rng_state()) and (before[1] == np.random.get_state()[1]).all() and before[2] == random.getstate()
