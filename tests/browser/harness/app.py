"""A small app that mounts every component on made-up data: `streamlit run tests/browser/harness/app.py`."""

import sys
from pathlib import Path

import streamlit as st
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.browser.harness.fake_run import commands, live  # noqa: E402

app = st.App(
    Path(__file__).parent / "page.py",
    routes=[
        WebSocketRoute("/live/{token}", live),
        Route("/commands", commands),
        Mount("/canvas", StaticFiles(directory=ROOT / "playground" / "ui" / "components")),
    ],
)
