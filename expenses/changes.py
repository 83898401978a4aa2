"""What a phone keeps a copy of here."""

from django.db.models import Q, QuerySet

from core.changes import Scope
from expenses.models import Expense, PreApproval, Receipt


def changed_receipts(scope: Scope) -> QuerySet[Receipt]:
    """Keep those that a phone has to be sent, or has to forget, as it does with those of a lost assignment."""
    of_expenses = Expense.objects.filter(assignment__in=scope.gained | scope.lost).exclude(receipt=None)
    return Receipt.objects.filter(scope.changed | Q(pk__in=of_expenses.values("receipt")), owner=scope.user_id)


def changed_pre_approvals(scope: Scope) -> QuerySet[PreApproval]:
    """Keep those that a phone has to be sent, or has to forget."""
    return PreApproval.objects.filter(scope.in_assignments)


def changed_expenses(scope: Scope) -> QuerySet[Expense]:
    """Keep those that a phone has to be sent, or has to forget."""
    return Expense.objects.filter(scope.in_assignments)
