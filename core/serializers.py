"""Fields and forms that every app's HTTP layer shares."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from core.errors import DomainError
from core.numbers import as_number
from core.text import known_language

# How every list is turned over, page by page.
PAGING = frozenset({"limit", "cursor"})


class CommandSerializer(serializers.Serializer[Any]):
    """The body of a command. A field that the command does not know is an error, never ignored.

    JSON has types of its own: what was written as another one is an error too.
    """

    def to_internal_value(self, data: Any) -> Any:
        """Read the body; raise ValidationError for unknown fields and whatever the fields refuse."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                message = "Unknown field."
                raise serializers.ValidationError(
                    {name: serializers.ErrorDetail(message, "unknown_field") for name in unknown}
                )
        wrong = self._of_other_types(data)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**cast(dict[str, Any], error.detail), **wrong}) from None
        if wrong:
            raise serializers.ValidationError(wrong)
        return values

    def _of_other_types(self, data: Any) -> dict[str, Any]:
        given = data if isinstance(data, dict) else {}
        return {
            name: serializers.ErrorDetail("Not of that type.", "invalid")
            for name, field in self.fields.items()
            if given.get(name) is not None and not is_json_type(field, given[name])
        }


def is_json_type(field: object, given: object) -> bool:
    """Tell whether a value is of the field's own type: DRF also reads 1 as "1", "no" as false and "12" as 12."""
    if isinstance(field, serializers.BooleanField):
        return isinstance(given, bool)
    if isinstance(field, serializers.CharField):
        return isinstance(given, str)
    return not isinstance(field, serializers.IntegerField) or is_number(given)


def is_number(given: object) -> bool:
    """Tell whether JSON has a value as a number."""
    return isinstance(given, int | float) and not isinstance(given, bool)


def refuse_unknown(given: Iterable[str], known: Collection[str]) -> None:
    """Raise ValidationError for query parameters that are not known: ignoring them would show something else."""
    if unknown := sorted(set(given) - set(known)):
        detail = serializers.ErrorDetail("Unknown filter.", "unknown_filter")
        raise serializers.ValidationError({name: [detail] for name in unknown})


class QuerySerializer(serializers.Serializer[Any]):
    """What an address asks for after its question mark. `besides` names what somebody else reads."""

    besides: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        """Read it; raise ValidationError for unknown names and whatever the fields refuse, also for nothing."""
        refuse_unknown(data, self.besides | set(self.fields))
        return super().to_internal_value(data.dict() if isinstance(data, QueryDict) else data)


class MomentField(serializers.DateTimeField):
    """A moment with its offset from UTC, such as `2026-11-22T15:00:00+01:00`."""

    default_error_messages = {"offset_required": "Give the offset from UTC, as in 2026-11-22T15:00:00+01:00."}

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse a time without an offset: the server must not guess where the phone is.

        The offset that was written is kept, for rules to look at.
        """
        if value.tzinfo is None:
            self.fail("offset_required")
        super().enforce_timezone(value)
        return value


WRITTEN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class IdField(serializers.UUIDField):
    """An id as text. DRF also reads numbers, and so `true` as the id that ends in 1, and Python braces."""

    def to_internal_value(self, data: Any) -> UUID:
        """Read it; raise ValidationError for whatever is no UUID written out."""
        if not isinstance(data, str) or not WRITTEN_ID.fullmatch(data):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


WRITTEN_MONEY = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class MoneyField(serializers.DecimalField):
    """Kronor with two decimals, as text: `"129.00"`. DRF also reads spaces and exponents."""

    def __init__(self, **kwargs: Any) -> None:
        shape: dict[str, Any] = {"max_digits": 9, "decimal_places": 2, "min_value": Decimal("0.01")}
        super().__init__(**(shape | kwargs))

    def to_internal_value(self, data: Any) -> Decimal:
        """Read it; raise ValidationError for whatever is no amount written out."""
        if not isinstance(data, str) or not WRITTEN_MONEY.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class UnitsField(serializers.DecimalField):
    """Units as a number: `2` or `2.5`. `step` is for the API's description."""

    step = 0.5

    def __init__(self, **kwargs: Any) -> None:
        shape: dict[str, Any] = {"max_digits": 5, "decimal_places": 1, "coerce_to_string": False}
        super().__init__(**(shape | kwargs))

    def to_internal_value(self, data: Any) -> Decimal:
        """Read them; raise ValidationError for whatever is no number."""
        if not is_number(data):
            self.fail("invalid")
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> int | float:  # type: ignore[override]
        """Write whole units without a decimal point."""
        return as_number(value)


@extend_schema_serializer(component_name="ShortProblem")
class ProblemSerializer(serializers.Serializer[Any]):
    """Something that is wrong, in the caller's language, with its stable code."""

    code = serializers.CharField()
    detail = serializers.SerializerMethodField()

    def get_detail(self, error: DomainError) -> str:
        """Say it in words."""
        return error.detail(known_language(get_language()))


class ActionSerializer(serializers.Serializer[Any]):
    """What may be done with an object now, and why not when it may not."""

    action = serializers.CharField()
    allowed = serializers.BooleanField()
    code = serializers.CharField(allow_null=True, help_text="The problem code when it is not allowed.")
