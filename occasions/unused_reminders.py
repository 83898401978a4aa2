"""Reminding of units that nobody has planned to use, while there is time: on the 20th, from ten in the morning."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from assignments.judging import Book
from assignments.models import Assignment, AssignmentQuerySet, Decision, is_active_contact_person
from core.heartbeat import Run
from core.periods import Month, local_moment
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from occasions.books import read_books
from people.models import Municipality

FIRST_DAY, LAST_DAY = 20, 21  # the second day is for a worker that was down on the first
FROM = time(10)
BATCH = 200  # decisions whose ledgers are in memory at a time


def remind_unused(now: datetime) -> int:
    """Tell contact persons of units of the present period that are left; return how many were told."""
    run = Run()
    for municipality in Municipality.objects.all():
        with run.alone(municipality):
            today = municipality.today(now)
            if FIRST_DAY <= today.day <= LAST_DAY and now >= local_moment(today, FROM, municipality.zone):
                _remind(run, municipality, today, now)
    return run.end()


def _remind(run: Run, municipality: Municipality, today: date, now: datetime) -> None:
    assignments = _unreminded(municipality, today)
    decisions = Decision.objects.filter(assignments__in=assignments).distinct().order_by("pk")
    ids = list(decisions.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        left = set()
        for decision_id, book in _books(ids[start : start + BATCH]):
            with run.alone(f"decision {decision_id}"):
                if _has_units_left(book, today):
                    left.add(decision_id)
        for assignment in assignments.filter(decision__in=left).select_related("contact_person"):
            with run.alone(assignment):
                run.done += _tell(assignment, today, now)


def outdated(notifications: Sequence[Notification], now: datetime) -> list[Notification]:
    """Return those about assignments that are not the person's any more, and of units that are used since."""
    ids = {one.subject_id for one in notifications if one.subject_id}
    held = Assignment.objects.with_decision().filter(is_active_contact_person(""), pk__in=ids)
    there = {one.pk: one for one in held if one.lasts(now)}
    unused = [there.get(one.subject_id) for one in notifications if one.kind == Kind.UNITS_UNUSED]  # type: ignore[arg-type]
    books = dict(_books({one.decision_id for one in unused if one}))

    def is_true(told: Notification) -> bool:
        assignment = there.get(told.subject_id)  # type: ignore[arg-type]
        if assignment is None or assignment.contact_person_id != told.recipient_id:
            return False
        today = assignment.municipality.today(now)
        return told.kind != Kind.UNITS_UNUSED or _has_units_left(books[assignment.decision_id], today)

    return [one for one in notifications if not is_true(one)]


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


def _books(ids: Collection[UUID]) -> Iterable[tuple[UUID, Book]]:
    decisions = Decision.objects.select_related("client__municipality").filter(pk__in=ids)
    return read_books(decisions).items()


def _has_units_left(book: Book, today: date) -> bool:
    """Tell whether in the present period something is neither used nor planned."""
    return book.terms.covers(today) and book.ledger(today).on(today).remaining > 0


def _tell(assignment: Assignment, today: date, now: datetime) -> int:
    return notify(
        recipients=[assignment.contact_person],
        kind=Kind.UNITS_UNUSED,
        subject_type="assignment",
        subject_id=assignment.pk,
        dedup_key=f"{assignment.pk}:{today:%Y-%m}",
        now=now,
    )
