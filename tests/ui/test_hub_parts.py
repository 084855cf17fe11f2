"""The parts of Text, Speech and Transformers that run models of the Hub, from "not here yet" to the answer, against a Hub on loopback.

What evaluators do is done in this process, so that they share its cache.
"""

import functools
import importlib
import time

import pytest

from playground.data import hub_files
from playground.runs.evaluator import Evaluators
from playground.ui import hub_download, hub_writing
from tests import hub_checkpoints
from tests.hub_server import brought, served
from tests.ui import visitor

TEXT = functools.partial(visitor.opened, "predict/text.py", complaints=True, text__part="hub")
SPEECH = functools.partial(visitor.opened, "predict/speech.py", complaints=True, speech__part="hub")
ANY = functools.partial(visitor.opened, "architectures/transformers.py", complaints=True, transformers__part="hub")


@pytest.fixture(scope="module", autouse=True)
def engine_of_this_module():
    from playground.runs.engine import close_engine

    yield
    close_engine()


@pytest.fixture
def hub(monkeypatch, tmp_path):
    import streamlit as st

    def here(self, where, arguments, seconds=0.0):
        module, name = where.split(":")
        return getattr(importlib.import_module(module), name)(**arguments)

    monkeypatch.setattr(Evaluators, "call", here)
    st.cache_data.clear()
    with served(monkeypatch, tmp_path / "cache") as hub:
        hub.repositories.update(hub_checkpoints.every())
        yield hub


def button(app, words):
    return next((each for each in app.button if each.label == words), None)


def html(app):
    return "".join(each.proto.body for each in app.get("html"))


def press(app, words):
    """Presses what begins a download, and draws the page once it is over."""
    button(app, words).click().run()
    deadline = time.monotonic() + 30
    while any(job.state == "running" for job in hub_files._JOBS.values()) and time.monotonic() < deadline:
        time.sleep(0.01)
    app.run()


def until(app, ready, most=200):
    """Reruns until something is so; in a browser a fragment repeats itself."""
    for _ in range(most):
        if ready():
            return
        app.run()
    raise AssertionError(f"never came: {html(app)[-300:]} {[each.value for each in app.error]}")


def test_a_text_goes_on_before_ones_eyes_is_stopped_goes_on_and_is_here_the_next_time(hub):
    app = TEXT(text_hub__model="tiny/gpt2", text_hub__tokens="40")
    assert "tiny/gpt2 is not on this machine yet" in app.info[0].value and "stories-gpt" in app.info[0].value
    press(app, "Download")
    until(app, lambda: button(app, "Stop"))
    text = app.session_state["text_hub!writing"]
    until(app, lambda: text.fresh)
    if text.state == "going":
        button(app, "Stop").click().run()
        assert text.state == "stopped" and "stopped" in html(app) and "tokens a second on one core" in html(app)
        count = text.fresh
        app.run()
        assert text.fresh == count  # it stays stopped
        button(app, "Go on").click().run()
    until(app, lambda: text.state == "over")
    assert text.fresh == 40 or text.why == "end"
    assert not app.error and "The puffin" in html(app) and button(app, "Other luck")
    before = sum(hub.asked.values())
    again = TEXT(text_hub__model="tiny/gpt2")
    until(again, lambda: again.session_state["text_hub!writing"].fresh)
    assert sum(hub.asked.values()) == before and not again.info


def test_a_conversation_keeps_its_turns_and_shows_them_as_text(hub):
    brought("tiny/talker")
    app = TEXT(text_hub__task="chat", text_hub__model="tiny/talker", text_hub__tokens="6")
    button(app, "What is a neuron?").click().run()
    until(app, lambda: app.session_state["text_hub!answer"].state == "over")
    first = app.session_state["text_hub!answer"]
    app.chat_input[0].set_value("<b>and</b> *then*?").run()
    until(app, lambda: app.session_state["text_hub!answer"].state == "over")
    talk, second = app.session_state["text_hub!talk"]["turns"], app.session_state["text_hub!answer"]
    assert [each["role"] for each in talk] == ["user", "assistant", "user"] and talk[1]["content"] == first.text.strip() and second is not first
    assert len(second.prompt) > len(first.prompt) and "&lt;b&gt;and&lt;/b&gt; *then*?" in html(app) and len(app.chat_message) == 4
    button(app, "Other luck").click().run()
    until(app, lambda: app.session_state["text_hub!answer"].state == "over")
    assert app.session_state["text_hub!answer"] is not second and len(app.session_state["text_hub!talk"]["turns"]) == 3
    app.chat_input[0].set_value(" \n ").run()
    assert "is empty" in app.error[0].value and len(app.session_state["text_hub!talk"]["turns"]) == 3
    button(app, "New conversation").click().run()
    assert not app.chat_message and not app.error


def test_a_name_is_typed_and_what_is_wrong_with_it_is_said(hub):
    app = TEXT(text_hub__task="classify")
    app.selectbox[0].set_value(hub_download.OTHER).run()
    assert "Type the name" in app.info[0].value and not button(app, "Download")
    wrong = {"nonsense": "no name of a model", "tiny/nobody": "no public model named", "tiny/pickled": "could run a program", "tiny/program": "trust_remote_code"}
    for name, words in wrong.items():
        next(each for each in app.text_input if each.key == "text_hub!name").set_value(name).run()
        if button(app, "Download"):
            press(app, "Download")
            assert button(app, "Try again") and "not on this machine" not in "".join(each.value for each in app.info)
        assert words in app.error[0].value
    app.text_input[0].set_value(" tiny/feelings ").run()
    press(app, "Download")
    until(app, lambda: "good" in html(app))
    assert not app.error and app.selectbox[0].value == hub_download.OTHER
    brought("tiny/masked")
    app.text_input[0].set_value("tiny/masked").run()
    assert "was not trained for this task" in app.error[0].value
    visitor.group(app, "text_hub.task").set_value("question").run()
    assert app.selectbox[0].value == "distilbert/distilbert-base-cased-distilled-squad" and button(app, "Use what is bundled")  # another task, its own first model


