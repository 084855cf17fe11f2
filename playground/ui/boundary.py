"""The parts of the decision-boundary screen that need Streamlit: the three columns, what is inside, the maths of one unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.data import points
from playground.experiments.boundary import OFFERED_ACTIVATIONS, Boundary
from playground.experiments.boundary_words import BoundaryLook
from playground.figures import boundary as figures
from playground.figures import theme
from playground.functions.losses import LOSSES
from playground.networks.features import FEATURES
from playground.optimizers.batched import RULES
from playground.runs.run import Run
from playground.ui import boundary_data

NETWORK_HEIGHT = 480  # of the drawing, in pixels: as tall as the columns beside it
WIDE_LAYERS = 5  # a deeper network's drawing gets more of the width
IN_FRONT = ("activation", "optimizer", "learning_rate", "batch_size", "loss")


def unused(experiment: Boundary) -> tuple[str, ...]:
    """Fields without effect now, or with a control elsewhere on the screen."""
    hidden = ["dataset", "noise", "classes", "layer_activations", *IN_FRONT]
    if experiment.dataset == points.OWN:
        hidden.append("count")
    if not RULES[experiment.optimizer].uses_momentum:
        hidden.append("momentum")
    return tuple(hidden)


def resize(event: dict[str, Any]) -> None:
    ui.set_values(Boundary, hidden_sizes=tuple(int(each) for each in event["hidden_sizes"]), layer_activations="")


def switch_inputs(event: dict[str, Any]) -> None:
    keys = {feature.title: key for key, feature in FEATURES.items()}
    chosen = tuple(key for title, key in keys.items() if title in event["inputs"])
    if chosen:
        ui.set_values(Boundary, features=chosen)


def screen(run: Run, experiment: Boundary, look: BoundaryLook) -> None:
    """Data on the left, the network in the middle, what it says about the plane on the right."""
    deep = len(experiment.hidden_sizes) > WIDE_LAYERS
    left, middle, right = st.columns([0.44, 1.9, 0.86] if deep else [0.46, 1.42, 1.12], gap="medium")
    with left:
        boundary_data.picker(experiment)
    with middle:
        _network(run, experiment)
    with right:
        _plane(run, experiment, look)


def _network(run: Run, experiment: Boundary) -> None:
    data = experiment.points()
    names = [FEATURES[key].title for key in experiment.features]
    last = "tanh" if experiment.used_loss(data.task) == "half_mse" else "softmax" if data.task == "multiclass" else "output"
    words = [OFFERED_ACTIVATIONS[key].title for key in experiment.activations()]
    outputs = data.classes if data.task == "multiclass" else (data.target_name if data.task == "regression" else "class",)
    spec = figures.network(names, [each.title for each in FEATURES.values()], outputs, words, last)
    ui.network(run, spec, key="network", height=NETWORK_HEIGHT, on_resize=resize, on_inputs=switch_inputs)
    if experiment.hidden_sizes:
        with st.popover("Activation by layer", icon=":material/tune:", type="tertiary"):
            for layer, key in enumerate(experiment.activations()):
                slot = f"layer-activation-{layer}"
                st.session_state[slot] = key
                st.selectbox(f"Hidden layer {layer + 1}", list(OFFERED_ACTIVATIONS), key=slot, on_change=_bend, args=(experiment, layer, slot),
                             format_func=lambda each: OFFERED_ACTIVATIONS[each].title)  # fmt: skip


def _bend(experiment: Boundary, layer: int, slot: str) -> None:
    """One layer's activation was chosen; equal ones everywhere are the simple setting again."""
    chosen = list(experiment.activations())
    chosen[layer] = st.session_state[slot]
    alike = len(set(chosen)) == 1
    ui.set_values(Boundary, activation=chosen[0] if alike else experiment.activation, layer_activations="" if alike else ", ".join(chosen))


def _plane(run: Run, experiment: Boundary, look: BoundaryLook) -> None:
    data = experiment.points()
    spec = figures.output(data.task, data.range(0), data.range(1), data.names, data.classes, discretise=look.discretise,
                          show_test=look.test_points, drawable=look.drawing)  # fmt: skip
    ui.stage(run, spec, key="output", on_draw=boundary_data.listener(experiment) if look.drawing else None)
    ui.controls(BoundaryLook, only=("discretise", "test_points", "drawing"), container=st.container(horizontal=True, gap="small"))
    if look.drawing:
        boundary_data.board(experiment)
    ui.lines(run, figures.losses(), key="losses", height=150)


