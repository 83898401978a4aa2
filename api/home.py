"""The first screen in one call. It only puts together what the apps answer."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from django.db.models import Count, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import Assignment, AssignmentQuerySet, seen_by
from assignments.serializers import ClientSerializer
from core.periods import DAY, Month, local_date
from core.prepared import Question, blank, kept
from expenses.allowance import Outlay, allowance_of, allowance_shape
from expenses.allowance_serializers import AllowanceSerializer
from expenses.models import Expense, PreApproval, outlays_in
from notifications.models import Notification
from occasions.account_reading import Held, Reading
from occasions.models import Occasion
from occasions.quota_serializers import QuotaTotalsSerializer
from occasions.quota_shapes import quota_totals
from occasions.row_reading import Onlooker, as_rows, read_rows, seen_rows
from occasions.serializers import OccasionSerializer
from occasions.shapes import Shape
from people.models import Role, User
from people.permissions import EVERYBODY
from people.standing_in import NOW, USER, roles_of, stand_in

NEXT_OCCASIONS = 5
OWN = frozenset({Role.CONTACT_PERSON})
TO_DO = (
    "occasions_unlogged",
    "occasions_waiting",
    "expenses_returned",
    "expenses_draft",
    "expenses_waiting",
    "pre_approvals_waiting",
)
# Blanks: the days between which money of the month was spent.
EARLIEST, LATEST = blank(date, 500), blank(date, 501)


class HomeAssignmentSerializer(serializers.Serializer[Any]):
    """An own assignment with what is left of units in the present period, and of the allowance in the month."""

    id = serializers.UUIDField()
    client = ClientSerializer()
    quota = QuotaTotalsSerializer()
    allowance = AllowanceSerializer()


class ToDoSerializer(serializers.Serializer[Any]):
    """Something that waits for the caller, and how many of it."""

    kind = serializers.ChoiceField(choices=TO_DO)
    count = serializers.IntegerField()


class HomeSerializer(serializers.Serializer[Any]):
    """The first screen."""

    next_occasions = OccasionSerializer(many=True)
    assignments = HomeAssignmentSerializer(many=True)
    to_do = ToDoSerializer(many=True)
    unread = serializers.IntegerField()


class HomeView(GenericAPIView[Any]):
    """The first screen."""

    roles = {"GET": EVERYBODY}
    serializer_class = HomeSerializer

    @extend_schema(responses=HomeSerializer)
    def get(self, request: Request) -> Response:
        """Next occasions, quota of the present period, allowance of the month, what needs doing, unread."""
        user, now = cast(User, request.user), timezone.now()
        roles, onlooker = roles_of(user), Onlooker(user, now)
        reading = Reading("own", _own, Assignment.objects.filter(contact_person=USER), user, now, _around(now))
        questions = [
            kept((rows, roles), partial(rows, roles)) for rows in (_coming, _money, _steps, _unlogged, _unread)
        ]
        held, versions, (coming, money, steps, unlogged, unread) = reading.read(*questions)
        counts = {"occasions_unlogged": unlogged[0][0] if unlogged else 0, **_staff(user, now)}
        counts |= {f"expenses_{status}": count for status, count in steps}
        return Response(
            {
                "next_occasions": [onlooker.shape(row, versions) for row in read_rows(coming)],
                "assignments": list(_assignments(held, outlays_in(money), now)),
                "to_do": [{"kind": kind, "count": counts[kind]} for kind in TO_DO if counts.get(kind)],
                "unread": unread[0][0],
            }
        )


def _own(user: User) -> AssignmentQuerySet:
    """Choose the own assignments in force."""
    own = Assignment.objects.own(user, now=NOW)
    return own.order_by("decision__client__municipality", "first_day", "decision__reference", "pk")


def _around(now: datetime) -> dict[Any, date]:
    """Return between which days the months lie that it is in any zone."""
    return {EARLIEST: Month.of((now - DAY).date()).first_day, LATEST: Month.of((now + DAY).date()).last_day}


def _coming(roles: tuple[str, ...]) -> QuerySet[Any, Any]:
    coming = seen_rows(stand_in(roles), OWN).filter(status=Occasion.Status.PLANNED, ends_at__gt=NOW)
    return as_rows(coming.order_by("starts_at", "pk")[:NEXT_OCCASIONS])


def _money(roles: tuple[str, ...]) -> QuerySet[Any, Any]:
    # What is not of an assignment that is shown is thrown away.
    return Expense.objects.filter(assignment__contact_person=USER).outlays_between(EARLIEST, LATEST)


def _steps(roles: tuple[str, ...]) -> QuerySet[Any, Any]:
    own = Expense.objects.kept().filter(seen_by(stand_in(roles), now=NOW, roles=OWN, through="assignment__"))
    return own.filter(status__in=["draft", "returned"]).values_list("status").annotate(Count("pk")).order_by()


def _unlogged(roles: tuple[str, ...]) -> Question:
    return Question.how_many(seen_rows(stand_in(roles), OWN).unlogged(NOW))


def _unread(roles: tuple[str, ...]) -> Question:
    return Question.how_many(Notification.objects.filter(recipient=USER, read_at=None))


def _assignments(held: list[Held], money: Mapping[Any, list[Outlay]], now: datetime) -> Iterator[Shape]:
    """Yield the own assignments, with the quota of the present period and the allowance of the month."""
    for one in held:
        row = one.row
        month = Month.of(local_date(now, row.zone))
        outlays = money.get((row.id, month), [])
        allowance = allowance_of(row.allowance, (row.first_day, row.last_day), month, outlays)
        yield {
            "id": row.id,
            "client": {"id": row.client, "name": row.client_name},
            "quota": quota_totals(one.quota(now)),
            "allowance": allowance_shape(allowance),
        }


def _staff(user: User, now: datetime) -> dict[str, int]:
    """Count what waits for a coordinator; nothing is asked for anybody else."""
    if Role.COORDINATOR not in user.roles:
        return {}
    return {
        "occasions_waiting": Occasion.objects.to_answer(user, now=now).count(),
        "expenses_waiting": Expense.objects.waiting_for(user, now=now).count(),
        "pre_approvals_waiting": PreApproval.objects.to_answer(user, now=now).count(),
    }
