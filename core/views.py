"""What views share: read a command, show a row."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.serializers import CommandSerializer


class CommandView(GenericAPIView[Any]):
    """A view whose writing methods each read a command, call one service and show what came of it."""

    commands: ClassVar[Mapping[str, type[CommandSerializer]]] = {}

    def command(self, request: Request) -> dict[str, Any]:
        """Return the valid body of the method's command. Raise ValidationError."""
        serializer = self.commands[request.method or ""](data=request.data)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values

    def show(self, row: object, *, created: bool = False) -> Response:
        """Answer with the row, 201 when it is new."""
        return Response(self.get_serializer(row).data, status=201 if created else 200)
