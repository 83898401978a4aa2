"""The quota of a decision: computed from what happened, never counted up in a column.

    remaining = granted + carried_in + adjustments - used - planned

Every number is the sum of entries, and every entry says in a sentence where it comes from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.periods import Month
from core.text import Language, Text

ZERO = Decimal(0)
EntryKind = Literal["granted", "used", "planned", "released"]

# Cancelled occasions give their units back; one where the client did not turn up has used them.
KINDS: dict[str, EntryKind] = {
    "planned": "planned",
    "completed": "used",
    "no_show": "used",
    "cancelled": "released",
}
GRANTED = Text(sv="Beslutet ger {units} tillfällen i {month}.", en="The decision grants {units} units in {month}.")
GRANTED_ONE = Text(sv="Beslutet ger 1 tillfälle i {month}.", en="The decision grants 1 unit in {month}.")
NOT_IN_FORCE = Text(sv="Beslutet gäller inte i {month}.", en="The decision is not in force in {month}.")
SENTENCES: dict[str, Text] = {
    "planned": Text(
        sv="Planerat tillfälle {day}, räknas som {units}.",
        en="Occasion planned for {day}, counts as {units}.",
    ),
    "completed": Text(
        sv="Genomfört tillfälle {day}, räknas som {units}.", en="Occasion held on {day}, counts as {units}."
    ),
    "cancelled": Text(
        sv="Inställt tillfälle {day}, räknas inte.", en="Cancelled occasion on {day}, does not count."
    ),
    "no_show": Text(
        sv="Uteblivet tillfälle {day}, räknas som {units}.", en="Nobody came on {day}, counts as {units}."
    ),
}
OF_ANOTHER = Text(
    sv="En annan kontaktperson på samma beslut: {sentence}",
    en="Another contact person on the same decision: {sentence}",
)
# fmt: off
MONTHS: dict[Language, tuple[str, ...]] = {
    "sv": ("januari", "februari", "mars", "april", "maj", "juni",
           "juli", "augusti", "september", "oktober", "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
# fmt: on


@dataclass(frozen=True)
class Terms:
    """What a decision grants: units a month, from the first to the last day, both included."""

    units: Decimal
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class Use:
    """An occasion as the quota sees it: its local start date, units and status.

    `occasion_id` is None when whoever reads may not see the occasion itself; `by_another` tells that
    another contact person on the decision planned it.
    """

    occasion_id: str | None
    starts_on: date
    units: Decimal
    status: str
    by_another: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of the account. `units` is how much it adds to its own number, never negative."""

    kind: EntryKind
    units: Decimal
    on: date
    occasion_id: str | None = None
    status: str | None = None
    by_another: bool = False

    def sentence(self, language: Language) -> str:
        """Say where the number comes from, in words that a person understands."""
        units = plain_number(self.units)
        if self.status is None:
            granted = NOT_IN_FORCE if not self.units else GRANTED_ONE if self.units == 1 else GRANTED
            return granted.in_language(language, units=units, month=name_of(Month.of(self.on)))
        day = f"{self.on.day} {MONTHS[language][self.on.month - 1]}"
        said = SENTENCES[self.status].in_language(language, units=units, day=day)
        if not self.by_another:
            return said
        return OF_ANOTHER.in_language(language, sentence=said[0].lower() + said[1:])


@dataclass(frozen=True)
class Quota:
    """The account of one decision and one month. All numbers are units."""

    month: Month
    entries: tuple[Entry, ...]
    carried_in: Decimal = ZERO
    adjustments: Decimal = ZERO

    def _sum(self, kind: EntryKind) -> Decimal:
        return sum((entry.units for entry in self.entries if entry.kind == kind), ZERO)

    @property
    def granted(self) -> Decimal:
        """What the decision gives in the month."""
        return self._sum("granted")

    @property
    def used(self) -> Decimal:
        """What held occasions used."""
        return self._sum("used")

    @property
    def planned(self) -> Decimal:
        """What planned occasions will use."""
        return self._sum("planned")

    @property
    def remaining(self) -> Decimal:
        """What is left; negative when more was used than there was."""
        return self.granted + self.carried_in + self.adjustments - self.used - self.planned

    def has_room_for(self, *, before: Decimal, after: Decimal) -> bool:
        """Tell whether an occasion that counts as `before` in this month may count as `after` instead.

        Only the change is compared, so that an edit that touches no units is never refused and making
        it smaller always works.
        """
        return after <= before or after - before <= self.remaining


def quota_of(terms: Terms, month: Month, uses: Iterable[Use]) -> Quota:
    """Account for a month of a decision. `uses` are the occasions whose local start lies in the month.

    A month in which the decision begins or ends is granted whole.
    """
    granted = terms.units if month.overlaps(terms.first_day, terms.last_day) else ZERO
    in_order = sorted(
        uses, key=lambda use: (use.starts_on, use.by_another, use.occasion_id or "", use.status, use.units)
    )
    entries = [Entry(kind="granted", units=granted, on=month.first_day)]
    for use in in_order:
        kind = KINDS[use.status]
        units = ZERO if kind == "released" else use.units
        entries.append(Entry(kind, units, use.starts_on, use.occasion_id, use.status, use.by_another))
    return Quota(month=month, entries=tuple(entries))


def plain_number(units: Decimal) -> Text:
    """Write `2`, or `2,5` (`2.5` in English)."""
    text = f"{units.normalize():f}"
    return Text(sv=text.replace(".", ","), en=text)


def name_of(month: Month) -> Text:
    """Write `juni 2026` (`June 2026` in English)."""
    return Text(
        sv=f"{MONTHS['sv'][month.number - 1]} {month.year}", en=f"{MONTHS['en'][month.number - 1]} {month.year}"
    )
