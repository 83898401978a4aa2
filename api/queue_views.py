"""A phone's queue over HTTP."""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from api.queue import Sending
from api.queue_calls import Calls
from api.queue_items import SendQueueSerializer, SentQueueSerializer
from core.views import CommandView
from people.models import Role, User


class SendQueueView(CommandView):
    """What a phone had to send."""

    commands = {"POST": SendQueueSerializer}
    roles = {"POST": frozenset({Role.CONTACT_PERSON})}
    problems = {"POST": ("item_twice",)}
    serializer_class: type[BaseSerializer[Any]] = SentQueueSerializer

    @extend_schema(operation_id="sendQueue", responses=SentQueueSerializer)
    def post(self, request: Request) -> Response:
        """Do what the phone had to send, in order; each item has its own result, whatever became of the others."""
        items: list[Any] = self.command(request)["items"]
        sending = Sending(Calls(request, self), cast(User, request.user), items, timezone.now())
        return Response({"results": sending.send_all()})
