"""A visitor's own table: what is learnt from it, what is refused, and the script that reads the very file again."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.data import datasets, shelf, tables_own
from playground.data.tables_profile import likely_target, likely_task, profile
from playground.data.uploads import read_table
from tests.data.test_datasets import assert_same, run_script

SPLIT = {"seed": 3, "validation_share": 0.2, "test_share": 0.15}


def csv(rows, header="a,b,y"):
    return "\n".join([header, *rows]).encode()


def simple(count=40, **columns):
    """A CSV of numbers `a`, words `b` and classes `y`, and more columns by name."""
    stream = np.random.default_rng(0)
    rows = [f"{stream.normal():.3f},{'rgb'[i % 3]},{'yes' if i % 2 else 'no'}" + "".join(f",{values[i]}" for values in columns.values()) for i in range(count)]
    return csv(rows, ",".join(["a", "b", "y", *columns]))


def learn(content, target, task="auto", uses=None, name="t.csv"):
    return datasets.load("own_table", shelf.put(*tables_own.prepare(read_table(name, content), target, task, uses)))


def people(count=240):
    """A table with everything: an identifier, words, dates, gaps, decimal commas, mistakes, an empty column, a leak."""
    stream = np.random.default_rng(1)
    rows = []
    for i in range(count):
        height = stream.normal(170, 10)
        weight = height * 0.4 + stream.normal(0, 5)
        answer = "yes" if weight > 69 else "no"
        rows.append(";".join([
            str(i + 1), f"person {stream.integers(10_000)}", f"{stream.integers(13, 28)}.{stream.integers(1, 13):02d}.{stream.integers(1990, 2024)}",
            f"{height:.2f}".replace(".", ",") if i % 9 else "NA", f"{weight:.3f}".replace(".", ",") if i % 70 else "abc", ["red", "green", "bl{ue}", ""][i % 4],
            "round" if stream.random() > 0.5 else "square", "", answer if i % 40 else "", {"yes": "J", "no": "N"}[answer],
        ]))  # fmt: skip
    return csv(rows, "id;name;born;height;weight;colour;shape;empty;answer;same")


def test_gaps_in_free_text_are_counted_too():
    texts = [f"cabin {i} {i * i}" if i % 3 else "" for i in range(90)]
    data = learn(simple(90, cabin=texts, size=[f"{i % 7}.5" for i in range(90)]), "y")
    column = next(each for each in data.columns if each.name == "cabin")
    assert column.kind == "text" and column.missing == texts.count("") and column.gaps()[0] and not column.gaps()[1]


def test_every_kind_of_column_becomes_features():
    data = learn(people(), "answer")
    assert data.task == "classification" and data.classes == ("no", "yes") and data.target_name == "answer"
    assert data.feature_names == (
        "born: elapsed days", "born: year", "born: month", "born: day", "born: weekday", "height", "height is missing", "weight", "weight is missing",
        "colour = bl{ue}", "colour = green", "colour = red", "colour is missing", "shape = square",
    )  # fmt: skip
    words = " ".join(data.notes)
    assert "“born” holds dates, read as day.month.year" in words and "“height” uses a decimal comma" in words
    assert "“weight” holds numbers, but words in 4 cells (“abc”, “abc”; line 2, 72, 142 …)" in words
    assert "6 of 240 rows were left out: no target (line 2, 42, 82 …)" in words
    assert "“id” was left out: it counts the rows: an identifier." in words and "“empty” was left out: it is empty." in words
    assert re.search(r"“name” was left out: it is free text \(\d+ different ones\); at most 50", words)
    assert "filled with the median of the training rows" in words and "Gaps among words are a category" in words and "Dates become elapsed days" in words
    assert any("“same” gives the target away" in each and "left out" in each for each in data.warnings)


@pytest.mark.parametrize("target", ["answer", "height", "colour", "weight"])
def test_the_script_reads_the_very_file_and_leaves_the_same_arrays(target, tmp_path):
    content = people()
    data = learn(content, target)
    (tmp_path / "data.csv").write_bytes(content)
    assert_same(run_script(data.script(**SPLIT), tmp_path), data.split(**SPLIT))


ODD_FILES = {
    "utf-16": simple().decode().encode("utf-16"), "windows": "größe,b,y\n".encode("cp1252") + simple().split(b"\n", 1)[1],
    "bare carriage returns": simple().replace(b"\n", b"\r"), "quoted": b'"a","b","y"\n' + b"\n".join(b'%d.25,"x, ""%d""",%d' % (i, i % 4, i % 2) for i in range(40)),
    "cells of two lines": b"a,b,y\n" + b"\n".join(b'%d.5,"one\ntwo %d",%d' % (i * 7, i % 3, i % 2) for i in range(40)),
    "blank lines": simple().replace(b"\n", b"\n\n  \n", 5), "no header": simple().split(b"\n", 1)[1], "tabs": simple().replace(b",", b"\t"),
    "thousands": b"a,b,y\n" + b"\n".join(b'"1,%03d",r%d,%d' % (i * 13 % 1000, i % 3, i % 2) for i in range(40)),
    "blanks": simple().replace(b",", b" , "), "infinite": simple().replace(b"\n0.", b"\ninf,r,no\n0.", 3), "bars": simple().replace(b",", b"|"),
    "repeated names": simple(a2=range(0, 120, 3)).replace(b"a2", b"a"), 
    "both decimals": csv([f"{i}{',.'[i % 2]}5;q{i % 3};{i % 2}" for i in range(40)], "a;b;y"),
    "times": simple(t=[f"{i % 24:02d}:30" for i in range(40)]), "hexadecimal": simple(t=[f"0x{i % 7:X}" for i in range(40)]),
    "slashes": simple(t=[f"{i % 12 + 1}/{i % 28 + 1}/2024" for i in range(40)]), "iso with zone": simple(t=[f"2024-01-{i % 28 + 1:02d}T0{i % 9}:15:00+02:00" for i in range(40)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD_FILES)
def test_the_script_reads_files_as_odd_as_people_save_them(kind, tmp_path):
    content = ODD_FILES[kind]
    table = read_table("t.csv", content)
    data = learn(content, list(table.columns)[2])
    (tmp_path / "data.csv").write_bytes(content)
    assert_same(run_script(data.script(**SPLIT), tmp_path), data.split(**SPLIT))


def frame(count=60):
    stream = np.random.default_rng(2)
    return pd.DataFrame({
        "single": stream.normal(size=count).astype("float32"), "whole": pd.Series(stream.integers(0, 9, count)).astype("Int64").where(stream.random(count) > 0.2),
        "when": pd.date_range("2020-01-01", periods=count, freq="7h"), "word": pd.Categorical(np.array(["x", "y", None], object)[stream.integers(0, 3, count)]),
        "flag": stream.random(count) > 0.5, "y": stream.integers(0, 3, count),
    })  # fmt: skip


@pytest.mark.parametrize(("kind", "target"), [("parquet", "y"), ("xlsx", "y"), ("parquet", "single"), ("xlsx", "word")])
def test_sheets_and_parquet_are_learnt_and_their_scripts_agree(kind, target, tmp_path):
    out = io.BytesIO()
    if kind == "parquet":
        frame().assign(zoned=pd.date_range("2021-03-27", periods=60, freq="5h", tz="Europe/Paris")).to_parquet(out)
    else:
        frame().to_excel(out, index=False, startrow=2)
    data = learn(out.getvalue(), target, name=f"t.{kind}")
    (tmp_path / f"data.{kind}").write_bytes(out.getvalue())
    assert_same(run_script(data.script(**SPLIT), tmp_path), data.split(**SPLIT))


def test_a_row_typed_as_it_stands_in_the_table_is_encoded_alike():
    data = learn(people(), "answer")
    split = data.split(**SPLIT)
    for place in range(20):
        assert np.array_equal(data.encode(data.show(int(split.train.rows[place])), **SPLIT), split.train.inputs[place])


@pytest.mark.parametrize(("column", "cell", "words"), [
    ("colour", "purple", "“colour” has never been “purple” in the data. It may be “bl{ue}”, “green”, “red”"), ("height", "tall", "“height” needs a number, got “tall”"),
    ("born", "yesterday", "“born” needs a date, got “yesterday”. Write it as year-month-day"), ("shape", "", "“shape” is empty. It may be"),
])  # fmt: skip
def test_an_unseen_category_or_words_for_a_number_are_refused_by_column(column, cell, words):
    data = learn(people(), "answer")
    with pytest.raises(UserError) as refusal:
        data.encode(data.show(0) | {column: cell}, **SPLIT)
    assert words in str(refusal.value) and refusal.value.field == column


def test_a_gap_may_be_typed_where_the_data_has_gaps():
    data = learn(people(), "answer")
    given = data.encode(data.show(0) | {"colour": "", "height": ""}, **SPLIT)
    assert given[data.feature_names.index("colour is missing")] == 1 and given[data.feature_names.index("height is missing")] == 1


def many(count):
    return csv([f"{i},{i % 7},k{i % count}" for i in range(count * 2)])


@pytest.mark.parametrize(("content", "target", "task", "words"), [
    (simple(c=["same"] * 40), "c", "auto", "“c” is “same” in every row: there is nothing to learn"), (simple(c=[7] * 40), "c", "regression", "“c” is 7 in every row"),
    (many(10_000), "y", "auto", "“y” has 10,000 classes; at most 200 can be learnt"), (simple(), "b", "regression", "holds words and cannot be learnt as a number"),
    (simple(c=[""] * 35 + list("ababa")), "c", "auto", "Only 5 rows have a value in the target “c”; at least 8"), (simple(), "z", "auto", "no column named 'z'"),
    (simple(c=["2024-01-01", "2024-01-02"] * 20), "c", "auto", "“c” holds dates"), (simple(), "y", "guess", "no task named 'guess'"),
    (simple(c=[1e300, 2] * 20), "c", "regression", "too large to learn"), (csv([f"{i % 2},,," for i in range(20)], "y,p,q,r"), "y", "auto", "No column is left to learn from"),
    (simple(c=[""] * 40), "c", "auto", "Only 0 rows"),
])  # fmt: skip
def test_what_cannot_be_learnt_is_refused_in_one_sentence(content, target, task, words):
    with pytest.raises(UserError) as refusal:
        tables_own.prepare(read_table("t.csv", content), target, task)
    assert words in str(refusal.value) and len(str(refusal.value)) < 220


def test_a_table_too_wide_for_memory_is_refused_with_its_size_and_the_limit(monkeypatch):
    monkeypatch.setattr("playground.data.tables_own.ENCODED_BYTES", 400)
    with pytest.raises(UserError, match="40 rows of 4 numbers take 0 MB; at most 0 MB"):
        tables_own.prepare(read_table("t.csv", simple()), "y")


@pytest.mark.parametrize(("column", "target", "words"), [
    ([f"{'J' if i % 2 else 'N'}" for i in range(40)], "y", "says the same in other words"), ([i % 2 for i in range(40)], "y", "says the same in other words"),
])  # fmt: skip
def test_a_column_that_gives_the_class_away_is_left_out_and_said(column, target, words):
    data = learn(simple(c=column), target)
    assert not any(name.startswith("c") for name in data.feature_names) and words in " ".join(data.warnings)
    assert any(name.startswith("c") for name in learn(simple(c=column), target, uses={"c": "category"}).feature_names)  # the visitor decides


def test_a_column_that_may_give_the_class_away_is_said_and_kept():
    data = learn(simple(c=[f"{'abcd'[i % 4]}" for i in range(40)]), "y")
    assert "“c” may give the target away: each of its values goes with one class only." in data.warnings and "c = a" in data.feature_names


@pytest.mark.parametrize(("factor", "offset", "words"), [(1, 0, "it is the same number"), (-2.5, 7, "shifted or scaled")])
def test_a_column_that_is_the_number_itself_is_left_out_and_said(factor, offset, words):
    values = np.random.default_rng(3).normal(size=40).round(4)
    data = learn(simple(v=values, c=values * factor + offset), "v")
    assert words in " ".join(data.warnings) and "c" not in data.feature_names


def test_an_honest_strong_feature_is_no_leak():
    stream = np.random.default_rng(4)
    values = np.arange(40) % 2 * 10 + stream.normal(size=40)
    assert "v" in learn(simple(v=values.round(3)), "y").feature_names


def test_classes_of_very_different_size_are_said():
    assert "“no” holds 90% of the rows" in " ".join(learn(csv([f"{i}.5,r,{'yes' if i % 10 == 0 else 'no'}" for i in range(100)]), "y").warnings)
    lopsided = learn(csv([f"{i}.5,r,{'rare' if i == 0 else 'ab'[i % 2]}" for i in range(100)]), "y")
    assert "A class of one row is learnt from, never tested" in " ".join(lopsided.warnings) and "50 times as many rows" in " ".join(lopsided.warnings)


def test_a_class_of_one_row_is_learnt_from_and_its_absence_elsewhere_is_said():
    data = learn(csv([f"{i}.5,r,{'rare' if i == 0 else 'ab'[i % 2]}" for i in range(100)]), "y")
    split = data.split(**SPLIT)
    assert data.classes.index("rare") in split.train.targets and "No example of “rare” is in the validation part" in " ".join(split.notes)


def test_numbers_can_be_learnt_as_classes_and_the_other_way_round():
    content = simple(c=[i % 4 for i in range(40)])
    assert learn(content, "c").classes == ("0", "1", "2", "3")
    forced = learn(content, "c", "regression")
    assert forced.classes == () and forced.split(**SPLIT).train.targets.dtype == np.float32


def test_columns_are_used_as_the_visitor_says():
    content = simple(c=[i * 7 % 5 for i in range(40)])
    assert "c" in learn(content, "y", uses={"b": "leave out"}).feature_names
    names = learn(content, "y", uses={"c": "category", "a": "leave out"}).feature_names
    assert {"c = 0", "c = 3"} <= set(names) and "a" not in names
    with pytest.raises(UserError, match="“b” cannot be used as number"):
        learn(content, "y", uses={"b": "number"})


def test_numbers_used_as_categories_are_the_same_in_the_script(tmp_path):
    content = simple(c=[f"{i * 7 % 5}.0" if i % 6 else "" for i in range(40)], d=[f"{i * 3 % 7 / 10}" for i in range(40)])
    data = learn(content, "y", uses={"c": "category", "d": "category"})
    assert {"c = 3", "c is missing", "d = 0.3"} <= set(data.feature_names)
    (tmp_path / "data.csv").write_bytes(content)
    assert_same(run_script(data.script(**SPLIT), tmp_path), data.split(**SPLIT))


@pytest.mark.parametrize("wanted", ["category", "number"])
def test_too_many_categories_or_words_for_numbers_are_refused_when_asked_for(wanted):
    content = simple(60, w=[f"word {i} {i * i}" for i in range(60)], n=[i * 1.5 for i in range(60)])
    with pytest.raises(UserError, match="“w” cannot be used as|“n” has 60 different values; at most 50"):
        learn(content, "y", uses={"w": wanted} if wanted == "number" else {"n": "category"})


def test_a_profile_says_kind_gaps_and_spread_of_every_column():
    table = read_table("t.csv", people())
    found = {each.name: each for each in profile(table)}
    assert [found[name].kind for name in ("id", "born", "height", "weight", "colour", "name")] == ["number", "date", "number", "number", "category", "text"]
    assert found["height"].missing == 27 and found["colour"].missing == 60 and found["empty"].why == "is empty"
    assert sum(found["height"].counts) == 240 - 27 and len(found["height"].labels) == len(found["height"].counts) + 1
    assert likely_target(tuple(found.values())) == "same" and likely_task(table, "height") == "regression" and likely_task(table, "answer") == "classification"


def test_scripts_read_cells_by_the_rules_of_the_gate():
    from playground.core import limits
    from playground.data import images_maths, tables_cells, uploads_columns

    assert set(uploads_columns.MISSING) == tables_cells.MISSING and uploads_columns.NUMBER == tables_cells.NUMBER
    assert images_maths.PIXELS == limits.IMAGE_PIXELS


def test_a_digest_of_something_else_is_refused():
    digest = shelf.put({"inputs": np.zeros((4, 2)), "targets": np.zeros(4)}, {"task": "binary"})
    with pytest.raises(UserError, match="not a table"):
        datasets.load("own_table", digest)
    with pytest.raises(UserError, match="not images"):
        datasets.load("own_images", digest)


cells = st.sampled_from([
    "", "1", "2.5", "-3", "NA", "x", "y", "long words here", "2024-01-31", "31.12.2020", "1,5", "inf", "1e400", "'", "{column}", "\\", "é", "0x1F", "1_0", "True",
])  # fmt: skip
answers = st.sampled_from(["a", "b", "a", "b", "7", ""])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells, answers), min_size=12, max_size=30), st.sampled_from([";", "\t"]))
def test_whatever_the_cells_hold_it_is_learnt_or_refused_and_the_script_agrees(tmp_path_factory, rows, separator):
    content = "\n".join([separator.join(["p", "q", "r", "s"]), *(separator.join(row) for row in rows)]).encode()
    try:
        table = read_table("t.csv", content)
        data = datasets.load("own_table", shelf.put(*tables_own.prepare(table, list(table.columns)[-1])))
        split = data.split(**SPLIT)
    except UserError as error:
        assert str(error)
        return
    folder = tmp_path_factory.mktemp("own")
    (folder / "data.csv").write_bytes(content)
    assert_same(run_script(data.script(**SPLIT), folder), split)
    assert all(np.isfinite(part.inputs).all() for part in (split.train, split.validation, split.test))
    for row in split.test.rows[:2]:
        place = int(np.flatnonzero(split.test.rows == row)[0])
        assert np.array_equal(data.encode(data.show(int(row)), **SPLIT), split.test.inputs[place])