def test_a_download_that_breaks_off_is_said_and_tried_again(hub):
    app = TEXT(text_hub__task="rewrite", text_hub__model="tiny/t5")
    hub.fault = "cut"
    press(app, "Download")
    assert "broke off again and again" in app.error[0].value
    hub.fault = ""
    press(app, "Try again")
    until(app, lambda: "text_hub!writing" in app.session_state and app.session_state["text_hub!writing"].state == "over")
    assert not app.error and not button(app, "Other luck")  # it always takes the likeliest


def test_an_installation_that_stays_offline_says_so_and_shows_the_way_out(hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for app in (TEXT(text_hub__model="tiny/gpt2"), SPEECH(speech_hub__model="tiny/whisper"), ANY(gpt_any__model="tiny/gpt2")):
        assert "set to stay offline" in app.info[0].value and not button(app, "Download")
    assert not sum(hub.asked.values())


def test_speech_is_written_down_and_text_read_aloud(hub):
    app = SPEECH(speech_hub__model="tiny/whisper")
    assert "Meanwhile, the bundled network hears:** 7" in "".join(each.value for each in app.markdown)
    press(app, "Download")
    until(app, lambda: any("s of sound in" in each.value for each in app.caption))
    assert app.dataframe and app.get("audio") and not app.error
    visitor.group(app, "speech_hub.task").set_value("speak").run()
    assert app.selectbox[0].value == "facebook/mms-tts-eng"
    app = SPEECH(speech_hub__task="speak", speech_hub__model="tiny/voice")
    press(app, "Download")
    until(app, lambda: any("s of speech in" in each.value for each in app.caption))
    assert app.get("audio") and not app.error
    app.text_area[0].set_value(" ").run()
    assert "no text" in app.error[0].value


def test_any_causal_model_is_looked_into_writes_and_branches_off(hub):
    app = ANY(gpt_any__model="tiny/talker", gpt_any__count="12", gpt_any__prompt="the cat")
    assert "not on this machine yet" in app.info[0].value
    press(app, "Download")
    until(app, lambda: button(app, "Go on writing"))
    button(app, "Go on writing").click().run()
    until(app, lambda: app.session_state["gpt_any!writing"].state == "over")
    text = app.session_state["gpt_any!writing"]
    arrays = hub_writing.arrays(text)
    assert len(arrays["written"]) == len(text.ids) and arrays["others"].shape == (len(text.ids), 8) and arrays["shares"].shape == (len(text.ids), 9)
    assert "".join(arrays["vocabulary"][each] for each in arrays["prompt"]) == "the cat" and not app.error
    assert hub_writing.numbers(text, arrays["written"]) == text.ids


def test_a_model_that_fails_while_it_writes_is_said_once_and_can_be_tried_again(hub, monkeypatch):
    brought("tiny/gpt2")
    app, here = TEXT(text_hub__model="tiny/gpt2", text_hub__tokens="4"), Evaluators.call

    def broken(self, where, arguments, seconds=0.0):
        raise RuntimeError("out of order")

    monkeypatch.setattr(Evaluators, "call", broken)
    app.run()
    assert app.exception and app.session_state["text_hub!writing"].state == "failed"
    app.run()
    assert not app.exception and "broke off" in app.error[0].value and not button(app, "Stop")
    monkeypatch.setattr(Evaluators, "call", here)
    button(app, "Try again").click().run()
    until(app, lambda: app.session_state["text_hub!writing"].state == "over")
    assert not app.error


def test_a_branch_keeps_its_beginning_and_the_words_of_the_page():
    text = hub_writing.Written("one", 4)
    piece = {"ids": [5, 6], "text": "ab", "reading": 1.0, "left_out": 0, "template": True, "prompt": [1, 2], "others": [[7] * 8] * 2, "shares": [[0.1] * 9] * 2,
             "words": {1: "x", 2: "y", 5: "a", 6: "b", 7: "c"}, "over": "", "milliseconds": 500.0}  # fmt: skip
    text.take(piece)
    assert "4.0 tokens a second" in text.said() and text.state == "going"
    before = hub_writing.arrays(text)
    text.take({**piece, "ids": [9], "others": [[8] * 8], "shares": [[0.1] * 9], "words": {8: "d", 9: "e"}, "over": "count"})
    after = hub_writing.arrays(text)
    assert after["vocabulary"][: len(before["vocabulary"])] == before["vocabulary"] and (after["written"][:2] == before["written"]).all()  # the page may be behind
    assert text.state == "over" and not text.ends_here
    text.state = "stopped"
    text.take({**piece, "over": "end"})
    assert text.state == "stopped"  # a piece that comes after Stop does not start it again


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "0 s"), (80, "80 s"), (300, "5 min"), (9_000, "2.5 h")])
def test_a_wait_is_told_as_roughly_as_it_is_known(seconds, words):
    assert hub_download.remaining(seconds) == words
