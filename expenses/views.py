"""Expenses over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses import services
from expenses.filters import ExpenseFilter
from expenses.looking import with_signals
from expenses.models import READERS, Expense, ExpenseQuerySet
from expenses.problems import CLAIMING, SUBMITTING
from expenses.serializers import (
    ClaimExpenseSerializer,
    EditExpenseSerializer,
    ExpenseSerializer,
    SubmitSerializer,
)
from people.models import Role, User

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})


class ExpensesView(CommandView, ListAPIView[Expense]):
    """The expenses that the caller may see, and starting one."""

    commands = {"POST": ClaimExpenseSerializer}
    roles = {"GET": READERS, "POST": CONTACT_PERSON}
    problems = {"POST": (*CLAIMING, "not_found")}
    serializer_class = ExpenseSerializer
    queryset = Expense.objects.none()
    filterset_class = ExpenseFilter
    ordering = ("-listed_on", "id")

    def get_queryset(self) -> ExpenseQuerySet:
        """Limit to what the caller may see now."""
        visible = Expense.objects.complete().visible_to(cast(User, self.request.user), now=timezone.now())
        return with_signals(visible.dated())

    @extend_schema(responses={201: ExpenseSerializer, 200: ExpenseSerializer})
    def post(self, request: Request) -> Response:
        """Start a draft."""
        expense, created = services.claim_expense(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(expense, created=created)


class ExpenseView(CommandView):
    """One expense."""

    commands = {"PATCH": EditExpenseSerializer}
    roles = {"GET": READERS, "PATCH": CONTACT_PERSON, "DELETE": CONTACT_PERSON}
    problems = {"PATCH": (*CLAIMING, "expense_wrong_status"), "DELETE": ("expense_wrong_status",)}
    serializer_class = ExpenseSerializer

    def get(self, request: Request, expense_id: UUID) -> Response:
        """Show it."""
        visible = Expense.objects.complete().visible_to(cast(User, request.user), now=timezone.now())
        return self.show(visible.get_one(expense_id))

    def patch(self, request: Request, expense_id: UUID) -> Response:
        """Change what is given; after a decision it is up for a new one."""
        expense = services.edit_expense(
            user=cast(User, request.user),
            expense_id=expense_id,
            expected_version=self.expected_version(request),
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(expense)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, expense_id: UUID) -> Response:
        """Throw a draft away. What came in stays."""
        services.discard_expense(user=cast(User, request.user), expense_id=expense_id, now=timezone.now())
        return Response(status=204)


class ExpenseActionView(CommandView):
    """What the actions share: validate, one service, answer with the expense."""

    optional_headers = ("If-Match",)
    serializer_class = ExpenseSerializer
    service: Any

    def act(self, request: Request, expense_id: UUID) -> Response:
        """Do it."""
        expense = type(self).service(
            user=cast(User, request.user),
            expense_id=expense_id,
            expected_version=self.seen_version(request),
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(expense)


class SubmitExpenseView(ExpenseActionView):
    """Sending an expense in."""

    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": (*SUBMITTING, "expense_wrong_status")}
    commands = {"POST": SubmitSerializer}
    service = services.submit_expense

    @extend_schema(request=None)
    def post(self, request: Request, expense_id: UUID) -> Response:
        """Send it to the coordinators. An `If-Match` is optional: 412 when somebody changed it."""
        return self.act(request, expense_id)
