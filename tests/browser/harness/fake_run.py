"""A live route without a worker: a network whose weights wander, spoken in the protocol of DESIGN.md."""

import asyncio
import json

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from playground.core import packets

HEARD: list[dict] = []
CONNECTIONS: list[str] = []
SIDE, SMALL, STEPS_PER_EPOCH, TOTAL = 100, 24, 25, 5_000
AXIS = np.linspace(-6, 6, SIDE)
SMALL_AXIS = np.linspace(-6, 6, SMALL)


def spirals(count: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Two arms: points (2 * count, 2) f4 and labels u1."""
    radius = np.linspace(0.2, 5.2, count)
    angle = 1.75 * radius / 5 * 2 * np.pi
    noise = np.random.default_rng(1).normal(0, 0.12, (2 * count, 2))
    arms = [np.stack([radius * np.sin(angle + turn), radius * np.cos(angle + turn)], 1) for turn in (0, np.pi)]
    return (np.concatenate(arms) + noise).astype("f4"), np.repeat([0, 1], count).astype("u1")


def features(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x, y, x * x / 6, y * y / 6, x * y / 6, np.sin(x), np.sin(y)])


class Wanderer:
    """Weights that turn slowly with the step; everything else is computed from them."""

    def __init__(self, sizes: tuple[int, ...] = (8, 8), outputs: int = 1):
        self.sizes = (7, *sizes, outputs)
        stream = np.random.default_rng(0)
        self.base = [stream.normal(0, 0.9, (after, before)) for before, after in zip(self.sizes, self.sizes[1:], strict=False)]
        self.turn = [stream.normal(0, 0.6, each.shape) for each in self.base]
        self.biases = [stream.normal(0, 0.4, each.shape[0]) for each in self.base]
        self.edits: dict[tuple, float] = {}
        self.step = 0

    def weights(self) -> list[np.ndarray]:
        found = [base + turn * np.sin(self.step / 150 + i) for i, (base, turn) in enumerate(zip(self.base, self.turn, strict=True))]
        for (layer, row, column), value in self.edits.items():
            found[layer][row, column] = value
        return found

    def maps(self, axis: np.ndarray) -> list[np.ndarray]:
        x, y = np.meshgrid(axis, axis)
        current = features(x, y).reshape(7, -1)
        found = [current]
        for weight, bias in zip(self.weights(), self.biases, strict=True):
            current = np.tanh(0.6 * (weight @ current + bias[:, None]))
            found.append(current)
        return [each.reshape(-1, len(axis), len(axis)) for each in found]

    def view(self) -> dict:
        units = np.concatenate([np.clip(each, -1, 1) for each in self.maps(SMALL_AXIS)])
        view = {"step": self.step, "boundary": self.maps(AXIS)[-1][0].astype("f2"), "units": np.rint((units + 1) * 127.5).astype("u1")}
        for i, (weight, bias) in enumerate(zip(self.weights(), self.biases, strict=True)):
            view |= {f"weight_{i}": weight.astype("f4"), f"bias_{i}": bias.astype("f4")}
        return view

    def metrics(self, steps: np.ndarray) -> dict:
        wiggle = 1 + 0.15 * np.sin(steps / 9) + 0.1 * np.sin(steps / 3.3)
        return {"step": steps.astype("f8"), "train_loss": np.exp(-steps / 900) * wiggle * 0.6 + 0.01, "test_loss": np.exp(-steps / 1100) * 0.7 + 0.03}


async def live(socket: WebSocket) -> None:
    token = socket.path_params["token"]
    await socket.accept()
    CONNECTIONS.append(token)
    if token == "broken":
        await socket.send_bytes(b"\x05\x00\x00\x00hello")
    hidden = {"large": (16,) * 8, "wide": (16, 16)}.get(token, (8, 8))
    run = Wanderer(hidden, 3 if token in ("large", "classes") else 1)
    points, labels = spirals()
    await socket.send_bytes(packets.encode("scene", {"points": points, "labels": labels, "inputs": ["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"]}))
    await socket.send_bytes(packets.encode("metrics", {**run.metrics(np.zeros(1)), "reset": True}))
    await socket.send_bytes(packets.encode("view", run.view()))
    state = {"playing": token != "paused", "scrub": None, "speed": "frame", "frames": [0], "message": "", "state": ""}
    if token in ("queued", "failed", "finished", "lost"):
        words = {"failed": "The loss is no longer a finite number: the run diverged and was ended.", "finished": "Finished.",
                 "lost": "The worker process ended unexpectedly (exit code -9). It can be resumed from step 1,200."}  # fmt: skip
        state |= {"playing": False, "state": token, "message": words.get(token, "")}
    listening = asyncio.create_task(_listen(socket, run, state))
    try:
        while not listening.done():
            if state["playing"]:
                await _advance(socket, run, state, 10)
            await _status(socket, run, state)
            await asyncio.sleep(1 / 25)
            if token.startswith("flaky") and CONNECTIONS.count(token) == 1 and run.step > 50:
                await socket.close()
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        listening.cancel()


async def _advance(socket: WebSocket, run: Wanderer, state: dict, steps: int) -> None:
    fresh = np.arange(run.step + 1, run.step + steps + 1)
    run.step += steps
    state["frames"] = [*state["frames"], run.step][-400:]
    await socket.send_bytes(packets.encode("metrics", run.metrics(fresh)))
    if state["scrub"] is None:
        await socket.send_bytes(packets.encode("view", run.view()))


async def _status(socket: WebSocket, run: Wanderer, state: dict) -> None:
    name = state["state"] or ("playing" if state["playing"] else "paused")
    status = {"kind": "status", "state": name, "place": 2 if name == "queued" else 0, "step": run.step, "steps_per_epoch": STEPS_PER_EPOCH, "total": TOTAL,
              "rate": 250.0 if name == "playing" else 0.0, "message": state["message"], "frames": state["frames"], "speed": state["speed"],
              "seconds_left": (TOTAL - run.step) / 250, "resumable": name == "lost"}  # fmt: skip
    text = json.dumps(status)
    if text != state.get("sent"):
        state["sent"] = text
        await socket.send_text(text)


async def _listen(socket: WebSocket, run: Wanderer, state: dict) -> None:
    async for text in socket.iter_text():
        message = json.loads(text)
        HEARD.append(message)
        do = message["do"]
        if do in ("play", "pause"):
            state["playing"] = do == "play"
        elif do in ("step", "epoch"):
            state["playing"] = False
            await _advance(socket, run, state, 1 if do == "step" else STEPS_PER_EPOCH)
        elif do == "speed":
            state["speed"] = message["value"]
        elif do == "scrub":
            state["scrub"] = message["step"]
            if message["step"] is not None:
                now, run.step = run.step, int(message["step"])
                await socket.send_bytes(packets.encode("view", {**run.view(), "recorded": True}))
                run.step = now
        elif do == "reset":
            run.step, state["frames"] = 0, [0]
            await socket.send_bytes(packets.encode("metrics", {**run.metrics(np.zeros(1)), "reset": True}))
            await socket.send_bytes(packets.encode("view", run.view()))
        elif do == "edit" and message["kind"] == "weight":
            run.edits[message["layer"], message["row"], message["column"]] = message["value"]
            await socket.send_bytes(packets.encode("view", run.view()))
        else:
            await socket.send_text(json.dumps({"kind": "problem", "message": f"This run cannot {do}."}))


async def commands(_request: Request) -> JSONResponse:
    return JSONResponse({"heard": HEARD, "connections": CONNECTIONS})
