"""The batch beside the script: every file has its row, a bad one stops none, and it can be cancelled; subtitles; plain text."""

import csv
import io

import numpy as np
import pytest

from playground.data import audio, uploads_audio
from playground.ui.speech_hub import _plain, subtitles
from playground.ui.speech_many import Batch, as_csv


@pytest.fixture(scope="module", autouse=True)
def engine_of_this_module():
    from playground.runs.engine import close_engine

    yield
    close_engine()
    for each in uploads_audio._DECODERS.values():
        each.close()


def test_two_hundred_files_with_bad_ones_among_them_are_all_answered():
    waves = [audio.as_wav(audio.sample(f"digit-{digit}")) for digit in range(10)]
    good = [(f"{i}.wav", waves[i % 10]) for i in range(194)]
    silent = audio.as_wav(np.zeros(8_000, np.float32))
    click = audio.as_wav(np.eye(1, 8_000, 500, np.float32)[0])
    bad = [("=formula.wav", b""), ("paper.wav", b"%PDF-1.4"), ("cut.wav", waves[0][:20]), ("words.wav", b"hello " * 50), ("silent.wav", silent), ("click.wav", click)]
    files = [*good[:100], *bad, *good[100:]]
    batch = Batch(tuple(name for name, _ in files))
    batch.work(files)
    assert batch.state == "done" and not batch.problem and [row["file"] for row in batch.rows] == [name for name, _ in files]
    assert sum("error" in row for row in batch.rows) == 6
    right = sum(row["labels"][0] == str(int(row["file"][:-4]) % 10) for row in batch.rows if "labels" in row)
    assert right >= 0.89 * 194
    table = list(csv.reader(io.StringIO(as_csv(batch))))
    assert len(table) == 201 and len({len(row) for row in table}) == 1 and table[101][0] == "'=formula.wav" and "is empty" in table[101][-1]


def test_a_cancelled_batch_stops():
    batch = Batch(("a",))
    batch.cancel()
    batch.work([("a", audio.as_kept(audio.sample("digit-1")))])
    assert batch.state == "cancelled" and batch.rows == []


def test_subtitles_are_numbered_and_timed_and_text_cannot_format():
    made = subtitles([{"begin": 0.0, "end": 1.25, "text": "Hello"}, {"begin": 3661.5, "end": 3662.0, "text": "there"}])
    assert made.startswith("1\n00:00:00,000 --> 00:00:01,250\nHello\n") and "2\n01:01:01,500 --> 01:01:02,000\nthere" in made
    assert _plain("<b>*x*") == "\\<b\\>\\*x\\*"
