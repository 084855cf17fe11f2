"""Pictures of the Speech screen: arrays in, specs of the components out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.data.audio import WORDS, sample, samples
from playground.experiments.speech import CLEAN, METHODS
from playground.explain.numbers import signed
from playground.figures import canvas, theme
from playground.figures.panels import Panel
from playground.functions import speech as maths

Data = Mapping[str, Any]
SPAN = maths.WINDOW / maths.RATE  # seconds of one picture
TALL = 40  # pixels of a thumbnail
PALETTE = np.array([[int(each[k : k + 2], 16) for k in (1, 3, 5)] for each in theme.SEQUENTIAL["dark"]], float)


def mels() -> tuple[float, float]:
    """Lowest and highest place on the mel scale that the bands cover, in units of bands: 0 and BANDS."""
    return 0.0, float(maths.BANDS)


def hertz_ticks() -> list[str]:
    """Words at the bands 0, 1, 2 …: the frequency where one stands near a round number, else nothing."""
    middles = maths.edges()[1:-1]
    wanted = {int(np.abs(middles - each).argmin()): each for each in (100, 250, 500, 1000, 2000, 3500)}
    return [f"{wanted[i] / 1000:g} kHz" if i in wanted and wanted[i] >= 1000 else f"{wanted[i]} Hz" if i in wanted else "" for i in range(maths.BANDS)]


def gallery(selected: str, more: Mapping[str, tuple[str, np.ndarray]]) -> Panel:
    """Samples as small waves, for `components/images_gallery.js`; `more` holds the visitor's own: name and samples by key."""
    titles = {key: name for key, (name, _) in more.items()} | samples()
    arrays = {f"thumb_{i}": thumbnail(more[key][1] if key in more else sample(key)) for i, key in enumerate(titles)}
    items = [{"key": key, "title": title, "array": f"thumb_{i}"} for i, (key, title) in enumerate(titles.items())]
    return Panel("gallery", {"kind": "gallery", "items": items, "selected": selected, "alt": "Sounds to choose from"}, arrays, drags=True)


def thumbnail(sound: np.ndarray, side: int = 64) -> np.ndarray:
    """A sound as a small picture of its wave, (side, side, 3) uint8."""
    pieces = np.array_split(np.asarray(sound, float), side)
    top = max(float(np.abs(sound).max()), 1e-6) if len(sound) else 1.0
    heights = np.array([np.abs(each).max() / top if len(each) else 0.0 for each in pieces])
    rows = np.abs(np.linspace(-1.15, 1.15, side))[:, None]
    inside = rows <= np.maximum(heights, 0.03)[None]
    paper, ink = PALETTE[0], PALETTE[5]
    return np.where(inside[..., None], ink, paper).astype(np.uint8)


def bars(data: Data, chosen: int) -> Panel:
    """The ten digits and “no digit” in fixed order, for `components/speech_bars.js`."""
    words = [*WORDS, "none of them"]
    best = int(data["best"])
    spec = {"kind": "bars", "labels": list(data["classes"]), "words": words, "best": best, "chosen": chosen,
            "alt": f"Heard: {words[best]}, {100 * float(data['shares'][best]):.1f} %"}  # fmt: skip
    return Panel("answer", spec, {"shares": np.asarray(data["shares"], float)}, drags=True)


def words(data: Data) -> Panel:
    """Own words with their shares, for `components/speech_bars.js`."""
    best = int(data["best"])
    spec = {"kind": "bars", "labels": [""] * len(data["names"]), "words": list(data["names"]), "best": best, "chosen": -1,
            "alt": f"Heard: {data['names'][best]}, {100 * float(data['shares'][best]):.1f} %"}  # fmt: skip
    return Panel("words", spec, {"shares": np.asarray(data["shares"], float)})


def wave(data: Data, height: int = 90) -> Panel:
    """The window of sound that the network is given, as its outline over time in seconds."""
    spec = canvas.stage(x=(0, SPAN), y=(-1.1, 1.1), layers=[canvas.segments("wave", color="category 0", width=1.0)], alt="The word as a wave over time", x_label="time, s",
                        aspect=None, y_ticks=())  # fmt: skip
    return Panel("wave", spec, {"wave": outline(data["line"], SPAN, 0.0, 1.0)}, height=height)


