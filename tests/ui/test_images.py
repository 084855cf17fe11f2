"""The batch beside the script: every file has its row, a bad one stops none, and it can be cancelled."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from playground.data import photographs
from playground.ui.images_many import Batch, as_csv


@pytest.fixture(scope="module", autouse=True)
def engine_of_this_module():
    from playground.runs.engine import close_engine

    yield
    close_engine()


def png(image):
    held = io.BytesIO()
    Image.fromarray(image).save(held, "PNG")
    return held.getvalue()


def test_two_hundred_files_with_bad_ones_among_them_are_all_answered():
    good = [(f"{i}.png", png(photographs.sample(f"digit-{i % 9}"))) for i in range(194)]
    white = png(np.full((30, 30, 3), 255, np.uint8))
    bad = [("=formula.png", b""), ("paper.png", b"%PDF-1.4"), ("cut.png", good[0][1][:90]), ("page.html", b"<html>"), ("white.png", white), ("song.mp3", b"ID3x")]
    files = [*good[:100], *bad, *good[100:]]
    batch = Batch(tuple(name for name, _ in files), "digits-cnn", 3)
    batch.work(files)
    assert batch.state == "done" and not batch.problem and [row["file"] for row in batch.rows] == [name for name, _ in files]
    assert sum("error" in row for row in batch.rows) == 6
    right = sum(row["labels"][0] == str(int(row["file"][:-4]) % 9) for row in batch.rows if "labels" in row)
    assert right == 194
    table = list(csv.reader(io.StringIO(as_csv(batch))))
    assert len(table) == 201 and len({len(row) for row in table}) == 1 and table[101][0] == "'=formula.png" and table[101][-1].endswith("is empty.")


def test_a_cancelled_batch_stops_and_a_missing_model_is_said():
    batch = Batch(("a",), "digits-cnn", 1)
    batch.cancel()
    batch.work([("a", photographs.sample("digit-1"))])
    assert batch.state == "cancelled" and batch.rows == []
    batch = Batch(("a",), "nobody", 1)
    batch.work([("a", photographs.sample("digit-1"))])
    assert batch.state == "done" and "no bundled model" in batch.problem
