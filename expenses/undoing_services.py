"""Taking a decision back, until it is paid."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.errors import showing
from core.repeats import fingerprint
from expenses import rules
from expenses.deciding import Verdict, check_hand, write_verdicts
from expenses.duplicate_services import note_duplicates
from expenses.history import Action
from expenses.models import FREE, UNDECIDED, Expense
from expenses.services import write_unless_used
from expenses.standing import capacity_of
from people.models import User


def undo_decision(
    *, user: User, expense_id: UUID, now: datetime, reason: str = "", expected_version: int | None = None
) -> Expense:
    """Take a decision back, or the first of two approvals; the expense waits as long as it did before.

    The same call again changes nothing. Raise NotYours, OwnExpense, DeputyForClaimant, WrongStatus, StaleVersion,
    InHandOfAnother, ReceiptAlreadyUsed or PreApprovalAlreadyUsed.
    """
    asked = fingerprint("undo", {"by": user, "reason": reason})
    with transaction.atomic():
        expense = Expense.objects.get_to_decide(expense_id, user=user, now=now)
        if expense.action_fingerprint == asked:
            return expense
        with showing(expense):
            deputy_for = capacity_of(user, expense)
            status = expense.status_after("undo", expected_version)
            if expense.is_undecided:
                raise rules.WrongStatus
            check_hand(expense, user, now)
        values = {**UNDECIDED, "status": status, "action_fingerprint": asked, **FREE}
        decided = expense.decided_at is not None  # of a first approval nobody was told
        verdict = Verdict(expense, Action.UNDO, values, deputy_for, {"reason": reason}, is_told=decided)
        # It may have been rejected, and its receipt or question belong to another expense since.
        write_unless_used(lambda: write_verdicts([verdict], user=user, now=now))
        note_duplicates(expense, now)  # a rejected one looked like nothing
    return expense
