"""Asking before money is spent: the question, its answer, and the expense that refers to it."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from expenses.models import Expense, ExpenseCategory, PreApproval
from notifications.models import Notification
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import (
    PRE_APPROVALS,
    act,
    answer,
    ask_first,
    claim,
    edit,
    first_error,
    refused_with,
    rule,
)

pytestmark = pytest.mark.usefixtures("noon")
ACTIONS = ["approve", "decline", "withdraw"]
LEADS_TO = {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"}


@pytest.fixture(autouse=True)
def limit(kalix: Municipality) -> None:
    """Kalix wants to be asked about what costs more than 500."""
    rule(kalix, ask_first_above=500)


@pytest.fixture
def waiting(assignment: Assignment) -> PreApproval:
    """Karin asks whether she may spend 800."""
    return world.make_pre_approval(assignment)


@pytest.fixture
def approved(assignment: Assignment, inger: User) -> PreApproval:
    """Karin may spend 800."""
    return world.make_pre_approval(assignment, status="approved", coordinator=inger)


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.order_by("created_at", "recipient__email")
    return [(row.kind, row.recipient.email.split("@")[0]) for row in rows]


def test_karin_asks_and_the_coordinators_hear_of_it_once_a_day(
    karin: User, inger: User, bengt: User, assignment: Assignment
) -> None:
    shown = ask_first(karin, assignment, planned_on="2026-06-20", note="Konsert i Luleå")
    assert shown.status_code == 201
    said = {one["action"]: one["code"] for one in shown.data["allowed_actions"]}
    assert said == {"approve": "wrong_role", "decline": "wrong_role", "withdraw": None}
    kept = {name: value for name, value in shown.json().items() if name not in ("id", "allowed_actions")}
    created_at = kept.pop("created_at")
    assert created_at.startswith("2026-06-10T")
    assert kept == {
        "assignment": str(assignment.pk), "category": "coins", "amount": "800.00", "planned_on": "2026-06-20",
        "note": "Konsert i Luleå", "status": "waiting", "reason": "", "answered_at": None, "version": 1,
    }  # fmt: skip
    ask_first(karin, assignment)
    assert told() == [("pre_approvals_waiting", "bengt"), ("pre_approvals_waiting", "inger")]
    assert "Luleå" not in world.texts_of(Notification.objects.all())


def test_the_same_question_again_is_no_news_and_another_under_its_id_a_conflict(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    row_id = str(uuid4())
    answers = [ask_first(karin, assignment, id=row_id, amount=amount) for amount in ("800.00", "800", "801")]
    assert [one.status_code for one in answers] == [201, 200, 409]
    assert refused_with(answers[2]) == (409, "id_conflict")
    stranger = ask_first(sven, world.make_assignment(sven, kalix), id=row_id)
    assert "present" not in stranger.json()
    assert PreApproval.objects.count() == 1


def test_a_question_that_can_not_be_meant_is_refused(
    karin: User, sven: User, anna: User, assignment: Assignment
) -> None:
    for stranger in (sven, anna):
        assert refused_with(ask_first(stranger, assignment)) == (404, "not_found")
    assert refused_with(ask_first(karin, assignment, category="boat")) == (400, "unknown_expense_category")
    for name, value in (("amount", "0"), ("amount", "much"), ("planned_on", "soon"), ("note", None), ("id", 7)):
        refused = ask_first(karin, assignment, **{name: value})
        assert refused_with(refused) == (400, "invalid")
        assert first_error(refused)[0] == f"/{name}"
    assert not PreApproval.objects.exists()


@pytest.mark.parametrize("action", ["approve", "decline"])
def test_inger_answers_and_karin_is_told_without_a_word_of_it(
    karin: User, inger: User, waiting: PreApproval, action: str
) -> None:
    for _ in range(2):
        shown = answer(inger, action, waiting, reason="Så är det.").json()
        assert (shown["status"], shown["reason"], shown["version"]) == (LEADS_TO[action], "Så är det.", 2)
    (row,) = Notification.objects.all()
    assert (row.recipient, row.kind) == (karin, f"pre_approval_{LEADS_TO[action]}")
    assert (row.subject_type, row.subject_id) == ("pre_approval", waiting.pk)


def test_a_no_takes_a_reason_and_a_yes_none(inger: User, waiting: PreApproval) -> None:
    assert refused_with(answer(inger, "decline", waiting)) == (400, "reason_required")
    assert answer(inger, "approve", waiting).json()["status"] == "approved"


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", ["approved", "declined", "withdrawn"])
def test_what_is_settled_stays(
    karin: User, inger: User, bengt: User, assignment: Assignment, status: str, action: str
) -> None:
    question = world.make_pre_approval(assignment, status=status, coordinator=bengt)
    done = answer(
        karin if action == "withdraw" else inger,
        action,
        question,
        **({"reason": "Nej"} if action != "withdraw" else {}),
    )
    if (action, status) == ("withdraw", "withdrawn"):
        assert done.json()["version"] == 1  # a repeat
    else:
        assert refused_with(done) == (409, "pre_approval_settled")
        assert done.json()["present"]["status"] == status


def test_nobody_answers_their_own_question(karin: User, kalix: Municipality, waiting: PreApproval) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    for action in ("approve", "decline"):
        assert refused_with(answer(karin, action, waiting, reason="Ja!")) == (409, "own_assignment")
    said = world.signed_in(karin).get(f"{PRE_APPROVALS}/{waiting.pk}").data["allowed_actions"]
    assert {one["action"]: one["code"] for one in said} == {
        "approve": "own_assignment", "decline": "own_assignment", "withdraw": None,
    }  # fmt: skip


def test_who_is_not_concerned_finds_nothing(
    karin: User, sven: User, inger: User, lars: User, waiting: PreApproval
) -> None:
    for stranger in (sven, lars):
        assert world.signed_in(stranger).get(f"{PRE_APPROVALS}/{waiting.pk}").status_code == 404
    assert refused_with(answer(lars, "approve", waiting)) == (404, "not_found")
    assert refused_with(answer(sven, "withdraw", waiting)) == (404, "not_found")
    assert refused_with(answer(inger, "withdraw", waiting)) == (403, "wrong_role")
    assert refused_with(answer(karin, "approve", waiting)) == (403, "wrong_role")


def test_an_answer_may_be_only_about_what_was_seen(karin: User, inger: User, waiting: PreApproval) -> None:
    assert refused_with(answer(inger, "approve", waiting, seen=2)) == (412, "stale_version")
    assert refused_with(answer(karin, "withdraw", waiting, seen=2)) == (412, "stale_version")
    assert answer(inger, "approve", waiting, seen=1).status_code == 200


def test_over_the_limit_an_expense_needs_a_yes_and_up_to_it_nothing(karin: User, assignment: Assignment) -> None:
    assert act(karin, "submit", claim(karin, assignment, claimed_amount="500.00").data["id"]).status_code == 200
    draft = claim(karin, assignment, claimed_amount="500.01").json()
    said = next(one for one in draft["allowed_actions"] if one["action"] == "submit")
    assert said["code"] == "pre_approval_required"
    refused = act(karin, "submit", draft["id"])
    assert refused_with(refused) == (409, "pre_approval_required")
    assert "500.00" in refused.json()["detail"]
    assert refused.json()["present"]["status"] == "draft"


def test_with_a_yes_it_comes_in(karin: User, inger: User, assignment: Assignment, waiting: PreApproval) -> None:
    draft = claim(karin, assignment, claimed_amount="800.00", pre_approval=str(waiting.pk))
    assert (draft.status_code, draft.json()["pre_approval"]) == (201, str(waiting.pk))
    assert refused_with(act(karin, "submit", draft.data["id"])) == (409, "pre_approval_required")
    answer(inger, "approve", waiting)
    assert act(karin, "submit", draft.data["id"]).json()["status"] == "submitted"
    assert act(inger, "approve", draft.data["id"]).json()["approved_amount"] == "800.00"


def test_a_yes_is_for_so_much_and_for_that(karin: User, assignment: Assignment, approved: PreApproval) -> None:
    yes = {"pre_approval": str(approved.pk)}
    more = claim(karin, assignment, claimed_amount="800.01", **yes)
    assert refused_with(more) == (409, "over_pre_approval")
    assert "800.00" in more.json()["detail"]
    other = claim(karin, assignment, category="meal", **yes)
    assert refused_with(other) == (409, "other_category_approved")
    draft = Expense.objects.get(pk=claim(karin, assignment, claimed_amount="700.00", **yes).data["id"])
    assert refused_with(edit(karin, draft, claimed_amount="900.00")) == (409, "over_pre_approval")
    assert refused_with(edit(karin, draft, category="meal")) == (409, "other_category_approved")
    assert edit(karin, draft, claimed_amount="900.00", pre_approval=None).status_code == 200


def test_a_question_elsewhere_or_without_hope_is_unknown(
    karin: User, sven: User, inger: User, kalix: Municipality, assignment: Assignment
) -> None:
    elsewhere = [world.make_pre_approval(world.make_assignment(user, kalix)) for user in (karin, sven)]
    hopeless = [
        world.make_pre_approval(assignment, status=status, coordinator=inger)
        for status in ("declined", "withdrawn")
    ]
    for row_id in (*(one.pk for one in elsewhere + hopeless), uuid4()):
        refused = claim(karin, assignment, pre_approval=str(row_id))
        assert refused_with(refused) == (400, "unknown_pre_approval")
        assert first_error(refused)[0] == "/pre_approval"


def test_an_edit_may_be_repeated_after_the_question_was_declined(
    karin: User, inger: User, assignment: Assignment, waiting: PreApproval
) -> None:
    draft = Expense.objects.get(pk=claim(karin, assignment).data["id"])
    yes: Any = {"seen": 1, "pre_approval": str(waiting.pk)}
    first = edit(karin, draft, **yes)
    answer(inger, "decline", waiting, reason="Nej.")
    assert edit(karin, draft, **yes).json() == first.json()


@pytest.mark.parametrize("status", ["draft", "submitted", "approved", "returned", "paid"])
def test_a_yes_is_for_one_expense(
    karin: User, inger: User, assignment: Assignment, approved: PreApproval, status: str
) -> None:
    world.make_expense(assignment, status=status, category="coins", coordinator=inger, pre_approval=approved)
    draft = world.make_expense(assignment, category="coins")
    for refused in (
        claim(karin, assignment, pre_approval=str(approved.pk)),
        edit(karin, draft, pre_approval=str(approved.pk)),
    ):
        assert refused_with(refused) == (409, "pre_approval_already_used")
        assert first_error(refused)[0] == "/pre_approval"


def test_the_yes_of_a_rejected_expense_may_be_used_anew(
    karin: User, inger: User, assignment: Assignment, approved: PreApproval
) -> None:
    fields: Any = {"reason": "Fel kvitto.", "pre_approval": approved}
    world.make_expense(assignment, status="rejected", category="coins", coordinator=inger, **fields)
    assert claim(karin, assignment, pre_approval=str(approved.pk)).status_code == 201


def test_what_came_in_grows_over_the_limit_only_with_a_yes(
    karin: User, assignment: Assignment, approved: PreApproval
) -> None:
    row = world.make_expense(assignment, status="submitted", category="coins", claimed="400.00")
    refused = edit(karin, row, claimed_amount="600.00")
    assert refused_with(refused) == (409, "pre_approval_required")
    assert edit(karin, row, claimed_amount="600.00", pre_approval=str(approved.pk)).status_code == 200
    assert refused_with(edit(karin, row, pre_approval=None)) == (409, "pre_approval_required")


def test_making_it_less_always_works(karin: User, assignment: Assignment) -> None:
    """It came in before there was a limit."""
    row = world.make_expense(assignment, status="submitted", category="coins", claimed="900.00")
    assert edit(karin, row, claimed_amount="700.00", note="Rättat").json()["status"] == "submitted"
    assert refused_with(edit(karin, row, claimed_amount="701.00")) == (409, "pre_approval_required")


def test_a_drive_over_the_limit_needs_a_yes_too(
    karin: User, kalix: Municipality, inger: User, assignment: Assignment
) -> None:
    world.make_drive(kalix)
    drive = {"from": "Kalix", "to": "Umeå", "purpose": "Opera", "km": 340}
    draft = claim(karin, assignment, category="car", claimed_amount="850.00", mileage=drive).data["id"]
    assert refused_with(act(karin, "submit", draft)) == (409, "pre_approval_required")
    yes = world.make_pre_approval(assignment, status="approved", amount="850", category="car", coordinator=inger)
    edit(karin, Expense.objects.get(pk=draft), pre_approval=str(yes.pk))
    assert act(karin, "submit", draft).status_code == 200


def test_nobody_asks_about_what_is_switched_off(karin: User, inger: User, assignment: Assignment) -> None:
    coins = ExpenseCategory.objects.get(municipality=assignment.municipality, code="coins")
    assignment.switched_off_categories.create(category=coins, switched_off_by=inger)
    assert refused_with(ask_first(karin, assignment)) == (409, "category_switched_off")


def test_lists_show_what_one_may_see_newest_first_and_filter_it(
    karin: User, sven: User, inger: User, lars: User, kalix: Municipality, assignment: Assignment
) -> None:
    second = world.make_assignment(karin, kalix)
    made = {
        status: world.make_pre_approval(one, status=status, coordinator=inger)
        for status, one in (("waiting", assignment), ("approved", assignment), ("declined", second))
    }

    def listed(user: User, **query: Any) -> list[str]:
        shown = world.signed_in(user).get(PRE_APPROVALS, query)
        assert shown.status_code == 200
        return [row["status"] for row in shown.data["results"]]

    assert sorted(listed(karin)) == sorted(listed(inger)) == sorted(made)
    assert listed(sven) == listed(lars) == []
    assert listed(inger, status="waiting") == ["waiting"]
    assert listed(inger, assignment=str(second.pk)) == ["declined"]
    assert refused_with(world.signed_in(inger).get(PRE_APPROVALS, {"status": "x"})) == (400, "invalid")


def test_fifty_questions_take_as_many_queries_as_one(karin: User, assignment: Assignment) -> None:
    counts = []
    for number in (1, 50):
        for _ in range(number):
            world.make_pre_approval(assignment)
        client = world.signed_in(karin)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PRE_APPROVALS).status_code == 200
        counts.append(len(captured))
    assert counts == [2, 2]  # roles, rows


def test_the_first_screen_counts_what_waits_for_an_answer(
    karin: User, inger: User, kalix: Municipality, assignment: Assignment, waiting: PreApproval
) -> None:
    def to_do(user: User) -> dict[str, int]:
        home = world.signed_in(user).get("/api/v1/home").json()
        return {one["kind"]: one["count"] for one in home["to_do"]}

    world.make_pre_approval(assignment, status="withdrawn")
    assert to_do(inger) == {"pre_approvals_waiting": 1}
    assert to_do(karin) == {}
    world.add_roles(karin, kalix, Role.COORDINATOR)
    assert to_do(karin) == {}  # her own
