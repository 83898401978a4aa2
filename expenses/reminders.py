"""Telling coordinators that expenses wait for them: at most once a day and municipality."""

import logging
from datetime import datetime, time

from core.periods import local_moment
from expenses.models import Expense
from notifications.messages import Kind
from notifications.services import notify
from people.models import Municipality

logger = logging.getLogger(__name__)
MORNING = time(8)


def tell_coordinators(municipality: Municipality, now: datetime) -> int:
    """Tell the municipality's coordinators that something waits, unless told already today; return how many."""
    return notify(
        recipients=municipality.coordinators(),
        kind=Kind.EXPENSES_WAITING,
        subject_type="expenses",
        subject_id=None,
        dedup_key=f"{municipality.pk}:{municipality.today(now)}",
        now=now,
    )


def remind_waiting(now: datetime) -> int:
    """From eight in the morning, tell of what still waits; return how many were told."""
    waiting = Expense.objects.filter(status=Expense.Status.SUBMITTED)
    ids = waiting.values("assignment__decision__client__municipality").distinct()
    told = 0
    for municipality in Municipality.objects.filter(pk__in=ids):
        if now >= local_moment(municipality.today(now), MORNING, municipality.zone):
            try:
                told += tell_coordinators(municipality, now)
            except Exception:
                logger.exception("Municipality %s: nobody could be told", municipality.code)
    return told
