"""Take it home: script, weights, history and figure of exactly this run."""

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from playground.runs import export
from playground.runs.run import Run


def take_home(run: Run) -> None:
    """Download buttons; each file is made when its button is pressed, from the run as it stands then."""
    name = run.experiment.key
    data = getattr(run.experiment, "data_csv", None)
    # words, what makes the file, file name, MIME type, icon
    files: list[tuple[str, Callable[[], Any], str, str, str]] = [
        ("Python script", lambda: export.script(run), f"{name}.py", "text/x-python", "code"),
        ("Weights (safetensors)", lambda: export.weights(run), f"{name}.safetensors", "application/octet-stream", "memory"),
        ("History (CSV)", lambda: export.history(run), f"{name}-history.csv", "text/csv", "timeline"),
        ("Curves (HTML figure)", lambda: _curves(run), f"{name}-curves.html", "text/html", "show_chart"),
        ("Settings (JSON)", lambda: json.dumps(run.experiment.values(), indent=2), f"{name}.json", "application/json", "settings"),
    ]
    if data is not None and data():
        files.insert(1, ("Your data (data.csv, for the script)", data, "data.csv", "text/csv", "table"))
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("Exactly this run: the script repeats it in plain PyTorch and prints the same final loss.")
        for words, make, file, mime, icon in files:
            st.download_button(words, make, file, mime, key=f"{name}!{file}", on_click="ignore", icon=f":material/{icon}:")


def _curves(run: Run) -> str:
    from playground.figures import history

    return history.curves(run.metrics(), title=run.experiment.title).to_html(include_plotlyjs=True, full_html=True)
