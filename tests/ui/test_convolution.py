"""The convolution screen, opened with networks that were trained on the training screen."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.experiments.convolution_networks import NETWORKS
from playground.experiments.train import Train
from playground.zoo import cards

PAGE = Path(__file__).resolve().parents[2] / "pages" / "architectures" / "convolution.py"


@pytest.fixture(scope="module")
def engine():
    from playground.runs.engine import close_engine, get_engine

    found = get_engine()
    found.warm()
    yield found
    close_engine()


def opened(part):
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    app.session_state["!arrived"] = True  # as the shell says of a link just opened
    app.query_params["convolution.part"] = part
    app.run()
    app.session_state["!arrived"] = False
    assert not app.exception and not app.error, [*app.exception, *app.error]
    return app


def trained(engine, stack):
    """The token of a kept run."""
    run = engine.start(Train(dataset="digits", stack=stack, epochs=1), "somebody", playing=True, speed="max")
    until = time.monotonic() + 40
    while not engine.store.list(tokens=[run.token]):
        assert run.state != "failed" and time.monotonic() < until, run.message
        time.sleep(0.05)
    return run.token


def test_every_bundled_classifier_is_offered_by_its_title():
    assert {name: each.title for name, each in cards.cards().items() if each.task == "image classification"} == NETWORKS


def test_any_kept_run_with_convolutions_can_be_opened_and_left_again(engine):
    first, second, dense = (trained(engine, stack) for stack in ("conv 3 | relu | max 2 | flatten", "conv 5 | relu | flatten | dense 8 | relu", "flatten | dense 4 | relu"))
    app = opened("inside")
    offered = app.selectbox(key="feature_maps!trained")
    assert len(offered.options) == 2 and all("step" in each for each in offered.options)
    offered.set_value(first).run()
    assert not app.exception and not app.error
    digest = app.session_state["feature_maps!values"]["trained"]
    assert digest and app.query_params["feature_maps.trained"] and any("trained on the training screen" in each.value for each in app.info)
    app.selectbox(key="feature_maps!trained").set_value(second).run()
    assert app.session_state["feature_maps!values"]["trained"] not in ("", digest) and not app.error
    next(each for each in app.button if each.label == "Back to the bundled ones").click().run()
    assert app.session_state["feature_maps!values"]["trained"] == "" and not app.exception and not app.error
    assert dense not in offered.options


def test_a_run_that_is_gone_is_said_in_words(engine):
    gone = trained(engine, "conv 4 | relu | flatten")
    app = opened("field")
    engine.store.remove(gone)
    engine.records.pop(gone, None), engine.runs.pop(gone, None)
    app.selectbox(key="feature_maps!trained").set_value(gone).run()
    assert [each.value for each in app.error if "not kept any more" in each.value]
