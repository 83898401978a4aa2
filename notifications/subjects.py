"""What a notification is about, asked of the app that knows: this one knows nothing of occasions or expenses."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from notifications.models import Notification

logger = logging.getLogger(__name__)
# Which of some notifications are not true any more.
Outdated = Callable[[Sequence[Notification], datetime], Iterable[Notification]]
_outdated: dict[str, Outdated] = {}


def ask_before_sending(subject_type: str, outdated: Outdated) -> None:
    """Let an app say, at the moment of sending, which notifications about its things not to send any more."""
    _outdated[subject_type] = outdated


def outdated_among(notifications: Iterable[Notification], now: datetime) -> set[UUID]:
    """Return the ids of those that are not to be sent any more, in a few queries however many they are.

    Where an app stumbles over the question, what it would have been asked about is sent: it was true when told.
    """
    by_type = defaultdict(list)
    for notification in notifications:
        by_type[notification.subject_type].append(notification)
    found: set[UUID] = set()
    for subject_type, those in by_type.items():
        if ask := _outdated.get(subject_type):
            try:
                with transaction.atomic():
                    found |= {one.pk for one in ask(those, now)}
            except Exception:
                logger.exception("%s: nobody could say what is outdated", subject_type)
    return found
