"""One picture from a visitor, read within limits and made small; part of the gate."""

from __future__ import annotations

import io
import zlib

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES, IMAGE_PIXELS, MIB
from playground.data.images_maths import FORMATS
from playground.data.pictures import KEPT


def read_picture(name: str, content: bytes, longest: int = KEPT) -> np.ndarray:
    """A picture as (h, w, 3) uint8 with its longer side at most `longest` pixels, turned as its camera says, transparency on white.

    Raises:
        UserError: For anything that is no picture within the limits; says what it is.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not content:
        raise UserError(f"{name} is empty.")
    if len(content) > IMAGE_BYTES:
        raise UserError(f"{name} has {len(content) / MIB:,.1f} MB; a picture may have {IMAGE_BYTES // MIB} MB.", "Send a smaller one.")
    large = UserError(f"{name} has more than {IMAGE_PIXELS / 1e6:g} million pixels.", "Send a smaller one.")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > IMAGE_PIXELS:
                raise large
            image.draft("RGB", (4 * longest, 4 * longest))  # a JPEG need not be unpacked in full
            plain = _eight_bits(ImageOps.exif_transpose(image))
    except UserError:
        raise
    except UnidentifiedImageError:
        raise UserError(f"{name} is no picture that can be read.", f"{', '.join(FORMATS)} can be read.") from None
    except Image.DecompressionBombError:
        raise large from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError, zlib.error, IndexError, KeyError, TypeError, AttributeError) as error:
        # Pillow's readers of damaged files raise whatever they trip over
        raise UserError(f"{name} is a damaged picture.", "Save it anew, for example as PNG.") from error
    plain.thumbnail((longest, longest), Image.Resampling.BOX)
    return np.asarray(plain, np.uint8)


def _eight_bits(image):
    """Red, green and blue of 8 bits each."""
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more: its own range becomes 0 to 255
        values = np.nan_to_num(np.asarray(image, np.float64))
        top = 65535 if values.max() > 255 else 255
        image = Image.fromarray(np.clip(values * 255 / top, 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
