"""Compiled policies made small enough for an SSM parameter: gzip in base64."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

from sgwarden.policy.compiled import load_compiled
from sgwarden.policy.errors import PolicyError, Problem

if TYPE_CHECKING:
    from sgwarden.policy.types import Document

LARGEST = 256 * 1024
"""Bytes of JSON that are unpacked at most: 8 kB of gzip can hold a thousand times as many."""

_TOO_LARGE = f"it has more than {LARGEST} bytes of JSON"
_GZIP = 16 + zlib.MAX_WBITS


def pack(compiled: str, source: str = "policy") -> str:
    """The compiled policy as one line of base64; raises PolicyError for one that is too large for it."""
    data = compiled.encode()
    if len(data) > LARGEST:
        raise PolicyError([Problem(0, 0, f"{_TOO_LARGE}: {len(data)}")], source)
    packer = zlib.compressobj(9, wbits=_GZIP)
    packed = packer.compress(data) + packer.flush()
    return base64.b64encode(packed).decode() + "\n"


def unpack(text: str, source: str = "policy") -> str:
    """The compiled policy of a text, which may be JSON as it is; raises PolicyError for what is neither.

    JSON begins with a brace, which base64 does not have.
    """
    text = text.strip()
    if text.startswith("{"):
        return text
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(base64.b64decode(text, validate=True), LARGEST + 1)
    except (ValueError, zlib.error) as error:
        raise _refused(f"this is neither compiled JSON nor gzip in base64: {error}", source) from error
    if len(unpacked) > LARGEST:
        raise _refused(_TOO_LARGE, source)
    if not unpacker.eof or unpacker.unused_data:
        raise _refused("its gzip is cut off, or something comes after it", source)
    try:
        return unpacked.decode()
    except UnicodeDecodeError as error:
        raise _refused(f"what is in it is not UTF-8: {error}", source) from error


def load_packed(text: str, source: str = "policy") -> Document:
    """The document of a compiled policy, packed or as it is; raises PolicyError for anything else."""
    return load_compiled(unpack(text, source), source)


def _refused(message: str, source: str) -> PolicyError:
    hint = "write it with `sgwarden policy compile --compress`"
    return PolicyError([Problem(0, 0, message, hint)], source)
