"""Photographs from a visitor, many at once: each read within limits or refused in a sentence of its own; part of the gate."""

from __future__ import annotations

import numpy as np

from playground.core.errors import UserError
from playground.data.photographs import LARGEST
from playground.data.uploads_picture import read_picture

_SIGNATURES = (
    (b"%PDF", "a PDF document"), (b"PK\x03\x04", "an archive or an office document"), (b"\x1f\x8b", "a gzip archive"), (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"), (b"ID3", "a sound file"), (b"OggS", "a sound or film file"), (b"\x1a\x45\xdf\xa3", "a film"), (b"{\\rtf", "a text document"),
    (b"%!PS", "a PostScript file"), (b"\x7fELF", "a program"), (b"MZ", "a program"),
)  # fmt: skip
_BRANDS = ((("heic", "heix", "hevc", "mif1", "msf1", "heif"), "a HEIC photograph"), (("avif", "avis"), "an AVIF picture"), (("",), "a film"))


def read_photograph(name: str, content: bytes) -> np.ndarray:
    """A photograph as (h, w, 3) uint8, its longer side at most LARGEST pixels, turned as its camera says, transparency on white.

    Raises:
        UserError: For anything that is no picture within the limits; says what it is, whatever its name says.
    """
    name = name[:80]
    if other := what(content):
        wise = "Save or export it as JPEG or PNG." if "photograph" in other or "picture" in other or "drawing" in other else "JPEG, PNG, WebP, GIF, BMP and TIFF can be read."
        raise UserError(f"{name} is {other}, which cannot be read here.", wise)
    return read_picture(name, content, LARGEST)


def what(content: bytes) -> str:
    """What a file is that is no picture we read, by how it begins; "" when it may be one."""
    if content[4:8] == b"ftyp":
        brand = content[8:12].decode("latin1").strip("\x00 ")
        return next(words for brands, words in _BRANDS if brand in brands or brands == ("",))
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in content[:4096].lower()):
        return "an SVG drawing"
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if content.startswith(b"RIFF") and content[8:12] != b"WEBP":
        return "a sound or film file"
    return next((words for mark, words in _SIGNATURES if content.startswith(mark)), "")
