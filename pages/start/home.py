"""Home: what deep learning is, and the way into every screen."""

import streamlit as st

from playground import ui
from playground.figures import home as figures
from playground.ui import home
from playground.ui.runs_recent import recent

pages = st.session_state["!pages"]

left, right = st.columns([1.25, 1], gap="large", vertical_alignment="center")
with left:
    ui.intro("Understand deep learning by touching it", "Deep learning lets a network of many simple layers find its own features in data. "
             "Every picture in this house is computed by real PyTorch code, now, on this machine: change anything and watch what happens.")  # fmt: skip
    home.search(pages)
    home.resume(pages, list(home.CARDS))
with right:
    ui.stage(*figures.nested(), key="nested")

st.subheader("Ways through", anchor=False)
home.paths(pages)

recent(pages)

st.subheader("Screens", anchor=False)
home.sections(pages)
