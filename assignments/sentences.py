"""Where each number of a quota comes from, in words that a person understands."""

from datetime import date
from decimal import Decimal

from assignments.grants import Grant
from assignments.quota import Adjustment, Entry, Lot, Use
from core.periods import Period
from core.text import Language, Text

# fmt: off
MONTHS: dict[Language, tuple[str, ...]] = {
    "sv": ("januari", "februari", "mars", "april", "maj", "juni",
           "juli", "augusti", "september", "oktober", "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
# fmt: on
HALVES = Text(sv="första halvåret {year}", en="the first half of {year}")
SECOND_HALVES = Text(sv="andra halvåret {year}", en="the second half of {year}")
WEEK = Text(sv="vecka {week} {year}", en="week {week} of {year}")
WHEN = Text(sv="under {name}", en="in {name}")
IN_MONTH = Text(sv="i {name}", en="in {name}")
DURING = Text(sv="under {name}", en="during {name}")

OCCASIONS = Text(sv="{units} tillfällen", en="{units} units")
OCCASION = Text(sv="{units} tillfälle", en="{units} unit")
FAMILY_DAYS = Text(sv="{units} dygn", en="{units} days")
FAMILY_DAY = Text(sv="{units} dygn", en="{units} day")

NOT_IN_FORCE = Text(sv="Beslutet gäller inte {when}.", en="The decision is not in force {when}.")
GRANTED = Text(sv="Beslutet ger {units} {when}.", en="The decision grants {units} {when}.")
GRANTED_IN_PART = Text(
    sv="Beslutet ger {units} {when}, där det gäller {days} av {of} dagar.",
    en="The decision grants {units} {when}, in force on {days} of {of} days.",
)
GRANTED_CHANGED = Text(
    sv="Beslutet ger {units} {when}, där omfattningen ändras.",
    en="The decision grants {units} {when}, within which its scope changes.",
)
SAVED = Text(sv="Sparat från {period}: {units}.", en="{units} saved from {period}.")
AHEAD = Text(sv="{units} togs i förväg {when} och arbetas av.", en="{units} used ahead {when}, to be worked off.")
LAPSED = Text(sv="{units} från {period} förföll.", en="{units} of {period} expired.")
FORGIVEN = Text(sv="{units} för mycket {when} dras inte av.", en="{units} too many {when}, not deducted.")
ADDED = Text(sv="Samordnaren lade till {units}: {reason}", en="The coordinator added {units}: {reason}")
TAKEN = Text(sv="Samordnaren drog av {units}: {reason}", en="The coordinator took away {units}: {reason}")
OCCASION_SENTENCES: dict[tuple[str, str], Text] = {
    ("planned", "planned"): Text(
        sv="Planerat tillfälle {day}, räknas som {units}.", en="Occasion planned for {day}, counts as {units}."
    ),
    ("completed", "used"): Text(
        sv="Genomfört tillfälle {day}, räknas som {units}.", en="Occasion held on {day}, counts as {units}."
    ),
    ("cancelled", "released"): Text(
        sv="Inställt tillfälle {day}, räknas inte.", en="Cancelled occasion on {day}, does not count."
    ),
    ("cancelled", "used"): Text(
        sv="Sent inställt tillfälle {day}, räknas som {units}.",
        en="Occasion on {day} cancelled late, counts as {units}.",
    ),
    ("no_show", "released"): Text(
        sv="Uteblivet tillfälle {day}, räknas inte.", en="Nobody came on {day}, does not count."
    ),
    ("no_show", "used"): Text(
        sv="Uteblivet tillfälle {day}, räknas som {units}.", en="Nobody came on {day}, counts as {units}."
    ),
}
SKIPPED = Text(sv="Överhoppat tillfälle {day}, räknas inte.", en="Skipped occasion on {day}, does not count.")
WAITING = Text(
    sv="Tillfälle {day} väntar på samordnaren: {units} till.",
    en="Occasion on {day} waits for the coordinator: {units} more.",
)
OF_ANOTHER = Text(
    sv="En annan kontaktperson på samma beslut: {sentence}",
    en="Another contact person on the same decision: {sentence}",
)


def plain_number(units: Decimal) -> Text:
    """Write `2`, or `2,5` (`2.5` in English)."""
    text = f"{units.normalize():f}"
    return Text(sv=text.replace(".", ","), en=text)


def name_of(period: Period) -> Text:
    """Write `juni 2026`, `vecka 23 2026`, `första halvåret 2026`, `2026` or `1 juni–28 juni 2026`.

    What a decision's first or last day cuts keeps its name; what is longer than its kind is named by its days.
    """
    first = period.first_day
    if _is_of_days(period):
        return _first_to_last(period)
    if period.kind == "month":
        return Text(
            sv=f"{MONTHS['sv'][first.month - 1]} {first.year}", en=f"{MONTHS['en'][first.month - 1]} {first.year}"
        )
    if period.kind == "week":
        year, week, _ = first.isocalendar()
        return _filled(WEEK, week=week, year=year)
    if period.kind == "half_year":
        return _filled(HALVES if first.month <= 6 else SECOND_HALVES, year=first.year)
    return Text(sv=str(first.year), en=str(first.year))


def when(period: Period) -> Text:
    """Write `i juni 2026`, `under 2026`, or what else goes with the name of a period."""
    if _is_of_days(period):
        return _filled(DURING, name=_first_to_last(period))
    return _filled(IN_MONTH if period.kind == "month" else WHEN, name=name_of(period))


def _is_of_days(period: Period) -> bool:
    whole = Period.around(period.first_day, period.kind, anchor=period.first_day)
    return period.kind == "four_weeks" or period.last_day > whole.last_day


def sentence_of(entry: Entry, language: Language, *, family: bool) -> str:
    """Say where the number of an entry comes from."""
    why = entry.because
    if isinstance(why, Use):
        return _of_occasion(entry, why, language)
    units = amount(abs(entry.units), family=family)
    if isinstance(why, Grant):
        return _of_grant(why, units, language)
    if isinstance(why, Lot):
        if entry.kind == "carried_in":
            text = SAVED if entry.units > 0 else AHEAD
        else:
            text = LAPSED if entry.units < 0 else FORGIVEN
        return text.in_language(language, units=units, period=name_of(why.period), when=when(why.period))
    if isinstance(why, Adjustment):
        return (ADDED if entry.units > 0 else TAKEN).in_language(language, units=units, reason=why.reason)
    return _of_days_outside(why, language)


def _of_days_outside(period: Period, language: Language) -> str:
    """Say that the decision is not in force, of a month or the part of one beside its own days."""
    is_whole = period == Period.around(period.first_day, period.kind, anchor=period.first_day)
    days = when(period) if is_whole else _filled(DURING, name=_first_to_last(period))
    return NOT_IN_FORCE.in_language(language, when=days)


def _of_grant(grant: Grant, units: Text, language: Language) -> str:
    text = GRANTED_CHANGED if grant.is_changed else GRANTED_IN_PART if grant.is_cut else GRANTED
    return text.in_language(
        language, units=units, when=when(grant.whole), days=grant.part.days, of=grant.whole.days
    )


def _of_occasion(entry: Entry, use: Use, language: Language) -> str:
    if entry.kind == "waiting":
        text = WAITING
    else:
        text = SKIPPED if use.is_skipped else OCCASION_SENTENCES[use.status, entry.kind]
    said = text.in_language(language, units=plain_number(entry.units), day=_day(entry.on))
    if not use.by_another:
        return said
    return OF_ANOTHER.in_language(language, sentence=said[0].lower() + said[1:])


def amount(units: Decimal, *, family: bool) -> Text:
    """Write `2 tillfällen`, or `2,5 dygn` of a contact family."""
    one, more = (FAMILY_DAY, FAMILY_DAYS) if family else (OCCASION, OCCASIONS)
    return _filled(one if units == 1 else more, units=plain_number(units))


def _day(on: date) -> Text:
    return Text(sv=f"{on.day} {MONTHS['sv'][on.month - 1]}", en=f"{on.day} {MONTHS['en'][on.month - 1]}")


def _first_to_last(period: Period) -> Text:
    first, last = _day(period.first_day), _day(period.last_day)
    year, last_year = period.first_day.year, period.last_day.year
    before = "" if year == last_year else f" {year}"
    return Text(sv=f"{first.sv}{before}–{last.sv} {last_year}", en=f"{first.en}{before}–{last.en} {last_year}")


def _filled(text: Text, **values: object) -> Text:
    return Text(sv=text.in_language("sv", **values), en=text.in_language("en", **values))
