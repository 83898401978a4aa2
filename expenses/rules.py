"""What may become of an expense. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.actions import Allowed
from core.errors import DeputyForClaimant, DomainError, InvalidInput
from core.text import Text

# action → status it starts from → status it leads to. An approved or returned expense that is edited
# is up for a new decision; a rejected one is closed, and a new one can be made from the same receipt.
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "edit": {"draft": "draft", "submitted": "submitted", "returned": "submitted", "approved": "submitted"},
    "submit": {"draft": "submitted", "returned": "submitted"},
    "discard": {"draft": "draft"},  # which nobody sees then
    "approve": {"submitted": "approved"},
    "return": {"submitted": "returned"},
    "reject": {"submitted": "rejected"},
    "take": {"submitted": "submitted"},
    "release": {"submitted": "submitted"},
    # Of a submitted one: its first approval.
    "undo": {"submitted": "submitted", "approved": "submitted", "returned": "submitted", "rejected": "submitted"},
    "pay": {"approved": "paid"},
}
CLAIMANT_ACTIONS = frozenset({"edit", "submit", "discard"})
OFFERED = [action for action in TRANSITIONS if action != "pay"]  # which nobody asks for by itself
# What one does with an expense that nobody else has in hand.
HAND_ACTIONS = frozenset({"approve", "return", "reject", "take", "release", "undo"})


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


class SecondPersonRequired(DomainError):
    """Over the policy's limit two people look, and neither stands in for the other."""

    code = "second_person_required"
    text = Text(
        sv="Ditt godkännande finns redan. Någon annan behöver också godkänna.",
        en="Your approval is there already. Somebody else has to approve too.",
    )


class InHandOfAnother(DomainError):
    """Somebody else is looking at it."""

    code = "in_hand_of_another"
    text = Text(
        sv="En annan samordnare har utlägget framför sig.", en="Another coordinator has the expense in hand."
    )


class ApprovedTooMuch(InvalidInput):
    """Approved is at most what was claimed, or the first of two approved, and more than nothing."""

    code = "approved_too_much"
    text = Text(
        sv="Godkänt belopp ska vara mer än 0 och högst {most} kr.",
        en="The approved amount must be above 0 and at most SEK {most}.",
    )


def next_status(action: str, status: str) -> str:
    """Return the status that an action leads to. Raise WrongStatus."""
    if status not in TRANSITIONS[action]:
        raise WrongStatus
    return TRANSITIONS[action][status]


def check_approved(approved: Decimal, *, most: Decimal) -> None:
    """Raise ApprovedTooMuch for nothing, and for more than was claimed or the first of two approved. SEK."""
    if not 0 < approved <= most:
        raise ApprovedTooMuch(field="approved_amount", most=most)


def choose_capacity(
    capacities: Iterable[UUID | None], *, user: UUID, claimant: UUID, first: Collection[UUID] = ()
) -> UUID | None:
    """Return for whom the user decides as a deputy, None when in their own right.

    `capacities` are for whom they may: None stands for a coordinator's own role. `first` are the first of two
    who approve, and for whom that was: a second pair of eyes belongs to neither. Raise OwnExpense,
    DeputyForClaimant or SecondPersonRequired.
    """
    if user == claimant:
        raise OwnExpense
    fit = [one for one in capacities if one != claimant]
    if not fit:
        raise DeputyForClaimant
    if user in first or all(one in first for one in fit):
        raise SecondPersonRequired
    # In one's own right before in anybody's place.
    return None if None in fit else min(one for one in fit if one is not None and one not in first)


def needs_second_person(approved: Decimal, *, above: Decimal | None) -> bool:
    """Tell whether so much (SEK) takes two people; `above` is the policy's limit, None when it has none."""
    return above is not None and approved > above


@dataclass(frozen=True)
class Obstacles:
    """The problem codes that a person meets apart from the status, None where nothing is in the way.

    `claim` is about all that the claimant does, `decide` about all that a coordinator does, `submit` about
    what the expense still lacks, `hand` about what takes an expense that nobody else has in hand, `second` about
    approving after oneself, `undo` about what there is to undo.
    """

    claim: str | None = None
    decide: str | None = None
    submit: str | None = None
    hand: str | None = None
    second: str | None = None
    undo: str | None = None

    def of(self, action: str) -> str | None:
        """Return what is in the way of one action, apart from who asks."""
        by_action = {"submit": self.submit, "approve": self.second, "undo": self.undo}
        return (self.hand if action in HAND_ACTIONS else None) or by_action.get(action)


def allowed_actions(status: str, obstacles: Obstacles) -> list[Allowed]:
    """List every action with the first thing that is in its way: who asks, then the status, then what lacks."""
    found = []
    for action in OFFERED:
        code = obstacles.claim if action in CLAIMANT_ACTIONS else obstacles.decide
        if code is None and status not in TRANSITIONS[action]:
            code = WrongStatus.code
        code = code or obstacles.of(action)
        found.append(Allowed(action, code is None, code))
    return found
