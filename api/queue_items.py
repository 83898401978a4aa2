"""What a phone sends in its queue, item by item."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.errors import InvalidInput
from core.repeats import fingerprint
from core.serializers import CommandSerializer, IdField, MomentField
from core.text import Text

MOST_ITEMS = 200
METHODS = ["POST", "PATCH", "PUT", "DELETE"]
FIRST_YEAR, LAST_YEAR = 1970, 2199  # a phone that lost its clock counts from 1970


class ItemTwice(InvalidInput):
    """An id is of one item."""

    code = "item_twice"
    text = Text(sv="Två olika saker i kön har samma id.", en="Two different items of the queue have the same id.")


@dataclass(frozen=True)
class Item:
    """One call that a phone could not make yet. `made_at` is by the phone's clock, and nothing is judged by it."""

    id: UUID
    made_by: UUID
    installation_id: str
    made_at: datetime
    method: str
    path: str
    body: dict[str, Any]
    base: dict[str, Any] | None = None
    version: int | None = None
    depends_on: tuple[UUID, ...] = ()

    @property
    def asked(self) -> str:
        """What makes it the same item when it comes again."""
        return fingerprint("item", {"method": self.method, "path": self.path, "body": self.body})

    @property
    def about(self) -> set[str]:
        """The ids of the objects that its path is about."""
        return names_in(self.path.split("/"))

    @property
    def names(self) -> set[str]:
        """All ids that it names, in its path and anywhere in its body."""
        return self.about | names_in(text for _, text in texts_in(self.body))

    @property
    def creates(self) -> set[str]:
        """The ids of what it is to create."""
        return creates_in(self.body)


def as_id(text: str) -> str:
    """Return an id as it is usually written; "" for any other text."""
    try:
        return str(UUID(text)) if len(text) >= 32 else ""
    except ValueError:
        return ""


def texts_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text in a JSON value, each with the name that it stands under."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, str):
            yield name, one
        elif isinstance(one, Mapping):
            yield from (("", key) for key in one)
            waiting += one.items()
        elif isinstance(one, list):
            waiting += [(name, inner) for inner in one]


def names_in(texts: Iterable[str]) -> set[str]:
    """Return those of some texts that are ids."""
    return set(filter(None, map(as_id, texts)))


def creates_in(body: Any) -> set[str]:
    """Return the ids of what a body is to create."""
    return names_in(text for key, text in texts_in(body) if key == "id")


def id_of(given: Any) -> str | None:
    """Return the id of what may be no item otherwise."""
    named = given.get("id") if isinstance(given, dict) else None
    return (as_id(named) or None) if isinstance(named, str) else None


class JSONObjectField(serializers.DictField):
    """An object that can be kept and sent on: no text that no column holds, no number that JSON has not."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Read it. Raise ValidationError."""
        value: dict[str, Any] = super().to_internal_value(data)
        try:
            json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise serializers.ValidationError("?", code="invalid") from None
        if any("\x00" in text for _, text in texts_in(value)):
            raise serializers.ValidationError("\\u0000", code="invalid")
        return value


class QueueItemSerializer(CommandSerializer):
    """One item: a call as it would be made on its own, by whom and on which phone it was made, and when."""

    id = IdField(help_text="Made by the phone; the same again is the same item.")
    made_by = IdField(help_text="The user's id: nobody else may send it.")
    installation_id = serializers.RegexField(r"^[A-Za-z0-9_:-]{8,64}\Z", help_text="The device's.")
    made_at = MomentField(help_text="By the phone's clock. Kept, and trusted for nothing.")
    method = serializers.ChoiceField(choices=METHODS)
    path = serializers.RegexField(
        r"^/[A-Za-z0-9/-]{1,199}\Z", help_text="Below /api/v1, such as `/occasions/{id}/complete`."
    )
    body = JSONObjectField(required=False, help_text="As the call describes it.")
    base = JSONObjectField(
        required=False,
        allow_null=True,
        help_text="Of a PATCH: what the phone had seen of the fields in the body, or of the whole object.",
    )
    version = serializers.IntegerField(
        min_value=1, max_value=999_999_999, required=False, allow_null=True, help_text="As `If-Match` says it."
    )
    depends_on = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=MOST_ITEMS,
        help_text="Items without which this one is not tried.",
    )

    def validate_made_at(self, made_at: datetime) -> datetime:
        """Refuse what no clock shows."""
        if not FIRST_YEAR <= made_at.year <= LAST_YEAR:
            raise serializers.ValidationError(f"{FIRST_YEAR}–{LAST_YEAR}", code="invalid")
        return made_at

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a base of what is no edit."""
        if attrs.get("base") is not None and attrs["method"] != "PATCH":
            raise serializers.ValidationError({"base": serializers.ErrorDetail("PATCH", "invalid")})
        return attrs


@extend_schema_field(QueueItemSerializer(many=True))
class ItemsField(serializers.ListField):
    """Items, not looked into: what is wrong with one is that one's own affair."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Read them. Raise ValidationError for no list, or too long a one, and ItemTwice."""
        items: list[Any] = super().to_internal_value(data)
        known: dict[str, Any] = {}
        for item in items:
            if (key := id_of(item)) and known.setdefault(key, item) != item:
                raise ItemTwice(field="items")
        return items


class SendQueueSerializer(CommandSerializer):
    """A phone's queue, in the order in which it was made."""

    items = ItemsField(max_length=MOST_ITEMS)


class QueueResultSerializer(serializers.Serializer[Any]):
    """What became of an item: what its call would have answered, or why it was not made."""

    id = serializers.UUIDField(allow_null=True, help_text="The item's; null where it could not be read.")
    status = serializers.IntegerField(help_text="As HTTP has it. 424: not tried. 202: too late, and kept.")
    code = serializers.CharField(allow_null=True, help_text="The problem code when it was not simply done.")
    body = serializers.DictField(help_text="The object, or the problem; empty when there is nothing to show.")


class SentQueueSerializer(serializers.Serializer[Any]):
    """A result for each item, in their order."""

    results = QueueResultSerializer(many=True)


def read_item(given: Any) -> Item:
    """Return an item. Raise ValidationError for what is none."""
    serializer = QueueItemSerializer(data=given)
    serializer.is_valid(raise_exception=True)
    values = dict(serializer.validated_data)
    return Item(**{**values, "body": values.get("body", {}), "depends_on": tuple(values.get("depends_on", ()))})
