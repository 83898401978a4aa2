"""Approving, returning and rejecting: what it takes, what becomes of it, and who is told."""

from decimal import Decimal
from typing import Any

import pytest

from assignments.models import Assignment
from expenses.models import Expense
from notifications.models import Notification
from people.models import Role, User
from tests import world
from tests.expenses.calls import act, edit, first_error, refused_with

pytestmark = pytest.mark.usefixtures("noon")


def told(*users: User) -> list[tuple[str, str]]:
    """Return what is in the inboxes, oldest first."""
    rows = Notification.objects.filter(recipient__in=users).order_by("created_at", "pk")
    return [(row.kind, str(row.subject_id)) for row in rows]


def test_inger_approves_all_of_it(inger: User, submitted: Expense) -> None:
    answer = act(inger, "approve", submitted)
    assert answer.status_code == 200
    assert answer["ETag"] == '"2"'
    shown = answer.json()
    assert (shown["status"], shown["approved_amount"], shown["reason"]) == ("approved", "100.00", "")
    submitted.refresh_from_db()
    assert (submitted.decided_by, submitted.decided_at) == (inger, world.NOW)
    assert isinstance(submitted.approved_amount, Decimal)


def test_inger_approves_less_for_a_reason(inger: User, submitted: Expense) -> None:
    answer = act(inger, "approve", submitted, approved_amount="79.50", reason="Pant ersätts inte.")
    shown = answer.json()
    assert (shown["approved_amount"], shown["claimed_amount"]) == ("79.50", "100.00")
    assert shown["reason"] == "Pant ersätts inte."


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "\n"}])
@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_whoever_gets_less_is_told_why(inger: User, submitted: Expense, action: str, body: dict[str, str]) -> None:
    less = {"approved_amount": "99.99"} if action == "approve" else {}
    answer = act(inger, action, submitted, **less, **body)
    assert refused_with(answer) == (400, "reason_required")
    assert first_error(answer) == ("/reason", "reason_required")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.version) == ("submitted", 1)


def test_more_than_was_claimed_is_not_approved(inger: User, submitted: Expense) -> None:
    answer = act(inger, "approve", submitted, approved_amount="100.01", reason="Varsågod.")
    assert refused_with(answer) == (400, "approved_too_much")
    assert first_error(answer)[0] == "/approved_amount"


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "", None, True, {}, "10000000.00"], ids=repr)
def test_what_is_no_amount_is_not_approved(inger: User, submitted: Expense, amount: Any) -> None:
    answer = act(inger, "approve", submitted, approved_amount=amount, reason="Därför.")
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == "/approved_amount"


@pytest.mark.parametrize(
    ("action", "kind"),
    [("approve", "expense_approved"), ("return", "expense_returned"), ("reject", "expense_rejected")],
)
def test_karin_is_told_once_however_often_inger_calls(
    karin: User, inger: User, bengt: User, submitted: Expense, action: str, kind: str
) -> None:
    first = act(inger, action, submitted, reason="Så är det.")
    again = act(inger, action, submitted, reason="Så är det.")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.data == first.data
    assert refused_with(act(bengt, action, submitted, reason="Så är det.")) == (409, "expense_wrong_status")
    assert told(karin) == [(kind, str(submitted.pk))]
    assert told(inger, bengt) == []


def test_all_of_it_said_in_another_way_is_the_same_again(inger: User, submitted: Expense) -> None:
    act(inger, "approve", submitted)
    again = act(inger, "approve", submitted, approved_amount="100")
    assert (again.status_code, again.data["version"]) == (200, 2)


@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_a_decision_that_contradicts_the_first_is_a_conflict(
    inger: User, bengt: User, submitted: Expense, action: str
) -> None:
    act(inger, "approve", submitted, approved_amount="60.00", reason="Bara din del.")
    for coordinator in (inger, bengt):
        answer = act(coordinator, action, submitted, reason="Något annat.")
        assert refused_with(answer) == (409, "expense_wrong_status")
        present = answer.json()["present"]
        assert (present["status"], present["approved_amount"], present["version"]) == ("approved", "60.00", 2)
        assert answer["ETag"] == '"2"'


@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_nobody_decides_their_own(karin: User, assignment: Assignment, submitted: Expense, action: str) -> None:
    world.add_roles(karin, assignment.municipality, Role.COORDINATOR)
    answer = act(karin, action, submitted, reason="Till mig.")
    assert refused_with(answer) == (409, "own_expense")
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_an_expense_of_another_municipality_is_not_there(inger: User, elsewhere: Expense, action: str) -> None:
    assert refused_with(act(inger, action, elsewhere, reason="Nyfiken.")) == (404, "not_found")


