"""The types of things that a phone keeps a copy of, besides assignments."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

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
from occasions.models import Occasion, OccasionDraft, OccasionSeries
from occasions.series_serializers import SeriesSerializer
from people.models import User


class Synced(NamedTuple):
    """A type of things: which of them changed, which the user may see, and how they look."""

    changed: Callable[[Scope], QuerySet[Any]]
    own: Callable[[User, datetime], QuerySet[Any]]
    serializer: type[Any]


# In the order in which they are sent: what others refer to comes first.
SYNCED: Mapping[str, Synced] = {
    "series": Synced(
        changed_series, lambda user, now: OccasionSeries.objects.complete().own(user, now=now), SeriesSerializer
    ),
    "occasion": Synced(
        changed_occasions,
        lambda user, now: Occasion.objects.complete().own(user, now=now),
        SyncedOccasionSerializer,
    ),
    "receipt": Synced(
        changed_receipts,
        lambda user, now: Receipt.objects.filter(pk__in=Receipt.objects.own(user, now=now).values("pk")).defer(
            "likeness", "outline", "twins"
        ),
        ReceiptSerializer,
    ),
    "pre_approval": Synced(
        changed_pre_approvals,
        lambda user, now: PreApproval.objects.select_related("category").own(user, now=now),
        SyncedPreApprovalSerializer,
    ),
    "expense": Synced(
        changed_expenses,
        lambda user, now: Expense.objects.select_related("category").own(user, now=now),
        SyncedExpenseSerializer,
    ),
    "notification": Synced(
        changed_notifications,
        lambda user, _now: Notification.objects.filter(recipient=user),
        NotificationSerializer,
    ),
    "occasion_draft": Synced(
        changed_drafts, lambda user, now: OccasionDraft.objects.own(user, now=now), OccasionDraftSerializer
    ),
}
