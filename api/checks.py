"""What must not go live. `manage.py check --deploy` runs these."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def check_deployment(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """Find settings that suit a demo but not real people."""
    return [*_findings(), *_findings_of_bucket(), *_findings_of_metrics()]


def _findings() -> Iterator[checks.CheckMessage]:
    if settings.EMBEDDED:
        yield checks.Error("DATABASE_URL and REDIS_URL must both name real servers.", id="tillfalle.E001")
    if settings.SECRET_KEY_MADE_HERE:
        yield checks.Error("SECRET_KEY must be set: every machine needs the same one.", id="tillfalle.E002")
    if settings.PASSWORD_LOGIN:
        yield checks.Error(
            "PASSWORD_LOGIN is for demos: people sign in with a code or a passkey.", id="tillfalle.E003"
        )
    if not settings.FIREBASE_CREDENTIALS:
        yield checks.Warning("FIREBASE_CREDENTIALS is unset: pushes only reach the log.", id="tillfalle.W001")
    elif not Path(settings.FIREBASE_CREDENTIALS).is_file():
        yield checks.Error("FIREBASE_CREDENTIALS names no file.", id="tillfalle.E004")
    if settings.FCM_ENDPOINT_URL:
        yield checks.Error("FCM_ENDPOINT_URL is for tests: pushes would not reach Firebase.", id="tillfalle.E005")
    if not settings.EMAIL_HOST:
        yield checks.Error("EMAIL_HOST must be set: sign-in codes are mailed.", id="tillfalle.E006")
    if settings.SECURE_PROXY_SSL_HEADER is None:
        yield checks.Error("BEHIND_TLS_PROXY must be true: nothing here speaks TLS itself.", id="tillfalle.E007")
    elif not settings.NUM_PROXIES:
        yield checks.Error("NUM_PROXIES must count the proxies in front.", id="tillfalle.E008")


def _findings_of_metrics() -> Iterator[checks.CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 32:
        yield checks.Error("METRICS_TOKEN must have at least 32 characters.", id="tillfalle.E013")


def _findings_of_bucket() -> Iterator[checks.CheckMessage]:
    if not settings.S3_BUCKET:
        if settings.S3_ENDPOINT_URL or settings.S3_REGION:
            yield checks.Error("S3_BUCKET must name the bucket, or receipts go to a folder.", id="tillfalle.E009")
        return
    if settings.S3_ENDPOINT_URL:
        if not settings.S3_ENDPOINT_URL.startswith("https://"):
            yield checks.Error("S3_ENDPOINT_URL must speak TLS: phones fetch receipts there.", id="tillfalle.E010")
    elif not settings.S3_REGION:
        yield checks.Error("S3_REGION must be set: Amazon takes no address of another one.", id="tillfalle.E011")
    if len({bool(os.environ.get(key)) for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}) > 1:
        yield checks.Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together.", id="tillfalle.E012")
