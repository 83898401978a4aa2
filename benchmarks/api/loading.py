"""Filling tables with COPY, without what would be kept up row by row."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.progress import say

# Those that the checks of single rows leave out. Foreign keys last: they rest on the others' indexes.
CONSTRAINTS = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'x', 'f')
ORDER BY contype = 'f', conrelid::regclass::text, conname
"""
TRIGGERS = """
SELECT DISTINCT format('ALTER TABLE %s DISABLE TRIGGER USER', tgrelid::regclass),
    format('ALTER TABLE %s ENABLE TRIGGER USER', tgrelid::regclass)
FROM pg_trigger WHERE NOT tgisinternal
"""
INDEXES = """
SELECT format('DROP INDEX %I', indexname), indexdef FROM pg_indexes
WHERE schemaname = 'public' AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = format('public.%I', indexname)::regclass
) ORDER BY tablename, indexname
"""


def copy(cursor: Any, table: str, columns: str, lines: Iterable[str]) -> None:
    """Write lines, with tabs between their values, into a table."""
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
        stream.write("".join(f"{line}\n" for line in lines))


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Do without indexes, constraints and triggers while the block lasts.

    Made again, constraints are held against all rows; triggers only tell of changes, and of those there are none.
    """
    found = []
    for question in (INDEXES, CONSTRAINTS, TRIGGERS):
        cursor.execute(question)
        found += cursor.fetchall()
    for drop, _ in reversed(found):
        cursor.execute(drop)
    yield
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for number, (_, make) in enumerate(found, start=1):
        began = time.monotonic()
        cursor.execute(make)
        if (seconds := time.monotonic() - began) > 2:
            say(f"  {number} of {len(found)} in {seconds:.0f} s: {make[:110]}")
