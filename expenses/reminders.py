"""Telling coordinators that expenses or questions wait for them, of each once a day and municipality at most, and
claimants that a receipt is missing.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from assignments.models import is_active_contact_person
from core.periods import local_moment
from expenses.models import Expense, ExpenseCategory, PreApproval
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from people.models import Municipality

logger = logging.getLogger(__name__)
MORNING = time(8)
MISSING_AFTER = timedelta(days=2)  # a phone may have sent it by then
MISSING_FOR = timedelta(days=30)
BATCH = 1000
WAITING: Mapping[Kind, Any] = {
    Kind.EXPENSES_WAITING: Expense.objects.filter(status=Expense.Status.SUBMITTED),
    Kind.PRE_APPROVALS_WAITING: PreApproval.objects.filter(status=PreApproval.Status.WAITING),
}


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


def remind_waiting(now: datetime) -> int:
    """From eight in the morning, tell of what still waits; return how many were told."""
    told = 0
    for kind, waiting in WAITING.items():
        ids = waiting.values("assignment__decision__client__municipality").distinct()
        for municipality in Municipality.objects.filter(pk__in=ids):
            if now >= local_moment(municipality.today(now), MORNING, municipality.zone):
                try:
                    told += tell_coordinators(municipality, now, kind)
                except Exception:
                    logger.exception("Municipality %s: nobody could be told", municipality.code)
    return told


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
