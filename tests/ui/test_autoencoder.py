"""The autoencoder screen, opened and driven as a visitor would."""

import functools

import pytest
from streamlit.testing.v1 import AppTest

from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_words import INSIDE, PRESETS
from tests.ui import visitor
from tests.ui.visitor import group

pytestmark = pytest.mark.usefixtures("engine_of_this_module")
opened = functools.partial(visitor.opened, "architectures/autoencoders.py")


@pytest.mark.parametrize("inside", INSIDE)
def test_every_look_inside_opens(inside):
    assert opened(autoencoderlook__inside=inside).title[0].value == "Autoencoders"


@pytest.mark.parametrize("preset", [(key, values) for key, _, _, values, _ in PRESETS], ids=lambda each: each[0])
def test_every_preset_can_be_chosen(preset):
    key, values = preset
    app = opened()
    group(app, "autoencoder!preset").set_value(key).run()
    assert not app.exception and not app.error
    assert {name: app.session_state["autoencoder!values"][name] for name in Autoencoder.domains()} == Autoencoder(**values).model_dump()


def test_a_table_is_offered_only_what_it_has():
    app = opened(autoencoder__dataset="sensors", autoencoderlook__inside="draw")
    assert set(group(app, "autoencoderlook.inside").options) == {INSIDE[key] for key in ("curves", "anomalies", "race", "sweep")}
    assert app.session_state["autoencoderlook.inside"] == "curves"


def test_a_change_of_data_puts_back_what_does_not_go_with_it():
    app = opened(autoencoder__build="conv", autoencoder__hidden="8", autoencoder__left_out="7")
    group(app, "autoencoder-data").set_value("sensors").run()
    assert not app.exception and not app.error
    now = app.session_state["autoencoder!values"]
    assert (now["dataset"], now["build"], now["left_out"]) == ("sensors", "dense", "none")


def test_data_that_is_not_here_is_said_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    from playground.experiments import autoencoder_data

    autoencoder_data._lesson.cache_clear()
    app = AppTest.from_file(str(visitor.PAGES / "architectures/autoencoders.py"), default_timeout=60)
    app.session_state["!arrived"] = True
    app.query_params["autoencoder.dataset"] = "fashion_mnist"
    app.run()
    assert not app.exception and len(app.error) == 1 and "Fashion-MNIST" in app.error[0].value


def test_an_own_table_goes_through_the_gate_and_is_learnt_from():
    """The dialog's body, with the sample table asked for."""
    from playground.data import tables_samples

    def page():
        from playground.ui import autoencoder_data

        autoencoder_data.body()

    app = AppTest.from_function(page, default_timeout=60).run()
    name = next(iter(tables_samples.TABLES))
    next(each for each in app.button if each.key == f"autoencoder-sample-{name}").click().run()
    assert not app.exception and not app.error
    next(each for each in app.button if each.key == "autoencoder-use-table").click().run()
    assert not app.exception and not app.error
    pending = app.session_state["autoencoder!pending"]
    trainer = Autoencoder(**pending, kind="ae", hidden=(8,)).trainer()
    trainer.advance(3)
    assert trainer.metrics()["test_loss"] > 0 and not trainer.lesson.images
    text = Autoencoder(**pending, kind="ae").script(3)
    assert "read" in text and "x_train" in text
