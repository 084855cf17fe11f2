"""Take it home: script, weights, history and figure of exactly this run."""

import json

import streamlit as st

from playground.runs import export
from playground.runs.run import Run


def take_home(run: Run) -> None:
    """Download buttons; each file is made when its button is pressed, from the run as it stands then."""
    name = run.experiment.key
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("Exactly this run: the script repeats it in plain PyTorch and prints the same final loss.")
        st.download_button("Python script", lambda: export.script(run), f"{name}.py", "text/x-python", key=f"{name}!script", on_click="ignore", icon=":material/code:")
        data = getattr(run.experiment, "data_csv", None)
        if data is not None and data():
            st.download_button("Your data (data.csv, for the script)", data, "data.csv", "text/csv", key=f"{name}!data", on_click="ignore", icon=":material/table:")
        st.download_button("Weights (safetensors)", lambda: export.weights(run), f"{name}.safetensors", key=f"{name}!weights", on_click="ignore", icon=":material/memory:")
        st.download_button("History (CSV)", lambda: export.history(run), f"{name}-history.csv", "text/csv", key=f"{name}!history", on_click="ignore", icon=":material/timeline:")
        st.download_button("Curves (HTML figure)", lambda: _curves(run), f"{name}-curves.html", "text/html", key=f"{name}!curves", on_click="ignore", icon=":material/show_chart:")
        st.download_button("Settings (JSON)", lambda: json.dumps(run.experiment.values(), indent=2), f"{name}.json", "application/json", key=f"{name}!json", on_click="ignore", icon=":material/settings:")


def _curves(run: Run) -> str:
    from playground.figures import history

    return history.curves(run.metrics(), title=run.experiment.title).to_html(include_plotlyjs=True, full_html=True)
