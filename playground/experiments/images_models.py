"""Classifiers of pictures, whatever they come from, ready to answer: bundled, trained here, of timm, or of the Hub.

A name says which: "digits-cnn", "shelf:<digest>", "timm:resnet50.a1_in1k", "hub:owner/model". Each is loaded once a process.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch
from playground.core.limits import CLASSIFIER_PARAMETERS
from playground.data import hub_files, pictures, timm_table
from playground.data.photographs import RESAMPLING, Recipe, as_garment, as_photograph
from playground.data.pictures import Prepared
from playground.experiments.convolution_networks import DIGITS, SHELF, network
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import Tensor, nn

TIMM, HUB = "timm:", "hub:"
TASK = "image classification"  # as cards of bundled models say it
GARMENTS = ("fashion-cnn",)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network that names pictures.

    Attributes:
        ready: "digit", "garment", "small" (a square of averaged pixels) or a Recipe: how pictures are made ready.
        mean, std: Per channel, of inputs in [0, 1].
    """

    name: str
    module: nn.Module
    classes: tuple[str, ...]
    shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    ready: str | Recipe
    parameters: int
    bytes: int

    def prepare(self, image: np.ndarray, clean: bool = False) -> Prepared:
        """A picture (h, w) or (h, w, 3) uint8 as this network takes it; `clean` pictures were made here, without shadow or specks.

        Raises:
            UserError: When there is nothing in it to look at.
        """
        if isinstance(self.ready, Recipe):
            return as_photograph(image, self.ready, self.shape[0])
        if self.ready == "garment":
            return as_garment(image, self.shape)
        return pictures.prepare(image, self.shape, digit=self.ready == "digit", clean=clean)

    def normal(self, pixels: np.ndarray | Tensor) -> Tensor:
        """Pixels (..., channels, height, width) in [0, 1] as the network takes them, float32."""
        given = torch.as_tensor(pixels, dtype=torch.float32)
        return (given - torch.tensor(self.mean).view(-1, 1, 1)) / torch.tensor(self.std).view(-1, 1, 1)

    def nothing(self) -> Tensor:
        """An empty ground (1, channels, 1, 1), normalised: black where signs stand on black, else the mean colour of the training pictures."""
        return self.normal(np.zeros((1, self.shape[0], 1, 1))) if self.ready in ("digit", "garment") else torch.zeros(1, self.shape[0], 1, 1)


_LOADED: OrderedDict[str, Classifier] = OrderedDict()  # of this process, used longest ago first


def loaded(name: str) -> bool:
    """Whether the classifier is in this process's memory."""
    return name in _LOADED


def forget() -> None:
    """Let go of every loaded classifier."""
    _LOADED.clear()


def classifier(name: str) -> Classifier:
    """The classifier of this name; the last few stay loaded, up to CLASSIFIER_PARAMETERS together.

    Raises:
        UserError: When there is none of this name, or its files are not on this machine.
    """
    if name not in _LOADED:
        _LOADED[name] = _load(name)
    _LOADED.move_to_end(name)
    while len(_LOADED) > 1 and sum(each.parameters for each in _LOADED.values()) > CLASSIFIER_PARAMETERS:
        _LOADED.popitem(last=False)
    return _LOADED[name]


@lasting
def _load(name: str) -> Classifier:
    if name.startswith(TIMM):
        return _of_timm(name)
    if name.startswith(HUB):
        return _of_hub(name)
    if not name.startswith(SHELF) and cards.card(name).task != TASK:
        raise UserError(f"{name} does {cards.card(name).task}, not {TASK}.", "Choose a classifier of pictures.", field="model")
    opened = network(name)
    count = sum(each.numel() for each in opened.module.parameters())
    ready = "digit" if name in DIGITS else "garment" if name in GARMENTS else "small"
    if name.startswith(SHELF) and opened.shape[0] == 1 and opened.classes == tuple("0123456789"):
        ready = "digit"
    size = 4 * count if name.startswith(SHELF) else cards.card(name).bytes
    _still(opened.module)
    return Classifier(name, opened.module, opened.classes, opened.shape, opened.mean, opened.std, ready, count, size)


