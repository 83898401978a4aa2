"""What may be spent in a month, and what is left of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from assignments.models import Assignment
from core.periods import Month
from expenses.allowance import Outlay, allowance_of
from expenses.claiming import excess
from expenses.models import Expense
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import claim_drive, first_error, refused_with

JUNE = Month(2026, 6)
ALWAYS = (date(2020, 1, 1), None)
STATUSES = ["draft", "submitted", "approved", "returned", "rejected", "paid"]


def ask(user: User, assignment: Assignment, **query: str) -> Any:
    return world.signed_in(user).get(f"/api/v1/assignments/{assignment.pk}/allowance", query)


@pytest.mark.parametrize(
    ("status", "approved", "waiting"),
    [
        ("draft", "0", "0"),
        ("submitted", "0", "120"),
        ("approved", "80", "0"),
        ("returned", "0", "0"),
        ("rejected", "0", "0"),
        ("paid", "80", "0"),
    ],
)
def test_each_status_counts_in_its_place(status: str, approved: str, waiting: str) -> None:
    paid_out = Decimal(80) if status in ("approved", "paid") else None
    account = allowance_of(Decimal(500), ALWAYS, JUNE, [Outlay(status, Decimal(120), paid_out)])
    assert (account.approved, account.waiting) == (Decimal(approved), Decimal(waiting))
    assert account.remaining == 500 - Decimal(approved) - Decimal(waiting)


@pytest.mark.parametrize(
    ("days", "granted"),
    [
        ((date(2026, 6, 30), None), "500"),
        ((date(2026, 7, 1), None), "0"),
        ((date(2026, 1, 1), date(2026, 6, 1)), "500"),
        ((date(2026, 1, 1), date(2026, 5, 31)), "0"),
    ],
)
def test_a_month_with_a_day_of_the_assignment_is_granted(days: Any, granted: str) -> None:
    assert allowance_of(Decimal(500), days, JUNE, []).granted == Decimal(granted)


def test_of_what_was_approved_in_part_the_part_counts_and_of_what_was_returned_nothing() -> None:
    outlays = [
        Outlay("approved", Decimal(200), Decimal("150.50")),
        Outlay("paid", Decimal(100), Decimal("99.99")),
        Outlay("returned", Decimal(300), None),
        Outlay("submitted", Decimal(80), None),
    ]
    account = allowance_of(Decimal(500), ALWAYS, JUNE, outlays)
    assert (account.approved, account.waiting) == (Decimal("250.49"), Decimal(80))
    assert account.remaining == Decimal("169.51")


def test_too_much_shows_as_less_than_nothing() -> None:
    assert allowance_of(Decimal(100), ALWAYS, JUNE, [Outlay("submitted", Decimal(120), None)]).remaining == -20


AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999.99"), places=2)


@given(AMOUNTS, st.lists(st.builds(Outlay, st.sampled_from(STATUSES), AMOUNTS, AMOUNTS)))
def test_the_account_adds_up_to_the_öre(monthly: Decimal, outlays: list[Outlay]) -> None:
    account = allowance_of(monthly, ALWAYS, JUNE, outlays)
    assert account.remaining + account.approved + account.waiting == monthly
    for amount in (account.granted, account.approved, account.waiting, account.remaining):
        assert amount == amount.quantize(Decimal("0.01"))


@pytest.fixture
def spent(assignment: Assignment, inger: User) -> None:
    """One expense of each status in June, and one in May and July each."""
    for status in STATUSES:
        world.make_expense(assignment, status=status, claimed="10.50", coordinator=inger)
    world.make_expense(assignment, status="submitted", claimed="7.00", spent_on=date(2026, 5, 31))
    world.make_expense(assignment, status="submitted", claimed="3.00", spent_on=date(2026, 7, 1))


@pytest.mark.usefixtures("noon", "spent")
def test_karin_and_her_coordinator_read_the_account(karin: User, inger: User, assignment: Assignment) -> None:
    account = {
        "month": "2026-06",
        "granted": "500.00",
        "carried_in": "0.00",
        "approved": "21.00",
        "waiting": "10.50",
        "remaining": "468.50",
    }
    assert ask(karin, assignment).json() == account
    assert ask(inger, assignment, month="2026-06").json() == account


@pytest.mark.usefixtures("noon", "spent")
def test_another_month_has_its_own_account(karin: User, assignment: Assignment) -> None:
    assert ask(karin, assignment, month="2026-05").data["waiting"] == "7.00"
    before = ask(karin, assignment, month="2025-12").data
    assert (before["granted"], before["remaining"]) == ("0.00", "0.00")


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    "month", ["2026", "2026-13", "2026-00", "2026-6", "2026-06-01", "now", "\0", "²026-06", "2300-01"]
)
def test_what_is_no_month_is_refused(karin: User, assignment: Assignment, month: str) -> None:
    answer = ask(karin, assignment, month=month)
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == "/month"


def test_the_present_month_is_the_municipalitys(
    karin: User, assignment: Assignment, leksand: Municipality
) -> None:
    Municipality.objects.filter(pk=leksand.pk).update(time_zone="America/New_York")
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    far_away = world.make_assignment(karin, leksand)
    with time_machine.travel(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), tick=False):
        assert ask(karin, assignment).data["month"] == "2026-07"
        assert ask(karin, far_away).data["month"] == "2026-06"


@pytest.mark.usefixtures("noon")
def test_what_is_not_yours_is_not_there(
    sven: User, lars: User, assignment: Assignment, kalix: Municipality
) -> None:
    assert refused_with(ask(sven, assignment)) == (404, "not_found")
    assert refused_with(ask(lars, assignment)) == (404, "not_found")
    for role in (Role.CASE_OFFICER, Role.PAYROLL_OFFICER, Role.ADMINISTRATOR):
        officer = world.make_user(f"{role}@kalix.example", kalix, role)
        assert refused_with(ask(officer, assignment)) == (403, "wrong_role")


@pytest.mark.usefixtures("noon", "spent")
def test_the_account_takes_three_questions(
    karin: User, assignment: Assignment, django_assert_num_queries: Any
) -> None:
    client = world.signed_in(karin)
    with django_assert_num_queries(3):
        client.get(f"/api/v1/assignments/{assignment.pk}/allowance")


AMONG = st.lists(st.tuples(st.sampled_from(STATUSES), AMOUNTS, st.integers(0, 100)), max_size=12)


@given(AMOUNTS, AMONG, AMOUNTS)
def test_what_goes_beyond_is_what_is_missing_afterwards(
    monthly: Decimal, rows: list[tuple[str, Decimal, int]], claimed: Decimal
) -> None:
    """Whether it is said of a draft beforehand or of what was sent in: the same."""
    outlays = [
        Outlay(status, amount, max((amount * part / 100).quantize(Decimal("0.01")), Decimal("0.01")))
        for status, amount, part in rows
    ]
    before = allowance_of(monthly, ALWAYS, JUNE, outlays)
    after = allowance_of(monthly, ALWAYS, JUNE, [*outlays, Outlay("submitted", claimed, None)])
    assert after.remaining == before.remaining - claimed
    assert excess(claimed, most=before.remaining) == excess(claimed, most=after.remaining + claimed)
    assert excess(claimed, most=before.remaining) == min(max(-after.remaining, Decimal(0)), claimed)


def accounts(user: User, **query: str) -> dict[str, Any]:
    answer = world.signed_in(user).get("/api/v1/allowances", query)
    assert answer.status_code == 200, answer.content
    return {row["assignment"]: row["allowance"] for row in answer.json()["results"]}


@pytest.mark.usefixtures("noon", "spent")
def test_inger_reads_the_accounts_of_all_and_karin_her_own(
    karin: User, sven: User, inger: User, lars: User, kalix: Municipality, assignment: Assignment
) -> None:
    other = world.make_assignment(sven, kalix, allowance="300.00")
    world.make_expense(other, status="submitted", claimed="310.00")
    assert {row: one["remaining"] for row, one in accounts(inger).items()} == {
        str(assignment.pk): "468.50", str(other.pk): "-10.00",
    }  # fmt: skip
    assert accounts(karin) == {str(assignment.pk): ask(karin, assignment).json()}
    assert accounts(karin, month="2026-05") == {str(assignment.pk): ask(karin, assignment, month="2026-05").json()}
    assert accounts(lars) == {}
    first = world.signed_in(inger).get("/api/v1/allowances", {"limit": "1"}).json()
    assert (len(first["results"]), first["results"][0]["client"].keys()) == (1, {"id", "name"})
    assert len(world.signed_in(inger).get(first["next"]).json()["results"]) == 1


@pytest.mark.usefixtures("noon")
def test_a_list_of_accounts_refuses_what_it_does_not_know(inger: User) -> None:
    for query in ({"month": "2026-13"}, {"on": "2026-06-01"}, {"limit": "0"}):
        answer = world.signed_in(inger).get("/api/v1/allowances", query)
        assert refused_with(answer) == (400, "invalid")


@pytest.mark.usefixtures("noon")
def test_each_account_is_of_its_municipalitys_month(
    inger: User, kalix: Municipality, leksand: Municipality, anna: User, assignment: Assignment
) -> None:
    world.add_roles(inger, leksand, Role.COORDINATOR)
    Municipality.objects.filter(pk=leksand.pk).update(time_zone="America/New_York")
    other = world.make_assignment(anna, leksand)
    with time_machine.travel(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), tick=False):
        months = {row: one["month"] for row, one in accounts(inger).items()}
    assert months == {str(assignment.pk): "2026-07", str(other.pk): "2026-06"}


@pytest.mark.usefixtures("noon")
def test_fifty_accounts_take_as_many_queries_as_one(
    inger: User, karin: User, kalix: Municipality, django_assert_num_queries: Any
) -> None:
    for number in (1, 49):
        for _ in range(number):
            world.make_expense(world.make_assignment(karin, kalix), status="submitted")
        client = world.signed_in(inger)
        with django_assert_num_queries(3):  # roles, assignments, what was spent
            assert client.get("/api/v1/allowances").status_code == 200
    assert len(accounts(inger)) == 50


def beyond(user: User, expense: Expense) -> list[str]:
    """Return what the expense, alone and in a list, says of the allowance."""
    client = world.signed_in(user)
    alone = client.get(f"/api/v1/expenses/{expense.pk}").json()
    (listed,) = [row for row in client.get("/api/v1/expenses").json()["results"] if row["id"] == alone["id"]]
    assert listed["signals"] == alone["signals"]
    return [one["detail"] for one in alone["signals"] if one["kind"] == "over_allowance"]


@pytest.mark.usefixtures("noon")
def test_an_expense_beyond_the_allowance_says_by_how_much(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_expense(assignment, status="approved", claimed="200.00", coordinator=inger)
    world.make_expense(assignment, status="submitted", claimed="150.00")
    world.make_expense(assignment, status="returned", claimed="400.00", coordinator=inger, reason="Var?")
    world.make_expense(assignment, status="submitted", claimed="400.00", spent_on=date(2026, 5, 31))
    world.make_expense(world.make_assignment(karin, kalix), status="submitted", claimed="400.00")
    fits = world.make_expense(assignment, category="coins", claimed="150.00")
    assert beyond(karin, fits) == []
    more = world.make_expense(assignment, category="meal", status="submitted", claimed="160.50")
    (said,) = beyond(inger, more)
    assert said.startswith("Utlägget är 10.50 kr mer än vad som finns kvar")
    assert beyond(karin, fits) != []  # what was sent in since comes first


@pytest.mark.usefixtures("noon")
def test_what_is_decided_or_driven_or_has_no_allowance_says_nothing(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    approved = world.make_expense(assignment, status="approved", claimed="900.00", coordinator=inger)
    free = world.make_expense(world.make_assignment(karin, kalix, allowance="0"), claimed="900.00")
    world.make_drive(kalix)
    driven = Expense.objects.get(pk=claim_drive(karin, assignment, km=1000).data["id"])
    assert [beyond(karin, one) for one in (approved, free, driven)] == [[], [], []]
