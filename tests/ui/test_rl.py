"""The deep-RL screen, opened and driven as a visitor would."""

import functools

import pytest
from streamlit.testing.v1 import AppTest

from playground.experiments.rl import DeepRL
from playground.experiments.rl_recipes import recipe
from playground.experiments.rl_words import INSIDE
from tests.ui import visitor
from tests.ui.visitor import group

pytestmark = pytest.mark.usefixtures("engine_of_this_module")
opened = functools.partial(visitor.opened, "rl/deep_rl.py")


@pytest.mark.parametrize("part", INSIDE)
def test_every_part_opens(part):
    app = opened(rllook__inside=part)
    assert app.title[0].value == "Deep RL"


def test_another_task_brings_settings_that_learn_it_and_a_fitting_algorithm():
    app = opened(rl__algorithm="dqn", rl__seed="5")
    group(app, "rl!task").set_value("Pendulum-v1").run()
    assert not app.exception and not app.error
    wanted = recipe("Pendulum-v1", "sac", seed=5)
    assert {name: app.session_state["rl!values"][name] for name in wanted} == DeepRL(**wanted).model_dump()
    app.selectbox(key="rl!way").set_value("ppo").run()
    assert app.session_state["rl!values"]["algorithm"] == "ppo" and app.session_state["rl!values"]["rollout"] == recipe("Pendulum-v1", "ppo")["rollout"]


def test_controls_without_effect_are_not_shown():
    app = opened()
    keys = {each.key for kind in ("slider", "select_slider", "toggle", "number_input", "text_input") for each in app.get(kind)}
    assert "rl.clip" in keys and "rl.epsilon" not in keys and "rl.temperature" not in keys


def test_configurations_are_collected_for_a_comparison_and_stand_in_the_address():
    app = opened(rllook__inside="compare")
    next(each for each in app.button if each.label == "Every algorithm").click().run()
    assert not app.exception and not app.error
    assert [each.algorithm for each in app.session_state["rl!race"]] == ["ppo", "a2c", "reinforce", "dqn"]
    text = app.query_params["rl!race"]
    again = opened(rllook__inside="compare", **{"rl!race": text if isinstance(text, str) else text[0]})
    assert again.session_state["rl!race"] == app.session_state["rl!race"]
    next(each for each in app.button if each.label == "Clear").click().run()
    assert app.session_state["rl!race"] == [] and "rl!race" not in app.query_params


@pytest.mark.parametrize("text", ["[{", '[{"environment": "CartPole-v1", "algorithm": 3}]', '[{"copies": -1}]', "7", '["x"]'])
def test_a_comparison_that_cannot_be_read_is_answered_in_words(text):
    app = AppTest.from_file(str(visitor.PAGES / "rl/deep_rl.py"), default_timeout=60)
    app.session_state["!arrived"] = True
    app.query_params["rl!race"], app.query_params["rllook.inside"] = text, "compare"
    app.run()
    assert not app.exception and (app.warning or not app.session_state["rl!race"])


def test_the_trained_agents_settings_can_be_taken_over():
    app = opened(rllook__inside="agents", rl__environment="MountainCar-v0", rl__algorithm="dqn")
    next(each for each in app.button if each.label == "Take its settings").click().run()
    assert not app.exception and not app.error and app.session_state["rl!values"]["noise_memory"] > 0.5