def _still(module: nn.Module) -> None:
    """Nothing here learns: without gradients for its weights a network answers and explains itself with less memory."""
    module.eval()
    module.requires_grad_(False)


def repository(name: str) -> str:
    """The Hub repository that a classifier's files come from; "" for those that need none.

    Raises:
        UserError: For a name that timm does not have, or that is none.
    """
    if name.startswith(TIMM):
        entry = timm_table.entries().get(name.removeprefix(TIMM))
        if entry is None:
            raise UserError(f"timm has no classifier named “{name.removeprefix(TIMM)[:60]}” with pretrained weights.", "Search for it in the table.", field="model")
        return entry.repository
    return hub_files.checked(name.removeprefix(HUB)) if name.startswith(HUB) else ""


def present(name: str) -> bool:
    """Whether everything that this classifier needs is on this machine.

    Raises:
        UserError: For a name that is none.
    """
    if needed := repository(name):
        return hub_files.cached(needed) is not None and (name.startswith(TIMM) or hub_files.cached(needed, "config.json") is not None)
    return name.startswith(SHELF) or cards.card(name) is not None


def _weights(name: str, title: str) -> tuple[str, Path]:
    needed = repository(name)
    path = hub_files.cached(needed)
    if path is None:
        raise hub_files.missing(needed, title)
    return needed, path


# timm ----------------------------------------------------------------------------------------------------------------------------


def _of_timm(name: str) -> Classifier:
    _needed, path = _weights(name, name.removeprefix(TIMM))
    timm = _timm()
    with torch.random.fork_rng(devices=[]):
        module = _loaded(name, lambda: timm.create_model(name.removeprefix(TIMM), pretrained=True, pretrained_cfg_overlay={"file": str(path)}))
    return _timm_classifier(name, module, path, _timm_classes(module))


def _timm() -> Any:
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import timm

    return timm


def _loaded(name: str, make: Any) -> Any:
    """What `make` gives; weights that do not fit are an error in words."""
    from safetensors import SafetensorError

    try:
        return make()
    except (RuntimeError, KeyError, ValueError, OSError, SafetensorError, ImportError, AttributeError, TypeError) as error:
        # of three libraries that read settings and weights written by strangers
        reason = f": {str(error).splitlines()[0][:120]}" if str(error) else ""
        raise UserError(f"The files of {name.split(':', 1)[-1]} could not be opened ({type(error).__name__}{reason}).",
                        "Download the model again, or choose another.") from error  # fmt: skip


def _timm_classifier(name: str, module: nn.Module, path: Path, classes: tuple[str, ...]) -> Classifier:
    from timm.data import resolve_model_data_config

    _still(module)
    about = resolve_model_data_config(module)
    count = sum(each.numel() for each in module.parameters())
    recipe = timm_recipe(about["input_size"][-2:], about.get("crop_pct") or 1.0, about.get("crop_mode") or "center", about.get("interpolation") or "bicubic")
    return Classifier(name, module, classes, tuple(about["input_size"]), tuple(about["mean"]), tuple(about["std"]), recipe, count, path.stat().st_size)


def timm_recipe(size: tuple[int, int], share: float, mode: str, resampling: str) -> Recipe:
    """How timm prepares a picture for evaluation: its shorter side made `size / share`, the middle cut out; "squash" takes all."""
    whole = (int(size[0] / share), int(size[1] / share))
    return Recipe(size[0], size[1], None if mode == "squash" and share >= 1 else whole, resampling if resampling in RESAMPLING else "bicubic")


def _timm_classes(module: nn.Module) -> tuple[str, ...]:
    from timm.data import ImageNetInfo, infer_imagenet_subset

    subset = infer_imagenet_subset(module)
    count = module.num_classes
    if subset is None:
        return tuple((getattr(module, "pretrained_cfg", None) or {}).get("label_names") or ()) or tuple(f"class {each}" for each in range(count))
    info = ImageNetInfo(subset)
    return tuple(info.index_to_description(each, detailed=False).split(",")[0] for each in range(count))


