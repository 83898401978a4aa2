"""What waits for a decision, oldest first, and taking it in hand."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses import hand_services
from expenses.deciding_serializers import ExpensesSerializer, HandSerializer, TakeNextSerializer
from expenses.filters import QueueFilter
from expenses.looking import load_signals, with_signals
from expenses.models import Expense, ExpenseQuerySet
from expenses.problems import HANDLING
from expenses.serializers import ExpenseSerializer
from expenses.views import ExpenseActionView
from people.models import Role, User

COORDINATOR = frozenset({Role.COORDINATOR})


class QueueView(ListAPIView[Expense]):
    """What waits for the caller, however long it has, those that waited longest first."""

    roles = {"GET": COORDINATOR}
    serializer_class = ExpenseSerializer
    queryset = Expense.objects.none()
    filterset_class = QueueFilter
    ordering = ("submitted_at", "id")

    def get_queryset(self) -> ExpenseQuerySet:
        """Limit to what came in to the caller, apart from their own, and nobody has decided."""
        came_in = Expense.objects.complete().discussed_by(cast(User, self.request.user), now=timezone.now())
        return with_signals(came_in.filter(status=Expense.Status.SUBMITTED))


class TakeExpenseView(ExpenseActionView):
    """Taking an expense in hand."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": HANDLING}
    commands = {"POST": HandSerializer}
    service = hand_services.take_expense

    @extend_schema(request=None)
    def post(self, request: Request, expense_id: UUID) -> Response:
        """Keep it from the others for a quarter of an hour; again for another one."""
        return self.act(request, expense_id)


class ReleaseExpenseView(ExpenseActionView):
    """Letting go of an expense."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": HANDLING}
    commands = {"POST": HandSerializer}
    service = hand_services.release_expense

    @extend_schema(request=None)
    def post(self, request: Request, expense_id: UUID) -> Response:
        """Leave it to the others."""
        return self.act(request, expense_id)


class TakeNextView(CommandView):
    """Taking the next of the queue."""

    roles = {"POST": COORDINATOR}
    commands = {"POST": TakeNextSerializer}
    serializer_class = ExpensesSerializer

    def post(self, request: Request) -> Response:
        """Have so many in hand, which nobody else has; what one has already counts."""
        expenses: Any = hand_services.take_next(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        load_signals(expenses)
        return self.show({"results": expenses})
