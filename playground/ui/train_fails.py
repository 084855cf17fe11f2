"""Where the network fails: confusions and residuals, the very rows behind them, class by class, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments import train_measure as measure
from playground.experiments import train_predict
from playground.experiments.train import Train
from playground.experiments.train_lesson import Lesson, lesson
from playground.experiments.train_words import TrainLook
from playground.figures import train as figures
from playground.figures import train_tables as tables
from playground.networks.trained import weights_of
from playground.runs import export
from playground.runs.run import Run
from playground.ui.train import CELL, POINT

SHOWN = 24  # examples at once


def section(run: Run, experiment: Train, look: TrainLook) -> None:
    """The picture on the left, numbers by class on the right, examples below."""
    given = lesson(experiment)
    look = ui.controls(TrainLook, only=("looked_at",), wide=True)
    tested = _test_report(run, experiment, given) if look.looked_at == "test" else None
    if look.looked_at == "test" and tested is None:
        return
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        if given.classifies and given.outputs > measure.SHOWN_CLASSES:
            st.info(f"{given.outputs:,} classes are too many for a picture; the worst answers stand below.", icon=":material/grid_off:")
        elif given.classifies:
            source: Any = {"confusion": tested["confusion"]} if tested else run
            ui.stage(source, figures.confusion(given.dataset.classes, look.looked_at), key=f"train-confusion-{look.looked_at}", on_click=_choose_cell)
        else:
            _fit(run, given, tested)
    every = 1.0 if run.active and tested is None else None
    with right:
        ui.watched(_by_class if given.classifies else _spread, every)(run, given, tested)
    ui.watched(_examples, every)(run, given, tested)


def answers_of(run: Run, tested: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Every row's answer as arrays `predicted`, `actual`, `confidence`, `row_losses`, `rows`, `confusion`: of the test rows, or of the latest view."""
    if tested is not None:
        return tested
    view, scene = run.view(), run.scene()
    return {**scene, **view} if view and scene else None


def _test_report(run: Run, experiment: Train, given: Lesson) -> Mapping[str, Any] | None:
    """The test rows, evaluated when asked for and not before."""
    slot = f"train!tested.{run.token}"
    done = st.session_state.get(slot)
    fresh = done is not None and done["step"] == run.step
    if not fresh:
        st.markdown(f"The **{len(given.test.rows):,} test rows** have not been looked at for this network. Look once, when you have chosen your settings: "
                    "whoever tunes by the test rows no longer has any.")  # fmt: skip
        if st.button("Evaluate the test rows", type="primary", key="train!test", icon=":material/lock_open:"):
            with st.spinner("Evaluating every test row …"):
                weights = weights_of(export.fresh_checkpoint(run))
                found = ui.compute(train_predict.report, values=experiment.values(), weights=weights, part="test")
            st.session_state[slot] = {**found, "step": run.step}
            st.rerun()
        if done is None:
            return None
        st.caption(f"Below stands the last look, at step {done['step']:,}.")
    now = run.last_metrics()
    shown = [(f"{done[name]:.1%}" if name in ("accuracy", "f1") else f"{done[name]:.3f}", f"{measure.TITLES[name]} on test rows",
              f"On validation rows: {now.get(f'validation_{name}', float('nan')):.3f}") for name in measure.names(given)]  # fmt: skip
    st.html(figures.figures_row([*shown, (f"{done['loss']:.3g}", "loss on test rows", f"On validation rows: {now.get('validation_loss', float('nan')):.3g}")]))
    return done


def _choose_cell(at: dict[str, Any]) -> None:
    st.session_state[CELL] = (round(at["y"]), round(at["x"]))


def _fit(run: Run, given: Lesson, tested: Mapping[str, Any] | None) -> None:
    true = given.test.targets if tested else given.validation.targets
    spec, arrays = figures.fit(true, given.dataset.unit)
    if tested:
        ui.stage({**arrays, "fit": np.column_stack([tested["actual"], tested["predicted"]]).astype(np.float32)}, spec, key="train-fit-test", on_click=_choose_point)
    else:
        ui.stage(run, spec, key="train-fit", arrays=arrays, on_click=_choose_point)


def _choose_point(at: dict[str, Any]) -> None:
    st.session_state[POINT] = (at["x"], at["y"])


def _by_class(run: Run, given: Lesson, tested: Mapping[str, Any] | None) -> None:
    found = answers_of(run, tested)
    if found is None or not np.asarray(found["confusion"]).sum():
        st.caption("The table appears with the first look at the validation rows.")
        return
    scores = measure.by_class(np.asarray(found["confusion"]))
    st.html(tables.classes(given.dataset.classes, scores, given.dataset.target_name))
    st.caption("**Precision**: of the rows it called so, how many are. **Recall**: of the rows that are so, how many it found. **F1**: their harmonic mean.")


