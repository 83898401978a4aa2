"""What leaves by mail, and what is made of what a real mail server answers."""

import time
from collections.abc import Iterator
from dataclasses import replace
from email.header import decode_header, make_header
from typing import Any

import pytest

from core import smtp
from notifications.fcm import Outcome
from notifications.mail import Mail, send_mail
from tests.doubles.smtp import SmtpDouble, lines_server, mail_server

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
        settings.EMAIL_BACKEND = "core.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "Tillfälle <no-reply@tillfalle.example>"
        yield double


def dripping(text: str) -> Iterator[str]:
    """Say it, and never come to the end of the line."""
    yield text
    while True:
        time.sleep(0.02)
        yield "x"


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
        ("DATA", "554 Rejected", (Outcome.UNAUTHORISED, "MAIL_554")),
        ("DATA", "451 Local error", (Outcome.UNAVAILABLE, "MAIL_451")),
        ("MAIL", "553 Not from here", (Outcome.UNAUTHORISED, "MAIL_553")),
        ("MAIL", "452 No space", (Outcome.UNAVAILABLE, "MAIL_452")),
    ],
)
def test_what_a_server_refuses_is_told_from_what_passes(
    server: SmtpDouble, at: str, answer: str, expected: tuple[Outcome, str]
) -> None:
    server.answers[at] = answer
    assert sent() == expected
    assert server.mails == []


def test_a_server_that_is_away_passes_and_no_mail_is_tried_meanwhile(server: SmtpDouble, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    assert sent() == (Outcome.BRAKE, "MAIL_UNAVAILABLE")


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        ("554 No SMTP service here", (Outcome.UNAUTHORISED, "MAIL_554")),
        ("421 Busy", (Outcome.UNAVAILABLE, "MAIL_421")),
    ],
)
def test_a_server_that_greets_nobody_passes(
    server: SmtpDouble, settings: Any, greeting: str, expected: tuple[Outcome, str]
) -> None:
    with lines_server(lambda: [f"{greeting}\r\n"]) as settings.EMAIL_PORT:
        assert sent() == expected


@pytest.mark.parametrize("deadline", [0.15, 0.0])
def test_a_server_that_drips_is_hung_up_on(
    server: SmtpDouble, settings: Any, monkeypatch: pytest.MonkeyPatch, deadline: float
) -> None:
    monkeypatch.setattr(smtp, "DEADLINE_SECONDS", deadline)
    with lines_server(lambda: dripping("220 ")) as settings.EMAIL_PORT:
        assert sent() == (Outcome.BRAKE, "MAIL_UNAVAILABLE")


@pytest.mark.parametrize(
    "address",
    ["", "karin", "a,b@kalix.example", f"karin@{'x' * 64}.example", "karin@kalix.example\nBcc: a@b.example"],
)
def test_an_address_that_is_none_is_refused_for_good(server: SmtpDouble, address: str) -> None:
    result = send_mail(replace(MAIL, address=address))
    assert (result.outcome, result.error_code) == (Outcome.REFUSED, "MAIL_ADDRESS_UNUSABLE")
    assert server.mails == []


def test_an_account_that_the_server_does_not_know_is_somebodys_work(server: SmtpDouble, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "nobody", "nothing"
    assert sent() == (Outcome.UNAUTHORISED, "MAIL_535")


def test_a_mail_does_not_show_its_address() -> None:
    assert "karin" not in repr(MAIL)
