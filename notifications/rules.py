"""What follows from an attempt to send."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_ATTEMPTS = 12
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 1800.0
# Waiting longer than FCM asks is polite; much longer would lose the point of the message.
LONGEST_RETRY_AFTER_SECONDS = 3600.0
# FCM's own advice for a 429 that names no time.
BRAKE_SECONDS = 60.0


@dataclass(frozen=True)
class After:
    """The state that follows, when to try again, whether the device is revoked and somebody alarmed."""

    status: str
    next_try_at: datetime | None = None
    revoke: bool = False
    alarm: bool = False


def after_sending(
    *, outcome: str, attempts: int, now: datetime, retry_after_seconds: float | None, jitter: float
) -> After:
    """Decide what follows from an outcome. `attempts` counts this one; `jitter` is from 0 to 1.

    Only what can pass is tried again: with exponential back-off, never before `retry_after_seconds`.
    """
    if outcome == "sent":
        return After("sent")
    if outcome in ("gone", "wrong_sender"):
        return After("failed", revoke=True, alarm=outcome == "wrong_sender")
    if outcome == "our_bug":
        return After("failed", alarm=True)
    if attempts >= MAX_ATTEMPTS:
        return After("failed", alarm=True)
    backoff = min(FIRST_WAIT_SECONDS * 2 ** (attempts - 1), LONGEST_WAIT_SECONDS)
    unasked = BRAKE_SECONDS if outcome == "brake" else 0.0
    asked = min(unasked if retry_after_seconds is None else retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS)
    wait = max(backoff, asked) * (1 + jitter / 2)
    return After("retrying", next_try_at=now + timedelta(seconds=wait), alarm=outcome == "unauthorised")