def _spread(run: Run, given: Lesson, tested: Mapping[str, Any] | None) -> None:
    found = answers_of(run, tested)
    if found is None:
        st.caption("The errors appear with the first look at the validation rows.")
        return
    true, said = np.asarray(found["actual"], np.float64), np.asarray(found["predicted"], np.float64)
    if not np.isfinite(said).all():
        st.caption("The network's answers are no longer finite numbers.")
        return
    spec, arrays = figures.residuals(true, said, given.dataset.unit)
    ui.lines(arrays, spec, key="train-residuals", height=230)
    away = said - true
    st.caption(f"Half of the answers are less than **{np.median(np.abs(away)):.3g}** off. On average they are {abs(away.mean()):.3g} too {'high' if away.mean() > 0 else 'low'}; "
               f"always saying the mean would be {np.abs(true - true.mean()).mean():.3g} off, this network is {np.abs(away).mean():.3g}.")  # fmt: skip


def _examples(run: Run, given: Lesson, tested: Mapping[str, Any] | None) -> None:
    found = answers_of(run, tested)
    if found is None:
        return
    chosen, words = _chosen(found, given)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words)
        if (CELL if given.classifies else POINT) in st.session_state:
            st.button("Worst first instead", type="tertiary", icon=":material/close:", key="train!cell.clear", on_click=_forget_choice)
    if not len(chosen):
        st.caption("There are none at present.")
        return
    said = np.asarray(found["predicted"])[chosen]
    rows, true = np.asarray(found["rows"])[chosen], np.asarray(found["actual"])[chosen]
    if given.images:
        sure = np.asarray(found["confidence"], np.float64)[chosen]
        items = []
        for row, is_, was, share in zip(rows, true.astype(int), said.astype(int), sure, strict=True):
            names = given.dataset.classes
            items.append((given.dataset.show(int(row)), f"{names[was]}, {share:.0%}" + ("" if is_ == was else f" · is {names[is_]}"), is_ == was))
        st.html(figures.gallery(items))
    else:
        st.dataframe(_table(given, found, chosen), hide_index=True)


def _forget_choice() -> None:
    st.session_state.pop(CELL, None)
    st.session_state.pop(POINT, None)


def _chosen(found: Mapping[str, Any], given: Lesson) -> tuple[np.ndarray, str]:
    """Places of the examples to show, and what they are."""
    losses = np.nan_to_num(np.asarray(found["row_losses"], np.float64), nan=np.inf)
    worst = np.argsort(-losses, kind="stable")
    said, true = np.asarray(found["predicted"]), np.asarray(found["actual"])
    if given.classifies and CELL in st.session_state:
        row, column = st.session_state[CELL]
        if 0 <= row < given.outputs and 0 <= column < given.outputs:
            inside = worst[(true[worst] == row) & (said[worst] == column)]
            names = given.dataset.classes
            what = f"that are “{names[row]}” and were called “{names[column]}”" if row != column else f"of “{names[row]}”, rightly called so, least certain first"
            return inside[:SHOWN], f"**{len(inside):,} rows** {what}"
    if not given.classifies and POINT in st.session_state:
        x, y = st.session_state[POINT]
        near = np.argsort((true - x) ** 2 + (said - y) ** 2)
        return near[:8], "The rows **nearest to where you clicked**"
    if given.classifies:
        wrong = worst[said[worst] != true[worst]]
        return wrong[:SHOWN], f"**Worst first**: {len(wrong):,} of {len(true):,} rows are wrong. Click a cell of the matrix to see what is in it."
    return worst[:SHOWN], "**Worst first**: the rows furthest off. Click in the picture to see the rows there."


def _table(given: Lesson, found: Mapping[str, Any], chosen: np.ndarray) -> list[dict[str, Any]]:
    listed = []
    for place in chosen:
        said = found["predicted"][place]
        answer: dict[str, Any] = {"predicted": given.dataset.classes[int(said)] if given.classifies else round(float(said), 3)}
        if given.classifies:
            answer["sure"] = f"{float(found['confidence'][place]):.0%}"
        cells = given.dataset.show(int(found["rows"][place]))
        target = given.dataset.target_name
        listed.append({**answer, f"true: {target}": cells.get(target), **{name: value for name, value in cells.items() if name != target}})
    return listed
