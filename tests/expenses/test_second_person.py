"""Over the policy's limit two people look: what the first says is kept, and the second gives no more."""

from typing import Any

import pytest

from expenses.models import Expense
from notifications.models import Notification
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import EXPENSES, act, edit, first_error, let_two_look_above, refused_with
from tests.expenses.test_batch import decide, line
from tests.expenses.test_history import history

pytestmark = pytest.mark.usefixtures("noon", "limit")


@pytest.fixture
def limit(kalix: Municipality) -> None:
    """Let two people look at what is above SEK 50."""
    let_two_look_above(50)


def shown(user: User, expense: Expense) -> Any:
    return world.signed_in(user).get(f"{EXPENSES}/{expense.pk}").json()


def allowed(user: User, expense: Expense, action: str) -> Any:
    return next(one for one in shown(user, expense)["allowed_actions"] if one["action"] == action)


def test_one_says_so_and_another_approves(karin: User, inger: User, bengt: User, submitted: Expense) -> None:
    first = act(inger, "approve", submitted)
    assert (first.status_code, first.data["status"], first.data["approved_amount"]) == (200, "submitted", None)
    assert first.json()["first_approval"] == {
        "by": {"id": str(inger.pk), "name": "Inger"},
        "at": "2026-06-10T12:00:00+02:00",
        "approved_amount": "100.00",
    }
    assert not Notification.objects.exists()
    second = act(bengt, "approve", submitted)
    assert (second.data["status"], second.data["approved_amount"]) == ("approved", "100.00")
    assert [
        (step["action"], step["by"]["name"], step["approved_amount"]) for step in history(karin, submitted)
    ] == [
        ("approve_first", "Inger", "100.00"),
        ("approve", "Bengt", "100.00"),
    ]
    assert list(Notification.objects.values_list("kind", flat=True)) == ["expense_approved"]


def test_the_first_is_told_that_somebody_else_has_to(inger: User, bengt: User, submitted: Expense) -> None:
    first = act(inger, "approve", submitted)
    assert act(inger, "approve", submitted).data == first.data  # the same call again
    other = act(inger, "approve", submitted, approved_amount="90.00", reason="Din del.")
    assert refused_with(other) == (409, "second_person_required")
    assert allowed(inger, submitted, "approve")["code"] == "second_person_required"
    assert allowed(bengt, submitted, "approve")["allowed"]


def test_the_first_who_asks_again_after_the_second_meets_what_became_of_it(
    inger: User, bengt: User, submitted: Expense
) -> None:
    less = {"approved_amount": "80.00", "reason_code": "deposit"}
    act(inger, "approve", submitted, **less)
    approved = act(bengt, "approve", submitted, approved_amount="60.00", reason_code="deposit").data
    again = act(inger, "approve", submitted, **less)
    assert (again.status_code, again.data["approved_amount"]) == (200, approved["approved_amount"])
    other = act(inger, "approve", submitted, approved_amount="70.00", reason_code="deposit")
    assert refused_with(other) == (409, "expense_wrong_status")


def test_both_sides_see_that_one_of_two_has_approved(karin: User, inger: User, submitted: Expense) -> None:
    act(inger, "approve", submitted)
    assert shown(karin, submitted)["first_approval"]["approved_amount"] == "100.00"
    assert allowed(karin, submitted, "approve")["code"] == "wrong_role"


def test_the_second_gives_as_much_at_most_and_need_not_say_why_again(
    inger: User, bengt: User, submitted: Expense
) -> None:
    act(inger, "approve", submitted, approved_amount="80.00", reason_code="deposit")
    more = act(bengt, "approve", submitted, approved_amount="80.01", reason="Varsågod.")
    assert refused_with(more) == (400, "approved_too_much")
    assert first_error(more)[0] == "/approved_amount"
    assert refused_with(act(bengt, "approve", submitted, approved_amount="70.00")) == (400, "reason_required")
    agreed = act(bengt, "approve", submitted).json()
    assert (agreed["approved_amount"], agreed["reason_code"], agreed["reason"]) == ("80.00", "deposit", "")
    assert act(bengt, "approve", submitted).json() == agreed