# The Hub -------------------------------------------------------------------------------------------------------------------------


def _of_hub(name: str) -> Classifier:
    needed, path = _weights(name, name.removeprefix(HUB))
    settings = _read(hub_files.cached(needed, "config.json"))
    if "architecture" in settings:  # a repository of timm's
        timm = _timm()
        folder = path.parent
        with torch.random.fork_rng(devices=[]):
            module = _loaded(name, lambda: timm.create_model(f"local-dir:{folder}", pretrained=True))
        named = settings.get("label_names") or (settings.get("pretrained_cfg") or {}).get("label_names") or ()
        classes = tuple(map(str, named)) if len(named) == module.num_classes else _timm_classes(module)
        return _timm_classifier(name, module, path, classes)
    return _of_transformers(name, path, settings, _read(hub_files.cached(needed, "preprocessor_config.json")))


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The settings of this model ({path.name}) are damaged.", "Download it again, or choose another.") from error
    return found if isinstance(found, dict) else {}


def _of_transformers(name: str, path: Path, settings: dict[str, Any], processing: dict[str, Any]) -> Classifier:
    from playground.core import torchvision_guard

    torchvision_guard.install()
    from transformers import AutoModelForImageClassification

    from playground.networks.hub import LogitsOf

    if not any("ImageClassification" in each for each in settings.get("architectures") or ()):
        kind = ", ".join(settings.get("architectures") or ()) or settings.get("model_type", "something else")
        raise UserError(f"{name.removeprefix(HUB)} is no classifier of pictures but {kind}.", "Choose an image-classification model.", field="model")
    with torch.random.fork_rng(devices=[]):
        module = _loaded(name, lambda: AutoModelForImageClassification.from_pretrained(
            path.parent, local_files_only=True, use_safetensors=True, trust_remote_code=False, attn_implementation="eager", dtype=torch.float32))  # fmt: skip
    wrapped = LogitsOf(module)
    _still(wrapped)
    named = module.config.id2label
    classes = tuple(str(named.get(each, f"class {each}")).split(",")[0] for each in range(module.config.num_labels))
    side = getattr(module.config, "image_size", None) or 224
    recipe, mean, std = transformers_recipe(processing, int(side[0] if isinstance(side, (list, tuple)) else side))
    count = sum(each.numel() for each in module.parameters())
    return Classifier(name, wrapped, classes, (getattr(module.config, "num_channels", 3), recipe.height, recipe.width), mean, std, recipe, count, path.stat().st_size)


def transformers_recipe(processing: dict[str, Any], side: int) -> tuple[Recipe, tuple[float, ...], tuple[float, ...]]:
    """What a `preprocessor_config.json` asks for; `side` where it says nothing."""
    size, crop = processing.get("size", side), processing.get("crop_size")
    resampling = RESAMPLING[int(processing.get("resample", 2)) % len(RESAMPLING)]
    mean = tuple(processing.get("image_mean") or (0.5, 0.5, 0.5)) if processing.get("do_normalize", True) else (0.0, 0.0, 0.0)
    std = tuple(processing.get("image_std") or (0.5, 0.5, 0.5)) if processing.get("do_normalize", True) else (1.0, 1.0, 1.0)
    shorter = size if isinstance(size, int) else size.get("shortest_edge")
    if "crop_pct" in processing and shorter:  # ConvNeXT: below 384 pixels a larger picture is cut, from there on it is squeezed
        if shorter >= 384:
            return Recipe(shorter, shorter, None, resampling), mean, std
        larger = int(shorter / (processing["crop_pct"] or 1))
        return Recipe(shorter, shorter, (larger, larger), resampling), mean, std
    cut = crop if isinstance(crop, int) else (crop or {}).get("height")
    if processing.get("do_center_crop") and cut and shorter:
        return Recipe(cut, cut, (shorter, shorter), resampling), mean, std
    height, width = (shorter, shorter) if shorter else (size.get("height", side), size.get("width", side))
    return Recipe(height, width, None, resampling), mean, std
