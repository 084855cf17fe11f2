"""The recipes of the bundled image classifiers, and the one loop that trains and measures them.

Training: stochastic gradient descent with Nesterov momentum under a one-cycle learning rate (Smith and Topin 2019), label smoothing
(Szegedy et al. 2016), and an exponential moving average of the weights, which is what is kept (Polyak and Juditsky 1992).
Everything random comes from the recipe's seed. After every epoch a checkpoint is written from which training resumes.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from playground.core.errors import UserError
from playground.zoo import cards
from playground.zoo.recipes import augment, checkpoints
from playground.zoo.recipes.pictures import images, spread

MNIST_CLASSES = tuple("0123456789")
EVALUATED = 500  # images at a time


@dataclass(frozen=True)
class Recipe:
    """Data, network and hyperparameters of one bundled classifier.

    Attributes:
        file: Name of the training data in the data folder.
        build: The network, untrained.
        augment: Changes a batch of images in [0, 1] before it is learnt.
        average: Share of the averaged weights that is kept at every step.
        settling: Epochs after the first `epochs`, from the averaged weights and under a second cycle: with milder changes, nearer to the pictures as they are.
        settle: The milder changes.
        settling_rate: The second cycle's highest learning rate.
        half: Keep the weights as float16.
        mixed: Multiply in bfloat16 while training, weights and sums in float32: faster where the processor has instructions for it.
    """

    name: str
    title: str
    words: str
    file: str
    data: str
    licence: str
    build: Callable[[], torch.nn.Module]
    augment: augment.Augment
    classes: tuple[str, ...] = MNIST_CLASSES
    epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 0.2
    weight_decay: float = 5e-4
    label_smoothing: float = 0.05
    average: float = 0.998
    settling: int = 0
    settle: augment.Augment = augment.photographs
    settling_rate: float = 0.05
    half: bool = True
    mixed: bool = False
    seed: int = 0
    task: str = field(default="image classification")


def _digits() -> torch.nn.Module:
    from playground.networks.vision import SmallCNN

    return SmallCNN(1, (24, 48, 96), 10, dropout=0.1)


def _fashion() -> torch.nn.Module:
    from playground.networks.vision import SmallCNN

    return SmallCNN(1, (32, 64, 128), 10, dropout=0.2)


def _explainer() -> torch.nn.Module:
    from playground.networks.vision import TinyVGG

    return TinyVGG(3, 10)


def _cifar() -> torch.nn.Module:
    """timm's ResNet of basic blocks for small pictures: a 3 × 3 stem that keeps the size, three stages at 16, 8 and 4 pixels a side."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import timm

    model = timm.create_model("resnet18", num_classes=10, layers=(1, 1, 1, 1), channels=(96, 192, 384, 384))
    model.layer4 = torch.nn.Identity()  # at 32 pixels there is nothing left for a fourth stage
    model.conv1 = torch.nn.Conv2d(3, model.conv1.out_channels, 3, padding=1, bias=False)
    torch.nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
    return model


CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FASHION_CLASSES = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
RECIPES = {each.name: each for each in (
    Recipe("digits-cnn", "Handwritten digits", "Reads one digit, drawn or photographed.", "mnist.npz", "MNIST (LeCun, Cortes, Burges)", "CC BY-SA 3.0",
           _digits, augment.digits),
    Recipe("fashion-cnn", "Clothes", "Names one piece of clothing on a plain ground.", "fashion_mnist.npz", "Fashion-MNIST (Xiao et al. 2017)", "MIT",
           _fashion, augment.clothes, FASHION_CLASSES, epochs=20),
    Recipe("explainer-cnn", "Small enough to see whole", "Four convolutions of ten channels: every feature map fits one screen.", "cifar10_mosaic.npz",
           "CIFAR-10 (Krizhevsky 2009)", "no formal licence; cite the report", _explainer, augment.photographs, CIFAR_CLASSES, epochs=30, learning_rate=0.05,
           label_smoothing=0.0),
    Recipe("cifar10-resnet", "Small photographs", "Names what is on a photograph, out of ten things, from 32 × 32 pixels.", "cifar10_mosaic.npz",
           "CIFAR-10 (Krizhevsky 2009)", "no formal licence; cite the report", _cifar, augment.snapshots, CIFAR_CLASSES, epochs=20, label_smoothing=0.1, settling=18,
           settle=augment.holidays, mixed=True),
)}  # fmt: skip


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UserError: When there is none.
    """
    if name not in RECIPES:
        raise UserError(f"There is no recipe named {name!r}.", f"There are {', '.join(RECIPES)}.", field="name")
    return RECIPES[name]


# Training -------------------------------------------------------------------------------------------------------------------


def train(name: str, device: str = "cpu", epochs: int | None = None, say: Callable[[str], Any] = print, minutes: float | None = None) -> cards.Card | None:
    """Train, measure, and keep the model with its card; goes on from the checkpoint if there is one.

    Args:
        minutes: Stop after the first epoch that ends later than this; the next call goes on from there. None: to the end.

    Returns:
        The card, or None when time was up first.
    """
    chosen, begun = recipe(name), time.monotonic()
    epochs = epochs or chosen.epochs
    pixels, targets = images(chosen.file, "train")
    mean, std = spread(pixels)
    session = Session(chosen, mean, std, device, -(-len(pixels) // chosen.batch_size), epochs)
    if checkpoints.resume(name, session):
        say(f"Going on after epoch {session.epoch}.")
    inputs, answers = torch.from_numpy(pixels), torch.from_numpy(targets)
    while session.epoch < epochs + chosen.settling:
        if minutes is not None and time.monotonic() - begun > 60 * minutes:
            say(f"Stopped after epoch {session.epoch} of {epochs + chosen.settling}: the same command goes on from here.")
            return None
        started = time.monotonic()
        loss = session.one_epoch(inputs, answers)
        checkpoints.write(name, session.state())
        say(f"epoch {session.epoch} of {epochs + chosen.settling}: training loss {loss:.4f}, {time.monotonic() - started:.0f} s")
    kept = {key: value.cpu().numpy() for key, value in session.averaged.items()}
    if chosen.half:
        kept = {key: value.astype(np.float16) if value.dtype == np.float32 and "running" not in key else value for key, value in kept.items()}
    model = chosen.build()
    model.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else value) for key, value in kept.items()})
    card = cards.keep(name, kept, _about(chosen, mean, std, epochs, accuracy(model, chosen, mean, std, device)))
    checkpoints.forget(name)
    return card


class Session:
    """Network, optimizer, average and random stream of one training; `steps` are those of one epoch, `epochs` those before it settles."""

    def __init__(self, chosen: Recipe, mean: tuple[float, ...], std: tuple[float, ...], device: str, steps: int, epochs: int):
        with torch.random.fork_rng(devices=[]):  # initial weights of the recipe's own seed, whatever was drawn before
            torch.manual_seed(chosen.seed)
            self.model = chosen.build().to(device, memory_format=torch.channels_last)
        self.recipe, self.device, self.epoch, self.step = chosen, device, 0, 0
        decayed = [each for each in self.model.parameters() if each.ndim > 1]
        plain = [each for each in self.model.parameters() if each.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": chosen.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.SGD(groups, lr=chosen.learning_rate, momentum=0.9, nesterov=True)
        self.steps, self.epochs = steps, epochs
        self.averaged = {key: value.detach().clone() for key, value in self.model.state_dict().items()}
        self.generator = torch.Generator().manual_seed(chosen.seed + 1)
        self.mean, self.std = (torch.tensor(each).view(1, -1, 1, 1) for each in (mean, std))

    def one_epoch(self, inputs: torch.Tensor, answers: torch.Tensor) -> float:
        """Every image once; the mean loss of the last hundred batches."""
        if self.epoch == self.epochs:
            self._settle()
        self.model.train()
        with torch.random.fork_rng(devices=[]):  # dropout draws from torch's own stream
            torch.manual_seed(1000 * self.recipe.seed + self.epoch)
            losses = [self._update(batch, targets) for batch, targets in self._batches(inputs, answers)]
        self.epoch += 1
        return float(np.mean(losses[-100:]))

    def _update(self, batch: torch.Tensor, targets: torch.Tensor) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.recipe.mixed):
            logits = self.model(batch)
        loss = functional.cross_entropy(logits.float(), targets, label_smoothing=self.recipe.label_smoothing)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        self._average()
        return loss.item()

    def _batches(self, inputs: torch.Tensor, answers: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        order = torch.randperm(len(inputs), generator=self.generator)
        for rows in order.split(self.recipe.batch_size):
            change = self.recipe.augment if self.epoch < self.epochs else self.recipe.settle
            pictures = (change(inputs[rows].float() / 255, self.generator) - self.mean) / self.std
            yield pictures.to(self.device).contiguous(memory_format=torch.channels_last), answers[rows].to(self.device)

    def _settle(self) -> None:
        """The averaged weights become the weights, and everything else begins anew."""
        self.model.load_state_dict(self.averaged)
        for each in self.model.parameters():
            self.optimizer.state[each]["momentum_buffer"] = torch.zeros_like(each)
        self.generator.manual_seed(self.recipe.seed + 2)

    def _rate(self) -> float:
        """One cycle, up over the first fifth, down to nothing over the rest; then another for the epochs in which it settles."""
        first = self.steps * self.epochs
        if self.step < first:
            most, place = self.recipe.learning_rate, self.step / first
        else:
            most, place = self.recipe.settling_rate, (self.step - first) / (self.steps * self.recipe.settling)
        return most * max(place / 0.2 if place < 0.2 else (1 - place) / 0.8, 1e-3)

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))  # short at first, so that the start is soon forgotten
        for key, value in self.model.state_dict().items():
            if value.is_floating_point():
                self.averaged[key].lerp_(value, 1 - keep)
            else:
                self.averaged[key].copy_(value)

    def state(self) -> dict[str, Any]:
        """Everything a later training needs to go on as if there had been no break."""
        momentum = {f"momentum/{i}": self.optimizer.state[each]["momentum_buffer"] for i, each in enumerate(self.model.parameters())}
        weights = {f"weights/{key}": value for key, value in self.model.state_dict().items()} | {f"average/{key}": value for key, value in self.averaged.items()}
        arrays = {key: value.detach().cpu().numpy() for key, value in (weights | momentum).items()}
        return arrays | {"epoch": self.epoch, "step": self.step, "generator": self.generator.get_state().numpy()}

    def load(self, state: dict[str, Any]) -> None:
        def part(prefix: str) -> dict[str, torch.Tensor]:
            return {key.removeprefix(prefix): torch.from_numpy(np.array(value)) for key, value in state.items() if key.startswith(prefix)}

        self.model.load_state_dict(part("weights/"))
        self.averaged = {key: value.to(self.device) for key, value in part("average/").items()}
        for i, each in enumerate(self.model.parameters()):
            self.optimizer.state[each]["momentum_buffer"] = part("momentum/")[str(i)].to(self.device)
        self.generator.set_state(torch.from_numpy(np.array(state["generator"], np.uint8)))
        self.epoch, self.step = int(state["epoch"]), int(state["step"])


# Measuring ------------------------------------------------------------------------------------------------------------------


@torch.no_grad()
def accuracy(model: torch.nn.Module, chosen: Recipe, mean: tuple[float, ...], std: tuple[float, ...], device: str = "cpu") -> float:
    """Share of the test images that are named rightly, as they are, without changes of any kind."""
    pixels, targets = images(chosen.file, "test")
    model = model.to(device).eval()
    centre, width = (torch.tensor(each, device=device).view(1, -1, 1, 1) for each in (mean, std))
    right = 0
    for start in range(0, len(pixels), EVALUATED):
        batch = torch.from_numpy(pixels[start : start + EVALUATED]).to(device).float() / 255
        right += int((model((batch - centre) / width).argmax(1).cpu() == torch.from_numpy(targets[start : start + EVALUATED])).sum())
    return right / len(pixels)


def evaluate(name: str, device: str = "cpu") -> dict[str, float]:
    """The scores of the bundled weights, measured now."""
    from playground.zoo.models import load

    card = cards.card(name)
    return {"test accuracy": accuracy(load(name), recipe(name), card.mean, card.std, device)}


def _about(chosen: Recipe, mean: tuple[float, ...], std: tuple[float, ...], epochs: int, score: float) -> dict[str, Any]:
    pixels, targets = images(chosen.file, "test")
    settled = f"; then {chosen.settling} epochs of milder changes with a cycle up to {chosen.settling_rate}" if chosen.settling else ""
    return {
        "title": chosen.title, "task": chosen.task, "words": chosen.words, "data": chosen.data, "licence": chosen.licence,
        "split": f"the data's own: trained on its training part, measured on its {len(targets):,} test images",
        "classes": chosen.classes, "input_shape": tuple(pixels.shape[1:]), "mean": mean, "std": std, "scores": {"test accuracy": score},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": f"python -m playground zoo train {chosen.name}",
        "how": f"{epochs} epochs, batch {chosen.batch_size}, SGD with Nesterov momentum 0.9, one-cycle learning rate up to {chosen.learning_rate}, "
               f"weight decay {chosen.weight_decay}, label smoothing {chosen.label_smoothing}, averaged weights, seed {chosen.seed}" + settled,
    }  # fmt: skip
