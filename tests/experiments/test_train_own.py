"""People's own tables and images: learnt from, and taken home as a script beside the file they came in."""

import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from playground.data import images_own, shelf, tables_own
from playground.data.uploads import read_table
from playground.data.uploads_images import read_images
from playground.experiments.train import Train


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))


def table():
    """A table with numbers, categories, a date and gaps; the price follows from them."""
    stream = np.random.default_rng(3)
    rows = ["size,town,built,rooms,price"]
    for _ in range(160):
        size, town, rooms = stream.uniform(30, 120), ("Ulm", "Bonn", "Kiel")[stream.integers(3)], stream.integers(1, 6)
        price = 2.5 * size + 30 * rooms + {"Ulm": 20, "Bonn": 60, "Kiel": 0}[town] + stream.normal(0, 4)
        gap = "" if stream.random() < 0.05 else f"{size:.1f}"
        rows.append(f"{gap},{town},{stream.integers(1970, 2020)}-0{stream.integers(1, 9)}-11,{rooms},{price:.2f}")
    return "\n".join(rows).encode()


def archive():
    """Two classes of small pictures in folders."""
    stream, content = np.random.default_rng(4), io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for number in range(48):
            name, low = (("dark", 20), ("bright", 150))[number % 2]
            out = io.BytesIO()
            Image.fromarray(stream.integers(low, low + 90, (20, 20, 3), dtype=np.uint8)).save(out, "PNG")
            packed.writestr(f"{name}/{number}.png", out.getvalue())
    return content.getvalue()


def repeated(experiment, folder, steps):
    trainer = experiment.trainer()
    trainer.advance(steps)
    (folder / "train.py").write_text(experiment.script(steps))
    done = subprocess.run([sys.executable, "train.py"], cwd=folder, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    printed = dict(line.removeprefix("final ").split() for line in done.stdout.splitlines() if line.startswith("final"))
    for name, value in printed.items():
        assert float(value) == pytest.approx(trainer.metrics()[name], rel=1e-6), name
    return trainer


def test_a_table_of_ones_own_is_learnt_and_its_script_reads_the_same_file(tmp_path):
    (tmp_path / "data.csv").write_bytes(table())
    digest = shelf.put(*tables_own.prepare(read_table("homes.csv", table()), "price"))
    trainer = repeated(Train(dataset="own_table", own=digest, stack="dense 16 | relu", learning_rate=0.01, epochs=60), tmp_path, 240)
    assert not trainer.lesson.classifies and trainer.metrics()["validation_r2"] > 0.8


def test_images_of_ones_own_are_learnt_and_their_script_reads_the_same_files(tmp_path):
    digest = shelf.put(*images_own.prepare(read_images([("pictures.zip", archive())], side=16)))
    with zipfile.ZipFile(io.BytesIO(archive())) as packed:
        packed.extractall(tmp_path / "images")
    trainer = repeated(Train(dataset="own_images", own=digest, stack="conv 4 | relu | global", learning_rate=0.03, epochs=20), tmp_path, 20)
    assert trainer.metrics()["validation_accuracy"] > 0.9
