"""Drafts of occasions over HTTP."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from occasions import draft_services
from occasions.draft_serializers import OccasionDraftSerializer, SaveDraftSerializer
from occasions.filters import OccasionDraftFilter
from occasions.models import OccasionDraft, OccasionDraftQuerySet
from people.models import Role, User

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})


class OccasionDraftsView(ListAPIView[OccasionDraft]):
    """What the caller is writing and has not logged, wherever it was begun."""

    roles = {"GET": CONTACT_PERSON}
    serializer_class = OccasionDraftSerializer
    queryset = OccasionDraft.objects.none()
    filterset_class = OccasionDraftFilter
    ordering = ("created_at", "id")

    def get_queryset(self) -> OccasionDraftQuerySet:
        """Limit to the caller's own."""
        return OccasionDraft.objects.own(cast(User, self.request.user), now=timezone.now())


class OccasionDraftView(CommandView):
    """What the caller is writing about one occasion, which may not be there yet."""

    commands = {"PUT": SaveDraftSerializer}
    problems = {"PUT": ("draft_ended", "id_conflict", "occasion_closed")}
    optional_headers = ("If-Match",)
    roles = {"GET": CONTACT_PERSON, "PUT": CONTACT_PERSON, "DELETE": CONTACT_PERSON}
    serializer_class = OccasionDraftSerializer

    def get(self, request: Request, occasion_id: UUID) -> Response:
        """Show it."""
        own = OccasionDraft.objects.own(cast(User, request.user), now=timezone.now())
        return self.show(own.get_one(occasion_id))

    @extend_schema(responses={201: OccasionDraftSerializer, 200: OccasionDraftSerializer})
    def put(self, request: Request, occasion_id: UUID) -> Response:
        """Save it whole, however little there is.

        `If-Match` names the version that it takes the place of; there is none the first time. 412 with the present
        draft when another phone saved meanwhile, 409 when the occasion is logged or cancelled by now.
        """
        draft, created = draft_services.save_draft(
            user=cast(User, request.user),
            occasion_id=occasion_id,
            now=timezone.now(),
            expected_version=self.seen_version(request),
            **self.command(request),
        )
        return self.show(draft, created=created)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, occasion_id: UUID) -> Response:
        """Throw it away."""
        draft_services.discard_draft(user=cast(User, request.user), occasion_id=occasion_id, now=timezone.now())
        return Response(status=204)
