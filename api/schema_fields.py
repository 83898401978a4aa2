"""How fields of our own are written into the API's description."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from core.serializers import MoneyField, UnitsField


class TimeSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Tells of a time on the wall; OpenAPI's own `time` has seconds and an offset."""

    target_class = serializers.TimeField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Describe it as text."""
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class MoneySchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Tells of money: in a body it is above 0, in an answer it has both decimals."""

    target_class = MoneyField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Describe it as text."""
        whole, least = r"^(?!0+(\.0{1,2})?$)[0-9]{1,7}", r"^-?[0-9]{1,7}"
        pattern = rf"{whole}(\.[0-9]{{1,2}})?$" if direction == "request" else rf"{least}\.[0-9]{{2}}$"
        return {"type": "string", "format": "decimal", "pattern": pattern}


class UnitsSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Tells of units."""

    target_class = UnitsField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Describe them as a number."""
        bounds = {"minimum": self.target.min_value, "maximum": self.target.max_value}
        known = {name: float(bound) for name, bound in bounds.items() if bound is not None}
        step = {"multipleOf": self.target.step} if direction == "request" else {}
        return {"type": "number", "format": "double", **known, **step}
