"""Training an autoencoder: updates, what they cost on data never learnt from, checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import derive, torch_stream
from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_data import Lesson, lesson
from playground.experiments.autoencoder_view import EVALUATED
from playground.experiments.pictured import Pictured
from playground.functions.autoencoder_axes import principal

if TYPE_CHECKING:
    from torch import Tensor, nn

STREAMS = ("batches", "noise", "corruption")
ACTIVE = 0.01  # variance of a code's number over the data from which it tells something (Burda et al. 2016, section 5.2)
GAP_PLACES = 200


def build(experiment: Autoencoder, given: Lesson) -> nn.Module:
    """The networks of an experiment, with its starting weights; the global random state is left as it was."""
    from playground.networks.autoencoder import Autoencoder as Network

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(experiment.seed, "weights"))
        return Network(given.shape, experiment.build, tuple(experiment.hidden), experiment.latent, experiment.kind)


def settings(experiment: Autoencoder) -> dict[str, Any]:
    """What the loss is told."""
    return {"likelihood": experiment.judged_by, "sigma": experiment.sigma, "sparsity": experiment.sparsity, "target": experiment.target}


def prepared(inputs: Tensor) -> Tensor:
    """Inputs as stored to what the network takes: bytes become 0 to 1."""
    return inputs.float() / 255 if inputs.dtype == torch.uint8 else inputs


class AutoencoderTrainer(Pictured):
    """Encoder, decoder, Adam, and where the codes of known data lie."""

    experiment: Autoencoder
    pictures = "playground.experiments.autoencoder_view"
    lost = ("The loss left the finite numbers", "A smaller learning rate keeps it in bounds.")

    def __init__(self, experiment: Autoencoder):
        super().__init__(experiment)
        self.lesson = given = lesson(experiment)
        self.train = torch.from_numpy(np.ascontiguousarray(given.train))
        self.model = build(experiment, given)
        self.optimizer = torch.optim.Adam(self.model.parameters(), experiment.learning_rate, fused=True)
        self.streams = {name: torch_stream(experiment.seed, name) for name in STREAMS}
        normal, odd = np.flatnonzero(~given.odd)[:EVALUATED], np.flatnonzero(given.odd)[: EVALUATED // 2]
        self.rows = np.concatenate([normal, odd])
        self.normal = len(normal)
        self.seen = {"train": prepared(self.train[:EVALUATED]), "test": prepared(torch.from_numpy(given.test[normal])), "odd": prepared(torch.from_numpy(given.test[odd]))}
        self.still = {name: torch.randn(len(each), experiment.latent, generator=torch_stream(experiment.seed, "evaluation", name)) for name, each in self.seen.items()}
        self.places = torch.randn(GAP_PLACES, experiment.latent, generator=torch_stream(experiment.seed, "places"))
        self.batch_loss = torch.zeros(())
        self.known: tuple[int, Metrics] | None = None

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.train) // self.experiment.batch_size)

    def apply(self, before: Experiment) -> None:
        self.known = None
        for group in self.optimizer.param_groups:
            group["lr"] = self.experiment.learning_rate

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self._update()
            self.step_count += 1

    def _update(self) -> None:
        from playground.networks.autoencoder import terms

        now = self.experiment
        rows = torch.randint(len(self.train), (now.batch_size,), generator=self.streams["batches"])
        inputs = prepared(self.train[rows])
        given = self.spoilt(inputs, self.streams["corruption"])
        noise = torch.randn(len(rows), now.latent, generator=self.streams["noise"]) if now.kind == "vae" else torch.zeros(())
        loss = terms(self.model, given, inputs, noise, settings(now), now.beta_at(self.step_count))[0]
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.batch_loss = loss.detach()

    def spoilt(self, inputs: Tensor, stream: Any) -> Tensor:
        """What a denoising encoder is given; for the others the inputs themselves."""
        from playground.networks.autoencoder import corrupted

        now = self.experiment
        return corrupted(inputs, now.corruption, now.amount, stream) if now.kind == "denoising" else inputs

    # Looking ----------------------------------------------------------------------------------------------------------------

    def metrics(self) -> Metrics:
        if self.known is None or self.known[0] != self.step_count:
            with torch.no_grad():
                self.known = (self.step_count, self._measured())
        return dict(self.known[1])

    def _measured(self) -> Metrics:
        from playground.networks.autoencoder import terms

        now, found = self.experiment, {}
        beta = now.beta_at(max(0, self.step_count - 1))
        for part in ("train", "test"):
            inputs = self.seen[part]
            given = self.spoilt(inputs, torch_stream(now.seed, "evaluation corruption", part))
            found[part] = [float(each) for each in terms(self.model, given, inputs, self.still[part], settings(now), beta)]
        codes = self.codes(self.seen["test"])
        loss, rebuilt, kl, rare = found["test"]
        rebuilt_values = self.model.values(self.model.decode(codes))
        return {
            "train_loss": found["train"][0], "test_loss": loss, "reconstruction": rebuilt, "kl": kl, "sparsity": rare, "beta": beta,
            "squared_error": float((rebuilt_values - self.seen["test"]).square().mean()),
            "active": float((codes.var(0, correction=0) > ACTIVE).sum()), "activity": float(codes.mean()), "gap": self.gap(), "auc": self.auc(),
        }  # fmt: skip

    def codes(self, inputs: Tensor) -> Tensor:
        """Mean codes (n, latent) of clean inputs."""
        return self.model.encode(inputs)[0]

    def prior(self, codes: Tensor, count: int) -> Tensor:
        """Codes to sample from: the prior of a VAE, else a Gaussian with the codes' own mean and covariance."""
        places = self.places[:count]
        if self.experiment.kind == "vae":
            return places
        mean, axes, deviations = principal(codes)
        return mean + (places * deviations) @ axes

    def gap(self) -> float:
        """How far a place drawn to be decoded is from the nearest code, relative to how far codes are from one another; 1 = no holes.

        Codes are taken as the decoder gets them: those of a VAE with their noise.
        """
        from playground.networks.autoencoder import drawn

        mean, log_variance = self.model.encode(self.seen["test"])
        codes = drawn(mean, log_variance, self.still["test"])
        if not bool(torch.isfinite(codes).all()):
            return float("nan")
        half = len(codes) // 2
        among = torch.cdist(codes[half:], codes[:half]).amin(1).mean()
        return float(torch.cdist(self.prior(mean, GAP_PLACES), codes[:half]).amin(1).mean() / among.clamp(min=1e-9))

    def scores(self, inputs: Tensor) -> Tensor:
        """How badly each input is rebuilt from its mean code, in nats; for a VAE with its weighted KL on top."""
        from playground.networks.autoencoder import divergence, reconstruction

        now = self.experiment
        mean, log_variance = self.model.encode(inputs)
        found = reconstruction(self.model, self.model.decode(mean), inputs, now.judged_by, now.sigma)
        return found if log_variance is None else found + now.beta * divergence(mean, log_variance).sum(1)

    def auc(self) -> float:
        """Chance that an odd input scores higher than a normal one; NaN without odd ones."""
        if not len(self.seen["odd"]):
            return float("nan")
        normal, odd = self.scores(self.seen["test"]), self.scores(self.seen["odd"])
        return float(((odd[:, None] > normal).double() + 0.5 * (odd[:, None] == normal).double()).mean())

    @property
    def diverged(self) -> bool:
        return not bool(torch.isfinite(self.batch_loss)) or not np.isfinite(self.metrics()["test_loss"])

    # Checkpoints ------------------------------------------------------------------------------------------------------------

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count, "batch_loss": self.batch_loss.numpy().copy()}
        state |= {f"model/{name}": value.numpy().copy() for name, value in self.model.state_dict().items()}
        for place, parameter in enumerate(self.model.parameters()):
            for name, value in self.optimizer.state.get(parameter, {}).items():
                state[f"optimizer/{place}/{name}"] = value.numpy().copy()
        return state | {f"stream_{name}": generator_state(each) for name, each in self.streams.items()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.known = int(state["step_count"]), None
        self.batch_loss = torch.from_numpy(np.array(state["batch_loss"]))
        self.model.load_state_dict({name[6:]: torch.from_numpy(np.array(value)) for name, value in state.items() if name.startswith("model/")})
        parameters = list(self.model.parameters())
        self.optimizer.state.clear()
        for name, value in state.items():
            if name.startswith("optimizer/"):
                _, place, word = name.split("/")
                self.optimizer.state[parameters[int(place)]][word] = torch.from_numpy(np.array(value))
        for name, stream in self.streams.items():
            restore_generator(stream, state[f"stream_{name}"])
