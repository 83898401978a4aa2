"""How lists are filtered."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from core.serializers import PAGING, refuse_unknown


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """Filters by the fields that a view names. One that it does not know is an error: it would show too much.

    So is one by nothing, which django-filter passes over.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Filter the rows. Raise ValidationError for an unknown or impossible filter."""
        filters = self.get_filterset_class(view, queryset)
        known = frozenset(filters.base_filters if filters else ())
        refuse_unknown(request.query_params, PAGING | known)
        if empty := [
            name for name in known & request.query_params.keys() if not request.query_params[name].strip()
        ]:
            raise ValidationError({name: [ErrorDetail("?", "blank")] for name in empty})
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered
