"""What may be claimed in an assignment, up to what, and what is switched off."""

from datetime import date, timedelta
from typing import Any

import pytest

from assignments.models import Assignment, Policy
from expenses.models import Expense, ExpenseCategory, SwitchedOffCategory
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import act, claim, edit, first_error, refused_with, rule, send

pytestmark = pytest.mark.usefixtures("noon")


def path(assignment: Assignment, code: str = "") -> str:
    return f"/api/v1/assignments/{assignment.pk}/expense-categories" + (f"/{code}" if code else "")


def listed(user: User, assignment: Assignment) -> dict[str, dict[str, Any]]:
    answer = world.signed_in(user).get(path(assignment))
    assert answer.status_code == 200
    return {row.pop("code"): row for row in answer.json()["results"]}


def switch(user: User, assignment: Assignment, code: str, claimable: object) -> Any:
    return send(user, "PUT", path(assignment, code), {"claimable": claimable})


def test_karin_and_inger_see_what_is_repaid_and_up_to_what(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    rule(kalix, category_caps={"meal": "150.5"}, ask_first_above=500)
    ExpenseCategory.objects.filter(municipality=kalix, code="ticket").update(is_active=False)
    same = {"ask_first_above": "500.00", "claimable": True}
    shown = {
        "car": {"name": "Egen bil", "needs_receipt": False, "kind": "mileage", "cap": None} | same,
        "coins": {"name": "Myntautomat", "needs_receipt": False, "kind": "receipt", "cap": None} | same,
        "meal": {"name": "Mat", "needs_receipt": True, "kind": "receipt", "cap": "150.50"} | same,
    }
    assert listed(karin, assignment) == listed(inger, assignment) == shown


def test_the_policy_of_today_is_told_and_none_where_there_is_none(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    rule(kalix, category_caps={"meal": 100})
    coming = {"first_day": date(2026, 6, 11), "weight_steps": [[0, 1]], "category_caps": {"meal": 200}}
    Policy.objects.create(municipality=kalix, **coming)
    assert listed(karin, assignment)["meal"]["cap"] == "100.00"
    Policy.objects.all().delete()
    assert listed(karin, assignment)["meal"]["cap"] is None


def test_a_list_takes_as_many_queries_for_many(
    karin: User, kalix: Municipality, assignment: Assignment, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        client = world.signed_in(karin)
        with django_assert_num_queries(5):  # roles, assignment, policies, what is switched off, rows
            assert client.get(path(assignment)).status_code == 200
        for code in range(20):
            ExpenseCategory.objects.create(
                municipality=kalix, code=f"c{number}-{code}", name_sv="Annat", name_en="Other"
            )


def test_inger_switches_a_category_off_and_on(karin: User, inger: User, assignment: Assignment) -> None:
    for _ in range(2):
        off = switch(inger, assignment, "coins", False)
        assert (off.status_code, off.json()["claimable"], off.json()["code"]) == (200, False, "coins")
    assert {code: row["claimable"] for code, row in listed(karin, assignment).items()} == {
        "coins": False, "meal": True, "ticket": True,
    }  # fmt: skip
    ticket = world.make_expense(assignment, status="submitted", receipt=world.make_receipt(karin))
    refused = edit(karin, ticket, category="coins")
    assert refused_with(refused) == (409, "category_switched_off")
    assert first_error(refused)[0] == "/category"
    for _ in range(2):
        assert switch(inger, assignment, "coins", True).json()["claimable"] is True
    assert claim(karin, assignment).status_code == 201
    assert not SwitchedOffCategory.objects.exists()


def test_what_is_off_here_is_on_elsewhere(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    switch(inger, assignment, "coins", False)
    assert claim(karin, world.make_assignment(karin, kalix)).status_code == 201


def test_what_came_in_goes_on_and_a_draft_does_not(karin: User, inger: User, assignment: Assignment) -> None:
    draft = world.make_expense(assignment, category="coins")
    submitted = world.make_expense(assignment, category="coins", status="submitted")
    ticket = world.make_expense(assignment)
    switch(inger, assignment, "coins", False)
    said = world.signed_in(karin).get(f"/api/v1/expenses/{draft.pk}").data["allowed_actions"]
    assert {one["action"]: one["code"] for one in said}["submit"] == "category_switched_off"
    assert refused_with(act(karin, "submit", draft)) == (409, "category_switched_off")
    assert edit(karin, draft, note="Parkering").status_code == 200
    assert edit(karin, ticket, category="coins").status_code == 200
    assert refused_with(act(karin, "submit", ticket)) == (409, "category_switched_off")
    assert act(inger, "return", submitted, reason="Var?").status_code == 200
    assert edit(karin, submitted, claimed_amount="90.00").json()["status"] == "submitted"
    assert act(inger, "approve", submitted).status_code == 200


def test_nobody_switches_their_own_or_what_is_not_theirs(
    karin: User, sven: User, inger: User, lars: User, kalix: Municipality, leksand: Municipality,
    assignment: Assignment,
) -> None:  # fmt: skip
    ExpenseCategory.objects.create(municipality=leksand, code="boat", name_sv="Båt", name_en="Boat")
    assert refused_with(switch(karin, assignment, "coins", False)) == (403, "wrong_role")
    assert refused_with(switch(lars, assignment, "coins", False)) == (404, "not_found")
    for code in ("boat", "nonsense"):
        assert refused_with(switch(inger, assignment, code, False)) == (404, "not_found")
    assert refused_with(world.signed_in(sven).get(path(assignment))) == (404, "not_found")
    world.add_roles(karin, kalix, Role.COORDINATOR)
    assert refused_with(switch(karin, assignment, "coins", False)) == (409, "own_assignment")
    for nonsense in (None, "perhaps", 2):
        assert refused_with(switch(inger, assignment, "coins", nonsense)) == (400, "invalid")
    assert not SwitchedOffCategory.objects.exists()


def test_a_deputy_switches_nothing_of_whom_alone_they_stand_in_for(
    karin: User, inger: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    world.make_deputy(sven, karin, kalix, world.NOW.date(), world.NOW.date())
    assert refused_with(switch(sven, assignment, "coins", False)) == (409, "deputy_for_claimant")
    world.make_deputy(sven, inger, kalix, world.NOW.date(), world.NOW.date())
    assert switch(sven, assignment, "coins", False).status_code == 200


def test_more_than_the_cap_is_claimed_and_not_approved(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    rule(kalix, category_caps={"coins": "80.00"})
    row = Expense.objects.get(pk=claim(karin, assignment, claimed_amount="100.00").data["id"])
    assert act(karin, "submit", row).status_code == 200
    for amount in ({}, {"approved_amount": "80.01", "reason": "Nästan."}):
        refused = act(inger, "approve", row, **amount)
        assert refused_with(refused) == (409, "over_category_cap")
        assert first_error(refused)[0] == "/approved_amount"
        assert "80.00" in refused.json()["detail"]
    assert act(inger, "approve", row, approved_amount="80.00", reason="Taket.").json()["status"] == "approved"


def test_the_cap_is_that_of_the_day_on_which_the_money_was_spent(
    inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    rule(kalix, category_caps={"coins": 50})
    since = {"first_day": date(2026, 6, 5), "weight_steps": [[0, 1]], "category_caps": {"coins": "100.00"}}
    Policy.objects.create(municipality=kalix, **since)
    answers = [
        act(inger, "approve", world.make_expense(assignment, status="submitted", category="coins", spent_on=on))
        for on in (date(2026, 6, 5), date(2026, 6, 4))
    ]
    assert [answer.status_code for answer in answers] == [200, 409]


def test_the_policy_says_how_old_an_outlay_may_be(
    karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    rule(kalix, receipt_days=30)
    assert claim(karin, assignment, spent_on="2026-05-11").status_code == 201
    refused = act(karin, "submit", claim(karin, assignment, spent_on="2026-05-10").data["id"])
    assert refused_with(refused) == (409, "spent_too_long_ago")
    assert "30 dagar" in refused.json()["detail"]
    draft = world.make_expense(assignment, category="coins", spent_on=date(2026, 5, 10))
    assert refused_with(act(karin, "submit", draft)) == (409, "spent_too_long_ago")
    back = world.make_expense(
        assignment,
        category="coins",
        status="returned",
        spent_on=date(2026, 5, 1),
        coordinator=karin,
        reason="Var?",
    )
    assert act(karin, "submit", back).status_code == 200  # it did come in in time


@pytest.mark.parametrize("decision", ["return", "approve", None])
def test_a_date_that_is_mended_is_as_old_as_when_the_expense_first_came_in(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment, noon: Any, decision: str | None
) -> None:
    rule(kalix, receipt_days=30)
    expense = Expense.objects.get(pk=claim(karin, assignment, spent_on="2026-05-20").data["id"])
    assert act(karin, "submit", expense).status_code == 200
    noon.shift(timedelta(days=40))
    if decision:
        assert act(inger, decision, expense, reason="Vilken dag?").status_code == 200
    assert refused_with(edit(karin, expense, spent_on="2026-05-10")) == (409, "spent_too_long_ago")
    mended = edit(karin, expense, spent_on="2026-05-11")
    assert (mended.status_code, mended.json()["status"]) == (200, "submitted")
