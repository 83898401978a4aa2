"""The calendar link over HTTP."""

import hashlib
from typing import Any, cast

from django.http import HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.serializers import CommandSerializer
from core.views import CommandView
from occasions import calendar_services
from occasions.models import CalendarLink
from people.models import Role, User

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'inline; filename="calendar.ics"',
    # The address is the key: nobody is told where a reader came from, and no search engine keeps it.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class OpenCalendarLinkSerializer(CommandSerializer):
    """Asking for it says nothing more."""


class CalendarLinkSerializer(serializers.ModelSerializer[CalendarLink]):
    """The own calendar link, for the phone to hand to its calendar."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = CalendarLink
        fields = ["url", "created_at", "version"]

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, link: CalendarLink) -> str:
        """Write it out, as seen from where the caller is."""
        request: Request = self.context["request"]
        return request.build_absolute_uri(reverse("calendar", args=[link.secret]))


class CalendarLinkView(CommandView):
    """The own calendar link."""

    commands = {"POST": OpenCalendarLinkSerializer}
    roles = {"POST": CONTACT_PERSON, "DELETE": CONTACT_PERSON}
    serializer_class = CalendarLinkSerializer

    @extend_schema(responses={201: CalendarLinkSerializer, 200: CalendarLinkSerializer})
    def post(self, request: Request) -> Response:
        """Give the link: the one in force, or a new one."""
        self.command(request)
        link, created = calendar_services.open_calendar_link(user=cast(User, request.user))
        return self.show(link, created=created)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Revoke the link: its address is worth nothing from now on."""
        calendar_services.revoke_calendar_link(user=cast(User, request.user), now=timezone.now())
        return Response(status=204)


class CalendarView(APIView):
    """The occasions of a contact person for whoever holds the link. No signing in: the secret is the key."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Take any `Accept`: calendars ask for `text/calendar`, which no problem in JSON would satisfy."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        auth=[],
        responses={(200, "text/calendar"): OpenApiTypes.STR, 304: None},
    )
    def get(self, request: Request, secret: str) -> HttpResponse:
        """Write the calendar, or nothing when the caller has it already."""
        content, language = calendar_services.read_calendar(secret=secret, now=timezone.now())
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = HEADERS | {"ETag": etag, "Content-Language": language}
        if _has_already(request, etag):
            return HttpResponseNotModified(headers=headers)
        return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _has_already(request: Request, etag: str) -> bool:
    """Tell whether the caller holds these bytes. Compressing them made the tag weak."""
    held = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    return "*" in held or etag in held
