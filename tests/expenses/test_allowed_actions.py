"""What an expense says may be done with it, and what happens to whoever does it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from assignments.models import Assignment
from expenses.models import Expense
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import EXPENSES, act, edit, refused_with
from tests.expenses.test_rules import ACTIONS, LEADS_TO, STATUSES

pytestmark = pytest.mark.usefixtures("noon")
PEOPLE = [
    "the contact person",
    "the contact person, who is a coordinator too",
    "the contact person, who is a coordinator elsewhere",
    "the former contact person, who is a coordinator",
    "the former contact person",
    "another contact person",
    "a coordinator",
    "a coordinator, who is a contact person elsewhere",
    "a coordinator elsewhere",
]


@pytest.fixture
def person(
    request: pytest.FixtureRequest, karin: User, sven: User, inger: User, lars: User, kalix: Municipality,
    leksand: Municipality, assignment: Assignment,
) -> User:  # fmt: skip
    """Find somebody by what they are to Karin's expense."""
    if "former" in request.param:
        Assignment.objects.update(last_day=date(2026, 6, 9))
    if request.param.endswith("is a coordinator too") or request.param.endswith("who is a coordinator"):
        world.add_roles(karin, kalix, Role.COORDINATOR)
    if request.param.endswith("who is a coordinator elsewhere"):
        world.add_roles(karin, leksand, Role.COORDINATOR)
    if request.param.endswith("who is a contact person elsewhere"):
        world.add_roles(inger, leksand, Role.CONTACT_PERSON)
    known = {"another contact person": sven, "a coordinator elsewhere": lars}
    return known.get(request.param) or (inger if request.param.startswith("a coordinator") else karin)


def expense_in(status: str, assignment: Assignment, bengt: User) -> Expense:
    reason = "" if status in ("draft", "submitted") else "Så är det."
    receipt = world.make_receipt(assignment.contact_person)
    return world.make_expense(assignment, status=status, coordinator=bengt, reason=reason, receipt=receipt)


def do(user: User, action: str, expense: Expense) -> Any:
    """Do what changes something whenever it is allowed."""
    if action == "edit":
        return edit(user, expense, claimed_amount="90.00")
    if action == "discard":
        return world.signed_in(user).delete(f"{EXPENSES}/{expense.pk}")
    silent = action in ("submit", "take", "release")
    return act(user, action, expense, **({} if silent else {"reason": "En annan."}))


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
@pytest.mark.parametrize("status", STATUSES)
def test_what_is_said_is_what_happens(person: User, status: str, assignment: Assignment, bengt: User) -> None:
    expense = expense_in(status, assignment, bengt)
    answer = world.signed_in(person).get(f"{EXPENSES}/{expense.pk}")
    said = {one["action"]: one["code"] for one in answer.data.get("allowed_actions", [])}
    assert said.keys() == (set(ACTIONS) if answer.status_code == 200 else set())
    expected, happened = {}, {}
    for action in ACTIONS:
        with transaction.atomic():
            happened[action] = what_happens(person, action, expense)
            transaction.set_rollback(True)
        expected[action] = what_is_said(said, status, action)
    if answer.status_code == 404:
        assert set(happened.values()) <= {("not_found", status, 1), ("wrong_role", status, 1)}
    else:
        assert happened == expected


def what_happens(person: User, action: str, expense: Expense) -> tuple[str | None, str, int]:
    """Return the problem that somebody meets, and the status and the version of the expense afterwards."""
    done = do(person, action, expense)
    code = None if done.status_code in (200, 204) else refused_with(done)[1]
    after = Expense.objects.get(pk=expense.pk)
    return code, after.status, after.version


def what_is_said(said: Mapping[str, str | None], status: str, action: str) -> tuple[str | None, str, int]:
    """Return what ought to happen by what is said."""
    code = said.get(action, "not_found")
    if code is None:
        # Who takes it in hand, or lets go of it, makes nobody's version stale.
        return None, LEADS_TO[status, action], 1 if action in ("take", "release") else 2
    if (status, action, code) == ("submitted", "submit", "expense_wrong_status"):
        return None, status, 1  # a repeat
    return code, status, 1


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        ({"category": "ticket"}, "receipt_missing"),
        ({"spent_on": date(2025, 6, 9)}, "spent_too_long_ago"),
        ({"spent_on": date(2026, 6, 11)}, "spent_in_future"),
    ],
)
def test_a_draft_says_what_it_lacks(
    karin: User, assignment: Assignment, lacking: dict[str, Any], code: str
) -> None:
    draft = world.make_expense(assignment, **{"category": "coins", **lacking})
    said = world.signed_in(karin).get(f"{EXPENSES}/{draft.pk}").data["allowed_actions"]
    assert next(one for one in said if one["action"] == "submit") == {
        "action": "submit",
        "allowed": False,
        "code": code,
    }
    assert refused_with(act(karin, "submit", draft))[1] == code


@pytest.mark.parametrize("status", STATUSES)
def test_who_sees_an_expense(
    karin: User, sven: User, inger: User, bengt: User, anna: User, lars: User, assignment: Assignment, status: str
) -> None:
    expense = expense_in(status, assignment, bengt)
    seen_by = {
        user.email: world.signed_in(user).get(f"{EXPENSES}/{expense.pk}").status_code
        for user in (karin, sven, inger, bengt, anna, lars)
    }
    coordinators = 404 if status == "draft" else 200
    assert list(seen_by.values()) == [200, 404, coordinators, coordinators, 404, 404]
