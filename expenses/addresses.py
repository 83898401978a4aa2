"""Addresses at which the storage itself gives or takes one file for a little while. Only a bucket has them.

Such an address is a key: it is handed to one person, and neither stored nor logged.
"""

import base64
from datetime import timedelta
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.files.storage import default_storage

LOOK = timedelta(minutes=1)
UPLOAD = timedelta(minutes=15)  # 15 MB where coverage is poor


class UploadAddress(NamedTuple):
    """Where to send a file, and with which headers: the storage refuses another length, type or checksum."""

    url: str
    headers: dict[str, str]


def has_addresses() -> bool:
    """Tell whether files are in a bucket."""
    return bool(settings.S3_BUCKET)


def address_for_look(name: str, *, filename: str, media_type: str) -> str:
    """Return where a stored file can be read for LOOK: under a neutral name, kept by no cache."""
    shown = {
        "ResponseContentType": media_type,
        "ResponseContentDisposition": f'inline; filename="{filename}"',
        "ResponseCacheControl": "private, no-store",
    }
    return _sign("get_object", name, shown, LOOK)


def address_for_upload(name: str, *, size: int, sha256: str, media_type: str) -> UploadAddress:
    """Return where `size` bytes of that checksum (hex) can be put for UPLOAD."""
    checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
    bound = {"ContentLength": size, "ContentType": media_type, "ChecksumSHA256": checksum}
    headers = {"Content-Length": str(size), "Content-Type": media_type, "x-amz-checksum-sha256": checksum}
    return UploadAddress(_sign("put_object", name, bound, UPLOAD), headers)


def _sign(call: str, name: str, values: dict[str, Any], lives: timedelta) -> str:
    """Sign a call. By the client that all threads share: `default_storage.url` would make one for each."""
    bucket = cast(Any, default_storage).bucket
    url: str = bucket.meta.client.generate_presigned_url(
        call, Params={"Bucket": bucket.name, "Key": name, **values}, ExpiresIn=int(lives.total_seconds())
    )
    return url
