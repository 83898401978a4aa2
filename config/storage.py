"""Where receipts are kept: in a folder, or in a bucket that speaks S3."""

from typing import Any

FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}}
IN_MEMORY = 1024 * 1024  # bytes of a file that is read; the rest goes to disk meanwhile
IN_ONE_PIECE = 64 * 1024 * 1024  # bytes, more than any receipt has: pieces would be held in memory
# All tries together end before a task's time does.
CONNECT_SECONDS, READ_SECONDS, TRIES = 3, 15, 2


def storages(*, bucket: str, endpoint_url: str, region: str) -> dict[str, dict[str, Any]]:
    """Return Django's STORAGES. Receipts have names known beforehand: what is written again is written over.

    The keys of a bucket are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.
    """
    return {
        "default": _bucket(bucket, endpoint_url, region) if bucket else FOLDER,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def _bucket(name: str, endpoint_url: str, region: str) -> dict[str, Any]:
    # Slow to import, and only here of use.
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": endpoint_url or None,
            "region_name": region or None,
            "default_acl": None,  # the bucket's own: private
            "object_parameters": {"CacheControl": "private, no-store"},
            "max_memory_size": IN_MEMORY,
            "transfer_config": TransferConfig(multipart_threshold=IN_ONE_PIECE, use_threads=False),
            "client_config": Config(
                signature_version="s3v4",
                # Servers other than Amazon's seldom have names for buckets, or know the newest checksums.
                s3={"addressing_style": "path" if endpoint_url else "virtual"},
                request_checksum_calculation="when_required" if endpoint_url else "when_supported",
                response_checksum_validation="when_required" if endpoint_url else "when_supported",
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
            ),
        },
    }
