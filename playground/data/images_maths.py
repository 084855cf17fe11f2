"""From a picture of any size and kind to a small square of bytes; exported scripts hold the source of these functions."""

import re

import numpy as np

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")  # nothing that runs a program of its own, as EPS does
PIXELS = 50_000_000  # as core.limits.IMAGE_PIXELS; here because scripts need it


def square(image, side, mode, crop):
    """A Pillow image as (channels, side, side) uint8.

    Turned as its camera says, transparency on white, 16 bits reduced to 8; `crop` takes the middle, otherwise it is squeezed.
    `mode` is "RGB" or "L" (grey).
    """
    from PIL import Image, ImageOps

    if image.width * image.height > PIXELS:
        raise ValueError(f"{image.width:,} × {image.height:,} pixels")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more: its own range becomes 0 to 255
        values = np.nan_to_num(np.asarray(image, np.float64))
        top = 65535 if values.max() > 255 else 255
        image = Image.fromarray(np.clip(values * 255 / top, 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB").convert(mode)
    if crop:
        image = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    else:
        image = image.resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(image, np.uint8).reshape(side, side, -1).transpose(2, 0, 1)


def class_of(parts):
    """The class of a file by its path: its folder, or its name without number for a file in no folder (cat_12.png is a cat)."""
    if len(parts) > 1:
        return parts[-2]
    stem = re.sub(r"\.\w+$", "", parts[-1])
    return re.sub(r"[\s_.(-]*\d+[\s)]*$", "", stem).strip() or stem
