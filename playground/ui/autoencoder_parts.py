"""The looks inside an autoencoder: curves, ways between inputs, drawing, noise, samples, anomalies."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.autoencoder import SENSORS, Autoencoder
from playground.experiments.autoencoder_data import Lesson, raw_rows
from playground.experiments.autoencoder_words import AutoencoderLook
from playground.explain import autoencoder_alarm as alarms
from playground.explain import autoencoder_ask as ask
from playground.explain import autoencoder_bundled as bundled
from playground.explain import autoencoder_words as words
from playground.figures import autoencoder as figures
from playground.figures import convolution
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.ui import autoencoder_ends, autoencoder_faces
from playground.ui.autoencoder import take, weights
from playground.ui.convolution_canvas import show

LISTED, PICTURED = 12, 10  # worst cases
WIDE, LARGE, SMALL = 900, 190, 140


def inside(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson, peek: dict[str, str]) -> None:
    """The chosen look."""
    if look.inside == "curves":
        _curves(run, experiment, given)
    elif look.inside == "samples":
        _samples(run, experiment)
    elif look.inside == "bundled":
        _bundled(look, peek)
    elif look.inside == "faces":
        autoencoder_faces.part()
    elif look.inside == "race":
        ui.race(Autoencoder, experiment, metric="reconstruction", picture=racer)
    elif look.inside == "sweep":
        ui.sweep(Autoencoder, experiment, metric="test_loss", first=("latent", "beta", "kind", "learning_rate"))
    else:
        _asked(run, experiment, look, given, peek)


def racer(run: Run, number: int, experiment: Autoencoder) -> None:
    """One member of a race: where its codes lie, and for pictures what its plane decodes to."""
    spec = figures.plane(experiment, (0.0, 0.0), draggable=False, odd=experiment.dataset == SENSORS, suffix=f"_{number}", axes=False)
    ui.stage(run, spec, key=f"ae-racer-{number}")
    if experiment.images:
        show("convolution_images", figures.racer(number), run)


def _curves(run: Run, experiment: Autoencoder, given: Lesson) -> None:
    left, middle, right = st.columns(3, gap="large")
    with left:
        ui.lines(run, figures.losses(), key="ae-losses", height=200)
    with middle:
        ui.lines(run, figures.units(experiment.kind), key="ae-units", height=200)
    with right:
        if given.has_odd:
            ui.lines(run, figures.area(), key="ae-area", height=200)
        elif experiment.kind == "vae" and experiment.warm_up:
            ui.lines(run, figures.annealing(), key="ae-annealing", height=200)
        else:
            ui.lines(run, figures.holes(), key="ae-holes", height=200)


def _samples(run: Run, experiment: Autoencoder) -> None:
    left, right = st.columns([2.2, 1], gap="large")
    with left:
        show("convolution_images", figures.samples(720), run)
    with right:
        ui.lines(run, figures.holes(), key="ae-holes", height=180)
        if experiment.kind == "vae":
            st.caption("Decoded from places drawn from the prior N(0, 1): what a VAE is for. Always the same 30 places.")
        else:
            st.caption("Decoded from places drawn from a Gaussian with the codes' own mean and covariance: the kindest way to sample an autoencoder that has no prior. "
                       "Where these places miss the codes, the decoder was never taught and scribbles.")  # fmt: skip


def _bundled(look: AutoencoderLook, peek: dict[str, str]) -> None:
    """The bundled VAE of MNIST's digits: its plane, its grid, and what the handle's place decodes to."""
    card, data, place = bundled.about() or {}, ui.compute(bundled.overview), (look.place_x, look.place_y)
    left, middle, right = st.columns([1.05, 1.25, 0.8], gap="medium")
    with left:
        ui.stage(data | figures.rings(), figures.plane(Autoencoder(), place, draggable=True, odd=False), key="ae-bundled-plane", height=330, on_drag=take, peek=peek)
        st.html(figures.legend([str(each) for each in range(10)]))
    with middle:
        show("convolution_images", figures.bundled_grid(data["manifold"]), peek=peek, on_drag=take)
    with right:
        show("convolution_images", bundled_picture(look), peek=peek)
        scores = card["scores"]
        st.caption(f"{card['title']}: {card['network']}, {card['parameters']:,} parameters, {card['data']}, {card['split']}. On the test digits "
                   f"rebuilding costs {scores['test reconstruction']:.1f} nats and the code {scores['test KL']:.2f}, "
                   f"together {scores['test negative ELBO']:.1f}. {card['how']}")  # fmt: skip


def bundled_picture(look: AutoencoderLook) -> Any:
    """What the handle's place decodes to by the bundled decoder."""
    return figures.decoded(get_engine().compute(bundled.decode, place=(look.place_x, look.place_y)), (look.place_x, look.place_y), 190, "ae-bundled")


