"""What is sent at all, and what follows from an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# By age and not by count: longer than any outage, or than a lapsed key goes unseen over a weekend.
GIVE_UP_AFTER = timedelta(days=3)
FIRST_WAIT_SECONDS = 5.0
# Also what is believed at most when a server asks for time: who waits longer sleeps through its recovery.
LONGEST_WAIT_SECONDS = 1800.0
DOUBLINGS = 10  # are enough for the longest wait
GIVEN_UP = "given_up"  # the error code of what was tried for so long
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
    told_at: datetime,
    at: datetime,
) -> str:
    """Return the error code of what must not be sent any more, "" when it may be.

    `has_moved` is whether the device has another user than the recipient, `is_active` whether the recipient
    may sign in, `is_wanted` whether they want to be told in this way, `is_outdated` whether what it tells is not
    true any more, `told_at` when it was queued, and `at` the first moment at which it disturbs nobody.
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
    return GIVEN_UP if told_at + GIVE_UP_AFTER <= at else ""


def after_sending(
    *, outcome: str, attempts: int, now: datetime, retry_after_seconds: float | None, jitter: float
) -> After:
    """Decide what follows from an outcome. `attempts` counts this one; `jitter` is from 0 to 1.

    Only what can pass is tried again, with exponential back-off, and not before `retry_after_seconds` as far as
    that is believed. For how long, why_not_send says.
    """
    if outcome == "sent":
        return After("sent")
    if outcome in ("gone", "wrong_sender"):
        # A phone registers whenever the app starts, so even keys of a wrong project lose none for long.
        return After("failed", revoke=True, alarm=outcome == "wrong_sender")
    if outcome in ("our_bug", "refused"):
        return After("failed", alarm=outcome == "our_bug")
    backoff = FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, DOUBLINGS)
    asked = brake_seconds(retry_after_seconds) if outcome == "brake" else retry_after_seconds or 0.0
    wait = min(max(backoff, asked), LONGEST_WAIT_SECONDS) * (1 + jitter / 2)
    return After("retrying", next_try_at=now + timedelta(seconds=wait), alarm=outcome == "unauthorised")


def brake_seconds(retry_after_seconds: float | None) -> float:
    """Return for how long nothing is sent at all after a server has said that it is too much."""
    return BRAKE_SECONDS if retry_after_seconds is None else min(retry_after_seconds, LONGEST_WAIT_SECONDS)
