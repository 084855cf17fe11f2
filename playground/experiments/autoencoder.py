"""What does a network keep of a picture that has to pass through a few numbers? Autoencoders of four kinds, live."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import CODE_CHANNELS, CODE_LAYERS, CODE_NUMBERS, CODE_UNITS

KINDS = {"vae": "Variational", "ae": "Plain", "denoising": "Denoising", "sparse": "Sparse"}
BUILDS = {"dense": "Dense", "conv": "Convolutional"}
LIKELIHOODS = {"bernoulli": "Cross-entropy", "gaussian": "Squared error"}
CORRUPTIONS = {"gaussian": "Gaussian noise", "mask": "Erased pixels"}
SENSORS, OWN_TABLE, OWN_IMAGES = "sensors", "own_table", "own_images"
DATASETS = {"digits": "Digits 8 × 8", "mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", SENSORS: "Pump sensors", OWN_TABLE: "Your table", OWN_IMAGES: "Your images"}
NOBODY = "none"
LEFT_OUT = {NOBODY: "None", **{str(each): str(each) for each in range(10)}}
CONV_LAYERS = 3


class Autoencoder(Experiment):
    """An encoder squeezes inputs into a few numbers, a decoder makes them anew, and both learn from what was lost."""

    key: ClassVar[str] = "autoencoder"
    title: ClassVar[str] = "Autoencoder"
    page: ClassVar[str] = "autoencoders"

    dataset: str = fields.choice("digits", DATASETS, label="Data", group="Data", help="What is to be squeezed and made anew.")
    own: str = fields.text("", max_length=64, group="hidden", help="Digest of own data on the shelf.")
    left_out: str = fields.choice(NOBODY, LEFT_OUT, label="Never shown in training", group="Data",
                                  help="This class is kept from the network; it should then be rebuilt badly, which is how anomalies are found.")  # fmt: skip
    kind: str = fields.choice("vae", KINDS, label="Kind", group="Model", help="What the code has to be besides useful for rebuilding.")
    build: str = fields.choice("dense", BUILDS, label="Layers", group="Model", help="Convolutional layers halve the picture each time; tables take dense ones.")
    hidden: tuple[int, ...] = fields.integers((128, 64), 1, CODE_UNITS, max_length=CODE_LAYERS, label="Hidden sizes", group="Model",
                                              help="Units, or channels, of each layer of the encoder, such as 128, 64; the decoder mirrors them.")  # fmt: skip
    latent: int = fields.integer(2, 1, CODE_NUMBERS, log=True, label="Latent numbers", group="Model", help="Everything about an input has to pass through so many numbers.")
    likelihood: str = fields.choice("bernoulli", LIKELIHOODS, label="Rebuilding is judged by", group="Model",
                                    help="Cross-entropy takes a pixel for a probability of ink, squared error for a value with noise. Tables take squared error.")  # fmt: skip
    sigma: float = fields.number(0.2, 0.05, 1.0, step=0.05, live=True, label="Assumed noise σ", group="Model",
                                 help="For squared error: the smaller, the more details count against the KL term.")  # fmt: skip
    beta: float = fields.number(1.0, 0.0, 100.0, log=True, live=True, label="β", group="Training", help="Weight of the KL term of a VAE; 1 is the evidence lower bound.")
    warm_up: int = fields.integer(0, 0, 20_000, log=True, live=True, label="Warm-up", unit="steps", group="Training",
                                  help="β grows from 0 to its value within so many steps, so that the code is learnt before it is tidied.")  # fmt: skip
    corruption: str = fields.choice("gaussian", CORRUPTIONS, label="Spoilt by", group="Training", live=True, help="What a denoising autoencoder has to undo.")
    amount: float = fields.number(0.4, 0.0, 1.0, step=0.05, live=True, label="How much", group="Training", help="Deviation of the noise, or share of erased values.")
    sparsity: float = fields.number(1.0, 0.0, 100.0, log=True, live=True, label="Sparsity weight", group="Training", help="How much the activity of the code counts.")
    target: float = fields.number(
        0.05, 0.01, 0.5, step=0.01, live=True, label="Wanted activity ρ", group="Training", help="Share of inputs for which a unit of the code should be on."
    )
    learning_rate: float = fields.number(0.001, 1e-5, 1.0, log=True, live=True, label="Learning rate", group="Training", help="Of Adam.")
    batch_size: int = fields.integer(64, 2, 512, log=True, live=True, label="Batch size", group="Training", help="Inputs of one update.")
    steps: int = fields.integer(6000, 100, 200_000, log=True, label="Steps", group="Training", help="The run ends here.")
    seed: int = fields.seed()
    data_seed: int = fields.integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number, another split of the data.")

    def check(self) -> None:
        if self.dataset in (OWN_TABLE, OWN_IMAGES) and not self.own:
            raise UserError("There is no data of your own yet.", "Upload a table or images first.", field="dataset")
        if self.build == "conv" and self.dataset in (SENSORS, OWN_TABLE):
            raise UserError("Convolutional layers need pictures.", "Choose dense layers for a table.", field="build")
        if self.build == "conv" and not 1 <= len(self.hidden) <= CONV_LAYERS:
            raise UserError(f"A convolutional autoencoder takes 1 to {CONV_LAYERS} layers here, got {len(self.hidden)}: each halves the picture.", field="hidden")
        if self.build == "conv" and max(self.hidden) > CODE_CHANNELS:
            raise UserError(f"A convolutional layer may have up to {CODE_CHANNELS} channels here, got {max(self.hidden)}.", "Try 16, 32.", field="hidden")

    @property
    def images(self) -> bool:
        return self.dataset not in (SENSORS, OWN_TABLE)

    @property
    def judged_by(self) -> str:
        """The likelihood in force: columns of a table are no probabilities."""
        return self.likelihood if self.images else "gaussian"

    def beta_at(self, step: int) -> float:
        """The weight of the KL term at the update after `step` (Bowman et al. 2016, section 3.1: annealed linearly here)."""
        return self.beta * min(1.0, (step + 1) / self.warm_up) if self.warm_up else self.beta

    def trainer(self) -> Trainer:
        from playground.experiments.autoencoder_trainer import AutoencoderTrainer

        return AutoencoderTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.autoencoder_script import write

        return write(self, steps, changes or [])

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint by their names in the exported script's model."""
        return {name.removeprefix("model/"): value for name, value in state.items() if name.startswith("model/")}
