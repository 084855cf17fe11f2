"""The data column of the decision-boundary screen: data sets as pictures, a table of one's own, points drawn by hand."""

from __future__ import annotations

import base64
import functools
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS
from playground.data import points
from playground.experiments.boundary import Boundary
from playground.experiments.boundary_words import BoundaryLook
from playground.figures import boundary as figures
from playground.ui import own_points

SAMPLES = {"wine": "Wine", "iris": "Iris", "breast_cancer": "Breast cancer"}
TASKS = {"auto": "Decide from the column", "classification": "Classes", "regression": "Numbers"}
DRAWN_CLASSES = 6
APART = 0.35  # least distance between points of one stroke, as a share of a unit of the plane
START = (np.array([[-3.0, -3.0], [-2.0, -3.5], [3.0, 3.0], [2.0, 3.5]]), np.array([0, 0, 1, 1]))  # what clearing the plane leaves
STYLE = """<style>
.st-key-boundary-data [role=radiogroup] { display: grid; grid-template-columns: repeat(auto-fill, minmax(44px, 1fr)); gap: 6px; max-width: 420px; }
.st-key-boundary-data [role=radiogroup] button { padding: 2px; height: auto; min-height: 0; aspect-ratio: 1; border-radius: 9px; min-width: 0; }
.st-key-boundary-data [role=radiogroup] button * { width: 100%; line-height: 0; }
.st-key-boundary-data [role=radiogroup] img { width: 100%; max-height: none; height: auto; }
</style>"""


def picker(experiment: Boundary) -> None:
    """Data sets as pictures, with the settings of the chosen one and the way to one's own."""
    st.html(STYLE)
    own = experiment.own if st.session_state.get(f"{Boundary.key}.own") else ""
    keys = [*points.MAKERS, *([points.OWN] if own else [])]
    with st.container(key="boundary-data", gap="small"):
        st.pills("Data ↻", keys, key=f"{Boundary.key}.dataset", format_func=functools.partial(_label, own=own), required=True, width="stretch",
                 help="What the network has to learn. ↻ starts the run anew.")  # fmt: skip
        st.caption(f"**{points.DATASETS[experiment.dataset]}**")
        data = experiment.points()
        if experiment.dataset == points.OWN:
            st.caption(" ".join([f"{len(data.inputs):,} points, {len(data.train):,} to learn from.", *data.notes]))
        else:
            ui.controls(Boundary, only=("noise", "classes") if points.MAKERS[experiment.dataset].many_classes else ("noise",))
        if st.button("Your own data", width="stretch"):
            upload()


def _label(key: str, own: str) -> str:
    title = points.DATASETS[key]
    return f'![{title}]({picture(key, own if key == points.OWN else "")} "{title}")'


@functools.lru_cache(64)
def picture(key: str, own: str) -> str:
    """A data set's miniature as a data address: always of the same sample, so that the buttons stand still."""
    data = points.load(key, own, 330, 0.05, 4, 0.5, 0)
    svg = figures.data_picture(data.inputs, data.targets, data.task)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@st.dialog("Learn from your own data", width="medium", icon=":material/upload_file:")
def upload() -> None:
    """A table, its three columns, and the button that starts learning; samples to try it with."""
    st.markdown("Upload a table with a header row. Two columns of numbers place each row in the plane, a third says what to learn. "
                "To **draw** points instead, close this and switch on *Draw* below the picture on the right.")  # fmt: skip
    table = ui.upload_table("boundary-upload")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("No table at hand? Real ones to try:")
        ui.files("boundary-samples", [ui.File(words, functools.partial(sample_csv, key), f"{key}.csv", "text/csv") for key, words in SAMPLES.items()], row=True)
    if table is not None:
        _choose_columns(table)


def _choose_columns(table: Any) -> None:
    from playground.data import shelf, tabular

    st.caption(" ".join([f"**{table.name}**: {table.n_rows:,} rows, {len(table.columns)} columns.", *table.notes]))
    numbers = [name for name, kind in table.kinds.items() if kind == "number"]
    if len(numbers) < 2 or len(table.columns) < 3:
        st.error("This table needs two columns of numbers to place its rows in the plane, and a third to learn.", icon=":material/error:")
        return
    places = st.columns(3)
    first = places[0].selectbox("Across (x₁)", numbers, key="own.first")
    second = places[1].selectbox("Up (x₂)", [name for name in numbers if name != first], key="own.second")
    rest = [name for name in table.columns if name not in (first, second)]
    target = places[2].selectbox("To learn", rest, index=len(rest) - 1, key="own.target")
    task = st.segmented_control("Learn it as", list(TASKS), default="auto", required=True, key="own.task", format_func=lambda key: TASKS[key])
    if st.button("Learn from this table", type="primary", key="own.use"):
        with ui.plain_words():
            st.session_state["own.pending"] = shelf.put(*tabular.two_features(table, first, second, target, task))
            st.rerun()


