"""What is sent at all, and what follows from an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# With the waits below they span half a day: longer than an outage, or than a lapsed key goes unseen at night.
MAX_ATTEMPTS = 30
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 1800.0
# FCM's own advice for a 429 that names no time.
BRAKE_SECONDS = 60.0


@dataclass(frozen=True)
class After:
    """The state that follows, when to try again, whether the device is revoked and somebody alarmed."""

    status: str
    next_try_at: datetime | None = None
    revoke: bool = False
    alarm: bool = False


def why_not_send(
    *,
    is_revoked: bool,
    has_moved: bool,
    is_active: bool,
    is_wanted: bool,
    is_outdated: bool,
    expires_at: datetime | None,
    attempts: int,
    at: datetime,
) -> str:
    """Return the error code of what must not be sent any more, "" when it may be.

    `has_moved` is whether the device has another user than the recipient, `is_active` whether the recipient
    may sign in, `is_wanted` whether they want to be told in this way, `is_outdated` whether what it tells is not
    true any more, `attempts` the earlier ones, and `at` the first moment at which it disturbs nobody.
    """
    if is_revoked:
        return "device_revoked"
    if has_moved:
        return "device_moved"
    if not is_active:
        return "recipient_inactive"
    if not is_wanted:
        return "muted"
    if is_outdated:
        return "outdated"
    if expires_at is not None and expires_at <= at:
        return "expired"
    return "too_many_attempts" if attempts >= MAX_ATTEMPTS else ""


def after_sending(
    *, outcome: str, attempts: int, now: datetime, retry_after_seconds: float | None, jitter: float
) -> After:
    """Decide what follows from an outcome. `attempts` counts this one; `jitter` is from 0 to 1.

    Only what can pass is tried again: with exponential back-off, never before `retry_after_seconds`.
    """
    if outcome == "sent":
        return After("sent")
    if outcome in ("gone", "wrong_sender"):
        # A phone registers whenever the app starts, so even keys of a wrong project lose none for long.
        return After("failed", revoke=True, alarm=outcome == "wrong_sender")
    if outcome in ("our_bug", "refused"):
        return After("failed", alarm=outcome == "our_bug")
    if attempts >= MAX_ATTEMPTS:
        return After("failed", alarm=True)
    backoff = min(FIRST_WAIT_SECONDS * 2 ** (attempts - 1), LONGEST_WAIT_SECONDS)
    asked = brake_seconds(retry_after_seconds) if outcome == "brake" else retry_after_seconds or 0.0
    wait = max(backoff, asked) * (1 + jitter / 2)
    return After("retrying", next_try_at=now + timedelta(seconds=wait), alarm=outcome == "unauthorised")


def brake_seconds(retry_after_seconds: float | None) -> float:
    """Return for how long nothing is sent at all after FCM has said that it is too much."""
    return BRAKE_SECONDS if retry_after_seconds is None else retry_after_seconds
