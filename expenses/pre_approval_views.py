"""Asking before money is spent, over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses import pre_approval_services
from expenses.filters import PreApprovalFilter
from expenses.models import READERS, PreApproval, PreApprovalQuerySet
from expenses.pre_approval_serializers import (
    ApprovePreApprovalSerializer,
    AskFirstSerializer,
    DeclinePreApprovalSerializer,
    PreApprovalSerializer,
    WithdrawSerializer,
)
from expenses.problems import ANSWERING
from people.models import Role, User

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})
COORDINATOR = frozenset({Role.COORDINATOR})


class PreApprovalsView(CommandView, ListAPIView[PreApproval]):
    """The questions that the caller may see, and asking one."""

    commands = {"POST": AskFirstSerializer}
    roles = {"GET": READERS, "POST": CONTACT_PERSON}
    problems = {"POST": ("category_switched_off", "not_found", "unknown_expense_category")}
    serializer_class = PreApprovalSerializer
    queryset = PreApproval.objects.none()
    filterset_class = PreApprovalFilter
    ordering = ("-created_at", "id")

    def get_queryset(self) -> PreApprovalQuerySet:
        """Limit to what the caller may see now."""
        return PreApproval.objects.complete().visible_to(cast(User, self.request.user), now=timezone.now())

    @extend_schema(responses={201: PreApprovalSerializer, 200: PreApprovalSerializer})
    def post(self, request: Request) -> Response:
        """Ask the coordinators whether so much may be spent."""
        question, created = pre_approval_services.ask_first(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(question, created=created)


class PreApprovalView(CommandView):
    """One question."""

    roles = {"GET": READERS}
    serializer_class = PreApprovalSerializer

    def get(self, request: Request, pre_approval_id: UUID) -> Response:
        """Show it."""
        visible = PreApproval.objects.complete().visible_to(cast(User, request.user), now=timezone.now())
        return self.show(visible.get_one(pre_approval_id))


class PreApprovalActionView(CommandView):
    """What the actions share: validate, one service, answer with the question."""

    optional_headers = ("If-Match",)
    serializer_class = PreApprovalSerializer
    service: Any

    def act(self, request: Request, pre_approval_id: UUID) -> Response:
        """Do it."""
        question = type(self).service(
            user=cast(User, request.user),
            pre_approval_id=pre_approval_id,
            expected_version=self.seen_version(request),
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(question)


class WithdrawPreApprovalView(PreApprovalActionView):
    """Taking a question back."""

    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": ("pre_approval_settled",)}
    commands = {"POST": WithdrawSerializer}
    service = pre_approval_services.withdraw_pre_approval

    @extend_schema(request=None)
    def post(self, request: Request, pre_approval_id: UUID) -> Response:
        """Take it back while it waits."""
        return self.act(request, pre_approval_id)


class ApprovePreApprovalView(PreApprovalActionView):
    """Saying yes."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": ANSWERING}
    commands = {"POST": ApprovePreApprovalSerializer}
    service = pre_approval_services.approve_pre_approval

    def post(self, request: Request, pre_approval_id: UUID) -> Response:
        """Let it be spent. With `If-Match` only what was seen: else 412."""
        return self.act(request, pre_approval_id)


class DeclinePreApprovalView(PreApprovalActionView):
    """Saying no."""

    roles = {"POST": COORDINATOR}
    problems = {"POST": (*ANSWERING, "reason_required")}
    commands = {"POST": DeclinePreApprovalSerializer}
    service = pre_approval_services.decline_pre_approval

    def post(self, request: Request, pre_approval_id: UUID) -> Response:
        """Decline it, with a reason. With `If-Match` only what was seen: else 412."""
        return self.act(request, pre_approval_id)
