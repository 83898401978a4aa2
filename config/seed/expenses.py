"""Expenses in every state there is, with receipts that were drawn for them."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from assignments.models import Assignment
from expenses.decoding import decode
from expenses.history import Action, changes_of, event_of, tell_steps
from expenses.kinds import JPEG, WEBP
from expenses.models import Expense, ExpenseCategory, ExpenseEvent, Receipt, receipt_path
from expenses.pictures import LARGE, PREVIEW
from expenses.receipt_files import ORIGINAL, store
from expenses.services import claim_expense, submit_expense
from people.models import Role, User


def make_expenses(assignment: Assignment, coordinator: User, today: date, now: datetime) -> None:
    """Claim an expense in every state there is, each with its history; one is in the coordinator's hand."""
    for number, (status, fields) in enumerate(_states(coordinator, now)):
        spent_on = today - timedelta(days=3 * number + 2)
        amount = Decimal("89.00") + 20 * number
        expense = Expense.objects.create(
            assignment=assignment,
            category=ExpenseCategory.objects.get(municipality=assignment.municipality, code="meal"),
            claimed_amount=amount,
            approved_amount=amount - 9 if status in ("approved", "paid") else None,
            spent_on=spent_on,
            receipt=_receipt(assignment.contact_person, amount, spent_on, now),
            status=status,
            **fields,
        )
        tell_steps(_steps(expense, now))


def _steps(expense: Expense, now: datetime) -> Iterator[ExpenseEvent]:
    """Tell how an expense came to be what it is."""
    by, status = expense.claimant, expense.status
    values = {"claimed_amount": expense.claimed_amount, "category": expense.category, "spent_on": expense.spent_on}
    unsaid = {"approved_amount": None, "reason_code": "", "reason": ""}
    began = changes_of(None, values | {"receipt": expense.receipt})
    claimed_at = now - timedelta(hours=6)
    yield event_of(expense, Action.CLAIM, by, claimed_at, "", to_status="draft", changes=began, **unsaid)
    if expense.submitted_at:
        came_in = {"to_status": "submitted", **unsaid}
        yield event_of(expense, Action.SUBMIT, by, expense.submitted_at, "draft", **came_in)
    if expense.decided_by and expense.decided_at:
        action = {"returned": Action.RETURN, "rejected": Action.REJECT}.get(status, Action.APPROVE)
        outcome = "approved" if status == "paid" else status
        yield event_of(expense, action, expense.decided_by, expense.decided_at, "submitted", to_status=outcome)
    if status == "paid":
        payroll = expense.municipality.memberships.get(role=Role.PAYROLL_OFFICER)
        yield event_of(expense, Action.PAY, payroll.user, now, "approved")


def drive(assignment: Assignment, today: date, now: datetime) -> None:
    """Send in a drive of three days ago with one's own car."""
    expense, _ = claim_expense(
        user=assignment.contact_person,
        now=now,
        assignment=assignment.pk,
        category="car",
        spent_on=today - timedelta(days=3),
        mileage={"from": "Hemmet", "to": "Badhuset", "purpose": "Bad", "km": Decimal("24.5")},
    )
    submit_expense(user=assignment.contact_person, expense_id=expense.pk, now=now)


def _states(coordinator: User, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    submitted = {"submitted_at": now - timedelta(hours=5)}
    decided = submitted | {"decided_by": coordinator, "decided_at": now - timedelta(hours=1)}
    yield "draft", {}
    yield "submitted", submitted
    # Longer than it lasts otherwise, for the demo to show it.
    yield "submitted", submitted | {"in_hand_of": coordinator, "in_hand_until": now + timedelta(days=1)}
    yield "approved", decided | {"reason_code": "deposit"}
    yield "returned", decided | {"reason_code": "not_readable", "reason": "Datumet går inte att läsa."}
    yield "rejected", decided | {"reason_code": "not_for_assignment"}
    yield "paid", decided | {"reason_code": "deposit"}


def _receipt(owner: User, amount: Decimal, spent_on: date, now: datetime) -> Receipt:
    """Draw a till receipt, and store what a worker would make of it."""
    picture = Image.new("RGB", (480, 640), "white")
    text = f"CAFÉ EXEMPEL\n\n{spent_on}\n\n2 kaffe\n2 smörgås\n\nSUMMA SEK  {amount}\nMoms 12 % ingår"
    ImageDraw.Draw(picture).multiline_text((60, 60), text, fill="black", font_size=32, spacing=14)
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=80)
    original = drawn.getvalue()
    receipt = Receipt(
        owner=owner, status=Receipt.Status.READY, size=len(original), arrived_at=now, media_type=WEBP
    )
    names = {}
    for name, content in [(ORIGINAL, original), *decode(original, JPEG)]:
        names[name] = receipt_path(receipt, name)
        receipt.checksums[names[name]] = store(receipt, name, io.BytesIO(content))
    receipt.original, receipt.file, receipt.preview = names[ORIGINAL], names[LARGE], names[PREVIEW]
    receipt.sha256 = receipt.checksums[names[ORIGINAL]]
    receipt.save()
    return receipt
