"""The Speech screen: a sound is chosen, recorded or uploaded, and a small network says which digit it hears."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import MIB, SOUND_BYTES, SOUND_FILES
from playground.data import audio
from playground.experiments import speech_hear, speech_inside
from playground.experiments.speech import Speech
from playground.experiments.speech_script import script
from playground.explain import speech_words as words
from playground.figures import speech as figures
from playground.figures.panels import Panel
from playground.ui import makes_way, panels
from playground.ui.speech_canvas import show
from playground.zoo import speech

KINDS = ["wav", "mp3", "ogg", "oga", "opus", "m4a", "mp4", "aac", "flac", "webm", "wma", "aiff", "aif"]
MINE = "speech!own"  # digest and name of the sounds that this visitor brought
KEPT = 24  # of them in the gallery
MICROPHONE = (
    "The recording goes to this server and nowhere else. If nothing happens, the browser was not given leave to use the microphone: press the sign beside the address, "
    "allow it, and load the page again. Browsers give it to pages of https or of this machine alone."
)


def setting(view: Speech) -> Any:
    """Takes what was chosen over into the settings."""

    def take(at: dict[str, Any]) -> None:
        if at.get("name") == "picture" and str(at.get("key", "")).startswith("own:"):
            ui.set_values(Speech, sound=audio.OWN, upload=str(at["key"]).removeprefix("own:")[:16], word=1, target=-1)
            return
        ui.set_values(Speech, **view.dragged(at))

    return take


def source(view: Speech) -> None:
    """Microphone and files, then the gallery of what is there to be heard."""
    own: list[tuple[str, str]] = st.session_state.setdefault(MINE, [])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        box, close = makes_way.popover("Microphone", "mic", "speech!microphone!open")
        spoken = box.audio_input("Say a digit, zero to nine", key="speech!microphone", sample_rate=16_000, on_change=close)
        box.caption(MICROPHONE)
        box, close = makes_way.popover("Upload", "upload", "speech!files!open")
        files = box.file_uploader("Sound files", type=KINDS, key="speech!files", accept_multiple_files=True, max_upload_size=SOUND_BYTES // MIB, on_change=close)
    bring([*(files or [])[:SOUND_FILES], *([spoken] if spoken else [])])
    if len(files or ()) > SOUND_FILES:
        st.error(f"These are {len(files):,} files; the first {SOUND_FILES} were taken. “Many at once” lists them all.", icon=":material/error:")
    more: dict[str, tuple[str, np.ndarray]] = {}
    for digest, name in own[:KEPT]:
        try:
            more[f"own:{digest}"] = (name, audio.kept(digest))
        except UserError:  # deleted from the shelf to make room: it leaves the gallery
            own[:] = [each for each in own if each[0] != digest]
    for problem in st.session_state.get("speech!refused", ())[:4]:
        st.error(f"{problem} What was shown before stays.", icon=":material/error:")
    for note in st.session_state.get("speech!notes", ())[:1]:
        st.caption(f":material/info: {note}")
    selected = f"own:{view.upload}" if view.sound == audio.OWN else view.sound
    show("images_gallery", figures.gallery(selected, more), on_drag=setting(view))


def bring(files: list[Any]) -> None:
    """Takes new sounds through the gate onto the shelf; what is wrong with one is said, and the others are taken."""
    from playground.data.uploads_audio import read_sound

    seen: set[str] = st.session_state.setdefault("speech!seen", set())
    fresh = [(file, mark) for file in files if (mark := f"{file.file_id}/{file.size}") not in seen]
    if not fresh:
        return
    refused, notes, last = [], [], ""
    with st.spinner("Reading the sound …" if len(fresh) == 1 else f"Reading {len(fresh)} sounds …"):
        for file, mark in fresh:
            seen.add(mark)
            name = "Your recording" if file.name.startswith(("recorded_audio", "audio_input", "recording")) else file.name
            try:
                sound = read_sound(name, file.getvalue())
                speech_hear.found(audio.heard(sound.samples))
                digest = audio.stored(sound.samples)
            except UserError as error:
                refused.append(str(error))
                continue
            own = st.session_state[MINE]
            title = name if name != "Your recording" else f"Recording {hashlib.sha256(digest.encode()).hexdigest()[:3]}"
            own[:] = [(digest, title), *(each for each in own if each[0] != digest)][:KEPT]
            last, notes = digest, [f"{name}: {'; '.join(sound.notes)}."]
    st.session_state["speech!refused"], st.session_state["speech!notes"] = refused, notes
    if last:
        ui.set_values(Speech, sound=audio.OWN, upload=last, word=1, target=-1)
        st.rerun()


# Hear -------------------------------------------------------------------------------------------------------------------------


def hear() -> None:
    """The sound with its picture on the left, the answer on the right, and below how noise undoes it."""
    view = panels.set_up(Speech, words.PRESETS["hear"])
    source(view)
    if view.sound == audio.OWN and not view.upload:
        st.info("Record or upload a sound above: it is read on this machine and goes nowhere else.", icon=":material/mic:")
        return
    with ui.plain_words():
        peek = ui.following(Speech, view, _hear_pictures)
        with st.spinner("Listening …"):
            data = ui.compute(speech_hear.hear, **view.heard())
        reason = ui.compute(speech_hear.why, **view.heard(), target=view.target, method=view.method)
        _several(view, data)
        left, right = st.columns([1.45, 1], gap="large")
        with left:
            label = words.spoken(reason["target"])
            st.markdown("**What the network is given**: loudness by time and frequency")
            show("stage", figures.picture(data), peek=peek)
            st.markdown(f"**What it goes by**: what speaks :blue[for] and :orange[against] **{label}**")
            show("stage", figures.picture(data, reason, label, 190), peek=peek)
            st.caption(figures.method_words(view.method, reason))
        with right:
            show("speech_bars", figures.bars(data, reason["target"]), peek=peek, on_drag=setting(view))
            st.caption("Press an answer to see what speaks for it. " + " · ".join(f"{name} **{value}**" for name, value in words.facts(data)))
            st.audio(audio.as_wav(data["sound"]), format="audio/wav")
            st.caption("What the network hears" + (", changed as the controls say." if words.is_changed(view) else "."))
            _advice(view, data)
        _noise(view, peek)
        ui.tasks([ui.Task(*each) for each in words.hear_tasks(view, data)])
        with ui.explain():
            st.markdown(words.maths_of(view, data, reason))
        _home(view, data)
    st.caption(f"{audio.CREDIT}. {words.card_line()}")


def _hear_pictures(moved: Speech) -> dict[str, tuple[str, Panel]]:
    """What follows the sliders."""
    try:
        data = ui.compute(speech_hear.hear, **moved.heard())
        reason = ui.compute(speech_hear.why, **moved.heard(), target=moved.target, method=moved.method)
    except UserError:  # the script run that follows says it
        return {}
    return {
        "picture": ("stage", figures.picture(data)),
        "why": ("stage", figures.picture(data, reason, words.spoken(reason["target"]), 190)),
        "answer": ("speech_bars", figures.bars(data, reason["target"])),
    }


def _several(view: Speech, data: dict[str, Any]) -> None:
    """A recording of several words: all of them in order, one to be chosen."""
    if data["words"] < 2:
        return
    heard = ui.compute(speech_hear.course, chosen=view.chosen() | {"word": 1})
    said = " ".join("–" if len(each) > 1 else each for each in heard["labels"])
    st.markdown(f"**{data['words']} words heard: {said}**. Press one to look into it.")

    def choose(at: dict[str, Any]) -> None:
        near = min(range(len(heard["spans"])), key=lambda i: abs(sum(heard["spans"][i]) / 2 - at["x"]))
        ui.set_values(Speech, word=near + 1, target=-1)

    show("stage", figures.strip(heard, data["number"]), on_click=choose)


def _advice(view: Speech, data: dict[str, Any]) -> None:
    for i, each in enumerate(words.advice(view, data)):
        with st.container(border=True, key=f"speech-advice-{i}"):
            st.markdown(f":material/lightbulb: **{each.words}** {each.evidence}")
            if each.change:
                st.button(each.button, key=f"speech!advice.{i}", on_click=ui.set_values, args=(Speech,), kwargs=dict(each.change))


def _noise(view: Speech, peek: dict[str, str]) -> None:
    with st.container(border=True):
        st.markdown("**How much noise it stands**")
        changes = {name: value for name, value in view.changes().items() if name != "noise"} | {"colour": view.colour, "seed": view.seed}
        with st.spinner("Asking about every bundled clip at every level of noise …"):
            curve = ui.compute(speech_hear.under_noise, **changes)
        show("lines", figures.against_noise(curve, view.noise))
        st.caption(words.curve(view, curve))


def _home(view: Speech, data: dict[str, Any]) -> None:
    with st.popover("Take it home", icon=":material/download:"):
        ui.files("speech!home", [
            ui.File("This answer (Python script)", lambda: ui.compute(script, changes=view.changes()), "hear.py", "text/x-python", "code"),
            ui.File("The answer (JSON)", lambda: words.as_json(view, data), "answer.json", "application/json", "data_object"),
            ui.File("The network's weights (safetensors)", lambda: (speech.FOLDER / f"{speech.NAME}.safetensors").read_bytes(), f"{speech.NAME}.safetensors",
                    "application/octet-stream", "memory"),
            ui.File("The sound as heard (WAV)", lambda: audio.as_wav(data["sound"]), "sound.wav", "audio/wav", "graphic_eq"),
        ])  # fmt: skip
    with st.expander("Raw JSON and the same call in Python", icon=":material/code:"):
        st.code(words.call(view), language="python")
        st.code("python -m playground predict speech recording.wav --json", language="bash")
        st.code(words.as_json(view, data), language="json", height=320)


# Inside -------------------------------------------------------------------------------------------------------------------------


def inside() -> None:
    """One frame of the word, stage by stage, with its numbers."""
    view = panels.set_up(Speech, words.PRESETS["inside"])
    with ui.plain_words():
        if view.sound == audio.OWN and not view.upload:
            st.info("Record or upload a sound in the first part, or choose a preset above.", icon=":material/mic:")
            return
        peek = ui.following(Speech, view, _inside_pictures)
        with st.spinner("Taking one frame apart …"):
            data = ui.compute(speech_inside.frame, **view.heard(), moment=view.moment)
        st.caption("Move **Moment** in the sidebar, or press anywhere in the picture: the frame under the line is taken apart below.")
        show("stage", figures.column(data, view.moment), peek=peek, on_click=lambda at: ui.set_values(Speech, moment=words.moment(data, at["x"])))
        for title, sentence, panel, part in words.stages(data, figures):
            left, right = st.columns([1, 1.25], gap="large", vertical_alignment="center")
            with left:
                st.markdown(f"**{title}**\n\n{sentence}")
            with right:
                show(part, panel, peek=peek)
        ui.tasks([ui.Task(*each) for each in words.inside_tasks(view, data)])
        with ui.explain():
            st.markdown(words.inside_maths(data))
    st.caption(f"{audio.CREDIT}.")


def _inside_pictures(moved: Speech) -> dict[str, tuple[str, Panel]]:
    try:
        data = ui.compute(speech_inside.frame, **moved.heard(), moment=moved.moment)
    except UserError:  # the script run that follows says it
        return {}
    found = {panel.key: (part, panel) for _, _, panel, part in words.stages(data, figures)}
    return {"column": ("stage", figures.column(data, moved.moment)), **found}
