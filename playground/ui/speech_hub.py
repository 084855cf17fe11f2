"""The part of the Speech screen that runs models from the Hub: what they need, how they come here, what they write or say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import SPOKEN_CHARACTERS
from playground.data import audio, hub_files
from playground.experiments import speech_hub as hub
from playground.experiments.speech import Speech
from playground.experiments.speech_hub import HubSpeech
from playground.figures import canvas
from playground.figures.panels import Panel
from playground.ui import hub_download, speech
from playground.ui.speech_canvas import show


def part() -> None:
    """Task and model on top, then either how to get the model or its answer."""
    now = ui.controls(HubSpeech, only=())
    st.pills("Task", list(hub.TITLES), key="speech_hub.task", format_func=lambda each: hub.TITLES[each], required=True, label_visibility="collapsed", on_change=_forget)
    view = ui.controls(HubSpeech, container=st.sidebar, hide=(*now.unused_controls(), "task"))
    if not hub_download.choose(HubSpeech, view, hub.TASKS[view.task][1]):
        return
    with ui.plain_words():
        model = hub_files.checked(view.chosen)
        ready = hub.here(model)
        if not ready:
            _missing(view, model)
        if view.task == "transcribe":
            _transcribe(view, model, ready)
        else:
            _speak(view, model, ready)


def _forget() -> None:
    """Another task begins with its own first model."""
    ui.set_values(HubSpeech, model="")
    hub_download.forget(HubSpeech)


def _missing(view: HubSpeech, model: str) -> None:
    """What to say, and to press, while the model is not here."""

    def bundled() -> None:
        st.button("Use what is bundled", key="speech_hub!local", icon=":material/offline_bolt:", on_click=ui.set_values, args=(Speech,), kwargs={"part": "hear"})

    hub_download.missing("speech_hub", model, hub.TASKS[view.task][0], bundled)


def _transcribe(view: HubSpeech, model: str, ready: bool) -> None:
    sounds = ui.controls(Speech, only=())
    speech.source(sounds)
    if sounds.sound == audio.OWN and not sounds.upload:
        st.info("Record or upload a sound above.", icon=":material/mic:")
        return
    chosen = sounds.chosen() | {"word": 1}
    whole = hub.recording(chosen)
    st.audio(audio.as_wav(whole, audio.KEPT_RATE), format="audio/wav")
    if not ready:
        heard = ui.compute(speech.speech_hear.course, chosen=chosen)
        st.markdown(f"**Meanwhile, the bundled network hears:** {' '.join('–' if len(each) > 1 else each for each in heard['labels'])}")
        show("stage", speech.figures.strip(heard, 0))
        return
    count = hub.spans(chosen)
    asked = {"model": model, "chosen": chosen, "language": view.language, "translate": view.translate}
    seconds = len(whole) / audio.KEPT_RATE
    bar, heard = st.empty(), st.empty()
    parts: list[dict[str, Any]] = []
    for k in range(count):
        if count > 1:
            bar.progress(k / count, text=f"{k * hub.SPAN} of {seconds:.0f} s heard")
        parts.append(hub_download.kept(hub.transcribe, "Listening …", **asked, span=k))
        heard.markdown(_plain(" ".join(part["text"] for part in parts)))
    bar.empty()
    heard.empty()
    _written(parts, asked, seconds)


def _written(parts: list[dict[str, Any]], asked: dict[str, Any], seconds: float) -> None:
    segments = [each for part in parts for each in part["segments"]]
    spent = sum(part["milliseconds"] for part in parts) / 1000
    st.markdown(f"#### {_plain(' '.join(part['text'] for part in parts)) or '(nothing was heard)'}")
    st.dataframe({"From, s": [each["begin"] for each in segments], "To, s": [each["end"] for each in segments], "Said": [each["text"] for each in segments]}, hide_index=True,
                 column_config={name: st.column_config.NumberColumn(format="%.2f", width="small") for name in ("From, s", "To, s")})  # fmt: skip
    st.caption(
        f"{seconds:.1f} s of sound in {spent:.1f} s on one core, {sum(part['tokens'] for part in parts):,} tokens. Whisper may write words into noise or silence that nobody said."
    )
    ui.files("speech_hub!files", [
        ui.File("Text (TXT)", lambda: "\n".join(each["text"] for each in segments), "transcript.txt", "text/plain", "description"),
        ui.File("Subtitles (SRT)", lambda: subtitles(segments), "transcript.srt", "text/plain", "subtitles"),
        ui.File("Segments (JSON)", lambda: json.dumps(segments, indent=2, ensure_ascii=False), "transcript.json", "application/json", "data_object"),
    ], row=True)  # fmt: skip
    with st.expander("Raw JSON and the same call in Python", icon=":material/code:"):
        st.code(f"from playground.experiments.speech_hub import transcribe\n\ntranscribe(**{asked!r}, span=0)", language="python")
        st.code(json.dumps(segments, indent=2, ensure_ascii=False), language="json", height=240)


def subtitles(segments: list[dict[str, Any]]) -> str:
    """Segments in the SubRip format."""

    def clock(seconds: float) -> str:
        whole = round(1000 * seconds)
        return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"

    return "\n".join(f"{i}\n{clock(each['begin'])} --> {clock(each['end'])}\n{each['text']}\n" for i, each in enumerate(segments, 1))


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]<>()#+-.!|$~:" else each for each in text)


def _speak(view: HubSpeech, model: str, ready: bool) -> None:
    text = st.text_area("Text to read aloud", value=view.text, key="speech_hub!text", max_chars=SPOKEN_CHARACTERS, height=90)
    if text != view.text:
        ui.set_values(HubSpeech, text=text)
        st.rerun()
    if not ready:
        return
    if not text.strip():
        raise UserError("There is no text.", "Write a sentence.")
    asked = {"model": model, "text": text, "tempo": view.tempo, "liveliness": view.liveliness, "seed": view.seed}
    found = hub_download.kept(hub.speak, "The text is being read aloud …", **asked)
    sound = found["sound"] / max(1.0, float(np.abs(found["sound"]).max()))
    wav, length = audio.as_wav(sound, found["rate"]), len(sound) / found["rate"]
    st.audio(wav, format="audio/wav")
    arrays = {"outline": speech.figures.outline(speech.speech_hear.envelope(sound, 900), length, 0.0, 1.0)}
    wave = canvas.segments("outline", color="category 0", width=1.0)
    spec = canvas.stage(x=(0, length), y=(-1.1, 1.1), layers=[wave], alt=f"The sound of {length:.2f} seconds", x_label="time, s", aspect=None, y_ticks=())
    show("stage", Panel("spoken", spec, arrays, height=84))
    st.caption(f"{length:.2f} s of speech in {found['milliseconds'] / 1000:.2f} s on one core.")
    ui.files("speech_hub!spoken", [ui.File("The sound (WAV)", lambda: wav, "spoken.wav", "audio/wav", "graphic_eq")], row=True)
    with st.expander("The same call in Python", icon=":material/code:"):
        st.code(f"from playground.experiments.speech_hub import speak\n\nspeak(**{asked!r})", language="python")
