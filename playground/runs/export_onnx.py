"""A trained network as an ONNX file, for runtimes that know nothing of torch."""

from __future__ import annotations

import importlib
import logging
from typing import Any

from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.runs.engine import get_engine
from playground.runs.export import fresh_checkpoint
from playground.runs.run import Run


def has_network(experiment: Experiment) -> bool:
    """Does this kind of experiment know its network as a torch module?"""
    return hasattr(experiment, "portable")


def onnx(run: Run) -> bytes:
    """The run's network, batch size free.

    Raises:
        UserError: When the experiment trains no single network, before its first step, or when ONNX has no words for one of its layers.
    """
    experiment = run.experiment
    if not has_network(experiment):
        raise UserError(f"{experiment.title} trains no single network that an ONNX file could hold.", "Take its weights or its script home instead.")
    state = fresh_checkpoint(run)
    return get_engine().compute(convert, key=experiment.key, modules=experiment.modules(), values=experiment.values(), state=state)


def convert(key: str, modules: list[str], values: dict[str, Any], state: dict[str, Any]) -> bytes:
    """ONNX bytes of the network that `portable` makes of a checkpoint; for the evaluator.

    Raises:
        UserError: When an operation has no counterpart.
    """
    import torch

    for module in modules:
        importlib.import_module(module)
    experiment = Experiment.registry()[key](**values)
    network, example = experiment.portable(state)  # type: ignore[attr-defined]
    network.eval()
    free = {name: {0: torch.export.Dim.DYNAMIC} for name in example}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        program = torch.onnx.export(network, (), kwargs=example, input_names=list(example), output_names=["output"], dynamic_shapes=free, dynamo=True, verbose=False)
    except torch.onnx.OnnxExporterError as error:
        raise UserError(f"ONNX cannot hold this network: {str(error).splitlines()[0][:200]}") from error
    assert program is not None
    for node in program.model.graph.all_nodes():  # the exporter notes where in this machine's files each one comes from
        node.metadata_props.clear()
        node.doc_string = None
    program.model.metadata_props.update({"experiment": key, "about": f"{experiment.title}; trained in the deep-learning playground"})
    return program.model_proto.SerializeToString()
