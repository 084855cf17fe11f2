"""The parts of the decision-boundary screen that need Streamlit: own data, what is inside, the maths of one unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS
from playground.data import points
from playground.experiments.boundary import OFFERED_ACTIVATIONS, Boundary
from playground.experiments.boundary_words import BoundaryLook
from playground.figures import boundary as figures
from playground.figures import theme
from playground.functions.losses import LOSSES
from playground.networks.features import FEATURES
from playground.runs.run import Run

SAMPLES = {"wine": "Wine (scikit-learn)", "iris": "Iris (scikit-learn)", "breast_cancer": "Breast cancer (scikit-learn)"}


def own_data(experiment: Boundary, look: BoundaryLook) -> None:
    """Upload a table, or turn the plane into a drawing board."""
    with st.expander("Your own data", icon=":material/upload_file:"):
        table = ui.upload_table("boundary-upload")
        with st.container(horizontal=True):
            for key, words in SAMPLES.items():
                st.download_button(words, lambda key=key: sample_csv(key), f"{key}.csv", "text/csv", key=f"sample-{key}",
                                   on_click="ignore", type="tertiary", icon=":material/download:")  # fmt: skip
        if table is not None:
            _choose_columns(table)
        if experiment.dataset == points.OWN:
            data = experiment.points()
            st.caption(f"In use: {len(data.inputs):,} points, {len(data.train):,} to learn from. " + " ".join(data.notes))
    if look.drawing:
        _drawing_board(experiment)


def _choose_columns(table: Any) -> None:
    from playground.data import shelf, tabular

    st.caption(f"{table.n_rows:,} rows. " + " ".join(table.notes))
    names = list(table.columns)
    numbers = [name for name in names if table.kinds[name] == "number"]
    if len(numbers) < 2:
        st.error("This table needs at least two columns of numbers to place its rows in the plane.", icon=":material/error:")
        return
    places = st.columns(3)
    first = places[0].selectbox("Across (x₁)", numbers, key="own.first")
    second = places[1].selectbox("Up (x₂)", [name for name in numbers if name != first], key="own.second")
    rest = [name for name in names if name not in (first, second)]
    target = places[2].selectbox("Target", rest, index=len(rest) - 1 if rest else None, key="own.target")
    task = st.segmented_control("Task", ["auto", "classes", "numbers"], default="auto", required=True, key="own.task",
                                help="Auto takes few distinct values for classes, many for numbers.")  # fmt: skip
    if st.button("Learn from this table", type="primary", key="own.use", disabled=target is None):
        with ui.plain_words():
            kinds = {"auto": "auto", "classes": "classification", "numbers": "regression"}
            arrays, about = tabular.two_features(table, first, second, target, kinds[task])
            st.session_state["own.pending"] = shelf.put(arrays, about)
            st.rerun()


def take_pending() -> None:
    """Before any control is drawn: put data that was just prepared into the controls."""
    digest = st.session_state.pop("own.pending", None)
    if digest:
        ui.set_values(Boundary, dataset=points.OWN, own=digest)


def sample_csv(key: str) -> str:
    """A real table to try the upload with."""
    from sklearn import datasets

    frame = getattr(datasets, f"load_{key}")(as_frame=True)
    table = frame.frame.copy()
    table["target"] = [str(frame.target_names[each]) for each in frame.target]
    return table.to_csv(index=False)


def _drawing_board(experiment: Boundary) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="board"):
        st.segmented_control("Class to draw", ["orange", "blue", "third"], default="blue", required=True, key="board.class", label_visibility="collapsed")
        st.button("Clear the plane", icon=":material/delete:", key="board.clear", on_click=_clear_board)
        st.caption("Click in the output plane to add a point of this class; Shift-click removes the nearest. Training starts anew each time.")


def _clear_board() -> None:
    _put_drawn(np.array([[-3.0, -3.0], [-2.0, -3.5], [3.0, 3.0], [2.0, 3.5]]), np.array([0, 0, 1, 1]))


def draw(experiment: Boundary, event: dict[str, Any]) -> None:
    """A click in the plane while drawing: add a point, or with Shift remove the nearest."""
    data = experiment.points()
    if data.task == "regression":
        raise UserError("Points are drawn by class; this data has numbers as targets.", "Clear the plane first.")
    places, targets = data.origin + data.scale * data.inputs, data.targets
    if event.get("shift"):
        keep = np.ones(len(places), bool)
        keep[np.linalg.norm(places - [event["x"], event["y"]], axis=1).argmin()] = False
        if len(set(targets[keep].tolist())) < 2 or keep.sum() < 4:
            raise UserError("At least four points of two classes have to stay.")
        places, targets = places[keep], targets[keep]
    else:
        if len(places) >= max(DRAWN_POINTS, experiment.count):
            raise UserError(f"The plane is full: at most {DRAWN_POINTS:,} points can be drawn.")
        chosen = ["orange", "blue", "third"].index(st.session_state.get("board.class", "blue"))
        if chosen > int(targets.max()) + 1:
            chosen = int(targets.max()) + 1
        places, targets = np.vstack([places, [[event["x"], event["y"]]]]), np.append(targets, chosen)
    _put_drawn(places, targets)


def _put_drawn(places: np.ndarray, targets: np.ndarray) -> None:
    from playground.data import shelf

    count = int(targets.max()) + 1
    names = ["orange", "blue"] if count == 2 else [f"class {i + 1}" for i in range(count)]
    about = {"task": "binary" if count == 2 else "multiclass", "classes": names, "features": ["x₁", "x₂"], "target": "class", "drawn": True}
    digest = shelf.put({"inputs": np.asarray(places, np.float64), "targets": np.asarray(targets, np.int64)}, about)
    ui.set_values(Boundary, dataset=points.OWN, own=digest)


def on_click(experiment: Boundary):
    """The listener of the output plane."""
    def clicked(event: dict[str, Any]) -> None:
        try:
            draw(experiment, event)
        except UserError as error:
            st.session_state["board.problem"] = str(error)

    return clicked


def resize(event: dict[str, Any]) -> None:
    ui.set_values(Boundary, hidden_sizes=tuple(int(each) for each in event["hidden_sizes"]), layer_activations="")


def switch_inputs(event: dict[str, Any]) -> None:
    keys = {feature.title: key for key, feature in FEATURES.items()}
    chosen = tuple(key for title, key in keys.items() if title in event["inputs"])
    if chosen:
        ui.set_values(Boundary, features=chosen)


def picture(run: Run, experiment: Boundary, look: BoundaryLook) -> None:
    """The network, and beside it what it says about the plane."""
    data = experiment.points()
    middle, right = st.columns([1.45, 1], gap="large")
    with middle:
        names = [FEATURES[key].title for key in experiment.features]
        last = "tanh" if experiment.used_loss(data.task) == "half_mse" else "softmax" if data.task == "multiclass" else "output"
        words = [OFFERED_ACTIVATIONS[key].title for key in experiment.activations()]
        outputs = data.classes if data.task == "multiclass" else (data.target_name if data.task == "regression" else "class",)
        ui.network(run, figures.network(names, [each.title for each in FEATURES.values()], outputs, words, last), key="network",
                   on_resize=resize, on_inputs=switch_inputs)  # fmt: skip
    with right:
        spec = figures.output(data.task, data.range(0), data.range(1), data.names, data.classes, discretise=look.discretise,
                              show_test=look.test_points, clickable=look.drawing)  # fmt: skip
        ui.stage(run, spec, key="output", on_click=on_click(experiment) if look.drawing else None)
        ui.controls(BoundaryLook, only=("discretise", "test_points", "drawing"), container=st.container(horizontal=True))
        problem = st.session_state.pop("board.problem", None)
        if problem:
            st.warning(problem, icon=":material/error:")


def inside(run: Run, experiment: Boundary, look: BoundaryLook) -> None:
    """The chosen view into the run."""
    data = experiment.points()
    left, right = st.columns(2, gap="large")
    if look.inside == "curves":
        with left:
            ui.lines(run, figures.losses(), key="losses", height=240)
        with right:
            ui.lines(run, figures.scores(data.task), key="scores", height=240)
    elif look.inside == "weights":
        with left:
            ui.lines(run, figures.histogram("weight", theme.CATEGORICAL[0]), key="weights", height=220)
            ui.lines(run, figures.histogram("gradient", theme.CATEGORICAL[2]), key="gradients", height=220)
        with right:
            ui.lines(run, figures.norms(), key="norms", height=460)
    elif look.inside == "plane":
        _bent(run, experiment, look, data.task, left, right)
    elif look.inside == "answers":
        with left:
            if data.task == "regression":
                ui.stage(run, figures.predictions(), key="predictions", arrays={"diagonal": np.array([[-1.3, -1.3], [1.3, 1.3]])})
            else:
                ui.stage(run, figures.confusion(data.classes), key="confusion")
        with right:
            st.markdown("Each row is a true class, each column what the network said about the **test points**; the diagonal is right.")


def _bent(run: Run, experiment: Boundary, look: BoundaryLook, task: str, left: Any, right: Any) -> None:
    wide = [number for number, size in enumerate(experiment.hidden_sizes) if size > 1]
    if not wide:
        st.info("A bent plane needs a hidden layer of at least two units. Add one with + above.")
        return
    with right:
        ui.controls(BoundaryLook, only=("layer",))
        st.markdown("A square grid of the plane after this layer, drawn by its first two units, with the training points carried along. "
                    "Once a straight line can part the colours, the next layer has an easy task.")  # fmt: skip
    layer = min(wide, key=lambda number: abs(number - (look.layer - 1)))
    bounded = experiment.activations()[layer] in ("tanh", "sigmoid")
    with left:
        ui.stage(run, figures.bent_plane(layer, (-1.1, 1.1) if bounded else (-2.0, 6.0), task), key="bent")


def racer(run: Run, number: int, experiment: Boundary) -> None:
    """One member of a race: its plane."""
    data = experiment.points()
    spec = figures.output(data.task, data.range(0), data.range(1), data.names, data.classes, suffix=f"_{number}", axes=False)
    ui.stage(run, spec, key=f"racer-{number}")


def maths(run: Run, experiment: Boundary) -> None:
    """One unit's sum, the loss and the update, with the numbers of this moment."""
    ui.watched(_maths, 1.0 if run.active else None)(run, experiment)


