"""What changed, over HTTP."""

from typing import cast

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import CursorPages
from api.queue_views import SendQueueView
from api.syncing.pulling import pull
from api.syncing.serializers import SyncQuerySerializer, SyncSerializer
from core.text import known_language
from people.models import Role, User


class SyncView(SendQueueView):
    """All that a phone may hold, and what becomes of it; and what it has to send."""

    roles = {"GET": frozenset({Role.CONTACT_PERSON}), **SendQueueView.roles}
    problems = {**SendQueueView.problems, "GET": ("cursor_expired",)}
    serializer_class = SyncSerializer

    @extend_schema(
        operation_id="pullChanges",
        parameters=[
            OpenApiParameter("cursor", str, description="The last `next_cursor`; everything when it is left out."),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": CursorPages.max_page_size}),
        ],
        responses=SyncSerializer,
    )
    def get(self, request: Request) -> Response:
        """Tell what changed since a cursor, page by page. 410 when that can't be told: then start anew."""
        SyncQuerySerializer(data=request.query_params).is_valid(raise_exception=True)
        pages = CursorPages()
        page = pull(
            user=cast(User, request.user),
            now=timezone.now(),
            given=request.query_params.get("cursor", ""),
            limit=pages.get_page_size(request) or pages.page_size,
            language=known_language(get_language()),
        )
        return Response(page)
