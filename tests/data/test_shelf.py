"""What is put on the shelf comes back unchanged, or is said to be gone."""

import os
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from playground.core.errors import UserError
from playground.data import shelf

ABOUT = {"task": "binary", "features": ["größe", "b"], "classes": ["no", "yes"], "notes": []}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path / "data"


def some(value=0.0, rows=4):
    return {"inputs": np.full((rows, 2), value), "targets": np.arange(rows)}


kept = arrays.arrays(st.sampled_from(["f8", "i8", "u1", "b1"]), arrays.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=5))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["inputs", "targets", "groups"]), kept, max_size=3), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_arrays_and_words_come_back_unchanged(content, about):
    about = {key: value for key, value in about.items() if value not in ("nan", "inf", "-inf")}
    back, said = shelf.get(shelf.put(content, about))
    assert back.keys() == content.keys() and said == about
    for name, array in content.items():
        assert back[name].dtype == array.dtype and back[name].shape == array.shape and back[name].tobytes() == array.tobytes()


def test_the_same_content_has_the_same_digest_and_other_content_another():
    digest = shelf.put(some(), ABOUT)
    assert shelf.put(some(), ABOUT) == digest and len(digest) == 16 and set(digest) <= set("0123456789abcdef")
    assert len({digest, shelf.put(some(1.0), ABOUT), shelf.put(some(), {**ABOUT, "target": "c"})}) == 3


@pytest.mark.parametrize("digest", ["", "0" * 16, "../../etc/passwd", "0" * 15 + "G", "0" * 16 + "\n", "a" * 15 + "\x00", "A" * 16, "0" * 5000])
def test_an_unknown_or_malformed_digest_is_refused_in_the_same_words(digest):
    shelf.put(some(), ABOUT)
    with pytest.raises(UserError, match="not on this machine. Upload the file again."):
        shelf.get(digest)


def test_a_digest_never_leads_out_of_the_folder(folder):
    digest = shelf.put(some(), ABOUT)
    (folder.parent / "secret.packet").write_bytes((folder / f"{digest}.packet").read_bytes())
    for way in ("../secret", "..%2fsecret", str(folder.parent / "secret")):
        with pytest.raises(UserError, match="not on this machine"):
            shelf.get(way)


@pytest.mark.parametrize("damage", [lambda packet: packet[:-8], lambda packet: packet[:-1] + bytes([packet[-1] ^ 1]), lambda packet: b"", lambda packet: b"\xff" * 64])
def test_a_damaged_file_is_said_and_mended_by_uploading_again(folder, damage):
    digest = shelf.put(some(3.0), ABOUT)
    path = folder / f"{digest}.packet"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match="damaged"):
        shelf.get(digest)
    assert shelf.put(some(3.0), ABOUT) == digest
    np.testing.assert_array_equal(shelf.get(digest)[0]["inputs"], 3.0)


def test_what_was_used_longest_ago_is_deleted_first(monkeypatch, folder):
    monkeypatch.setattr(shelf, "SHELF_BYTES", 30_000)  # three of about 8 kB each
    old, used, middle = (shelf.put(some(float(i), 400), ABOUT) for i in range(3))
    for age, digest in ((300, old), (290, used), (280, middle)):
        os.utime(folder / f"{digest}.packet", (time.time() - age,) * 2)
    shelf.get(used)
    fresh = shelf.put(some(9.0, 400), ABOUT)
    with pytest.raises(UserError, match="not on this machine"):
        shelf.get(old)
    for digest in (used, middle, fresh):
        shelf.get(digest)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 30_000


def test_one_thing_larger_than_the_shelf_is_refused_and_nothing_is_deleted(monkeypatch):
    digest = shelf.put(some(), ABOUT)
    monkeypatch.setattr(shelf, "SHELF_BYTES", 1 << 20)
    with pytest.raises(UserError, match="takes 2 MB; at most 1 MB"):
        shelf.put({"inputs": np.zeros((1 << 17, 2))}, ABOUT)
    shelf.get(digest)


def test_a_failed_write_leaves_nothing_behind_and_is_said_in_words(monkeypatch, folder):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf.os, "replace", full)
    with pytest.raises(UserError, match="No space left on device"):
        shelf.put(some(), ABOUT)
    assert list(folder.iterdir()) == []


def test_half_written_files_of_a_crash_are_tidied_up_but_not_those_being_written(folder):
    folder.mkdir()
    (folder / "old.part").write_bytes(b"x")
    (folder / "new.part").write_bytes(b"x")
    os.utime(folder / "old.part", (time.time() - 2 * 3600,) * 2)
    shelf.put(some(), ABOUT)
    assert sorted(path.name for path in folder.glob("*.part")) == ["new.part"]


def test_a_data_folder_that_cannot_be_made_is_said_in_words(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match="PLAYGROUND_HOME"):
        shelf.put(some(), ABOUT)


def test_an_array_cannot_take_the_place_of_the_description():
    with pytest.raises(ValueError, match="about"):
        shelf.put({"about": np.zeros(2)}, ABOUT)
