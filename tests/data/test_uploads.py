"""What comes in from outside: read, or refused in words."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.data.tabular import two_features
from playground.data.uploads import read_table


@pytest.mark.parametrize(("text", "columns"), [
    ("a,b,c\n1,2,x\n3,4,y\n", ["a", "b", "c"]), ("a;b;c\n1,5;2,5;x\n3,0;4,25;y\n", ["a", "b", "c"]), ("a\tb\n1\t2\n3\t4\n", ["a", "b"]),
    ("1,2,3\n4,5,6\n7,8,9\n", ["column 1", "column 2", "column 3"]), ('"a, really",b\n1,2\n3,4\n', ["a, really", "b"]), ("a|b\n1|2\n3|4\n", ["a", "b"]),
])  # fmt: skip
def test_separator_header_and_quotes_are_detected(text, columns):
    table = read_table("t.csv", text.encode())
    assert list(table.columns) == columns and table.n_rows >= 2
    assert table.kinds[columns[0]] == "number" and table.columns[columns[0]][0] in (1.0, 1.5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_detected(encoding):
    table = read_table("t.csv", "größe,zahl\n1,2\n3,4\n".encode(encoding))
    assert list(table.columns) == ["größe", "zahl"]


def test_missing_and_infinite_cells_are_counted_and_located():
    table = read_table("t.csv", b"a,b,c\n1,2,x\n,4,y\nnan,5,\ninf,6,z\n")
    words = " ".join(table.notes)
    assert "“a”: 3 cells missing, 1 of them infinite (line 3, 4, 5)" in words and "“c”: 1 cell missing (line 4)" in words
    assert np.isnan(table.columns["a"][1:]).all()


def test_columns_of_one_name_are_told_apart():
    assert list(read_table("t.csv", b"a,a,a\n1,2,3\n4,5,6\n").columns) == ["a", "a (2)", "a (3)"]


@pytest.mark.parametrize(("content", "words"), [
    (b"", "empty"), (b"   \n ", "empty"), (b"PK\x03\x04rest", "not a text file"), (b"\x89PNG\r\n\x1a\n", "not a text file"), (b"a,b\n1,2\x00\n", "not a text file"),
    (b"a,b\n1,2\n", "1 row"), (b"a,b\n1,2\n3,4,5\n6,7\n", "line 3: 3 cells"), (b"just words\nin lines\n", "one column"),
    (b"\xff\xfea", "UTF-16"), (",".join(f"c{i}" for i in range(1500)).encode() + b"\n" + b",".join([b"1"] * 1500) + b"\n" + b",".join([b"2"] * 1500), "1,500 columns"),
])  # fmt: skip
def test_what_is_no_table_is_refused_in_one_sentence(content, words):
    with pytest.raises(UserError, match=words) as refusal:
        read_table("t.csv", content)
    assert len(str(refusal.value)) < 250


def test_a_file_over_the_limit_is_refused_with_its_size_and_the_limit(monkeypatch):
    monkeypatch.setattr("playground.data.uploads.UPLOAD_BYTES", 1 << 20)
    with pytest.raises(UserError, match=r"1\.9 MB; at most 1 MB"):
        read_table("t.csv", b"1,2\n" * 500_000)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")),
                 st.lists(st.lists(st.sampled_from(["1", "-2.5", "x", "", "nan", "inf", '"', "1,5", "é"]), min_size=1, max_size=5), max_size=8)
                 .map(lambda rows: "\n".join(",".join(row) for row in rows).encode())))  # fmt: skip
def test_hostile_bytes_never_raise_anything_but_words(content):
    try:
        table = read_table("t.csv", content)
        names = list(table.columns)
        two_features(table, names[0], names[1 % len(names)], names[-1])
    except UserError as error:
        assert str(error)


def test_a_large_table_is_read_within_seconds():
    stream = np.random.default_rng(0)
    rows = "\n".join(",".join(f"{v:.4f}" for v in row) for row in stream.normal(size=(20_000, 10)))
    content = ("a,b,c,d,e,f,g,h,i,j\n" + "\n".join([rows] * 10)).encode()
    started = time.perf_counter()
    assert read_table("t.csv", content).n_rows == 200_000
    assert time.perf_counter() - started < 5


WINE = b"alcohol,hue,kind,colour\n" + b"".join(b"%d.5,%d.25,%s,%d\n" % (10 + i % 5, i % 7, [b"red", b"white", b"rose"][i % 3], i * 3) for i in range(60))


def test_two_features_and_words_make_classes():
    arrays, about = two_features(read_table("wine.csv", WINE), "alcohol", "hue", "kind")
    assert arrays["inputs"].shape == (60, 2) and about["task"] == "multiclass" and about["classes"] == ["red", "rose", "white"]
    assert set(arrays["targets"].tolist()) == {0, 1, 2}


def test_a_target_of_many_numbers_is_a_regression_and_can_be_forced_either_way():
    table = read_table("wine.csv", WINE)
    assert two_features(table, "alcohol", "hue", "colour")[1]["task"] == "regression"
    with pytest.raises(UserError, match="60 classes"):
        two_features(table, "alcohol", "hue", "colour", "classification")
    with pytest.raises(UserError, match="words"):
        two_features(table, "alcohol", "hue", "kind", "regression")


@pytest.mark.parametrize(("text", "arguments", "words"), [
    ("a,b,c\n1,2,x\n3,4,x\n5,6,x\n7,8,x\n", ("a", "b", "c"), "only one class"), ("a,b,c\n1,2,x\n1,4,y\n1,6,x\n1,8,y\n", ("a", "b", "c"), "same value"),
    ("a,b,c\n1,2,x\n,4,y\n,6,x\n,8,y\n", ("a", "b", "c"), "Only 1 complete"), ("a,b,c\nq,2,x\nr,4,y\nq,6,x\nr,8,y\n", ("a", "b", "c"), "holds words"),
    ("a,b,c\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n", ("a", "a", "c"), "different columns"), ("a,b,c\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n", ("a", "b", "z"), "no column"),
])  # fmt: skip
def test_columns_that_cannot_be_learnt_from_are_refused_in_words(text, arguments, words):
    with pytest.raises(UserError, match=words):
        two_features(read_table("t.csv", text.encode()), *arguments)


def test_too_many_rows_are_sampled_and_said():
    stream = np.random.default_rng(0)
    content = "a,b,c\n" + "\n".join(f"{x:.3f},{y:.3f},{int(x > 0)}" for x, y in stream.normal(size=(9000, 2)))
    arrays, about = two_features(read_table("t.csv", content.encode()), "a", "b", "c")
    assert len(arrays["inputs"]) == 5000 and "random 5,000 of 9,000" in about["notes"][0]
