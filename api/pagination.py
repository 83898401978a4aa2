"""Lists come in pages."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param


class CursorPages(CursorPagination):
    """`{results, next, previous}` with `?limit=` up to 200. A view names its own ordering, the id last.

    A cursor holds what the whole ordering says of a row, so that rows of one moment are neither lost nor
    repeated in either direction: DRF's own counts offsets among them, and miscounts on the way back.
    """

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
        # Python reads no number of thousands of digits.
        if not (len(given) <= 3 and given.isascii() and given.isdigit() and 1 <= int(given) <= self.max_page_size):
            detail = ErrorDetail(f"1–{self.max_page_size}", "invalid_limit")
            raise ValidationError({"limit": [detail]})
        return int(given)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that `limit` and `cursor` ask for. Raise ValidationError."""
        self.begin(queryset, request, view)
        return self.finish(list(self.arrange(queryset, self.edge)))

    def begin(self, queryset: Any, request: Request, view: Any) -> None:
        """Read which page is asked for. Raise ValidationError."""
        self.request, self.fields = request, self.get_ordering(request, queryset, view)
        self.limit = self.get_page_size(request) or self.page_size
        self.back, self.edge = self._read_cursor(queryset)

    def arrange(self, queryset: Any, edge: list[Any]) -> Any:
        """Put rows in their order, from the edge on, and take one more than the page has."""
        ordering = [_reversed(name) for name in self.fields] if self.back else list(self.fields)
        rows = queryset.order_by(*ordering)
        return (rows.filter(_beyond(ordering, edge)) if edge else rows)[: self.limit + 1]

    def finish(self, found: list[Any]) -> list[Any]:
        """Return the page's rows in the order of the list, from all that were found."""
        page, more = found[: self.limit], len(found) > self.limit
        self.page = page[::-1] if self.back else page
        self.has_next, self.has_previous = (bool(self.edge), more) if self.back else (more, bool(self.edge))
        return self.page

    def get_next_link(self) -> str | None:
        """Return where the list goes on."""
        return self._link("next", self.page[-1]) if self.has_next and self.page else None

    def get_previous_link(self) -> str | None:
        """Return where the list came from."""
        return self._link("previous", self.page[0]) if self.has_previous and self.page else None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe what turns the pages."""
        number = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            {"name": self.cursor_query_param, "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "required": False, "schema": number},
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": address, "previous": address},
        }

    def _link(self, direction: str, row: Any) -> str:
        edge = [str(getattr(row, name.lstrip("-"))) for name in self.fields]
        cursor = urlsafe_b64encode(json.dumps([direction, *edge]).encode()).decode()
        return replace_query_param(self.request.build_absolute_uri(), self.cursor_query_param, cursor)

    def _read_cursor(self, queryset: QuerySet[Any]) -> tuple[bool, list[Any]]:
        """Return whether it leads back, and the row at whose edge. Raise ValidationError."""
        given = self.request.query_params.get(self.cursor_query_param)
        if not given:
            return False, []
        try:
            direction, *edge = json.loads(urlsafe_b64decode(given.encode("ascii")))
            fields = [_field(queryset, name.lstrip("-")) for name in self.fields]
            values = [field.to_python(value) for field, value in zip(fields, edge, strict=True)]
            values = [value.astimezone(UTC) if isinstance(value, datetime) else value for value in values]
            if (
                direction not in ("next", "previous")
                or None in values
                or any("\x00" in text or not text.encode() for text in edge)
            ):
                raise ValueError(direction)
        except (ValueError, TypeError, OverflowError, FieldError, RecursionError):
            raise ValidationError({"cursor": [ErrorDetail("?", "invalid_cursor")]}) from None
        return direction == "previous", values


def _field(queryset: QuerySet[Any], name: str) -> Any:
    """Return what reads the values of a column, or of what was computed beside them."""
    query = getattr(queryset, "query", None)  # some lists are no rows of one table
    computed = query.annotations.get(name) if query else None
    return queryset.model._meta.get_field(name) if computed is None else computed.output_field


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(ordering: list[str], edge: list[Any]) -> Q:
    """Keep the rows that the ordering puts after the edge."""
    wanted, same = Q(), Q()
    for name, value in zip(ordering, edge, strict=True):
        field = name.lstrip("-")
        step = Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        wanted, same = wanted | (same & step), same & Q(**{field: value})
    return wanted
