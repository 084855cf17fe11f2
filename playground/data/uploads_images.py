"""Images and archives of images, read within limits; part of the gate. Nothing is unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import ARCHIVE_BYTES, ARCHIVE_RATIO, IMAGE_BYTES, IMAGE_FILES, IMAGE_PIXELS, IMAGE_SIDES, MIB, TARGET_CLASSES, UPLOAD_BYTES
from playground.data.images_maths import FORMATS, class_of, square

CLUTTER = ("__macosx", "thumbs.db", "desktop.ini")
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
NAMED = 4  # files that a sentence lists


@dataclass(frozen=True, eq=False)
class Pictures:
    """Images of one upload, reduced to squares.

    Attributes:
        images: (n, channels, side, side) uint8.
        labels: Class of each image.
        names: Path of each image inside the upload.
        notes: What was detected or left out, in sentences.
        mode, crop, grey: How they were reduced (`grey`: colours that turned out to be grey).
    """

    images: np.ndarray
    labels: tuple[str, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]
    mode: str
    crop: bool
    grey: bool


def read_images(files: Sequence[tuple[str, bytes]], side: int = 32, colour: str = "auto", crop: bool = True,
                progress: Callable[[int, int], None] | None = None) -> Pictures:  # fmt: skip
    """Image files, or archives with a folder a class, as squares of bytes with their classes.

    Args:
        files: Name and content of each uploaded file.
        side: Width and height that every image is reduced to, one of IMAGE_SIDES.
        colour: "colour", "grey", or "auto": grey when every image is.
        crop: Whether the middle is taken of images that are not square; otherwise they are squeezed.
        progress: Called with the number of files done and of all.

    Raises:
        UserError: For an archive that is damaged, protected or dangerous, and when too little is left to learn from. Single
            files that are no images are left out and named in the notes.
    """
    if side not in IMAGE_SIDES or colour not in ("auto", "colour", "grey"):
        raise UserError(f"Images can be reduced to {', '.join(map(str, IMAGE_SIDES))} pixels in colour or grey.")
    total = sum(len(content) for _, content in files)
    if total > UPLOAD_BYTES:
        raise UserError(f"These files have {total / MIB:,.1f} MB; at most {UPLOAD_BYTES // MIB} MB can be read.", "Send fewer or smaller images.")
    members = _members(files)
    mode = "L" if colour == "grey" else "RGB"
    made: list[np.ndarray] = []
    names: list[str] = []
    refused: dict[str, list[str]] = {}
    for done, (name, content) in enumerate(_contents(members), 1):
        found = _one(content, side, mode, crop)
        if isinstance(found, str):
            refused.setdefault(found, []).append(name)
        else:
            made.append(found)
            names.append(name)
        if progress and (done % 20 == 0 or done == len(members)):
            progress(done, len(members))
    notes = [f"Left out because {'it is' if len(names_) == 1 else 'they are'} {why}: {_listing(names_)}." for why, names_ in refused.items()]
    return _collected(made, names, notes, mode, colour, crop)


def _collected(made: list[np.ndarray], names: list[str], notes: list[str], mode: str, colour: str, crop: bool) -> Pictures:
    if not made:
        raise UserError("None of these files is an image that can be read.", " ".join([*notes[:2], f"{', '.join(FORMATS)} can be read."]))
    labels = tuple(class_of(name.split("/")) for name in names)
    classes = sorted(set(labels))
    if len(classes) < 2:
        raise UserError(f"All {len(names):,} images are of one class (“{classes[0]}”); at least two classes are needed.",
                        "Put each class into a folder of its own and send them as one zip, or name files by class, such as cat_1.png.")  # fmt: skip
    if len(classes) > TARGET_CLASSES:
        raise UserError(f"These images have {len(classes):,} classes; at most {TARGET_CLASSES} can be learnt.", "Put each class into one folder.")
    images = np.stack(made)
    grey = colour == "auto" and images.shape[1] == 3 and bool((images[:, 0] == images[:, 1]).all() and (images[:, 0] == images[:, 2]).all())
    if grey:
        images = np.ascontiguousarray(images[:, :1])
    by_folder = sum("/" in name for name in names)
    way = "the folder" if by_folder == len(names) else "the name of the file, without its number" if not by_folder else "the folder, or the file's name"
    notes.insert(0, f"{len(names):,} images of {len(classes)} classes; the class is {way}.")
    return Pictures(images, labels, tuple(names), tuple(notes), mode, crop, grey)


def read_one(name: str, content: bytes, side: int, mode: str = "RGB", crop: bool = True) -> np.ndarray:
    """One image as (channels, side, side) uint8, reduced as those of `read_images` are.

    Raises:
        UserError: When it is no image, damaged or too large.
    """
    found = _one(content, side, mode, crop)
    if isinstance(found, str):
        raise UserError(f"{name[:80]} is {found}.", f"{', '.join(FORMATS)} can be read.")
    return found


@dataclass(frozen=True)
class _Member:
    """One file of an upload: on its own, or inside an archive."""

    path: tuple[str, ...]
    read: Callable[[], bytes]


def _members(files: Sequence[tuple[str, bytes]]) -> list[_Member]:
    """Every file, in the order of their paths; several archives count as folders named after them."""
    archives = [name for name, content in files if content.startswith(b"PK")]
    members: list[_Member] = []
    for name, content in files:
        path = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))  # a folder's files come with theirs
        short = path[-1] if path else name
        if content.startswith(b"PK\x05\x06"):
            raise UserError(f"{short} is an empty archive.")
        if content.startswith(b"PK") or short.lower().endswith(".zip"):
            members += _inside(short, content, (short.rsplit(".", 1)[0],) if len(archives) > 1 else ())
        else:
            members.append(_Member(path or (name,), lambda content=content: content))
    members = [member for member in members if not any(part.startswith(".") or part.lower() in CLUTTER for part in member.path)]
    if len(members) > IMAGE_FILES:
        raise UserError(f"These are {len(members):,} files; at most {IMAGE_FILES:,} can be read at once.")
    if not members:
        raise UserError("There is no file in this upload.")
    return sorted(members, key=lambda member: member.path)


def _inside(name: str, content: bytes, above: tuple[str, ...]) -> list[_Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [each for each in archive.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{name} is a damaged archive.", "Pack it anew.") from error
    unpacked = sum(each.file_size for each in entries)
    if len(entries) > IMAGE_FILES:
        raise UserError(f"{name} holds {len(entries):,} files; at most {IMAGE_FILES:,} can be read.")
    if unpacked > ARCHIVE_BYTES or unpacked > ARCHIVE_RATIO * max(len(content), 1 << 16):
        raise UserError(f"{name} has {len(content) / MIB:,.1f} MB and would unpack to {unpacked / MIB:,.0f} MB, which is more than images do.", "Pack the images alone.")
    members = []
    for entry in entries:
        parts = tuple(part for part in entry.filename.replace("\\", "/").split("/") if part not in ("", "."))
        if ".." in parts or entry.filename.startswith(("/", "\\")) or (parts and parts[0].endswith(":")):
            raise UserError(f"{name} holds a path that leads out of the archive (“{entry.filename[:60]}”).", "Pack it anew, with plain folders.")
        if entry.flag_bits & 1:
            raise UserError(f"{name} is protected by a password.", "Pack it without one.")
        if parts:
            members.append(_Member(above + parts, lambda entry=entry: _unpacked(archive, entry)))
    return members


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ValueError("only linked to, not contained")
    if entry.file_size > IMAGE_BYTES:
        raise ValueError(f"larger than {IMAGE_BYTES // MIB} MB")
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise ValueError("damaged inside the archive") from error


def _contents(members: list[_Member]) -> Iterator[tuple[str, bytes | str]]:
    """Path of each file, and its bytes or what is wrong with it, one at a time."""
    for member in members:
        content: bytes | str
        try:
            content = member.read()
        except ValueError as error:
            content = str(error)
        yield "/".join(member.path), content


def _one(content: bytes | str, side: int, mode: str, crop: bool) -> np.ndarray | str:
    """One image as a square of bytes, or what is wrong with it as the end of a sentence."""
    from PIL import Image, UnidentifiedImageError

    if isinstance(content, str):
        return content
    if not content:
        return "empty"
    if len(content) > IMAGE_BYTES:
        return f"larger than {IMAGE_BYTES // MIB} MB"
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > IMAGE_PIXELS:
                return f"larger than {IMAGE_PIXELS / 1e6:g} million pixels"
            return square(image, side, mode, crop)
    except UnidentifiedImageError:
        return "no image that can be read"
    except Image.DecompressionBombError:
        return f"larger than {IMAGE_PIXELS / 1e6:g} million pixels"
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError, zlib.error, IndexError, KeyError, TypeError, AttributeError):
        return "damaged"  # Pillow's readers of damaged files raise whatever they trip over


def _listing(names: list[str]) -> str:
    shown = ", ".join(name.rsplit("/", 1)[-1][:40] for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
