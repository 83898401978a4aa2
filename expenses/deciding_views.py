"""Deciding about expenses over HTTP."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from expenses import deciding_services
from expenses.serializers import ApproveSerializer, RefuseSerializer
from expenses.views import ExpenseActionView
from people.models import Role

COORDINATOR = frozenset({Role.COORDINATOR})


class ApproveExpenseView(ExpenseActionView):
    """Approving an expense."""

    roles = {"POST": COORDINATOR}
    commands = {"POST": ApproveSerializer}
    service = deciding_services.approve_expense

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Approve all of it, or less with a reason. With `If-Match` only what was seen: else 412."""
        return self.act(request, expense_id)


class ReturnExpenseView(ExpenseActionView):
    """Returning an expense."""

    roles = {"POST": COORDINATOR}
    commands = {"POST": RefuseSerializer}
    service = deciding_services.return_expense

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Ask for it to be mended. With `If-Match` only what was seen: else 412."""
        return self.act(request, expense_id)


class RejectExpenseView(ExpenseActionView):
    """Rejecting an expense."""

    roles = {"POST": COORDINATOR}
    commands = {"POST": RefuseSerializer}
    service = deciding_services.reject_expense

    def post(self, request: Request, expense_id: UUID) -> Response:
        """Refuse to repay it. With `If-Match` only what was seen: else 412."""
        return self.act(request, expense_id)
