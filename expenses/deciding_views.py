"""Deciding about expenses over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.serializers import refuse_unknown
from expenses import deciding_services, undoing_services
from expenses.deciding_serializers import (
    ApproveSerializer,
    DecisionsSerializer,
    ExpensesSerializer,
    ReasonsSerializer,
    RefuseSerializer,
    UndoSerializer,
    shown_reasons,
)
from expenses.looking import load_signals
from expenses.models import READERS
from expenses.problems import APPROVING, HANDLING, REFUSING
from expenses.serializers import ExpenseSerializer
from expenses.views import ExpenseActionView
from people.models import Role, User

COORDINATOR = frozenset({Role.COORDINATOR})


class ApproveExpenseView(ExpenseActionView):
    """Approving an expense."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": APPROVING}
    commands = {"POST": ApproveSerializer}
    service = deciding_services.approve_expense

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Approve all of it, or less with a reason. With `If-Match` only what was seen: else 412."""
        return self.act(request, expense_id)


class ReturnExpenseView(ExpenseActionView):
    """Returning an expense."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": REFUSING}
    commands = {"POST": RefuseSerializer}
    service = deciding_services.return_expense

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Ask for it to be mended, or for more to be told. With `If-Match` only what was seen: else 412."""
        return self.act(request, expense_id)


class RejectExpenseView(ExpenseActionView):
    """Rejecting an expense."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": REFUSING}
    commands = {"POST": RefuseSerializer}
    service = deciding_services.reject_expense

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Refuse to repay it. With `If-Match` only what was seen: else 412."""
        return self.act(request, expense_id)


class UndoExpenseView(ExpenseActionView):
    """Taking a decision back."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": (*HANDLING, "pre_approval_already_used", "receipt_already_used")}
    commands = {"POST": UndoSerializer}
    service = undoing_services.undo_decision

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Let it wait for a decision again, as long as it is not paid."""
        return self.act(request, expense_id)


class DecisionsView(GenericAPIView[Any]):
    """Deciding on many at once."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": (*APPROVING, "decided_twice", "not_found", "stale_version")}
    serializer_class = DecisionsSerializer
    present_serializer_class = ExpenseSerializer
    presents_many = True

    @extend_schema(responses=ExpensesSerializer)
    def post(self, request: Request) -> Response:
        """Decide on up to 200, all or none, each as it was seen; what is refused is named by its pointer."""
        command = DecisionsSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        expenses = deciding_services.decide_expenses(
            user=cast(User, request.user), wishes=command.wishes(), now=timezone.now()
        )
        load_signals(expenses)
        return Response(ExpensesSerializer({"results": expenses}, context=self.get_serializer_context()).data)


class ExpenseReasonsView(GenericAPIView[Any]):
    """Why less than all is paid."""

    roles = {"GET": READERS}
    problems = {"GET": ("invalid",)}
    serializer_class = ReasonsSerializer

    def get(self, request: Request) -> Response:
        """List the reasons to choose from."""
        refuse_unknown(request.query_params, ())
        return Response(self.get_serializer(shown_reasons()).data)
