"""A network of the zoo by name, called once on a real input: bundled ones with their weights, architectures by name without any.

Names: a bundled model's own; "timm:<architecture or weights>"; "torchvision:<architecture>"; "hub:<owner/model>" of one that was downloaded.
Architectures whose weights are not on this machine are laid out on the meta device, which knows shapes and holds no numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.limits import LAID_OUT_PARAMETERS
from playground.data import photographs, timm_table, torchvision_table
from playground.data.pictures import prepare
from playground.experiments.zoo_layers import layers
from playground.zoo import catalogue

if TYPE_CHECKING:
    from torch import nn

TIMM, TORCHVISION, HUB = "timm:", "torchvision:", "hub:"
SENTENCE = "A small boat crossed the lake before the storm came."
Opened = tuple["nn.Module", Callable[[], Any], str]


def anatomy(name: str) -> dict[str, Any]:
    """What every layer of the network `name` costs.

    Returns:
        As `zoo_layers.layers`, and `input` (what it was called on, in words), `live`: whether it was really computed, with weights and times.
        For a bundled model of a family that has no way to be called here: `arrays`, the rows of its file, instead of `rows`.

    Raises:
        UserError: When there is no network of this name.
    """
    if name.startswith((TIMM, TORCHVISION)):
        module, call, words, live = _architecture(name)
    elif name.startswith(HUB):
        module, call, words = _classifier(name)
        live = True
    else:
        family = catalogue.model(name).family
        opener = OPENERS.get(name) or OPENERS.get(family)
        if opener is None:
            return {"rows": [], "arrays": catalogue.arrays(name), "input": "", "live": False}
        module, call, words = opener(name)
        live = True
    found = layers(module, call, timed=live)
    return found | {"input": words, "live": live, "arrays": []}


# Bundled ones ---------------------------------------------------------------------------------------------------------------------


def _classifier(name: str) -> Opened:
    """A classifier of pictures on a picture of the kind it knows."""
    from playground.experiments.images_models import classifier

    opened = classifier(name)
    key, words = ("digit-5", "the sample digit 5") if opened.shape[0] == 1 else ("cat", "the photograph of a cat")
    pixels = opened.normal(opened.prepare(photographs.sample(key), clean=True).pixels)[None]
    return opened.module, lambda: opened.module(pixels), words


def _head(name: str) -> Opened:
    """A language head with the backbone it stands on, on a sentence."""
    from playground.zoo import language, language_heads

    model = language_heads.load(name)
    ids = torch.tensor([language.backbone().encode([SENTENCE])[0].ids])
    return model, lambda: model(ids), f"“{SENTENCE}” ({ids.shape[1]} tokens)"


def _backbone(_name: str) -> Opened:
    from playground.zoo import language

    known = language.backbone()  # its pooler, which no task here uses, is not among its layers
    ids = torch.tensor([known.encode([SENTENCE])[0].ids])
    return known.encoder, lambda: known.encoder(known.encoder.embed(ids), None), f"“{SENTENCE}” ({ids.shape[1]} tokens)"


def _writer(name: str) -> Opened:
    """A generator of text."""
    from playground.zoo import gpt

    known = gpt.bundled(name)
    ids = torch.tensor([known.tokenizer.encode(SENTENCE).ids])
    return known.model, lambda: known.model(ids), f"“{SENTENCE}” ({ids.shape[1]} tokens)"


def _translator(name: str) -> Opened:
    """A translator, on a sentence it has read and the first token that it writes."""
    from playground.zoo import translate

    known = translate.bundled(name)
    ids = torch.tensor([known.encode(SENTENCE)])
    return known.model, lambda: known.model(ids, torch.tensor([[0]])), f"“{SENTENCE}” ({ids.shape[1]} tokens), one token written"


def _generator(name: str) -> Opened:
    """A generator of pictures, on noise."""
    from playground.zoo import gan_models

    model, noise = gan_models.load(name), gan_models.noise(0, name)[:1]
    told, words = ((torch.tensor([5]),), " and the class 5") if gan_models.FAMILIES[name].conditional else ((), "")
    return model, lambda: model(noise, *told), f"noise of {noise.shape[1]} numbers{words}"


def _digits_twice(name: str) -> Opened:
    """The autoencoder of digits, on one digit: encoder, code and decoder."""
    from playground.zoo.recipes import autoencoder

    model = _filled(autoencoder.build, name)
    pixels = torch.from_numpy(prepare(photographs.sample("digit-5"), (1, 28, 28), digit=True, clean=True).pixels)[None].float()
    return model, lambda: model.decode(model.encode(pixels)[0]), "the sample digit 5, encoded and decoded"


def _faces_twice(name: str) -> Opened:
    """The autoencoder of faces, on a photograph of its size."""
    from playground.networks.faces import SIDE, FaceAutoencoder

    model = _filled(FaceAutoencoder, name)
    pixels = torch.from_numpy(prepare(photographs.sample("cat"), (3, SIDE, SIDE), digit=False).pixels)[None].float()
    return model, lambda: model.decode(model.encode(pixels)[0]), f"a photograph of {SIDE} × {SIDE} pixels, encoded and decoded"


def _filled(build: Callable[[], Any], name: str) -> Any:
    """A network with the weights of a bundled model whose file holds other arrays beside them."""
    from safetensors.numpy import load_file

    with torch.random.fork_rng(devices=[]):  # the starting weights are drawn and replaced at once
        model = build()
    arrays = load_file(catalogue.model(name).weights)
    own = {key.removeprefix("model/"): torch.from_numpy(value) for key, value in arrays.items() if key.startswith("model/")}
    model.load_state_dict({key: value.float() if value.is_floating_point() else value for key, value in own.items()})
    return model.eval()


def _ears(name: str) -> Opened:
    """What hears words, on a picture of sound."""
    from playground.zoo import speech

    model = speech.load(name)
    picture = torch.zeros(1, 40, 128)
    return model, lambda: model(picture), "a log-mel picture of sound, 40 × 128"


def _agent(name: str) -> Opened:
    """What an agent acts by, on the middle of what it can observe."""
    from playground.experiments import rl_agents

    _card, learner = rl_agents.load(name)
    parts = torch.nn.ModuleDict(rl_agents.networks(learner))
    actor = next(iter(parts.values()))
    seen = actor.centre[None].clone()

    def call() -> None:
        for part in parts.values():
            for each in part.children():
                each(_as_wide(each, seen))

    return parts, call, f"one observation of {seen.shape[1]} numbers"


def _as_wide(part: nn.Module, seen: Any) -> Any:
    """The observation, with room for the action where a critic wants one beside it."""
    first = next((each for each in part.modules() if isinstance(each, torch.nn.Linear)), None)
    wide = first.in_features if first is not None else seen.shape[1]
    return torch.nn.functional.pad(seen, (0, wide - seen.shape[1]))


OPENERS: dict[str, Callable[[str], Opened]] = {
    "": _classifier, "vae-digits": _digits_twice, "ae-faces": _faces_twice, "speech": _ears, "language": _head,
    "backbone": _backbone, "language/generators": _writer, "language/translate": _translator, "gan": _generator, "agents": _agent,
}  # fmt: skip


# Architectures by name ------------------------------------------------------------------------------------------------------------


def _architecture(name: str) -> tuple[nn.Module, Callable[[], Any], str, bool]:
    """One of timm's or torchvision's: with its weights where they are here, else laid out without any."""
    from playground.core import torchvision_guard
    from playground.experiments import images_models

    if name.startswith(TIMM) and name.removeprefix(TIMM) in timm_table.entries() and images_models.present(name):
        return *_classifier(name), True
    torchvision_guard.install()
    plain = name.split(":", 1)[1].strip()
    try:
        with torch.device("meta"):
            module, side, channels = _of_torchvision(plain) if name.startswith(TORCHVISION) else _of_timm(plain)
            if sum(each.numel() for each in module.parameters()) > LAID_OUT_PARAMETERS:
                raise UserError(f"{plain} has more than {LAID_OUT_PARAMETERS:,} parameters.", "Choose a smaller one.", field="model")
            picture = torch.zeros(1, channels, side, side)
    except UserError:
        raise
    except (RuntimeError, AssertionError, ValueError, TypeError, NotImplementedError, OSError) as error:
        first = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise UserError(f"{plain} cannot be laid out without its weights ({first}).", "Choose another.", field="model") from error
    module.eval()
    return module, lambda: module(picture), f"a picture of {side} × {side} pixels", False


def _of_timm(name: str) -> tuple[nn.Module, int, int]:
    import timm

    if not timm.is_model(name):
        raise UserError(f"timm has no architecture named “{name[:60]}”.", "Its names are in the table of the Images screen, under More networks.", field="model")
    module = timm.create_model(name, pretrained=False)
    size = module.pretrained_cfg.get("input_size") or (3, 224, 224)
    return module, int(size[-1]), int(size[0])


def _of_torchvision(name: str) -> tuple[nn.Module, int, int]:
    from torchvision import models

    known = [each.side for each in torchvision_table.entries() if each.architecture == name]
    if not known:
        raise UserError(f"torchvision has no classifier named “{name[:60]}”.", "Its names are in the chart of published models.", field="model")
    return models.get_model(name, weights=None, **({"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {})), min(known), 3


