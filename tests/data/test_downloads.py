"""Data sets fetched over HTTP from a server of the test's own: the very path that real downloads take."""

import dataclasses
import errno
import gzip
import hashlib
import io
import pickle
import socket
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import datasets, downloads
from playground.data.downloads_table import SOURCES, Remote
from tests.data.test_datasets import assert_same, run_script


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def small_mnist():
    stream = np.random.default_rng(0)
    files = {}
    for part, count in (("train", 300), ("t10k", 60)):
        files[f"{part}-images-idx3-ubyte"] = idx(stream.integers(0, 256, (count, 28, 28), np.uint8))
        files[f"{part}-labels-idx1-ubyte"] = idx((np.arange(count) % 10).astype(np.uint8))
    return {f"{name}.gz": gzip.compress(content) for name, content in files.items()}


def small_cifar(protocol=2):
    """Batches as the makers pickled them: a dictionary of bytes, an array and a list; and the names of the classes."""
    stream, out = np.random.default_rng(1), io.BytesIO()
    contents = {}
    for number, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
        batch = {b"batch_label": b"batch", b"labels": [(i + number) % 10 for i in range(30)], b"data": stream.integers(0, 256, (30, 3072), np.uint8), b"filenames": [b"x.png"] * 30}
        contents[name] = pickle.dumps(batch, protocol)
    contents["batches.meta"] = pickle.dumps({b"label_names": [b"airplane"]}, protocol)
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return {"cifar-10-python.tar.gz": out.getvalue()}


class Shelf:
    """What the server answers: files by name, and how to misbehave."""

    def __init__(self):
        self.files, self.mood, self.asked, self.pause = {}, "good", [], 0.0


@pytest.fixture
def mirror(monkeypatch, tmp_path):
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.rsplit("/", 1)[-1]
            shelf.asked.append(self.path)
            content = shelf.files.get(name)
            if shelf.mood in ("404", "500") or content is None:
                return self.send_error(500 if shelf.mood == "500" else 404)
            if shelf.mood == "silent":
                time.sleep(1.5)
                return None
            if shelf.mood == "wrong":
                content = bytes(len(content))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if shelf.mood == "truncated":
                content = content[: len(content) // 2]
            try:
                for start in range(0, len(content), 4096):
                    self.wfile.write(content[start : start + 4096])
                    time.sleep(shelf.pause)
            except OSError:
                shelf.asked.append("broken off")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shelf.url = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(downloads, "_DOWNLOADS", {})
    yield shelf
    server.shutdown()
    server.server_close()
    datasets._load.cache_clear()


def offer(mirror, monkeypatch, key, files):
    """Let the server hold `files`, and the table of sources name it with their checksums."""
    mirror.files = files
    remotes = tuple(Remote(each.name, hashlib.md5(files[each.name]).hexdigest(), len(files[each.name]), each.makes) for each in SOURCES[key].files)
    monkeypatch.setitem(SOURCES, key, dataclasses.replace(SOURCES[key], mirrors=(mirror.url,), files=remotes))


def wait(download, seconds=10):
    deadline = time.monotonic() + seconds
    while download.state == "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    return download


def left_behind(tmp_path):
    return [path.name for path in tmp_path.rglob("*") if path.is_file()]


def test_the_table_is_what_torchvision_declares():
    from playground.core import torchvision_guard

    torchvision_guard.install()
    from torchvision import datasets as reference

    for key, kind in (("mnist", reference.MNIST), ("fashion_mnist", reference.FashionMNIST)):
        assert SOURCES[key].mirrors == tuple(kind.mirrors) and [(each.name, each.md5) for each in SOURCES[key].files] == kind.resources
    (file,) = SOURCES["cifar10"].files
    assert SOURCES["cifar10"].mirrors[0] + file.name == reference.CIFAR10.url and file.md5 == reference.CIFAR10.tgz_md5
    named = [name for name, _ in reference.CIFAR10.train_list + reference.CIFAR10.test_list]
    assert list(file.makes) == [*named, reference.CIFAR10.meta["filename"]] and SOURCES["cifar10"].folder == reference.CIFAR10.base_folder
    assert all(datasets.DATASETS[key].download_bytes == source.size for key, source in SOURCES.items())


@pytest.mark.parametrize("key", ["mnist", "fashion_mnist"])
def test_what_was_downloaded_is_loaded_and_torchvision_finds_it_too(key, mirror, monkeypatch, tmp_path):
    offer(mirror, monkeypatch, key, small_mnist())
    with pytest.raises(UserError, match="not on this machine yet. Download it"):
        datasets.load(key)
    done = wait(downloads.start(key))
    assert (done.state, done.share, done.received) == ("done", 1.0, SOURCES[key].size) and downloads.ready(key)
    data = datasets.load(key)
    assert data.images.shape == (360, 1, 28, 28) and data.official_test == 300
    split = data.split(0, 0.2, 0.1)
    assert split.test.rows.tolist() == list(range(300, 360)) and len(split.validation) == 60 and "makers" in split.notes[0]
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "datasets").symlink_to(downloads.root())
    from playground.core import torchvision_guard

    torchvision_guard.install()
    assert_same(run_script(data.script(0, 0.2, 0.1), tmp_path / "script"), split)


