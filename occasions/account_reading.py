"""Reading the accounts of assignments: as few occasions as they are computed from, in as few queries as can be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Func, Q, QuerySet, TextField, When

from assignments.judging import Book
from assignments.ledger import days_that_matter
from assignments.models import AssignmentQuerySet, seen_by
from assignments.policy_reading import any_hands_on, policies_of, versions_in
from assignments.quota import Quota, Use
from assignments.rules import UNWRITTEN, PolicyVersions
from assignments.terms_reading import AssignmentRow, adjustments_in, as_adjustments, as_rows, as_scopes, scopes_in
from core.periods import Month, Period, local_date
from core.prepared import Question, Rows, ask, blank, kept
from occasions.models import READERS, Occasion
from people.models import User
from people.standing_in import NOW, roles_of, stand_in, values_of

# Blanks: between which moments occasions are read.
SINCE, UNTIL = blank(datetime, 10), blank(datetime, 11)
# Read at first: with months and shorter periods it is enough.
NEAR = timedelta(days=45)
LONG_AGO = date(1900, 1, 1)
Chosen = Callable[[User], AssignmentQuerySet]


class Held(NamedTuple):
    """An assignment and the book of its decision, as far as the accounts that were asked for need it."""

    row: AssignmentRow
    book: Book

    def quota(self, now: datetime, month: Month | None = None, on: date | None = None) -> Quota:
        """Return the account of a month, or of the period of a day: of today when both are left out."""
        if month is not None:
            return self.book.ledger(month.last_day).in_month(month)
        day = on or local_date(now, self.row.zone)
        return self.book.ledger(day).on(day)


@dataclass(frozen=True)
class Reading:
    """Which assignments are read for whom: `chosen` says it of the user's stand-in, `name` is its own alone.

    `near` are the same and perhaps others, in plainer words: what is read about those is thrown away. The account
    of a day is read, of a month, or (neither) of each municipality's today.
    """

    name: str
    chosen: Chosen
    near: AssignmentQuerySet
    user: User
    now: datetime
    values: Mapping[Any, Any]
    month: Month | None = None
    on: date | None = None

    def days(self, row: AssignmentRow) -> tuple[date, date]:
        """Return the first and last day that are asked about."""
        if self.month is not None:
            return self.month.first_day, self.month.last_day
        on = self.on or local_date(self.now, row.zone)
        if row.terms([]).covers(on):
            return on, on
        around = Period.around(on, "month", anchor=on)
        return around.first_day, around.last_day

    def read(self, *others: Question) -> tuple[list[Held], Mapping[UUID, PolicyVersions], list[Rows]]:
        """Return the assignments with their books, all policies, and what else was asked in the same query."""
        roles = roles_of(self.user)
        uses = kept((self.name, "uses", roles), lambda: _as_uses(self.near, roles))
        questions = (
            kept((self.name, "rows", roles), lambda: as_rows(self.chosen(stand_in(roles)))),
            kept((self.name, "scopes"), lambda: as_scopes(self.near)),
            kept((self.name, "adjustments"), lambda: as_adjustments(self.near)),
            policies_of(roles),
            uses,
        )
        known = self.month.first_day if self.month else self.on or self.now.date()
        near = known - NEAR, (self.month.last_day if self.month else known) + NEAR
        values = {**values_of(self.user, self.now), **self.values}
        rows, scopes, adjustments, policies, used, *rest = ask([*questions, *others], values | _between(*near))
        assignments = [AssignmentRow(*row) for row in rows]
        changes, added, versions = scopes_in(scopes), adjustments_in(adjustments), versions_in(policies)
        books = [
            Held(
                row,
                Book(
                    row.terms(changes.get(row.decision, [])),
                    versions.get(row.municipality, UNWRITTEN),
                    row.zone,
                    {},
                    tuple(added.get(row.decision, ())),
                ),
            )
            for row in assignments
        ]
        wanted = [days_that_matter(one.book.terms, one.book.versions, *self.days(one.row)) for one in books]
        first = min((first or LONG_AGO for first, _ in wanted), default=near[0])
        last = max((last for _, last in wanted), default=near[1])
        is_whole = bool(used) and used[0][-1]
        if (first < near[0] and not is_whole) or last > near[1]:
            (used,) = ask([uses], values | _between(first, last))
        return (
            [
                Held(row, replace(book, uses=_uses_of(row, used), since=since))
                for (row, book), (since, _) in zip(books, wanted, strict=True)
            ],
            versions,
            rest,
        )


def _between(first_day: date, last_day: date) -> dict[Any, datetime]:
    """Return the moments between which all occasions of some days start, wherever that is."""
    since, until = first_day - timedelta(days=1), last_day + timedelta(days=2)
    return {SINCE: datetime.combine(since, time(), UTC), UNTIL: datetime.combine(until, time(), UTC)}


class Told(Func):
    """A moment as JSON tells it, which Python reads ten times as fast as Django's driver reads moments."""

    template = "(to_json(%(expressions)s) #>> '{}')"
    output_field = TextField()


def _as_uses(near: AssignmentQuerySet, roles: tuple[str, ...]) -> QuerySet[Any, Any]:
    """Ask for the occasions of decisions, and whether the user may see each.

    Where something may be handed on all of the past is read at once, and each row tells so.
    """
    seen = seen_by(stand_in(roles), now=NOW, roles=READERS, through="assignment__")
    rows = Occasion.objects.filter(assignment__decision__in=near.values("decision"), starts_at__lt=UNTIL)
    rows = rows.annotate(
        is_skipped=Q(skipped_for__isnull=False),
        is_seen=Case(When(seen, then=True), default=False),
        is_whole=any_hands_on(roles),
    ).filter(Q(is_whole=True) | Q(starts_at__gte=SINCE))
    return rows.values_list(
        "assignment__decision", "contact_person", "is_seen", "pk",
        Told("starts_at"), Told("ends_at"), "status", "own_units", "asked_units", "cancelled_by",
        Told("cancelled_at"), "is_skipped", "is_whole",
    )  # fmt: skip


def _uses_of(row: AssignmentRow, used: Rows) -> dict[str, Use]:
    """Return the occasions of an assignment's decision as its reader sees them.

    Those of other contact persons are told as such; those that may not be seen keep their ids to themselves.
    """
    moment, uses = datetime.fromisoformat, dict[str, Use]()
    for decision, contact_person, is_seen, pk, starts, ends, status, own, asked, by, at, is_skipped, _ in used:
        if decision == row.decision:
            name = str(pk)
            uses[name] = Use(
                name if is_seen else None,
                moment(starts),
                moment(ends),
                status,
                own,
                asked,
                by,
                at and moment(at),
                is_skipped,
                contact_person != row.contact_person,
            )
    return uses
