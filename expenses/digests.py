"""Checksums that a sender gives along (RFC 9530): `sha-256=:47DEQpj8…=:`, among others. Pure."""

import base64
import binascii
import re

from core.errors import InvalidInput
from core.text import Text

_MEMBER = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):(?:;.*)?", re.ASCII)
_SHA256_BYTES = 32


class ChecksumMalformed(InvalidInput):
    """A checksum header can't be read, and must not be taken for one that fits."""

    code = "checksum_malformed"
    text = Text(sv="Kontrollsumman går inte att läsa.", en="The checksum can't be read.")


class ChecksumMismatch(InvalidInput):
    """What arrived is not what was sent."""

    code = "checksum_mismatch"
    text = Text(
        sv="Filen kom inte fram hel. Skicka den igen.", en="The file did not come in whole. Send it again."
    )


def sha256_given(header: str | None) -> str | None:
    """Return the SHA-256 (hex) in the value of a header, None when it gives none. Raise ChecksumMalformed."""
    if not header or not header.strip():
        return None
    given = dict(_member(one) for one in header.split(","))
    digest = given.get("sha-256")
    if digest is not None and len(digest) != _SHA256_BYTES:
        raise ChecksumMalformed
    return digest.hex() if digest else None


def check_sha256(header: str | None, sha256: str) -> None:
    """Hold a SHA-256 (hex) against the value of a header. Raise ChecksumMalformed or ChecksumMismatch."""
    if sha256_given(header) not in (None, sha256):
        raise ChecksumMismatch


def _member(text: str) -> tuple[str, bytes]:
    match = _MEMBER.fullmatch(text.strip(" \t"))
    try:
        if match:
            return match[1], base64.b64decode(match[2], validate=True)
    except binascii.Error:
        pass
    raise ChecksumMalformed