@pytest.mark.parametrize("protocol", [2, 3, 5])
def test_cifar_is_read_without_unpickling(protocol, mirror, monkeypatch):
    files = small_cifar(protocol)
    offer(mirror, monkeypatch, "cifar10", files)
    assert wait(downloads.start("cifar10")).state == "done"
    monkeypatch.setattr("pickle.loads", lambda *_: pytest.fail("unpickled"))
    data = datasets.load("cifar10")
    assert data.images.shape == (180, 3, 32, 32) and data.official_test == 150 and data.targets[:3].tolist() == [0, 1, 2]
    first = np.random.default_rng(1).integers(0, 256, (30, 3072), np.uint8)
    assert np.array_equal(data.images[:30].reshape(30, -1), first)
    assert "torchvision" in data.script(0, 0.2, 0.1)


def python2_batch(count):
    """A batch as Python 2 pickled it, with its own opcodes for strings; assembled by hand."""
    pixels = np.random.default_rng(2).integers(0, 256, (count, 3072), np.uint8)
    short = lambda text: b"U" + bytes([len(text)]) + text
    dtype = b"cnumpy\ndtype\n" + short(b"u1") + b"K\x00K\x01\x87R(K\x03" + short(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    state = b"(K\x01M" + count.to_bytes(2, "little") + b"M\x00\x0c\x86" + dtype + b"\x89T" + pixels.nbytes.to_bytes(4, "little") + pixels.tobytes() + b"tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + short(b"b") + b"\x87R" + state
    labels = b"](" + b"".join(b"K" + bytes([i % 10]) for i in range(count)) + b"e"
    return pixels, b"\x80\x02}(" + short(b"batch_label") + short(b"batch 1") + short(b"labels") + labels + short(b"data") + array + b"u."


def test_batches_of_python_2_are_read(tmp_path):
    from playground.data.images_bundled import _read_batch

    pixels, content = python2_batch(300)
    assert np.array_equal(pickle.loads(content, encoding="latin1")["data"], pixels)  # or this test builds something else
    (tmp_path / "batch").write_bytes(content)
    images, labels = _read_batch(tmp_path / "batch")
    assert np.array_equal(images.reshape(300, -1), pixels) and labels.tolist() == [i % 10 for i in range(300)]


def test_a_batch_that_would_run_something_is_only_looked_at(mirror, monkeypatch):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("ran",))

    files = small_cifar()
    offer(mirror, monkeypatch, "cifar10", files)
    wait(downloads.start("cifar10"))
    (downloads.folder("cifar10") / "data_batch_3").write_bytes(pickle.dumps({b"labels": [1], b"data": Trap()}))
    with pytest.raises(UserError, match="damaged and have been removed. Download it again"):
        datasets.load("cifar10")
    assert not downloads.ready("cifar10")


@pytest.mark.parametrize(("mood", "words"), [
    ("404", "127.0.0.1:{port} does not have it any more (answer 404)"), ("500", "127.0.0.1:{port} has a problem of its own (answer 500)"),
    ("truncated", "the connection to 127.0.0.1:{port} broke after 0.1 of 0.2 MB"), ("wrong", "is not that file (its checksum is another)"),
    ("silent", "sent nothing for 0.3 seconds"),
])  # fmt: skip
def test_every_way_a_server_can_fail_has_its_sentence(mood, words, mirror, monkeypatch, tmp_path):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    mirror.mood = mood
    failed = wait(downloads.start("mnist"))
    assert failed.state == "failed" and words.format(port=mirror.url.split(":")[-1].strip("/")) in failed.problem
    assert failed.problem.startswith("MNIST could not be downloaded") and failed.problem.endswith("Everything else works without it; try again later.")
    assert left_behind(tmp_path) == [] and not downloads.ready("mnist")
    mirror.mood = "good"
    assert wait(downloads.start("mnist")).state == "done"  # and trying again helps


def test_offline_is_one_plain_sentence(mirror, monkeypatch, tmp_path):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    for url in ("http://127.0.0.1:9/", "http://no-such-host.invalid/"):
        monkeypatch.setitem(SOURCES, "mnist", dataclasses.replace(SOURCES["mnist"], mirrors=(url,)))
        failed = wait(downloads.start("mnist"), 20)
        assert failed.state == "failed" and "cannot be reached, so this machine seems to be offline" in failed.problem
    assert left_behind(tmp_path) == []
    assert datasets.load("digits").n_rows == 1797  # nothing else breaks


