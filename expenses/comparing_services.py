"""Comparing what a receipt looks like with the others, once it is ready and was read.

A claim of its own: it takes seconds and more where one shop has many receipts, and whatever comparing does to
the worker, the receipt stays ready.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import BigIntegerField, Case, Func, IntegerField, Q, QuerySet, Value, When

from expenses.duplicate_services import LOOKED_BACK, note_duplicates
from expenses.likeness import OUTLINES_APART, is_alike, outline_of
from expenses.models import Expense, Receipt
from expenses.reading.suggestion import HIGH
from people.models import Membership

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
MOST_COMPARED = 40  # pictures: each takes a fifth of a second
SWEEP_LIMIT = 1000


class OutlinesApart(Func):
    """By how many bits two outlines differ: the whole of one against every crop of the other, both ways."""

    output_field = IntegerField()
    template = """(
        SELECT min(least(
            bit_count((theirs[2 * n - 1] # mine[1])::bit(64)) + bit_count((theirs[2 * n] # mine[2])::bit(64)),
            bit_count((mine[2 * n - 1] # theirs[1])::bit(64)) + bit_count((mine[2 * n] # theirs[2])::bit(64))
        )) FROM (SELECT %(expressions)s) AS pair(theirs, mine), generate_series(1, cardinality(theirs) / 2) AS n
    )"""


def compare_receipt(receipt_id: UUID, now: datetime) -> None:
    """Keep of which receipts this is another picture and note it with its expense, unless that is done.

    In no transaction: it takes seconds. Each receipt has its likeness before it is compared, so that of two at
    once one sees the other.
    """
    receipt = _claim(receipt_id, now)
    if receipt is None:
        return
    near = _nearest(receipt, now) if receipt.likeness else ()
    twins = [pk for pk, likeness in near if is_alike(receipt.likeness, likeness)]
    Receipt.objects.filter(pk=receipt_id).update(twins=twins)
    _note(receipt_id, now)
    Receipt.objects.filter(pk=receipt_id).update(compared_at=now, claimed_until=None)


def _claim(receipt_id: UUID, now: datetime) -> Receipt | None:
    """Take it in hand and commit; give up one that was tried too often."""
    with transaction.atomic():
        rows = Receipt.objects.uncompared().free(now).select_for_update(skip_locked=True, no_key=True)
        receipt = rows.filter(pk=receipt_id).first()
        if receipt is None:
            return None
        if receipt.attempts >= MOST_ATTEMPTS:
            logger.error("%s: compared with none after %d attempts", receipt, receipt.attempts)
            receipt.compared_at, receipt.claimed_until = now, None
        else:
            receipt.attempts += 1
            receipt.claimed_until = now + timedelta(seconds=settings.RECEIPT_CLAIM_SECONDS)
        # No news to whoever reads it.
        receipt.save(update_fields=["attempts", "claimed_until", "compared_at"])
    return receipt if receipt.compared_at is None else None


def _nearest(receipt: Receipt, now: datetime) -> "QuerySet[Receipt, tuple[UUID, list[int]]]":
    """Return id and likeness of the receipts that are worth a closer look.

    Of a shop where many go, more look alike from afar than can be looked at, and two may differ in a few figures
    only. So those that say the same come first, and those that certainly say something else not at all.
    """
    outline = Value(outline_of(receipt.likeness), output_field=ArrayField(BigIntegerField()))
    people = Membership.objects.filter(municipality__in=receipt.owner.municipality_ids()).values("user")
    others = Receipt.objects.filter(owner__in=people, created_at__gte=now - LOOKED_BACK).exclude(pk=receipt.pk)
    near = others.exclude(outline=[]).annotate(
        apart=OutlinesApart("outline", outline),
        says_the_same=Case(When(_says_the_same(receipt), then=1), default=0),
        says_another=Case(When(_says_another(receipt), then=1), default=0),
    )
    near = near.filter(Q(says_the_same=1) | Q(apart__lte=OUTLINES_APART), says_another=0)
    rows = near.order_by("-says_the_same", "apart", "pk")
    return rows.values_list("pk", "likeness")[:MOST_COMPARED]


def _says_the_same(receipt: Receipt) -> Q:
    """Keep those of which the same total and date were read; none, where one of them was not."""
    read = receipt.suggestion or {}
    total, day = ((read.get(name) or {"value": ""})["value"] for name in ("total", "date"))
    return Q(suggestion__total__value=total, suggestion__date__value=day)


def _says_another(receipt: Receipt) -> Q:
    """Keep those of which another total or another date was read, where both readings are as good as sure."""
    another = Q(pk__in=[])
    for name in ("total", "date"):
        read = (receipt.suggestion or {}).get(name)
        if read and read["confidence"] >= HIGH:
            sure = Q(**{f"suggestion__{name}__confidence__gte": HIGH})
            another |= sure & ~Q(**{f"suggestion__{name}__value": read["value"]})
    return another


def _note(receipt_id: UUID, now: datetime) -> None:
    """Look again at the expenses of a receipt.

    Whatever their status they are locked first, so that one that just comes in is waited for.
    """
    with transaction.atomic():
        held = Expense.objects.filter(receipt=receipt_id).order_by("pk").select_for_update(no_key=True)
        for expense in Expense.objects.complete().live().filter(pk__in=[row.pk for row in held]):
            note_duplicates(expense, now)


def sweep(now: datetime) -> list[UUID]:
    """Return whom to ring for: those that wait to be compared, oldest first."""
    waiting = Receipt.objects.uncompared().free(now).order_by("arrived_at")
    return list(waiting.values_list("pk", flat=True)[:SWEEP_LIMIT])
