"""Hand one mail to the mail server: for people whose phones can't be reached.

As with pushes, a sender never raises for what the network or the server did, and retrying is the outbox's work.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

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
        return _refused([code for code, _ in error.recipients.values()])
    except SMTPAuthenticationError:
        return SendResult(Outcome.UNAUTHORISED, error_code="MAIL_UNAUTHORISED")
    except SMTPDataError as error:
        return _refused([error.smtp_code])
    except SMTPResponseException as error:
        passes = 400 <= error.smtp_code < 500
        outcome = Outcome.UNAVAILABLE if passes else Outcome.OUR_BUG
        return SendResult(outcome, error_code=f"MAIL_{error.smtp_code}")
    except (SMTPException, OSError):
        return SendResult(Outcome.UNAVAILABLE, error_code="MAIL_UNAVAILABLE")
    finally:
        with suppress(SMTPException, OSError):
            server.close()  # Django leaves it open when nobody could sign in
    return SendResult(Outcome.SENT, message_id)


def _refused(codes: list[int]) -> SendResult:
    """Tell an address that takes nothing from a server that has too much to do, such as one that greylists."""
    if all(code >= 500 for code in codes):
        return SendResult(Outcome.REFUSED, error_code="MAIL_REFUSED")
    return SendResult(Outcome.UNAVAILABLE, error_code="MAIL_DEFERRED")
