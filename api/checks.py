"""What must not go live. `manage.py check --deploy` runs these."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def check_deployment(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """Find settings that suit a demo but not real people."""
    return list(_findings())


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
