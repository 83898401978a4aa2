"""Lists come in pages."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


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

    def decode_cursor(self, request: Request) -> Any:
        """Read `cursor`; raise ValidationError for one that we did not make."""
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise ValidationError({"cursor": [ErrorDetail("?", "invalid_cursor")]}) from None