def inside(run: Run, experiment: Boundary, look: BoundaryLook) -> None:
    """The chosen view into the run."""
    data = experiment.points()
    left, right = st.columns(2, gap="large")
    if look.inside == "curves":
        with left:
            ui.lines(run, figures.scores(data.task), key="scores", height=220)
        with right:
            ui.lines(run, figures.norms(), key="norms", height=220)
    elif look.inside == "weights":
        with left:
            ui.lines(run, figures.histogram("weight", theme.CATEGORICAL[0]), key="weights", height=200)
            ui.lines(run, figures.histogram("gradient", theme.CATEGORICAL[2]), key="gradients", height=200)
        with right:
            ui.lines(run, figures.layer_gradients(), key="layer-gradients", height=200)
            st.markdown("Bars of equal height are what one hopes for. When the first layers' bars are thousands of times lower than the last, "
                        "the gradient **vanishes** on its way back; when they are higher, it **explodes**.")  # fmt: skip
    elif look.inside == "plane":
        _bent(run, experiment, look, data.task, left, right)
    elif look.inside == "answers":
        with left:
            if data.task == "regression":
                ui.stage(run, figures.predictions(), key="predictions", arrays={"diagonal": np.array([[-1.3, -1.3], [1.3, 1.3]])})
            else:
                ui.stage(run, figures.confusion(data.classes), key="confusion")
        with right:
            st.markdown(
                "Each dot is a **test point**: the network's prediction over the true value. On the dashed line it is right."
                if data.task == "regression"
                else "Each row is a true class, each column what the network said about the **test points**; the diagonal is right."
            )


def _bent(run: Run, experiment: Boundary, look: BoundaryLook, task: str, left: Any, right: Any) -> None:
    wide = [number for number, size in enumerate(experiment.hidden_sizes) if size > 1]
    if not wide:
        st.info("A bent plane needs a hidden layer of at least two units. Add one with + above.")
        return
    layer = min(wide, key=lambda number: abs(number - (look.layer - 1)))
    with left:
        ui.stage(run, figures.bent_plane(layer, task), key=f"bent-{layer}")
    with right:
        if len(experiment.hidden_sizes) > 1:
            ui.controls(BoundaryLook, only=("layer",))
        st.markdown(f"A square grid of the plane as hidden layer **{layer + 1}** sees it, coloured by what the network answers, with training points "
                    "carried along. Once a straight line can part the colours, the next layer has an easy task.")  # fmt: skip
        if experiment.hidden_sizes[layer] > 2:
            ui.watched(_share, 1.0 if run.active else None)(run, layer)
        else:
            st.caption("The two axes are the layer's two units.")


def _share(run: Run, layer: int) -> None:
    shares = run.view().get("bent_share", [])
    if layer < len(shares):
        st.caption(f"Its units span more than a page can show: these are the two directions in which the points spread most, {shares[layer]:.0%} of "
                   "their spread now, turned to lie as the plane lies.")  # fmt: skip


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


def tasks(run: Run, experiment: Boundary) -> None:
    """“Try this”, ticked by what the run measures and by what was done to it."""
    right = run.last_metrics().get("test_accuracy", 0)
    solved_by_line = experiment.dataset == "xor" and not experiment.hidden_sizes and right >= 0.95
    ui.tasks([
        ui.Task("boundary-solve", "Bring the test accuracy of a spiral to 98 % or more.", experiment.dataset == "spiral" and right >= 0.98),
        ui.Task("boundary-linear", "Solve XOR without any hidden layer. Which input makes it a straight line?", solved_by_line),
        ui.Task("boundary-edit", "Change one weight by hand and watch the boundary jump.", any(each.edit for each in run.changes)),
        ui.Task("boundary-race", "Race three learning rates on one data set.", len(st.session_state.get(f"{Boundary.key}!race", [])) >= 3),
    ])  # fmt: skip
