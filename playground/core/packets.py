"""One binary form for views, scenes, checkpoints and canvas payloads.

A packet is `u32 header length | header JSON (UTF-8) | padding | arrays`, little endian. The header holds
`{"kind": str, "values": {name: number|str|list|dict|bool|None}, "arrays": [[name, dtype, shape, offset], …]}`
with offsets counted from the start of the packet, each a multiple of 8. dtype is one of `f4 f8 f2 u1 i4 i2 i8 b1`.
`ui/components/packets.js` reads the same form. No pickle: decoding runs no code.
"""

import dataclasses
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.core.errors import UserError

DTYPES = {"f4": "<f4", "f8": "<f8", "f2": "<f2", "u1": "|u1", "i4": "<i4", "i2": "<i2", "i8": "<i8", "b1": "|b1"}
_ALIGN = 8


def encode(kind: str, content: Any) -> bytes:
    """Encode a mapping or a dataclass of arrays and JSON values.

    Tensors are taken as arrays. Numbers that are not finite are kept as the strings "nan", "inf", "-inf" (JSON has none).
    """
    values: dict[str, Any] = {}
    arrays: list[tuple[str, np.ndarray]] = []
    for name, value in items(content):
        if hasattr(value, "detach"):
            value = value.detach().cpu().numpy()
        if isinstance(value, np.ndarray):
            arrays.append((name, np.asarray(value, order="C")))  # keeps the shape () of a single number
        else:
            values[name] = _plain(value)
    table: list[list[Any]] = [[name, _code(name, array), list(array.shape), 0] for name, array in arrays]
    header = _header(kind, values, table)
    # Offsets depend on the header's length and stand in the header: reserve 12 digits for each, then fill in.
    start = _align(4 + len(header) + 12 * len(table))
    offset = start
    for row, (_, array) in zip(table, arrays, strict=True):
        row[3] = offset
        offset = _align(offset + array.nbytes)
    header = _header(kind, values, table).ljust(start - 4)
    buffer = bytearray(offset)
    struct.pack_into("<I", buffer, 0, len(header))
    buffer[4 : 4 + len(header)] = header
    for row, (_, array) in zip(table, arrays, strict=True):
        buffer[row[3] : row[3] + array.nbytes] = array.tobytes()
    return bytes(buffer)


def decode(packet: bytes) -> tuple[str, dict[str, Any]]:
    """Decode to `(kind, {name: array or value})`; arrays are read-only views of `packet`.

    Raises:
        UserError: If the bytes are not a packet.
    """
    try:
        (length,) = struct.unpack_from("<I", packet, 0)
        header = json.loads(packet[4 : 4 + length])
        content: dict[str, Any] = {name: _special(value) for name, value in header["values"].items()}
        for name, code, shape, offset in header["arrays"]:
            count = math.prod(shape)
            content[name] = np.frombuffer(packet, DTYPES[code], count, offset).reshape(shape)
        return header["kind"], content
    except (struct.error, KeyError, TypeError, ValueError) as error:
        raise UserError("These bytes are not a stored view or checkpoint.", "The file may be damaged.") from error


def items(content: Any) -> list[tuple[str, Any]]:
    """Name and value of every entry of a mapping or dataclass."""
    if dataclasses.is_dataclass(content):
        return [(field.name, getattr(content, field.name)) for field in dataclasses.fields(content)]
    if isinstance(content, Mapping):
        return list(content.items())
    raise TypeError(f"cannot encode {type(content).__name__}")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _special(value: Any) -> Any:
    return float(value) if isinstance(value, str) and value in ("nan", "inf", "-inf") else value


def _code(name: str, array: np.ndarray) -> str:
    code = f"{array.dtype.kind}{array.dtype.itemsize}"
    if code not in DTYPES:
        raise TypeError(f"array {name!r} has dtype {array.dtype}; packets hold {', '.join(DTYPES)}")
    return code


def _header(kind: str, values: dict[str, Any], table: list[list[Any]]) -> bytes:
    return json.dumps({"kind": kind, "values": values, "arrays": table}, separators=(",", ":")).encode()


def _align(offset: int) -> int:
    return -(-offset // _ALIGN) * _ALIGN
