"""The frame around every screen: the table of pages, navigation, and what is common to all."""

from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from playground.figures import theme

ROOT = Path(__file__).resolve().parent

# section, file below pages/, title, url_path, icon
PAGES = (
    ("Start", "start/home.py", "Home", "", ":material/home:"),
    ("Foundations", "foundations/activations.py", "Activation functions", "activations", ":material/ssid_chart:"),
    ("Foundations", "foundations/losses.py", "Loss functions", "losses", ":material/trending_down:"),
    ("Foundations", "foundations/gradient_descent.py", "Gradient descent", "gradient-descent", ":material/landscape:"),
    ("Networks", "networks/decision_boundaries.py", "Decision boundaries", "decision-boundaries", ":material/scatter_plot:"),
    ("Networks", "networks/overfitting.py", "Overfitting and regularization", "overfitting", ":material/tune:"),
    ("Networks", "networks/train.py", "Train a network", "train", ":material/layers:"),
    ("Architectures", "architectures/convolution.py", "Convolution", "convolution", ":material/grid_view:"),
    ("Architectures", "architectures/recurrent.py", "Recurrent networks", "recurrent", ":material/timeline:"),
    ("Architectures", "architectures/transformers.py", "Transformers", "transformers", ":material/attractions:"),
    ("Architectures", "architectures/autoencoders.py", "Autoencoders", "autoencoders", ":material/compress:"),
    ("Architectures", "architectures/gans.py", "GANs", "gans", ":material/compare_arrows:"),
    ("Reinforcement learning", "rl/gridworld.py", "Gridworld", "gridworld", ":material/grid_on:"),
    ("Reinforcement learning", "rl/deep_rl.py", "Deep RL", "deep-rl", ":material/sports_esports:"),
    ("Predict", "predict/images.py", "Images", "images", ":material/image_search:"),
    ("Predict", "predict/text.py", "Text", "text", ":material/translate:"),
    ("Predict", "predict/speech.py", "Speech", "speech", ":material/graphic_eq:"),
    ("Workbench", "workbench/runs.py", "Runs", "runs", ":material/monitoring:"),
    ("Workbench", "workbench/zoo.py", "Model zoo", "zoo", ":material/inventory_2:"),
)


STYLE = """<style>
.stMainBlockContainer { padding: 3.2rem 2.6rem 4rem; max-width: 1500px; margin: 0 auto; }
.stMainBlockContainer h1 { font-size: 2rem; padding: 0 0 .55rem; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.4rem 1rem 3rem; } .stMainBlockContainer h1 { font-size: 1.6rem; } }
</style>"""


@st.cache_data(show_spinner=False)
def tab_picture() -> Image.Image:
    """The browser tab's picture: two spiral arms in the house colours. Drawn here, because named icons come from the internet."""
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    arm = np.sin(angle + 7 * radius) > 0
    blue, orange = (tuple(int(theme.CATEGORICAL[i][k : k + 2], 16) for k in (1, 3, 5)) for i in (0, 1))
    picture = np.where(arm[..., None], blue, orange).astype(np.uint8)
    return Image.fromarray(np.dstack([picture, np.where(radius < 0.98, 255, 0).astype(np.uint8)]))


def main() -> None:
    st.set_page_config(page_title="Deep-learning playground", page_icon=tab_picture(), layout="wide")
    st.html(STYLE)
    sections: dict[str, list[st.Page]] = {}
    pages: dict[str, st.Page] = {}  # by address, for links between screens
    for section, file, title, url_path, icon in PAGES:
        page = st.Page(ROOT / file, title=title, url_path=url_path or None, icon=icon, default=not url_path)
        sections.setdefault(section, []).append(page)
        pages[url_path] = page
    page = st.navigation(sections, expanded=True)
    state = st.session_state
    state["!pages"] = pages
    if state.get("!page") != page.url_path:
        state["!last_page"], state["!page"] = state.get("!page"), page.url_path
        state["!arrived"], state["!taken"] = True, set()  # settings in the address are now those of a link, not an echo of our own
    if state["!arrived"] and "!run" in st.query_params:  # a link to one run brings the run's settings along
        from playground.ui.session import complete_link

        complete_link()
    try:
        page.run()
    finally:
        state["!arrived"] = False  # from now on the address holds what this session wrote there


main()
