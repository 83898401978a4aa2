"""Telling claimants that a receipt is missing, or that a draft is about to expire."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from assignments.models import is_active_contact_person
from core.heartbeat import Run
from expenses.models import Expense, ExpenseCategory, ExpenseQuerySet
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from occasions import draft_expiry

MISSING_AFTER = timedelta(days=2)  # a phone may have sent it by then
MISSING_FOR = timedelta(days=30)
BATCH = 1000


def remind_missing(now: datetime) -> int:
    """Tell claimants, once, of a draft that has waited for its receipt; return how many were told."""
    told = Notification.objects.filter(kind=Kind.RECEIPT_MISSING, subject_id=OuterRef("pk"))
    drafts = _lacking().filter(
        ~Exists(told), created_at__lte=now - MISSING_AFTER, created_at__gt=now - MISSING_FOR
    )
    run = Run()
    for expense in drafts.order_by("created_at")[:BATCH]:
        if expense.assignment.lasts(now):
            with run.alone(expense):
                run.done += _tell_of_missing(expense, now)
    return run.end()


def outdated(notifications: Sequence[Notification], now: datetime) -> list[Notification]:
    """Return the reminders of receipts that came, of drafts that somebody went on with, or of what is not theirs.

    Telling of a decision is never outdated.
    """
    reminders = [one for one in notifications if one.kind == Kind.RECEIPT_MISSING]
    drafts = _lacking().filter(pk__in=[one.subject_id for one in reminders if one.subject_id])
    lacking = {(one.pk, one.claimant.pk) for one in drafts if one.assignment.lasts(now)}
    came = [one for one in reminders if (one.subject_id, one.recipient_id) not in lacking]
    return came + draft_expiry.outdated_among(Expense.objects.drafts(), notifications, now)


def _lacking() -> ExpenseQuerySet:
    """Keep the drafts that need a receipt and have none, with all that telling needs."""
    rows = Expense.objects.drafts().filter(is_active_contact_person(), receipt=None, category__needs_receipt=True)
    rows = rows.exclude(category__kind=ExpenseCategory.Kind.MILEAGE)
    return rows.select_related("assignment__contact_person", "assignment__decision__client__municipality")


def _tell_of_missing(expense: Expense, now: datetime) -> int:
    return notify(
        recipients=[expense.claimant],
        kind=Kind.RECEIPT_MISSING,
        subject_type="expense",
        subject_id=expense.pk,
        dedup_key=f"{expense.pk}",
        now=now,
    )


def expire_drafts(now: datetime) -> int:
    """Warn of drafts that nobody goes on with, and end them later; return how many of both."""
    return draft_expiry.expire(Expense.objects.drafts(), "expense", lambda draft: draft.claimant, now)