def test_the_next_mirror_is_asked_when_one_fails(mirror, monkeypatch):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    monkeypatch.setitem(SOURCES, "mnist", dataclasses.replace(SOURCES["mnist"], mirrors=("http://127.0.0.1:9/", mirror.url)))
    done = wait(downloads.start("mnist"))
    assert done.state == "done" and done.received == SOURCES["mnist"].size


def test_a_mirror_of_ones_own_can_be_named(mirror, monkeypatch):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    monkeypatch.setitem(SOURCES, "mnist", dataclasses.replace(SOURCES["mnist"], mirrors=("http://127.0.0.1:9/",)))
    monkeypatch.setenv("PLAYGROUND_DATASETS", mirror.url + "our/shelf/")
    assert wait(downloads.start("mnist")).state == "done"
    assert mirror.asked[0] == "/our/shelf/mnist/train-images-idx3-ubyte.gz"


def test_progress_grows_and_a_cancel_takes_effect_at_once(mirror, monkeypatch, tmp_path):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    mirror.pause = 0.02
    download = downloads.start("mnist")
    assert downloads.start("mnist") is download  # a second visitor joins
    seen, deadline = [], time.monotonic() + 5
    while download.received < 40_000 and time.monotonic() < deadline:
        seen.append(download.share)
        time.sleep(0.02)
    assert seen == sorted(seen) and 0 < download.share < 1 and 0 < download.seconds_left < 60
    started = time.monotonic()
    download.cancel()
    assert download.state == "cancelled"
    while left_behind(tmp_path) and time.monotonic() - started < 3:
        time.sleep(0.01)
    assert left_behind(tmp_path) == [] and time.monotonic() - started < 1
    mirror.pause = 0
    assert wait(downloads.start("mnist")).state == "done"


def test_what_is_here_already_is_not_fetched_again(mirror, monkeypatch):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    wait(downloads.start("mnist"))
    (downloads.folder("mnist") / "t10k-labels-idx1-ubyte").unlink()
    mirror.asked.clear()
    assert wait(downloads.start("mnist")).state == "done" and mirror.asked == ["/t10k-labels-idx1-ubyte.gz"]


def test_a_full_disk_is_said_and_nothing_stays(mirror, monkeypatch, tmp_path):
    offer(mirror, monkeypatch, "mnist", small_mnist())

    def full(*_):
        raise downloads._Disk(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(downloads, "_write", full)
        failed = wait(downloads.start("mnist"))
    assert failed.state == "failed" and "The disk is full: MNIST needs" in failed.problem and left_behind(tmp_path) == []
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    assert "The disk is full" in wait(downloads.start("mnist")).problem


def test_a_folder_that_cannot_be_written_is_said(mirror, monkeypatch, tmp_path):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "file"))
    assert "cannot be kept on this machine" in wait(downloads.start("mnist")).problem


def test_an_answer_without_end_is_cut_off(mirror, monkeypatch):
    files = small_mnist()
    offer(mirror, monkeypatch, "mnist", files)
    mirror.files = {name: content + bytes(4 << 20) for name, content in files.items()}
    assert "sends more than the file can hold" in wait(downloads.start("mnist")).problem


def test_an_archive_without_its_files_is_said(mirror, monkeypatch, tmp_path):
    out = io.BytesIO()
    tarfile.open(fileobj=out, mode="w:gz").close()
    offer(mirror, monkeypatch, "cifar10", {"cifar-10-python.tar.gz": out.getvalue()})
    assert "cannot be unpacked" in wait(downloads.start("cifar10")).problem and left_behind(tmp_path) == []


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.write_bytes(b"\0\0\x08\x03"), lambda path: path.write_bytes(b"")])
def test_files_damaged_on_this_machine_are_removed_and_said(damage, mirror, monkeypatch):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    wait(downloads.start("mnist"))
    damage(downloads.folder("mnist") / "train-images-idx3-ubyte")
    with pytest.raises(UserError, match="MNIST were damaged and have been removed. Download it again."):
        datasets.load("mnist")
    assert not downloads.ready("mnist")


def test_a_connection_that_is_dropped_is_said(mirror, monkeypatch):
    offer(mirror, monkeypatch, "mnist", small_mnist())
    rude = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: [rude.accept()[0].close() for _ in range(2)], daemon=True).start()
    monkeypatch.setitem(SOURCES, "mnist", dataclasses.replace(SOURCES["mnist"], mirrors=(f"http://127.0.0.1:{rude.getsockname()[1]}/",)))
    assert "the connection to 127.0.0.1" in wait(downloads.start("mnist")).problem
    rude.close()
