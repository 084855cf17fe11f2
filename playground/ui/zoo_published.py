"""Published classifiers: what more accuracy has cost."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.data import torchvision_table
from playground.experiments.zoo import ACROSS, Zoo
from playground.explain import zoo_words as words
from playground.figures import zoo as figures
from playground.ui.zoo import look_inside


def part() -> None:
    """The chart, the line of the best, and a look inside any of them."""
    view = ui.controls(Zoo, only=())
    entries = torchvision_table.entries()
    st.segmented_control("Cost", list(ACROSS), key="zoo.across", format_func=lambda each: ACROSS[each], required=True, label_visibility="collapsed")
    ui.plot(figures.published(entries, view.across), key="zoo-published",
        alt="Published top-1 of torchvision's classifiers over what they cost; a line joins those that nothing cheaper beats")
    best = figures.frontier(entries, view.across)
    st.markdown(words.bought(best, view.across))
    st.caption("As torchvision publishes them with its weights, measured with its own preprocessing. Open circles saw more pictures than ImageNet-1k's (SWAG). "
               "timm publishes the top-1 of its own weights in results/results-imagenet.csv of its repository; it is not part of the installed package.")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = list(dict.fromkeys(each.architecture for each in entries))
        st.selectbox("Look inside", names, key="zoo!architecture", index=names.index("resnet50"), width=320)
        st.button("Open", key="zoo!open", icon=":material/layers:", on_click=lambda: look_inside(f"torchvision:{st.session_state['zoo!architecture']}"))
    ui.tasks([ui.Task(*each) for each in words.tasks(view, None)])
    with ui.explain():
        st.markdown(words.returns(best, view.across))
