"""Training recurrent cells side by side, with the gradient through time as a by-product."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, Trainer, generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.recurrent_base import CELLS, OPTIMIZERS, Recurrent
from playground.experiments.recurrent_problem import Batch, loss, slopes
from playground.networks.recurrent import RecurrentNet, Tape
from playground.networks.recurrent_cells import Memory

if TYPE_CHECKING:
    from torch import Tensor

LARGEST = 1e30
FLOW_ROWS = 16  # test sequences whose gradient through time is averaged
PATIENCE = 12  # times its cost that a costly picture stands
HALF_RANGE = 6e4  # of a float16


class Learner:
    """One cell with its optimizer's memory."""

    def __init__(self, cell: str, experiment: Recurrent, inputs: int, outputs: int):
        self.cell, self.rule = cell, OPTIMIZERS[experiment.optimizer]
        self.net = RecurrentNet(cell, inputs, experiment.units, outputs)
        self.net.draw(torch_stream(experiment.seed, cell), experiment.start, experiment.gain, experiment.forget_bias)
        self.slots = {name: torch.zeros_like(self.net.flat) for name in self.rule.slots}
        self.norm, self.longest, self.clipped, self.batch_loss = 0.0, 0.0, 0, math.nan

    def learn(self, batch: Batch, quantity: bool, now: Recurrent, updates: int) -> None:
        """One step; the gradient is cut to the length `clip` as torch.nn.utils.clip_grad_norm_ does."""
        tape = self.net.forward(batch.inputs)
        self.net.backward(tape, slopes(tape.outputs, batch, quantity))
        self.norm, self.batch_loss = float(self.net.gradient.norm()), float(loss(tape.outputs, batch, quantity))
        self.longest = max(self.longest, self.norm)
        if now.clip and self.norm > now.clip:
            self.net.gradient.mul_(now.clip / (self.norm + 1e-6))
            self.clipped += 1
        rate, momentum = (torch.tensor([[value]], dtype=torch.float64) for value in (now.learning_rate, now.momentum))
        self.rule.update(self.net.flat, self.net.gradient, self.slots, rate, momentum, updates)

    def arrays(self) -> dict[str, Tensor]:
        return {"flat": self.net.flat, **{f"slot_{name}": value for name, value in self.slots.items()}}


