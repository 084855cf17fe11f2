"""Pictures that follow a control while it is still being moved: asked for over a route of our own, without a script run.

A page says how its pictures follow from its settings; the browser asks with the value a slider or a handle has at the moment and
repaints. When the control comes to rest the script runs as ever, with the same numbers, and the words on the page follow.
"""

from __future__ import annotations

import json
import secrets
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.core.limits import LIVE_MESSAGE_BYTES
from playground.core.text import from_text

# Naming an encoding keeps the server's own compression away, which takes longer than everything else about an answer.
PLAIN = {"Cache-Control": "no-store", "Content-Encoding": "identity"}
Painter = Callable[[Any], Mapping[str, bytes]]


@dataclass(eq=False)
class Peek:
    """How the pictures of one screen part follow from its settings.

    Attributes:
        now: The settings of the last script run.
        paint: What each mounted picture is to show for given settings, by mount key; uses no Streamlit.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    now: Experiment | None = None
    paint: Painter | None = None

    def pictures(self, asked: Mapping[str, Any]) -> bytes:
        """The packet of pictures for the present settings with some controls moved.

        Args:
            asked: {"fields": {name: {"value": what the slider holds, "text": what it says}}} or {"drag": {"name", "x", "y", "done"}}.

        Raises:
            UserError: When these are no settings of the screen.
        """
        if self.now is None or self.paint is None:
            raise UserError("This picture is not ready yet.")
        changes: dict[str, Any] = {}
        for name, said in dict(asked.get("fields", {})).items():
            domain = self.now.domains().get(name)
            if domain is None or not isinstance(said, Mapping):
                raise UserError("This screen has no such setting.")
            text = str(said.get("text" if domain.log else "value", ""))  # a slider of listed values holds the place in its list
            try:
                changes[name] = from_text(domain, text.replace(",", ""))
            except ValueError as error:
                raise UserError(str(error), field=name) from None
        if isinstance(asked.get("drag"), Mapping):
            try:
                changes |= self.now.dragged(asked["drag"])  # type: ignore[attr-defined]
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise UserError("Nothing of that name can be dragged here.") from error
        painted = self.paint(self.now.changed(**changes))
        return packets.encode("peek", {key: np.frombuffer(packet, np.uint8) for key, packet in painted.items()})


_PEEKS: weakref.WeakValueDictionary[str, Peek] = weakref.WeakValueDictionary()  # the sessions hold them; they end together
_LOCK = threading.Lock()


def peek() -> Peek:
    """A new peek; whoever makes it holds it, and it ends when they let go."""
    made = Peek()
    with _LOCK:
        _PEEKS[made.token] = made
    return made


async def answer(request: Request) -> Response:
    """`POST /peek/{token}`: JSON in, one packet of pictures out; 404 for an unknown token, 422 with one sentence for bad settings."""
    with _LOCK:
        held = _PEEKS.get(request.path_params["token"])
    if held is None:
        return PlainTextResponse("This picture belongs to a page that is gone.", 404)
    body = await request.body()
    try:
        asked = json.loads(body) if len(body) <= LIVE_MESSAGE_BYTES else None
        if not isinstance(asked, dict):
            raise UserError("A picture is asked for with a short JSON object.")
        return Response(await run_in_threadpool(held.pictures, asked), media_type="application/octet-stream", headers=PLAIN)
    except (UserError, ValueError, TypeError) as error:
        return PlainTextResponse(str(error), 422)
