"""Telling coordinators that expenses or questions wait for them: of each once a day and municipality at most."""

import logging
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from core.periods import local_moment
from expenses.models import Expense, PreApproval
from notifications.messages import Kind
from notifications.services import notify
from people.models import Municipality

logger = logging.getLogger(__name__)
MORNING = time(8)
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