def _maths(run: Run, experiment: Boundary) -> None:
    view, now, data = run.view(), run.last_metrics(), experiment.points()
    if not view or "weight_0" not in view:
        st.caption("The numbers appear with the first picture.")
        return
    names = [FEATURES[key].latex for key in experiment.features]
    terms = " ".join(f"{weight:+.3f}\\,{name}" for weight, name in zip(view["weight_0"][0], names, strict=False))
    word = experiment.activations()[0] if experiment.hidden_sizes else "output"
    st.markdown("The first unit adds its weighted inputs and bends the sum:" + (" (inputs standardised)" if experiment.standardize else ""))
    st.latex(rf"h_1 = \mathrm{{{word.replace('_', '-')}}}\left({terms} {view['bias_0'][0]:+.3f}\right)")
    loss = LOSSES[experiment.used_loss(data.task)]
    st.markdown(f"The loss of one example is the {loss.title.lower()}; its mean over the training points is **{now.get('train_loss', float('nan')):.4g}** now:")
    st.latex(rf"L = {loss.latex}")
    st.markdown(f"Every update moves each weight against its slope. The gradient over all weights has length **{now.get('gradient_norm', 0.0):.3g}**:")
    rule = experiment.domains()["optimizer"].words(experiment.optimizer)
    st.latex(rf"w \leftarrow w - \eta\,\Delta(\nabla_w L), \qquad \eta = {experiment.learning_rate:g}, \qquad \Delta: \text{{{rule}}}")
