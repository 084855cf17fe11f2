"""Larger models for speech from the Hub: Whisper writes down what is said, with times; MMS reads a text aloud."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, number, seed, switch
from playground.core.fields import text as written
from playground.core.lazy import lasting, torch
from playground.core.limits import SPOKEN_CHARACTERS
from playground.data import audio, hub_files
from playground.experiments.stills import Still
from playground.functions.speech import RATE, resampled

TITLES = {"transcribe": "Speech to text", "speak": "Text to speech"}
# task: (what works here without a network, models: name → title)
TASKS: dict[str, tuple[str, dict[str, str]]] = {
    "transcribe": ("The bundled network hears single digits and words of your own without a download.",
                   {"openai/whisper-tiny": "Whisper tiny, 150 MB, 99 languages", "openai/whisper-base": "Whisper base, 290 MB, 99 languages",
                    "openai/whisper-small": "Whisper small, 970 MB, 99 languages", "openai/whisper-tiny.en": "Whisper tiny, English only, 150 MB"}),
    "speak": ("Nothing bundled reads a text aloud yet; the samples of the first part can be played, faster, slower, higher and lower.",
              {"facebook/mms-tts-eng": "MMS English, 145 MB (CC BY-NC 4.0)", "facebook/mms-tts-deu": "MMS German, 145 MB (CC BY-NC 4.0)",
               "facebook/mms-tts-fra": "MMS French, 145 MB (CC BY-NC 4.0)", "facebook/mms-tts-spa": "MMS Spanish, 145 MB (CC BY-NC 4.0)"}),
}  # fmt: skip
LANGUAGES = {"": "Found by itself", "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish",
             "ru": "Russian", "tr": "Turkish", "ar": "Arabic", "hi": "Hindi", "zh": "Chinese", "ja": "Japanese", "ko": "Korean"}  # fmt: skip
SPAN = 30  # seconds that Whisper hears at once
TOKENS = 220  # written for one span at most


class HubSpeech(Still):
    """A task and a model of the Hub."""

    key: ClassVar[str] = "speech_hub"
    title: ClassVar[str] = "Speech models from the Hub"
    page: ClassVar[str] = "speech"

    task: str = choice("transcribe", TITLES, label="Task")
    model: str = written("", max_length=140, group="hidden", label="Model")
    language: str = choice("", LANGUAGES, label="Language", help="Of the recording. Models for English only do not read this.")
    translate: bool = switch(False, label="Translate into English", help="Whisper was taught both: to write down, and to translate into English.")
    tempo: float = number(1.0, 0.5, 2.0, step=0.05, label="Tempo", help="How fast the text is read.")
    liveliness: float = number(0.667, 0.0, 1.0, step=0.01, label="Liveliness", help="Deviation of the noise that the voice is drawn from; at 0 it reads the same way each time.")
    seed: int = seed()
    text: str = written("The quick brown fox jumps over the lazy dog.", max_length=SPOKEN_CHARACTERS, group="hidden", label="Text to read aloud")

    def unused_controls(self) -> tuple[str, ...]:
        return ("tempo", "liveliness", "seed") if self.task == "transcribe" else ("language", "translate")

    @property
    def chosen(self) -> str:
        """The model asked for, or the first that suits the task."""
        return self.model or next(iter(TASKS[self.task][1]))


def here(model: str) -> bool:
    """Whether a model's files are on this machine."""
    return hub_files.cached(model) is not None


@lru_cache(2)
@lasting
def loaded(task: str, model: str) -> tuple[Any, Any]:
    """What makes inputs, and the model, from files on this machine alone; no code but transformers' own is run.

    Raises:
        UserError: When the files are not here, or are not of such a model.
    """
    place = hub_files.cached(model)
    if place is None:
        raise hub_files.missing(model)
    from playground.networks.hub import opened

    return opened(place, model, *(("AutoModelForSpeechSeq2Seq", "AutoProcessor") if task == "transcribe" else ("AutoModelForTextToWaveform", "AutoTokenizer")))


def recording(chosen: Mapping[str, Any]) -> np.ndarray:
    """The whole recording at 16 kHz, (n,) float32: not only the part that the digit network looks at."""
    if chosen["sound"] == audio.OWN and chosen["upload"]:
        return audio.kept(chosen["upload"]).astype(np.float32) / 32768
    return resampled(audio.look(chosen["sound"], chosen["upload"]), RATE, audio.KEPT_RATE)


