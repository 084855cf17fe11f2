"""The binary form: what goes in comes out, and bytes that are no packet are refused in words."""

import json
import struct
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from playground.core import packets
from playground.core.errors import UserError

kept = st.one_of([arrays.arrays(code, arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5)) for code in packets.DTYPES.values()])
names = st.text("abcdefgh_/0123456789é", min_size=1, max_size=8)
values = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
                      | st.text(max_size=8).filter(lambda text: text not in ("nan", "inf", "-inf")),
                      lambda each: st.lists(each, max_size=3) | st.dictionaries(names, each, max_size=3), max_leaves=6)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(names, kept | values, max_size=5))
def test_what_is_encoded_is_decoded(content):
    kind, back = packets.decode(packets.encode("view", content))
    assert kind == "view" and back.keys() == content.keys()
    for name, value in content.items():
        if isinstance(value, np.ndarray):
            assert back[name].dtype == value.dtype and back[name].shape == value.shape
            assert back[name].tobytes() == np.ascontiguousarray(value).tobytes()  # bit for bit, NaN included
        else:
            assert back[name] == value


def test_an_array_of_no_dimensions_keeps_its_shape():
    assert packets.decode(packets.encode("view", {"step": np.array(3.0)}))[1]["step"].shape == ()


def test_arrays_begin_at_multiples_of_eight_so_that_a_browser_can_read_them_in_place():
    packet = packets.encode("view", {"a": np.zeros(3, "u1"), "b": np.zeros(5, "f8"), "a longer name": np.zeros((2, 3), "f4"), "note": "x" * 37})
    (length,) = struct.unpack_from("<I", packet, 0)
    table = json.loads(packet[4 : 4 + length])["arrays"]
    assert [row[0] for row in table] == ["a", "b", "a longer name"]
    assert all(offset % 8 == 0 and offset >= 4 + length for *_, offset in table)


def test_numbers_that_are_not_finite_survive():
    back = packets.decode(packets.encode("metrics", {"loss": float("nan"), "up": np.float32("inf"), "down": float("-inf")}))[1]
    assert np.isnan(back["loss"]) and back["up"] == np.inf and back["down"] == -np.inf


def test_dataclasses_and_tensors_are_taken():
    @dataclass(frozen=True)
    class View:
        weight: torch.Tensor
        step: int

    kind, back = packets.decode(packets.encode("view", View(torch.arange(6.0, requires_grad=True).reshape(2, 3).T, 4)))
    np.testing.assert_array_equal(back["weight"], np.arange(6.0).reshape(2, 3).T)
    assert back["step"] == 4 and not back["weight"].flags.writeable


@pytest.mark.parametrize("array", [np.array(["word"]), np.array([object()]), np.zeros(2, "c8"), np.zeros(2, "u4")])
def test_an_array_the_browser_cannot_read_is_refused_by_name(array):
    with pytest.raises(TypeError, match="'odd'"):
        packets.encode("view", {"odd": array})


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_bytes_that_are_no_packet_are_refused_in_words(content):
    with pytest.raises(UserError, match="damaged"):
        packets.decode(content)


def test_a_packet_that_was_cut_short_is_refused_in_words():
    packet = packets.encode("view", {"a": np.arange(20.0)})
    for length in (0, 3, 10, len(packet) // 2, len(packet) - 8):
        with pytest.raises(UserError, match="damaged"):
            packets.decode(packet[:length])
