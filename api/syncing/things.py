"""The types of things that a phone keeps a copy of, besides assignments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from api.syncing.serializers import (
    SyncedExpenseSerializer,
    SyncedOccasionSerializer,
    SyncedPreApprovalSerializer,
)
from core.changes import Scope
from expenses.changes import changed_expenses, changed_pre_approvals, changed_receipts
from expenses.models import Expense, PreApproval, Receipt
from expenses.receipt_serializers import ReceiptSerializer
from notifications.changes import changed_notifications
from notifications.models import Notification
from notifications.serializers import NotificationSerializer
from occasions.changes import changed_drafts, changed_occasions, changed_series
from occasions.draft_serializers import OccasionDraftSerializer
from occasions.models import OccasionDraft, OccasionSeries
from occasions.row_reading import stored_occasions
from occasions.series_serializers import SeriesSerializer
from people.models import User

Shown = Iterator[tuple[UUID, Any]]


class Synced(NamedTuple):
    """A type of things: which of them changed, what describes how they look, and how they look.

    `show` yields those of some ids that the user may see.
    """

    changed: Callable[[Scope], QuerySet[Any]]
    serializer: type[Any]
    show: Callable[[Sequence[UUID], User, datetime], Shown]


def _serialized(
    changed: Callable[[Scope], QuerySet[Any]],
    own: Callable[[User, datetime], QuerySet[Any]],
    serializer: type[Any],
) -> Synced:
    """Let a serializer show those that the user may see."""

    def show(ids: Sequence[UUID], user: User, now: datetime) -> Shown:
        for one in serializer(own(user, now).filter(pk__in=ids), many=True, context={}).data:
            yield UUID(str(one["id"])), one

    return Synced(changed, serializer, show)


# In the order in which they are sent: what others refer to comes first.
SYNCED: Mapping[str, Synced] = {
    "series": _serialized(
        changed_series, lambda user, now: OccasionSeries.objects.complete().own(user, now=now), SeriesSerializer
    ),
    "occasion": Synced(changed_occasions, SyncedOccasionSerializer, stored_occasions),
    "receipt": _serialized(
        changed_receipts,
        lambda user, now: Receipt.objects.filter(pk__in=Receipt.objects.own(user, now=now).values("pk")).defer(
            "likeness", "outline", "twins"
        ),
        ReceiptSerializer,
    ),
    "pre_approval": _serialized(
        changed_pre_approvals,
        lambda user, now: PreApproval.objects.select_related("category").own(user, now=now),
        SyncedPreApprovalSerializer,
    ),
    "expense": _serialized(
        changed_expenses,
        lambda user, now: Expense.objects.select_related("category").own(user, now=now),
        SyncedExpenseSerializer,
    ),
    "notification": _serialized(
        changed_notifications,
        lambda user, _now: Notification.objects.filter(recipient=user),
        NotificationSerializer,
    ),
    "occasion_draft": _serialized(
        changed_drafts, lambda user, now: OccasionDraft.objects.own(user, now=now), OccasionDraftSerializer
    ),
}
