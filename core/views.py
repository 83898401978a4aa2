"""What views share: read a command, show a row."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import VersionRequired
from core.serializers import CommandSerializer


def version_of(tag: str) -> int:
    """Return the version that an ETag of ours names; 0, which never exists, for any other.

    What stands behind the version tells how the object was read, and an edit is of what is stored.
    """
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})(?:-[0-9a-f]{24})?"?', tag.strip(), re.ASCII)
    return int(match[1]) if match else 0


class CommandView(GenericAPIView[Any]):
    """A view whose writing methods each read a command, call one service and show what came of it.

    For the API's description: `optional_headers` are what a POST or PUT may bring along, and `problems` the codes
    of the problems that its services raise, by method. What all calls of a kind have in common is not named.
    """

    commands: ClassVar[Mapping[str, type[CommandSerializer]]] = {}
    optional_headers: ClassVar[tuple[str, ...]] = ()
    problems: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def expected_version(self, request: Request) -> int:
        """Return the version that an edit is about. Raise VersionRequired without `If-Match`."""
        if "If-Match" not in request.headers:
            raise VersionRequired
        return version_of(request.headers["If-Match"])

    def seen_version(self, request: Request) -> int | None:
        """Return the version that an optional `If-Match` names; None without one."""
        given = request.headers.get("If-Match", "*").strip()
        return None if given == "*" else version_of(given)

    def command(self, request: Request) -> dict[str, Any]:
        """Return the valid body of the method's command. Raise ValidationError."""
        serializer = self.commands[request.method or ""](data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values

    def show(self, row: object, *, created: bool = False) -> Response:
        """Answer with the row, 201 when it is new."""
        return Response(self.get_serializer(row).data, status=201 if created else 200)
