"""Finding what looks claimed before, and keeping what a human says to it. It blocks no claim."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from core.errors import DomainError, showing
from core.text import Text
from expenses.models import Duplicate, Expense, Found
from expenses.note_services import add_note
from expenses.rules import WrongStatus
from expenses.standing import capacity_of
from people.models import Municipality, User

LOOKED_BACK = timedelta(days=730)
ANSWERED: Mapping[str, str] = {
    Duplicate.Answer.DUPLICATE: "Svar: samma som ett annat utlägg.",
    Duplicate.Answer.NOT_DUPLICATE: "Svar: inte samma som ett annat utlägg.",
}
_LOCK = 0x6475706C  # the advisory locks of this module


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


class ReceiptNotCompared(DomainError):
    """The worker has not looked yet whether the receipt was paid before."""

    code = "receipt_not_compared"
    text = Text(
        sv="Kvittot har inte jämförts med andra än. Försök igen snart.",
        en="The receipt has not been compared with others yet. Try again soon.",
    )


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
    if expense.mileage_km is not None:  # the way back is as long
        same = same.exclude(mileage_from__iexact=expense.mileage_to, mileage_to__iexact=expense.mileage_from)
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
        other = Expense.objects.complete().get(pk=duplicate.partner_id(expense))
        with showing(expense):
            for one in (expense, other):  # nobody clears their own from the other end
                capacity_of(user, one)
        if not duplicate.holds(answer=answer, note=note):
            if expense.status == Expense.Status.PAID:
                raise WrongStatus(present=expense)
            duplicate.change(answer=answer, note=note, answered_by=user, answered_at=now)
            # An answer may be changed, and is not forgotten: coordinators read it among their notes.
            for one in (expense, other):
                add_note(user=user, expense_id=one.pk, now=now, text=f"{ANSWERED[answer]} {note}".rstrip())
    return expense
