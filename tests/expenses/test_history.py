"""Every step of an expense, for both sides to read, and the notes that only coordinators do."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from assignments.models import Assignment
from expenses.models import Expense, ExpenseEvent, ExpenseNote
from people.models import Role, User
from tests import world
from tests.expenses.calls import EXPENSES, act, claim, edit, first_error, refused_with, send
from tests.expenses.replay import check_history

pytestmark = pytest.mark.usefixtures("noon")


def history(user: User, expense: Expense) -> list[dict[str, Any]]:
    answer = world.signed_in(user).get(f"{EXPENSES}/{expense.pk}/history")
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def actions(user: User, expense: Expense) -> list[str]:
    return [step["action"] for step in history(user, expense)]


def note(user: User, expense: Expense, text: str, **values: Any) -> Any:
    return send(user, "POST", f"{EXPENSES}/{expense.pk}/notes", {"text": text, **values})


def test_both_sides_read_every_step_with_names_amounts_and_reasons(
    karin: User, inger: User, bengt: User, assignment: Assignment
) -> None:
    expense = Expense.objects.get(pk=claim(karin, assignment, note="Bio").data["id"])
    edit(karin, expense, claimed_amount="120.00", note="Fika")
    act(karin, "submit", expense)
    act(inger, "return", expense, reason_code="wrong_amount", reason="Det står 110.")
    edit(karin, expense, claimed_amount="110.00")
    act(bengt, "approve", expense, approved_amount="100.00", reason_code="deposit")
    steps = history(karin, expense)
    assert steps == history(inger, expense)
    assert [(step["action"], step["by"]["name"], step["from_status"], step["to_status"]) for step in steps] == [
        ("claim", "Karin", "", "draft"),
        ("edit", "Karin", "draft", "draft"),
        ("submit", "Karin", "draft", "submitted"),
        ("return", "Inger", "submitted", "returned"),
        ("edit", "Karin", "returned", "submitted"),
        ("approve", "Bengt", "submitted", "approved"),
    ]
    assert {change["field"]: change.get("new") for change in steps[0]["changes"]} == {
        "category": "coins", "claimed_amount": "100.00", "spent_on": "2026-06-05", "note": None,
    }  # fmt: skip
    assert steps[1]["changes"] == [
        {"field": "claimed_amount", "old": "100.00", "new": "120.00"},
        {"field": "note"},  # the words are no business of a history
    ]
    assert (steps[3]["reason_code"], steps[3]["reason"]) == ("wrong_amount", "Det står 110.")
    assert (steps[5]["claimed_amount"], steps[5]["approved_amount"]) == ("110.00", "100.00")
    assert [step["deputy_for"] for step in steps] == [None] * 6
    expense.refresh_from_db()
    check_history(expense)


def test_what_changes_nothing_is_no_step(karin: User, inger: User, submitted: Expense) -> None:
    act(karin, "submit", submitted)
    edit(karin, submitted, claimed_amount="100")
    act(inger, "take", submitted)
    act(inger, "release", submitted)
    refused_with(act(inger, "reject", submitted))
    for _ in range(2):
        act(inger, "approve", submitted)
    assert actions(karin, submitted) == ["approve"]


def test_who_does_not_see_the_expense_does_not_see_its_history(sven: User, lars: User, submitted: Expense) -> None:
    for user in (sven, lars):
        assert refused_with(world.signed_in(user).get(f"{EXPENSES}/{submitted.pk}/history")) == (404, "not_found")


def test_a_draft_has_no_history_for_coordinators(karin: User, inger: User, assignment: Assignment) -> None:
    draft = Expense.objects.get(pk=claim(karin, assignment).data["id"])
    assert actions(karin, draft) == ["claim"]
    assert refused_with(world.signed_in(inger).get(f"{EXPENSES}/{draft.pk}/history")) == (404, "not_found")


def test_thirty_steps_take_as_many_questions_as_two(
    karin: User, inger: User, submitted: Expense, django_assert_num_queries: Any
) -> None:
    for times in (1, 15):
        for _ in range(times):
            act(inger, "return", submitted, reason="Otydligt.")
            act(karin, "submit", submitted)
        client = world.signed_in(karin)
        with django_assert_num_queries(3):  # roles, the expense, its steps
            page = client.get(f"{EXPENSES}/{submitted.pk}/history?limit=20").json()
    rest = client.get(page["next"]).json()["results"]
    assert [step["action"] for step in page["results"] + rest] == ["return", "submit"] * 16


@pytest.mark.parametrize("model", [ExpenseEvent, ExpenseNote])
def test_the_database_lets_nobody_change_what_was(
    karin: User, inger: User, submitted: Expense, model: Any
) -> None:
    act(inger, "approve", submitted)
    note(inger, submitted, "Ring henne.")
    row = model.objects.get()
    other = {"by": karin}
    for change in (lambda: model.objects.update(**other), lambda: model.objects.all().delete(), row.delete):
        with pytest.raises(IntegrityError, match="can only be added to"), transaction.atomic():
            change()
    assert model.objects.get().by == inger


def test_coordinators_write_notes_to_each_other(inger: User, bengt: User, submitted: Expense) -> None:
    first = {"id": str(uuid4())}
    answers = [note(inger, submitted, "Kvittot är suddigt.", **first) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].data == answers[1].data
    assert refused_with(note(inger, submitted, "Något annat.", **first)) == (409, "id_conflict")
    assert refused_with(note(bengt, submitted, "Kvittot är suddigt.", **first)) == (409, "id_conflict")
    note(bengt, submitted, "Jag ringer henne.")
    listed = world.signed_in(inger).get(f"{EXPENSES}/{submitted.pk}/notes").json()["results"]
    assert sorted((one["by"]["name"], one["text"]) for one in listed) == [
        ("Bengt", "Jag ringer henne."),
        ("Inger", "Kvittot är suddigt."),
    ]


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001, None, "\0"])
def test_a_note_says_something(inger: User, submitted: Expense, text: Any) -> None:
    answer = note(inger, submitted, text)
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == "/text"


def test_the_contact_person_sees_no_note_anywhere_in_whatever_role(
    karin: User, inger: User, assignment: Assignment, submitted: Expense
) -> None:
    note(inger, submitted, "Hemligt mellan oss.")
    world.add_roles(karin, assignment.municipality, Role.COORDINATOR)
    client = world.signed_in(karin)
    path = f"{EXPENSES}/{submitted.pk}"
    assert refused_with(client.get(f"{path}/notes")) == (404, "not_found")
    assert refused_with(note(karin, submitted, "Hej?")) == (404, "not_found")
    act(inger, "approve", submitted)
    for address in (path, f"{path}/history", EXPENSES, "/api/v1/home", "/api/v1/notifications"):
        assert "Hemligt" not in client.get(address).content.decode()


def test_notes_take_no_more_questions_the_more_there_are(
    inger: User, bengt: User, submitted: Expense, django_assert_num_queries: Any
) -> None:
    for times in (1, 10):
        for number in range(times):
            note((inger, bengt)[number % 2], submitted, "Hej.")
        client = world.signed_in(inger)
        with django_assert_num_queries(3):
            assert client.get(f"{EXPENSES}/{submitted.pk}/notes").status_code == 200
