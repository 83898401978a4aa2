"""Asking before money is spent: what may become of a question. Pure."""

from collections.abc import Mapping

from core.actions import Allowed
from core.errors import DomainError, InvalidInput
from core.text import Text

# action → status it starts from → status it leads to
TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "approve": {"waiting": "approved"},
    "decline": {"waiting": "declined"},
    "withdraw": {"waiting": "withdrawn"},
}
# A question that an expense may refer to; it counts once it is approved.
ALIVE = frozenset({"waiting", "approved"})


class PreApprovalSettled(DomainError):
    """It has its answer, or nobody waits for one any more."""

    code = "pre_approval_settled"
    text = Text(sv="Frågan är redan avslutad.", en="The question is already settled.")


class UnknownPreApproval(InvalidInput):
    """There is no such question about the assignment, or it was declined or withdrawn."""

    code = "unknown_pre_approval"
    text = Text(sv="Det finns ingen sådan fråga i uppdraget.", en="There is no such question in the assignment.")


class PreApprovalAlreadyUsed(DomainError):
    """A yes is for one outlay."""

    code = "pre_approval_already_used"
    text = Text(
        sv="Godkännandet hör redan till ett annat utlägg.", en="The approval already belongs to another expense."
    )


def next_status(action: str, status: str) -> str:
    """Return the status that an action leads to. Raise PreApprovalSettled."""
    if status not in TRANSITIONS[action]:
        raise PreApprovalSettled
    return TRANSITIONS[action][status]


def allowed_actions(status: str, *, ask: str | None, answer: str | None) -> list[Allowed]:
    """List every action with the first thing that is in its way: who it is, then the status.

    `ask` and `answer` are the problem codes that a person meets who asks or answers, None where nothing is in
    the way.
    """
    found = []
    for action, starts in TRANSITIONS.items():
        code = ask if action == "withdraw" else answer
        if code is None and status not in starts:
            code = PreApprovalSettled.code
        found.append(Allowed(action, code is None, code))
    return found
