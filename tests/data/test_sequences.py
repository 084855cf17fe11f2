"""Memory tasks, series and texts: what is asked is what is meant, and what cannot be used is refused in words."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.data import sequences_series, sequences_text
from playground.data.sequences import ADDING_TOLERANCE, TASKS
from playground.data.uploads_sequences import read_text


def made(key, length=20, symbols=4, items=3, batch=4000):
    return TASKS[key].make(length, symbols, items, batch, torch.Generator().manual_seed(0))


def test_adding_asks_for_the_sum_of_the_two_marked_numbers_one_in_each_half():
    inputs, targets, asked = made("adding", batch=50)
    assert torch.allclose((inputs[..., 0] * inputs[..., 1]).sum(0), targets[-1])
    assert (inputs[:10, :, 1].sum(0) == 1).all() and (inputs[10:, :, 1].sum(0) == 1).all() and asked.nonzero().tolist() == [[19]]


def test_copy_asks_for_the_shown_symbols_in_order_while_the_marker_is_on():
    inputs, targets, asked = made("copy", batch=50)
    assert (inputs[:3, :, :4].argmax(2) == targets[-3:]).all() and not inputs[3:, :, :4].any()
    assert (inputs[:, :, 4] > 0)[:, 0].tolist() == asked.tolist()


def test_recall_asks_for_the_marked_first_symbol():
    inputs, targets, asked = made("recall", batch=50)
    assert (inputs[0, :, :4].argmax(1) == targets[-1]).all() and asked.sum() == 1
    assert not inputs[-1, :, :4].any(), "the last step only asks"


def test_parity_turns_with_every_one():
    inputs, targets, asked = made("parity", batch=50)
    assert ((inputs[..., 0] > 0).sum(0) % 2 == targets[-1]).all() and asked.all()


@pytest.mark.parametrize("key", TASKS)
def test_the_level_of_chance_is_what_the_best_answer_without_memory_gets(key):
    _, targets, asked = made(key)
    wanted = targets[asked]
    loss, right = TASKS[key].chance(4)
    if TASKS[key].quantity:
        assert float(((wanted - 1) ** 2).mean()) == pytest.approx(loss, rel=0.05)
        assert float(((wanted - 1).abs() < ADDING_TOLERANCE).double().mean()) == pytest.approx(right, abs=0.02)
    else:
        shares = torch.bincount(wanted.flatten()).double() / wanted.numel()
        assert float(-(shares * shares.log()).sum()) == pytest.approx(loss, rel=0.01)
        assert float(shares.max()) == pytest.approx(right, abs=0.02)


@pytest.mark.parametrize("key", TASKS)
def test_every_step_of_a_sequence_has_something_to_show(key):
    inputs, targets, _ = made(key, batch=2)
    told = TASKS[key].tokens(inputs[:, 0].numpy())
    assert {len(each) for each in told.values()} == {20}
    assert TASKS[key].answer(targets[-1, 0].item())


@pytest.mark.parametrize("key", [key for key in sequences_series.SERIES if key != sequences_series.OWN])
def test_every_bundled_series_is_finite_and_the_same_for_the_same_seed(key):
    series = sequences_series.load(key, "", 3)
    assert np.isfinite(series.values).all() and len(series.values) >= 100
    sequences_series.load.cache_clear()
    assert np.array_equal(series.values, sequences_series.load(key, "", 3).values)


def test_the_season_of_a_series_is_found_and_none_is_made_up():
    assert sequences_series.guess_season(sequences_series.load("seasonal").values) == 12
    assert sequences_series.guess_season(sequences_series.load("waves").values) in range(22, 27)
    assert sequences_series.guess_season(sequences_series.load("walk").values) == 1


def table(values):
    return SimpleNamespace(name="sales.csv", columns={"sold": np.asarray(values, np.float64)})


def test_gaps_of_an_own_series_are_filled_and_counted():
    arrays, about = sequences_series.from_table(table([*range(30), np.nan, *range(31, 60)]), "sold", 7)
    assert arrays["series"][30] == 30 and "1 gaps" in about["notes"][0] and about["season"] == 7


@pytest.mark.parametrize(("values", "words"), [(range(20), "at least 40"), ([1.0] * 60, "nothing to forecast"), ([1, 2] * 25 + [np.nan] * 60, "More than half")])
def test_a_series_that_cannot_be_forecast_is_refused_in_words(values, words):
    with pytest.raises(UserError, match=words):
        sequences_series.from_table(table(list(values)), "sold", 1)


def test_texts_are_coded_and_decoded():
    for key in ("names", "counting", "jabberwocky", "sonnets"):
        text = sequences_text.load(key)
        assert len(text.codes) > 900 and "".join(text.signs[each] for each in text.codes[:20]).strip()
    assert "three hundred and ninety-nine.\n" in sequences_text.counting() and "twenty, twenty-one," in sequences_text.counting()


def test_an_own_text_is_cleaned_and_what_was_done_is_said():
    text = "".join(chr(0x4E00 + i % 150) for i in range(900)) + "\x00\r\nab" * 20
    arrays, about = sequences_text.prepare("kanji.txt", text)
    kept = bytes(arrays["text"]).decode()
    assert len(set(kept)) <= 100 and "\x00" not in kept and "rarest" in about["notes"][0]


@pytest.mark.parametrize(("text", "words"), [("too short", "at least 200"), ("a" * 500, "repeats one sign")])
def test_a_text_that_cannot_be_learnt_is_refused_in_words(text, words):
    with pytest.raises(UserError, match=words):
        sequences_text.prepare("x.txt", text)


@pytest.mark.parametrize("content", [b"", b"   \n", b"\x89PNG\r\n\x1a\n" + bytes(200), b"a\x00b" * 100])
def test_a_file_that_is_no_text_is_refused_in_words(content):
    with pytest.raises(UserError) as refusal:
        read_text("odd.txt", content)
    assert str(refusal.value).endswith(".") and "CSV" not in str(refusal.value)


def test_text_in_another_encoding_is_read():
    assert read_text("a.txt", "Ein Vögelein flog übers Meer".encode("cp1252")).startswith("Ein Vögelein")
