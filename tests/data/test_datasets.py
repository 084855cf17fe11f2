"""Bundled data sets, their split, and the scripts that load the same data without this package."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.core.limits import SPLIT_SHARE
from playground.data import datasets
from playground.data.tables_maths import date_part, split_rows

BUNDLED = ("digits", "wine", "breast_cancer", "iris", "diabetes")
PARTS = (("train", "train"), ("valid", "validation"), ("test", "test"))


def run_script(source, folder):
    """What a script leaves when it runs in `folder`."""
    import contextlib

    with contextlib.chdir(folder):
        left = {"__name__": "__main__"}
        exec(compile(source, "script.py", "exec"), left)
    return left


def assert_same(left, split):
    for short, name in PARTS:
        part = getattr(split, name)
        for key, values in ((f"x_{short}", part.inputs), (f"y_{short}", part.targets)):
            assert left[key].dtype == values.dtype and np.array_equal(left[key], values), key


@pytest.mark.parametrize("key", BUNDLED)
def test_bundled_data_is_what_scikit_learn_loads(key):
    from sklearn import datasets as reference

    data = datasets.load(key)
    wanted = reference.load_diabetes(scaled=False) if key == "diabetes" else getattr(reference, f"load_{key}")()
    assert np.array_equal(data.targets, wanted.target)
    if key == "digits":
        assert np.array_equal(np.round(data.images[:, 0].astype(float) * 16 / 255), wanted.images) and data.images.max() == 255
    else:
        assert np.array_equal(np.stack([column.values for column in data.columns], 1), wanted.data)
        if key != "diabetes":
            assert [column.name.replace("_", " ") for column in data.columns] == [name.replace("_", " ") for name in wanted.feature_names]
    assert data.n_rows == datasets.DATASETS[key].rows and data.source and data.licence


@pytest.mark.parametrize("key", BUNDLED)
def test_the_script_leaves_bit_for_bit_the_same_arrays(key, tmp_path):
    data = datasets.load(key)
    source = data.script(3, 0.2, 0.15)
    assert "playground" not in source
    assert_same(run_script(source, tmp_path), data.split(3, 0.2, 0.15))


@pytest.mark.parametrize("key", BUNDLED)
def test_inputs_are_standardised_by_the_training_rows_alone(key):
    split = datasets.load(key).split(0, 0.2, 0.1)
    if key == "digits":
        assert split.train.inputs.dtype == np.uint8 and split.train.inputs.shape[1:] == (1, 8, 8)
    else:
        assert np.allclose(split.train.inputs.mean(0), 0, atol=1e-5) and np.allclose(split.train.inputs.std(0), 1, atol=1e-4)
        assert np.abs(split.validation.inputs.mean(0)).max() > 1e-3


@pytest.mark.parametrize("key", BUNDLED)
def test_rows_lead_back_to_what_was_learnt_from(key):
    data, split = datasets.load(key), datasets.load(key).split(1, 0.2, 0.1)
    assert sorted(np.concatenate([split.train.rows, split.validation.rows, split.test.rows]).tolist()) == list(range(data.n_rows))
    for part in (split.train, split.test):
        row = int(part.rows[0])
        if data.kind == "image":
            assert np.array_equal(data.show(row).transpose(2, 0, 1), part.inputs[0])
        else:
            assert np.array_equal(data.encode(data.show(row), seed=1, validation_share=0.2, test_share=0.1), part.inputs[0])
            shown = data.show(row)[data.target_name]
            assert (data.classes.index(shown) if data.classes else np.float32(shown)) == part.targets[0]


shares = st.floats(0, 0.4, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999_999), shares, shares, st.sampled_from(BUNDLED))
def test_every_split_deals_each_row_out_once_and_the_same_way_again(seed, validation_share, test_share, key):
    data = datasets.load(key)
    first, notes = data.parts(seed, validation_share, test_share)
    again, _ = data.parts(seed, validation_share, test_share)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert np.array_equal(np.sort(np.concatenate(first)), np.arange(data.n_rows))
    if data.classes and not any("dealt out at random" in note for note in notes):  # which is said where a class has too few rows to share
        overall = np.bincount(data.targets) / data.n_rows
        for rows in first:
            if len(rows) > 40:
                assert np.abs(np.bincount(data.targets[rows], minlength=len(overall)) / len(rows) - overall).max() < 0.05


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=60), st.integers(0, 2**63 - 1), shares, shares, st.booleans())
def test_no_class_is_ever_without_a_row_to_learn_from(targets, seed, validation_share, test_share, stratify):
    targets = np.array(targets)
    train, validation, test = split_rows(targets, seed, validation_share, test_share, stratify)
    assert sorted([*train, *validation, *test]) == list(range(len(targets)))
    assert len(train) and (not stratify or set(targets[train]) == set(targets))


def test_another_seed_deals_out_otherwise():
    wine = datasets.load("wine")
    assert not np.array_equal(wine.split(0, 0.2, 0.1).train.rows, wine.split(1, 0.2, 0.1).train.rows)


@pytest.mark.parametrize(("validation", "test"), [(0.5, 0.5), (-0.1, 0.2), (0.2, -0.1), (float("nan"), 0.1), (0.1, 0.9)])
def test_shares_that_leave_nothing_are_refused_with_the_limit(validation, test):
    with pytest.raises(UserError, match=f"0 to {SPLIT_SHARE:.0%}"):
        datasets.load("iris").split(0, validation, test)


def test_an_unknown_data_set_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="no data set named 'irises'.*digits, wine"):
        datasets.load("irises")


@pytest.mark.parametrize(("key", "words"), [("own_table", "Upload one first"), ("own_images", "Upload some first")])
def test_own_data_that_is_not_here_says_what_to_do(key, words):
    with pytest.raises(UserError, match=words):
        datasets.load(key)
    with pytest.raises(UserError, match="not on this machine"):
        datasets.load(key, "0123456789abcdef")


@pytest.mark.parametrize(("cell", "words"), [("", ""), ("abc", "“alcohol” needs a number, got “abc”. In the data it goes from 11.03 to 14.83"),
                                             ("inf", "ordinary number"), ("1e300", "ordinary number"), ("12,5", ""), (13, "")])  # fmt: skip
def test_a_typed_row_is_encoded_or_refused_by_column(cell, words):
    wine = datasets.load("wine")
    row = wine.show(0) | {"alcohol": cell}
    given = {"seed": 0, "validation_share": 0.2, "test_share": 0.1}
    if words:
        with pytest.raises(UserError, match=words) as refusal:
            wine.encode(row, **given)
        assert refusal.value.field == "alcohol"
    else:
        assert np.isfinite(wine.encode(row, **given)).all()


def test_images_are_not_encoded_from_cells():
    with pytest.raises(UserError, match="give it an image"):
        datasets.load("digits").encode({}, seed=0, validation_share=0.2, test_share=0.1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.datetimes(min_value=__import__("datetime").datetime(1800, 1, 1), max_value=__import__("datetime").datetime(2200, 1, 1)), min_size=1, max_size=8))
def test_parts_of_a_date_are_those_of_the_calendar(moments):
    days = np.array([np.datetime64(moment.replace(microsecond=0), "s").astype(np.int64) / 86400 for moment in moments] + [np.nan])
    for part, wanted in (("year", "year"), ("month", "month"), ("day", "day"), ("hour", "hour")):
        assert date_part(days, part)[:-1].tolist() == [getattr(moment, wanted) for moment in moments]
    assert date_part(days, "weekday")[:-1].tolist() == [moment.weekday() for moment in moments]
    assert np.isnan(date_part(days, "year")[-1])


def test_cards_load_what_they_promise():
    for key in BUNDLED:
        card, data = datasets.DATASETS[key], datasets.load(key)
        assert (card.kind, card.task, card.title) == (data.kind, data.task, data.title)
