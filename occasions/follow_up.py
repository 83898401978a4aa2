"""What coordinators follow up: whom nobody has met for long, and decisions of which too little is used.

One definition, for the list and for the digest. Nothing of it is stored: days pass without anybody writing them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Greatest

from assignments.judging import Book
from assignments.models import Assignment, Decision, is_active_contact_person
from assignments.shortfall import Share, lately
from occasions.books import read_books
from occasions.models import Occasion
from people.models import Client, Municipality

BATCH = 200  # decisions whose ledgers are in memory at a time


@dataclass(frozen=True)
class FollowUp:
    """A decision that somebody should look after, and why; `share` is None when it is not judged."""

    id: UUID
    client: Client
    assignments: Sequence[UUID]
    unmet: bool
    last_met_on: date | None
    behind: bool
    share: Share | None


class LocalDate(Func):
    """The date on the wall at a moment, the second expression, in the time zone that the first one names."""

    function = "timezone"
    template = "%(function)s(%(expressions)s)::date"
    output_field = DateField()


def watched(municipalities: Collection[Municipality], now: datetime) -> QuerySet[Any]:
    """Keep the decisions in force on `today` to which somebody is appointed who is still active.

    `last_met_on` is the day of the last occasion that was held, and `unmet_on` that from which nobody has met
    the client for too long: counted from then, or from when somebody was first appointed to it.
    """
    today, zone = (
        Case(*(When(client__municipality=one.pk, then=Value(value)) for one, value in values))
        for values in (
            [(one, one.today(now)) for one in municipalities],
            # By value: what is written of other municipalities is never read as a zone.
            [(one, one.time_zone) for one in municipalities],
        )
    )
    of_decision = Assignment.objects.filter(decision=OuterRef("pk")).order_by("first_day", "pk")
    appointed = of_decision.filter(_lasting(OuterRef("today")), is_active_contact_person(""))
    held = Occasion.objects.filter(assignment__decision=OuterRef("pk"), status=Occasion.Status.COMPLETED)
    last_met = LocalDate(zone, Subquery(held.order_by("-starts_at").values("starts_at")[:1]))
    counted_from = Greatest("last_met_on", Subquery(of_decision.values("first_day")[:1]), "first_day")
    unmet = counted_from + F("client__municipality__unmet_days")
    return (
        Decision.objects.filter(client__municipality__in=municipalities)
        .annotate(today=today, last_met_on=last_met)
        .filter(_lasting(F("today")), Exists(appointed))
        .annotate(
            unmet_on=ExpressionWrapper(unmet, output_field=DateField()),
            appointed=ArraySubquery(appointed.values("pk")),
        )
    )


def _lasting(today: F) -> Q:
    return (Q(last_day=None) | Q(last_day__gte=today)) & Q(first_day__lte=today)


def is_any(municipality: Municipality, now: datetime) -> bool:
    """Tell whether there is anything to follow up; ledgers are read only when everybody has been met."""
    rows = watched([municipality], now)
    return rows.filter(unmet_on__lte=F("today")).exists() or bool(FollowUps(rows.order_by("pk"))[:1])


class FollowUps:
    """What there is to follow up among `watched` decisions, looked for no further than it is asked for.

    No database can tell which decisions are behind, so this is paged in a queryset's stead.
    """

    model = Decision

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows = rows

    def order_by(self, *names: str) -> "FollowUps":
        """Look in this order."""
        return FollowUps(self.rows.order_by(*names))

    def filter(self, *conditions: Any) -> "FollowUps":
        """Look among some only."""
        return FollowUps(self.rows.filter(*conditions))

    def __getitem__(self, wanted: slice) -> list[FollowUp]:
        return list(islice(self, wanted.start, wanted.stop))

    def __iter__(self) -> Iterator[FollowUp]:
        ids = list(self.rows.values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            yield from self._among(ids[start : start + BATCH])

    def _among(self, ids: Sequence[UUID]) -> Iterator[FollowUp]:
        """Yield what there is among some decisions, in as many queries as of one."""
        found = self.rows.select_related("client__municipality").in_bulk(ids)
        decisions = [found[pk] for pk in ids if pk in found]
        books = read_books(one for one in decisions if one.client.municipality.behind_percent is not None)
        for decision in decisions:
            one = _judge(decision, books.get(decision.pk))
            if one.unmet or one.behind:
                yield one


def _judge(decision: Any, book: Book | None) -> FollowUp:
    municipality, today, share = decision.client.municipality, decision.today, None
    if book is not None:
        share = lately(book.ledger(today).quotas, weeks=municipality.behind_weeks, today=today)
    return FollowUp(
        id=decision.pk,
        client=decision.client,
        assignments=decision.appointed,
        unmet=decision.unmet_on is not None and decision.unmet_on <= today,
        last_met_on=decision.last_met_on,
        behind=share is not None and share.is_below(municipality.behind_percent),
        share=share,
    )
