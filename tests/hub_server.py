"""A small Hub on loopback: enough of its interface for huggingface_hub, with faults to order."""

import contextlib
import hashlib
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Repositories by name, each {file: bytes}; `fault` says what goes wrong with weights.

    Faults: "" none, "cut once" (the connection breaks in the middle, once), "cut" (always), "wrong" (other bytes than promised), "500", "slow" (nothing comes),
    "trickle" (a few bytes at a time until `go` is set).
    """

    def __init__(self):
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.fault = ""
        self.asked: Counter[str] = Counter()
        self.ranges: list[str] = []
        self.go = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.go.set()
        self.server.shutdown()
        self.server.server_close()

    def about(self, repository):
        files = self.repositories[repository]
        listed = []
        for name, content in files.items():
            one = {"rfilename": name, "size": len(content), "blobId": hashlib.sha1(content).hexdigest()}
            if name.endswith((".safetensors", ".bin")):
                one["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 134}
            listed.append(one)
        state = {"private": False, "gated": False, "disabled": False, "tags": [], "downloads": 0, "likes": 0}
        return {"_id": "1", "id": repository, "modelId": repository, "sha": COMMIT, "siblings": listed, **state}

    def _handler(hub):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def plain(self, status, content=b"", **headers):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                path = self.path.split("?")[0].strip("/")
                hub.asked[f"{self.command} {path}"] += 1
                if hub.fault == "500":
                    return self.plain(500, b"broken")
                if path.startswith("api/models/"):
                    repository = "/".join(path.split("/")[2:4])
                    if repository not in hub.repositories:
                        return self.plain(404, b"{}", X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")
                    return self.plain(200, json.dumps(hub.about(repository)).encode(), Content_Type="application/json")
                repository, _, rest = path.partition("/resolve/")
                name = rest.split("/", 1)[1] if "/" in rest else ""
                content = hub.repositories.get(repository, {}).get(name)
                if content is None:
                    return self.plain(404, b"", X_Error_Code="EntryNotFound", X_Repo_Commit=COMMIT)
                return self.file(name, content)

            def file(self, name, content):
                large = name.endswith(".safetensors")
                tag = hashlib.sha256(content).hexdigest() if large else hashlib.sha1(content).hexdigest()
                wanted = self.headers.get("Range")
                start = int(wanted.split("=")[1].split("-")[0]) if wanted else 0
                if wanted and self.command == "GET":
                    hub.ranges.append(wanted)
                self.send_response(206 if wanted else 200)
                headers = {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes", "Content-Length": str(len(content) - start)}
                if wanted:
                    headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                if self.command == "GET":
                    with contextlib.suppress(OSError):
                        self.body(content[start:], hub.fault if large else "")

            def body(self, content, fault):
                if fault == "slow":
                    hub.go.wait(20)
                elif fault in ("cut", "cut once"):
                    if fault == "cut once":
                        hub.fault = ""
                    self.wfile.write(content[: len(content) // 2])
                    self.wfile.flush()
                    self.close_connection = True
                    self.connection.close()
                elif fault == "trickle":
                    for place in range(0, len(content), 4096):
                        self.wfile.write(content[place : place + 4096])
                        self.wfile.flush()
                        hub.go.wait(0.02)
                else:
                    self.wfile.write(bytes(len(content)) if fault == "wrong" else content)

        return Handler


@contextlib.contextmanager
def served(monkeypatch, cache):
    """A Hub that the library asks instead of the real one, with a cache of its own; what was fetched and opened before is forgotten."""
    from huggingface_hub import constants, file_download

    from playground.data import hub_files

    hub = Hub()
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.4)
    monkeypatch.setattr(file_download.time, "sleep", lambda _seconds: None)  # between its own retries
    monkeypatch.setattr(hub_files, "_JOBS", {})
    forget()
    try:
        yield hub
    finally:
        hub.close()
        forget()


def forget():
    """Close every model that was opened from the cache."""
    from playground.experiments import hub_writing, images_models, speech_hub, text_hub, transformer_models

    for opened in (text_hub.loaded, speech_hub.loaded, transformer_models.loaded):
        opened.cache_clear()
    hub_writing._texts.cache_clear()
    images_models.forget()


def brought(repository):
    """A whole download; the job and the folder."""
    from playground.data import hub_files

    job = hub_files.Job(repository)
    return job, hub_files.fetch(job)
