"""What may be claimed, how long, and what has to be asked first. Pure."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from core.errors import DomainError, InvalidInput
from core.text import Text


class Incomplete(DomainError):
    """A draft may lack anything, and what is sent in nothing: `each` says what."""

    code = "incomplete"
    text = Text(sv="Det saknas något. Fyll i det först.", en="Something is missing. Fill it in first.")


class FieldMissing(DomainError):
    """One thing that it lacks."""

    code = "required"
    text = Text(sv="Fyll i det här.", en="Fill this in.")


class ReceiptMissing(DomainError):
    """The category asks for a receipt."""

    code = "receipt_missing"
    text = Text(sv="Lägg till ett kvitto först.", en="Add a receipt first.")


class SpentInFuture(InvalidInput):
    """Money can't have been spent tomorrow."""

    code = "spent_in_future"
    text = Text(sv="Datumet har inte varit än.", en="The date has not been yet.")


class SpentTooLongAgo(DomainError):
    """An outlay can be claimed for as many days as the policy says, or for a year."""

    code = "spent_too_long_ago"
    text = Text(
        sv="Utlägget är äldre än {days} dagar och kan inte skickas in.",
        en="The expense is more than {days} days old and can't be sent in.",
    )


class SpentOutsideAssignment(DomainError):
    """The money was spent on a day on which the assignment was not in force."""

    code = "spent_outside_assignment"
    text = Text(sv="Uppdraget gällde inte den dagen.", en="The assignment was not in force on that day.")


class CategorySwitchedOff(DomainError):
    """A coordinator has said that this is not claimed in the assignment."""

    code = "category_switched_off"
    text = Text(
        sv="Det ersätts inte i det här uppdraget. Tala med din samordnare.",
        en="That is not repaid in this assignment. Talk to your coordinator.",
    )


class OverCategoryCap(DomainError):
    """More can be claimed than the policy's cap, and not approved."""

    code = "over_category_cap"
    text = Text(sv="Högst {cap} kr kan godkännas.", en="At most SEK {cap} can be approved.")


class PreApprovalRequired(DomainError):
    """What costs more than the policy's limit has to be approved beforehand."""

    code = "pre_approval_required"
    text = Text(
        sv="Det som kostar mer än {limit} kr ska vara godkänt i förväg. Fråga din samordnare.",
        en="What costs more than SEK {limit} has to be approved beforehand. Ask your coordinator.",
    )


class OtherCategoryApproved(DomainError):
    """Something else was asked about."""

    code = "other_category_approved"
    text = Text(sv="Frågan gällde en annan kategori.", en="The question was about another category.")


class OverPreApproval(DomainError):
    """More was spent than was asked about: that takes a question of its own."""

    code = "over_pre_approval"
    text = Text(
        sv="Frågan gällde högst {amount} kr. Ställ en ny för ett större belopp.",
        en="The question was about SEK {amount} at most. Ask a new one about more.",
    )


def check_spent_on(
    spent_on: date, *, today: date, came_in: date, first_day: date, last_day: date | None, days: int | None
) -> None:
    """Raise SpentInFuture, SpentTooLongAgo or SpentOutsideAssignment.

    `today` is the municipality's date, and `came_in` the one on which it was sent in; `days` is how old an outlay
    may be by then by the policy, None for a year.
    """
    if spent_on > today:
        raise SpentInFuture(field="spent_on")
    age, oldest = (came_in - spent_on).days, days or (came_in - _year_before(came_in)).days
    if age > oldest:
        raise SpentTooLongAgo(field="spent_on", days=oldest)
    if spent_on < first_day or (last_day is not None and spent_on > last_day):
        raise SpentOutsideAssignment(field="spent_on")


def _year_before(today: date) -> date:
    """Return the same day last year; 28 February for the 29th."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)


def check_asked_first(claimed: Decimal, *, limit: Decimal | None, is_approved: bool) -> None:
    """Raise PreApprovalRequired for more than the policy's limit (SEK, None for none) that nobody approved."""
    if limit is not None and claimed > limit and not is_approved:
        raise PreApprovalRequired(field="pre_approval", limit=limit)


def check_within_question(claimed: Decimal, category: UUID, *, asked: Decimal, asked_category: UUID) -> None:
    """Hold a claim (SEK) against what was asked. Raise OtherCategoryApproved or OverPreApproval."""
    if category != asked_category:
        raise OtherCategoryApproved(field="pre_approval")
    if claimed > asked:
        raise OverPreApproval(field="claimed_amount", amount=asked)


def check_cap(approved: Decimal, *, cap: Decimal | None) -> None:
    """Raise OverCategoryCap when more would be approved than the category's cap; SEK, None for none."""
    if cap is not None and approved > cap:
        raise OverCategoryCap(field="approved_amount", cap=cap)


def excess(claimed: Decimal, *, most: Decimal | None) -> Decimal:
    """Return by how much (SEK) a claim goes beyond a cap, or what is left of an allowance; None: no end.

    Of an allowance that is exceeded already, at most all of the claim goes beyond.
    """
    return Decimal("0.00") if most is None else max(claimed - max(most, Decimal(0)), Decimal("0.00"))
