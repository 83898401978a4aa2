"""Reminding of units that nobody has planned to use, while there is time: on the 20th, from ten in the morning."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from assignments.models import Assignment, AssignmentQuerySet, Decision, is_active_contact_person
from core.periods import Month, local_moment
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from occasions.books import read_books
from people.models import Municipality

logger = logging.getLogger(__name__)
FIRST_DAY, LAST_DAY = 20, 21  # the second day is for a worker that was down on the first
FROM = time(10)
BATCH = 200  # decisions whose ledgers are in memory at a time


def remind_unused(now: datetime) -> int:
    """Tell contact persons of units of the present period that are left; return how many were told."""
    told = 0
    for municipality in Municipality.objects.all():
        today = municipality.today(now)
        if FIRST_DAY <= today.day <= LAST_DAY and now >= local_moment(today, FROM, municipality.zone):
            told += _remind(municipality, today, now)
    return told


def _remind(municipality: Municipality, today: date, now: datetime) -> int:
    assignments = _unreminded(municipality, today)
    decisions = Decision.objects.filter(assignments__in=assignments).distinct().order_by("pk")
    ids, told = list(decisions.values_list("pk", flat=True)), 0
    for start in range(0, len(ids), BATCH):
        left = set(_with_units_left(ids[start : start + BATCH], today))
        for assignment in assignments.filter(decision__in=left).select_related("contact_person"):
            try:
                told += _tell(assignment, today, now)
            except Exception:
                logger.exception("Assignment %s: nobody could be reminded", assignment.pk)
    return told


def _unreminded(municipality: Municipality, today: date) -> AssignmentQuerySet:
    """Keep the assignments of today whose contact person was not told yet this month."""
    this_month = local_moment(Month.of(today).first_day, time(0), municipality.zone)
    told = Notification.objects.filter(
        kind=Kind.UNITS_UNUSED, subject_id=OuterRef("pk"), recipient=OuterRef("contact_person"),
        created_at__gte=this_month,
    )  # fmt: skip
    lasting = Q(last_day=None) | Q(last_day__gte=today)
    here = Assignment.objects.filter(
        lasting, is_active_contact_person(""), first_day__lte=today,
        decision__client__municipality=municipality,
    )  # fmt: skip
    return here.filter(~Exists(told))


def _with_units_left(ids: Iterable[UUID], today: date) -> Iterable[UUID]:
    """Yield the decisions in whose present period something is neither used nor planned."""
    decisions = Decision.objects.select_related("client__municipality").filter(pk__in=ids)
    for decision_id, book in read_books(decisions).items():
        if book.terms.covers(today) and book.ledger(today).on(today).remaining > 0:
            yield decision_id


def _tell(assignment: Assignment, today: date, now: datetime) -> int:
    return notify(
        recipients=[assignment.contact_person],
        kind=Kind.UNITS_UNUSED,
        subject_type="assignment",
        subject_id=assignment.pk,
        dedup_key=f"{assignment.pk}:{today:%Y-%m}",
        now=now,
    )
