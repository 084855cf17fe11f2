"""The data column of the GAN screen: distributions as pictures, a table of one's own, a distribution drawn by hand."""

from __future__ import annotations

import base64
import functools
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS
from playground.data import distributions
from playground.experiments.gan import Gan
from playground.experiments.gan_words import GanLook
from playground.figures import gan as figures
from playground.ui import own_points

SAMPLES = {"iris": ("Iris petals", "petal length (cm)", "petal width (cm)"), "wine": ("Wine", "alcohol", "color_intensity")}
APART = 0.08  # distance between the points that a stroke leaves
STYLE = """<style>
.st-key-gan-data [role=radiogroup] { display: grid; grid-template-columns: repeat(auto-fill, minmax(46px, 1fr)); gap: 6px; max-width: 420px; }
.st-key-gan-data [role=radiogroup] button { padding: 2px; height: auto; min-height: 0; aspect-ratio: 1; border-radius: 9px; min-width: 0; }
.st-key-gan-data [role=radiogroup] button * { width: 100%; line-height: 0; }
.st-key-gan-data [role=radiogroup] img { width: 100%; max-height: none; height: auto; }
</style>"""


def prepare() -> None:
    """Before any control is drawn: data that was just prepared goes into the controls."""
    own_points.keep_choices(Gan, GanLook)
    own_points.take(Gan, "gan.pending", distributions.OWN)


def picker(experiment: Gan) -> None:
    """Distributions as pictures, with the settings of the chosen one and the way to one's own."""
    st.html(STYLE)
    own = experiment.own if st.session_state.get(f"{Gan.key}.own") else ""
    keys = [*distributions.MAKERS, *([distributions.OWN] if own else [])]
    with st.container(key="gan-data", gap="small"):
        st.pills("Data ↻", keys, key=f"{Gan.key}.dataset", format_func=functools.partial(_label, own=own), required=True, width="stretch",
                 help="The distribution to imitate. ↻ starts the run anew.")  # fmt: skip
        cloud = experiment.cloud()
        st.caption(" ".join([f"**{distributions.DATASETS[experiment.dataset]}**", *cloud.notes]))
        if experiment.dataset != distributions.OWN or cloud.drawn:
            ui.controls(Gan, only=("noise",))
        ui.controls(GanLook, only=("drawing",))
        if st.button("Upload a table", icon=":material/upload_file:", width="stretch"):
            upload()


def _label(key: str, own: str) -> str:
    title = distributions.DATASETS[key]
    return f'![{title}]({picture(key, own if key == distributions.OWN else "")} "{title}")'


@functools.lru_cache(64)
def picture(key: str, own: str) -> str:
    """A distribution's miniature as a data address: always of the same sample, so that the buttons stand still."""
    cloud = distributions.load(key, own, 0.12, 0)
    rows = np.random.default_rng(0).permutation(len(cloud.points))
    return "data:image/svg+xml;base64," + base64.b64encode(figures.picture(cloud.points[rows]).encode()).decode()


@st.dialog("Imitate your own data", width="medium", icon=":material/upload_file:")
def upload() -> None:
    """A table, its two columns, and the button that starts; samples to try it with."""
    st.markdown("Upload a table with a header row; two columns of numbers place each row in the plane. The generator then learns to make rows like yours. "
                "To **draw** a distribution instead, close this and switch on *Draw*.")  # fmt: skip
    table = ui.upload_table("gan-upload")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("No table at hand? Real ones to try:")
        ui.files("gan-samples", [ui.File(words[0], functools.partial(sample_csv, key), f"{key}.csv", "text/csv") for key, words in SAMPLES.items()], row=True)
    if table is None:
        return
    st.caption(" ".join([f"**{table.name}**: {table.n_rows:,} rows, {len(table.columns)} columns.", *table.notes]))
    numbers = [name for name, kind in table.kinds.items() if kind == "number"]
    if len(numbers) < 2:
        st.error("This table needs two columns of numbers to place its rows in the plane.", icon=":material/error:")
        return
    left, right = st.columns(2)
    first = left.selectbox("Across (x₁)", numbers, key="gan.first")
    second = right.selectbox("Up (x₂)", [name for name in numbers if name != first], key="gan.second")
    if st.button("Imitate this table", type="primary", key="gan.use"):
        with ui.plain_words():
            from playground.data import shelf

            st.session_state["gan.pending"] = shelf.put(*distributions.from_table(table, first, second))
            st.rerun()


def sample_csv(key: str) -> str:
    """A real table of two columns to try the upload with."""
    from sklearn import datasets

    frame = getattr(datasets, f"load_{key}")(as_frame=True).frame
    return str(frame[list(SAMPLES[key][1:])].to_csv(index=False))


# Drawing --------------------------------------------------------------------------------------------------------------------


def board(experiment: Gan) -> None:
    """What drawing does, and the way back to an empty plane."""
    with st.container(horizontal=True, vertical_alignment="center", key="gan-board"):
        st.caption("Drag to draw where real points lie, click for a spot, Shift-click to remove what is near. Each stroke starts the training anew.")
        if drawn(experiment):
            st.button("Start an empty drawing", icon=":material/delete:", on_click=_fresh, type="tertiary")
    problem = st.session_state.pop("gan.board", None)
    if problem:
        st.warning(problem, icon=":material/error:")


def drawn(experiment: Gan) -> bool:
    """Whether the data is a drawing that a stroke adds to."""
    return experiment.dataset == distributions.OWN and experiment.cloud().drawn and not st.session_state.get("gan.fresh")


def _fresh() -> None:
    st.session_state["gan.fresh"] = True


def listener(experiment: Gan) -> Any:
    """What the plane calls after each stroke; what cannot be done is kept to be said beside the board."""

    def heard(event: dict[str, Any]) -> None:
        from playground.data import shelf

        before = distributions.own_rows(experiment.own)[0] if drawn(experiment) else np.empty((0, 2))
        # Of data in units of its own, a stroke starts a drawing in the plane's coordinates.
        cloud = experiment.cloud()
        path = (np.array(event["points"], np.float64) - cloud.origin) / cloud.scale
        try:
            places = stroke(before, path, bool(event.get("shift")))
            digest = shelf.put({"cloud": places}, {"names": ["x₁", "x₂"], "drawn": True})
        except UserError as error:
            st.session_state["gan.board"] = str(error)
            return
        st.session_state["gan.fresh"] = False
        st.session_state["!play"] = True
        ui.set_values(Gan, dataset=distributions.OWN, own=digest)

    return heard


def stroke(before: np.ndarray, path: np.ndarray, removes: bool) -> np.ndarray:
    """The drawing (N, 2) after one stroke: points evenly along `path` (M, 2), or those within reach of it taken away.

    Raises:
        UserError: When the plane is full, or nothing would be left.
    """
    if removes:
        far = np.linalg.norm(before[:, None] - path[None], axis=2).min(1, initial=np.inf)
        kept = before[far > 3 * APART]
        if not len(kept):
            raise UserError("The last spot of a drawing has to stay.", "Draw another first, or start an empty drawing.")
        return kept
    pieces = [path[:1]]
    for a, b in zip(path, path[1:], strict=False):
        steps = max(1, int(np.linalg.norm(b - a) / APART))
        pieces.append(a + (b - a) * (np.arange(1, steps + 1) / steps)[:, None])
    made = np.clip(np.vstack(pieces), *distributions.DOMAIN)
    if len(before) + len(made) > DRAWN_POINTS:
        raise UserError(f"The plane is full: at most {DRAWN_POINTS:,} places can be drawn.", "Start an empty drawing, or remove some.")
    return np.vstack([before, made])
