"""Remembering what of a phone's queue is done, so that a lost answer does no harm."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from assignments.models import SentItem
from people.models import User

# A phone that got no answer for so long asks its person.
KEPT = timedelta(days=60)


def fingerprints_of(user: User, item_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what was asked in those of some items that are done."""
    done = SentItem.objects.filter(user=user, item_id__in=item_ids)
    return dict(done.values_list("item_id", "fingerprint"))


def claim_item(user: User, item_id: UUID, fingerprint: str, now: datetime) -> bool:
    """Note that an item is done in the caller's transaction; tell whether it was not before.

    The same item on another connection is waited for.
    """
    try:
        with transaction.atomic():
            SentItem.objects.create(user=user, item_id=item_id, fingerprint=fingerprint, sent_at=now)
    except IntegrityError:
        return False
    return True


def forget_sent_items(user: User, now: datetime) -> None:
    """Forget the user's items that nobody will send again."""
    SentItem.objects.filter(user=user, sent_at__lt=now - KEPT).delete()
