"""An edit of what somebody else may have changed: other fields merge, the same field is a conflict.

A phone says what it saw (`base`). Fields that mean something only together count as one: a new start with
another's new end would be a third time that nobody wanted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from core.errors import DomainError, InvalidInput
from core.text import Text

Values = Mapping[str, Any]
Same = Callable[[str, Any, Any], bool]
TIMES = frozenset({"starts_at", "ends_at"})
UNITS = TIMES | {"units", "units_reason"}  # other units are asked for something of a certain length
OUTLAY = frozenset({"claimed_amount", "category", "spent_on", "receipt", "pre_approval", "mileage"})
# By the name of a route and a field: all that has to be as it was seen for the field to be changed.
TOGETHER: Mapping[str, Mapping[str, frozenset[str]]] = {
    "occasion": {**dict.fromkeys(TIMES, TIMES), "units": UNITS, "units_reason": UNITS},
    "series": dict.fromkeys({*TIMES, "rule", "exclude"}, TIMES | {"rule", "exclude"}),
    "expense": dict.fromkeys(OUTLAY, OUTLAY),
}


class BaseIncomplete(InvalidInput):
    """Whether somebody changed a field can't be told."""

    code = "base_incomplete"
    text = Text(
        sv="Skicka i base vad telefonen såg av {fields}.", en="Send in base what the phone had seen of {fields}."
    )


class EditConflict(DomainError):
    """Two have changed the same: a person has to choose."""

    code = "edit_conflict"
    text = Text(
        sv="Någon har ändrat samma sak. Välj vilket som ska gälla.",
        en="Somebody has changed the same thing. Choose which is to hold.",
    )


@dataclass(frozen=True)
class Comparison:
    """How an edit stands to the object as it is: what is in its way, and whether all of it is so already."""

    conflicts: list[dict[str, Any]]
    holds: bool


def compare(route: str, *, base: Values, wanted: Values, present: Values, same: Same) -> Comparison:
    """Hold what an edit wants, and what its phone saw, against the object as it is.

    A field that the object does not show is a command of its own, and left to the call. Raise BaseIncomplete.
    """
    shown = [field for field in wanted if field in present]
    together = TOGETHER.get(route, {})
    concerned = sorted(set().union(*(together.get(field, {field}) for field in shown)))
    if missing := [field for field in concerned if field not in base]:
        raise BaseIncomplete(field="base", fields=", ".join(missing))
    conflicts = [
        {"field": field, "base": base[field], "yours": wanted.get(field, base[field]), "theirs": present[field]}
        for field in concerned
        if not same(field, present[field], base[field])
        and not (field in wanted and same(field, present[field], wanted[field]))
    ]
    return Comparison(conflicts, all(same(field, present[field], wanted[field]) for field in shown))


class SameValue:
    """Tells whether two values are the same to an edit, however they are written."""

    def __init__(self, command: serializers.Serializer[Any]) -> None:
        self.fields = command.fields

    def __call__(self, field: str, one: Any, other: Any) -> bool:
        """Compare as JSON, then as the command reads it."""
        return bool(one == other) or self._read(field, one) == self._read(field, other)

    def _read(self, name: str, value: Any) -> Any:
        field = self.fields.get(name)
        if isinstance(field, serializers.Serializer) and isinstance(value, dict):
            value = {key: value[key] for key in value if key in field.fields}
        try:
            return _without_blanks(value if field is None else field.run_validation(value))
        except serializers.ValidationError:
            return value


def _without_blanks(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_blanks(one) for one in value]
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if inner not in ("", None)}
    return value
