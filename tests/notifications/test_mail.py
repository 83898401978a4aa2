"""What leaves by mail, and what is made of what a real mail server answers."""

from collections.abc import Iterator
from email.header import decode_header, make_header
from typing import Any

import pytest

from notifications.fcm import Outcome
from notifications.mail import Mail, send_mail
from tests.doubles.smtp import SmtpDouble, mail_server

MAIL = Mail(
    notification_id="5d875471-6e9e-405a-baf8-9570c61241ca",
    title="Utlägg behöver kompletteras",
    body="Öppna appen för att se mer.",
    address="karin@kalix.example",
)


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpDouble]:
    """A mail server that takes everything."""
    with mail_server() as (double, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "Tillfälle <no-reply@tillfalle.example>"
        yield double


def sent() -> tuple[Any, str]:
    result = send_mail(MAIL)
    return result.outcome, result.error_code


def test_a_mail_arrives_with_its_words_and_nothing_else(server: SmtpDouble) -> None:
    result = send_mail(MAIL)
    assert (result.outcome, result.error_code) == (Outcome.SENT, "")
    (mail,) = server.mails
    assert str(make_header(decode_header(mail["Subject"]))) == MAIL.title
    assert mail["To"] == "karin@kalix.example"
    assert mail.get_payload(decode=True).decode().strip() == MAIL.body  # type: ignore[union-attr]
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_repeat_is_known_by_its_message_id(server: SmtpDouble) -> None:
    results = {send_mail(MAIL).provider_message_id for _ in range(2)}
    ids = {mail["Message-ID"] for mail in server.mails}
    assert results == ids == {f"<{MAIL.notification_id}@tillfalle.example>"}


@pytest.mark.parametrize(
    ("at", "answer", "expected"),
    [
        ("RCPT", "550 No such user", (Outcome.REFUSED, "MAIL_REFUSED")),
        ("RCPT", "450 Come back later", (Outcome.UNAVAILABLE, "MAIL_DEFERRED")),
        ("DATA", "554 Rejected", (Outcome.REFUSED, "MAIL_REFUSED")),
        ("DATA", "451 Local error", (Outcome.UNAVAILABLE, "MAIL_DEFERRED")),
        ("MAIL", "553 Not from here", (Outcome.OUR_BUG, "MAIL_553")),
        ("MAIL", "452 No space", (Outcome.UNAVAILABLE, "MAIL_452")),
    ],
)
def test_what_a_server_refuses_is_told_from_what_passes(
    server: SmtpDouble, at: str, answer: str, expected: tuple[Outcome, str]
) -> None:
    server.answers[at] = answer
    assert sent() == expected
    assert server.mails == []


def test_a_server_that_is_away_passes(server: SmtpDouble, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    assert sent() == (Outcome.UNAVAILABLE, "MAIL_UNAVAILABLE")


def test_an_account_that_the_server_does_not_know_is_somebodys_work(server: SmtpDouble, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "nobody", "nothing"
    assert sent() == (Outcome.UNAUTHORISED, "MAIL_UNAUTHORISED")


def test_a_mail_does_not_show_its_address() -> None:
    assert "karin" not in repr(MAIL)
