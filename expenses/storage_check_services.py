"""The nightly look at all that is stored: is every file there, is it what it was, and does somebody know of it?

It goes from receipt to receipt, half a minute at a time, so that no worker is kept from other work and a killed
one loses little. The findings are names of files, which are ids; the back office shows them.
"""

import hashlib
import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from expenses.kinds import CHUNK
from expenses.models import NAMES_KEPT, Receipt, StorageCheck, receipt_path

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
FOLDER = "receipts"
PARTS = [f"{number:02x}" for number in range(256)]  # the first two digits of an id, as the folders are
AT_A_TIME = timedelta(seconds=30)
NIGHT_BEGINS = 2  # o'clock
IN_FLIGHT = timedelta(days=1)  # a younger file may just be on its way
LOCK = 7_300_131  # any number that nobody else locks


@dataclass
class Found:
    """How many files were hashed, and the names of those that are not as they should be."""

    files: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Add what was found elsewhere."""
        self.files += other.files
        self.missing += other.missing
        self.changed += other.changed
        self.orphaned += other.orphaned


def check_storage(now: datetime, *, at_a_time: timedelta = AT_A_TIME) -> int:
    """Go on with a check that was begun, or begin tonight's; return the findings of the latest whole one."""
    with _alone(waits=False) as is_alone:
        if is_alone and (check := _due(now)) is not None:
            _go_on(check, now, until=time.monotonic() + at_a_time.total_seconds())
    latest = StorageCheck.objects.exclude(finished_at=None).order_by("-started_at").first()
    return latest.findings if latest else 0


def check_all(now: datetime) -> StorageCheck:
    """Check all that is stored in one go, instead of what was begun; wait for a worker that is at it."""
    with _alone(waits=True):
        StorageCheck.objects.filter(finished_at=None).delete()
        check = StorageCheck.objects.create(started_at=now)
        _go_on(check, now, until=math.inf)
    return check


@contextmanager
def _alone(*, waits: bool) -> Iterator[bool]:
    """Let one process check at a time; yield whether it may be this one."""
    lock = "pg_advisory_lock" if waits else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [LOCK])
        is_alone = waits or cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


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


def _go_on(check: StorageCheck, now: datetime, *, until: float) -> None:
    """Look at folder after folder until all are done, or the monotonic clock says so; at least at one."""
    found, reached, is_whole = Found(), check.reached, False
    try:
        for folder, receipt in _folders(after=check.reached):
            found.add(_look(folder, receipt, now))
            reached = folder
            if time.monotonic() >= until:
                break
        else:
            is_whole = True
    finally:  # also when the storage went away meanwhile: the next run goes on from here
        _note(check, found, reached=reached, is_whole=is_whole)


def _note(check: StorageCheck, found: Found, *, reached: str, is_whole: bool) -> None:
    check.change(
        reached=reached,
        files=check.files + found.files,
        missing=(check.missing + found.missing)[:NAMES_KEPT],
        changed=(check.changed + found.changed)[:NAMES_KEPT],
        orphaned=(check.orphaned + found.orphaned)[:NAMES_KEPT],
        finished_at=timezone.now() if is_whole else None,
    )
    if is_whole and check.findings:
        logger.error(
            "Stored receipts: %d files missing, %d changed, %d orphaned",
            len(check.missing), len(check.changed), len(check.orphaned),
        )  # fmt: skip


def _folders(*, after: str) -> Iterator[tuple[str, Receipt | None]]:
    """Yield the folder of each receipt, and those that are there besides, by name; up to `after` they are done."""
    stored = set(_listed(FOLDER)[0])
    for part in PARTS:
        if f"{FOLDER}/{part}" < after[: len(f"{FOLDER}/{part}")]:
            continue
        ids = (UUID(part.ljust(32, "0")), UUID(part.ljust(32, "f")))
        rows = {receipt_path(row, ""): row for row in Receipt.objects.filter(pk__range=ids)}
        there = _listed(f"{FOLDER}/{part}")[0] if part in stored else []
        for folder in sorted(rows.keys() | {f"{FOLDER}/{part}/{name}/" for name in there}):
            if folder > after:
                yield folder, rows.get(folder)


def _look(folder: str, receipt: Receipt | None, now: datetime) -> Found:
    """Look at the files of a receipt, and at all that lies beside them."""
    found = Found()
    known: set[str] = set()
    if receipt is not None and receipt.status == Receipt.Status.PROCESSING:
        return found  # it may change at any moment
    if receipt is not None and receipt.status == Receipt.Status.READY:
        known = _hash(receipt, found)
    for name in _listed(folder)[1]:
        if f"{folder}{name}" not in known and _is_old(f"{folder}{name}", now):
            found.orphaned.append(f"{folder}{name}")
    return found


def _hash(receipt: Receipt, found: Found) -> set[str]:
    """Hash the files of a receipt and note what is wrong; return the names of all that it should have.

    What an older release stored has no checksum yet: it gets one.
    """
    checksums = dict(receipt.checksums)
    for stored in (receipt.original, receipt.file, receipt.preview):
        if stored.name:
            checksums.setdefault(stored.name, "")
    for name, expected in checksums.items():
        sha256 = _ask(partial(_sha256, name), about=name)
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


def _sha256(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name, "rb") as stored:
        for chunk in stored.chunks(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _is_old(name: str, now: datetime) -> bool:
    """Tell whether a file is too old to be on its way; one that went meanwhile is not."""
    modified_at = _ask(partial(default_storage.get_modified_time, name), about=name)
    return modified_at is not None and modified_at < now - IN_FLIGHT


def _ask(question: Callable[[], Answer], *, about: str) -> Answer | None:
    """Ask the storage about a file; None when it is not there or can't be read, which must not hold up the rest.

    A storage that is away raises what it likes.
    """
    try:
        return question()
    except FileNotFoundError:
        return None
    except BotoCoreError:  # some of these are OSErrors too
        raise
    except (OSError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        logger.error("%s can not be read: %s", about, type(error).__name__)
        return None


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Name the folders and the files in a folder."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
