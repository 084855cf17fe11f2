"""One running text from a file; part of the gate."""

from __future__ import annotations

from playground.core.errors import UserError
from playground.core.limits import MIB, UPLOAD_BYTES
from playground.data.uploads import _decode


def read_text(name: str, content: bytes) -> str:
    """The text of a file, whatever its encoding.

    Raises:
        UserError: When it is empty, too large, or no text.
    """
    if len(content) > UPLOAD_BYTES:
        raise UserError(f"{name} has {len(content) / MIB:,.1f} MB; at most {UPLOAD_BYTES // MIB} MB can be read.")
    if not content.strip():
        raise UserError(f"{name} is empty.", "Upload a file with text in it.")
    try:
        return _decode(name, content)[0]
    except UserError as error:
        raise UserError(error.what, "Save it as plain text in UTF-8.") from None
