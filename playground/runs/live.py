"""The live route: one WebSocket per run and page, from worker packets to browser canvases, without a script rerun."""

import asyncio
import json
from typing import Any
from urllib.parse import urlparse

from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.core import packets
from playground.core.errors import UserError
from playground.core.limits import LIVE_CLIENTS_PER_RUN, LIVE_MESSAGE_BYTES
from playground.runs.engine import Engine, get_engine
from playground.runs.history import pack_metrics
from playground.runs.run import Run

FORBIDDEN, UNKNOWN, FULL = 4403, 4404, 4429
POLL_SECONDS = 1 / 40


async def live(socket: WebSocket) -> None:
    """`/live/{token}`: refuses foreign origins and unknown tokens, then streams until either side is gone."""
    origin = urlparse(socket.headers.get("origin", "")).netloc
    if origin != socket.headers.get("host"):
        return await socket.close(FORBIDDEN)
    engine = get_engine()
    run = await run_in_threadpool(engine.find, socket.path_params["token"])
    await socket.accept()  # only a socket that was accepted can tell the browser why it is closed
    if run is None:
        return await socket.close(UNKNOWN)
    if run.watchers >= LIVE_CLIENTS_PER_RUN:
        return await socket.close(FULL)
    run.watch(+1)
    client = _Client(socket, engine, run)
    listening = asyncio.create_task(client.listen())
    try:
        while not listening.done():
            await client.send_news()
            await asyncio.sleep(POLL_SECONDS)
    except (WebSocketDisconnect, RuntimeError):
        pass  # the browser is gone; Starlette raises RuntimeError when it left between check and send
    finally:
        run.watch(-1)
        listening.cancel()


class _Client:
    """What one browser has seen of a run, and what it asks."""

    def __init__(self, socket: WebSocket, engine: Engine, run: Run):
        self.socket, self.engine, self.run = socket, engine, run
        self.sequence = -1
        self.scene: bytes | None = None
        self.view: bytes | None = None
        self.rows, self.version = 0, -1
        self.status = ""
        self.problem = run.problem[0]
        self.scrub: int | None = None  # the recorded step shown, None when live

    async def send_news(self) -> None:
        """Send what changed since the last look; frames in between are dropped, never queued."""
        run = self.run
        if run.sequence == self.sequence:
            return
        with run.lock:
            self.sequence = run.sequence
            scene, view, problem = run.scene_packet, run.view_packet, run.problem
            status = json.dumps(run.status())
            metrics = self._metrics()
        if scene is not None and scene is not self.scene:
            self.scene = scene
            await self.socket.send_bytes(scene)
        if view is not None and view is not self.view and self.scrub is None:
            self.view = view
            await self.socket.send_bytes(view)
        if metrics is not None:
            await self.socket.send_bytes(metrics)
        if status != self.status:
            self.status = status
            await self.socket.send_text(status)
        if problem[0] != self.problem:
            self.problem = problem[0]
            await self._say(problem[1])

    def _metrics(self) -> bytes | None:
        history = self.run.metrics_history
        fresh = history.version != self.version
        start = 0 if fresh else self.rows
        if len(history) == start and not fresh:
            return None
        self.version, self.rows = history.version, len(history)
        return pack_metrics(history.arrays(start), reset=fresh)

    async def listen(self) -> None:
        async for text in self.socket.iter_text():
            try:
                message = _parse(text)
                if message["do"] == "scrub":
                    await self._scrub(message.get("step"))
                else:
                    await run_in_threadpool(self._command, message)
            except UserError as error:
                await self._say(str(error))

    def _command(self, message: dict[str, Any]) -> None:
        if self.scrub is not None and message["do"] in ("play", "step", "reset"):
            self.scrub, self.view, self.sequence = None, None, -1
        self.engine.command(self.run, **message)

    async def _scrub(self, step: Any) -> None:
        if step is None:
            self.scrub, self.view, self.sequence = None, None, -1
            return
        if not isinstance(step, (int, float)):
            raise UserError("A place on the timeline is a step number.")
        found = self.run.views.nearest(int(step))
        if found:
            self.scrub = found[0]
            content = packets.decode(found[1])[1]
            await self.socket.send_bytes(packets.encode("view", {**content, "recorded": True}))

    async def _say(self, words: str) -> None:
        await self.socket.send_text(json.dumps({"kind": "problem", "message": words}))


def _parse(text: str) -> dict[str, Any]:
    if len(text) > LIVE_MESSAGE_BYTES:
        raise UserError(f"A message to a run may be at most {LIVE_MESSAGE_BYTES:,} bytes.")
    try:
        message = json.loads(text)
    except ValueError as error:
        raise UserError("A message to a run must be JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("do"), str):
        raise UserError("A message to a run names what to do.")
    return message
