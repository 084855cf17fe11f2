"""The live route as a browser meets it."""

import json
import time

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from playground.core import packets
from playground.core.limits import LIVE_MESSAGE_BYTES
from playground.runs import live as live_module
from tests.runs.test_engine import SLOW, wait
from tests.runs.toy import Toy

pytestmark = pytest.mark.alone
HOME = {"origin": "http://testserver"}


@pytest.fixture
def client(engine, monkeypatch):
    monkeypatch.setattr(live_module, "get_engine", lambda: engine)
    return TestClient(Starlette(routes=[WebSocketRoute("/live/{token}", live_module.live)]))


def listen(socket, until, seconds=10.0):
    """Messages as (kind, content) until one satisfies `until`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = socket.receive()
        if message.get("bytes") is not None:
            kind, content = packets.decode(message["bytes"])
        else:
            content = json.loads(message["text"])
            kind = content["kind"]
        if until(kind, content):
            return content
    raise AssertionError("the message did not come")


@pytest.mark.parametrize("headers", [{"origin": "http://elsewhere.example"}, {}])
def test_a_foreign_or_missing_origin_is_refused(client, engine, headers):
    run = engine.start(Toy())
    with pytest.raises(WebSocketDisconnect) as refusal, client.websocket_connect(f"/live/{run.token}", headers=headers):
        pass
    assert refusal.value.code == live_module.FORBIDDEN


def test_an_unknown_token_is_refused(client):
    with pytest.raises(WebSocketDisconnect) as refusal, client.websocket_connect("/live/guess", headers=HOME) as socket:
        socket.receive_text()
    assert refusal.value.code == live_module.UNKNOWN


def test_a_watcher_gets_scene_view_metrics_and_status_and_may_steer(client, engine):
    run = engine.start(Toy(pause_seconds=SLOW))
    wait(lambda: run.state == "paused")
    with client.websocket_connect(f"/live/{run.token}", headers=HOME) as socket:
        assert listen(socket, lambda kind, _: kind == "view")["step"] == 0
        socket.send_text('{"do": "play"}')
        assert listen(socket, lambda kind, content: kind == "status" and content["state"] == "playing")
        assert listen(socket, lambda kind, content: kind == "view" and content["step"] > 0)
        assert run.watchers == 1
        socket.send_text('{"do": "pause"}')
        listen(socket, lambda kind, content: kind == "status" and content["state"] == "paused")
        socket.send_text('{"do": "scrub", "step": 0}')
        scrubbed = listen(socket, lambda kind, content: kind == "view" and content.get("recorded"))
        assert scrubbed["step"] == 0 and scrubbed["value"] == 10.0
        socket.send_text('{"do": "scrub", "step": null}')
        assert listen(socket, lambda kind, content: kind == "view" and not content.get("recorded"))["step"] == run.step
    wait(lambda: run.watchers == 0)


@pytest.mark.parametrize("message", [
    "not json", "[]", '{"do": 7}', '{"do": "explode"}', '{"do": "scrub", "step": "x"}', '{"do": "speed", "value": "warp"}',
    '{"do": "tune"}', '{"do": "tune", "values": {"rate": 99}}', "x" * (LIVE_MESSAGE_BYTES + 1),
])  # fmt: skip
def test_a_bad_message_is_answered_in_words_and_the_stream_goes_on(client, engine, message):
    run = engine.start(Toy())
    wait(lambda: run.state == "paused")
    with client.websocket_connect(f"/live/{run.token}", headers=HOME) as socket:
        socket.send_text(message)
        assert len(listen(socket, lambda kind, _: kind == "problem")["message"]) > 10
        socket.send_text('{"do": "step"}')
        assert listen(socket, lambda kind, content: kind == "view" and content["step"] == 1)


def test_a_late_watcher_gets_the_whole_curve_at_once(client, engine):
    run = engine.start(Toy(steps=100), playing=True)
    wait(lambda: run.state == "finished")
    with client.websocket_connect(f"/live/{run.token}", headers=HOME) as socket:
        metrics = listen(socket, lambda kind, _: kind == "metrics")
    assert metrics["reset"] and metrics["step"].tolist() == run.metrics()["step"].tolist()


def test_a_stored_run_can_be_watched_after_the_engine_forgot_it(client, engine):
    run = engine.start(Toy(steps=100), playing=True)
    wait(lambda: run.stored_step == 100)
    engine.stop(run)
    wait(lambda: not engine.links)
    del engine.runs[run.token]
    with client.websocket_connect(f"/live/{run.token}", headers=HOME) as socket:
        status = listen(socket, lambda kind, _: kind == "status")
    assert (status["state"], status["step"]) == ("finished", 100)
