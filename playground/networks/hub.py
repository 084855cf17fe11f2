"""Networks of other libraries as this house takes them: opened from files on this machine without running a line of their repositories' code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from playground.core.errors import UserError
from playground.data import hub_files

LIBRARIES = ("sacremoses", "phonemizer", "uroman", "tiktoken")  # that some tokenizers want


class LogitsOf(nn.Module):
    """A transformers classifier that answers with its logits alone."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) of normalised images (n, channels, height, width)."""
        return self.model(images).logits


def opened(weights: Path, name: str, kind: str, reader: str = "AutoTokenizer") -> tuple[Any, Any]:
    """What makes inputs (`reader` of transformers) and the network (`kind`, of the AutoModelFor… kinds) in float32, ready to be asked.

    Args:
        weights: The safetensors file; what else belongs to the model lies beside it.
        name: Of the model, for what is said when it cannot be opened.

    Raises:
        UserError: When the files are damaged, are of a model for something else, or want code of their own to be run.
    """
    from safetensors import SafetensorError

    from playground.core import torchvision_guard

    torchvision_guard.install()
    import transformers
    from transformers.utils import logging

    logging.disable_progress_bar()  # of reading a file from the disk: nobody sees it but the log
    _whole(weights, name)
    code = hub_files.own_code(weights.parent)
    if code == "needed":
        raise hub_files.own_code_refused(name)
    safe = {"local_files_only": True, "trust_remote_code": False}
    try:
        before = getattr(transformers, reader).from_pretrained(weights.parent, **safe)
        network, about = getattr(transformers, kind).from_pretrained(weights.parent, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **safe)
    except (OSError, ValueError, KeyError, ImportError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:  # any of these over files of another kind
        if code:
            raise hub_files.own_code_refused(name) from error
        if isinstance(error, ImportError) and (wanted := next((each for each in LIBRARIES if each.lower() in str(error).lower()), None)):
            raise UserError(f"{name} needs {wanted}, a library that is not part of this installation.", "Choose a model that brings a tokenizer.json.", field="model") from error
        if "Unrecognized configuration class" in str(error):
            raise UserError(f"{name} cannot be opened for this task: models of its family ({_family(weights.parent)}) do something else.", "Choose a model made for it.") from error
        why = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")[:160]
        raise UserError(f"{name} cannot be opened for this task ({type(error).__name__}: {why.rstrip('.')}).", "Choose a model made for it.") from error
    if lost := sorted(about["missing_keys"]):
        shown = ", ".join(lost[:2]) + (" …" if len(lost) > 2 else "")
        raise UserError(f"{name} was not trained for this task: its file lacks {shown}, and random numbers in their place would answer at random.", "Choose a model made for it.")
    return before, network.eval()


def _family(folder: Path) -> str:
    """What the settings in `folder` call the family of the model."""
    try:
        return str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unnamed"


def _whole(weights: Path, name: str) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(weights, "pt") as file:
            file.keys()
    except (SafetensorError, OSError) as error:
        raise UserError(f"The file of {name} is damaged or was cut short.", "Remove it in Model zoo under “Downloaded”, then download it again.") from error
