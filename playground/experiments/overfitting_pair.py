"""Training two networks on one clock: one as it is, one with regularizers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, Trainer, generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.data.points import DOMAIN
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import REACH, bounded
from playground.experiments.overfitting_crowd import Crowd, Start, member_seed
from playground.experiments.overfitting_regularize import PLANE_SCALE, Regularize

if TYPE_CHECKING:
    from torch import Tensor

CHECK = 10  # steps between two looks at the validation loss, for early stopping
SIDE = 61  # of the map of a plane
BINS, BIN_REACH = 61, 3.0  # of the weight histograms
SILENT = 0.01  # a weight below this counts as zero
NAMES = ("plain", "cared")


class Pair(Trainer):
    """`plain` and `cared`, each a crowd of one, with the same starting weights and the same batches."""

    experiment: Regularize

    def __init__(self, experiment: Regularize):
        super().__init__(experiment)
        self.material = {name: torch.from_numpy(np.array(values, np.float64)) for name, values in experiment.material().items()}
        count, features = self.material["train_inputs"].shape
        self.batch = min(experiment.batch_size, count)
        start = Start((features, *(experiment.hidden_units,) * experiment.layers, 1), experiment.activation, not experiment.plane)
        self.loss = "bce" if experiment.plane else "mse"
        one = self.material["train_inputs"].unsqueeze(0), self.material["train_targets"].unsqueeze(0)
        self.nets = {name: Crowd([start], [member_seed(experiment.seed, 0)], *one, self.loss, "batch" if name == "cared" and experiment.batch_norm else "none")
                     for name in NAMES}  # fmt: skip
        self.streams = {name: torch_stream(experiment.seed, name) for name in ("batches", "dropout", "jitter")}
        self.order = torch.zeros(count, dtype=torch.int64)
        self.best_loss, self.best_step, self.stopped_at = float("inf"), 0, -1
        self.best = self.nets["cared"].state()
        self._grid = _grid(experiment.plane)
        self.sample = None if experiment.plane else experiment.sample()
        self.adopt()

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.order) // self.batch)

    def adopt(self) -> None:
        """Take over the rates that may change live."""
        now = self.experiment
        self.rates = torch.full((1, 1), now.learning_rate, dtype=torch.float64)

    def apply(self, before: Experiment) -> None:
        self.adopt()
        if self.stopped_at >= 0 and self.experiment.patience != before.patience:  # type: ignore[attr-defined]
            self.stopped_at, self.best_loss, self.best_step = -1, float("inf"), self.step_count  # it goes on from its best weights

    def advance(self, steps: int) -> None:
        with torch.inference_mode():
            for _ in range(steps):
                self._step()

    def _step(self) -> None:
        place = self.step_count % self.steps_per_epoch
        if place == 0:
            torch.randperm(len(self.order), generator=self.streams["batches"], out=self.order)
        rows = self.order[place * self.batch : (place + 1) * self.batch]
        inputs, targets = self.material["train_inputs"][rows].unsqueeze(0), self.material["train_targets"][rows].unsqueeze(0)
        plain = self.nets["plain"]
        plain.update(plain.gradient(inputs, targets), self.rates)
        if self.stopped_at < 0:
            self._careful(inputs, targets)
        self.step_count += 1
        if self.experiment.patience and self.stopped_at < 0 and self.step_count % CHECK == 0:
            self._judge()

    def _careful(self, inputs: Tensor, targets: Tensor) -> None:
        now, net = self.experiment, self.nets["cared"]
        if inputs.shape[1] < 2 and now.batch_norm:
            return  # one example has no batch statistics
        if now.jitter:
            inputs = inputs + now.jitter * torch.randn(inputs.shape[1:], generator=self.streams["jitter"], dtype=torch.float64)
        gradient = net.gradient(inputs, targets, self._masks(inputs.shape[1]))
        flat = net.network.flat
        if now.l2:
            gradient.addcmul_(flat, net.mask, value=now.l2)
        if now.l1:
            gradient.addcmul_(flat.sign(), net.mask, value=now.l1)
        if now.weight_decay:
            flat.addcmul_(flat, net.mask, value=-now.learning_rate * now.weight_decay)
        net.update(gradient, self.rates)

    def _masks(self, count: int) -> list[Tensor] | None:
        share = self.experiment.dropout
        if not share:
            return None
        sizes = self.nets["cared"].network.structure.sizes[1:-1]
        draws = [torch.rand(count, units, generator=self.streams["dropout"], dtype=torch.float64) for units in sizes]
        return [((draw >= share).double() / (1 - share)).unsqueeze(0) for draw in draws]

    def _judge(self) -> None:
        loss = self._loss("cared", "validation")
        if loss < self.best_loss:
            self.best_loss, self.best_step, self.best = loss, self.step_count, self.nets["cared"].state()
        elif self.step_count - self.best_step >= self.experiment.patience:
            self.stopped_at = self.best_step
            self.nets["cared"].load(self.best)

    def _loss(self, name: str, part: str) -> float:
        return bounded(float(self.nets[name].losses(self.material[f"{part}_inputs"], self.material[f"{part}_targets"])[0]))

    def metrics(self) -> Metrics:
        found: Metrics = {}
        for name, prefix in (("cared", ""), ("plain", "plain_")):
            for part in ("train", "validation", "test"):
                found[f"{prefix}{part}_loss"] = self._loss(name, part)
            weights = self._weights(name)
            found[f"{prefix}weight_norm"] = min(float(weights.norm()), 1e30)
            found[f"{prefix}zero_share"] = float((weights.abs() < SILENT).double().mean())
            if self.experiment.plane:
                found[f"{prefix}test_accuracy"] = self._accuracy(name)
        return found

    def _weights(self, name: str) -> Tensor:
        net = self.nets[name]
        return torch.nan_to_num(net.network.flat[0][net.mask > 0], nan=1e30)

    def _accuracy(self, name: str) -> float:
        outputs = self.nets[name].outputs(self.material["test_inputs"])[0, :, 0]
        return float(((outputs > 0) == (self.material["test_targets"] > 0.5)).double().mean())

    def view(self) -> dict[str, Any]:
        """`field_<name>` (SIDE, SIDE) float16 probabilities, or `curve_<name>` (PLACES, 2) float32; `histogram_<name>` (BINS,), shares
        of the weights over `bins`; `stopped` is true when early stopping has ended the second network, at step `stopped_at`."""
        found: dict[str, Any] = {"stopped": self.stopped_at >= 0, "stopped_at": float(self.stopped_at)}
        for name in NAMES:
            outputs = self.nets[name].outputs(self._grid)[0, :, 0]
            if self.sample is None:
                found[f"field_{name}"] = torch.sigmoid(outputs).nan_to_num(0.5).reshape(SIDE, SIDE).to(torch.float16).numpy()
            else:
                heights = outputs.nan_to_num(0.0).clamp(-10 * REACH, 10 * REACH)
                found[f"curve_{name}"] = self.sample.own_units(data.places(), heights.numpy())
            weights = self._weights(name)
            found[f"histogram_{name}"] = (torch.histc(weights.clamp(-BIN_REACH, BIN_REACH), BINS, -BIN_REACH, BIN_REACH) / len(weights)).numpy()
        return found

    def scene(self) -> dict[str, Any]:
        """`train`, `validation` points, (N, 2) float32 (x and y of a curve, or places of the plane with `train_targets`); `truth`; `bins`."""
        edges = np.linspace(-BIN_REACH, BIN_REACH, BINS + 1)
        found: dict[str, Any] = {"bins": (edges[1:] + edges[:-1]) / 2}
        for part in ("train", "validation"):
            inputs, targets = self.material[f"{part}_inputs"].numpy(), self.material[f"{part}_targets"].numpy()
            rows = inputs.astype(np.float32) if self.sample is None else self.sample.own_units(inputs[:, 0], targets)
            found |= {part: rows, f"{part}_targets": targets.astype(np.float32)}
        known = self.sample is not None and self.sample.truth is not None
        return found | {"truth": self.sample.own_units(data.places(), self.sample.truth) if known else np.zeros((0, 2), np.float32)}

    @property
    def diverged(self) -> bool:
        return not all(bool(torch.isfinite(net.network.flat).all()) for net in self.nets.values()) or not np.isfinite(self._loss("cared", "train"))

    @property
    def stop_reason(self) -> str:
        return f"The loss left all bounds at a learning rate of {self.experiment.learning_rate:g}." if self.diverged else ""

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count, "order": self.order.numpy().copy(), "best_loss": self.best_loss, "best_step": self.best_step,
                        "stopped_at": self.stopped_at}  # fmt: skip
        for name, net in self.nets.items():
            state |= net.state(f"{name}/")
        state |= {f"best/{name}": value for name, value in self.best.items()}
        return state | {f"stream_{name}": generator_state(stream) for name, stream in self.streams.items()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.best_step, self.stopped_at = (int(state[name]) for name in ("step_count", "best_step", "stopped_at"))
        self.best_loss = float(state["best_loss"])
        self.order.copy_(torch.from_numpy(np.array(state["order"])))
        for name, net in self.nets.items():
            net.load(state, f"{name}/")
        self.best = {name.removeprefix("best/"): value for name, value in state.items() if name.startswith("best/")}
        for name, stream in self.streams.items():
            restore_generator(stream, state[f"stream_{name}"])


def _grid(plane: bool) -> Tensor:
    """Places where the networks are drawn: (PLACES, 1), or (SIDE², 2) of a plane, lowest row first."""
    if not plane:
        return torch.from_numpy(data.places()).unsqueeze(1)
    axis = torch.linspace(DOMAIN[0] / PLANE_SCALE, DOMAIN[1] / PLANE_SCALE, SIDE, dtype=torch.float64)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, 2)
