"""Every kind of notification and its words. They tell that there is something to see, never what or whom.

The rule is product.md's first about confidentiality: no name, initials, place, amount or time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.text import Language, Text

DAY = 24 * 60  # minutes


class Kind(StrEnum):
    """What a notification is about."""

    OCCASION_TOMORROW = "occasion_tomorrow"
    OCCASION_SOON = "occasion_soon"
    OCCASION_UNLOGGED = "occasion_unlogged"
    OCCASION_WAITING = "occasion_waiting"
    OCCASION_APPROVED = "occasion_approved"
    OCCASION_DECLINED = "occasion_declined"
    DRAFT_EXPIRING = "draft_expiring"
    SERIES_INCOMPLETE = "series_incomplete"
    UNITS_UNUSED = "units_unused"
    NUDGE = "nudge"
    EXPENSE_APPROVED = "expense_approved"
    EXPENSE_RETURNED = "expense_returned"
    EXPENSE_REJECTED = "expense_rejected"
    EXPENSE_REOPENED = "expense_reopened"
    EXPENSES_WAITING = "expenses_waiting"
    RECEIPT_REFUSED = "receipt_refused"
    RECEIPT_MISSING = "receipt_missing"
    FOLLOW_UP = "follow_up"
    PRE_APPROVALS_WAITING = "pre_approvals_waiting"
    PRE_APPROVAL_APPROVED = "pre_approval_approved"
    PRE_APPROVAL_DECLINED = "pre_approval_declined"
    LATE_WRITES_WAITING = "late_writes_waiting"


class Audience(StrEnum):
    """Whose role it takes to be told."""

    CONTACT_PERSON = "contact_person"
    COORDINATOR = "coordinator"


@dataclass(frozen=True)
class Message:
    """A kind's words, to whom it goes, and how: an urgent one wakes the phone, a mandatory one can't be switched
    off. On a phone it replaces what was told before of the same thing and kind, or `story`.
    """

    title: Text
    body: Text
    audience: Audience = Audience.CONTACT_PERSON
    urgent: bool = False
    mandatory: bool = False
    story: str = ""

    def words(self, language: Language, lead_minutes: int | None = None, clock: str = "") -> tuple[str, str]:
        """Return title and body; those before an occasion say within how long it is, and `clock` at what time."""
        body = self.body.in_language(language, lead=LEADS.get(lead_minutes or 0, SHORTLY))
        at = AT.in_language(language, clock=clock) if clock else ""
        return self.title.in_language(language), " ".join(filter(None, (body, at)))


# How long before an occasion somebody may want to be reminded, in minutes, and how that is said.
LEADS: Mapping[int, Text] = {
    2 * DAY: Text(sv="inom två dygn", en="within two days"),
    DAY: Text(sv="inom ett dygn", en="within a day"),
    DAY // 2: Text(sv="inom tolv timmar", en="within twelve hours"),
    180: Text(sv="inom tre timmar", en="within three hours"),
    120: Text(sv="inom två timmar", en="within two hours"),
    60: Text(sv="inom en timme", en="within an hour"),
    30: Text(sv="inom en halvtimme", en="within half an hour"),
    15: Text(sv="inom en kvart", en="within a quarter of an hour"),
}
AT = Text(sv="Kl. {clock}.", en="At {clock}.")
SHORTLY = Text(sv="snart", en="soon")
DEFAULT_LEADS = (DAY, 60)


def kind_before(lead_minutes: int) -> Kind:
    """Return the kind of a reminder so long before an occasion: half a day before, it need not wake a phone."""
    return Kind.OCCASION_TOMORROW if lead_minutes >= DAY // 2 else Kind.OCCASION_SOON


# Kinds of one story tell how the same thing stands by now: on a phone the last one is enough.
OCCASION_COMING, OCCASION_ANSWER = "occasion_coming", "occasion_answer"
EXPENSE_DECISION, PRE_APPROVAL_ANSWER = "expense_decision", "pre_approval_answer"
OPEN = Text(sv="Öppna appen för att se mer.", en="Open the app to see more.")
REMINDER = Text(sv="Påminnelse", en="Reminder")

MESSAGES: Mapping[str, Message] = {
    Kind.OCCASION_TOMORROW: Message(
        REMINDER,
        Text(sv="Du har något planerat {lead}.", en="You have something planned {lead}."),
        story=OCCASION_COMING,
    ),
    Kind.OCCASION_SOON: Message(
        REMINDER,
        Text(sv="Du har något planerat {lead}.", en="You have something planned {lead}."),
        urgent=True,
        story=OCCASION_COMING,
    ),
    Kind.OCCASION_UNLOGGED: Message(
        REMINDER,
        Text(sv="Det finns något kvar att fylla i.", en="There is something left to fill in."),
        story=OCCASION_COMING,
    ),
    Kind.OCCASION_WAITING: Message(
        Text(sv="En fråga väntar på svar", en="A question is waiting"), OPEN, Audience.COORDINATOR
    ),
    Kind.OCCASION_APPROVED: Message(
        Text(sv="Din fråga är godkänd", en="Your question is approved"), OPEN, story=OCCASION_ANSWER
    ),
    Kind.OCCASION_DECLINED: Message(
        Text(sv="Din fråga är avslagen", en="Your question is declined"), OPEN, story=OCCASION_ANSWER
    ),
    Kind.DRAFT_EXPIRING: Message(
        REMINDER,
        Text(
            sv="Något du har börjat på tas bort om fem dagar om du inte fortsätter.",
            en="Something that you began is removed in five days unless you go on with it.",
        ),
    ),
    Kind.SERIES_INCOMPLETE: Message(
        Text(sv="Något gick inte att planera", en="Something could not be planned"), OPEN
    ),
    Kind.UNITS_UNUSED: Message(
        REMINDER, Text(sv="Det finns något kvar att planera.", en="There is something left to plan.")
    ),
    Kind.NUDGE: Message(Text(sv="Samordnaren hör av sig", en="Your coordinator gets in touch"), OPEN),
    Kind.EXPENSE_APPROVED: Message(Text(sv="Utlägg godkänt", en="Expense approved"), OPEN, story=EXPENSE_DECISION),
    Kind.EXPENSE_RETURNED: Message(
        Text(sv="Utlägg behöver kompletteras", en="Expense needs a change"),
        OPEN,
        mandatory=True,
        story=EXPENSE_DECISION,
    ),
    Kind.EXPENSE_REJECTED: Message(
        Text(sv="Utlägg avslaget", en="Expense rejected"), OPEN, story=EXPENSE_DECISION
    ),
    Kind.EXPENSE_REOPENED: Message(
        Text(sv="Utlägg prövas igen", en="Expense is looked at again"), OPEN, story=EXPENSE_DECISION
    ),
    Kind.EXPENSES_WAITING: Message(
        Text(sv="Utlägg väntar på beslut", en="Expenses are waiting"), OPEN, Audience.COORDINATOR
    ),
    Kind.RECEIPT_REFUSED: Message(
        Text(sv="Ett kvitto behöver skickas igen", en="A receipt has to be sent again"), OPEN, mandatory=True
    ),
    Kind.RECEIPT_MISSING: Message(REMINDER, Text(sv="Det saknas ett kvitto.", en="A receipt is missing.")),
    Kind.FOLLOW_UP: Message(
        Text(sv="Det finns något att följa upp", en="There is something to follow up"), OPEN, Audience.COORDINATOR
    ),
    Kind.PRE_APPROVALS_WAITING: Message(
        Text(sv="Frågor väntar på svar", en="Questions are waiting"), OPEN, Audience.COORDINATOR
    ),
    Kind.PRE_APPROVAL_APPROVED: Message(
        Text(sv="Din fråga är godkänd", en="Your question is approved"), OPEN, story=PRE_APPROVAL_ANSWER
    ),
    Kind.PRE_APPROVAL_DECLINED: Message(
        Text(sv="Din fråga är avslagen", en="Your question is declined"), OPEN, story=PRE_APPROVAL_ANSWER
    ),
    Kind.LATE_WRITES_WAITING: Message(
        Text(sv="Något kom in för sent", en="Something came in too late"), OPEN, Audience.COORDINATOR
    ),
}
UNKNOWN = Message(Text(sv="Det finns något att se", en="There is something to see"), OPEN)


def message_of(kind: str) -> Message:
    """Return the words of a kind; neutral ones for a kind of another release."""
    return MESSAGES.get(kind, UNKNOWN)
