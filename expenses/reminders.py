"""Telling coordinators of the day's first expense or question, and claimants that a receipt is missing."""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from assignments.models import is_active_contact_person
from expenses.models import Expense, ExpenseCategory
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from people.models import Municipality

logger = logging.getLogger(__name__)
MISSING_AFTER = timedelta(days=2)  # a phone may have sent it by then
MISSING_FOR = timedelta(days=30)
BATCH = 1000


def tell_coordinators(municipality: Municipality, now: datetime, kind: Kind = Kind.EXPENSES_WAITING) -> int:
    """Tell the municipality's coordinators that something waits, unless told already today; return how many."""
    return notify(
        recipients=municipality.coordinators(now),
        kind=kind,
        subject_type=kind.removesuffix("_waiting"),
        subject_id=None,
        dedup_key=f"{municipality.pk}:{municipality.today(now)}",
        now=now,
    )


def remind_missing(now: datetime) -> int:
    """Tell claimants, once, of a draft that has waited for its receipt; return how many were told."""
    told = Notification.objects.filter(kind=Kind.RECEIPT_MISSING, subject_id=OuterRef("pk"))
    drafts = Expense.objects.filter(
        ~Exists(told), is_active_contact_person(), status=Expense.Status.DRAFT, receipt=None,
        category__needs_receipt=True, created_at__lte=now - MISSING_AFTER, created_at__gt=now - MISSING_FOR,
    ).exclude(category__kind=ExpenseCategory.Kind.MILEAGE)  # fmt: skip
    count = 0
    for expense in drafts.select_related("assignment__contact_person").order_by("created_at")[:BATCH]:
        try:
            count += _tell_of_missing(expense, now)
        except Exception:
            logger.exception("%s: nobody could be told", expense)
    return count


def _tell_of_missing(expense: Expense, now: datetime) -> int:
    return notify(
        recipients=[expense.claimant],
        kind=Kind.RECEIPT_MISSING,
        subject_type="expense",
        subject_id=expense.pk,
        dedup_key=f"{expense.pk}",
        now=now,
    )
