"""Networks that are kept can be asked for gradients, whoever asked for them first."""

import pytest
import torch

from playground.experiments import convolution_networks, convolution_shift, transformer_models
from playground.explain import autoencoder_bundled
from playground.zoo import autoencoder_faces, gan_models, gpt, language, language_characters, language_heads, models, speech


def tensors(found):
    """Every tensor in what a loader gives."""
    if isinstance(found, torch.Tensor):
        return [found]
    if isinstance(found, torch.nn.Module):
        return [*found.parameters(), *found.buffers()]
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, tuple | list) else getattr(found, "__dict__", {}).values()
    return [each for part in parts for each in tensors(part)]


@pytest.mark.parametrize(("loader", "arguments"), [
    (models.load, ("digits-cnn",)), (convolution_networks.network, ("digits-cnn",)), (convolution_shift.rival, ()), (gan_models.load, ()), (gan_models.judge, ()),
    (gpt.bundled, ("stories-gpt",)), (transformer_models.loaded, ("stories-gpt",)), (language.backbone, ()), (language_heads.load, ("sentiment",)),
    (language_characters.load, ("shakespeare-char",)), (speech.load, ()), (autoencoder_faces.opened, ()), (autoencoder_bundled._opened, ()),
])  # fmt: skip
def test_what_is_loaded_in_inference_mode_can_be_differentiated(loader, arguments):
    for each in (models.load, loader):
        each.cache_clear()
    with torch.inference_mode():
        made = tensors(loader(*arguments))
    for each in (models.load, loader):
        each.cache_clear()  # later tests begin with what they load themselves
    assert made and not any(each.is_inference() for each in made)
