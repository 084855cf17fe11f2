"""The autoencoder screen: the latent plane, what its places decode to, and what is rebuilt."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.autoencoder import OWN_TABLE, SENSORS, Autoencoder
from playground.experiments.autoencoder_data import Lesson, lesson
from playground.experiments.autoencoder_words import INSIDE, LAYOUTS, AutoencoderLook
from playground.explain import autoencoder_ask as ask
from playground.explain import autoencoder_bundled as bundled
from playground.explain import autoencoder_faces
from playground.figures import autoencoder as figures
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.ui import autoencoder_data, own_points
from playground.ui.convolution_canvas import show

IN_FRONT = ("kind", "latent", "beta")
HEIGHT, GRID_SIDE, DECODED_SIDE, STRIP_SIDE = 330, 372, 132, 900
FIRST_SECONDS = 1.0  # that a page waits for a new run's weights before it draws without them


def prepare() -> None:
    """Before any control is drawn: settings that do not fit newly chosen data give way."""
    own_points.keep_choices(Autoencoder, AutoencoderLook)
    autoencoder_data.adopt()


def unused(now: Autoencoder) -> tuple[str, ...]:
    """Fields without effect now, or with a control elsewhere on the screen."""
    hidden = ["dataset", *IN_FRONT, "left_out"]
    if now.kind != "vae":
        hidden += ["warm_up"]
    if now.kind != "denoising":
        hidden += ["corruption", "amount"]
    if now.kind != "sparse":
        hidden += ["sparsity", "target"]
    if not now.images:
        hidden += ["likelihood", "build"]
    if now.judged_by != "gaussian":
        hidden.append("sigma")
    return tuple(hidden)


def front(now: Autoencoder) -> Autoencoder:
    """The settings that decide what kind of code is learnt."""
    row = st.container(horizontal=True, vertical_alignment="top", gap="medium")
    with row:
        options = [key for key, _ in Autoencoder.domains()["kind"].options]
        st.segmented_control("Kind ↻", options, key=f"{Autoencoder.key}.kind", required=True, width="content", format_func=Autoencoder.domains()["kind"].words,
                             help=f"{Autoencoder.domains()['kind'].help} ↻ starts the run anew.")  # fmt: skip
    ui.controls(Autoencoder, only=("latent", *(("beta",) if now.kind == "vae" else ())), container=row, width=170)
    return ui.current(Autoencoder)


def weights(run: Run) -> dict[str, np.ndarray]:
    """The latest weights the run has reported; a new run is given a moment to do so."""
    if run.checkpoint is None:
        get_engine().take_checkpoint(run, FIRST_SECONDS)
    return ask.weights_of(run.checkpoint_state())


def place_of(look: AutoencoderLook) -> tuple[float, float]:
    return (look.place_x, look.place_y)


def take(at: dict[str, Any]) -> None:
    """A handle, a press on the grid or a stroke goes into the display settings."""
    ui.set_values(AutoencoderLook, **ui.current(AutoencoderLook).dragged(at))


def screen(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson, peek: dict[str, str]) -> None:
    """Codes on the left, what their plane decodes to in the middle, the picture at the handle and the loss on the right."""
    left, middle, right = st.columns([1.08, 1.05, 0.87] if given.images else [1.2, 1.0, 0.9], gap="medium")
    with left:
        _plane(run, experiment, look, given, peek)
    with middle:
        if given.images:
            st.markdown("**What each place decodes to**", help="Press or drag on it: the handle follows. Placed as in the plane on the left.")
            show("convolution_images", figures.manifold(given.shape, place_of(look), GRID_SIDE), run, peek=peek, on_drag=take)
        else:
            st.markdown("**How badly test rows are rebuilt**")
            ui.lines(run, figures.errors(), key="ae-errors", height=HEIGHT - 60)
    with right:
        if given.images:
            picture, numbers = st.columns([1, 1.05], gap="small")
            with picture:
                ui.watched(_decoded, 1.0 if run.active else None)(run, experiment)
        with numbers if given.images else st.container():
            ui.watched(_score, 1.0 if run.active else None)(run, experiment, given)
        ui.lines(run, figures.split(experiment.kind == "vae"), key="ae-split", height=128)
        if not given.images:
            ui.lines(run, figures.losses(), key="ae-right", height=128)
    if given.images:
        show("convolution_images", figures.pairs(experiment.kind == "denoising", STRIP_SIDE), run)


def _plane(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson, peek: dict[str, str]) -> None:
    words = "Codes of test inputs" if given.images else "Codes of test rows"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{words}**", width="content")
        if experiment.latent > 2:
            st.segmented_control("Codes laid out by", list(LAYOUTS), key=f"{AutoencoderLook.key}.layout", format_func=lambda each: LAYOUTS[each], required=True,
                                 label_visibility="collapsed", width="content", help=AutoencoderLook.domains()["layout"].help)  # fmt: skip
    if look.layout == "tsne" and experiment.latent > 2:
        _neighbours(run, experiment)
    else:
        spec = figures.plane(experiment, place_of(look), draggable=given.images, odd=given.has_odd)
        ui.stage(run, spec, key="ae-plane", height=HEIGHT, on_drag=take, peek=peek, arrays=figures.rings())
    if given.classes:
        st.html(figures.legend(given.classes))


def _neighbours(run: Run, experiment: Autoencoder) -> None:
    """t-SNE of the codes as they were when it was last asked for."""
    slot = "autoencoder!tsne"
    asked = st.button("Lay out again", icon=":material/refresh:", key="ae-tsne", help="t-SNE takes about two seconds; it shows the codes of this moment.")
    held = st.session_state.get(slot)
    if asked or held is None or held[0] != run.token:
        get_engine().take_checkpoint(run)
        with st.spinner("Laying out 400 codes by t-SNE …"):
            held = st.session_state[slot] = (run.token, run.step, ui.compute(ask.neighbours, values=experiment.values(), weights=weights(run)))
    ui.stage(held[2], figures.neighbours(), key="ae-neighbours", height=HEIGHT - 40)
    st.caption(f"Codes at step {held[1]:,}. Only who is near whom means anything here.")


def _decoded(run: Run, experiment: Autoencoder) -> None:
    look = ui.current(AutoencoderLook)
    try:
        show("convolution_images", decoded(run, experiment, look), peek=_peek(), on_drag=None)
    except UserError as error:
        st.caption(str(error))


def _peek() -> dict[str, str] | None:
    held = st.session_state.get(f"{AutoencoderLook.key}!peek")
    return {"address": f"/peek/{held.token}", "prefix": f"{AutoencoderLook.key}-"} if held else None


def decoded(run: Run, experiment: Autoencoder, look: AutoencoderLook) -> Any:
    """The panel of what the place under the handle decodes to: the decoder itself is asked, at every move."""
    data = get_engine().compute(ask.decode, values=experiment.values(), weights=weights(run), place=place_of(look))
    return figures.decoded(data, place_of(look), DECODED_SIDE)


def following(run: Run, experiment: Autoencoder, look: AutoencoderLook, given: Lesson) -> dict[str, str]:
    """Pictures that follow the handle, sliders and the pen while they move."""
    from playground.ui import autoencoder_parts as parts

    def draw(moved: Any) -> dict[str, Any]:
        try:
            if set(look.differences(moved)) <= {"place_x", "place_y"}:
                found = {"ae-decoded": ("convolution_images", decoded(run, experiment, moved))} if given.images else {}
                return found | ({"ae-bundled": ("convolution_images", parts.bundled_picture(moved))} if look.inside == "bundled" else {})
            return parts.pictures(run, experiment, moved, given)
        except UserError:  # an empty pad, or no weights yet: the script run that follows says so
            return {}

    return ui.following(AutoencoderLook, look, draw)


def _score(run: Run, experiment: Autoencoder, given: Lesson) -> None:
    now = run.last_metrics()
    if not now:
        return
    lines = [(f"{now['reconstruction']:.1f} nats", "rebuilding", f"-log p(x | z), mean over test inputs. The mean squared error of a value is {now['squared_error']:.4f}.")]
    if experiment.kind == "vae":
        lines.append((f"{now['kl']:.2f} nats", "KL", f"What the code costs; weighted by β = {now['beta']:.3g} now."))
        lines.append((f"{now['active']:.0f} of {experiment.latent}", "numbers in use", "Latent numbers whose mean varies over the data by more than 0.01 (Burda et al. 2016)."))
    elif experiment.kind == "sparse":
        lines.append((f"{now['activity']:.1%}", "activity", f"Mean of all units; {experiment.target:.0%} is wanted."))
    if experiment.kind in ("ae", "denoising"):
        lines.append((f"{now['gap']:.2f}", "holes", "How far a random place is from the nearest code; 1 = as near as codes are to one another."))
    if given.has_odd:
        lines.append((f"{now['auc']:.3f}", "AUC", "Chance that an input of the kind never seen is rebuilt worse than a normal one."))
    st.html(figures.numbers(lines))


def offered(given: Lesson) -> list[str]:
    """The looks inside that this data has."""
    from playground.experiments.autoencoder_words import OF_TABLES

    without = {*(["draw"] if given.shape[0] != 1 else []), *([] if bundled.about() else ["bundled"]), *([] if autoencoder_faces.about() else ["faces"])}
    return [key for key in INSIDE if (given.images or key in OF_TABLES) and key not in without]


def data_of(experiment: Autoencoder) -> Lesson | None:
    """What the experiment learns from; what is missing is said, with the way to get it."""
    try:
        return lesson(experiment)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        page = st.session_state.get("!pages", {}).get("train")
        if page is not None and experiment.dataset not in (SENSORS, OWN_TABLE) and error.field == "dataset":
            st.page_link(page, label="Fetch it on the training screen", icon=":material/download:", query_params={"train.part": "data"})
        return None
