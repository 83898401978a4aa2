"""Lists come in pages."""

from typing import Any

from django.core import exceptions
from django.db import DataError
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

INVALID_CURSOR = ValidationError({"cursor": [ErrorDetail("?", "invalid_cursor")]})


class CursorPages(CursorPagination):
    """`{results, next, previous}` with `?limit=` up to 200. A view names its own ordering."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Order as the view says; the id makes it total."""
        return getattr(view, "ordering", ("-created_at", "id"))

    def get_page_size(self, request: Request) -> int | None:
        """Read `limit`; raise ValidationError for what is no number from 1 to 200."""
        given = request.query_params.get("limit")
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and 1 <= int(given) <= self.max_page_size):
            detail = ErrorDetail(f"1–{self.max_page_size}", "invalid_limit")
            raise ValidationError({"limit": [detail]})
        return int(given)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """Return the page. Raise ValidationError for a cursor whose position is none of ours."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (exceptions.ValidationError, ValueError, DataError):
            raise INVALID_CURSOR from None

    def decode_cursor(self, request: Request) -> Any:
        """Read `cursor`; raise ValidationError for one that we did not make."""
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise INVALID_CURSOR from None
