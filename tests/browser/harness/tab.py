"""A page of the harness app in a browser, and what a test asks of it."""

import ast
import json
import time
import urllib.request

SMALL, LARGE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Tab:
    """One open page of the harness, and what went wrong in it."""

    def __init__(self, browser, url: str):
        self.url, self.errors, self.sockets = url, [], []
        self.page = browser.new_page(viewport=LARGE)
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" and "404" not in line.text else None)
        self.page.on("websocket", lambda found: self.sockets.append(found.url))

    def open(self, part: str, query: str = "", viewport=None):
        if viewport:
            self.page.set_viewport_size(viewport)
        self.page.goto(f"{self.url}/?part={part}&{query}")
        self.page.get_by_text("Heard:").wait_for()
        live = part in ("stage", "network", "lines", "transport", "page")
        self.page.wait_for_function(f"window.__lab?.painted > 1 && window.__lab.frames >= {int(live)}")
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))")
        return self

    def until(self, true, what: str = "it") -> None:
        """Wait, at most 8 seconds, for something to become true."""
        deadline = time.monotonic() + 8
        while not true():
            assert time.monotonic() < deadline, f"{what} did not happen"
            self.page.wait_for_timeout(40)

    def lab(self, name: str = ""):
        return self.page.evaluate(f"window.__lab{'.' + name if name else ''}")

    def canvas(self, name: str):
        return self.page.get_by_role("application", name=name)

    def heard(self, count: int = 1) -> list[dict]:
        """What the page's callbacks received, once there are `count`."""
        self.until(lambda: len(self.said()) >= count, f"hearing {count}")
        return self.said()

    def said(self) -> list[dict]:
        return ast.literal_eval(self.page.get_by_text("Heard:").inner_text().removeprefix("Heard:").strip())

    def sent(self, **wanted) -> dict:
        """The latest request to the run that has these values."""
        self.until(lambda: self.requests(wanted), f"the request {wanted}")
        return self.requests(wanted)[-1]

    def requests(self, wanted: dict) -> list[dict]:
        with urllib.request.urlopen(f"{self.url}/commands") as answer:
            return [each for each in json.load(answer)["heard"] if wanted.items() <= each.items()]

    def tip(self) -> str:
        self.page.locator(".tip:not([hidden])").first.wait_for()
        return self.page.locator(".tip:not([hidden])").first.inner_text()
