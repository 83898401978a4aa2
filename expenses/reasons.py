"""Why less than all is paid, from a list, with words of the coordinator's own. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import InvalidInput, ReasonRequired
from core.text import Text

LESS, RETURN, REJECT = "approve", "return", "reject"
ANY = frozenset({LESS, RETURN, REJECT})
MEND = frozenset({RETURN, REJECT})
OTHER = "other"


@dataclass(frozen=True)
class Reason:
    """A reason of the list, and the actions that it fits: approving less, returning, rejecting."""

    text: Text
    fits: frozenset[str]


REASONS: Mapping[str, Reason] = {
    "not_readable": Reason(
        Text(sv="Kvittot går inte att läsa.", en="The receipt can't be read."), frozenset({RETURN})
    ),
    "receipt_missing": Reason(Text(sv="Kvittot saknas.", en="The receipt is missing."), MEND),
    "card_slip_only": Reason(
        Text(
            sv="Det är bara en kortkvittens: det syns inte vad som köptes.",
            en="It is only a card slip: it does not show what was bought.",
        ),
        MEND,
    ),
    "wrong_amount": Reason(
        Text(sv="Beloppet stämmer inte med kvittot.", en="The amount differs from the receipt's."), ANY
    ),
    "wrong_date": Reason(
        Text(sv="Datumet stämmer inte med kvittot.", en="The date differs from the receipt's."),
        frozenset({RETURN}),
    ),
    "deposit": Reason(Text(sv="Pant ersätts inte.", en="Deposits are not repaid."), frozenset({LESS})),
    "other_persons_share": Reason(
        Text(sv="En del gäller någon annan.", en="A part of it is somebody else's."), ANY
    ),
    "alcohol": Reason(Text(sv="Alkohol ersätts inte.", en="Alcohol is not repaid."), ANY),
    "not_for_assignment": Reason(
        Text(sv="Det hör inte till uppdraget.", en="It does not belong to the assignment."), ANY
    ),
    "over_cap": Reason(
        Text(sv="Det är mer än vad som ersätts.", en="It is more than what is repaid."),
        frozenset({LESS, REJECT}),
    ),
    "duplicate": Reason(Text(sv="Utlägget finns redan.", en="The expense is there already."), MEND),
    OTHER: Reason(Text(sv="Något annat.", en="Something else."), ANY),
}


class UnknownReason(InvalidInput):
    """There is no such reason, or it is none for this."""

    code = "unknown_reason"
    text = Text(sv="Den anledningen går inte att välja här.", en="That reason can't be chosen here.")


def check_reason(action: str, *, code: str, words: str) -> None:
    """See to it that somebody who asks why finds an answer: a code, words, or both.

    Raise UnknownReason for a code that does not fit the action, ReasonRequired without either and when the code
    says nothing by itself.
    """
    if code and (code not in REASONS or action not in REASONS[code].fits):
        raise UnknownReason(field="reason_code")
    if code in ("", OTHER) and not words:
        raise ReasonRequired(field="reason")