def spans(chosen: Mapping[str, Any]) -> int:
    """How many pieces of SPAN seconds a recording is read in."""
    return max(1, -(-len(recording(chosen)) // (SPAN * audio.KEPT_RATE)))


def transcribe(model: str, chosen: Mapping[str, Any], span: int, language: str, translate: bool) -> dict[str, Any]:
    """What is said in one span of a recording.

    Returns:
        "text", "segments": [{"begin", "end" (seconds in the recording), "text"}], "tokens" written, "milliseconds".
    """
    processor, network = loaded("transcribe", model)
    if network.config.model_type != "whisper":
        raise UserError(f"{model} is a {network.config.model_type} model; only Whisper models can write down here what is said.", "Choose one of the list.", field="model")
    begin = span * SPAN
    sound = recording(chosen)[begin * audio.KEPT_RATE : (begin + SPAN) * audio.KEPT_RATE]
    begun = time.perf_counter()
    inputs = processor(sound, sampling_rate=audio.KEPT_RATE, return_tensors="pt", return_attention_mask=True)
    told = network.generation_config
    timed = hasattr(told, "no_timestamps_token_id")  # some models that were trained further have lost it, and with it the times
    with torch.inference_mode():
        made = network.generate(inputs.input_features, attention_mask=inputs.attention_mask, return_timestamps=timed, max_new_tokens=TOKENS,
                                **_language(model, told, language, translate))  # fmt: skip
    last = len(sound) / audio.KEPT_RATE
    if timed:
        found = processor.tokenizer.decode(made[0], skip_special_tokens=True, output_offsets=True)
    else:
        said = processor.tokenizer.decode(made[0], skip_special_tokens=True)
        found = {"text": said, "offsets": [{"timestamp": (0.0, last), "text": said}]}
    segments = []
    for each in found["offsets"]:
        start, end = (last if place is None else min(float(place), last) for place in (each["timestamp"][0] or 0.0, each["timestamp"][1]))
        if each["text"].strip() and start < last:  # what is written behind the end of the sound was heard in the silence it is filled up with
            segments.append({"begin": begin + start, "end": begin + end, "text": each["text"].strip()})
    text = " ".join(each["text"] for each in segments) if len(segments) < len(found["offsets"]) else found["text"].strip()
    return {"text": text, "segments": segments, "tokens": int(made.shape[-1]), "milliseconds": 1000 * (time.perf_counter() - begun)}


def _language(model: str, told: Any, language: str, translate: bool) -> dict[str, Any]:
    """What a model that knows several languages is told of them.

    Raises:
        UserError: When it was never taught this one.
    """
    if not getattr(told, "is_multilingual", False):
        return {}
    known = getattr(told, "lang_to_id", None) or {}
    if language and f"<|{language}|>" not in known:
        raise UserError(f"{model} was not taught {LANGUAGES[language]}.", "Choose another language, or let it find the language by itself.", field="language")
    return {"language": language or None, "task": "translate" if translate else "transcribe"}


def speak(model: str, text: str, tempo: float, liveliness: float, seed: int) -> dict[str, Any]:
    """A text read aloud.

    Returns:
        "sound" (n,) float32 at "rate"; "milliseconds".

    Raises:
        UserError: When there is nothing in the text that the model can read.
    """
    tokenizer, network = loaded("speak", model)
    if network.config.model_type != "vits":
        raise UserError(f"{model} is a {network.config.model_type} model; only VITS models, such as MMS, can read aloud here.", "Choose one of the list.", field="model")
    inputs = tokenizer(" ".join(text.split()), return_tensors="pt")
    if inputs["input_ids"].shape[-1] < 2 or not text.strip():
        raise UserError("There is nothing in this text that the model can read.", "Write letters of its language.", field="text")
    begun = time.perf_counter()
    with torch.inference_mode(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network.speaking_rate, network.noise_scale = tempo, liveliness
        sound = network(**inputs).waveform[0].numpy()
    return {"sound": sound.astype(np.float32), "rate": int(network.config.sampling_rate), "milliseconds": 1000 * (time.perf_counter() - begun)}
