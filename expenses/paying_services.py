"""Paying what was approved: once, and for good."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from expenses.deciding import Verdict, write_verdicts
from expenses.duplicate_services import check_payable
from expenses.history import Action
from expenses.models import FREE, Expense
from people.models import User


def pay_expense(*, user: User, expense_id: UUID, now: datetime) -> Expense:
    """Record that a payroll officer paid an approved expense; a paid one stays as it is.

    Raise NotYours, WrongStatus, DuplicateUnanswered or DuplicateConfirmed.
    """
    with transaction.atomic():
        expense = Expense.objects.get_to_pay(expense_id, user=user, now=now)
        if expense.status != Expense.Status.PAID:
            status = expense.status_after("pay")
            check_payable(expense)
            values = {"status": status, **FREE}
            write_verdicts([Verdict(expense, Action.PAY, values, is_told=False)], user=user, now=now)
    return expense
