"""Expenses in every state there is, with receipts that were drawn for them."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from assignments.models import Assignment
from expenses.decoding import decode
from expenses.kinds import JPEG, WEBP
from expenses.models import Expense, ExpenseCategory, Receipt, receipt_path
from expenses.pictures import LARGE, PREVIEW
from expenses.receipt_files import ORIGINAL, store
from expenses.services import claim_expense, submit_expense
from people.models import User


def make_expenses(assignment: Assignment, coordinator: User, today: date, now: datetime) -> None:
    """Claim an expense in every state there is."""
    for number, (status, fields) in enumerate(_states(coordinator, now)):
        spent_on = today - timedelta(days=3 * number + 2)
        amount = Decimal("89.00") + 20 * number
        Expense.objects.create(
            assignment=assignment,
            category=ExpenseCategory.objects.get(municipality=assignment.municipality, code="meal"),
            claimed_amount=amount,
            approved_amount=amount - 9 if status in ("approved", "paid") else None,
            spent_on=spent_on,
            receipt=_receipt(assignment.contact_person, amount, spent_on, now),
            status=status,
            **fields,
        )


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
    yield "submitted", submitted
    yield "approved", decided | {"reason": "Pant ersätts inte."}
    yield "returned", decided | {"reason": "Datumet går inte att läsa."}
    yield "rejected", decided | {"reason": "Hör inte till uppdraget."}
    yield "paid", decided | {"reason": "Pant ersätts inte."}


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
