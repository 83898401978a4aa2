"""Receipts over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from expenses.models import READERS, Receipt
from expenses.receipt_services import ReceiptTooLarge, upload_receipt
from expenses.serializers import ReceiptSerializer, UploadSerializer
from people.models import Role, User

# A little over what is taken is read, so that the refusal reaches the phone; far more is not even read.
LARGEST_BODY = 40 * 1024 * 1024


class ReceiptsView(GenericAPIView[Receipt]):
    """Sending receipts."""

    roles = {"POST": frozenset({Role.CONTACT_PERSON})}
    serializer_class = ReceiptSerializer
    parser_classes = [MultiPartParser]

    @extend_schema(request=UploadSerializer, responses={201: ReceiptSerializer, 200: ReceiptSerializer})
    def post(self, request: Request) -> Response:
        """Take in a picture or PDF."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            raise ReceiptTooLarge(field="file")
        command = UploadSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        receipt, created = upload_receipt(user=cast(User, request.user), **command.validated_data)
        return Response(self.get_serializer(receipt).data, status=201 if created else 200)


class ReceiptScope(GenericAPIView[Receipt]):
    """One receipt that the caller may see."""

    roles = {"GET": READERS}
    serializer_class = ReceiptSerializer

    def find(self, request: Request, receipt_id: UUID) -> Receipt:
        """Return it. Raise NotYours."""
        return Receipt.objects.visible_to(cast(User, request.user), now=timezone.now()).get_one(receipt_id)

    def stream(self, stored: FieldFile, media_type: str) -> FileResponse:
        """Stream a stored file; no cache keeps it and no browser guesses what it is."""
        headers: dict[str, Any] = {
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return FileResponse(stored.open("rb"), content_type=media_type, headers=headers)


class ReceiptView(ReceiptScope):
    """One receipt."""

    def get(self, request: Request, receipt_id: UUID) -> Response:
        """Tell its state."""
        return Response(self.get_serializer(self.find(request, receipt_id)).data)


class ReceiptFileView(ReceiptScope):
    """The picture or PDF itself."""

    @extend_schema(
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, (200, "application/pdf"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, receipt_id: UUID) -> FileResponse:
        """Stream it."""
        receipt = self.find(request, receipt_id)
        return self.stream(receipt.file, receipt.media_type)


class ReceiptPreviewView(ReceiptScope):
    """A small picture of it."""

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, receipt_id: UUID) -> FileResponse:
        """Stream it."""
        return self.stream(self.find(request, receipt_id).preview, "image/jpeg")
