"""Own words: record or upload a few takes of each, and a head on the bundled network tells them apart at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import KEYWORD_TAKES, KEYWORDS, MIB, SOUND_BYTES
from playground.data import audio
from playground.experiments import speech_teach
from playground.experiments.speech import Speech
from playground.explain import speech_teach_words as words
from playground.figures import speech as figures
from playground.functions import speech as maths
from playground.ui import panels
from playground.ui.speech import KINDS
from playground.ui.speech_canvas import show

TRIED = "speech!tried"  # the sound that was tried last: how it is named, and its name


def part() -> None:
    """Words and takes on the left, what was learnt on the right, and a sound to try it on below."""
    view = panels.set_up(Speech, words.PRESETS)
    with ui.plain_words():
        takes, labels, names = speech_teach.project(view.project)
        left, right = st.columns([1, 1.25], gap="large")
        with left:
            _words(view, names)
            _record(view, names, labels)
            _takes(view, names, labels)
        with right:
            data = _learnt(view)
        if data is not None:
            _try(view, data)
            ui.tasks([ui.Task(*each) for each in words.tasks(view, data, st.session_state.get(TRIED))])
            with ui.explain():
                st.markdown(words.maths(data))
    st.caption(f"{audio.CREDIT}. Your recordings stay on this machine.")


def _words(view: Speech, names: tuple[str, ...]) -> None:
    slot = "speech!words"
    if st.session_state.get(f"{slot}.of") != view.project or slot not in st.session_state:
        st.session_state[slot], st.session_state[f"{slot}.of"] = ", ".join(names), view.project
    st.text_input(f"Words to teach, 2 to {KEYWORDS}, separated by commas", key=slot, max_chars=300, on_change=_rename, args=(view,),
                  help="Takes of words that keep their name stay; the bundled sample set makes room for your own words.")  # fmt: skip
    if problem := st.session_state.pop("speech!words.problem", ""):
        st.error(f"{problem} The former words stay.", icon=":material/error:")


def _rename(view: Speech) -> None:
    try:
        names = speech_teach.names_of(st.session_state["speech!words"])
        ui.set_values(Speech, project=speech_teach.renamed(view.project, names))
    except UserError as error:
        st.session_state["speech!words.problem"] = str(error)
        st.session_state.pop("speech!words.of", None)


def _record(view: Speech, names: tuple[str, ...], labels: np.ndarray) -> None:
    if not view.project:
        st.info("This is the sample set, three words of two speakers each. Write your own words above, then record each a few times.", icon=":material/school:")
        return
    counts = np.bincount(labels, minlength=len(names))
    slot = "speech!keyword"
    if st.session_state.get(slot) not in names:
        st.session_state[slot] = names[int(counts.argmin())]
    name = st.segmented_control("Word to record now", names, key=slot, required=True, format_func=lambda each: f"{each} · {counts[names.index(each)]}")
    spoken = st.audio_input(f"Say “{name}” three to five times, with a pause after each", key=f"speech!take.{name}", sample_rate=16_000,
                            help="Every word that is found in the recording becomes one take. Without leave for the microphone nothing happens: allow it beside the "
                                 "address.")  # fmt: skip
    with st.popover(f"Upload takes of “{name}”", icon=":material/upload:"):
        files = st.file_uploader("Sound files", type=KINDS, key=f"speech!takefiles.{name}", accept_multiple_files=True, max_upload_size=SOUND_BYTES // MIB,
                                 help=f"At most {KEYWORD_TAKES} takes a word.")  # fmt: skip
    _add(view, str(name), [*(files or []), *([spoken] if spoken else [])])
    for kind, said in st.session_state.get("speech!taken", ()):
        (st.error if kind == "problem" else st.success)(said, icon=":material/error:" if kind == "problem" else ":material/check:")


def _add(view: Speech, name: str, files: list[Any]) -> None:
    from playground.data.uploads_audio import read_sound

    seen: set[str] = st.session_state.setdefault("speech!taken.seen", set())
    fresh = [(file, mark) for file in files if (mark := f"{name}/{file.file_id}/{file.size}") not in seen]
    if not fresh:
        return
    said, now = [], view.project
    for file, mark in fresh:
        seen.add(mark)
        try:
            now, count = speech_teach.with_recording(now, name, read_sound(file.name, file.getvalue()).samples)
            said.append(("done", f"{count} take{'s' if count > 1 else ''} of “{name}” added."))
        except UserError as error:
            said.append(("problem", str(error)))
    st.session_state["speech!taken"] = said[-4:]
    if now != view.project:
        ui.set_values(Speech, project=now)
    st.rerun()


def _takes(view: Speech, names: tuple[str, ...], labels: np.ndarray) -> None:
    """How many takes there are, and ways to take some back."""
    counts = np.bincount(labels, minlength=len(names))
    st.markdown(" · ".join(f"**{name}** {count}" for name, count in zip(names, counts, strict=True)))
    with st.container(horizontal=True):
        st.button(
            "Take the last back", key="speech!undo", icon=":material/undo:", disabled=not view.project or not len(labels), on_click=_undo, args=(view.project, len(labels) - 1)
        )
        st.button("Sample set", key="speech!sampleset", icon=":material/library_music:", disabled=not view.project, on_click=ui.set_values, args=(Speech,), kwargs={"project": ""})


def _undo(project: str, place: int) -> None:
    ui.set_values(Speech, project=speech_teach.without(project, [place]))


def _learnt(view: Speech) -> dict[str, Any] | None:
    try:
        with st.spinner("Learning, and leaving each take out once …"):
            data = ui.compute(speech_teach.learn, digest=view.project, ears=view.ears)
    except UserError as error:
        st.info(str(error), icon=":material/hearing:")
        return None
    right, count = data["right"], len(data["said"])
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Right when left out",
            f"{data['accuracy']:.0%}",
            help=f"{right} of {count} takes, each named by a head that learnt from all the others. Guessing gives {data['chance']:.0%}.",
        )
        st.metric("Learnt in", f"{1000 * data['seconds']:,.0f} ms", help=f"{data['rows']} recordings and changed copies, {data['width']} numbers each.")
    show("stage", figures.confusion(data["names"], data["confusion"]))
    st.caption(words.verdict(view, data))
    wrong = np.flatnonzero(data["said"] != data["heard"])
    for i in wrong[:3].tolist():
        st.markdown(f"Take {i + 1}: said **{data['names'][data['said'][i]]}**, heard **{data['names'][data['heard'][i]]}**")
        st.audio(audio.as_wav(speech_teach.take_of(view.project, i), maths.RATE), format="audio/wav")
        st.button("Take it away", key=f"speech!drop.{i}", icon=":material/delete:", disabled=not view.project, on_click=_undo, args=(view.project, i))
    return data


def _try(view: Speech, data: dict[str, Any]) -> None:
    st.markdown("**Try it**")
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        spoken = st.audio_input("Say one of your words", key="speech!try", sample_rate=16_000)
        others = [key for key in figures.samples() if not key.startswith("digit-") or int(key[6:]) in (1, 4, 5, 7)]
        sample = st.selectbox("or take a sample", others, key="speech!trysample", format_func=lambda key: figures.samples()[key])
    tried = {"sound": sample, "upload": ""}
    if spoken is not None:
        from playground.data.uploads_audio import read_sound

        tried = {"sound": audio.OWN, "upload": audio.stored(read_sound("Your recording", spoken.getvalue()).samples)}
    st.session_state[TRIED] = tried
    found = ui.compute(speech_teach.ask, digest=view.project, ears=view.ears, chosen=tried)
    with left:
        show("stage", figures.wave(found))
    with right:
        show("speech_bars", figures.words(found))
        st.caption(words.nearness(found))
