"""Tables as spreadsheets and people really save them: nothing is lost or changed in silence."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data.tabular import two_features
from playground.data.uploads import read_table


def read(text):
    return read_table("t.csv", text.encode())


def test_commas_between_thousands_do_not_make_small_numbers():
    table = read('a,b\n"1,234",2\n"2,500,000",3\n950,4\n')
    assert table.columns["a"].tolist() == [1234.0, 2_500_000.0, 950.0]
    assert "“a” has commas between thousands." in table.notes


@pytest.mark.parametrize("cells", [("1.234,5", "17,25", "3"), ("1234,5", "17,25", "3")])
def test_a_decimal_comma_is_read_with_and_without_points_between_thousands(cells):
    table = read("a;b\n" + "".join(f"{cell};{number}\n" for number, cell in enumerate(cells)))
    assert table.columns["a"].tolist() == [1234.5, 17.25, 3.0] and "“a” uses a decimal comma." in table.notes


def test_whole_numbers_beyond_64_bits_are_numbers_and_no_comma_is_claimed():
    table = read("a,b\n123456789012345678901234567890,1\n2,2\n")
    assert table.columns["a"].tolist() == [123456789012345678901234567890.0, 2.0] and len(table.notes) == 1


def test_no_column_is_lost_when_a_name_is_already_taken():
    table = read("a,a,a (2)\n1,2,3\n4,5,6\n")
    assert [values[0] for values in table.columns.values()] == [1.0, 2.0, 3.0]
    assert list(table.columns)[0] == "a" and list(table.columns)[2] == "a (2)"


def test_long_names_that_begin_alike_stay_apart():
    assert read(f"{'x' * 90}1,{'x' * 90}2\n1,2\n3,4\n").columns.keys() == {"x" * 80, "x" * 80 + " (2)"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(end):
    assert read(end.join(["a,b", "1,2", "3,4", ""])).columns["b"].tolist() == [2.0, 4.0]


@pytest.mark.parametrize("text", ["\n\na,b\n1,2\n3,4\n", "a,b\n\n1,2\n  \n3,4\n\n\n", '\n"a",b\n\n1,2\n3,4\n'])
def test_blank_lines_change_nothing(text):
    table = read(text)
    assert list(table.columns) == ["a", "b"] and table.columns["a"].tolist() == [1.0, 3.0] and table.kinds["a"] == "number"


@pytest.mark.parametrize(("text", "line"), [
    ("a,b\n1,2\n\n,4\n5,6\n", 4), ('a,b\n"x\ny",2\n"z",\n"w",6\n', 4), ("\n1,2\n,4\n5,6\n", 3), ("a,b\n1,2\n3,4\n5,\n", 4),
])  # fmt: skip
def test_a_missing_cell_is_named_by_its_line_in_the_file(text, line):
    assert any(f"1 cell missing (line {line})." in note for note in read(text).notes)


def test_rows_left_out_are_named_by_their_line_in_the_file():
    table = read("a,b,c\n1,2,x\n\n,4,y\n5,6,x\n7,8,y\n\n9,1,\n2,3,x\n")
    notes = two_features(table, "a", "b", "c")[1]["notes"]
    assert notes == ["2 of 6 rows were left out for a missing cell (line 4, 8)."]


@pytest.mark.parametrize("rows", [3, 30_000])
@pytest.mark.parametrize(("bad", "words"), [("4,5", "2 cells"), ("4", "1 cell"), ("4,5,6,7", "4 cells")])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_of_another_length_is_refused_by_its_line_however_far_down(rows, bad, words, quote):
    text = f"{quote}a{quote},b,c\n" + "1,2,3\n" * rows + bad + "\n" + "1,2,3\n" * 3
    with pytest.raises(UserError, match=f"line {rows + 2}: {words} where the first line has 3"):
        read(text)


def test_a_separator_at_the_end_of_every_row_is_left_out_and_said():
    table = read("a,b,\n1,2,\n3,4,\n")
    assert list(table.columns) == ["a", "b"] and "Column 3 has neither a name nor a value and was left out." in table.notes


def test_an_empty_column_with_a_name_is_kept_and_counted():
    table = read("a,b,c\n1,2,\n3,4,\n")
    assert np.isnan(table.columns["c"]).all() and "“c”: 2 cells missing (line 2, 3)." in table.notes


def test_dates_are_dates_and_impossible_ones_are_words():
    table = read("day,moment,odd,x\n2024-01-31,2024-01-31T12:00:00Z,2024-13-45,1\n2024-02-01,2024-02-01 08:30,2024-01-01,2\n")
    assert [table.kinds[name] for name in table.columns] == ["date", "date", "category", "number"]
    with pytest.raises(UserError, match="“day” holds dates"):
        two_features(table, "day", "x", "odd")


def test_yes_and_no_are_two_classes_not_the_numbers_one_and_zero():
    table = read("a,b,c\n" + "".join(f"{i},{i * i},{i % 2 == 0}\n" for i in range(8)))
    assert table.kinds["c"] == "category"
    assert two_features(table, "a", "b", "c")[1]["classes"] == ["False", "True"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_words_survive_every_encoding(encoding):
    table = read_table("t.csv", "größe,ort\n1,Zürich\n3,Malmö\n".encode(encoding))
    assert list(table.columns) == ["größe", "ort"] and table.columns["ort"].tolist() == ["Zürich", "Malmö"]


@pytest.mark.parametrize("content", ["a,b\n1,2\n3,4\n".encode("utf-16-le"), "a,b\n1,\x00\n3,4\n".encode("utf-16")])
def test_nul_characters_are_refused_in_words(content):
    with pytest.raises(UserError, match="not a text file"):
        read_table("t.csv", content)


def test_a_quotation_mark_that_never_closes_is_refused_in_words():
    with pytest.raises(UserError, match="line|quotation"):
        read('a,b\n1,2\n"3,4\n5,6\n')


def test_the_note_on_the_separator_is_a_sentence():
    assert read("a\tb\n1\t2\n3\t4\n").notes[0] == "Read as tab-separated with a header."
