"""Who sees a receipt, and how it is shown."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from assignments.models import Assignment
from core.views import version_of
from expenses.models import Expense, Receipt
from people.models import Municipality, Role, User
from tests import world
from tests.expenses import files
from tests.expenses.calls import RECEIPTS, act, claim, edit, jpeg, refused_with, sent_in

PARTS = ["", "/file", "/preview", "/pages/1"]
pytestmark = pytest.mark.usefixtures("noon")


def look(user: User, receipt: Receipt | UUID | str, part: str = "", **headers: str) -> Any:
    """Open a receipt or one of its files, and read it to the end."""
    row_id = receipt.pk if isinstance(receipt, Receipt) else receipt
    answer = world.signed_in(user).get(f"{RECEIPTS}/{row_id}{part}", headers=headers)
    if answer.streaming:
        b"".join(answer)
    return answer


def sees(user: User, receipt: Receipt) -> bool:
    """Tell whether a receipt is there for somebody: all of it, or none."""
    statuses = {look(user, receipt, part).status_code for part in PARTS}
    assert statuses in ({200}, {404})
    return statuses == {200}


@pytest.fixture
def receipt(karin: User) -> Receipt:
    return world.make_stored_receipt(karin)


@pytest.mark.parametrize(
    ("data", "part", "media_type", "begins", "name"),
    [
        (jpeg(), "/file", "image/webp", b"RIFF", "receipt.webp"),
        (jpeg(), "/preview", "image/webp", b"RIFF", "receipt.webp"),
        (jpeg(), "/pages/1", "image/webp", b"RIFF", "receipt.webp"),
        (files.pdf(), "/file", "application/pdf", b"%PDF-", "receipt.pdf"),
        (files.pdf(), "/preview", "image/webp", b"RIFF", "receipt.webp"),
        (files.pdf(pages=2), "/pages/2", "image/webp", b"RIFF", "receipt.webp"),
    ],
)
def test_a_file_is_shown_as_what_it_is_and_kept_by_no_cache(
    karin: User, data: bytes, part: str, media_type: str, begins: bytes, name: str
) -> None:
    answer = world.signed_in(karin).get(f"{RECEIPTS}/{sent_in(karin, data).pk}{part}")
    content = b"".join(answer)
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type
    assert content.startswith(begins)
    assert int(answer["Content-Length"]) == len(content)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="{name}"'
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(("number", "status"), [(1, 200), (2, 200), (3, 404), (0, 404), (99999, 404)])
def test_a_pdf_has_as_many_pages_as_it_says(karin: User, number: int, status: int) -> None:
    receipt = sent_in(karin, files.pdf(pages=2))
    assert look(karin, receipt).data["pages"] == 2
    assert look(karin, receipt, f"/pages/{number}").status_code == status


@pytest.mark.parametrize(("media_type", "status"), [("image/jpeg", 200), ("application/pdf", 404)])
def test_receipts_of_older_releases_are_still_shown(karin: User, media_type: str, status: int) -> None:
    receipt = world.make_receipt(karin, media_type=media_type)
    receipt.file.save("abc.jpg" if status == 200 else "abc.pdf", ContentFile(b"a picture"), save=False)
    receipt.preview.save("abc-preview.jpg", ContentFile(b"a preview"))
    assert look(karin, receipt, "/file")["Content-Type"] == media_type
    assert look(karin, receipt, "/preview")["Content-Type"] == "image/jpeg"
    assert look(karin, receipt, "/pages/1").status_code == status


@pytest.mark.parametrize("part", ["/file", "/preview", "/pages/1"])
@pytest.mark.parametrize(
    ("status", "problem"),
    [("processing", (409, "receipt_not_ready")), ("refused", (409, "receipt_refused"))],
)
def test_of_what_is_not_ready_nothing_is_shown(
    karin: User, part: str, status: str, problem: tuple[int, str]
) -> None:
    receipt = world.make_receipt(karin, status=status)
    assert refused_with(look(karin, receipt, part, accept="image/*")) == problem


@pytest.mark.parametrize(
    ("language", "words"), [("sv", "Filen går inte att läsa."), ("en", "The file can't be read.")]
)
def test_why_a_receipt_was_refused_is_told_in_the_callers_language(karin: User, language: str, words: str) -> None:
    receipt = world.make_receipt(karin, status="refused", refusal="receipt_unreadable")
    refusal = look(karin, receipt, accept_language=language).data["refusal"]
    assert refusal["code"] == "receipt_unreadable"
    assert refusal["detail"].startswith(words)


@pytest.mark.parametrize("accept", ["image/*", "image/jpeg", "application/pdf", "*/*", "text/html", "nonsense"])
@pytest.mark.parametrize("part", ["/file", "/preview"])
def test_an_app_may_ask_for_pictures_only(karin: User, receipt: Receipt, accept: str, part: str) -> None:
    assert look(karin, receipt, part, accept=accept).status_code == 200


def test_a_refusal_is_a_problem_whatever_was_asked_for(sven: User, receipt: Receipt) -> None:
    assert refused_with(look(sven, receipt, "/file", accept="image/*")) == (404, "not_found")


def test_the_state_of_a_receipt_names_no_file_and_no_person(karin: User, receipt: Receipt) -> None:
    answer = look(karin, receipt)
    about = {"id", "status", "refusal", "sha256", "media_type", "pages", "suggestion", "read_at"}
    assert set(answer.data) == about | {"created_at", "version"}
    assert version_of(answer["ETag"]) == 1


@pytest.mark.parametrize("part", PARTS)
def test_nobody_sees_a_receipt_without_signing_in(receipt: Receipt, part: str) -> None:
    assert refused_with(Client().get(f"{RECEIPTS}/{receipt.pk}{part}")) == (401, "not_authenticated")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.PAYROLL_OFFICER, Role.ADMINISTRATOR])
def test_other_staff_see_no_receipts(kalix: Municipality, submitted: Expense, role: Role, part: str) -> None:
    officer = world.make_user("officer@kalix.example", kalix, role)
    assert submitted.receipt
    assert refused_with(look(officer, submitted.receipt, part)) == (403, "wrong_role")


def test_a_receipt_that_belongs_to_no_expense_is_its_owners_only(
    karin: User, sven: User, inger: User, lars: User, receipt: Receipt
) -> None:
    assert sees(karin, receipt)
    assert not any(sees(other, receipt) for other in (sven, inger, lars))


def test_a_coordinator_sees_a_receipt_once_its_expense_came_in(
    karin: User, sven: User, inger: User, bengt: User, lars: User, receipt: Receipt, assignment: Assignment
) -> None:
    expense = claim(karin, assignment, receipt=str(receipt.pk)).data["id"]
    assert not sees(inger, receipt)
    act(karin, "submit", UUID(expense))
    assert all(sees(one, receipt) for one in (karin, inger, bengt))
    assert not any(sees(other, receipt) for other in (sven, lars))


@pytest.mark.parametrize("status", ["submitted", "approved", "returned", "rejected", "paid"])
def test_a_decision_hides_nothing(
    inger: User, karin: User, lars: User, assignment: Assignment, receipt: Receipt, status: str
) -> None:
    world.make_expense(assignment, status=status, receipt=receipt, coordinator=inger)
    assert sees(inger, receipt)
    assert sees(karin, receipt)
    assert not sees(lars, receipt)


def test_a_receipt_that_was_exchanged_is_no_longer_the_coordinators(
    karin: User, inger: User, assignment: Assignment, receipt: Receipt
) -> None:
    expense = world.make_expense(assignment, status="submitted", receipt=receipt)
    other = world.make_stored_receipt(karin)
    assert edit(karin, expense, receipt=str(other.pk)).status_code == 200
    assert sees(inger, other)
    assert not sees(inger, receipt)


def test_a_contact_person_of_an_ended_assignment_sees_its_receipts_no_more(
    karin: User, inger: User, assignment: Assignment, receipt: Receipt
) -> None:
    world.make_expense(assignment, status="submitted", receipt=receipt)
    Assignment.objects.filter(pk=assignment.pk).update(last_day="2026-06-09")
    assert not sees(karin, receipt)
    assert sees(inger, receipt)


def test_who_is_no_contact_person_any_more_sees_none(karin: User, receipt: Receipt) -> None:
    karin.memberships.update(is_active=False)
    assert refused_with(look(karin, receipt)) == (403, "wrong_role")


def test_a_receipt_of_a_person_in_two_municipalities_shows_in_that_of_its_expense_only(
    karin: User, inger: User, leksand: Municipality, lars: User, receipt: Receipt
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    in_leksand = world.make_assignment(karin, leksand)
    world.make_expense(in_leksand, status="submitted", receipt=receipt)
    assert sees(lars, receipt)
    assert not sees(inger, receipt)


def test_a_receipt_is_used_once_across_municipalities(
    karin: User, inger: User, leksand: Municipality, lars: User, assignment: Assignment, receipt: Receipt
) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    in_leksand = world.make_assignment(karin, leksand)
    expense = world.make_expense(assignment, status="submitted", receipt=receipt)
    answer = claim(karin, in_leksand, receipt=str(receipt.pk))
    assert refused_with(answer) == (409, "receipt_already_used")
    assert act(inger, "reject", expense, reason="Hör till Leksand.").status_code == 200
    again = claim(karin, in_leksand, receipt=str(receipt.pk))
    assert again.status_code == 201
    assert not sees(lars, receipt)
    act(karin, "submit", UUID(again.data["id"]))
    assert sees(lars, receipt)
    assert sees(inger, receipt)  # of the expense that she rejected; of the other she learns nothing
    assert world.signed_in(inger).get(f"/api/v1/expenses/{again.data['id']}").status_code == 404


@pytest.mark.parametrize("part", ["file", "preview"])
def test_a_file_that_is_gone_is_a_problem_and_a_line_in_the_log(
    karin: User, receipt: Receipt, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    Path(getattr(receipt, part).path).unlink()
    assert refused_with(look(karin, receipt, f"/{part}")) == (404, "receipt_file_missing")
    assert f"{getattr(receipt, part).name} is not in the storage" in caplog.text
    assert look(karin, receipt).status_code == 200


def test_a_receipt_that_never_had_files_is_the_same_problem(karin: User) -> None:
    assert refused_with(look(karin, world.make_receipt(karin), "/file")) == (404, "receipt_file_missing")


def test_an_id_that_is_none_is_not_there(karin: User) -> None:
    client = world.signed_in(karin)
    for path in ("1", "x" * 36, "00000000-0000-0000-0000-000000000000"):
        assert client.get(f"{RECEIPTS}/{path}").status_code == 404