def picture(data: Data, reason: Data | None = None, label: str = "", height: int = 250) -> Panel:
    """The log-mel picture by time and frequency. Alone it has the wave above it; with `reason` it lies faint under what speaks for an answer (blue) and against it."""
    whole = {"x": (0, SPAN), "y": (-0.5, maths.BANDS - 0.5), "smooth": False}
    arrays = {"picture": np.asarray(data["picture"], np.float32)}
    if reason is None:
        arrays["wave"] = outline(data["line"], SPAN, maths.BANDS + 7.0, 6.0)
        layers = [canvas.field("picture", palette="sequential", low=-1, high=1, value="loudness", scale=False, **whole), canvas.segments("wave", color="category 0", width=1.0)]
        spec = canvas.stage(x=(0, SPAN), y=(-0.5, maths.BANDS + 14.0), layers=layers, alt="The word as a wave, and below it its loudness by time and frequency", x_label="time, s",
                            aspect=None, y_ticks=hertz_ticks())  # fmt: skip
        return Panel("picture", spec, arrays, height=height)
    top = max(float(np.quantile(np.abs(reason["values"]), 0.99)), 1e-9)
    arrays["reason"] = np.where(np.abs(reason["values"]) < 0.12 * top, np.nan, reason["values"]).astype(np.float32)
    layers = [canvas.field("picture", palette="sequential", low=-1, high=3, scale=False, **whole),
              canvas.field("reason", palette="diverging", low=-top, high=top, value=f"speaks for {label}", **whole)]  # fmt: skip
    spec = canvas.stage(x=(0, SPAN), y=(-0.5, maths.BANDS - 0.5), layers=layers, alt=f"What in the sound speaks for {label} (blue) and against it (orange), by time and frequency",
                        x_label="time, s", aspect=None, y_ticks=hertz_ticks())  # fmt: skip
    return Panel("why", spec, arrays, height=height)


def outline(line: np.ndarray, length: float, middle: float, half: float) -> np.ndarray:
    """A wave as upright strokes (m, 2, 2) from its lowest to its highest sample, `middle` ± `half` high, over `length`."""
    low, high = np.asarray(line, float) / max(float(np.abs(line).max()), 1e-4) * half + middle
    time = (np.arange(len(low)) + 0.5) * length / len(low)
    return np.stack([np.stack([time, low - 0.08], 1), np.stack([time, high + 0.08], 1)], 1)


def strip(data: Data, chosen: int, height: int = 84) -> Panel:
    """A recording of several words with what each was heard as; a click chooses one."""
    length = float(data["length"])
    arrays = {"outline": outline(data["line"], length, 0.0, 1.0), "places": np.array([[(begin + end) / 2, 1.2] for begin, end in data["spans"]])}
    layers = [canvas.band(x=span, color="category 0" if i + 1 == chosen else "muted") for i, span in enumerate(data["spans"])]
    layers += [canvas.segments("outline", color="category 0", width=1.0), canvas.text("places", [_said(each) for each in data["labels"]], size=15)]
    spec = canvas.stage(x=(0, length), y=(-1.1, 1.7), layers=layers, alt=f"Heard in order: {' '.join(data['labels'])}", x_label="time, s", aspect=None,
                        events=("click",), y_ticks=())  # fmt: skip
    return Panel("strip", spec, arrays, height=height, clicks=True)


def _said(label: str) -> str:
    return "–" if len(label) > 1 else label


def against_noise(data: Data, now: int, height: int = 220) -> Panel:
    """Share of the bundled clips named rightly by the level of noise; the present level as a line."""
    arrays = {"decibels": data["decibels"], "right": 100 * data["right"], "refused": 100 * data["refused"]}
    series = [canvas.series("named rightly", "right", color="category 0"), canvas.series("called no digit", "refused", color="category 1", dash=True)]
    spec = canvas.curves("word over noise, dB", "% of the clips", series=series, x="decibels", x_range=(-10, CLEAN), y_range=(0, 103), switches=False,
                         marks=[canvas.rule(x=float(now), words="" if now >= CLEAN else f"now {now} dB")],
                         alt="Share of the bundled clips that are named rightly, by how far the word stands above the noise")  # fmt: skip
    return Panel("curve", spec, arrays, height=height)


def method_words(method: str, reason: Data) -> str:
    """What stands below an explanation."""
    if method == "integrated":
        return (f"{METHODS[method]}: all cells together {signed(reason['total'])}, the score less that of silence {signed(reason['gap'])}; "
                f"{reason['asked']} pictures asked in {1000 * reason['seconds']:.0f} ms.")  # fmt: skip
    return f"{METHODS[method]}: how far the score falls when a patch is silenced; {reason['asked']} pictures asked in {1000 * reason['seconds']:.0f} ms."


