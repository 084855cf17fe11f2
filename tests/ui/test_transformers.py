"""The transformer screen's parts open, each with its result, and say in words what is wrong."""

import pytest

from playground.experiments.transformer_settings import PARTS
from tests.laws.test_pages import open_page

PAGE = "architectures/transformers.py"


@pytest.fixture(scope="module", autouse=True)
def engine_of_this_module():
    from playground.runs.engine import close_engine, get_engine

    get_engine().warm()
    yield
    close_engine()


@pytest.mark.parametrize("part", [part for part in PARTS if part != "pass"])
def test_a_part_opens_without_complaint(part):
    app = open_page(PAGE, {"transformers.part": part})
    assert app.title[0].value == "Transformers" and not app.error and not app.warning


def test_bad_prompts_and_models_are_answered_in_words():
    app = open_page(PAGE, {"gpt_pass.prompt": "  "})
    assert any("empty" in each.value for each in app.error)
    app = open_page(PAGE, {"gpt_pass.model": "no such model"})
    assert any("no name of a model" in each.value for each in app.error)
    app = open_page(PAGE, {"transformers.part": "heads", "gpt_heads.off": "all of them"})
    assert any("written like" in each.value for each in [*app.error, *app.warning])
