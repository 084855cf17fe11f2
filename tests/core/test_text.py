"""Field values as text, as they stand in an address and on a command line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core import fields
from playground.core.text import from_text, to_text

NUMBER, INTEGER, INTEGERS, SWITCH, CHOICE, CHOICES, TEXT = (declared.json_schema_extra["domain"] for declared in (
    fields.number(0.1, -1e9, 1e9), fields.integer(3, -5, 9), fields.integers((4,), 1, 16, max_length=4), fields.switch(True),
    fields.choice(3, {"relu": "ReLU", 3: "Three"}), fields.choices(("a",), ("a", "b", 7), least=1), fields.text("", max_length=12),
))  # fmt: skip


@pytest.mark.parametrize(("domain", "value", "text"), [
    (NUMBER, 0.1, "0.1"), (NUMBER, 1e-7, "1e-07"), (INTEGER, -3, "-3"), (INTEGERS, (8, 4), "8,4"), (INTEGERS, (), ""), (SWITCH, True, "true"),
    (SWITCH, False, "false"), (CHOICE, 3, "3"), (CHOICE, "relu", "relu"), (CHOICES, ("a", 7), "a,7"), (TEXT, "x * 2", "x * 2"),
])  # fmt: skip
def test_a_value_has_one_plain_form_and_is_read_back_with_its_type(domain, value, text):
    back = from_text(domain, text)
    assert to_text(domain, value) == text and back == value and type(back) is type(value)


@given(st.floats(-1e9, 1e9))
def test_a_number_loses_no_digit(value):
    assert from_text(NUMBER, to_text(NUMBER, value)) == value


@pytest.mark.parametrize(("domain", "text", "value"), [
    (NUMBER, " 2 ", 2.0), (INTEGERS, "8, 4,", (8, 4)), (SWITCH, "Yes", True), (SWITCH, "OFF", False), (SWITCH, "1", True), (CHOICES, "b,a,", ("b", "a")),
])  # fmt: skip
def test_what_people_type_by_hand_is_understood(domain, text, value):
    assert from_text(domain, text) == value


@pytest.mark.parametrize("domain", [NUMBER, INTEGER, INTEGERS, SWITCH, CHOICE, CHOICES, TEXT], ids=lambda domain: domain.kind)
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_a_value_of_the_domain_or_refused_in_a_short_sentence(domain, text):
    try:
        value = from_text(domain, text)
    except ValueError as error:
        assert str(error).endswith(".") and len(str(error)) < 300
    else:
        assert domain.problem(value) is None


@pytest.mark.parametrize("domain", [NUMBER, INTEGER, INTEGERS, SWITCH, CHOICE, CHOICES, TEXT], ids=lambda domain: domain.kind)
def test_the_words_of_a_refusal_stay_short_however_long_the_text_is(domain):
    with pytest.raises(ValueError) as refusal:
        from_text(domain, "z" * 100_000)
    assert len(str(refusal.value)) < 300