class RecurrentTrainer(Trainer):
    """One step: the same batch to every cell, backpropagated through all its time steps."""

    experiment: Recurrent

    def __init__(self, experiment: Recurrent):
        super().__init__(experiment)
        self.problem = experiment.problem()
        self.tested = self.problem.test()
        self.learners = {cell: Learner(cell, experiment, self.problem.inputs, self.problem.outputs) for cell in CELLS if cell in experiment.cells}
        self.stream = torch_stream(experiment.seed, "batches")
        self.known: tuple[int, dict[str, Tape], Metrics] | None = None
        self.made: dict[str, tuple[float, float, Any]] = {}  # costly parts of a picture: when made, how long it took, what

    def advance(self, steps: int) -> None:
        now = self.experiment
        with torch.no_grad():
            for _ in range(steps):
                batch = self.problem.batch(now.batch_size, self.stream)
                self.step_count += 1
                for learner in self.learners.values():
                    learner.learn(batch, self.problem.quantity, now, self.step_count)
                self.after_step()

    def after_step(self) -> None:
        """Hook after every update."""

    # Measuring ------------------------------------------------------------------------------------------------------------

    def measure(self) -> tuple[dict[str, Tape], Metrics]:
        """Passes over the test sequences, and metrics; kept until the next step."""
        if self.known is None or self.known[0] != self.step_count:
            with torch.no_grad():
                self.known = (self.step_count, *self._measured())
        return self.known[1:]

    def _measured(self) -> tuple[dict[str, Tape], Metrics]:
        tapes, found = {}, {}
        for cell, learner in self.learners.items():
            tape = tapes[cell] = learner.net.forward(self.tested.inputs)
            found[f"{cell}_loss"] = float(loss(tape.outputs, self.tested, self.problem.quantity))
            found[f"{cell}_batch_loss"] = learner.batch_loss
            found[f"{cell}_accuracy"] = self.problem.right(tape.outputs, self.tested)
            found[f"{cell}_gradient"] = learner.norm
            found[f"{cell}_longest"] = learner.longest
            found[f"{cell}_clipped"] = learner.clipped / max(1, self.step_count)
        losses = [bounded(found[f"{cell}_loss"]) for cell in self.learners]
        finite = [value for value in losses if math.isfinite(value)]
        found["test_loss"] = sum(finite) / len(finite) if finite else math.inf
        return tapes, {name: bounded(value) for name, value in found.items()}

    def flow(self, net: RecurrentNet, tape: Tape) -> tuple[Tensor, Tensor | None]:
        """Mean length over sequences of ∂ℓ/∂h_t, ℓ being the loss of the last answer alone, for t = 1 … T; and of ∂ℓ/∂c_t."""
        kept = tape.memory
        few = [None if each is None else each[:, :FLOW_ROWS] for each in (kept.hidden, kept.carried, kept.gates, kept.extra)]
        tape = Tape(tape.inputs[:, :FLOW_ROWS], Memory(*few), tape.outputs[:, :FLOW_ROWS])  # type: ignore[arg-type]
        tested = Batch(tape.inputs, self.tested.targets[:, :FLOW_ROWS], self.tested.asked)
        flow, carried = net.backward(tape, slopes(tape.outputs, tested, self.problem.quantity, last=True), store=False)
        return flow.norm(dim=2).mean(1), None if carried is None else carried.norm(dim=2).mean(1)

    def metrics(self) -> Metrics:
        return dict(self.measure()[1])

    @property
    def diverged(self) -> bool:
        now = self.measure()[1]
        return all(not math.isfinite(now[f"{cell}_loss"]) for cell in self.learners)

    @property
    def stop_reason(self) -> str:
        if self.diverged:
            return f"No cell has a finite loss any more after {self.step_count:,} steps. A smaller learning rate or clipping keeps it in bounds."
        return f"Finished after {self.step_count:,} steps." if self.finished else ""

    # Looking ---------------------------------------------------------------------------------------------------------------

    def scene(self) -> dict[str, Any]:
        count = len(self.tested.inputs)
        return {"times": np.arange(1, count + 1, dtype=np.float32), "chance_accuracy": self.problem.chance[1], 
                "parameters": {cell: learner.net.flat.numel() for cell, learner in self.learners.items()}}  # fmt: skip

    def view(self) -> dict[str, Any]:
        tapes, _ = self.measure()
        found: dict[str, Any] = {"chance_loss": self.problem.chance[0]}
        for cell, learner in self.learners.items():
            with torch.no_grad():
                flow, carried = self.flow(learner.net, tapes[cell])
            base = float(flow[-1]) or 1.0
            found[f"flow_{cell}"] = (flow / base).numpy().astype(np.float32)
            if carried is not None:
                found[f"flow_{cell}_c"] = (carried / base).numpy().astype(np.float32)
        with torch.no_grad():
            return found | self.inside(tapes)

    def inside(self, tapes: dict[str, Tape]) -> dict[str, Any]:
        """The watched cell along the example: gates, what enters them, states, answers. Blocks G, units H, steps T."""
        cell, row = self.experiment.watched(), min(self.experiment.example, self.tested.inputs.shape[1] - 1)
        net, tape = self.learners[cell].net, tapes[cell]
        blocks, units = len(net.cell.blocks), net.units
        from_inputs, from_state = net.sums(tape, row)

        def folded(values: Tensor) -> np.ndarray:
            return half(values.view(-1, blocks, units).permute(1, 2, 0))

        carried = tape.memory.carried
        return {
            "cell": cell, "gates": folded(tape.memory.gates[:, row]), "from_inputs": folded(from_inputs), "from_state": folded(from_state),
            "hidden": half(tape.memory.hidden[:, row].T), "carried": np.zeros((0, 0), np.float16) if carried is None else half(carried[:, row].T),
            **self.problem.tokens(self.tested.inputs[:, row].numpy()), **self.answers(tape, row),
        }  # fmt: skip

    def answers(self, tape: Tape, row: int) -> dict[str, Any]:
        """What is said at each step asked for, in words, and how right it is (0 to 1, NaN where nothing is asked)."""
        asked, wanted, said = self.tested.asked, self.tested.targets[:, row], tape.outputs[:, row]
        if self.problem.quantity:
            answers, right = said[:, 0], torch.exp(-((said[:, 0] - wanted) / 0.1) ** 2)
        else:
            answers, right = said.argmax(-1), said.softmax(-1).gather(1, wanted.unsqueeze(1))[:, 0]
        tell = self.problem.answer
        return {"answer_words": [tell(each) if on else "" for each, on in zip(answers.tolist(), asked.tolist(), strict=True)],
                "wanted_words": [tell(each) if on else "" for each, on in zip(wanted.tolist(), asked.tolist(), strict=True)],
                "answer_right": torch.where(asked, right, torch.nan).numpy().astype(np.float32)}  # fmt: skip

    def now_and_then(self, name: str, make: Callable[[], Any]) -> Any:
        """A costly part of a picture, made anew only so often that learning keeps nearly all of the time."""
        at, cost, found = self.made.get(name, (-math.inf, 0.0, None))
        started = time.perf_counter()
        if started - at > PATIENCE * cost:
            with torch.no_grad():
                found = make()
            self.made[name] = (time.perf_counter(), time.perf_counter() - started, found)
        return found

    # Keeping ---------------------------------------------------------------------------------------------------------------

    def apply(self, before: Experiment) -> None:
        """Views follow what is looked at; the measurements of this step stay true."""
        self.made.clear()

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count, "stream": generator_state(self.stream)}
        for cell, learner in self.learners.items():
            state |= {f"{cell}/{name}": value.numpy().copy() for name, value in learner.arrays().items()}
            state |= {f"{cell}/norm": learner.norm, f"{cell}/longest": learner.longest, f"{cell}/clipped": learner.clipped, f"{cell}/batch_loss": learner.batch_loss}
        return state

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.known, self.made = int(state["step_count"]), None, {}
        restore_generator(self.stream, state["stream"])
        for cell, learner in self.learners.items():
            for name, value in learner.arrays().items():
                value.copy_(torch.from_numpy(np.array(state[f"{cell}/{name}"])))
            learner.longest = float(state[f"{cell}/longest"])
            learner.batch_loss = float(state[f"{cell}/batch_loss"])
            learner.norm, learner.clipped = float(state[f"{cell}/norm"]), int(state[f"{cell}/clipped"])


def half(values: Tensor) -> np.ndarray:
    """For drawing: three digits are enough."""
    return np.ascontiguousarray(values.clamp(-HALF_RANGE, HALF_RANGE).numpy().astype(np.float16))


def bounded(value: float) -> float:
    """A metric, infinite beyond LARGEST: a run that is there has diverged."""
    return value if not abs(value) > LARGEST else float(np.copysign(np.inf, value))
