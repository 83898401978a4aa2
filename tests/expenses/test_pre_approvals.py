"""Asking before money is spent: the question and its answer."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from expenses.models import ExpenseCategory, PreApproval
from notifications.models import Notification
from people.models import Municipality, Role, User
from tests import world
from tests.expenses.calls import (
    PRE_APPROVALS,
    answer,
    ask_first,
    first_error,
    refused_with,
)

pytestmark = pytest.mark.usefixtures("noon")
ACTIONS = ["approve", "decline", "withdraw"]
LEADS_TO = {"approve": "approved", "decline": "declined", "withdraw": "withdrawn"}


@pytest.fixture
def waiting(assignment: Assignment) -> PreApproval:
    """Karin asks whether she may spend 800."""
    return world.make_pre_approval(assignment)


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


def test_a_deputy_answers_nothing_of_whom_alone_they_stand_in_for(
    karin: User, inger: User, bengt: User, sven: User, kalix: Municipality, waiting: PreApproval
) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR)
    world.make_deputy(sven, karin, kalix, world.NOW.date(), world.NOW.date())
    for action in ("approve", "decline"):
        refused = answer(sven, action, waiting, reason="Ja!")
        assert refused_with(refused) == (409, "deputy_for_claimant")
        said = {one["action"]: one["code"] for one in refused.json()["present"]["allowed_actions"]}
        assert said[action] == "deputy_for_claimant"
    world.make_deputy(sven, bengt, kalix, world.NOW.date(), world.NOW.date())
    assert answer(sven, "approve", waiting).json()["status"] == "approved"


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
