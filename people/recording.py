"""Bringing many rows to what a list says they are, with few queries."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from core.models import BaseModel

BATCH = 1000
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", bound=BaseModel)


@dataclass
class Tally:
    """How many rows were created, changed, or found to be so already."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"{self.created} created, {self.changed} changed, {self.unchanged} unchanged"


def record_rows(
    model: type[Row],
    wanted: Mapping[Key, Mapping[str, Any]],
    *,
    present: Iterable[Row],
    key: Callable[[Row], Key],
    now: datetime,
) -> tuple[dict[Key, Row], Tally]:
    """Create the wanted rows that are not among the present, change those that differ; return them all.

    The caller holds a lock that keeps others from recording the same.
    """
    found = {key(row): row for row in present}
    new = {name: model(**values) for name, values in wanted.items() if name not in found}
    changed = [found[name] for name, values in wanted.items() if name in found and not found[name].holds(**values)]
    for row in changed:
        row.version, row.updated_at = row.version + 1, now
        for name, value in wanted[key(row)].items():
            setattr(row, name, value)
    manager = model._default_manager
    if changed:
        # Before what is new: one may end to make room for the other.
        fields = [*wanted[key(changed[0])], "version", "updated_at"]
        manager.bulk_update(changed, fields, batch_size=BATCH)
    manager.bulk_create(new.values(), batch_size=BATCH)
    tally = Tally(len(new), len(changed), len(wanted) - len(new) - len(changed))
    return {name: new.get(name) or found[name] for name in wanted}, tally
