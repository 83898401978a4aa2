"""Receipts over HTTP."""

import logging
from typing import Any, cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from expenses import uploads
from expenses.addresses import address_for_look, has_addresses
from expenses.models import READERS, Receipt
from expenses.problems import STORED
from expenses.receipt_files import media_type_of, open_stored, page_shown, shown_name
from expenses.receipt_serializers import ReceiptSerializer, UploadSerializer
from expenses.receipt_services import upload_receipt
from expenses.refusals import ReceiptTooLarge
from people.models import Role, User

logger = logging.getLogger(__name__)


class ReceiptsView(CommandView):
    """Sending receipts."""

    commands = {"POST": UploadSerializer}
    optional_headers = ("Repr-Digest", "Content-Digest")
    roles = {"POST": frozenset({Role.CONTACT_PERSON})}
    problems = {
        "POST": (
            "checksum_malformed",
            "checksum_mismatch",
            "receipt_mislabelled",
            "receipt_never_arrived",
            "receipt_too_large",
            "receipt_type_unsupported",
            "receipt_unreadable",
        )
    }
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

    def show_file(self, request: Request, name: str) -> HttpResponseBase:
        """Stream a file from a folder, or send the caller to where a bucket gives it; who looks is logged."""
        extension, media_type = media_type_of(name)
        filename = f"receipt{extension}"
        private = {"Cache-Control": "private, no-store"}
        if has_addresses():
            address = address_for_look(name, filename=filename, media_type=media_type)
            answer: HttpResponseBase = HttpResponseRedirect(address, headers=private)
        else:
            # No cache keeps it and no browser runs what is in it.
            headers: dict[str, Any] = private | {"Content-Security-Policy": "default-src 'none'; sandbox"}
            answer = FileResponse(open_stored(name), filename=filename, content_type=media_type, headers=headers)
        logger.info("%s was shown %s", request.user, name)
        return answer


PICTURE = {
    302: OpenApiResponse(
        description="Where it can be read for a minute, without the `Authorization` of this call."
    ),
    (200, "image/webp"): OpenApiTypes.BINARY,
    (200, "image/jpeg"): OpenApiTypes.BINARY,
}


class ReceiptFileView(ReceiptContentScope):
    """The picture or PDF itself."""

    problems = {"GET": STORED}

    @extend_schema(responses=PICTURE | {(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, receipt_id: UUID) -> HttpResponseBase:
        """Show it."""
        receipt = self.find(request, receipt_id)
        return self.show_file(request, shown_name(receipt, receipt.file))


class ReceiptPreviewView(ReceiptContentScope):
    """A small picture of it."""

    problems = {"GET": STORED}

    @extend_schema(responses=PICTURE)
    def get(self, request: Request, receipt_id: UUID) -> HttpResponseBase:
        """Show it."""
        receipt = self.find(request, receipt_id)
        return self.show_file(request, shown_name(receipt, receipt.preview))


class ReceiptPageView(ReceiptContentScope):
    """The picture of one of its pages, counted from 1; a picture has one."""

    problems = {"GET": STORED}

    @extend_schema(responses=PICTURE)
    def get(self, request: Request, receipt_id: UUID, number: int) -> HttpResponseBase:
        """Show it."""
        return self.show_file(request, page_shown(self.find(request, receipt_id), number))
