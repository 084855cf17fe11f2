"""The screens of several parts, opened and driven as a visitor would."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.experiments import activation_views, loss_views
from playground.experiments.signal_race import SignalRace
from playground.explain import activation_words, loss_words

ROOT = Path(__file__).resolve().parents[2] / "pages" / "foundations"
STILL = [("activations", part) for part in ("curves", "neuron", "softmax", "gates", "signal")] + [("losses", "curves")]
PARTS = {
    "neuron": activation_views.Neuron,
    "softmax": activation_views.SoftmaxView,
    "gates": activation_views.GateView,
    "signal": SignalRace,
}
LIVE = [("activations", "train"), ("losses", "outliers"), ("losses", "imbalance"), ("losses", "train")]


def opened(page, **parameters):
    app = AppTest.from_file(str(ROOT / f"{page}.py"), default_timeout=60)
    app.session_state["!arrived"] = True  # as the shell says of a link just opened
    for name, value in parameters.items():
        app.query_params[name.replace("__", ".")] = value
    app.run()
    app.session_state["!arrived"] = False
    assert not app.exception
    return app


def said(app):
    return "\n".join(each.value for each in (*app.markdown, *app.caption))


@pytest.mark.parametrize(("page", "part"), STILL + LIVE)
def test_every_part_opens_with_its_words_and_nothing_ticked(page, part):
    app = opened(page, **{f"{page}__part": part})
    words = (activation_words if page == "activations" else loss_words).INTRODUCTIONS[part]
    assert words in said(app)
    assert not app.error
    assert "**Try this**" in said(app)
    assert "check_circle" not in said(app)


def test_all_parts_are_covered_here():
    assert {part for page, part in STILL + LIVE if page == "activations"} == set(activation_views.PARTS)
    assert {part for page, part in STILL + LIVE if page == "losses"} == set(loss_views.PARTS)


@pytest.mark.parametrize(("page", "part"), STILL)
def test_every_preset_can_be_pressed_and_is_explained(page, part):
    app = opened(page, **{f"{page}__part": part})
    rows = (activation_words if page == "activations" else loss_words).PRESETS[part]
    for key, _, why, _, _ in rows:
        app.button_group[1].set_value(key).run()
        assert not app.exception
        assert not app.error
        assert why in said(app)


def test_the_address_restores_the_picture():
    app = opened("activations", activations__part="curves", activations__shown="relu,elu", activations__elu_alpha="2.5", activations__probe="-1.0")
    assert "| at x = -1 |" in said(app)
    assert "| ELU | -1.58 | 0.9197 |" in said(app)  # 2.5 (1/e − 1) and 2.5 / e


def test_garbage_in_the_address_is_named_and_the_rest_kept():
    app = opened("losses", losses__part="curves", losses__huber_delta="abc", losses__task="poetry", losses__probe="0.5")
    words = " ".join(each.value for each in app.warning)
    assert "Huber: δ must be a number, got 'abc'" in words
    assert "must be one of regression, binary, multiclass, got 'poetry'" in words
    assert "| at r = 0.5 |" in said(app)


def test_an_impossible_choice_is_explained_and_the_last_good_picture_stays():
    app = opened("activations", activations__part="signal")
    app.session_state["signal.activations"] = ["sigmoid", "tanh", "relu", "gelu", "elu"]
    app.run()
    assert not app.exception
    assert any("make 10 stacks" in each.value for each in app.error)
    assert "Sigmoid · He normal" in said(app)


def test_only_parameters_of_what_is_shown_have_sliders():
    app = opened("activations", activations__part="curves", activations__shown="relu,elu")
    labels = [each.label for each in app.slider]
    assert "ELU: α" in labels
    assert not any(label.startswith("Softplus") for label in labels)


def ends(domain):
    if domain.kind in ("number", "integer"):
        form = int if domain.kind == "integer" else float
        return [form(domain.low), form(domain.high)]
    if domain.kind == "switch":
        return [False, True]
    keys = [[each] for each in domain.keys] if domain.kind == "choices" else domain.keys
    return [keys[0], keys[-1]]


@pytest.mark.parametrize(("part", "kind"), PARTS.items())
def test_both_ends_of_every_control_give_a_picture(part, kind):
    app = opened("activations", activations__part=part)
    for name, domain in kind.domains().items():
        start = app.session_state[f"{kind.key}.{name}"]
        for value in (*ends(domain), start):
            app.session_state[f"{kind.key}.{name}"] = value
            app.run()
            assert not app.exception, (name, value)
            assert not app.error, (name, value)
            assert "**Try this**" in said(app), (name, value)
