"""What has changed since a phone last asked, told by PostgreSQL's own transaction ids and snapshots.

A number or a time that a row gets when it is written tells nothing of when it is committed: what is written first
and committed last would be passed over by whoever asks in between. A snapshot names the transactions that had not
ended, so nothing is.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Q

# A restored database counts its transactions again: a server, the line of its history since it was last restored,
# and a table that is made anew where a dump is read in.
WHERE_AND_WHEN = """
    SELECT
        concat_ws(
            '/', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), 'people_user'::regclass::oid
        ),
        pg_current_snapshot()::text,
        pg_current_xact_id_if_assigned()::text
    FROM pg_control_system()
"""

EVERYTHING = ~Q(pk__in=[])  # an empty Q gets lost among others


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """The id of a transaction, which never comes again in the same server (`xid8`)."""

    def db_type(self, connection: Any) -> str:
        """Name the type."""
        return "xid8"

    def from_db_value(self, value: str | None, *_: Any) -> int | None:
        """Read it."""
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        """Write it as text: numbers can't be compared with it."""
        return str(value) if isinstance(value, int) else super().get_prep_value(value)


class CurrentTransactionId(models.Func):
    """The id of the outermost transaction that runs."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionIdField()


class SyncedModel(models.Model):
    """A row that knows which transaction wrote it last. A trigger sees to it, whichever way it is written."""

    changed_in = TransactionIdField(db_default=CurrentTransactionId(), editable=False)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Snapshot:
    """Which transactions had ended at a moment: all before `end` that were not `running`."""

    end: int
    running: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """Read `xmin:xmax:xip_list`, as PostgreSQL writes it."""
        _, end, running = text.split(":")
        return cls(int(end), tuple(int(one) for one in running.split(",") if one))

    def __str__(self) -> str:
        return f"{min(self.running, default=self.end)}:{self.end}:{','.join(map(str, self.running))}"

    @property
    def unseen(self) -> Q:
        """Keep rows that it does not see; the first condition is one that an index can follow."""
        first = min(self.running, default=self.end)
        return Q(changed_in__gte=first) & (Q(changed_in__gte=self.end) | Q(changed_in__in=self.running))


@dataclass(frozen=True)
class Present:
    """The database as a transaction sees it: which one it is, its snapshot, and the next id it would give."""

    database: str
    snapshot: Snapshot
    next_id: int

    def since(self, snapshot: Snapshot | None) -> Q:
        """Keep rows that changed since a snapshot; all since None.

        Ids that have not been given yet came with a dump of another server: there nobody has asked before, and so
        everybody has those rows.
        """
        return EVERYTHING if snapshot is None else snapshot.unseen & Q(changed_in__lt=self.next_id)


def read_present() -> Present:
    """Return how things are, in one query. What the caller's own transaction wrote counts as not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(WHERE_AND_WHEN)
        database, text, own = cursor.fetchone()
    snapshot = Snapshot.parse(text)
    if own is None:
        return Present(database, snapshot, snapshot.end)
    running = tuple(sorted({*snapshot.running, int(own)}))
    return Present(database, Snapshot(snapshot.end, running), max(snapshot.end, int(own) + 1))


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all queries inside see the same; inside another transaction, what that lets them see."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True)
class Scope:
    """What a phone asks for: what `changed` for a user, as assignments (ids) say.

    Of those that are `held` what changed, of those `gained` everything, of those `lost` nothing any more. From
    some moments on (`judged_from`) what some of the held ones hold is judged anew.
    """

    user_id: UUID
    now: datetime
    changed: Q
    held: frozenset[UUID]
    gained: frozenset[UUID] = frozenset()
    lost: frozenset[UUID] = frozenset()
    judged_from: Mapping[datetime, Collection[UUID]] = field(default_factory=dict)

    @property
    def in_assignments(self) -> Q:
        """Keep what belongs to an assignment and is to be told."""
        return Q(assignment__in=self.gained) | Q(assignment__in=self.held) & self.changed
