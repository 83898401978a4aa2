"""Starting an expense and editing it: amounts, dates, categories, occasions and receipts."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from assignments.models import Assignment
from expenses.models import Expense, ExpenseCategory, Receipt
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import act, claim, edit, first_error, refused_with

pytestmark = pytest.mark.usefixtures("noon")
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def sent_on(user: User, assignment: Assignment, spent_on: str) -> Any:
    """Send in an expense of a day."""
    return act(user, "submit", UUID(claim(user, assignment, spent_on=spent_on).data["id"]))


def test_karin_starts_a_draft(karin: User, assignment: Assignment) -> None:
    occasion = world.make_occasion(assignment, world.NOW)
    receipt = world.make_receipt(karin)
    answer = claim(
        karin, assignment, category="ticket", occasion=str(occasion.pk), receipt=str(receipt.pk), note=" Bio "
    )
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    told = {action["action"]: action["allowed"] for action in answer.data["allowed_actions"]}
    assert {action for action, allowed in told.items() if allowed} == {"edit", "submit", "discard"}
    shown = {name: value for name, value in answer.json().items() if name not in ("id", "allowed_actions")}
    assert shown == {
        "assignment": str(assignment.pk),
        "occasion": str(occasion.pk),
        "category": "ticket",
        "claimed_amount": "100.00",
        "approved_amount": None,
        "spent_on": "2026-06-05",
        "receipt": str(receipt.pk),
        "pre_approval": None,
        "mileage": None,
        "note": "Bio",
        "status": "draft",
        "reason_code": "",
        "reason": "",
        "submitted_at": None,
        "decided_at": None,
        "in_hand": None,
        "first_approval": None,
        "signals": [],
        "version": 1,
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [("129.00", "129.00"), ("0.01", "0.01"), ("12.5", "12.50"), ("9999999.99", "9999999.99"), ("100", "100.00")],
)  # fmt: skip
def test_an_amount_is_shown_with_two_decimals(karin: User, assignment: Assignment, given: Any, kept: str) -> None:
    answer = claim(karin, assignment, claimed_amount=given)
    assert answer.json()["claimed_amount"] == kept
    shown = world.signed_in(karin).get(f"/api/v1/expenses/{answer.data['id']}").json()
    assert shown["claimed_amount"] == kept


@pytest.mark.parametrize(
    "amount",
    ["0", "0.00", "-1", "-0.01", "0.001", "100.005", "10000000.00", "1e7", "1e-3", "1e999", "NaN", "Infinity",
     "-Infinity", "sNaN", "12,50", "12 kr", "1 000", "0x10", True, [], {}, ["1"], 0, -5, 0.001,
     12.5, 100, " 7 ", "1e3", "1" * 5000, "\0", "½"],
    ids=lambda amount: repr(amount)[:20],
)  # fmt: skip
def test_what_is_no_amount_is_refused(karin: User, assignment: Assignment, amount: Any) -> None:
    answer = claim(karin, assignment, claimed_amount=amount)
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == "/claimed_amount"
    assert not Expense.objects.exists()


@pytest.mark.parametrize(
    ("spent_on", "problem"),
    [
        ("2026-06-11", (400, "spent_in_future")),
        ("2025-06-09", (409, "spent_too_long_ago")),
        ("0001-01-01", (409, "spent_too_long_ago")),
        ("2025-12-31", (409, "spent_outside_assignment")),
    ],
)
def test_a_date_out_of_bounds_is_refused(
    karin: User, assignment: Assignment, spent_on: str, problem: tuple[int, str]
) -> None:
    row = world.make_expense(assignment, category="coins", status="submitted")
    sent = sent_on(karin, assignment, spent_on)
    for answer in (sent, edit(karin, row, spent_on=spent_on)):
        assert refused_with(answer) == problem
        assert first_error(answer) == ("/spent_on", problem[1])
    row.refresh_from_db()
    assert (row.spent_on, row.version) == (date(2026, 6, 5), 1)


def test_today_is_the_municipalitys_date_and_not_that_of_utc(karin: User, assignment: Assignment) -> None:
    with time_machine.travel(NEW_YEAR, tick=False):
        assert sent_on(karin, assignment, "2027-01-01").status_code == 200
        assert refused_with(sent_on(karin, assignment, "2027-01-02")) == (400, "spent_in_future")


def test_tomorrow_is_still_tomorrow_west_of_utc(karin: User, assignment: Assignment) -> None:
    Municipality.objects.update(time_zone="America/New_York")
    with time_machine.travel(datetime(2026, 6, 11, 2, 0, tzinfo=UTC), tick=False):
        assert refused_with(sent_on(karin, assignment, "2026-06-11")) == (400, "spent_in_future")


def test_the_last_day_of_an_assignment_counts(karin: User, assignment: Assignment) -> None:
    Assignment.objects.update(last_day=date(2026, 6, 10))
    assert sent_on(karin, assignment, "2026-06-10").status_code == 200


def test_an_occasion_of_another_assignment_is_unknown(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    own_other = world.make_occasion(world.make_assignment(karin, kalix), world.NOW)
    another = world.make_occasion(world.make_assignment(sven, kalix), world.NOW)
    for row_id in (own_other.pk, another.pk, uuid4()):
        answer = claim(karin, assignment, occasion=str(row_id))
        assert refused_with(answer) == (400, "unknown_occasion")
        assert first_error(answer) == ("/occasion", "unknown_occasion")


def test_a_category_of_another_municipality_or_out_of_use_is_unknown(
    karin: User, leksand: Municipality, assignment: Assignment
) -> None:
    ExpenseCategory.objects.create(municipality=leksand, code="boat", name_sv="Båt", name_en="Boat")
    ExpenseCategory.objects.filter(municipality=assignment.municipality, code="meal").update(is_active=False)
    for code in ("boat", "meal", "nonsense"):
        answer = claim(karin, assignment, category=code)
        assert refused_with(answer) == (400, "unknown_expense_category")
        assert first_error(answer)[0] == "/category"


def test_a_receipt_of_somebody_else_is_unknown(karin: User, sven: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment)
    for row_id in (world.make_receipt(sven).pk, uuid4()):
        for answer in (claim(karin, assignment, receipt=str(row_id)), edit(karin, draft, receipt=str(row_id))):
            assert refused_with(answer) == (400, "unknown_receipt")
            assert first_error(answer)[0] == "/receipt"


def test_a_phone_in_a_hurry_claims_and_submits_while_the_receipt_is_looked_through(
    karin: User, assignment: Assignment
) -> None:
    receipt = world.make_receipt(karin, status="processing")
    draft = claim(karin, assignment, receipt=str(receipt.pk), category="ticket")
    assert draft.status_code == 201
    assert act(karin, "submit", UUID(draft.data["id"])).data["status"] == "submitted"


def test_a_refused_receipt_is_no_receipt(karin: User, assignment: Assignment) -> None:
    receipt = world.make_receipt(karin, status="processing")
    draft = claim(karin, assignment, receipt=str(receipt.pk)).data["id"]
    Receipt.objects.update(status="refused")
    assert refused_with(act(karin, "submit", UUID(draft))) == (409, "receipt_refused")
    assert refused_with(claim(karin, assignment, receipt=str(receipt.pk))) == (400, "unknown_receipt")


@pytest.mark.parametrize("status", ["draft", "submitted", "approved", "returned", "paid"])
def test_a_receipt_is_used_once(karin: User, inger: User, assignment: Assignment, status: str) -> None:
    receipt = world.make_receipt(karin)
    world.make_expense(assignment, status=status, receipt=receipt, coordinator=inger)
    draft = world.make_expense(assignment)
    for answer in (
        claim(karin, assignment, receipt=str(receipt.pk)),
        edit(karin, draft, receipt=str(receipt.pk), claimed_amount="5.00"),
    ):
        assert refused_with(answer) == (409, "receipt_already_used")
        assert first_error(answer)[0] == "/receipt"
    draft.refresh_from_db()
    assert (str(draft.claimed_amount), draft.receipt, draft.version) == ("100.00", None, 1)


def test_the_receipt_of_a_rejected_expense_may_be_claimed_anew(
    karin: User, inger: User, assignment: Assignment
) -> None:
    receipt = world.make_receipt(karin)
    world.make_expense(assignment, status="rejected", receipt=receipt, coordinator=inger)
    assert claim(karin, assignment, receipt=str(receipt.pk)).status_code == 201
    assert refused_with(claim(karin, assignment, receipt=str(receipt.pk))) == (409, "receipt_already_used")


def test_a_receipt_that_was_taken_off_may_be_used_again(karin: User, assignment: Assignment) -> None:
    receipt = world.make_receipt(karin)
    draft = world.make_expense(assignment, receipt=receipt)
    assert edit(karin, draft, receipt=None).data["receipt"] is None
    assert claim(karin, assignment, receipt=str(receipt.pk)).status_code == 201


def test_the_same_again_is_the_stored_expense_whatever_became_of_it(
    karin: User, inger: User, assignment: Assignment
) -> None:
    body = {"id": str(uuid4()), "receipt": str(world.make_receipt(karin).pk), "category": "ticket"}
    first = claim(karin, assignment, **body)
    assert first.status_code == 201
    act(karin, "submit", first.data["id"])
    act(inger, "approve", first.data["id"])
    again = claim(karin, assignment, **body, claimed_amount="100")
    assert (again.status_code, again.data["status"]) == (200, "approved")
    assert Expense.objects.count() == 1


def test_something_else_under_a_used_id_is_a_conflict(karin: User, assignment: Assignment) -> None:
    first = claim(karin, assignment, id=str(uuid4()))
    answer = claim(karin, assignment, id=first.data["id"], claimed_amount="101.00")
    assert refused_with(answer) == (409, "id_conflict")
    assert answer.data["present"]["claimed_amount"] == "100.00"


def test_the_id_of_anothers_expense_is_a_conflict_that_tells_nothing(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    first = claim(karin, assignment, id=str(uuid4()))
    answer = claim(sven, world.make_assignment(sven, kalix), id=first.data["id"])
    assert refused_with(answer) == (409, "id_conflict")
    assert "present" not in answer.data


def test_an_assignment_that_is_not_yours_or_over_is_not_there(
    karin: User, sven: User, anna: User, assignment: Assignment
) -> None:
    for stranger in (sven, anna):
        assert refused_with(claim(stranger, assignment)) == (404, "not_found")
    Assignment.objects.update(last_day=date(2026, 6, 9))
    assert refused_with(claim(karin, assignment)) == (404, "not_found")
    assert not Expense.objects.exists()


def test_an_edit_needs_the_version_that_was_read(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment)
    client = world.signed_in(karin)
    assert refused_with(client.patch(f"/api/v1/expenses/{draft.pk}", {"note": "x"})) == (428, "version_required")
    assert edit(karin, draft, seen=1, note="Popcorn").data["version"] == 2
    stale = edit(karin, draft, seen=1, note="Glass")
    assert refused_with(stale) == (412, "stale_version")
    assert stale.data["present"]["note"] == "Popcorn"
    assert stale["ETag"] == '"2"'


def test_an_edit_may_be_repeated(karin: User, inger: User, assignment: Assignment, submitted: Expense) -> None:
    first = edit(karin, submitted, seen=1, claimed_amount="90.00")
    assert edit(karin, submitted, seen=1, claimed_amount="90").data == first.data
    act(inger, "reject", submitted, reason="Hör inte hit.")
    again = edit(karin, submitted, seen=1, claimed_amount="90.00")
    assert (again.status_code, again.data["status"], again.data["version"]) == (200, "rejected", 3)
