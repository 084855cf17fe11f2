"""Numbers in running text."""

import pytest

from playground.explain.numbers import plain, signed


@pytest.mark.parametrize(("value", "decimals", "words"), [(0.366, 3, "+0.366"), (-0.3664, 3, "−0.366"), (-0.0004, 2, "0.00"), (0.0, 0, "0"), (-1.0, 0, "−1")])
def test_a_signed_number_has_a_true_minus_and_zero_has_no_sign(value, decimals, words):
    assert signed(value, decimals) == words


@pytest.mark.parametrize(("value", "words"), [(-3.781, "−3.78"), (2.1e-7, "2.1·10⁻⁷"), (float("inf"), "∞"), (0.0, "0")])
def test_a_plain_number_has_three_digits_or_a_power_of_ten(value, words):
    assert plain(value) == words
