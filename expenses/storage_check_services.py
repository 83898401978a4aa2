"""The nightly look at all that is stored: is every file there, is it what it was, and does somebody know of it?

It goes part by part, half a minute at a time, so that no worker is kept from other work and a killed one loses
little. The findings are names of files, which are ids; the back office shows them.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from expenses.kinds import CHUNK
from expenses.models import NAMES_KEPT, Receipt, StorageCheck

logger = logging.getLogger(__name__)
FOLDER = "receipts"
PARTS = 256  # by the first two digits of the id, as the folders are
BITS_BELOW = 120
AT_A_TIME = timedelta(seconds=30)
NIGHT_BEGINS = 2  # o'clock
IN_FLIGHT = timedelta(days=1)  # a younger file may just be on its way
LOCK = 7_300_131  # any number that nobody else locks


@dataclass
class Found:
    """What a part has: how many files were hashed, and the names of those that are not as they should be."""

    files: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)


def check_storage(now: datetime, *, at_a_time: timedelta = AT_A_TIME) -> int:
    """Go on with a check that was begun, or begin tonight's; return the findings of the latest one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0  # another worker is at it
        try:
            if (check := _due(now)) is not None:
                go_on(check, until=time.monotonic() + at_a_time.total_seconds())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    latest = StorageCheck.objects.order_by("-started_at").first()
    return latest.findings if latest else 0


def _due(now: datetime) -> StorageCheck | None:
    """Return the check that was begun, or tonight's when there is none yet."""
    if begun := StorageCheck.objects.filter(finished_at=None).first():
        return begun
    local = timezone.localtime(now)
    latest = StorageCheck.objects.order_by("-started_at").first()
    if latest is not None:
        since_latest_night = timezone.localtime(latest.started_at).date() < local.date()
        if local.hour < NIGHT_BEGINS or not since_latest_night:
            return None
    return StorageCheck.objects.create(started_at=now)


def go_on(check: StorageCheck, *, until: float) -> None:
    """Check part after part until all are done, or the monotonic clock says so; at least one."""
    while True:
        _note(check, _part(check.next_part, now=timezone.now()))
        if check.finished_at is not None or time.monotonic() >= until:
            return


def _note(check: StorageCheck, found: Found) -> None:
    next_part = check.next_part + 1
    check.change(
        next_part=next_part,
        files=check.files + found.files,
        missing=(check.missing + found.missing)[:NAMES_KEPT],
        changed=(check.changed + found.changed)[:NAMES_KEPT],
        orphaned=(check.orphaned + found.orphaned)[:NAMES_KEPT],
        finished_at=timezone.now() if next_part == PARTS else None,
    )
    if check.finished_at is not None and check.findings:
        logger.error(
            "Stored receipts: %d files missing, %d changed, %d orphaned",
            len(check.missing), len(check.changed), len(check.orphaned),
        )  # fmt: skip


def _part(number: int, *, now: datetime) -> Found:
    """Check the receipts whose id begins with this number, and the folder of that name."""
    found = Found()
    first = number << BITS_BELOW
    rows = Receipt.objects.filter(pk__range=(UUID(int=first), UUID(int=first + (1 << BITS_BELOW) - 1)))
    unsettled = {str(pk) for pk in rows.filter(status=Receipt.Status.PROCESSING).values_list("pk", flat=True)}
    known: set[str] = set()
    for receipt in rows.filter(status=Receipt.Status.READY).iterator(chunk_size=100):
        known |= _check_receipt(receipt, found)
    for receipt_id, name in _stored(f"{FOLDER}/{number:02x}"):
        if name not in known and receipt_id not in unsettled and _is_old(name, now):
            found.orphaned.append(name)
    return found


def _check_receipt(receipt: Receipt, found: Found) -> set[str]:
    """Hash the files of a receipt and note what is wrong; return the names of all that it should have.

    What an older release stored has no checksum yet: it gets one.
    """
    checksums = dict(receipt.checksums)
    for stored in (receipt.original, receipt.file, receipt.preview):
        if stored.name:
            checksums.setdefault(stored.name, "")
    for name, expected in checksums.items():
        sha256 = _sha256(name)
        found.files += sha256 is not None
        if sha256 is None:
            found.missing.append(name)
        elif expected and sha256 != expected:
            found.changed.append(name)
        checksums[name] = expected or sha256 or ""
    hashed = {name: sha256 for name, sha256 in checksums.items() if sha256}
    if hashed != receipt.checksums:
        Receipt.objects.filter(pk=receipt.pk, version=receipt.version).update(checksums=hashed)
    return set(checksums)


def _sha256(name: str) -> str | None:
    """Return the SHA-256 (hex) of a stored file, None when it is not there."""
    digest = hashlib.sha256()
    try:
        with default_storage.open(name, "rb") as stored:
            for chunk in stored.chunks(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _stored(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the receipt's id and the name of every file below a folder."""
    for receipt_id in _listed(folder)[0]:
        for name in _listed(f"{folder}/{receipt_id}")[1]:
            yield receipt_id, f"{folder}/{receipt_id}/{name}"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _is_old(name: str, now: datetime) -> bool:
    """Tell whether a file is too old to be on its way; one that went meanwhile is not."""
    try:
        return default_storage.get_modified_time(name) < now - IN_FLIGHT
    except FileNotFoundError:
        return False
