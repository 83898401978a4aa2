"""Finding what looks claimed before, and keeping what a human says to it. It blocks no claim."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import BigIntegerField, Func, IntegerField, Q, QuerySet, Value

from core.errors import DomainError
from core.text import Text
from expenses.likeness import OUTLINES_APART, is_alike, outline_of
from expenses.models import Duplicate, Expense, Found, Receipt
from expenses.rules import WrongStatus
from expenses.standing import capacity_of
from people.models import Membership, Municipality, User

LOOKED_BACK = timedelta(days=730)
MOST_COMPARED = 40  # pictures, the nearest first: each takes a tenth of a second
_LOCK = 0x6475706C  # the advisory locks of this module


class OutlinesApart(Func):
    """By how many bits two outlines differ: the whole of one against every crop of the other, both ways."""

    output_field = IntegerField()
    template = """(
        SELECT min(least(
            bit_count((theirs[2 * n - 1] # mine[1])::bit(64)) + bit_count((theirs[2 * n] # mine[2])::bit(64)),
            bit_count((mine[2 * n - 1] # theirs[1])::bit(64)) + bit_count((mine[2 * n] # theirs[2])::bit(64))
        )) FROM (SELECT %(expressions)s) AS pair(theirs, mine), generate_series(1, cardinality(theirs) / 2) AS n
    )"""


class DuplicateUnanswered(DomainError):
    """Something alike is paid, and nobody has said yet whether it is the same."""

    code = "duplicate_unanswered"
    text = Text(
        sv="Ett liknande utlägg är redan utbetalt. Svara först om det är samma.",
        en="A similar expense is already paid. Say first whether it is the same.",
    )


class DuplicateConfirmed(DomainError):
    """A coordinator has said that it is paid already."""

    code = "duplicate_confirmed"
    text = Text(sv="Utlägget är redan utbetalt en gång.", en="The expense has been paid once already.")


def note_duplicates(expense: Expense, now: datetime) -> None:
    """Write down what an expense that came in looks like, and forget what no longer holds.

    That two are not the same is said of their facts alone, and counts again when those do; that they are the same
    counts until somebody says otherwise. The caller holds the expense's lock. Of two that come in at once, the
    second sees the first.
    """
    with transaction.atomic():
        _lock(expense.municipality)
        found = set(_alike(expense, now))
        rows = Duplicate.objects.about(expense)
        known = {row.found_by(expense): row for row in rows}
        gone = rows.filter(pk__in=[row.pk for one, row in known.items() if one not in found])
        gone.filter(answer="").delete()
        gone.filter(answer=Duplicate.Answer.NOT_DUPLICATE).update(is_current=False)
        rows.filter(pk__in=[known[one].pk for one in found & known.keys()]).update(is_current=True)
        Duplicate.objects.bulk_create(
            Duplicate(expense=expense, other_id=one.other, kind=one.kind, facts=one.facts, created_at=now)
            for one in sorted(found - known.keys())
        )


def _lock(municipality: Municipality) -> None:
    """Let nobody else note or pay here until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(municipality.pk)])


def note_receipt(receipt_id: UUID, now: datetime) -> None:
    """Look again at the expenses of a receipt, now that its twins are known. Safe twice.

    Whatever their status they are locked first, so that one that just comes in is waited for.
    """
    with transaction.atomic():
        held = Expense.objects.filter(receipt=receipt_id).order_by("pk").select_for_update(no_key=True)
        for expense in Expense.objects.complete().live().filter(pk__in=[row.pk for row in held]):
            note_duplicates(expense, now)


def find_twins(receipt: Receipt, likeness: list[int], now: datetime) -> None:
    """Keep what a receipt looks like, and then of which others of its municipality it is another picture.

    In no transaction: it takes seconds, and of two at once each must see what the other looks like. Safe twice.
    """
    Receipt.objects.filter(pk=receipt.pk).update(likeness=likeness)
    if likeness:
        alike = [pk for pk, other in _nearest(receipt, likeness, now) if is_alike(likeness, other)]
        Receipt.objects.filter(pk=receipt.pk).update(twins=alike)


def _nearest(receipt: Receipt, likeness: list[int], now: datetime) -> "QuerySet[Receipt, tuple[UUID, list[int]]]":
    """Return id and likeness of the receipts that are worth a closer look."""
    outline = Value(outline_of(likeness), output_field=ArrayField(BigIntegerField()))
    people = Membership.objects.filter(municipality__in=receipt.owner.municipality_ids()).values("user")
    others = Receipt.objects.filter(owner__in=people, created_at__gte=now - LOOKED_BACK).exclude(pk=receipt.pk)
    near = others.exclude(outline=[]).annotate(apart=OutlinesApart("outline", outline))
    rows = near.filter(apart__lte=OUTLINES_APART).order_by("apart", "pk")
    return rows.values_list("pk", "likeness")[:MOST_COMPARED]


def _alike(expense: Expense, now: datetime) -> Iterable[Found]:
    """Return what the expense looks like."""
    others = (
        Expense.objects.live()
        .filter(
            assignment__decision__client__municipality=expense.municipality, submitted_at__gte=now - LOOKED_BACK
        )
        .exclude(pk=expense.pk)
    )
    same = others.filter(
        assignment__contact_person=expense.claimant,
        spent_on=expense.spent_on,
        claimed_amount=expense.claimed_amount,
        category=expense.category,
    )
    outlay = f"{expense.spent_on} {expense.claimed_amount:.2f} {expense.category_id}"
    yield from (Found(pk, Duplicate.Kind.SAME_OUTLAY, outlay) for pk in same.values_list("pk", flat=True))
    receipt = expense.receipt
    if receipt is not None:
        same_file = others.filter(receipt__sha256=receipt.sha256).values_list("pk", flat=True)
        yield from (Found(pk, Duplicate.Kind.SAME_FILE, receipt.sha256) for pk in same_file)
        twins = others.filter(Q(receipt__in=receipt.twins) | Q(receipt__twins__contains=[receipt.pk]))
        for pk, twin in twins.values_list("pk", "receipt"):
            yield Found(pk, Duplicate.Kind.SAME_PICTURE, " ".join(sorted([str(receipt.pk), str(twin)])))


def check_payable(expense: Expense) -> None:
    """Raise DuplicateUnanswered or DuplicateConfirmed when something alike is paid and not called different.

    Ask it in the transaction that pays, with the expense's lock held: of two that look the same and are paid at
    once, the second sees the first.
    """
    _lock(expense.municipality)
    for answer in Duplicate.objects.about_paid(expense).order_by("-answer").values_list("answer", flat=True):
        error = DuplicateConfirmed if answer == Duplicate.Answer.DUPLICATE else DuplicateUnanswered
        raise error(present=expense)


def answer_duplicate(
    *, user: User, expense_id: UUID, duplicate_id: UUID, answer: str, now: datetime, note: str = ""
) -> Expense:
    """Record whether an expense is the same as another, until it is paid. The same call again changes nothing.

    Raise NotYours, OwnExpense, DeputyForClaimant or WrongStatus.
    """
    with transaction.atomic():
        expense = Expense.objects.get_to_decide(expense_id, user=user, now=now)
        duplicate = Duplicate.objects.about(expense).current().select_for_update().get_one(duplicate_id)
        try:
            capacity_of(user, expense)
        except DomainError as error:
            error.present = expense
            raise
        if not duplicate.holds(answer=answer, note=note):
            if expense.status == Expense.Status.PAID:
                raise WrongStatus(present=expense)
            duplicate.change(answer=answer, note=note, answered_by=user, answered_at=now)
    return expense
