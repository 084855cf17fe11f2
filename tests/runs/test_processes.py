import pytest

from playground.core.errors import UserError
from playground.runs import processes


@pytest.mark.parametrize("words", ["soon", "-5", "20"])
def test_a_priority_that_is_none_is_refused_in_words(monkeypatch, words):
    monkeypatch.setenv("PLAYGROUND_NICE", words)
    with pytest.raises(UserError, match="whole number from 0 to 19"):
        processes._set_up()
