"""Send what is due, in turns: claim, send, record. The database is the truth; the queue only rings."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic, sleep
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from core.text import known_language
from notifications import braking, outbox
from notifications.fcm import Outcome, Push, SendResult
from notifications.mail import Mail
from notifications.messages import message_of
from notifications.outbox import Channel, Claimed
from notifications.rules import brake_seconds
from notifications.sending import send_in_groups

BATCH = 50
TURN_SECONDS = 1.0  # then reminders and receipts have their turn
PATIENCE_SECONDS = 15.0  # for a database that is started anew: what is sent and not recorded is sent again

Found = TypeVar("Found")


def send_due(now: datetime, *, channel: Channel = Channel.PUSH) -> bool:
    """Send what is due by a channel until nothing is left or the turn is over; tell whether it was over."""
    turn = Turn(now, channel)
    try:
        for group in send_in_groups(turn.claimed(), _message, until=turn.over_at):
            turn.record(group)
    finally:
        turn.give_back()
    return turn.is_over


def sweep(now: datetime) -> dict[Channel, int]:
    """Take back what a killed worker left in hand, and return how many are due by each channel."""
    outbox.take_back(now)
    return outbox.count_due(now)


class Turn:
    """What one process has claimed of a channel, for as long as others let it."""

    def __init__(self, now: datetime, channel: Channel) -> None:
        """Begin; half of the lease is left for what is on its way when the turn is over."""
        self.over_at = monotonic() + min(TURN_SECONDS, settings.DELIVERY_CLAIM_SECONDS / 2)
        self._now, self._channel = now, channel
        self._untried: deque[Claimed] = deque()
        self._wait_seconds = 0.0
        self._is_braked = braking.is_on(channel, now)

    @property
    def is_over(self) -> bool:
        """Tell whether it is somebody else's turn."""
        return monotonic() >= self.over_at

    def claimed(self) -> Iterator[Claimed]:
        """Yield one after the other, and claim more when these are used up."""
        while not self._is_braked:
            if not self._untried:
                self._untried.extend(_patiently(self._claim))
            if not self._untried:
                return
            yield self._untried.popleft()

    def _claim(self) -> list[Claimed]:
        return outbox.claim(self._now, channel=self._channel, limit=BATCH)

    def record(self, group: Sequence[tuple[Claimed, SendResult | None]]) -> None:
        """Record what came of some; brake with the others, and let the others brake."""
        tried = [(claimed, result) for claimed, result in group if result]
        self._untried.extend(claimed for claimed, result in group if not result)
        asked = [brake_seconds(one.retry_after_seconds) for _, one in tried if one.outcome == Outcome.BRAKE]
        if asked:
            self._wait_seconds = max(asked)
            braking.put_on(self._channel, timezone.now(), seconds=self._wait_seconds)
        if tried:
            _patiently(lambda: outbox.record(tried, timezone.now()))
        self._is_braked = bool(asked) or braking.is_on(self._channel, self._now)
        if self.is_over:
            self.give_back()

    def give_back(self) -> None:
        """Leave to others what was not tried; after a brake not at once, should the others not know of it."""
        if self._untried:
            wait = self._wait_seconds * (1 + random.random() / 2)  # noqa: S311 (spreads load, hides nothing)
            _patiently(lambda: outbox.give_back(self._untried, timezone.now(), seconds=wait))
            self._untried.clear()


def _patiently(work: Callable[[], Found]) -> Found:
    """Do it, again and again while the database is away. Raise what it raises when it stays away."""
    give_up_at = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or monotonic() > give_up_at:
                raise
            connection.close()
            sleep(0.1)


def _message(claimed: Claimed) -> Push | Mail:
    message = message_of(claimed.kind)
    title, body = message.words(known_language(claimed.language), claimed.lead_minutes, claimed.clock)
    if claimed.device_id is None:
        return Mail(notification_id=str(claimed.notification_id), title=title, body=body, address=claimed.address)
    return Push(
        notification_id=str(claimed.notification_id),
        kind=claimed.kind,
        title=title,
        body=body,
        # What is told later of the same story replaces what was told before, and a repeat replaces itself.
        collapse_key=f"{message.story or claimed.kind}:{claimed.subject_id or ''}".rstrip(":"),
        expires_at=claimed.expires_at,
        urgent=message.urgent,
        token=claimed.token or None,
        fid=claimed.fid or None,
    )
