"""What may become of an expense. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
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


def next_status(action: str, status: str) -> str:
    """Return the status that an action leads to. Raise WrongStatus."""
    if status not in TRANSITIONS[action]:
        raise WrongStatus
    return TRANSITIONS[action][status]


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
