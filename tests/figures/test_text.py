"""Marked text: every sign of the visitor's stays a sign, and every sign is there once."""

import re
from html import unescape

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.figures import text as figures

EVIL = '<script>alert("x")</script> **bold** <img src=x onerror=alert(1)> & שלום 👩‍🚀'


def shown(markup):
    """What a reader sees: without tags, and without the small marks that figures add."""
    markup = re.sub(r"<(sub|b|small)>.*?</\1>", "", markup)
    return unescape(re.sub(r"<[^>]*>", "", markup))


def test_markup_in_a_text_is_shown_as_text():
    places = [(0, 8), (9, 14), (30, 40)]
    for made in (
        figures.weighed(EVIL, places, [0.5, -1.0, 0.0]),
        figures.marked(EVIL, [{"begin": 0, "end": 8, "kind": "PER", "share": 0.9}]),
        figures.graded(EVIL, places, [0.1, 0.9, 0.5], [1]),
        figures.answered(EVIL, [{"begin": 9, "end": 14, "score": 0.8}], places, [0.1, 0.9, 0.3]),
    ):
        assert "<script" not in made and "<img" not in made and 'dir="auto"' in made
        assert shown(made) == EVIL
    for made in (figures.bars([EVIL, "b"], [0.2, 0.8]), figures.big(EVIL), figures.found([EVIL], ["near"]), figures.pairs([EVIL], ["b"], np.ones((1, 1)))):
        assert "<script" not in made and "<img" not in made


@given(st.text(alphabet="ab <&\"'>é👍\n", max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
@settings(max_examples=100, deadline=None)
def test_no_sign_is_lost_or_doubled(text, places):
    places = sorted((min(a, b, len(text)), min(max(a, b), len(text))) for a, b in places)
    assert shown(figures.weighed(text, places, [1.0] * len(places))) == text


def test_tokens_of_one_word_are_added_up():
    places, sums = figures.by_word([(0, 3), (3, 6), (7, 9)], [0.5, 0.25, -1.0], [0, 0, 1])
    assert places == [(0, 6), (7, 9)] and sums == [0.75, -1.0]
