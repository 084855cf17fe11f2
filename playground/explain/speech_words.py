"""What the Speech screen says: presets, words, formulas with the current numbers, advice and tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.data.audio import OWN, WORDS
from playground.experiments.speech import CLEAN, Speech
from playground.experiments.speech_hear import PATCH
from playground.explain.numbers import signed
from playground.functions import speech as maths
from playground.zoo import speech

Data = Mapping[str, Any]
Row = tuple[str, str, str, Mapping[str, Any], bool]
OTHER = len(WORDS)

INTRODUCTIONS = {
    "hear": "A network of some hundred thousand numbers hears one digit. Say one yourself: look at what the word looks like to it, which part it goes by, and how "
    "much noise it stands.",
    "inside": "A network hears no sound; it looks at a picture. Here one column of that picture comes about, stage by stage, from the samples of a microphone.",
    "teach": "Teach it words of your own from a few recordings each. The bundled network listens, a small head on top learns, in a second or two.",
    "many": "Many recordings at once: each is read, its words are found and named; what cannot be read is listed with the reason.",
    "hub": "Whole sentences into text with times, and text into speech: larger models, fetched from the Hub when you ask for it.",
}
_HEAR: tuple[Row, ...] = (
    ("seven", "Seven", "Two syllables with a hiss in front: look for the s above 3 kHz and for the dark bar of the v in the middle.", {"sound": "digit-7"}, True),
    ("number", "Five digits", "Each word is found by its loudness, cut out, and heard by itself.", {"sound": "number"}, True),
    ("road", "By a road", "10 dB of brown noise: it lies below 300 Hz, and the word above it is untouched.", {"sound": "digit-3", "noise": 10, "colour": "brown"}, True),
    ("child", "An octave up", "Twelve semitones up move the throat's resonances as well, further than any child's: to the network these are other vowels. It stands about nine.",
     {"sound": "digit-2", "pitch": 12.0}, False),
    ("drowned", "Noise until it fails", "White noise as loud as the word covers all that is quiet in it: the hisses go first, the loud vowel last.",
     {"sound": "digit-6", "noise": -4, "colour": "white"}, False),
    ("backwards", "Played backwards", "Every frequency is there, in the wrong order. It was taught that digits said backwards are none.",
     {"sound": "digit-7", "backwards": True}, False),
    ("pair", "Two at once", "A three and an eight on top of one another: one answer is asked for, so one of them is lost.", {"sound": "pair"}, False),
    ("whistle", "No digit at all", "A whistle. It was shown steady and gliding tones as “none of them”, yet it takes this one for a word: what is new, it names too confidently.",
     {"sound": "tone"}, False),
)  # fmt: skip
_INSIDE: tuple[Row, ...] = (
    ("seven", "A vowel of seven", "The first vowel of seven: a comb of peaks, one at every multiple of the voice's pitch.", {}, True),
    ("hiss", "The s of six", "Noise from the teeth: the power lies at the top, spread evenly, and no peak stands out.", {"sound": "digit-6", "moment": 0.22}, True),
    ("vowel", "The vowel of three", "A voice is a row of peaks, one at every multiple of its pitch; the mouth makes some of them louder.",
     {"sound": "digit-3", "moment": 0.62}, True),
    ("whistle", "A whistle", "One tone is one peak, and one lit band; where it stands in the picture is its pitch.", {"sound": "tone", "moment": 0.4}, True),
    ("silence", "The end of a word", "Nothing is left but what the microphone hears of the room: every band lies at the floor.", {"sound": "digit-8", "moment": 0.98}, False),
)  # fmt: skip
PRESETS = {"hear": _HEAR, "inside": _INSIDE}

GLOSSARY = {
    "Sample": "One measurement of the air's pressure. The network hears 8,000 a second, which holds frequencies up to 4,000 Hz, as a telephone does.",
    "Frame": f"A short piece of sound, {1000 * maths.FRAME / maths.RATE:.0f} ms, during which the mouth hardly moves. There is one every {1000 * maths.HOP / maths.RATE:.0f} ms.",
    "Fourier transform": "Says how much of each frequency a piece of sound holds.",
    "Mel scale": "Frequencies as the ear tells them apart: evenly below 700 Hz, by ratios above.",
    "Log-mel spectrogram": "Loudness by time and mel band: the picture that most networks for speech look at.",
    "Embedding": "Numbers in which alike things lie close together. This one was trained to spot spoken words, and so hears what matters in any of them.",
    "Formant": "A resonance of throat and mouth. Two of them, moving, make the vowel; they are the thick bright bands.",
    "Decibel": "A ratio on a logarithmic scale: 10 dB is ten times the power, 20 dB ten times the amplitude.",
    "Attribution": "A number for each cell of the picture that says how much it had to do with one answer.",
    "Speaker-held-out": "Measured on people whose voices were not learnt from. New takes of known voices are much easier.",
}
SOURCES = (
    "Davis and Mermelstein 1980, Comparison of parametric representations for monosyllabic word recognition (mel filter banks)",
    "O'Shaughnessy 1987, Speech Communication, p. 150 (mel scale)", "Park et al. 2019, SpecAugment", "Jaitly and Hinton 2013, Vocal tract length perturbation",
    "Sundararajan, Taly and Yan 2017, Axiomatic attribution, equation 1", "Zeiler and Fergus 2014, section 4.2 (occlusion)",
    "Verhelst and Roelands 1993 (WSOLA: speed without pitch)", "Radford et al. 2022, Whisper", "Pratap et al. 2023, MMS",
    "Lin, Kilgour, Roblek and Sharifi 2020, Training keyword spotters with limited and synthesized speech data (the embedding, Apache-2.0)",
    "Free Spoken Digit Dataset, CC BY-SA 4.0",
)  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """One sentence on what stands out, the numbers behind it, and the change that answers it (may be empty)."""

    words: str
    evidence: str
    change: Mapping[str, Any] = field(default_factory=dict)
    button: str = ""


def share(value: float) -> str:
    """A share as people read it."""
    return f"{100 * value:.2f} %" if 0 < value < 0.0005 or 0.9995 < value < 1 else f"{100 * value:.1f} %"


def spoken(target: int) -> str:
    """An answer in words."""
    return WORDS[target] if target < OTHER else "“none of them”"


def facts(data: Data) -> list[tuple[str, str]]:
    """What stands under an answer."""
    shares = np.asarray(data["shares"])
    entropy = float(-(shares * np.log2(np.maximum(shares, 1e-300))).sum())
    return [("Network", f"{1000 * data['calling']:.1f} ms"), ("Entropy", f"{entropy:.2f} of {np.log2(len(shares)):.2f} bits"), ("Level", f"{data['level']:.0f} dB")]


def is_changed(view: Speech) -> bool:
    """Whether anything is done to the sound."""
    return view.noise < CLEAN or view.pitch != 0 or view.speed != 1 or view.backwards


def card_line() -> str:
    """What is known of the network, in one line."""
    card = speech.speech_card()
    name, value = next(iter(card.scores.items()))
    return f"Network: {card.parameters:,} parameters, {card.bytes / 1e3:.0f} kB; {name} {value:.1%}, by speaker {', '.join(f'{each:.0%}' for each in card.speakers.values())}"


def advice(view: Speech, data: Data) -> list[Advice]:
    """What stands out in an answer; empty when nothing does."""
    found = []
    shares = np.asarray(data["shares"])
    best, second = np.sort(shares)[::-1][:2]
    if view.pitch or view.speed != 1 or view.backwards:
        wrong = view.sound.startswith("digit-") and data["best"] != int(view.sound[6:])
        if wrong:
            found.append(Advice("The changed word is taken for something else.", f"Said was {WORDS[int(view.sound[6:])]}, heard {spoken(data['best'])} ({share(best)}).",
                                {"pitch": 0.0, "speed": 1.0, "backwards": False}, "Play it as it was said"))  # fmt: skip
    if view.noise < 6 and best < 0.7:
        found.append(Advice("The noise is about as loud as the word.", f"{view.noise} dB between them; the likeliest answer has {share(best)}.", {"noise": 20}, "Less noise"))
    if view.sound == OWN and data["level"] < -40:
        found.append(
            Advice("This recording is very quiet.", f"Its loudest tenth of a second lies at {data['level']:.0f} dB, and the room's own noise is amplified with it. Come nearer.")
        )
    seconds = view.speed * (data["word"][1] - data["word"][0]) / maths.RATE  # as it was said
    if seconds > maths.WINDOW / maths.RATE:
        found.append(
            Advice(
                "Words may run together here.",
                f"This stretch without a pause lasts {seconds:.1f} s; the network hears {maths.WINDOW / maths.RATE:.2f} s at once, the loudest. "
                f"Leave a pause of {maths.GAP:.1g} s or more between two words.",
            )
        )
    elif view.sound == OWN and data["best"] == OTHER:
        found.append(Advice("The network takes this for no digit.", "It knows English zero to nine. Say one word, with silence before and after."))
    elif view.sound == OWN and not found and best < 0.6:
        found.append(
            Advice(
                "It hesitates between two.",
                f"{spoken(data['best']).capitalize()} {share(best)}, the next {share(second)}. A voice or accent unlike those it learnt from does that.",
            )
        )
    return found


def curve(view: Speech, data: Data) -> str:
    """What the curve against noise says."""
    below = [level for level, right in zip(data["decibels"], data["right"], strict=True) if right < 0.9]
    falls = f"below {max(below) + 5:.0f} dB" if below and max(below) < CLEAN else "nowhere on this curve" if not below else "already without noise"
    return (f"All {data['count']} bundled clips under the noise and changes that are set; fewer than nine of ten are right {falls}. "
            "The network knows these five speakers, though not these takes: strangers do worse, see the card below.")  # fmt: skip


def hear_tasks(view: Speech, data: Data) -> list[tuple[str, str, bool]]:
    """Things to try; done is read from the answer itself."""
    said = int(view.sound[6:]) if view.sound.startswith("digit-") else -1
    return [
        ("speech-own", "Say a digit yourself and have it heard with more than 80 %.", view.sound == OWN and data["best"] < OTHER and float(np.max(data["shares"])) > 0.8),
        ("speech-noise", "Find the noise at which a bundled clip is first misheard.", said >= 0 and view.noise < CLEAN and data["best"] != said),
        ("speech-against", "Ask what speaks for an answer that was not given.", 0 <= view.target != data["best"]),
    ]  # fmt: skip


def inside_tasks(view: Speech, data: Data) -> list[tuple[str, str, bool]]:
    """Things to try with one frame."""
    strongest = float(np.asarray(data["middles"])[data["strongest"]])
    return [
        ("speech-hiss", "Find a frame whose strongest band lies above 2,500 Hz.", strongest > 2500),
        ("speech-voice", "Find a voiced frame: strongest below 400 Hz.", strongest < 400 and float(np.max(data["column"])) > 0.2),
        ("speech-up", "Pitch the voice up by four semitones or more and see the peaks move apart.", view.pitch >= 4),
    ]  # fmt: skip


def moment(data: Data, seconds: float) -> float:
    """The place in the word, 0 to 1, of a time in the window."""
    return round(min(1.0, max(0.0, (seconds * maths.RATE / maths.HOP - data["first"]) / max(data["last"] - data["first"], 1))), 3)


def stages(data: Data, figures: Any) -> list[tuple[str, str, Any, str]]:
    """(title, words with the current numbers, panel, component) of each stage from samples to column."""
    k, b, i = data["loudest"], data["strongest"], data["biggest"]
    step = maths.RATE / maths.FOURIER
    return [
        ("1 · A frame", f"{maths.FRAME} samples, {1000 * maths.FRAME / maths.RATE:.0f} ms, around {data['time']:.2f} s. Cut out sharply, its ends would sound as "
                        f"clicks; the Hann window "
         f"lets it swell and fade. The largest sample, {signed(data['plain'][i], 3)}, becomes {signed(data['windowed'][i], 3)}.", figures.frame(data), "lines"),
        ("2 · Its frequencies", f"The Fourier transform of {maths.FOURIER} samples says how much of each of {maths.BINS} frequencies there is, {step:.1f} Hz apart. "
                                f"Strongest here: "
         f"**{data['hertz'][k]:.0f} Hz**, power {data['power'][k]:.3g} or {data['decibels'][k]:.1f} dB.", figures.spectrum(data), "lines"),
        ("3 · Mel bands", f"The ear tells 200 from 300 Hz, but not 3,200 from 3,300. {maths.BANDS} triangles, narrow below and wide above, add the powers up. Band {b + 1} around "
         f"{data['middles'][b]:.0f} Hz holds most: {data['bands'][b]:.3g}.", figures.bank(data), "lines"),
        ("4 · The logarithm", f"Loudness is felt in ratios. log₁₀ of the band is {np.log10(max(data['bands'][b], 1e-10)):.2f}, the loudest cell of the word has "
                              f"{data['peak']:.2f}: the column's "
         f"value is **{signed(data['column'][b], 3)}** on a scale where 1 is the loudest cell and −1 is {maths.FLOOR:.0f} powers of ten below it. Turned on its side, this "
         f"column is the marked "
         "line of the picture above.", figures.levels(data), "lines"),
    ]  # fmt: skip


def inside_maths(data: Data) -> str:
    """The formulas of every stage with the numbers of this frame."""
    b, k = data["strongest"], data["loudest"]
    return "\n\n".join((
        rf"$$x_n = w_n s_n, \quad w_n = \tfrac12\Big(1 - \cos \tfrac{{2 \pi n}}{{{maths.FRAME}}}\Big), \qquad X_k = \sum_{{n}} x_n "
        rf"e^{{-2 \pi i k n / {maths.FOURIER}}}, \quad P_k = |X_k|^2$$",
        rf"Strongest: $k = {k}$, that is ${k} \cdot {maths.RATE} / {maths.FOURIER} = {data['hertz'][k]:.1f}$ Hz, with $P_{{{k}}} = {data['power'][k]:.4g}$.",
        r"$$m(f) = 2595 \log_{10}\Big(1 + \frac{f}{700}\Big), \qquad E_b = \sum_k T_{b,k} P_k$$",
        rf"The {maths.BANDS} triangles $T_b$ stand evenly on $m$ from $m({maths.LOWEST:.0f}) = {float(maths.mel(maths.LOWEST)):.0f}$ to $m({maths.HIGHEST:.0f}) = "
        rf"{float(maths.mel(maths.HIGHEST)):.0f}$. "
        rf"Band {b + 1}: $m({data['middles'][b]:.0f}) = {float(maths.mel(data['middles'][b])):.0f}$, $E = {data['bands'][b]:.4g}$.",
        rf"$$v_b = \frac{{\max(\log_{{10}} E_b,\ M - {maths.FLOOR:.0f}) - M}}{{{maths.FLOOR / 2:.0f}}} + 1 = "
        rf"\frac{{{np.log10(max(data['bands'][b], 1e-10)):.3f} - {data['peak']:.3f}}}{{{maths.FLOOR / 2:.0f}}} + 1 = {data['column'][b]:.3f}$$",
        r"where $M$ is the largest $\log_{10} E$ of the whole word: how near the microphone was cancels out.",
    ))  # fmt: skip


def maths_of(view: Speech, data: Data, reason: Data) -> str:
    """Softmax and the explanation with the current numbers."""
    logits, shares, best = np.asarray(data["logits"]), np.asarray(data["shares"]), data["best"]
    total = float(np.log(np.exp(logits - logits.max()).sum()) + logits.max())
    t = reason["target"]
    lines = [rf"The network reads the {maths.BANDS} × {maths.FRAMES} picture. A **speech embedding** that Google trained to spot words (frozen here) hears 96 numbers in it "
             rf"every 80 ms; their mean, maximum and minimum over time are the 288 numbers $h$ of this word, and one matrix, fitted to spoken digits, gives every answer a score:",
             rf"$$z = W h + b, \qquad z_\text{{{data['classes'][best]}}} = {logits[best]:.3f}$$", "**Softmax** makes shares of the scores:",
             rf"$$p_k = \frac{{e^{{z_k}}}}{{\sum_j e^{{z_j}}}}, \qquad p_\text{{{data['classes'][best]}}} = e^{{{logits[best]:.3f} - {total:.3f}}} = "
             rf"{shares[best]:.4f}$$"]  # fmt: skip
    if view.method == "integrated":
        lines += [rf"**Integrated gradients** of $z_\text{{{data['classes'][t]}}}$, from a picture of silence $b$ to this one $x$:",
                  r"$$S_{ij} = (x - b)_{ij} \int_0^1 \frac{\partial z}{\partial x_{ij}}\big(b + a (x - b)\big)\, da, \qquad \sum_{ij} S_{ij} = z(x) - z(b)$$",
                  rf"Here the sum is ${reason['total']:+.3f}$ and $z(x) - z(b) = {reason['gap']:+.3f}$; the difference is what {reason['asked']} midpoints leave of "
                  rf"the integral."]  # fmt: skip
    else:
        lines += [rf"**Occlusion** of $z_\text{{{data['classes'][t]}}}$: a patch $P$ of {PATCH[0]} bands × {PATCH[1]} frames is made silent, and every cell gets the mean over the "
                  rf"patches that cover it:",
                  r"$$S_{ij} = \operatorname{mean}_{P \ni ij} \big( z(x) - z(x \text{ without } P) \big)$$"]  # fmt: skip
    if view.noise < CLEAN:
        lines += [
            rf"**Noise** of root mean square $\sigma = r \cdot 10^{{-{view.noise}/20}} = {10 ** (-view.noise / 20):.3f}\, r$ is added, $r$ being that of the word's "
            rf"loudest tenth of a second."
        ]
    return "\n\n".join(lines)


def call(view: Speech) -> str:
    """The same answer in Python."""
    return f"from playground.experiments.speech_hear import hear\n\nanswer = hear(**{view.heard()!r})\nprint(answer['classes'][answer['best']], answer['shares'].max())"


def as_json(view: Speech, data: Data) -> str:
    """The answer as JSON."""
    order = np.argsort(-np.asarray(data["shares"]))
    top = [{"label": data["classes"][i], "probability": round(float(data["shares"][i]), 6)} for i in order]
    return json.dumps({"model": speech.NAME, "sound": view.chosen(), "changes": view.changes(), "words": data["words"], "top": top}, indent=2, ensure_ascii=False)
