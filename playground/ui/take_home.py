"""Take it home: script, notebook, weights, network, history and figure of exactly this run."""

import json
from collections.abc import Callable

import streamlit as st

from playground.core.experiment import Experiment
from playground.runs import export
from playground.runs.export_board import tensorboard
from playground.runs.export_notebook import notebook
from playground.runs.export_onnx import has_network, onnx
from playground.runs.offers import File
from playground.runs.run import Run
from playground.ui.downloads import files


def take_home(run: Run) -> None:
    """Buttons for its files; each is made when its button is pressed, from the run as it stands then."""
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("Exactly this run: the script repeats it in plain PyTorch and prints the same final loss.")
        files(f"{run.experiment.key}!files", offered(run.experiment, lambda: run))


def offered(experiment: Experiment, run: Callable[[], Run]) -> list[File]:
    """The files that a run of this experiment can be taken home as.

    Args:
        run: Finds the run when a file is asked for.
    """
    name = experiment.key
    data = getattr(experiment, "data_csv", None)
    own = data is not None and bool(data())
    found = []
    if type(experiment).script is not Experiment.script and not getattr(experiment, "no_script", ""):
        found.append(File("Python script", lambda: export.script(run()), f"{name}.py", "text/x-python", "code"))
        found += [File("Your data (data.csv, for the script)", data, "data.csv", "text/csv", "table")] if own else []
        found.append(File("Notebook", lambda: notebook(run()), f"{name}.ipynb", "application/x-ipynb+json", "menu_book"))
    found.append(File("Weights (safetensors)", lambda: export.weights(run()), f"{name}.safetensors", icon="memory"))
    if has_network(experiment):
        found.append(File("Network (ONNX)", lambda: onnx(run()), f"{name}.onnx", icon="hub"))
    return [
        *found,
        File("History (CSV)", lambda: export.history(run()), f"{name}-history.csv", "text/csv", "timeline"),
        File("TensorBoard events (zip)", lambda: tensorboard([run()]), f"{name}-tensorboard.zip", "application/zip", "monitoring"),
        File("Curves (HTML figure)", lambda: _curves(run()), f"{name}-curves.html", "text/html", "show_chart"),
        File("Settings (JSON)", lambda: json.dumps(run().experiment.values(), indent=2), f"{name}.json", "application/json", "settings"),
    ]


def _curves(run: Run) -> str:
    from playground.figures import history

    return history.curves(run.metrics(), title=run.experiment.title).to_html(include_plotlyjs=True, full_html=True)
