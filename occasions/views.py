"""Occasions and quotas over HTTP."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotYours
from core.prepared import Question, blank, kept
from core.serializers import PAGING
from core.views import CommandView
from occasions import answering_services, outing_services, previews, services, settling_services
from occasions.commands import (
    ApproveOccasionSerializer,
    CancelOccasionSerializer,
    CompleteOccasionSerializer,
    DeclineOccasionSerializer,
    EditOccasionSerializer,
    NoShowSerializer,
    PlanOccasionSerializer,
    PlanOutingSerializer,
    PreviewOccasionSerializer,
    RestoreOccasionSerializer,
)
from occasions.filters import OccasionFilter
from occasions.models import READERS, ActivityKind, Occasion, OccasionQuerySet, Outing
from occasions.problems import ANSWERING, CLOSED, PLANNING, TIMES, UNITS
from occasions.quota_serializers import PreviewSerializer
from occasions.row_reading import Onlooker, as_rows, ask_rows, seen_rows
from occasions.serializers import ActivityKindSerializer, OccasionSerializer, OutingSerializer
from people.models import Role, User
from people.permissions import EVERYBODY
from people.standing_in import roles_of, stand_in

# Blanks of prepared questions: the row at whose edge a page begins, and one that is asked for.
EDGE = (blank(datetime, 1), blank(UUID, 50))
ID = blank(UUID, 51)
CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})
COORDINATOR = frozenset({Role.COORDINATOR})


class OccasionsView(CommandView, ListAPIView[Occasion]):
    """The occasions that the caller may see, and planning one."""

    commands = {"POST": PlanOccasionSerializer}
    roles = {"GET": READERS, "POST": CONTACT_PERSON}
    problems = {"POST": (*PLANNING, "not_found")}
    serializer_class = OccasionSerializer
    queryset = Occasion.objects.none()
    filterset_class = OccasionFilter
    ordering = ("-starts_at", "id")

    def get_queryset(self) -> OccasionQuerySet:
        """Limit to what the caller may see now."""
        return Occasion.objects.visible_to(cast(User, self.request.user), now=timezone.now())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them; what the whole page shows is asked in one query."""
        onlooker, pages = Onlooker(cast(User, request.user), timezone.now()), cast(Any, self.paginator)
        pages.begin(self.queryset, request, self)
        edge = dict(zip(EDGE, pages.edge, strict=False))
        rows, versions = ask_rows(self._question(request, pages), edge, onlooker)
        return self.get_paginated_response([onlooker.shape(row, versions) for row in pages.finish(rows)])

    def _question(self, request: Request, pages: Any) -> Question:
        if not PAGING.issuperset(request.query_params):
            return Question.of(as_rows(pages.arrange(self.filter_queryset(self.get_queryset()), pages.edge)))
        roles, edge = roles_of(cast(User, request.user)), EDGE if pages.edge else ()
        return kept(
            ("occasions", roles, pages.limit, pages.back, edge),
            lambda: as_rows(pages.arrange(seen_rows(stand_in(roles)), edge)),
        )

    @extend_schema(responses={201: OccasionSerializer, 200: OccasionSerializer})
    def post(self, request: Request) -> Response:
        """Plan an occasion, or log one that has been."""
        occasion, created = services.plan_occasion(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(occasion, created=created)


class OccasionView(CommandView):
    """One occasion."""

    commands = {"PATCH": EditOccasionSerializer}
    roles = {"GET": READERS, "PATCH": CONTACT_PERSON}
    problems = {"PATCH": (*PLANNING, *CLOSED)}
    serializer_class = OccasionSerializer

    def get(self, request: Request, occasion_id: UUID) -> Response:
        """Show it."""
        user = cast(User, request.user)
        roles = roles_of(user)
        question = kept(("occasion", roles), lambda: as_rows(seen_rows(stand_in(roles)).filter(pk=ID)))
        onlooker = Onlooker(user, timezone.now())
        rows, versions = ask_rows(question, {ID: occasion_id}, onlooker)
        if not rows:
            raise NotYours
        return Response(onlooker.shape(rows[0], versions))

    def patch(self, request: Request, occasion_id: UUID) -> Response:
        """Change what is given."""
        occasion = services.edit_occasion(
            user=cast(User, request.user),
            occasion_id=occasion_id,
            expected_version=self.expected_version(request),
            now=timezone.now(),
            **self.command(request),
        )
        return self.show(occasion)


class OccasionActionView(CommandView):
    """What the settling actions share: read the command, call one service, show the occasion."""

    roles = {"POST": CONTACT_PERSON}
    serializer_class = OccasionSerializer
    service: Any

    def settle(self, request: Request, occasion_id: UUID) -> Response:
        """Do it."""
        occasion = type(self).service(
            user=cast(User, request.user), occasion_id=occasion_id, now=timezone.now(), **self.command(request)
        )
        return self.show(occasion)


class CompleteOccasionView(OccasionActionView):
    """Logging that an occasion was held."""

    commands = {"POST": CompleteOccasionSerializer}
    problems = {"POST": (*TIMES, *UNITS, *CLOSED, "unknown_activity_kind")}
    service = settling_services.complete_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Log that it was held, as planned when the body is empty."""
        return self.settle(request, occasion_id)


class CancelOccasionView(OccasionActionView):
    """Cancelling an occasion."""

    commands = {"POST": CancelOccasionSerializer}
    problems = {"POST": ("occasion_closed",)}
    service = settling_services.cancel_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Cancel it; the policy says whether its units are used all the same."""
        return self.settle(request, occasion_id)


class NoShowView(OccasionActionView):
    """Recording that the client did not turn up."""

    commands = {"POST": NoShowSerializer}
    problems = {"POST": CLOSED}
    service = settling_services.record_no_show

    @extend_schema(operation_id="recordNoShow")
    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Record it; the policy says whether its units are used."""
        return self.settle(request, occasion_id)


class RestoreOccasionView(OccasionActionView):
    """Taking back that an occasion was skipped."""

    commands = {"POST": RestoreOccasionSerializer}
    problems = {"POST": (*TIMES, *UNITS, "not_skipped", "occasion_closed")}
    service = settling_services.restore_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Plan it again."""
        return self.settle(request, occasion_id)


class AnswerView(CommandView):
    """What the coordinator's answers share."""

    optional_headers = ("If-Match",)
    roles = {"POST": COORDINATOR}
    serializer_class = OccasionSerializer
    service: Any

    def answer(self, request: Request, occasion_id: UUID) -> Response:
        """Answer, on what was seen if the call says what that was."""
        occasion = type(self).service(
            user=cast(User, request.user),
            occasion_id=occasion_id,
            now=timezone.now(),
            expected_version=self.seen_version(request),
            **self.command(request),
        )
        return self.show(occasion)


class ApproveOccasionView(AnswerView):
    """Saying yes to more units."""

    commands = {"POST": ApproveOccasionSerializer}
    problems = {"POST": (*ANSWERING, "quota_exceeded")}
    service = answering_services.approve_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Let it count as was asked. With `If-Match` only what was seen: else 412."""
        return self.answer(request, occasion_id)


class DeclineOccasionView(AnswerView):
    """Saying no to more units."""

    commands = {"POST": DeclineOccasionSerializer}
    problems = {"POST": ANSWERING}
    service = answering_services.decline_occasion

    def post(self, request: Request, occasion_id: UUID) -> Response:
        """Let it count as it does; a planned one that counts as nothing is cancelled.

        With `If-Match` only what was seen: else 412.
        """
        return self.answer(request, occasion_id)


class PreviewOccasionView(CommandView):
    """What planning or editing would do."""

    commands = {"POST": PreviewOccasionSerializer}
    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": (*PLANNING, *CLOSED, "not_found")}
    serializer_class = PreviewSerializer
    present_serializer_class = OccasionSerializer

    def post(self, request: Request) -> Response:
        """Tell what saving would do to units and other occasions, without saving."""
        values = self.command(request)
        preview = previews.preview_plan if "assignment" in values else previews.preview_edit
        return self.show(preview(user=cast(User, request.user), now=timezone.now(), **values))


class OutingsView(CommandView):
    """One outing with several clients."""

    commands = {"POST": PlanOutingSerializer}
    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": (*PLANNING, "not_found")}
    serializer_class = OutingSerializer

    @extend_schema(responses={201: OutingSerializer, 200: OutingSerializer})
    def post(self, request: Request) -> Response:
        """Plan, or log, an occasion for each assignment; all or none."""
        outing, created = outing_services.plan_outing(
            user=cast(User, request.user), now=timezone.now(), **self.command(request)
        )
        return self.show(outing, created=created)


class OutingView(CommandView):
    """One outing."""

    roles = {"GET": READERS}
    serializer_class = OutingSerializer

    def get(self, request: Request, outing_id: UUID) -> Response:
        """Show those of its occasions that the caller may see."""
        seen = Occasion.objects.visible_to(cast(User, request.user), now=timezone.now())
        return self.show(Outing.objects.filter(occasions__in=seen).distinct().get_one(outing_id))


class ActivityKindsView(ListAPIView[ActivityKind]):
    """What the caller's municipalities offer to do."""

    roles = {"GET": EVERYBODY}
    serializer_class = ActivityKindSerializer
    queryset = ActivityKind.objects.none()
    ordering = ("code", "id")

    def get_queryset(self) -> QuerySet[ActivityKind]:
        """Limit to kinds in use where the caller has a role, and that the policy has today."""
        here = {one.municipality for one in cast(User, self.request.user).active_memberships}
        return ActivityKind.objects.offered_by(here, now=timezone.now())
