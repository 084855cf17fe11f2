"""The data of the training screen in a real browser: choose, look, upload, download, cancel."""

import io
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import Server

DATA = "train?trainlook.part=data"


@pytest.fixture(scope="module")
def slow():
    """A mirror that sends much of something, slowly."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(9_912_422))
            self.end_headers()
            try:
                for _ in range(600):
                    self.wfile.write(bytes(16_384))
                    time.sleep(0.05)
            except OSError:
                Handler.broken = True

        def log_message(self, *_):
            pass

    Handler.broken = False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server, Handler
    server.shutdown()


@pytest.fixture(scope="module")
def app(tmp_path_factory, slow):
    server = Server(tmp_path_factory.mktemp("data"), PLAYGROUND_DATASETS=f"http://127.0.0.1:{slow[0].server_port}", no_proxy="127.0.0.1")
    yield server
    server.stop()


def parcel(classes=("circles", "squares"), count=10):
    """A zip of drawn shapes, a folder a class, with a file that is no image."""
    stream, out = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, name in enumerate(classes):
            for i in range(count):
                y, x = np.mgrid[-1:1:40j, -1:1:40j] + stream.normal(0, 0.15, (2, 1, 1))
                inside = np.hypot(x, y) < 0.5 if number == 0 else np.maximum(abs(x), abs(y)) < 0.5
                picture = io.BytesIO()
                Image.fromarray((inside * 255).astype(np.uint8)).save(picture, "PNG")
                archive.writestr(f"shapes/{name}/{i}.png", picture.getvalue())
        archive.writestr("shapes/readme.txt", "no image")
    return out.getvalue()


def test_a_table_is_looked_at_chosen_and_learnt_from(visit, tmp_path):
    page = visit(DATA)
    page.get_by_text("Examples of each class").wait_for(timeout=60_000)
    page.get_by_text("Your own data", exact=True).click()
    rows = ["day;hours;mood;passed"] + [f"{i % 27 + 1}.03.2024;{i % 9},5;{'good' if i % 3 else 'bad'};{'yes' if i % 9 > 4 else 'no'}" for i in range(90)]
    (tmp_path / "exam.csv").write_text("\n".join(rows))
    (tmp_path / "broken.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    page.locator("input[type=file]:not([multiple])").set_input_files(tmp_path / "exam.csv")
    page.get_by_text("exam.csv · 90 rows · 4 columns").wait_for(timeout=60_000)
    page.get_by_text("“hours” may give the target away: each of its values goes with one class only.").wait_for()
    page.get_by_role("button", name="Learn from this table").click()
    page.get_by_text("90 rows · 3 columns become").wait_for(timeout=60_000)
    assert "train.dataset=own_table" in page.url and "train.own=" in page.url
    page.get_by_text("Your own data", exact=True).click()
    page.locator("input[type=file]:not([multiple])").set_input_files(tmp_path / "broken.csv")
    page.get_by_text("broken.csv is not a text file, whatever its name says.").wait_for(timeout=60_000)
    assert page.problems == []


def test_a_zip_of_images_is_looked_at_and_learnt_from_on_a_phone(visit, tmp_path):
    page = visit(DATA, width=390)
    page.get_by_text("Your own data", exact=True).click()
    page.get_by_role("radio", name="Images", exact=True).click()
    page.get_by_text("A zip with a folder for each class").wait_for()
    (tmp_path / "shapes.zip").write_bytes(parcel())
    page.locator("input[type=file][multiple]").set_input_files(tmp_path / "shapes.zip")
    page.get_by_text("20 images of 2 classes; the class is the folder.").wait_for(timeout=60_000)
    page.get_by_text("Left out because it is no image that can be read: readme.txt.").wait_for()
    page.get_by_role("button", name="Learn from these images").click()
    page.get_by_text("20 images · 32 × 32 pixels · grey · 2 classes").wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") and page.problems == []


def test_a_download_shows_its_progress_and_is_cancelled(visit, slow):
    page = visit(DATA)
    page.get_by_text("MNIST", exact=True).click()
    page.get_by_role("button", name="Download", exact=True).click()
    page.get_by_text("s left").or_(page.get_by_text("min left")).first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("The download was cancelled; nothing of it was kept.").wait_for(timeout=60_000)
    deadline = time.monotonic() + 20
    while not slow[1].broken and time.monotonic() < deadline:
        time.sleep(0.05)
    assert slow[1].broken  # the server noticed
    page.get_by_role("button", name="Not now").click()
    page.get_by_text("Examples of each class").wait_for(timeout=60_000)
    assert page.problems == []
