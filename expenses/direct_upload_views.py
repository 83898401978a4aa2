"""Receipts straight into the bucket, over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses.addresses import UPLOAD
from expenses.direct_upload_services import announce_upload, confirm_upload
from expenses.receipt_serializers import (
    AnnouncedSerializer,
    AnnounceSerializer,
    ConfirmSerializer,
    ReceiptSerializer,
)
from people.models import Role, User

CONTACT_PERSON = frozenset({Role.CONTACT_PERSON})


class UploadsView(CommandView):
    """Announcing a receipt."""

    commands = {"POST": AnnounceSerializer}
    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": ("direct_upload_unavailable", "receipt_never_arrived", "receipt_too_large")}
    serializer_class = AnnouncedSerializer

    @extend_schema(responses={201: AnnouncedSerializer, 200: AnnouncedSerializer})
    def post(self, request: Request) -> Response:
        """Tell where to `PUT` a receipt, with the headers given; then `POST /receipts/{id}/uploaded`."""
        user, now = cast(User, request.user), timezone.now()
        receipt, address, created = announce_upload(user=user, now=now, **self.command(request))
        upload: dict[str, Any] | None = None
        if address is not None:
            upload = {"method": "PUT", "expires_at": now + UPLOAD} | address._asdict()
        cast(Any, receipt).upload = upload
        return self.show(receipt, created=created)


class UploadedView(CommandView):
    """Confirming that a receipt is there."""

    commands = {"POST": ConfirmSerializer}
    roles = {"POST": CONTACT_PERSON}
    problems = {"POST": ("receipt_never_arrived", "receipt_not_arrived")}
    serializer_class = ReceiptSerializer

    @extend_schema(operation_id="confirmReceiptUpload", request=None)
    def post(self, request: Request, receipt_id: UUID) -> Response:
        """Hand an announced receipt to the worker; 409 as long as it is not there."""
        self.command(request)
        receipt = confirm_upload(user=cast(User, request.user), receipt_id=receipt_id, now=timezone.now())
        return self.show(receipt)
