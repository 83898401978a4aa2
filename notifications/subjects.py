"""What a notification is about, asked of the app that knows: this one knows nothing of occasions or expenses."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from notifications.messages import Audience, message_of
from notifications.models import Notification
from people.models import Membership

logger = logging.getLogger(__name__)
# Which of some notifications are not true any more.
Outdated = Callable[[Sequence[Notification], datetime], Iterable[Notification]]
_outdated: dict[str, Outdated] = {}
# What the clock on the wall shows when what some of them are about begins, of those whose texts may say so now.
Clocks = Callable[[Sequence[Notification]], Mapping[UUID, str]]
_clocks: dict[str, Clocks] = {}


def ask_before_sending(subject_type: str, outdated: Outdated) -> None:
    """Let an app say, at the moment of sending, which notifications about its things not to send any more."""
    _outdated[subject_type] = outdated


def ask_for_clocks(subject_type: str, clocks: Clocks) -> None:
    """Let an app say, at the moment of sending, when what it reminds of begins, where that may be said."""
    _clocks[subject_type] = clocks


def clocks_of(notifications: Iterable[Notification]) -> dict[UUID, str]:
    """Return by its id what each text may say of the clock, if anything. Where an app stumbles, none does."""
    return {pk: clock for told in _answers(_clocks, notifications) for pk, clock in told.items()}


def outdated_among(notifications: Iterable[Notification], now: datetime) -> set[UUID]:
    """Return the ids of those that are not to be sent any more, in a few queries however many they are.

    Where an app stumbles over the question, what it would have been asked about is sent: it was true when told.
    """
    asked_about = list(notifications)
    told = [*_answers(_outdated, asked_about, now), _of_no_coordinator(asked_about, now)]
    return {one.pk for those in told for one in those}


def _of_no_coordinator(notifications: Iterable[Notification], now: datetime) -> list[Notification]:
    """Return what is told to coordinators, and would reach somebody who coordinates nothing any more."""
    told = [one for one in notifications if message_of(one.kind).audience == Audience.COORDINATOR]
    if not told:
        return []
    led = Membership.objects.led_by({one.recipient_id for one in told}, now)
    coordinators = {user_id for user_id, _ in led}
    return [one for one in told if one.recipient_id not in coordinators]


def _answers(registry: Mapping[str, Callable[..., Any]], notifications: Iterable[Notification], *more: Any) -> Any:
    """Yield what each app answers that is asked about its own; one that stumbles answers nothing."""
    by_type = defaultdict(list)
    for notification in notifications:
        by_type[notification.subject_type].append(notification)
    for subject_type, those in by_type.items():
        if ask := registry.get(subject_type):
            try:
                with transaction.atomic():
                    answer = ask(those, *more)
            except Exception:
                logger.exception("%s: nobody could say what is true of it", subject_type)
            else:
                yield answer
