"""What happened to an expense, for both sides, and what coordinators write to each other about it."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses import note_services
from expenses.deciding_serializers import AddNoteSerializer, ExpenseEventSerializer, ExpenseNoteSerializer
from expenses.models import READERS, Expense, ExpenseEvent, ExpenseNote
from people.models import Role, User

COORDINATOR = frozenset({Role.COORDINATOR})


class ExpenseHistoryView(ListAPIView[ExpenseEvent]):
    """Every step of an expense, the first one first."""

    roles = {"GET": READERS}
    serializer_class = ExpenseEventSerializer
    queryset = ExpenseEvent.objects.none()
    filterset_class = None
    ordering = ("number",)

    def get_queryset(self) -> QuerySet[ExpenseEvent]:
        """Limit to one expense that the caller may see: both sides read the same."""
        visible = Expense.objects.visible_to(cast(User, self.request.user), now=timezone.now())
        expense = visible.get_one(self.kwargs["expense_id"])
        return expense.events.select_related("by", "deputy_for")


class ExpenseNotesView(CommandView, ListAPIView[ExpenseNote]):
    """The notes of an expense, the first one first."""

    commands = {"POST": AddNoteSerializer}
    roles = {"GET": COORDINATOR, "POST": COORDINATOR}
    serializer_class = ExpenseNoteSerializer
    queryset = ExpenseNote.objects.none()
    ordering = ("created_at", "id")

    def get_queryset(self) -> QuerySet[ExpenseNote]:
        """Limit to one expense that came in to the caller and is not their own."""
        discussed = Expense.objects.discussed_by(cast(User, self.request.user), now=timezone.now())
        return discussed.get_one(self.kwargs["expense_id"]).internal_notes.select_related("by")

    @extend_schema(responses={201: ExpenseNoteSerializer, 200: ExpenseNoteSerializer})
    def post(self, request: Request, expense_id: UUID) -> Response:
        """Write one; it can't be changed afterwards."""
        note, created = note_services.add_note(
            user=cast(User, request.user), expense_id=expense_id, now=timezone.now(), **self.command(request)
        )
        return self.show(note, created=created)