def test_inger_approves_only_what_she_saw(karin: User, inger: User, submitted: Expense) -> None:
    assert edit(karin, submitted, claimed_amount="900.00").status_code == 200
    answer = act(inger, "approve", submitted, seen=1)
    assert refused_with(answer) == (412, "stale_version")
    assert answer.json()["present"]["claimed_amount"] == "900.00"
    assert answer["ETag"] == '"2"'
    assert act(inger, "approve", submitted, seen=2).data["status"] == "approved"


@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_a_decision_seen_through_may_be_repeated(inger: User, submitted: Expense, action: str) -> None:
    answers = [act(inger, action, submitted, seen=1, reason="Så är det.") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("tag", ["2", "0", "x", '"1", "2"', "", "1" * 400, "²"])
@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_a_tag_that_does_not_match_decides_nothing(inger: User, submitted: Expense, action: str, tag: str) -> None:
    client = world.signed_in(inger)
    path = f"/api/v1/expenses/{submitted.pk}/{action}"
    answer = client.post(path, {"reason": "Så är det."}, headers={"if-match": tag})
    assert refused_with(answer) == (412, "stale_version")


@pytest.mark.parametrize("tag", ["1", '"1"', 'W/"1"', "*"])
def test_a_tag_may_be_written_in_several_ways(inger: User, submitted: Expense, tag: str) -> None:
    path = f"/api/v1/expenses/{submitted.pk}/approve"
    assert world.signed_in(inger).post(path, {}, headers={"if-match": tag}).status_code == 200


def test_whoever_comes_second_is_told_of_the_decision_rather_than_of_the_version(
    inger: User, bengt: User, submitted: Expense
) -> None:
    act(inger, "approve", submitted, seen=1)
    assert refused_with(act(bengt, "return", submitted, seen=1, reason="Otydligt.")) == (
        409,
        "expense_wrong_status",
    )


def test_karin_submits_and_the_coordinators_are_told_once_a_day(
    karin: User, inger: User, bengt: User, lars: User, assignment: Assignment
) -> None:
    drafts = [world.make_expense(assignment, category="coins") for _ in range(3)]
    for draft in drafts:
        answer = act(karin, "submit", draft)
        assert (answer.status_code, answer.data["status"]) == (200, "submitted")
        assert answer.data["submitted_at"]
    assert [kind for kind, _ in told(inger, bengt)] == ["expenses_waiting"] * 2
    assert told(karin, lars) == []


def test_submitting_again_changes_nothing(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment, category="coins")
    first = act(karin, "submit", draft)
    assert act(karin, "submit", draft).data == first.data
    assert act(karin, "submit", draft, seen=1).data == first.data


def test_karin_submits_only_what_she_saw(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment, category="coins")
    edit(karin, draft, claimed_amount="5.00")
    assert refused_with(act(karin, "submit", draft, seen=1)) == (412, "stale_version")


def test_a_category_that_needs_a_receipt_is_not_submitted_without(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment, category="ticket")
    answer = act(karin, "submit", draft)
    assert refused_with(answer) == (409, "receipt_missing")
    assert first_error(answer) == ("/receipt", "receipt_missing")
    assert answer.json()["present"]["status"] == "draft"
    edit(karin, draft, receipt=str(world.make_receipt(karin).pk))
    assert act(karin, "submit", draft).status_code == 200


def test_a_draft_that_grew_too_old_is_not_submitted(karin: User, assignment: Assignment) -> None:
    Assignment.objects.update(first_day="2024-01-01")
    draft = world.make_expense(assignment, category="coins", spent_on=world.NOW.date().replace(year=2025, day=9))
    assert refused_with(act(karin, "submit", draft)) == (409, "spent_too_long_ago")


def test_a_returned_expense_came_in_in_time_however_long_it_takes(
    karin: User, inger: User, assignment: Assignment
) -> None:
    Assignment.objects.update(first_day="2024-01-01")
    old = world.NOW.date().replace(year=2025, day=9)
    returned = world.make_expense(
        assignment, status="returned", category="coins", spent_on=old, coordinator=inger, reason="Otydligt."
    )
    assert act(karin, "submit", returned).data["status"] == "submitted"