def test_the_second_may_give_less(inger: User, bengt: User, submitted: Expense) -> None:
    act(inger, "approve", submitted)
    less = act(bengt, "approve", submitted, approved_amount="20.00", reason_code="alcohol").json()
    assert (less["status"], less["approved_amount"], less["reason_code"]) == ("approved", "20.00", "alcohol")


def test_up_to_the_limit_one_is_enough(inger: User, submitted: Expense) -> None:
    answer = act(inger, "approve", submitted, approved_amount="50.00", reason="Din del.")
    assert answer.data["status"] == "approved"


@pytest.mark.parametrize("how", ["edit", "return", "reject", "undo"])
def test_the_first_approval_is_void_once_something_else_happens(
    karin: User, inger: User, bengt: User, submitted: Expense, how: str
) -> None:
    act(inger, "approve", submitted)
    if how == "edit":
        edit(karin, submitted, claimed_amount="101.00")
    else:
        assert act(bengt, how, submitted, reason="Nej.").status_code == 200
    assert shown(bengt, submitted)["first_approval"] is None
    if how in ("return", "reject"):
        act(bengt, "undo", submitted)
    assert act(bengt, "approve", submitted).json()["first_approval"]["by"]["name"] == "Bengt"
    assert act(inger, "approve", submitted).data["status"] == "approved"


def test_undoing_only_the_first_tells_nobody_and_a_note_leaves_it(
    karin: User, inger: User, submitted: Expense
) -> None:
    act(inger, "approve", submitted)
    edit(karin, submitted, note="Två biljetter")
    assert shown(inger, submitted)["first_approval"]
    act(inger, "undo", submitted)
    assert not Notification.objects.exists()
    assert act(inger, "approve", submitted).json()["first_approval"]


def test_undoing_the_second_takes_both_back(inger: User, bengt: User, submitted: Expense) -> None:
    for user in (inger, bengt):
        act(user, "approve", submitted)
    assert act(inger, "undo", submitted).json()["first_approval"] is None


def test_nobody_is_the_second_for_their_own(
    karin: User, inger: User, kalix: Municipality, submitted: Expense
) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    act(inger, "approve", submitted)
    assert refused_with(act(karin, "approve", submitted)) == (409, "own_expense")


def test_many_at_once_say_so_first_and_then_approve(inger: User, bengt: User, submitted: Expense) -> None:
    small = world.make_expense(submitted.assignment, status="submitted", category="coins", claimed="50.00")
    first = decide(inger, line(submitted), line(small))
    assert [one["status"] for one in first.data["results"]] == ["submitted", "approved"]
    assert [one["version"] for one in decide(inger, line(submitted), line(small)).data["results"]] == [2, 2]
    assert refused_with(decide(bengt, line(submitted)))[1] == "stale_version"
    submitted.refresh_from_db()
    assert refused_with(decide(inger, line(submitted, approved_amount="9.00", reason="Nej.")))[0] == 409
    assert decide(bengt, line(submitted)).data["results"][0]["status"] == "approved"


def test_what_needs_a_second_person_can_be_found_and_is_not_taken_by_the_first(
    inger: User, bengt: User, submitted: Expense
) -> None:
    act(inger, "approve", submitted)
    other = world.make_expense(submitted.assignment, status="submitted", category="coins")
    client = world.signed_in(bengt)
    for needs, found in (("true", submitted), ("false", other)):
        page = client.get(f"{EXPENSES}/queue?needs_second_person={needs}").json()
        assert [one["id"] for one in page["results"]] == [str(found.pk)]
    taken = world.signed_in(inger).post(f"{EXPENSES}/take-next", {"count": 5}).json()["results"]
    assert [one["id"] for one in taken] == [str(other.pk)]
