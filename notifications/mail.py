"""Hand one mail to the mail server: for people whose phones can't be reached.

As with pushes, a sender never raises for what the network or the server did, and retrying is the outbox's work.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import sanitize_address

from notifications.fcm import Outcome, SendResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """Hold all that leaves the house; texts carry no name, place or amount, and reprs no address."""

    notification_id: str
    title: str
    body: str
    address: str = field(repr=False)


def send_mail(mail: Mail) -> SendResult:
    """Send one mail and tell what became of it. A repeat has the same Message-ID, by which programs know it."""
    if not _is_usable(mail.address):
        return SendResult(Outcome.REFUSED, error_code="MAIL_ADDRESS_UNUSABLE")
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message_id = f"<{mail.notification_id}@{domain}>"
    server = get_connection()
    message = EmailMessage(
        mail.title,
        mail.body,
        to=[mail.address],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        connection=server,
    )
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        [(code, _)] = error.recipients.values()
        return _refused(code)
    except SMTPResponseException as error:
        return _unwilling(error.smtp_code)
    except (SMTPException, OSError):
        # Nobody is there, or they hang: the next mail would wait as long, so all mails do for a while.
        return SendResult(Outcome.BRAKE, error_code="MAIL_UNAVAILABLE")
    finally:
        with suppress(SMTPException, OSError):
            server.close()  # Django leaves it open when nobody could sign in
    return SendResult(Outcome.SENT, message_id)


def _is_usable(address: str) -> bool:
    try:
        return "@" in sanitize_address(address, settings.DEFAULT_CHARSET)
    except ValueError:
        return False


def _refused(code: int) -> SendResult:
    """Tell an address that takes nothing, the only end for good, from a server that greylists."""
    if code >= 500:
        return SendResult(Outcome.REFUSED, error_code="MAIL_REFUSED")
    return SendResult(Outcome.UNAVAILABLE, error_code="MAIL_DEFERRED")


def _unwilling(code: int) -> SendResult:
    """Tell a server that has too much to do from one that wants nothing of us: until somebody looks."""
    outcome = Outcome.UNAVAILABLE if 400 <= code < 500 else Outcome.UNAUTHORISED
    return SendResult(outcome, error_code=f"MAIL_{code}")
