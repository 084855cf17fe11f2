"""Text cut into words and sentences, hostile text, and files of texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.core.limits import TEXT_CHARACTERS, TEXT_LINES
from playground.data import texts
from playground.data.uploads_texts import LINES, read_texts


def cut(text, places):
    return [text[a:b] for a, b in places]


def test_sentences_end_where_people_end_them():
    text = "Dr. Brown met J. Smith at 3 p.m. on Monday. Did it rain? “No!” she said.\n\nA new paragraph without a stop"
    assert cut(text, texts.sentences(text)) == ["Dr. Brown met J. Smith at 3 p.m. on Monday.", "Did it rain?", "“No!”", "she said.", "A new paragraph without a stop"]


def test_words_are_cut_as_the_treebanks_cut_them():
    text = "I don't know; she's at AT&T, isn't she? See https://x.org/a?b=1."
    assert cut(text, texts.words(text)) == ["I", "do", "n't", "know", ";", "she", "'s", "at", "AT&T", ",", "is", "n't", "she", "?", "See", "https://x.org/a?b=1."]


@pytest.mark.parametrize(("word", "kind"), [("the", 0), ("Paris", 1), ("I", 1), ("NASA", 2), ("iPhone", 3), ("2024", 4), ("B2B", 4), ("…", 5)])
def test_spelling_is_told_apart(word, kind):
    assert texts.spelling(word) == kind


def test_names_are_joined_from_their_labels():
    assert texts.spans(["B-PER", "I-PER", "O", "I-LOC", "B-LOC", "I-ORG"]) == [(0, 2, "PER"), (3, 4, "LOC"), (4, 5, "LOC"), (5, 6, "ORG")]


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_cut_into_places_that_follow_each_other_or_refused_in_words(text):
    try:
        clean = texts.clean(text)
    except UserError as error:
        assert "empty" in error.what
        return
    for places in (texts.sentences(clean), texts.words(clean)):
        assert all(a < b for a, b in places) and all(before[1] <= after[0] for before, after in zip(places, places[1:], strict=False))
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in clean)


@pytest.mark.parametrize("text", ["", "   \n\t ", "\x00\x01\x02", "\u200b\u200e"])
def test_nothing_to_read_is_said(text):
    with pytest.raises(UserError, match="empty"):
        texts.clean(text)


def test_a_megabyte_is_refused_with_its_length():
    with pytest.raises(UserError, match=f"1,000,000 characters; at most {TEXT_CHARACTERS:,}"):
        texts.clean("word " * 200_000)


def test_lines_columns_and_one_column_are_read():
    lines = read_texts("notes.txt", "one\n\ntwo\r\nthree ☃\n".encode())
    assert lines.column(LINES) == ["one", "two", "three ☃"] and "1 empty" in " ".join(lines.notes)
    table = read_texts("r.csv", b"id,stars,review\n1,4,Quite good and warm\n2,1,Dull from start to end\n3,2,Too long by an hour\n")
    assert table.likely == "review" and table.column("review")[1] == "Dull from start to end"
    single = read_texts("one.csv", b'text\n"Nice, really"\n"Not ""that"" nice"\n')
    assert single.column(LINES) == ["Nice, really", 'Not "that" nice']


def test_a_column_that_is_not_there_and_files_without_words_are_said():
    table = read_texts("r.csv", b"id,review\n1,Quite good and warm\n2,Dull from start to end\n")
    with pytest.raises(UserError, match="no column of text named “comment”"):
        table.column("comment")
    with pytest.raises(UserError, match="only numbers"):
        read_texts("n.csv", b"a,b\n1,2\n3,4\n5,6\n")
    with pytest.raises(UserError, match="empty"):
        read_texts("e.txt", b"  \n ")
    with pytest.raises(UserError, match=f"at most {TEXT_LINES:,}"):
        read_texts("l.txt", b"a\n" * (TEXT_LINES + 1))
    with pytest.raises(UserError, match="not a text"):
        read_texts("x.txt", b"\x89PNG\x00\x00")
