"""Receipts over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.core.files import File
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses import uploads
from expenses.models import READERS, Receipt
from expenses.receipt_files import media_type_of, open_page, open_stored
from expenses.receipt_serializers import ReceiptSerializer, UploadSerializer
from expenses.receipt_services import upload_receipt
from expenses.refusals import ReceiptTooLarge
from people.models import Role, User


class ReceiptsView(CommandView):
    """Sending receipts."""

    commands = {"POST": UploadSerializer}
    roles = {"POST": frozenset({Role.CONTACT_PERSON})}
    serializer_class = ReceiptSerializer
    parser_classes = [uploads.CheckedMultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Choose how files come in, before anything reads them."""
        request.upload_handlers = [uploads.UnnamedFileHandler(request)]
        return super().initialize_request(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Refuse, and hear the caller out first, so that the refusal reaches them."""
        for handler in self.request._request.upload_handlers:
            handler.upload_interrupted()
        uploads.read_to_the_end(self.request._request)
        return super().handle_exception(exc)

    @extend_schema(responses={201: ReceiptSerializer, 200: ReceiptSerializer})
    def post(self, request: Request) -> Response:
        """Take in a picture or PDF; `Repr-Digest` (of the file) and `Content-Digest` (of the body) are checked."""
        if uploads.body_length(request._request) > uploads.LARGEST_BODY:
            raise ReceiptTooLarge(field="file")
        values = self.command(request)
        arrival = uploads.arrival(request, values.pop("file"))
        user = cast(User, request.user)
        receipt, created = upload_receipt(user=user, arrival=arrival, now=timezone.now(), **values)
        return self.show(receipt, created=created)


class ReceiptScope(GenericAPIView[Receipt]):
    """One receipt that the caller may see."""

    roles = {"GET": READERS}
    serializer_class = ReceiptSerializer

    def find(self, request: Request, receipt_id: UUID) -> Receipt:
        """Return it. Raise NotYours."""
        return Receipt.objects.visible_to(cast(User, request.user), now=timezone.now()).get_one(receipt_id)


class ReceiptView(ReceiptScope):
    """One receipt."""

    def get(self, request: Request, receipt_id: UUID) -> Response:
        """Tell its state."""
        return Response(self.get_serializer(self.find(request, receipt_id)).data)


class ReceiptContentScope(ReceiptScope):
    """What a receipt looks like."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Take any `Accept`: apps load pictures with `image/*`, which no problem in JSON would satisfy."""
        return super().perform_content_negotiation(request, force=True)

    def stream(self, content: "File[bytes]") -> FileResponse:
        """Stream a stored file; no cache keeps it and no browser runs what is in it."""
        headers: dict[str, Any] = {
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        extension, media_type = media_type_of(content.name or "")
        return FileResponse(content, filename=f"receipt{extension}", content_type=media_type, headers=headers)


PICTURE = {(200, "image/webp"): OpenApiTypes.BINARY, (200, "image/jpeg"): OpenApiTypes.BINARY}


class ReceiptFileView(ReceiptContentScope):
    """The picture or PDF itself."""

    @extend_schema(responses=PICTURE | {(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, receipt_id: UUID) -> FileResponse:
        """Stream it."""
        receipt = self.find(request, receipt_id)
        return self.stream(open_stored(receipt, receipt.file))


class ReceiptPreviewView(ReceiptContentScope):
    """A small picture of it."""

    @extend_schema(responses=PICTURE)
    def get(self, request: Request, receipt_id: UUID) -> FileResponse:
        """Stream it."""
        receipt = self.find(request, receipt_id)
        return self.stream(open_stored(receipt, receipt.preview))


class ReceiptPageView(ReceiptContentScope):
    """The picture of one of its pages, counted from 1; a picture has one."""

    @extend_schema(responses=PICTURE)
    def get(self, request: Request, receipt_id: UUID, number: int) -> FileResponse:
        """Stream it."""
        return self.stream(open_page(self.find(request, receipt_id), number))
