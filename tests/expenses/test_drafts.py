"""A draft is saved as it is: what is missing, and what a rule forbids, is said when it is sent in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from assignments.models import Assignment
from expenses.models import Expense, MileageRate
from expenses.reminders import expire_drafts, remind_missing
from notifications.models import Notification
from notifications.subjects import outdated_among
from people.models import Municipality, User
from tests import world
from tests.expenses.calls import DRIVE, EXPENSES, act, edit, refused_with, send

pytestmark = pytest.mark.usefixtures("noon")
DAY = timedelta(days=1)
LAX: list[tuple[dict[str, Any], int, str]] = [
    ({"spent_on": "2026-06-11"}, 400, "spent_in_future"),
    ({"spent_on": "2025-06-09"}, 409, "spent_too_long_ago"),
    ({"spent_on": "0001-01-01"}, 409, "spent_too_long_ago"),
    ({"spent_on": "2025-12-31"}, 409, "spent_outside_assignment"),
    ({"claimed_amount": "900.00"}, 409, "pre_approval_required"),
    ({"category": "ticket"}, 409, "receipt_missing"),
    ({"category": "car", "claimed_amount": None}, 400, "mileage_missing"),
]


def begin(user: User, assignment: Assignment, **values: Any) -> Any:
    """Save what there is so far of an expense."""
    answer = send(user, "POST", EXPENSES, {"assignment": str(assignment.pk), **values})
    assert answer.status_code == 201, answer.content
    return answer.json()


def row(shown: Any) -> Expense:
    return Expense.objects.get(pk=shown["id"])


def lacking(answer: Any) -> dict[str, str]:
    """Return what is missing where."""
    assert refused_with(answer) == (409, "incomplete")
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def submit_said(shown: Any) -> str | None:
    """Return what is said to be in the way of sending it in."""
    (code,) = [one["code"] for one in shown["allowed_actions"] if one["action"] == "submit"]
    return None if code is None else str(code)


def test_karin_begins_with_nothing_and_adds_one_thing_after_the_other(karin: User, assignment: Assignment) -> None:
    shown = begin(karin, assignment)
    assert (shown["category"], shown["claimed_amount"], shown["spent_on"]) == (None, None, None)
    steps: list[tuple[dict[str, Any], set[str]]] = [
        ({"note": "Fika"}, {"/category", "/claimed_amount", "/spent_on"}),
        ({"category": "ticket"}, {"/claimed_amount", "/spent_on", "/receipt"}),
        ({"spent_on": "2026-06-05"}, {"/claimed_amount", "/receipt"}),
        ({"category": "coins"}, {"/claimed_amount"}),
    ]
    for change, missing in steps:
        shown = edit(karin, row(shown), **change).json()
        assert submit_said(shown) == "incomplete"
        assert lacking(act(karin, "submit", shown["id"])).keys() == missing
    shown = edit(karin, row(shown), claimed_amount="40.00").json()
    assert submit_said(shown) is None
    assert act(karin, "submit", shown["id"]).json()["status"] == "submitted"


@pytest.mark.parametrize(("values", "status", "code"), LAX, ids=lambda value: str(value)[:30])
def test_what_would_be_refused_is_saved_and_told_when_it_is_sent_in(
    karin: User, kalix: Municipality, assignment: Assignment, values: dict[str, Any], status: int, code: str
) -> None:
    world.make_drive(kalix)
    kalix.policies.update(ask_first_above=500)
    whole = {"category": "coins", "claimed_amount": "100.00", "spent_on": "2026-06-05"}
    shown = begin(karin, assignment, **whole | values)
    edited = edit(karin, world.make_expense(assignment, category="coins"), **values).json()
    for one in (shown, edited):
        assert submit_said(one) == code
        assert refused_with(act(karin, "submit", one["id"])) == (status, code)


def test_of_a_drive_each_part_is_missing_by_itself(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    shown = begin(karin, assignment, category="car", mileage={"to": "Luleå"})
    assert shown["mileage"] == {"from": "", "to": "Luleå", "purpose": "", "km": None, "rate": None}
    parts = {"/spent_on", "/mileage/from", "/mileage/purpose", "/mileage/km"}
    assert lacking(act(karin, "submit", shown["id"])).keys() == parts
    shown = edit(karin, row(shown), mileage=DRIVE).json()
    assert (shown["claimed_amount"], shown["mileage"]["rate"]) == (None, None)
    shown = edit(karin, row(shown), spent_on="2026-06-05").json()
    assert (shown["claimed_amount"], shown["mileage"]["rate"]) == ("203.75", "2.50")
    shown = edit(karin, row(shown), spent_on=None).json()
    assert (shown["claimed_amount"], shown["mileage"]["rate"]) == (None, None)


def test_a_drive_of_a_day_without_a_rate_waits_for_one(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    MileageRate.objects.update(first_day="2026-06-06")
    shown = begin(karin, assignment, category="car", mileage=DRIVE, spent_on="2026-06-05")
    assert (shown["claimed_amount"], submit_said(shown)) == (None, "no_mileage_rate")
    assert refused_with(act(karin, "submit", shown["id"])) == (409, "no_mileage_rate")
    MileageRate.objects.update(first_day="2026-06-01")
    assert submit_said(world.signed_in(karin).get(f"{EXPENSES}/{shown['id']}").json()) is None
    assert act(karin, "submit", shown["id"]).json()["claimed_amount"] == "203.75"


def test_what_came_in_stays_whole(karin: User, submitted: Expense) -> None:
    for name in ("category", "claimed_amount", "spent_on"):
        answer = edit(karin, submitted, **{name: None})
        assert lacking(answer) == {f"/{name}": "required"}
        assert answer.json()["present"][name] is not None
        with pytest.raises(IntegrityError, match="expense_draft_or_complete"), transaction.atomic():
            Expense.objects.filter(pk=submitted.pk).update(**{name: None})


def test_drafts_without_a_day_are_listed_by_the_day_on_which_they_were_begun(
    karin: User, assignment: Assignment
) -> None:
    first = world.make_expense(assignment)
    undated = [begin(karin, assignment)["id"] for _ in range(2)]
    client, found, path = world.signed_in(karin), list[str](), f"{EXPENSES}?limit=1"
    while path:
        page = client.get(path).json()
        found += [one["id"] for one in page["results"]]
        path = page["next"]
    assert found == [*sorted(undated), str(first.pk)]


def test_a_draft_takes_nothing_and_nobody_else_sees_it(karin: User, inger: User, assignment: Assignment) -> None:
    shown = begin(karin, assignment, spent_on="2026-06-05")
    account = world.signed_in(karin).get(f"/api/v1/assignments/{assignment.pk}/allowance").json()
    assert account["remaining"] == "500.00"
    assert (
        world.signed_in(karin).get(f"{EXPENSES}/{shown['id']}/history").json()["results"][0]["claimed_amount"]
        is None
    )
    assert world.signed_in(inger).get(f"{EXPENSES}/{shown['id']}").status_code == 404


def discard(user: User, expense: Expense) -> Any:
    return world.signed_in(user).delete(f"{EXPENSES}/{expense.pk}")


def test_a_draft_is_thrown_away_and_its_receipt_is_free(
    karin: User, sven: User, inger: User, assignment: Assignment
) -> None:
    receipt = world.make_receipt(karin)
    draft = world.make_expense(assignment, receipt=receipt)
    assert discard(sven, draft).status_code == 404
    assert [discard(karin, draft).status_code for _ in range(2)] == [204, 204]
    for answer in (edit(karin, draft, note="x"), act(karin, "submit", draft)):
        assert answer.status_code == 404
    client = world.signed_in(karin)
    assert client.get(f"{EXPENSES}/{draft.pk}").status_code == 404
    assert client.get(EXPENSES).json()["results"] == []
    assert client.get("/api/v1/home").json()["to_do"] == []
    again = begin(karin, assignment, category="ticket", receipt=str(receipt.pk))
    assert again["receipt"] == str(receipt.pk)
    draft.refresh_from_db()
    assert (draft.discarded_at, draft.version) == (world.NOW, 2)


def test_what_came_in_is_not_thrown_away(karin: User, submitted: Expense) -> None:
    answer = discard(karin, submitted)
    assert refused_with(answer) == (409, "expense_wrong_status")
    assert answer.json()["present"]["status"] == "submitted"


def left_since(draft: Expense, days: int) -> None:
    Expense.objects.filter(pk=draft.pk).update(updated_at=world.NOW - days * DAY)


def told_of(draft: Expense) -> list[Notification]:
    return list(Notification.objects.filter(kind="draft_expiring", subject_id=draft.pk))


def test_a_draft_that_nobody_goes_on_with_is_told_of_and_ends_five_days_later(
    karin: User, assignment: Assignment
) -> None:
    draft = world.make_expense(assignment, receipt=world.make_receipt(karin))
    left_since(draft, 24)
    assert expire_drafts(world.NOW) == 0
    with time_machine.travel(world.NOW + DAY, tick=False):
        assert [expire_drafts(world.NOW + DAY) for _ in range(2)] == [1, 0]
    (told,) = told_of(draft)
    assert (told.recipient, told.expires_at) == (karin, world.NOW + 6 * DAY)
    assert expire_drafts(world.NOW + 6 * DAY - timedelta(seconds=1)) == 0
    assert [expire_drafts(world.NOW + 6 * DAY) for _ in range(2)] == [1, 0]
    draft.refresh_from_db()
    assert (draft.discarded_at, draft.version) == (world.NOW + 6 * DAY, 2)


def test_going_on_with_it_starts_the_clock_anew(karin: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment)
    left_since(draft, 26)
    assert expire_drafts(world.NOW) == 1
    with time_machine.travel(world.NOW + DAY, tick=False):
        assert edit(karin, draft, note="Kaffe").status_code == 200
    assert outdated_among(told_of(draft), world.NOW + DAY) == {one.pk for one in told_of(draft)}
    assert expire_drafts(world.NOW + 20 * DAY) == 0
    assert (expire_drafts(world.NOW + 26 * DAY), len(told_of(draft))) == (1, 2)


def test_none_ends_without_a_warning_unless_nobody_sees_it(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    ended = world.make_assignment(karin, kalix, client_name="Nils", last_day=(world.NOW - DAY).date())
    old, unseen = world.make_expense(assignment), world.make_expense(ended)
    for draft in (old, unseen):
        left_since(draft, 100)
    assert expire_drafts(world.NOW) == 2  # one is told of, the other ends
    assert (len(told_of(old)), told_of(unseen)) == (1, [])
    assert list(Expense.objects.exclude(discarded_at=None)) == [unseen]
    assert not outdated_among(told_of(old), world.NOW)


def test_what_came_in_never_expires(karin: User, submitted: Expense) -> None:
    left_since(submitted, 100)
    assert expire_drafts(world.NOW) == 0


def test_nobody_is_reminded_of_the_receipt_of_what_was_thrown_away(karin: User, assignment: Assignment) -> None:
    world.make_expense(assignment, created_at=world.NOW - 3 * DAY, discarded_at=world.NOW)
    assert remind_missing(world.NOW) == 0


def test_the_database_throws_away_nothing_that_came_in(submitted: Expense) -> None:
    with pytest.raises(IntegrityError, match="expense_discarded_draft"), transaction.atomic():
        Expense.objects.update(discarded_at=world.NOW)


def test_what_was_computed_does_not_become_an_outlay(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    shown = begin(karin, assignment, category="car", mileage=DRIVE, spent_on="2026-06-05")
    shown = edit(karin, row(shown), category="coins").json()
    assert (shown["claimed_amount"], shown["mileage"]) == (None, None)
    assert row(edit(karin, row(shown), claimed_amount="40.00").json()).claimed_amount == Decimal(40)
