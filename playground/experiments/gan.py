"""Can one network learn to imitate points of the plane by fooling another? A generative adversarial network, live."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import GAN_LAYERS, GAN_UNITS
from playground.data import distributions
from playground.functions.gan_losses import OBJECTIVES
from playground.networks.gan_dense import BENDS
from playground.networks.gan_side import OPTIMIZERS

LATENTS = {"uniform": "Uniform", "normal": "Gaussian"}
SIDES = {"both": "Both", "d": "Only D", "g": "Only G"}


class Gan(Experiment):
    """A generator turns noise into points, a discriminator tells them from real ones, and each learns from the other."""

    key: ClassVar[str] = "gan"
    title: ClassVar[str] = "GAN"
    page: ClassVar[str] = "gans"

    dataset: str = fields.choice("gaussians8", distributions.DATASETS, label="Data", group="Data", help="The distribution to imitate.")
    own: str = fields.text("", max_length=64, group="hidden", help="Digest of own data on the shelf.")
    noise: float = fields.number(0.12, 0.02, 0.4, step=0.02, label="Spread", group="Data", help="How far real points stray from their centre or curve.")
    train: str = fields.choice("both", SIDES, live=True, label="Who learns", group="hidden",
                               help="Freeze one side and see what the other makes of it. Step and Play follow this choice.")  # fmt: skip
    loss: str = fields.choice("non_saturating", OBJECTIVES, label="Loss", group="Training", help="What D raises and G lowers.")
    g_hidden: tuple[int, ...] = fields.integers((32, 32), 1, GAN_UNITS, max_length=GAN_LAYERS, label="Hidden sizes of G", group="Generator",
                                                help="Units of each hidden layer, such as 32, 32.")  # fmt: skip
    g_activation: str = fields.choice("leaky_relu", BENDS, label="Activation of G", group="Generator", help="The bend after every hidden layer.")
    latent: str = fields.choice("normal", LATENTS, label="Noise", group="Generator", help="Where G's input is drawn from.")
    latent_dimensions: int = fields.integer(2, 1, 2, label="Noise dimensions", group="Generator",
                                            help="With 1 the generator can only draw a curve, with 2 it can fill the plane.")  # fmt: skip
    g_optimizer: str = fields.choice("adam_half", OPTIMIZERS, label="Optimizer of G", group="Generator", help="How a gradient becomes a move.")
    g_learning_rate: float = fields.number(0.002, 1e-5, 1.0, log=True, live=True, label="Learning rate of G", group="Training", help="Length of G's moves.")
    d_hidden: tuple[int, ...] = fields.integers((32, 32), 1, GAN_UNITS, max_length=GAN_LAYERS, label="Hidden sizes of D", group="Discriminator",
                                                help="Units of each hidden layer, such as 32, 32.")  # fmt: skip
    d_activation: str = fields.choice("leaky_relu", BENDS, label="Activation of D", group="Discriminator", help="The bend after every hidden layer.")
    d_optimizer: str = fields.choice("adam_half", OPTIMIZERS, label="Optimizer of D", group="Discriminator", help="How a gradient becomes a move.")
    d_learning_rate: float = fields.number(0.004, 1e-5, 1.0, log=True, live=True, label="Learning rate of D", group="Training", help="Length of D's moves.")
    d_steps: int = fields.integer(1, 1, 20, live=True, label="D updates a step", group="Training", help="How often D learns before G does (k).")
    g_steps: int = fields.integer(1, 1, 20, live=True, label="G updates a step", group="Training", help="How often G learns after D did.")
    batch_size: int = fields.integer(150, 2, 1000, log=True, live=True, label="Batch size", group="Training", help="Real points, and as many fakes, of one update.")
    momentum: float = fields.number(0.9, 0.01, 0.99, step=0.01, live=True, label="Momentum", group="Training", help="For SGD with momentum.")
    r1: float = fields.number(0.0, 0.0, 10.0, log=True, live=True, label="R1 penalty", group="Stabilisers",
                              help="Pulls D's slope at real points to 0, which damps the circling around the solution (Mescheder et al. 2018).")  # fmt: skip
    gradient_penalty: float = fields.number(0.5, 0.0, 100.0, log=True, live=True, label="Gradient penalty λ", group="Stabilisers",
                                            help="Pulls the critic's slope to 1; for Wasserstein with gradient penalty.")  # fmt: skip
    clip: float = fields.number(0.1, 0.001, 2.0, log=True, live=True, label="Weight box", group="Stabilisers",
                                help="Largest weight of the critic; for Wasserstein with clipping.")  # fmt: skip
    blur: float = fields.number(0.0, 0.0, 1.0, step=0.02, live=True, label="Instance noise", group="Stabilisers",
                                help="Noise on everything D sees, real and fake: they overlap, and D cannot be sure (Arjovsky and Bottou 2017).")  # fmt: skip
    steps: int = fields.integer(6000, 100, 200_000, log=True, label="Steps", group="Training", help="The run ends here.")
    seed: int = fields.seed()
    data_seed: int = fields.integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number, another sample of real points.")

    def check(self) -> None:
        if self.dataset == distributions.OWN and not self.own:
            raise UserError("There is no distribution of your own yet.", "Draw one or upload a table first.", field="dataset")

    def cloud(self) -> distributions.Cloud:
        """The distribution this experiment imitates."""
        return distributions.load(self.dataset, self.own, self.noise, self.data_seed)

    def trainer(self) -> Trainer:
        from playground.experiments.gan_trainer import GanTrainer

        return GanTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.gan_script import write

        return write(self, steps, changes or [])

    def data_csv(self) -> str:
        """Own data as the CSV the exported script reads; empty for a distribution that the script makes itself."""
        if self.dataset != distributions.OWN:
            return ""
        points, _ = distributions.own_rows(self.own)
        return "\n".join(["x1,x2", *(f"{float(a)!r},{float(b)!r}" for a, b in points.tolist())]) + "\n"

    def portable(self, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The generator of a checkpoint as a torch module, and an example of its inputs by name."""
        from playground.experiments.gan_portable import of_points

        return of_points(self, state)

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint by their names in the exported script: `G.0.weight`, `D.2.bias` …"""
        import numpy as np

        found: dict[str, Any] = {}
        for name, sizes in (("G", (self.latent_dimensions, *self.g_hidden, 2)), ("D", (2, *self.d_hidden, 1))):
            flat, offset = np.asarray(state[f"{name.lower()}/flat"])[0], 0
            for layer, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False)):
                found[f"{name}.{2 * layer}.weight"] = flat[offset : offset + a * b].reshape(b, a)
                found[f"{name}.{2 * layer}.bias"] = flat[offset + a * b : offset + a * b + b]
                offset += a * b + b
        return found


def benchmark(seconds: float = 2.0) -> dict[str, float]:
    """Training iterations a second at GAN Lab's own size: batch 150, two networks of 3 x 32, one D and one G update each.

    Returns:
        iterations_per_second; with_pictures_per_second, when 25 views a second are also made; view_ms and metrics_ms.
    """
    import time

    from playground.core.lazy import torch

    torch.set_num_threads(1)
    trainer = Gan(g_hidden=(32, 32, 32), d_hidden=(32, 32, 32), batch_size=150).trainer()
    trainer.advance(20)
    found: dict[str, float] = {}
    for name, pictures in (("iterations_per_second", False), ("with_pictures_per_second", True)):
        count, start = 0, time.perf_counter()
        due = start
        while (now := time.perf_counter()) - start < seconds / 2:
            trainer.advance(5)
            count += 5
            if pictures and now >= due:
                trainer.view(), trainer.metrics()
                due = now + 0.04
        found[name] = count / (time.perf_counter() - start)
    for name, call in (("view_ms", trainer.view), ("metrics_ms", trainer.metrics)):
        start = time.perf_counter()
        for _ in range(10):
            trainer.advance(1) if name == "metrics_ms" else None
            call()
        found[name] = 100 * (time.perf_counter() - start)
    return found
