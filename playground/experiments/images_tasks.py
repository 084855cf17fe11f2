"""Finding things in a picture with models of the Hub: boxes (DETR, YOLOS), masks (SegFormer and its like), written words (TrOCR)."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch
from playground.core.limits import FOUND_BOXES, TEXT_TOKENS, WRITTEN_LINES
from playground.data import hub_files

BUNDLED = "digits-cnn"  # finds digits, each cut out and named by the bundled network; the one finder that needs no download
MASK_SIDE = 320  # longer side of the masks that are sent to a browser


@dataclass(frozen=True)
class Task:
    """Something that is found in a picture.

    Attributes:
        models: Repositories that do it, the smallest first; any other of the same kind may be named.
        kinds: Parts of the architecture's name by which such a model is known.
    """

    title: str
    words: str
    models: tuple[str, ...]
    kinds: tuple[str, ...]


TASKS = {
    "detection": Task("Boxes around things", "Every thing of the classes it knows, with a box and a share.",
                      (BUNDLED, "hustvl/yolos-tiny", "hustvl/yolos-small", "facebook/detr-resnet-50"), ("ObjectDetection",)),
    "segmentation": Task("Masks", "Every pixel is given to a class.", ("nvidia/segformer-b0-finetuned-ade-512-512", "nvidia/segformer-b2-finetuned-ade-512-512"),
                         ("Segmentation",)),
    "words": Task("Written words", "Lines of writing are cut out and read one by one.",
                  ("microsoft/trocr-small-printed", "microsoft/trocr-base-printed", "microsoft/trocr-base-handwritten"),
                  ("VisionEncoderDecoder",)),
}  # fmt: skip


def present(repository: str) -> bool:
    """Whether a model's files are on this machine."""
    return repository == BUNDLED or hub_files.cached(repository) is not None and hub_files.cached(repository, "config.json") is not None


def find(task: str, model: str, seen: Mapping[str, str]) -> dict[str, Any]:
    """What a model finds in a picture.

    Returns:
        `picture` (h, w, 3) uint8; `labels` (list) and `shares` (n,) float64, the surest first; `boxes` (n, 4) float64 of left, top, right,
        bottom in pixels; for masks `masks` (h', w') uint8, 0 where none is and i + 1 where i is; `texts` (list) for words; `seconds`.

    Raises:
        UserError: When the model is not here or does something else, or nothing can be read.
    """
    from playground.experiments.images_predict import look

    image = look(**dict(seen))[0]
    coloured = np.ascontiguousarray(np.broadcast_to(image[..., None], (*image.shape, 3)) if image.ndim == 2 else image)
    begun = time.perf_counter()
    if model == BUNDLED:
        if task != "detection":
            raise UserError(f"{BUNDLED} finds digits and nothing else.", f"For example {TASKS[task].models[0]} does this.", field="finder")
        return {"picture": coloured, **_digits(coloured), "seconds": time.perf_counter() - begun}
    found = {"detection": _boxes, "segmentation": _masks, "words": _words}[task](_opened(task, model), coloured)
    return {"picture": coloured, **found, "seconds": time.perf_counter() - begun}


@functools.lru_cache(2)
@lasting
def _opened(task: str, model: str) -> Any:
    """The pipeline, or the model and its processor for words.

    Raises:
        UserError: When its files are not here, do not fit, or are of a model that does something else.
    """
    path = hub_files.cached(hub_files.checked(model))
    if path is None:
        raise hub_files.missing(model)
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import transformers
    from safetensors import SafetensorError

    try:
        settings = transformers.AutoConfig.from_pretrained(path.parent, local_files_only=True, trust_remote_code=False)
        made = " ".join(settings.architectures or ())
        if not any(kind in made for kind in TASKS[task].kinds):
            raise UserError(f"{model} is a {made or settings.model_type}, which does not do this.", f"For example {TASKS[task].models[0]} does.", field="finder")
        safe = {"local_files_only": True, "trust_remote_code": False}
        with torch.random.fork_rng(devices=[]):
            if task == "words":
                reader = transformers.VisionEncoderDecoderModel.from_pretrained(path.parent, use_safetensors=True, **safe).eval()
                return reader, transformers.AutoImageProcessor.from_pretrained(path.parent, **safe), transformers.AutoTokenizer.from_pretrained(path.parent, **safe)
            name = {"detection": "object-detection", "segmentation": "image-segmentation"}[task]
            return transformers.pipeline(name, model=str(path.parent), model_kwargs={"use_safetensors": True}, trust_remote_code=False, device="cpu")
    except (RuntimeError, KeyError, ValueError, OSError, SafetensorError, ImportError, AttributeError, TypeError) as error:
        if isinstance(error, UserError):
            raise
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise UserError(f"The files of {model} could not be opened ({reason}).", "Download the model again, or choose another.") from error


def _boxes(pipeline: Any, image: np.ndarray) -> dict[str, Any]:
    from PIL import Image

    with torch.inference_mode():
        found = sorted(pipeline(Image.fromarray(image), threshold=0.05), key=lambda each: -each["score"])[:FOUND_BOXES]
    boxes = [[each["box"][side] for side in ("xmin", "ymin", "xmax", "ymax")] for each in found]
    return {"labels": [each["label"] for each in found], "shares": np.array([each["score"] for each in found], float), "boxes": np.array(boxes, float).reshape(-1, 4)}


