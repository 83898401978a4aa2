"""Where receipts are kept: in a folder, or in a bucket that speaks S3."""

from typing import Any

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}}
IN_MEMORY = 1024 * 1024  # bytes of a file that is read; the rest goes to disk meanwhile
CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 20, 3


def storages(*, bucket: str, endpoint_url: str, region: str) -> dict[str, dict[str, Any]]:
    """Return Django's STORAGES. Receipts have names known beforehand: what is written again is written over.

    The keys of a bucket are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.
    """
    return {
        "default": _bucket(bucket, endpoint_url, region) if bucket else FOLDER,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def _bucket(name: str, endpoint_url: str, region: str) -> dict[str, Any]:
    from botocore.config import Config  # slow to import

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": endpoint_url or None,
            "region_name": region or None,
            "default_acl": None,  # the bucket's own: private
            "object_parameters": {"CacheControl": "private, no-store"},
            "max_memory_size": IN_MEMORY,
            "client_config": Config(
                signature_version="s3v4",
                # Servers other than Amazon's seldom have names for buckets.
                s3={"addressing_style": "path" if endpoint_url else "virtual"},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": TRIES, "mode": "standard"},
            ),
        },
    }
