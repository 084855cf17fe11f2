"""Files on offer to a visitor: made when asked for, and sent over a route of our own.

Streamlit's deferred download buttons keep a made file only until the next run of the script or of any fragment; a screen whose
coach repeats every second can lose the file before the browser has fetched it. Here the maker itself waits behind
`/take/<token>/<file>` for as long as the visitor's session lasts.
"""

from __future__ import annotations

import logging
import secrets
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from playground.core.errors import UserError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """One file on offer.

    Attributes:
        words: What the button says.
        make: Makes the content when it is asked for; runs outside the script thread, so it uses no Streamlit. A UserError it
            raises is shown beside the button.
        name: File name the visitor gets; unique within its list.
        icon: A Material symbol.
    """

    words: str
    make: Callable[[], str | bytes]
    name: str
    mime: str = "application/octet-stream"
    icon: str = "download"


@dataclass(eq=False)
class Offer:
    """Files under one unguessable token. Whoever makes an offer holds it; nothing is served once they let go of it."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    files: dict[str, File] = field(default_factory=dict)


_OFFERS: weakref.WeakValueDictionary[str, Offer] = weakref.WeakValueDictionary()  # the sessions hold them; they end together
_LOCK = threading.Lock()


def offer() -> Offer:
    """A new offer, empty."""
    made = Offer()
    with _LOCK:
        _OFFERS[made.token] = made
    return made


async def take(request: Request) -> Response:
    """`/take/{token}/{name}`: makes the file and sends it; 404 for an unknown one, 422 with one sentence when it cannot be made."""
    with _LOCK:
        held = _OFFERS.get(request.path_params["token"])
    file = held.files.get(request.path_params["name"]) if held else None
    if file is None:
        return PlainTextResponse("This file is no longer on offer. Reload the page and ask again.", 404)
    try:
        content = await run_in_threadpool(file.make)
    except UserError as error:
        return PlainTextResponse(str(error), 422)
    except Exception:
        log.exception("%s could not be made", file.name)
        return PlainTextResponse(f"{file.name} could not be made; the server's log says why.", 500)
    named = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(content, media_type=file.mime, headers={"Content-Disposition": named, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