def _digits(image: np.ndarray) -> dict[str, Any]:
    """Connected pieces of writing, each named by the bundled digit network; from left to right in the order they are read."""
    from scipy import ndimage

    from playground.experiments.images_predict import name_all

    pieces, count = ndimage.label(_ink(image), np.ones((3, 3)))
    places = [each for each in ndimage.find_objects(pieces) if each[0].stop - each[0].start >= 8] if count else []
    tallest = max((rows.stop - rows.start for rows, _ in places), default=0)
    kept = [(rows, columns) for rows, columns in places if rows.stop - rows.start >= 0.4 * tallest][:FOUND_BOXES]
    edge = round(0.15 * tallest)
    boxes = [(max(0, columns.start - edge), max(0, rows.start - edge), min(image.shape[1], columns.stop + edge), min(image.shape[0], rows.stop + edge)) for rows, columns in kept]
    named = name_all(BUNDLED, [image[top:bottom, left:right] for left, top, right, bottom in boxes], 1) if boxes else []
    good = [i for i, each in enumerate(named) if "labels" in each]
    return {"labels": [named[i]["labels"][0] for i in good], "shares": np.array([named[i]["shares"][0] for i in good], float),
            "boxes": np.array([boxes[i] for i in good], float).reshape(-1, 4)}  # fmt: skip


def _masks(pipeline: Any, image: np.ndarray) -> dict[str, Any]:
    from PIL import Image

    with torch.inference_mode():
        found = [each for each in pipeline(Image.fromarray(image)) if np.asarray(each["mask"]).any()]
    covered = [float((np.asarray(each["mask"]) > 0).mean()) for each in found]
    order = sorted(range(len(found)), key=lambda i: -covered[i])[:254]
    scale = min(1.0, MASK_SIDE / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    masks = np.zeros(size[::-1], np.uint8)
    boxes = []
    for place, i in enumerate(order):
        mask = np.asarray(found[i]["mask"]) > 0
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        boxes.append([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
        small = np.asarray(Image.fromarray(mask.astype(np.uint8)).resize(size, Image.Resampling.NEAREST))
        masks[(small > 0) & (masks == 0)] = place + 1
    return {"labels": [found[i]["label"] for i in order], "shares": np.array([covered[i] for i in order], float), "boxes": np.array(boxes, float).reshape(-1, 4), "masks": masks}


def _words(opened: Any, image: np.ndarray) -> dict[str, Any]:
    from PIL import Image

    model, processor, tokenizer = opened
    boxes = lines(image)
    if not boxes:
        raise UserError("No line of writing stands out in this picture.", "Photograph dark writing on even, light paper, upright.")
    texts, shares = [], []
    for left, top, right, bottom in boxes[:WRITTEN_LINES]:
        given = processor(images=Image.fromarray(image[top:bottom, left:right]), return_tensors="pt").pixel_values
        with torch.inference_mode():
            made = model.generate(given, max_new_tokens=TEXT_TOKENS, do_sample=False, num_beams=1, output_scores=True, return_dict_in_generate=True)
        texts.append(tokenizer.decode(made.sequences[0], skip_special_tokens=True).strip())
        sure = [float(step[0].softmax(-1).amax()) for step in made.scores]
        shares.append(float(np.mean(sure)) if sure else 0.0)
    return {"labels": texts, "texts": texts, "shares": np.array(shares), "boxes": np.array(boxes[: len(texts)], float), "all_lines": len(boxes)}


def _ink(image: np.ndarray) -> np.ndarray:
    """Where dark or light writing stands out from its ground, (h, w) bool."""
    from PIL import Image, ImageFilter

    grey = np.asarray(Image.fromarray(image).convert("L"), float)
    ground = np.asarray(Image.fromarray(grey.astype(np.uint8)).filter(ImageFilter.GaussianBlur(max(image.shape[:2]) / 15)), float)
    dark, light = ground - grey, grey - ground
    ink = np.clip(dark if np.quantile(dark, 0.98) >= np.quantile(light, 0.98) else light, 0, None)
    return ink > max(18.0, 0.35 * float(np.quantile(ink, 0.995)))


def lines(image: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Boxes (left, top, right, bottom) of lines of dark or light writing, from top to bottom: rows with ink, parted by rows without."""
    marked = _ink(image)
    rows = marked.mean(1)
    busy = np.concatenate([[False], rows > max(0.004, 0.12 * float(np.quantile(rows, 0.95))), [False]])
    edges = np.flatnonzero(busy[1:] != busy[:-1]).reshape(-1, 2)
    merged: list[list[int]] = []
    for top, bottom in edges:
        if merged and top - merged[-1][1] <= 1:
            merged[-1][1] = int(bottom)
        else:
            merged.append([int(top), int(bottom)])
    tall = [bottom - top for top, bottom in merged if bottom - top >= 5]
    least = max(5.0, 0.45 * float(np.median(tall))) if tall else 5.0
    found = []
    for top, bottom in merged:
        columns = np.flatnonzero(marked[top:bottom].any(0))
        if bottom - top >= least and len(columns) and columns[-1] - columns[0] >= 8:
            edge = round(0.25 * (bottom - top))
            found.append((max(0, int(columns[0]) - edge), max(0, top - edge), min(image.shape[1], int(columns[-1]) + 1 + edge), min(image.shape[0], bottom + edge)))
    return found
