"""Google's speech embedding, read from the package that carries it: the layers that the digit network begins with. The app itself never needs the package.

The package openwakeword (D. Scripka, Apache licence 2.0) brings `speech_embedding` version 1 of TensorFlow Hub (Google, Apache licence 2.0) as an ONNX file.
Only its arrays are read, in the order of the graph; nothing in it is run.
"""

from __future__ import annotations

import hashlib
import zipfile

import numpy as np

from playground.core.errors import UserError
from playground.core.places import home

PACKAGE, MEMBER = "openwakeword-0.1.1-py3-none-any.whl", "openwakeword/resources/models/embedding_model.onnx"
SHA256 = "ba754db3cd768a524c655ea90655ee5e6055a43b8dfd29366a11e93716ae9e51"
SAID = "speech_embedding by Google (Lin et al. 2020), Apache-2.0, as the package openwakeword 0.1.1 carries it"


def weights() -> dict[str, np.ndarray]:
    """The arrays of `networks.speech.Ear.layers` by their names there.

    Raises:
        UserError: When the package is not there, or is another.
    """
    path = home() / "zoo" / PACKAGE
    if not path.is_file():
        raise UserError(f"The recipe begins with a published embedding, and {PACKAGE} is not in {path.parent}.",
                        f"Fetch it: pip download --no-deps --dest {path.parent} openwakeword==0.1.1; the app itself never needs it.")  # fmt: skip
    with zipfile.ZipFile(path) as package:
        content = package.read(MEMBER)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise UserError(f"{MEMBER} in {PACKAGE} is not the file that this recipe was written for.", "Fetch the package again.")
    return named(content)


def named(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of an ONNX graph of convolutions and batch normalisations, called as they are in a sequence of layers of PyTorch."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(content).graph
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    made, place = {}, 0
    for node in graph.node:
        given = [arrays[each] for each in node.input if each in arrays]
        if node.op_type == "Conv":
            made |= {f"{place}.{name}": value for name, value in zip(("weight", "bias"), given, strict=False)}
        elif node.op_type == "BatchNormalization":
            made |= {f"{place}.{name}": value for name, value in zip(("weight", "bias", "running_mean", "running_var"), given, strict=True)}
            made[f"{place}.num_batches_tracked"] = np.array(0)
        place += node.op_type in ("Conv", "Relu", "BatchNormalization", "LeakyRelu", "MaxPool")  # the Max after each LeakyRelu is part of one layer
    return made
