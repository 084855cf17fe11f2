"""A visitor's images, kept on the shelf and taken from it again."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.data import images_maths, shelf
from playground.data.datasets import OWN_IMAGES
from playground.data.images import ImageData
from playground.data.tables_warnings import imbalance
from playground.data.uploads_images import Pictures

FEWEST = 8


def prepare(pictures: Pictures, title: str = "Your images") -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description for the shelf.

    Raises:
        UserError: When there are too few images.
    """
    if len(pictures.images) < FEWEST:
        raise UserError(f"These are {len(pictures.images)} images; at least {FEWEST} are needed.")
    classes, targets = np.unique(np.array(pictures.labels), return_inverse=True)
    names = tuple(classes.tolist())
    about = {"what": "images", "title": title, "classes": list(names), "names": list(pictures.names), "notes": list(pictures.notes),
             "warnings": imbalance(targets, names), "mode": pictures.mode, "crop": pictures.crop, "grey": pictures.grey}  # fmt: skip
    return {"images": pictures.images, "targets": targets.astype(np.int64)}, about


def from_shelf(digest: str) -> ImageData:
    """The images kept under `digest`.

    Raises:
        UserError: When they are not on this machine, or something else is kept there.
    """
    if not digest:
        raise UserError("There are no images of yours yet.", "Upload some first.", field="own")
    arrays, about = shelf.get(digest)
    if about.get("what") != "images":
        raise UserError("This link's uploaded data are not images.", "Upload the images again.", field="own")
    return ImageData(OWN_IMAGES, about["title"], "image", "classification", arrays["targets"], tuple(about["classes"]), images=arrays["images"],
                     names=tuple(about["names"]), crop=about["crop"], source="your files", licence="yours", own=digest, notes=tuple(about["notes"]),
                     warnings=tuple(about["warnings"]), loading=lambda: _loading(about, arrays["images"].shape[-1]))  # fmt: skip


def _loading(about: dict[str, Any], side: int) -> str:
    lines = [
        "import re", "from pathlib import Path", "", "from PIL import Image", "",
        'ROOT = Path("images")  # your files beside this script: unpack an archive here, so that images lie in images/<class>/',
        f"SIDE, MODE, CROP = {side}, {about['mode']!r}, {about['crop']}", f"FORMATS, PIXELS = {images_maths.FORMATS!r}, {images_maths.PIXELS:_}", "", "",
        inspect.getsource(images_maths.square), "", inspect.getsource(images_maths.class_of), "",
        "found, labels = [], []",
        "for parts in sorted(path.relative_to(ROOT).parts for path in ROOT.rglob(\"*\") if path.is_file()):",
        "    if any(part.startswith(\".\") or part.lower() in (\"__macosx\", \"thumbs.db\", \"desktop.ini\") for part in parts):",
        "        continue",
        "    try:",
        "        with Image.open(ROOT.joinpath(*parts), formats=FORMATS) as image:",
        "            found.append(square(image, SIDE, MODE, CROP))",
        "    except Exception as error:  # what is no image was left out on screen, too",
        "        print(\"left out:\", \"/\".join(parts), error)",
        "        continue",
        "    labels.append(class_of(parts))",
        "images = np.stack(found)" + ("[:, :1]  # all of them are grey" if about["grey"] else ""),
        "classes, targets = np.unique(labels, return_inverse=True)",
    ]  # fmt: skip
    return "\n".join(lines)
