"""What may become of an expense. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.actions import Allowed
from core.errors import DomainError, InvalidInput, ReasonRequired
from core.text import Text

WRONG_ROLE = "wrong_role"  # the front door's own problem

# action → status it starts from → status it leads to. An approved or returned expense that is edited
# is up for a new decision; a rejected one is closed, and a new one can be made from the same receipt.
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "edit": {"draft": "draft", "submitted": "submitted", "returned": "submitted", "approved": "submitted"},
    "submit": {"draft": "submitted", "returned": "submitted"},
    "approve": {"submitted": "approved"},
    "return": {"submitted": "returned"},
    "reject": {"submitted": "rejected"},
}
CLAIMANT_ACTIONS = frozenset({"edit", "submit"})


class WrongStatus(DomainError):
    """The state that the expense is in does not allow it."""

    code = "expense_wrong_status"
    text = Text(
        sv="Utlägget är i ett läge där det inte går.",
        en="The expense is in a state in which that can't be done.",
    )


class OwnExpense(DomainError):
    """Nobody decides their own expense."""

    code = "own_expense"
    text = Text(sv="Du kan inte besluta om ditt eget utlägg.", en="You can't decide your own expense.")


class ApprovedTooMuch(InvalidInput):
    """Approved is at most what was claimed, and more than nothing."""

    code = "approved_too_much"
    text = Text(
        sv="Godkänt belopp ska vara mer än 0 och högst {claimed} kr.",
        en="The approved amount must be above 0 and at most SEK {claimed}.",
    )


class ReceiptMissing(DomainError):
    """The category asks for a receipt."""

    code = "receipt_missing"
    text = Text(sv="Lägg till ett kvitto först.", en="Add a receipt first.")


class SpentInFuture(InvalidInput):
    """Money can't have been spent tomorrow."""

    code = "spent_in_future"
    text = Text(sv="Datumet har inte varit än.", en="The date has not been yet.")


class SpentTooLongAgo(DomainError):
    """An outlay can be claimed for a year."""

    code = "spent_too_long_ago"
    text = Text(sv="Utlägget är äldre än ett år.", en="The expense is more than a year old.")


class SpentOutsideAssignment(DomainError):
    """The money was spent on a day on which the assignment was not in force."""

    code = "spent_outside_assignment"
    text = Text(sv="Uppdraget gällde inte den dagen.", en="The assignment was not in force on that day.")


def next_status(action: str, status: str) -> str:
    """Return the status that an action leads to. Raise WrongStatus."""
    if status not in TRANSITIONS[action]:
        raise WrongStatus
    return TRANSITIONS[action][status]


def check_spent_on(spent_on: date, *, today: date, first_day: date, last_day: date | None) -> None:
    """Raise SpentInFuture, SpentTooLongAgo or SpentOutsideAssignment. `today` is the municipality's date."""
    if spent_on > today:
        raise SpentInFuture(field="spent_on")
    if spent_on < _year_before(today):
        raise SpentTooLongAgo(field="spent_on")
    if spent_on < first_day or (last_day is not None and spent_on > last_day):
        raise SpentOutsideAssignment(field="spent_on")


def _year_before(today: date) -> date:
    """Return the same day last year; 28 February for the 29th."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return today.replace(year=today.year - 1, day=28)


def choose_approved(*, claimed: Decimal, approved: Decimal, reason: str) -> Decimal:
    """Return what to approve, SEK.

    Raise ApprovedTooMuch, or ReasonRequired when it is less than was claimed.
    """
    if not 0 < approved <= claimed:
        raise ApprovedTooMuch(field="approved_amount", claimed=claimed)
    if approved < claimed and not reason:
        raise ReasonRequired(field="reason")
    return approved


@dataclass(frozen=True)
class Obstacles:
    """The problem codes that a person meets apart from the status, None where nothing is in the way.

    `claim` is about all that the claimant does, `decide` about all that a coordinator does, `submit` about
    what the expense still lacks.
    """

    claim: str | None = None
    decide: str | None = None
    submit: str | None = None


def allowed_actions(status: str, obstacles: Obstacles) -> list[Allowed]:
    """List every action with the first thing that is in its way: who asks, then the status, then what lacks."""
    found = []
    for action, starts in TRANSITIONS.items():
        code = obstacles.claim if action in CLAIMANT_ACTIONS else obstacles.decide
        if code is None and status not in starts:
            code = WrongStatus.code
        if code is None and action == "submit":
            code = obstacles.submit
        found.append(Allowed(action, code is None, code))
    return found
