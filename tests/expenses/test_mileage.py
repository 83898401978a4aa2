"""Kilometres with one's own car: what they come to, and which rate."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from assignments.models import Assignment
from expenses.mileage import HIGHEST_RATE, LEAST_RATE, LONGEST, SHORTEST, amount_of
from expenses.models import Expense, ExpenseCategory, MileageRate
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import DRIVE, EXPENSES, act, claim, claim_drive, edit, first_error, refused_with, send

pytestmark = pytest.mark.usefixtures("noon")
KILOMETRES = st.decimals(min_value=SHORTEST, max_value=LONGEST, places=1)
RATES = st.decimals(min_value=LEAST_RATE, max_value=HIGHEST_RATE, places=2)


@pytest.fixture(autouse=True)
def car(request: pytest.FixtureRequest) -> ExpenseCategory | None:
    """Let Kalix repay kilometres, at 2.50, in the tests that know of Kalix."""
    return world.make_drive(request.getfixturevalue("kalix")) if "kalix" in request.fixturenames else None


@pytest.mark.parametrize(
    ("km", "rate", "amount"),
    [("81.5", "2.50", "203.75"), ("0.1", "2.50", "0.25"), ("0.1", "2.45", "0.25"), ("0.1", "2.44", "0.24"),
     ("2000", "99.99", "199980.00"), ("0.1", "0.10", "0.01"), ("0.3", "1.85", "0.56"), ("10", "1.85", "18.50")],
)  # fmt: skip
def test_kilometres_come_to_so_much(km: str, rate: str, amount: str) -> None:
    assert str(amount_of(Decimal(km), Decimal(rate))) == amount


@given(KILOMETRES, RATES)
def test_a_drive_is_repaid_to_the_öre_and_never_with_nothing(km: Decimal, rate: Decimal) -> None:
    amount = amount_of(km, rate)
    assert amount == amount.quantize(Decimal("0.01")) > 0
    assert -Decimal("0.005") < amount - km * rate <= Decimal("0.005")


@given(KILOMETRES, KILOMETRES, RATES)
def test_farther_is_never_less(one: Decimal, other: Decimal, rate: Decimal) -> None:
    near, far = sorted([one, other])
    assert amount_of(near, rate) <= amount_of(far, rate)


@given(st.integers(1, 20_000), st.integers(10, 9999))
def test_half_an_öre_goes_up_as_it_does_on_paper(tenths: int, öre: int) -> None:
    whole, rest = divmod(tenths * öre, 10)
    paper = Decimal(whole + (rest >= 5)) / 100
    assert amount_of(Decimal(tenths) / 10, Decimal(öre) / 100) == paper
    assert paper == (Decimal(tenths) * öre / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_karin_claims_a_drive_and_sends_no_amount(karin: User, assignment: Assignment) -> None:
    answer = claim_drive(karin, assignment)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown["mileage"] == {**DRIVE, "rate": "2.50"}
    assert (shown["claimed_amount"], shown["receipt"], shown["status"]) == ("203.75", None, "draft")
    assert act(karin, "submit", shown["id"]).json()["status"] == "submitted"


def test_the_right_amount_may_be_sent_and_no_other(karin: User, assignment: Assignment) -> None:
    body = {"assignment": str(assignment.pk), "category": "car", "spent_on": "2026-06-05", "mileage": DRIVE}
    assert send(karin, "POST", EXPENSES, {**body, "claimed_amount": "203.75"}).status_code == 201
    refused = send(karin, "POST", EXPENSES, {**body, "claimed_amount": "203.76"})
    assert refused_with(refused) == (400, "amount_is_computed")
    assert first_error(refused)[0] == "/claimed_amount"
    assert "203.75" in refused.json()["detail"]
    draft = Expense.objects.get()
    assert refused_with(edit(karin, draft, claimed_amount="1.00")) == (400, "amount_is_computed")
    assert edit(karin, draft, claimed_amount="203.75").json()["version"] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("km", km) for km in (0, -1, 0.05, "12.34", 2000.1, "NaN", True, "1e9")),
        *(("from", "\0"), ("to", None), ("to", "x" * 201), ("purpose", "\0")),
        ("over", "Boden"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_drive_that_can_not_be_meant_is_refused(
    karin: User, assignment: Assignment, name: str, value: Any
) -> None:
    answer = claim_drive(karin, assignment, **{name: value})
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == f"/mileage/{name}"
    assert not Expense.objects.exists()


@pytest.mark.parametrize("name", DRIVE)
def test_a_drive_is_told_whole(karin: User, assignment: Assignment, name: str) -> None:
    drive = {key: value for key, value in DRIVE.items() if key != name}
    row = Expense.objects.get(pk=claim_drive(karin, assignment).data["id"])
    act(karin, "submit", row)
    answer = edit(karin, row, mileage=drive)
    assert refused_with(answer) == (409, "incomplete")
    assert first_error(answer) == (f"/mileage/{name}", "required")


def test_a_drive_and_its_category_go_together(karin: User, assignment: Assignment) -> None:
    assert refused_with(claim(karin, assignment, mileage=DRIVE)) == (400, "mileage_not_expected")
    coffee = Expense.objects.get(pk=claim(karin, assignment).data["id"])
    assert refused_with(edit(karin, coffee, mileage=DRIVE)) == (400, "mileage_not_expected")
    act(karin, "submit", coffee)
    assert refused_with(edit(karin, coffee, category="car")) == (400, "mileage_missing")
    assert refused_with(edit(karin, coffee, mileage=DRIVE)) == (400, "mileage_not_expected")


def test_coffee_becomes_a_drive_and_a_drive_a_ticket(karin: User, assignment: Assignment) -> None:
    row = Expense.objects.get(pk=claim(karin, assignment).data["id"])
    act(karin, "submit", row)
    driven = edit(karin, row, category="car", mileage=DRIVE).json()
    assert (driven["claimed_amount"], driven["mileage"]["km"]) == ("203.75", 81.5)
    assert refused_with(edit(karin, row, mileage=None)) == (400, "mileage_missing")
    without = edit(karin, row, category="coins")
    assert refused_with(without) == (400, "amount_was_computed")
    assert first_error(without)[0] == "/claimed_amount"
    ticket = edit(karin, row, category="coins", claimed_amount="40.00").json()
    assert (ticket["claimed_amount"], ticket["mileage"]) == ("40.00", None)


def test_an_edit_computes_the_amount_anew_and_may_be_repeated(karin: User, assignment: Assignment) -> None:
    row = Expense.objects.get(pk=claim_drive(karin, assignment).data["id"])
    longer = edit(karin, row, seen=1, mileage=DRIVE | {"km": 100})
    assert (longer.json()["claimed_amount"], longer.json()["version"]) == ("250.00", 2)
    assert edit(karin, row, seen=1, mileage=DRIVE | {"km": 100.0}).json() == longer.json()
    assert edit(karin, row, note="Tur och retur").json()["claimed_amount"] == "250.00"


def test_the_rate_is_that_of_the_day_of_the_drive(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    MileageRate.objects.create(municipality=kalix, first_day=date(2026, 6, 5), rate=Decimal("3.00"))
    row = Expense.objects.get(pk=claim_drive(karin, assignment, km=10).data["id"])
    assert (row.mileage_rate, row.claimed_amount) == (Decimal("3.00"), Decimal(30))
    before = edit(karin, row, spent_on="2026-06-04").json()
    assert (before["mileage"]["rate"], before["claimed_amount"]) == ("2.50", "25.00")


def test_a_day_without_a_rate_is_told(karin: User, kalix: Municipality, assignment: Assignment) -> None:
    MileageRate.objects.update(first_day=date(2026, 6, 6))
    answer = act(karin, "submit", claim_drive(karin, assignment).data["id"])
    assert refused_with(answer) == (409, "no_mileage_rate")
    assert first_error(answer)[0] == "/spent_on"


def test_a_draft_comes_in_at_the_rate_as_it_is_and_keeps_it(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    row_id = claim_drive(karin, assignment, km=10).data["id"]
    MileageRate.objects.update(rate=Decimal("2.60"))
    came_in = act(karin, "submit", row_id).json()
    assert (came_in["claimed_amount"], came_in["mileage"]["rate"], came_in["version"]) == ("26.00", "2.60", 2)
    # Past the services, which refuse that.
    MileageRate.objects.update(rate=Decimal("9.00"))
    act(inger, "return", row_id, reason="Vilken väg?")
    again = act(karin, "submit", row_id).json()
    assert (again["claimed_amount"], again["mileage"]["rate"]) == ("26.00", "2.60")


@pytest.mark.parametrize("change", [{"km": 12}, {"from": "Boden"}, {"to": "Boden"}, {"purpose": "Bad"}])
def test_an_edit_of_a_drive_asks_for_a_new_decision(
    karin: User, inger: User, assignment: Assignment, change: dict[str, Any]
) -> None:
    row = Expense.objects.get(pk=claim_drive(karin, assignment).data["id"])
    act(karin, "submit", row)
    act(inger, "approve", row)
    assert edit(karin, row, mileage=DRIVE).json()["status"] == "approved"
    edited = edit(karin, row, mileage=DRIVE | change).json()
    assert (edited["status"], edited["approved_amount"]) == ("submitted", None)


def test_a_drive_takes_nothing_of_the_allowance(karin: User, inger: User, assignment: Assignment) -> None:
    """Mileage is a pay line of its own."""
    for action in ("submit", "approve"):
        row_id = claim_drive(karin, assignment).data["id"]
        act(karin, "submit", row_id)
        if action == "approve":
            assert act(inger, "approve", row_id).json()["approved_amount"] == "203.75"
    account = world.signed_in(karin).get(f"/api/v1/assignments/{assignment.pk}/allowance").json()
    assert (account["approved"], account["waiting"], account["remaining"]) == ("0.00", "0.00", "500.00")


def test_the_coordinator_sees_where_and_nobody_hears_of_it(
    karin: User, inger: User, sven: User, assignment: Assignment, caplog: pytest.LogCaptureFixture
) -> None:
    row_id = claim_drive(karin, assignment).data["id"]
    act(karin, "submit", row_id)
    assert world.signed_in(inger).get(f"{EXPENSES}/{row_id}").json()["mileage"]["to"] == "Luleå"
    assert world.signed_in(sven).get(f"{EXPENSES}/{row_id}").status_code == 404
    refused = claim_drive(karin, assignment, km=-1)
    assert "Luleå" not in refused.content.decode() + caplog.text + str(Expense.objects.get())


@pytest.mark.parametrize(
    "broken",
    [
        {"mileage_to": ""},
        {"mileage_km": None},
        {"mileage_rate": None},
        {"mileage_km": Decimal(0)},
        {"claimed_amount": Decimal("203.74")},
        {"mileage_rate": Decimal("2.51")},
    ],
    ids=repr,
)
def test_the_database_holds_a_drive_together(karin: User, assignment: Assignment, broken: dict[str, Any]) -> None:
    row_id = claim_drive(karin, assignment).data["id"]
    act(karin, "submit", row_id)
    with pytest.raises(IntegrityError, match="expense_mileage_"), transaction.atomic():
        Expense.objects.filter(pk=row_id).update(**broken)


def test_the_database_rounds_as_we_do(karin: User, assignment: Assignment) -> None:
    for rate in ("2.45", "1.85", "0.15"):
        MileageRate.objects.update(rate=Decimal(rate))
        for km in (0.1, 0.3, 1.1, 12.5, 33.3):
            assert claim_drive(karin, assignment, km=km).status_code == 201
