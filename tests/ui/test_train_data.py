"""The data section of the training screen, driven without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from playground.data import downloads
from playground.experiments.train import Train


def screen():
    import streamlit as st

    from playground import ui
    from playground.experiments.train import Train
    from playground.ui import train_data

    st.session_state.setdefault("!arrived", True)
    ui.controls(Train, only=())
    train_data.section(ui.current(Train))
    st.session_state["!arrived"] = False


def upload():
    """The dialog's content on a page of its own: this harness closes a dialog whenever something in it is touched."""
    import streamlit as st

    from playground import ui
    from playground.experiments.train import Train
    from playground.ui import train_data, train_upload

    st.session_state.setdefault("!arrived", True)
    ui.controls(Train, only=())
    train_upload.body()
    train_data.section(ui.current(Train))
    st.session_state["!arrived"] = False


@pytest.fixture
def uploads():
    return AppTest.from_function(upload, default_timeout=30).run()


@pytest.fixture
def app():
    started = AppTest.from_function(screen, default_timeout=30).run()
    assert not started.exception
    return started


def gallery(app):
    return app.button_group(key="train-gallery-choice")


def shown(app):
    return " ".join([*(each.value for each in app.markdown), *(each.value for each in app.caption), *(each.proto.body for each in app.get("html"))])


def test_every_data_set_is_a_card_and_choosing_one_is_enough(app):
    assert len(gallery(app).options) == 9 and "Handwritten digits" in shown(app)
    for key, words in (("wine", "Wine"), ("diabetes", "The number to predict: disease progression"), ("digits", "1,797 images")):
        gallery(app).set_value(key).run()
        assert not app.exception and words in shown(app)
        assert app.session_state[f"{Train.key}.dataset"] == key


def test_what_is_not_here_is_offered_for_download_and_the_old_data_stays(app, monkeypatch):
    asked = []
    monkeypatch.setattr(downloads, "start", asked.append)
    gallery(app).set_value("mnist").run()
    assert "has to be fetched from the internet once: **11 MB**" in shown(app) and app.session_state[f"{Train.key}.dataset"] == "digits"
    app.button(key="train-download").click().run()
    assert asked == ["mnist"]
    app.button(key="train-not-now").click().run()
    assert "has to be fetched" not in shown(app)


def test_a_failed_download_is_said_in_one_sentence(app, monkeypatch):
    monkeypatch.setitem(downloads._DOWNLOADS, "cifar10", downloads.Download("cifar10", "failed", problem="It did not work. Try again."))
    gallery(app).set_value("cifar10").run()
    assert [each.value for each in app.error] == ["It did not work. Try again."] and not app.exception


def test_a_sample_table_is_looked_at_and_learnt_from(uploads):
    app = uploads
    app.button(key="train-sample-tips").click().run()
    assert "**tips.csv** · 244 rows · 7 columns" in shown(app)
    app.button(key="train-use-table").click().run()
    assert not app.exception and not app.error
    assert app.session_state[f"{Train.key}.dataset"] == "own_table" and "244 rows · 6 columns become" in shown(app)
    assert len(gallery(app).options) == 10
    gallery(app).set_value("iris").run()
    gallery(app).set_value("own_table").run()  # one's own data stays in the gallery
    assert app.session_state[f"{Train.key}.dataset"] == "own_table" and not app.exception


@pytest.mark.parametrize(("target", "task", "words"), [
    ("day", "regression", "holds words and cannot be learnt as a number"), ("total_bill", "classification", "229 classes; at most 200"),
])  # fmt: skip
def test_a_target_that_cannot_be_learnt_is_said_and_nothing_else_breaks(uploads, target, task, words):
    app = uploads
    app.button(key="train-sample-tips").click().run()
    next(each for each in app.selectbox if each.label == "Predict").set_value(target).run()
    next(each for each in app.button_group if each.label == "Learn it as").set_value(task).run()
    assert words in app.error[0].value and not app.exception and "tips.csv" in shown(app)


def test_sample_images_are_looked_at_and_learnt_from(uploads):
    app = uploads
    app.button_group(key="train-upload-kind").set_value("images").run()
    app.button(key="train-sample-images-digits").click().run()
    assert "300 images of 10 classes; the class is the folder." in shown(app)
    app.button(key="train-use-images").click().run()
    assert not app.exception and app.session_state[f"{Train.key}.dataset"] == "own_images" and "300 images · 32 × 32 pixels · grey" in shown(app)
