"""Answering over HTTP whether an expense is the same as another."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses.duplicate_serializers import AnswerDuplicateSerializer
from expenses.duplicate_services import answer_duplicate
from expenses.serializers import ExpenseSerializer
from people.models import Role, User


class AnswerDuplicateView(CommandView):
    """Answering whether two expenses are the same."""

    roles = {"POST": frozenset({Role.COORDINATOR})}
    problems = {"POST": ("deputy_for_claimant", "expense_wrong_status", "own_expense")}
    commands = {"POST": AnswerDuplicateSerializer}
    serializer_class = ExpenseSerializer

    def post(self, request: Request, expense_id: UUID, duplicate_id: UUID) -> Response:
        """Record the answer; it may be changed until the expense is paid."""
        expense = answer_duplicate(
            user=cast(User, request.user),
            expense_id=expense_id,
            duplicate_id=duplicate_id,
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(expense)
