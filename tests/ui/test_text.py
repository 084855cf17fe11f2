"""Every task of the text screen opens with an answer, and files to take home are safe to open."""

import functools
import json

import pytest

from playground.experiments.text_settings import TASKS
from playground.ui import text_batch, text_parts
from playground.zoo import language, language_cards
from tests.ui import visitor

pytestmark = pytest.mark.usefixtures("engine_of_this_module")
opened = functools.partial(visitor.opened, "predict/text.py", complaints=True)


@pytest.mark.skipif(not language.available() or not {"sentiment", "tags"} <= set(language_cards.language_cards()), reason="backbone or heads not here")
@pytest.mark.parametrize("part", list(TASKS))
def test_every_task_opens_with_an_answer(part):
    app = opened(text__part=part)
    assert not app.error and not app.warning
    assert len(app.get("html")) > {"hub": 0, "search": 1, "map": 1}.get(part, 3)  # pieces of the answer


@pytest.mark.skipif(not language.available(), reason="no backbone")
def test_what_is_missing_is_said_and_what_was_there_stays():
    app = opened(text__part="search", text_search__library="own")
    assert not app.error and "Paste a text" in app.info[0].value
    app = opened(text__part="labels", text_labels__labels="only one")
    assert "at least two labels" in app.error[0].value
    app = opened(text__part="compare", text_compare__first="shelf:0123456789abcdef")
    assert "not on this machine" in app.error[0].value
    app = opened(text__part="hub", text_hub__task="chat")
    assert "not on this machine" in app.info[0].value and not app.error


def test_a_table_taken_home_holds_no_formula():
    made = text_batch.csv_of([{"text": "=1+1", "label": "positive", "score": 0.5}, {"text": 'say "hi", x', "problem": "-"}])
    assert made.splitlines()[1:] == ["'=1+1,positive,0.5,", '"say ""hi"", x",,,\'-']


def test_answers_become_plain_json():
    import numpy as np

    found = text_parts.plain({"a": np.arange(2), 3: (np.float32(0.5), [1.23456789])})
    assert json.loads(json.dumps(found)) == {"a": [0, 1], "3": [0.5, [1.234568]]}
