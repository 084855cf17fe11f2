"""From a table to points of the plane: what is kept, what is said, what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.core.limits import CLASSES, POINTS
from playground.data.tabular import FEWEST, NUMBERS_FROM, two_features
from playground.data.uploads import read_table


def table(header, rows):
    return read_table("t.csv", "\n".join([header, *(",".join(map(str, row)) for row in rows)]).encode())


def of_targets(targets):
    return table("a,b,target", [(i, i * i % 7, target) for i, target in enumerate(targets)])


def test_rows_keep_their_order_and_their_units():
    arrays, about = two_features(table("a,b,c", [(1.5, -2, "x"), (3, 40, "y"), (0, 7, "x"), (9, 9, "y")]), "b", "a", "c")
    np.testing.assert_array_equal(arrays["inputs"], [[-2, 1.5], [40, 3], [7, 0], [9, 9]])
    np.testing.assert_array_equal(arrays["targets"], [0, 1, 0, 1])
    assert arrays["inputs"].dtype == np.float64 and arrays["targets"].dtype == np.int64
    assert about == {"features": ["b", "a"], "target": "c", "notes": [], "task": "binary", "classes": ["x", "y"]}


@pytest.mark.parametrize(("targets", "task"), [
    ([0, 1] * 4, "binary"), ([1, 2, 3] * 3, "multiclass"), (range(NUMBERS_FROM - 1), "multiclass"), (range(NUMBERS_FROM), "regression"),
    ([0.5, 1, 0.5, 1], "regression"), (["no", "yes"] * 3, "binary"),
])  # fmt: skip
def test_auto_takes_words_and_few_whole_numbers_for_classes(targets, task):
    arrays, about = two_features(of_targets(targets), "a", "b", "target")
    assert about["task"] == task
    assert arrays["targets"].dtype == (np.float64 if task == "regression" else np.int64)


def test_the_task_can_be_said():
    numbers = of_targets([1, 2] * 4)
    assert two_features(numbers, "a", "b", "target", "regression")[1] | {"notes": []} == {
        "features": ["a", "b"], "target": "target", "notes": [], "task": "regression", "classes": []}  # fmt: skip
    assert two_features(of_targets([0.5, 1.5] * 4), "a", "b", "target", "classification")[1]["classes"] == ["0.5", "1.5"]


@pytest.mark.parametrize("task", ["auto", "regression"])
def test_a_target_that_never_changes_is_refused(task):
    with pytest.raises(UserError, match="one class|same value"):
        two_features(of_targets([2.5] * 6), "a", "b", "target", task)


def test_one_class_more_than_can_be_shown_is_refused_with_both_numbers():
    words = [f"kind {i}" for i in range(CLASSES + 1)]
    assert len(two_features(of_targets(words[:-1] * 2), "a", "b", "target")[1]["classes"]) == CLASSES
    with pytest.raises(UserError, match=f"{CLASSES + 1} classes; at most {CLASSES}"):
        two_features(of_targets(words * 2), "a", "b", "target")


def test_fewer_complete_rows_than_needed_are_refused():
    rows = [(i, i % 3, "xy"[i % 2]) for i in range(FEWEST)]
    assert len(two_features(table("a,b,c", rows), "a", "b", "c")[0]["inputs"]) == FEWEST
    with pytest.raises(UserError, match=f"Only {FEWEST - 1} complete rows"):
        two_features(table("a,b,c", [*rows[:-1], ("", 1, "x")]), "a", "b", "c")


def test_a_column_that_becomes_constant_once_incomplete_rows_are_gone_is_refused():
    with pytest.raises(UserError, match="“a” has the same value in every row"):
        two_features(table("a,b,c", [(1, 1, "x"), (1, 2, "y"), (1, 3, "x"), (1, 4, "y"), (2, "", "x")]), "a", "b", "c")


def test_a_sample_is_the_same_every_time_and_keeps_the_order_of_the_file():
    rows = [(i, i % 11, i % 2) for i in range(POINTS + 500)]
    first, about = two_features(table("a,b,c", rows), "a", "b", "c")
    second, _ = two_features(table("a,b,c", rows), "a", "b", "c")
    assert len(first["inputs"]) == POINTS and about["notes"] == [f"A random {POINTS:,} of {POINTS + 500:,} rows are used."]
    np.testing.assert_array_equal(first["inputs"], second["inputs"])
    assert (np.diff(first["inputs"][:, 0]) > 0).all()
    np.testing.assert_array_equal(first["targets"], first["inputs"][:, 0] % 2)  # every row with its own target


cell = st.sampled_from(["1", "2.5", "-3", "0", "", "nan", "inf", "x", "y", "1e300", "-1e300"])


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(cell, cell, cell), min_size=2, max_size=12), st.sampled_from(["auto", "classification", "regression"]))
def test_what_is_accepted_is_finite_and_complete_and_what_is_not_is_refused_in_words(rows, task):
    try:
        arrays, about = two_features(table("a,b,c", rows), "a", "b", "c", task)
    except UserError as error:
        assert str(error).endswith((".", ")."))
        return
    assert arrays["inputs"].shape == (len(arrays["targets"]), 2) and len(arrays["inputs"]) >= FEWEST
    assert np.isfinite(arrays["inputs"]).all() and np.isfinite(arrays["targets"]).all()
    if about["task"] != "regression":
        assert set(arrays["targets"].tolist()) == set(range(len(about["classes"])))


def text_of(rows):
    return read_table("t.csv", ("a,b,c\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)).encode())


@pytest.mark.parametrize("size", ["1e200", "1e308"])
def test_numbers_too_large_for_a_mean_are_refused_by_column(size):
    with pytest.raises(UserError, match="“b” holds 1e.*beyond 1e.100"):
        two_features(text_of((i, size if i else 0, i % 2) for i in range(8)), "a", "b", "c")
    with pytest.raises(UserError, match="“c” holds 1e"):
        two_features(text_of((i, i * i, size if i else 0) for i in range(8)), "a", "b", "c", "regression")


def test_a_rare_class_survives_the_sample():
    rows = [(i % 97, i % 89, "common") for i in range(60_000)] + [(1, 2, "rare"), (3, 4, "rare"), (5, 6, "single")]
    arrays, about = two_features(text_of(rows), "a", "b", "c")
    assert about["classes"] == ["common", "rare", "single"] and np.bincount(arrays["targets"]).tolist() == [POINTS - 3, 2, 1]


def test_a_column_that_becomes_constant_in_the_sample_is_refused():
    rows = [(0, i % 89, i % 2) for i in range(300_000)]
    rows[7] = (1, 7, 1)  # one row in 300,000; the seeded sample leaves it out
    with pytest.raises(UserError, match="“a” has the same value in every row"):
        two_features(text_of(rows), "a", "b", "c")


def test_long_class_names_that_begin_alike_stay_apart():
    classes = two_features(text_of((i, i * i, "z" * 60 + str(i % 2)) for i in range(8)), "a", "b", "c")[1]["classes"]
    assert len(set(classes)) == 2 and all(len(name) <= 50 for name in classes)


def test_a_date_is_no_place_and_no_number_but_may_be_a_class():
    table = text_of((i, i * i, f"2024-01-0{1 + i % 3}") for i in range(9))
    assert two_features(table, "a", "b", "c")[1]["classes"] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    with pytest.raises(UserError, match="“c” holds dates; a place"):
        two_features(table, "a", "c", "b")
    with pytest.raises(UserError, match="holds dates and cannot"):
        two_features(table, "a", "b", "c", "regression")


def test_an_unknown_task_is_refused():
    with pytest.raises(UserError, match="no task named 'guess'. It is one of auto, classification, regression"):
        two_features(text_of((i, i * i, i % 2) for i in range(8)), "a", "b", "c", "guess")
