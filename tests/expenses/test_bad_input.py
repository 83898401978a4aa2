"""What nobody can mean is refused, and nothing comes of it: never a 500, never a row."""

from typing import Any

import pytest

from assignments.models import Assignment
from expenses.models import Expense
from people.models import User
from tests import world
from tests.expenses.calls import EXPENSES, act, claim, edit, first_error, refused_with, send

pytestmark = pytest.mark.usefixtures("noon")

TEXTS: list[Any] = ["a\0b", "\ud800", "x" * 1001, "x" * 500_000, None, [], {}, ["x"], True]
NOT_AN_ID: list[Any] = ["", "x", "\0", "\ud800", "x" * 100_000, [], {}, 1.5, -1, 10**50, "0000-0000"]
NOT_A_DATE: list[Any] = ["", "x", "2026-02-30", "2026-06-05T12:00:00Z", "\0", "\ud800", 5, [], {}, True,
                         "10000-01-01", "²026-06-05"]  # fmt: skip
NOT_A_CODE: list[Any] = ["", " ", "a b", "å", "\0", "\ud800", "x" * 51, [], {}, "ticket'--", "tick\net"]
UNKNOWN = ["status", "approved_amount", "decided_by", "version", "reason", "owner", "", "a/~b"]
FIELDS = [
    *[("note", value) for value in TEXTS],
    *[(name, value) for name in ("occasion", "receipt") for value in NOT_AN_ID],
    *[("spent_on", value) for value in NOT_A_DATE],
    *[("category", value) for value in NOT_A_CODE],
    *[(name, "x") for name in UNKNOWN],
]


def label(value: object) -> str:
    return ascii(value)[:20]


@pytest.mark.parametrize(("name", "value"), FIELDS, ids=label)
def test_a_field_that_can_not_be_meant_is_refused(
    karin: User, assignment: Assignment, name: str, value: Any
) -> None:
    draft = world.make_expense(assignment, note="Bio")
    for answer in (claim(karin, assignment, **{name: value}), edit(karin, draft, **{name: value})):
        assert refused_with(answer) == (400, "invalid")
        assert first_error(answer)[0].startswith("/" + name.replace("~", "~0").replace("/", "~1"))
    draft.refresh_from_db()
    assert (Expense.objects.count(), draft.note, draft.version) == (1, "Bio", 1)


@pytest.mark.parametrize("value", [None, *NOT_AN_ID], ids=label)
@pytest.mark.parametrize("name", ["id", "assignment"])
def test_what_is_no_id_is_refused(karin: User, assignment: Assignment, name: str, value: Any) -> None:
    body = {"assignment": str(assignment.pk), "category": "coins", "claimed_amount": "1", "spent_on": "2026-06-05"}
    assert refused_with(send(karin, "POST", EXPENSES, body | {name: value})) == (400, "invalid")
    assert not Expense.objects.exists()


def test_a_draft_is_somebodys(karin: User) -> None:
    answer = world.signed_in(karin).post(EXPENSES, {"category": "coins"})
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer) == ("/assignment", "required")


@pytest.mark.parametrize("value", TEXTS, ids=label)
@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_a_reason_that_can_not_be_meant_is_refused(
    inger: User, submitted: Expense, action: str, value: Any
) -> None:
    answer = act(inger, action, submitted, reason=value)
    assert refused_with(answer) == (400, "invalid")
    assert first_error(answer)[0] == "/reason"
    submitted.refresh_from_db()
    assert submitted.version == 1


@pytest.mark.parametrize(
    ("action", "field"),
    [("submit", "reason"), ("submit", "status"), ("approve", "status"), ("approve", "decided_by"),
     ("return", "approved_amount"), ("reject", "approved_amount")],
)  # fmt: skip
def test_an_action_takes_no_field_that_it_does_not_know(
    karin: User, inger: User, submitted: Expense, action: str, field: str
) -> None:
    answer = act(karin if action == "submit" else inger, action, submitted, **{"reason": "x", field: "1.00"})
    assert refused_with(answer) == (400, "invalid")
    assert f"/{field}" in [error["pointer"] for error in answer.json()["errors"]]


BODIES = [
    b"",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"{",
    b"{}{}",
    b"\xff",
    b'{"a":NaN}',
    b"[" * 500,
    b"\0",
]


@pytest.mark.parametrize("body", BODIES, ids=label)
@pytest.mark.parametrize("path", ["", "/submit", "/approve", "/return", "/reject"])
def test_a_body_that_is_no_object_is_refused(
    karin: User, inger: User, submitted: Expense, path: str, body: bytes
) -> None:
    client: Any = world.signed_in(inger if path in ("/approve", "/return", "/reject") else karin)
    target = f"{EXPENSES}/{submitted.pk}{path}" if path else EXPENSES
    answer = client.generic("POST", target, body, content_type="application/json")
    if body == b"" and path in ("/submit", "/approve"):
        assert answer.status_code == 200  # there is nothing that must be said
    else:
        assert answer.status_code == 400
        assert refused_with(answer)[1] in ("invalid", "malformed", "reason_required")
        submitted.refresh_from_db()
        assert (submitted.version, Expense.objects.count()) == (1, 1)


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "text/plain", "application/xml", ""])
def test_an_expense_is_written_in_json(karin: User, content_type: str) -> None:
    client: Any = world.signed_in(karin)
    answer = client.generic("POST", EXPENSES, b"a=1", content_type=content_type)
    assert refused_with(answer) == (415, "unsupported_media_type")
