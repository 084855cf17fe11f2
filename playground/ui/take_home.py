"""Take it home: script, weights, history and figure of exactly this run."""

import json

import streamlit as st

from playground.runs import export
from playground.runs.offers import File
from playground.runs.run import Run
from playground.ui.downloads import files


def take_home(run: Run) -> None:
    """Buttons for its files; each is made when its button is pressed, from the run as it stands then."""
    name = run.experiment.key
    data = getattr(run.experiment, "data_csv", None)
    offered = [
        File("Python script", lambda: export.script(run), f"{name}.py", "text/x-python", "code"),
        File("Weights (safetensors)", lambda: export.weights(run), f"{name}.safetensors", icon="memory"),
        File("History (CSV)", lambda: export.history(run), f"{name}-history.csv", "text/csv", "timeline"),
        File("Curves (HTML figure)", lambda: _curves(run), f"{name}-curves.html", "text/html", "show_chart"),
        File("Settings (JSON)", lambda: json.dumps(run.experiment.values(), indent=2), f"{name}.json", "application/json", "settings"),
    ]
    if data is not None and data():
        offered.insert(1, File("Your data (data.csv, for the script)", data, "data.csv", "text/csv", "table"))
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("Exactly this run: the script repeats it in plain PyTorch and prints the same final loss.")
        files(f"{name}!files", offered)


def _curves(run: Run) -> str:
    from playground.figures import history

    return history.curves(run.metrics(), title=run.experiment.title).to_html(include_plotlyjs=True, full_html=True)
