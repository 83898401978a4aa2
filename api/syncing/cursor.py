"""Where a phone stands: what it has, and while a pull has more pages, how far that came."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.syncing.holding import Holding, Holdings, Mark
from assignments.changes import Judging
from core.changes import Present, Snapshot
from core.errors import DomainError
from core.text import Text

# Counted up when what phones hold looks otherwise: they start anew.
FORM = 1
KEPT = timedelta(days=60)
# While nothing changes a phone keeps its cursor so long, and the answer stays the same to the byte.
FRESH = timedelta(days=1)
SIGNER = signing.Signer(salt="sync")
Place = tuple[int, UUID]
START: Place = (0, UUID(int=0))


class CursorExpired(DomainError):
    """What was sent since then can't be told any more."""

    status = 410
    code = "cursor_expired"
    text = Text(
        sv="Det var för länge sedan. Hämta allt på nytt, utan cursor.",
        en="That is too long ago. Fetch everything anew, without a cursor.",
    )


@dataclass(frozen=True)
class Pull:
    """A pull that has more pages.

    Its snapshot is what the phone will have; `marks` are what is to be told of assignments, and `judged_from` is
    the day from which a municipality judges anew. `place` is the last thing that was sent.
    """

    target: Snapshot
    marks: Mapping[UUID, Mark]
    judged_from: Mapping[UUID, date]
    place: Place = START


@dataclass(frozen=True)
class Cursor:
    """What a phone has: whose, of which database, in which language, made when, and what is in it."""

    user_id: UUID
    database: str
    language: str
    made_at: datetime
    since: Snapshot | None = None
    holdings: Holdings = field(default_factory=dict)
    judging: Mapping[UUID, Judging] = field(default_factory=dict)
    pull: Pull | None = None

    def check(self, *, user_id: UUID, present: Present, language: str, now: datetime) -> None:
        """Raise CursorExpired for one of another user, database or language, and for one that is too old."""
        known = [one for one in (self.since, self.pull and self.pull.target) if one]
        if (
            (self.user_id, self.database, self.language) != (user_id, present.database, language)
            or now - self.made_at > KEPT
            # The database has been put back to what it was before.
            or any(one.end > present.next_id for one in known)
        ):
            raise CursorExpired

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether a phone may go on keeping it while nothing changes."""
        return self.since is not None and now - self.made_at < FRESH

    def holds_the_same_as(self, other: "Cursor") -> bool:
        """Tell whether nothing is in it that is not in another."""
        return (self.holdings, self.judging) == (other.holdings, other.judging)

    def then(self, **changes: Any) -> "Cursor":
        """Return the one that comes after it."""
        return replace(self, **changes)

    def __str__(self) -> str:
        """Write it, signed, as an address can hold it."""
        pull = self.pull
        body = {
            "form": FORM,
            "user": self.user_id.hex,
            "database": self.database,
            "language": self.language,
            "at": int(self.made_at.timestamp()),
            "since": str(self.since or ""),
            "held": {one.hex: list(holding) for one, holding in self.holdings.items()},
            "judging": {
                one.hex: {str(first_day): rules for first_day, rules in judging.items()}
                for one, judging in self.judging.items()
            },
        }
        if pull is not None:
            body |= {
                "target": str(pull.target),
                "marks": {one.hex: mark for one, mark in pull.marks.items()},
                "from": {one.hex: str(first_day) for one, first_day in pull.judged_from.items()},
                "place": [pull.place[0], pull.place[1].hex],
            }
        return SIGNER.sign_object(body, compress=True)


def read_cursor(text: str) -> Cursor:
    """Read a cursor. Raise ValidationError for anything else, CursorExpired for one of another release."""
    try:
        body = SIGNER.unsign_object(text)
    except (signing.BadSignature, ValueError):
        raise ValidationError({"cursor": [ErrorDetail("?", "invalid_cursor")]}) from None
    if body["form"] != FORM:
        raise CursorExpired
    return Cursor(
        user_id=UUID(body["user"]),
        database=body["database"],
        language=body["language"],
        made_at=datetime.fromtimestamp(body["at"], UTC),
        since=Snapshot.parse(body["since"]) if body["since"] else None,
        holdings={UUID(one): Holding(*holding) for one, holding in body["held"].items()},
        judging={
            UUID(one): {date.fromisoformat(first_day): rules for first_day, rules in judging.items()}
            for one, judging in body["judging"].items()
        },
        pull=_read_pull(body) if "target" in body else None,
    )


def _read_pull(body: Mapping[str, Any]) -> Pull:
    kind, row_id = body["place"]
    return Pull(
        target=Snapshot.parse(body["target"]),
        marks={UUID(one): Mark(mark) for one, mark in body["marks"].items()},
        judged_from={UUID(one): date.fromisoformat(day) for one, day in body["from"].items()},
        place=(kind, UUID(row_id)),
    )