# Asked of the weights as they are -------------------------------------------------------------------------------------------


def _asked(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson, peek: dict[str, str]) -> None:
    """Controls once, and pictures that are asked for anew every second while the run goes on."""
    if look.inside == "between":
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            autoencoder_ends.choose(run, experiment, look)
        with right:
            ui.controls(AutoencoderLook, container=st.container(horizontal=True, gap="medium"), only=("share",), width=320)
            ui.watched(_now, 2.0 if run.active else None)(run, experiment, given)
        return
    if look.inside == "noise":
        ui.controls(AutoencoderLook, container=st.container(horizontal=True, gap="medium"), only=("way", "spoilt"), width=260)
    elif look.inside == "anomalies":
        if not given.has_odd:
            st.caption("No kind was left out of the training, so nothing says which inputs are odd: those that are rebuilt worst are listed. "
                       "Choose a class under **Never shown in training** to measure how well it is found.")  # fmt: skip
        ui.controls(AutoencoderLook, container=st.container(horizontal=True), only=("alarm",), width=320)
    elif look.inside == "draw":
        left, right = st.columns([1, 2.6], gap="large")
        with left:
            show("convolution_pad", convolution.pad(look.drawing, f"{AutoencoderLook.key}!pad", "" if look.drawing else "Draw here."), peek=peek, on_drag=take)
        with right:
            ui.watched(_now, 2.0 if run.active else None)(run, experiment, given)
        return
    ui.watched(_now, 2.0 if run.active else None)(run, experiment, given)


def _now(run: Run, experiment: Autoencoder, given: Lesson) -> None:
    from playground.ui.autoencoder import _peek

    look = ui.current(AutoencoderLook)
    try:
        data = asked(run, experiment, look)
    except UserError as error:
        st.info(str(error), icon=":material/draw:" if error.field == "drawing" else ":material/hourglass_empty:")
        return
    panels = drawn(look, data)
    row = [panels] if look.inside != "anomalies" else [[each] for each in panels]
    for column, held in zip(st.columns(len(row), gap="large"), row, strict=True):
        with column:
            for part, panel in held:
                if panel.title:
                    st.caption(panel.title)
                if part == "convolution_images":
                    show(part, panel, peek=_peek())
                else:
                    (ui.lines if part == "lines" else ui.stage)(panel.arrays, panel.spec, key=panel.key, height=panel.height, peek=_peek())
    _words(run, experiment, look, given, data)


def asked(run: Run, experiment: Autoencoder, look: AutoencoderLook) -> dict[str, Any]:
    """The network's answer to what the chosen look asks."""
    common = {"values": experiment.values(), "weights": weights(run)}
    if look.inside == "between":
        return ui.compute(ask.between, **common, first=look.first, second=look.second, share=look.share)
    if look.inside == "noise":
        return ui.compute(ask.clean, **common, way=look.way, amount=look.spoilt, seed=experiment.seed)
    if look.inside == "draw":
        return ui.compute(ask.redraw, **common, drawing=look.drawing)
    data = ui.compute(ask.anomalies, **common)
    return {**data, "alarm": alarms.alarm(data["scores"], data["odd"], data["known"], look.alarm), "curves": alarms.curves(data["scores"], data["odd"])}


def drawn(look: AutoencoderLook, data: dict[str, Any]) -> list[tuple[str, Any]]:
    """The panels of the chosen look, each with the component that draws it."""
    images = "convolution_images"
    if look.inside == "between":
        first, second = data["classes"]
        shown = [("ends", data["ends"], 2 * SMALL, f"From “{first}” to “{second}”", "the two test inputs"), ("now", data["now"], SMALL, f"{look.share:.0%} of the way", "decoded"),
                 ("ways", data["ways"], WIDE, "", "Top: straight through the latent space, decoded. Bottom: one picture faded into the other.")]  # fmt: skip
        return [(images, figures.still("ae-between", shown, "The way from one input to the other"))]
    if look.inside == "noise":
        return [
            (
                images,
                figures.still(
                    "ae-noise",
                    [("strips", data["strips"], WIDE, "", "Top: test inputs. Middle: spoilt. Bottom: what the network makes of the spoilt ones.")],
                    "Noise in, clean out",
                ),
            )
        ]
    if look.inside == "draw":
        shown = [
            ("given", data["given"], LARGE, "As the network is given it", "cut out, shrunk and centred"),
            ("rebuilt", data["rebuilt"], LARGE, "As it rebuilds it", "through its latent numbers"),
        ]
        return [(images, figures.still("ae-drawn", shown, "The drawing and its rebuilding"))]
    found = [("lines", figures.alarm(data, data["alarm"].threshold))]
    if data["odd"].any():
        now, curves = data["alarm"], data["curves"]
        found += [("stage", figures.trade(curves, "false_rate", "recall", (now.false_rate, now.recall), "ae-roc")),
                  ("stage", figures.trade(curves, "recall", "precision", (now.recall, now.precision), "ae-precision"))]  # fmt: skip
    return found


