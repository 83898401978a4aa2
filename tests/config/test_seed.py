"""What the demo begins with, whatever day it is started on: each thing that its users are promised is there."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from rest_framework.test import APIClient

from assignments.models import Adjustment, Assignment, Decision, Policy
from config.seed import seed
from config.seed.days import neighbour
from core.periods import DAY, Month
from expenses.models import Expense, PreApproval
from notifications.models import Notification
from occasions.books import read_books
from occasions.models import Occasion
from occasions.trials import try_policy
from people.models import Municipality, User
from tests import world

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CLOCKS = {
    "first": datetime(2026, 3, 1, 12, tzinfo=STOCKHOLM),
    "fifteenth": datetime(2026, 6, 15, 12, tzinfo=STOCKHOLM),
    "thirtieth": datetime(2026, 11, 30, 21, tzinfo=STOCKHOLM),
    "new year's eve": datetime(2026, 12, 31, 23, 30, tzinfo=STOCKHOLM),
    "new year": datetime(2027, 1, 1, 0, 30, tzinfo=STOCKHOLM),
    "december": datetime(2027, 12, 12, 12, tzinfo=STOCKHOLM),
}


@pytest.fixture(params=list(CLOCKS.values()), ids=list(CLOCKS))
def today(request: pytest.FixtureRequest, db: Any) -> Iterator[date]:
    """The day on which the demo is started."""
    with time_machine.travel(request.param, tick=False):
        assert seed("tillfalle-demo", request.param) == ["Kalix", "Leksand"]
        yield request.param.date()


@pytest.fixture
def phone(today: date) -> APIClient:
    """The phone of Karin in Kalix."""
    return world.signed_in(User.objects.get(email="kontaktperson1@kalix.example"))


def account(reference: str, month: Month) -> Any:
    decision = Decision.objects.select_related("client__municipality").get(reference=reference)
    return read_books([decision])[decision.pk].ledger(month.last_day).in_month(month)


def preview(phone: APIClient, starts_at: datetime, hours: float) -> Any:
    assignment = Assignment.objects.get(decision__reference="KALIX-1")
    body = {"assignment": assignment.pk, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=hours)}
    return phone.post("/api/v1/occasions/preview", body).json()


def test_the_demo_is_promising(today: date, phone: APIClient) -> None:
    months = [Month.of(neighbour(today, "month", step, anchor=today).first_day) for step in range(3)]
    the_first_screen_shows_what_the_journeys_rely_on(phone, months)
    a_short_one_fits_today_and_a_day_trip_wants_something_skipped(phone, today, months)
    every_kind_of_thing_is_there(today)
    policies_differ_and_there_is_one_to_try(months[0])
    nothing_breaks_what_the_policies_rule()


def the_first_screen_shows_what_the_journeys_rely_on(phone: APIClient, months: list[Month]) -> None:
    home = phone.get("/api/v1/home").json()
    first = home["assignments"][0]
    assert Assignment.objects.get(pk=first["id"]).decision.reference == "KALIX-1"
    assert {"kind": "occasions_unlogged", "count": 1} in home["to_do"]
    assert len(home["next_occasions"]) >= 3
    this, following, after = (account("KALIX-1", month) for month in months)
    assert [this.granted, this.carried_in, this.remaining] == [4, 1, 0]
    assert [following.granted, following.carried_in, following.planned, following.remaining] == [4, 0, 4, 0]
    assert [after.granted, after.carried_in, after.planned, after.remaining] == [4, 0, 0, 4]


def a_short_one_fits_today_and_a_day_trip_wants_something_skipped(
    phone: APIClient, today: date, months: list[Month]
) -> None:
    assert preview(phone, datetime.combine(today, time(0, 5), STOCKHOLM), 1 / 60)["answer"] == "fits"
    busy = {when.astimezone(STOCKHOLM).date() for when in Occasion.objects.values_list("starts_at", flat=True)}
    days = [today + n * DAY for n in range(1, 62) if today + n * DAY <= months[1].last_day]
    free = [day for day in days if day not in busy]
    for day in free[::5]:
        told = preview(phone, datetime.combine(day, time(8), STOCKHOLM), 9)
        assert (told["answer"], len(told["skip"])) == ("block", 1), day
    assert free[-1].month == months[1].number


def every_kind_of_thing_is_there(today: date) -> None:
    ahead = Occasion.objects.filter(asked="waiting", status="planned").values_list(
        "assignment__decision__reference", "own_units", "asked_units"
    )
    assert sorted(ahead) == [("KALIX-3", None, Decimal(3)), ("LEKSAND-1", Decimal(0), Decimal(1))]
    assert Notification.objects.filter(kind="occasion_waiting").count() == 2
    stays = account("KALIX-4", Month.of(neighbour(today, "month", -1, anchor=today).first_day))
    assert [stays.family, stays.used, stays.remaining] == [True, Decimal("2.5"), 0]
    assert Occasion.objects.filter(assignment__decision__reference="KALIX-4", status="planned").count() == 1
    assert "födelsedag" in Adjustment.objects.get().reason
    for status in ("completed", "planned"):
        siblings = Occasion.objects.filter(outing__isnull=False, status=status)
        assert siblings.values("outing").distinct().count() == 1
        assert siblings.count() == 2
    assert set(Occasion.objects.values_list("status", flat=True)) == set(Occasion.Status)
    drives = Expense.objects.exclude(mileage_km=None).values_list("status", "claimed_amount", "mileage_rate")
    assert list(drives) == [("submitted", Decimal("61.25"), Decimal("2.50"))] * 2
    (question,) = PreApproval.objects.all()
    assert (question.status, question.municipality.code) == ("waiting", "leksand")
    limit = Policy.objects.get(municipality__code="leksand").rules.ask_first_above
    assert limit is not None
    assert question.amount > limit
    assert not Occasion.objects.filter(status="planned", starts_at__date__lt=today - DAY).exists()


def policies_differ_and_there_is_one_to_try(month: Month) -> None:
    for policy in Policy.objects.all():
        policy.full_clean()
    kalix, leksand = (Municipality.objects.get(code=code) for code in ("kalix", "leksand"))
    _, coming = kalix.policies.order_by("first_day")
    assert coming.first_day > month.last_day
    totals = try_policy(kalix, coming.rules, month=month).totals
    assert totals["changing"] >= 1
    assert totals["newly_over"] >= 1
    over = account("LEKSAND-1", month)
    assert (over.period.kind, leksand.policies.get().on_exceeded) == ("four_weeks", "ask")


def nothing_breaks_what_the_policies_rule() -> None:
    for expense in Expense.objects.complete():
        if expense.cap is not None and expense.approved_amount is not None:
            assert expense.approved_amount <= expense.cap
        expense.check_asked_first()


def test_what_is_there_stays(db: Any) -> None:
    now = CLOCKS["fifteenth"]
    Municipality.objects.create(code="kalix", name="Kalix")
    with time_machine.travel(now, tick=False):
        assert seed("tillfalle-demo", now) == ["Leksand"]
        assert seed("tillfalle-demo", now) == []
    assert not Occasion.objects.filter(assignment__decision__client__municipality__code="kalix").exists()
