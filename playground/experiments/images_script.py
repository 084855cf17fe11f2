"""A prediction as a plain program to take home."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from playground.experiments.convolution_networks import SHELF, network
from playground.experiments.images_models import HUB, TIMM, classifier
from playground.experiments.images_predict import look

OF_TIMM = '''"""What {name} says to a picture: python predict.py PICTURE. Needs timm and, once, a network connection for the weights."""

import sys

import timm
import torch
from PIL import Image
from timm.data import ImageNetInfo, create_transform, infer_imagenet_subset, resolve_model_data_config

model = timm.create_model({name!r}, pretrained=True).eval()
transform = create_transform(**resolve_model_data_config(model), is_training=False)
with torch.inference_mode():
    shares = model(transform(Image.open(sys.argv[1]).convert("RGB"))[None]).softmax(1)[0]
names = ImageNetInfo(infer_imagenet_subset(model))
for share, place in zip(*(each.tolist() for each in shares.topk({top})), strict=True):
    print(f"{{share:.4f}}  {{names.index_to_description(place)}}")
'''
OF_HUB = '''"""What {name} says to a picture: python predict.py PICTURE. Needs transformers and, once, a network connection for the weights."""

import sys

from transformers import pipeline

for each in pipeline("image-classification", model={name!r}, model_kwargs={{"use_safetensors": True}}, top_k={top})(sys.argv[1]):
    print(f"{{each['score']:.4f}}  {{each['label']}}")
'''


def script(name: str, seen: Mapping[str, str], top: int) -> str:
    """A plain program that gives the same answer; bundled networks are written out with the prepared picture in it.

    Raises:
        UserError: For a bundled network that is built by another library.
    """
    if name.startswith(TIMM):
        return OF_TIMM.format(name=name.removeprefix(TIMM), top=top)
    if name.startswith(HUB):
        return OF_HUB.format(name=name.removeprefix(HUB), top=top)
    from playground.core.errors import UserError
    from playground.experiments.convolution_network_script import feature_script

    if name.startswith(SHELF):
        raise UserError("This network was trained here.", "Take its script and weights home from the training screen.")
    pixels = classifier(name).prepare(*look(**dict(seen))).pixels
    return feature_script(network(name), np.round(pixels * 255).astype(int))
