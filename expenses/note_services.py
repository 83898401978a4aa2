"""What coordinators tell each other about an expense."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from core.repeats import create_once, fingerprint
from expenses.models import Expense, ExpenseNote
from people.models import User


def add_note(
    *, user: User, expense_id: UUID, now: datetime, text: str, id: UUID | None = None
) -> tuple[ExpenseNote, bool]:
    """Write a note that only coordinators see; return it and whether it is new. Raise NotYours or IdConflict."""
    asked = fingerprint("add_note", {"by": user, "expense": expense_id, "text": text})
    with transaction.atomic():
        expense = Expense.objects.discussed_by(user, now=now).get_one(expense_id)
        return create_once(
            ExpenseNote.objects.filter(expense=expense),
            row_id=id,
            asked=asked,
            create=lambda: ExpenseNote.objects.create(
                pk=id or uuid4(), expense=expense, by=user, text=text, created_at=now, creation_fingerprint=asked
            ),
        )
