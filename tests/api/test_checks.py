"""What suits a demo must not go live."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from api.checks import check_deployment

BUCKETS = {f"tillfalle.E{number:03}" for number in range(9, 13)}


def ids() -> set[str]:
    return {str(finding.id) for finding in check_deployment(None)}


def test_settings_of_a_demo_are_found(settings: Settings) -> None:
    settings.EMBEDDED = settings.SECRET_KEY_MADE_HERE = settings.PASSWORD_LOGIN = True
    settings.FIREBASE_CREDENTIALS, settings.FCM_ENDPOINT_URL, settings.EMAIL_HOST = (
        "/no/file",
        "http://localhost",
        "",
    )
    assert ids() == {f"tillfalle.E00{number}" for number in range(1, 8)}


def test_a_proper_deployment_passes(settings: Settings, tmp_path: Path) -> None:
    credentials = tmp_path / "account.json"
    credentials.write_text("{}")
    settings.EMBEDDED = settings.SECRET_KEY_MADE_HERE = settings.PASSWORD_LOGIN = False
    settings.FIREBASE_CREDENTIALS, settings.FCM_ENDPOINT_URL = str(credentials), ""
    settings.EMAIL_HOST = "smtp.example"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert ids() == {"tillfalle.E008"}
    settings.NUM_PROXIES = 1
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    assert ids() == set()
    call_command("check", deploy=True, fail_level="WARNING")


@pytest.mark.parametrize(
    ("bucket", "endpoint_url", "region", "found"),
    [
        ("", "", "", set()),
        ("", "https://s3.example", "", {"tillfalle.E009"}),
        ("", "", "eu-north-1", {"tillfalle.E009"}),
        ("receipts", "", "eu-north-1", set()),
        ("receipts", "", "", {"tillfalle.E011"}),
        ("receipts", "https://s3.example", "", set()),
        ("receipts", "http://s3.example", "", {"tillfalle.E010"}),
    ],
)
def test_half_a_bucket_is_found(
    settings: Settings, bucket: str, endpoint_url: str, region: str, found: set[str]
) -> None:
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL, settings.S3_REGION = bucket, endpoint_url, region

    assert ids() & BUCKETS == found


def test_half_a_key_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.S3_BUCKET, settings.S3_REGION = "receipts", "eu-north-1"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)

    assert ids() & BUCKETS == {"tillfalle.E012"}


def test_the_command_fails_on_a_demos_settings(settings: Settings) -> None:
    settings.PASSWORD_LOGIN = True
    with pytest.raises(SystemCheckError, match=r"tillfalle\.E003"):
        call_command("check", deploy=True)


@pytest.mark.parametrize(("token", "found"), [("", set()), ("short", {"tillfalle.E013"}), ("long" * 8, set())])
def test_a_token_that_can_be_guessed_is_found(settings: Settings, token: str, found: set[str]) -> None:
    settings.METRICS_TOKEN = token

    assert ids() & {"tillfalle.E013"} == found
