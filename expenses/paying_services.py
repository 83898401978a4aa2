"""Paying what was approved: once, and for good."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from expenses.deciding import Verdict, write_verdicts
from expenses.duplicate_services import ReceiptNotCompared, check_payable, note_duplicates
from expenses.history import Action
from expenses.models import FREE, Expense, Receipt
from people.models import User


def pay_expense(*, user: User, expense_id: UUID, now: datetime) -> Expense:
    """Record that a payroll officer paid an approved expense; a paid one stays as it is.

    Raise NotYours, WrongStatus, ReceiptWasRefused, ReceiptNotCompared, DuplicateUnanswered or DuplicateConfirmed.
    """
    with transaction.atomic():
        expense = Expense.objects.get_to_pay(expense_id, user=user, now=now)
        if expense.status != Expense.Status.PAID:
            status = expense.status_after("pay")
            _check_receipt(expense)
            # What was noted earlier may be from before something else came in again.
            note_duplicates(expense, now)
            check_payable(expense)
            values = {"status": status, **FREE}
            write_verdicts([Verdict(expense, Action.PAY, values, is_told=False)], user=user, now=now)
    return expense


def _check_receipt(expense: Expense) -> None:
    """Raise ReceiptWasRefused, or ReceiptNotCompared; receipts of older releases are compared by their bytes."""
    expense.check_receipt_usable()
    receipt = expense.receipt
    if receipt is None:
        return
    waits = receipt.status == Receipt.Status.PROCESSING
    if waits or (receipt.arrived_at is not None and receipt.compared_at is None):
        raise ReceiptNotCompared(present=expense)
