"""Whose runs are whose, without accounts: every browser is given a random name in a cookie, and kept runs carry its digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "playground_browser"
DAYS = 400  # the longest that browsers keep a cookie


class RememberBrowser:
    """ASGI middleware: a browser that brings no name is given one with its first page."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or _brought(scope):
            return await self.app(scope, receive, send)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    secure = "; Secure" if scope.get("scheme") == "https" else ""
                    cookie = f"{COOKIE}={secrets.token_urlsafe(24)}; Max-Age={DAYS * 86_400}; Path=/; HttpOnly; SameSite=Lax{secure}"
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, named)


def key(cookies: Mapping[str, str]) -> str:
    """What kept runs carry of a browser's name: its digest, so that the store gives nobody's name away. "" without one."""
    given = cookies.get(COOKIE)
    return hashlib.sha256(given.encode()).hexdigest()[:32] if isinstance(given, str) and given else ""  # a page under test has no browser


def _brought(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                return COOKIE in SimpleCookie(value.decode("latin-1"))
            except CookieError:
                return False
    return False