def spectrum(data: Data, height: int = 190) -> Panel:
    """Power of one frame by frequency, in dB, with the energy of each mel band drawn where the band lies."""
    arrays = {"hertz": data["hertz"], "power": data["decibels"], "middles": data["middles"], "bands": data["band_decibels"]}
    series = [canvas.series("one frequency", "power", color="category 0", width=1.4), canvas.series("one mel band", "bands", x="middles", color="category 1", width=2.4)]
    spec = canvas.curves("frequency, Hz", "dB", series=series, x="hertz", x_range=(0, maths.RATE / 2), switches=False, alt="Power of this frame by frequency, and of each mel band")
    return Panel("spectrum", spec, arrays, height=height)


def bank(data: Data, height: int = 150) -> Panel:
    """Every fourth triangle of the filter bank, and the one chosen filled."""
    frequencies = np.asarray(data["hertz"])
    filters = maths.filters()
    shown = range(0, maths.BANDS, 6)
    arrays = {"hertz": frequencies, **{f"filter_{i}": filters[i] for i in shown}}
    series = [canvas.series(f"band {i + 1}", f"filter_{i}", color=f"category {k % 2}", width=1.6) for k, i in enumerate(shown)]
    spec = canvas.curves("frequency, Hz", "weight", series=series, x="hertz", x_range=(0, maths.RATE / 2), y_range=(0, 1.05), switches=False,
                         alt="Triangular filters: narrow at low frequencies, wide at high ones")  # fmt: skip
    return Panel("bank", spec, arrays, height=height)


def frame(data: Data, height: int = 170) -> Panel:
    """The samples of one frame, and the same under the Hann window."""
    arrays = {"milliseconds": data["milliseconds"], "plain": data["plain"], "windowed": data["windowed"], "hann": data["hann"]}
    series = [canvas.series("samples", "plain", color="muted", width=1.2), canvas.series("under the window", "windowed", color="category 0"),
              canvas.series("window", "hann", color="category 1", dash=True, width=1.4)]  # fmt: skip
    spec = canvas.curves("time in the frame, ms", "", series=series, x="milliseconds", switches=False, alt="The samples of one frame before and after the window")
    return Panel("frame", spec, arrays, height=height)


def levels(data: Data, height: int = 170) -> Panel:
    """The column of the picture that this frame becomes, band by band."""
    arrays = {"band": np.arange(1, maths.BANDS + 1, dtype=float), "column": np.asarray(data["column"], float)}
    spec = canvas.curves("mel band", "value", series=[canvas.series("value in the picture", "column", color="category 0", style="bars")], x="band", y_range=(-1.02, 1.05),
                         switches=False, alt="The column of the picture that this frame becomes")  # fmt: skip
    return Panel("levels", spec, arrays, height=height)


def column(data: Data, moment: float, height: int = 230) -> Panel:
    """The whole picture with the frame that is taken apart marked; the mark can be dragged."""
    arrays = {"picture": np.asarray(data["picture"], np.float32)}
    at = float(data["time"])
    layers = [canvas.field("picture", palette="sequential", low=-1, high=1, value="loudness, of −1 to 1", x=(0, SPAN), y=(-0.5, maths.BANDS - 0.5), smooth=False),
              canvas.rule(x=at, color="category 1", dash=False)]  # fmt: skip
    spec = canvas.stage(x=(0, SPAN), y=(-0.5, maths.BANDS - 0.5), layers=layers, alt="The picture, with the frame that is taken apart", x_label="time, s", aspect=None,
                        y_ticks=hertz_ticks(), events=("click",))  # fmt: skip
    return Panel("column", spec, arrays, height=height, clicks=True)


def confusion(names: Sequence[str], counts: np.ndarray, height: int = 260) -> Panel:
    """Rows: the word that was said; columns: what was heard."""
    size = len(names)
    spec = canvas.stage(x=(-0.5, size - 0.5), y=(-0.5, size - 0.5), layers=[canvas.field("counts", palette="sequential", low=0, high=float(max(counts.max(), 1)), numbers="d",
                        value="takes", smooth=False, scale=False)], alt="Which word was taken for which", x_label="heard", y_label="said", aspect=1.2, x_ticks=names,
                        y_ticks=list(names)[::-1])  # fmt: skip
    return Panel("confusion", spec, {"counts": np.ascontiguousarray(counts[::-1], np.float32)}, height=height)
