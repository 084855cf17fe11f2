"""The ASGI app: the shell script, the live route, files to take home, the canvas modules, a health route, and the engine's start and end.

Run it with `streamlit run app.py` (or `make run`).
"""

import contextlib
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from playground.runs import memory, sockets  # noqa: E402
from playground.runs.browsers import RememberBrowser  # noqa: E402
from playground.runs.engine import close_engine, get_engine  # noqa: E402
from playground.runs.live import live  # noqa: E402
from playground.runs.offers import take  # noqa: E402
from playground.runs.peeks import answer as peek  # noqa: E402

WARM_SECONDS = 1.0  # after start, so that the first page is not slowed by torch loading beside it

memory.few_heaps()


class Modules(StaticFiles):
    """The canvas modules, always checked for a newer version: they import one another by plain name."""

    async def get_response(self, path: str, scope: dict) -> Response:  # type: ignore[override]
        if path.endswith(".py"):
            return Response(status_code=404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def health(_request: Request) -> JSONResponse:
    """Whether the app serves, how many runs are in which state, and that torch stays out of this process."""
    return JSONResponse({"status": "ok", "runs": get_engine().counts(), "torch_in_app": "torch" in sys.modules})


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    sockets.hurry()
    memory.settle()
    engine = get_engine()
    timer = threading.Timer(WARM_SECONDS, engine.warm)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        close_engine()


app = st.App(
    ROOT / "pages" / "shell.py",
    lifespan=lifespan,
    middleware=[Middleware(RememberBrowser)],
    routes=[
        WebSocketRoute("/live/{token}", live),
        Mount("/canvas", Modules(directory=ROOT / "playground" / "ui" / "components")),
        Route("/take/{token}/{name}", take),
        Route("/peek/{token}", peek, methods=["POST"]),
        Route("/healthz", health),
    ],
)