def pictures(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson) -> dict[str, Any]:
    """The same panels by key, while a control moves."""
    if look.inside in ("curves", "samples", "bundled", "faces", "race", "sweep"):
        return {}
    return {panel.key: (part, panel) for part, panel in drawn(look, asked(run, experiment, look))}


def _words(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson, data: dict[str, Any]) -> None:
    """What the pictures say, in numbers."""
    if look.inside == "noise":
        st.caption(f"Mean squared distance from the originals: **{data['before']:.4f}** spoilt, **{data['after']:.4f}** as the network returns them. "
                   + ("It was taught to do this." if experiment.kind == "denoising" else "It was never taught to clean; what it cannot say in its code is lost, "
                       "noise included."))  # fmt: skip
    elif look.inside == "draw":
        x, y = (float(each) for each in [*data["place"], 0.0][:2])
        st.caption(f"Its code lies at ({x:.2f}, {y:.2f}) of the plane. Mean squared error **{data['error']:.4f}**, for test inputs usually {data['usual']:.4f}: "
                   f"rebuilt worse than {data['rank']:.0%} of them.")  # fmt: skip
    elif look.inside == "anomalies":
        _verdict(data, look)
        _worst(run, experiment, given, data)


def _verdict(data: dict[str, Any], look: AutoencoderLook) -> None:
    now = data["alarm"]
    if not data["odd"].any():
        st.caption(f"Threshold {now.threshold:.2f} nats: {now.false:,} of {now.false + now.quiet:,} test inputs lie above it.")
        return
    area, precision = alarms.areas(data["curves"])
    with st.container(horizontal=True, gap="large", key="ae-alarm-score"):
        st.metric(
            "Found",
            f"{now.recall:.0%}",
            help=f"{now.found:,} of {now.found + now.missed:,} odd inputs lie above the threshold of {now.threshold:.2f} nats (recall).",
            width="content",
        )
        st.metric(
            "Right alarms", f"{now.precision:.0%}" if now.found + now.false else "none", help=f"{now.found:,} of {now.found + now.false:,} alarms (precision).", width="content"
        )
        st.metric("False alarms", f"{now.false_rate:.1%}", help=f"{now.false:,} of {now.false + now.quiet:,} normal inputs.", width="content")
        st.metric("ROC area", f"{area:.3f}", help="Chance that an odd input scores higher than a normal one.", width="content")
        st.metric("Average precision", f"{precision:.3f}", help=f"Guessing would give {data['odd'].mean():.3f}, the share of odd inputs.", width="content")


def _worst(run: Run, experiment: Autoencoder, given: Lesson, data: dict[str, Any]) -> None:
    """The inputs with the highest scores: pictures beside their rebuilding, or rows with the column that gave them away."""
    order = np.argsort(-data["scores"], kind="stable")
    names = given.classes or ("",)
    st.markdown("**Rebuilt worst**")
    if given.images:
        rows = [int(each) for each in data["rows"][order[:PICTURED]]]
        picture = ui.compute(ask.rebuilt, values=experiment.values(), weights=weights(run), rows=rows)
        odd = int(data["odd"][order[:PICTURED]].sum())
        said = ", ".join(names[given.targets[row]] for row in rows)
        words = f"Top: the inputs ({said}). Bottom: rebuilt." + (f" {odd} of {len(rows)} are of the kind never seen." if given.has_odd else "")
        show("convolution_images", figures.still("ae-worst", [("worst", picture, WIDE, "", words)], "The inputs that are rebuilt worst"))
        return
    listed = []
    for place in order[:LISTED]:
        row = int(data["rows"][place])
        parts = data["parts"][place]
        listed.append({"score (nats)": float(data["scores"][place]), "alarm": bool(data["scores"][place] > data["alarm"].threshold), "what it was": names[given.targets[row]],
                       "given away by": given.columns[int(parts.argmax())], **raw_rows(experiment, given, row)})  # fmt: skip
    st.dataframe(listed, hide_index=True, column_config={"score (nats)": st.column_config.NumberColumn(format="%.2f")})
    if experiment.dataset == SENSORS:
        st.caption("No single reading is out of its usual range: it is the relation between them that the network misses.")


def maths(run: Run, experiment: Autoencoder) -> None:
    st.markdown(words.maths(experiment, run.last_metrics()))


def tasks(run: Run, experiment: Autoencoder, given: Lesson) -> None:
    look = ui.current(AutoencoderLook)
    moved = (look.place_x, look.place_y) != (0.0, 0.0)
    ui.tasks([ui.Task(*each) for each in words.tasks(experiment, run.metrics(), moved, {"has_odd": given.has_odd})])
