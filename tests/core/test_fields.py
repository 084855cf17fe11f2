"""One declaration a field: what it takes, what it refuses, and how it stands in an address."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core import fields
from playground.core.text import from_text, to_text
from tests.strategies import inside, outside

TABLE = {"relu": "ReLU", "tanh": "Tanh", 3: "Three"}
DECLARED = {
    "number": fields.number(0.1, 1e-3, 10.0, log=True, unit="s"),
    "integer": fields.integer(3, 1, 9),
    "choice": fields.choice("relu", TABLE),
    "choices": fields.choices(("relu",), TABLE, least=1, most=2),
    "integers": fields.integers((4, 2), 1, 16, max_length=3),
    "switch": fields.switch(True),
    "text": fields.text("x", max_length=5),
    "seed": fields.seed(),
}
DOMAINS = {name: declared.json_schema_extra["domain"] for name, declared in DECLARED.items()}
every = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)


@every
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_value_inside_is_taken_and_one_outside_is_refused(domain, data):
    assert domain.problem(data.draw(inside(domain))) is None
    if domain.kind != "switch":
        assert domain.problem(data.draw(outside(domain))).endswith(".")


@every
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_value_survives_its_text(domain, data):
    value = data.draw(inside(domain))
    if domain.kind == "text":
        value = value.strip()  # blanks around a word in an address mean nothing
    assert from_text(domain, to_text(domain, value)) == value


@pytest.mark.parametrize(("name", "value", "words"), [
    ("number", 11.0, "must be between 0.001 and 10 s, got 11."), ("number", math.nan, "must be between 0.001 and 10 s, got nan."),
    ("choice", "selu", "must be one of"), ("choices", ("relu", "relu"), "names one choice twice."), ("choices", (), "needs 1 to 2 choices, got 0."),
    ("choices", ("relu", "elu"), "got 'elu'."), ("integers", (1, 2, 3, 4), "may hold at most 3 numbers, got 4."), ("integers", (1, 99), "got 99 (place 2)."),
    ("text", "123456", "may be at most 5 characters long, got 6."),
])  # fmt: skip
def test_the_words_name_the_limit_and_the_value(name, value, words):
    assert words in DOMAINS[name].problem(value)


@pytest.mark.parametrize(("name", "text", "words"), [
    ("number", "fast", "must be a number"), ("integer", "1.5", "must be whole numbers"), ("integers", "4,x", "must be whole numbers"),
    ("switch", "maybe", "must be true or false"), ("choice", "selu", "must be one of"), ("number", "1e999", "must be between"),
])  # fmt: skip
def test_text_of_the_wrong_form_is_refused_in_words(name, text, words):
    with pytest.raises(ValueError, match=words):
        from_text(DOMAINS[name], text)


def test_options_show_their_title_and_keep_their_key():
    class Card:
        title = "A card"

    domain = fields.choice("a", {"a": Card(), "b": "Bee"}).json_schema_extra["domain"]
    assert domain.keys == ["a", "b"] and domain.words("a") == "A card" and domain.words("b") == "Bee" and domain.words("c") == "c"