def prepare() -> None:
    """Before any control is drawn: data that was just prepared goes into the controls."""
    own_points.keep_choices(Boundary, BoundaryLook)
    own_points.take(Boundary, "own.pending", points.OWN)


def sample_csv(key: str) -> str:
    """A real table to try the upload with."""
    from sklearn import datasets

    frame = getattr(datasets, f"load_{key}")(as_frame=True)
    table = frame.frame.copy()
    table["target"] = [str(frame.target_names[each]) for each in frame.target]
    return table.to_csv(index=False)


# Drawing --------------------------------------------------------------------------------------------------------------------


def board(experiment: Boundary) -> None:
    """What is drawn next, and a way back to an almost empty plane."""
    names, key = _drawable(experiment.points())
    with st.container(border=True, key="board", gap="small"):
        if names:
            st.segmented_control("Draw", range(len(names)), default=1, required=True, key=key, format_func=lambda number: names[number])
        else:
            st.caption("Points are drawn by class; this data has numbers as targets. Clear the plane to start.")
        st.button("Clear the plane", icon=":material/delete:", on_click=put_drawn, args=START, type="tertiary")
        st.caption("Click or drag in the plane to add points, Shift-click to remove the nearest. Every stroke starts the training anew.")
    problem = st.session_state.pop("board.problem", None)
    if problem:
        st.warning(problem, icon=":material/error:")


def _drawable(data: points.Points) -> tuple[list[str], str]:
    """Names of the classes that can be drawn, and the key of the control that chooses among so many."""
    names = [*data.classes, *(["a new class"] if 2 <= len(data.classes) < DRAWN_CLASSES else [])]
    return names, f"board.class.{len(names)}"


def listener(experiment: Boundary) -> Any:
    """What the plane calls after each stroke; what cannot be done is kept to be said beside the board."""

    def drawn(event: dict[str, Any]) -> None:
        data = experiment.points()
        number = int(st.session_state.get(_drawable(data)[1], 1))
        try:
            put_drawn(*stroke(data, np.array(event["points"], np.float64), bool(event.get("shift")), number), data.classes)
        except UserError as error:
            st.session_state["board.problem"] = str(error)

    return drawn


def stroke(data: points.Points, path: np.ndarray, removes: bool, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and classes after one stroke of class `number`, or after removing the point nearest to where it began.

    Args:
        path: (N, 2), where the pointer went, in the data's own units.

    Raises:
        UserError: For numbers as targets, a full plane, or when too little would be left.
    """
    if data.task == "regression":
        raise UserError("Points are drawn by class; this data has numbers as targets.", "Clear the plane first.")
    places, targets = data.inputs, data.targets
    path = (path - data.origin) / data.scale
    if removes:
        keep = np.ones(len(places), bool)
        keep[np.linalg.norm(places - path[0], axis=1).argmin()] = False
        if len(np.unique(targets[keep])) <= int(targets.max()) or keep.sum() < 4:
            raise UserError("At least four points, and one of every class, have to stay.")
        return places[keep], targets[keep]
    kept = [path[0]]
    for place in path[1:]:
        if np.linalg.norm(place - kept[-1]) >= APART:
            kept.append(place)
    if len(places) + len(kept) > DRAWN_POINTS:
        raise UserError(f"The plane is full: at most {DRAWN_POINTS:,} points can be drawn.", "Clear the plane, or remove some.")
    return np.vstack([places, kept]), np.append(targets, [min(number, int(targets.max()) + 1)] * len(kept))


def put_drawn(places: np.ndarray, targets: np.ndarray, names: tuple[str, ...] = ("orange", "blue")) -> None:
    """Make these points, in the plane's own coordinates, the data; called from callbacks."""
    from playground.data import shelf

    count = int(targets.max()) + 1
    given = names[:count] if count == 2 or "orange" not in names else ()  # several classes are not drawn in orange and blue
    names = (*given, *(f"class {number + 1}" for number in range(len(given), count)))
    about = {"task": "binary" if count == 2 else "multiclass", "classes": list(names), "features": ["x₁", "x₂"], "target": "class", "drawn": True}
    digest = shelf.put({"inputs": np.asarray(places, np.float64), "targets": np.asarray(targets, np.int64)}, about)
    ui.set_values(Boundary, dataset=points.OWN, own=digest)
