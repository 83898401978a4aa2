"""Every number of an account says where it comes from, in both languages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assignments.quota import Quota
from assignments.rules import CancellationTable
from assignments.sentences import amount, name_of, plain_number, sentence_of
from core.periods import Month, Period, PeriodKind
from core.text import LANGUAGES
from tests.assignments.ledgers import account, added, book, decision, june, policy, stay, use


def said(quota: Quota, kind: str) -> list[tuple[str, str]]:
    """Return what the entries of a kind say, in Swedish and English."""
    entries = [entry for entry in quota.entries if entry.kind == kind]
    return [
        (sentence_of(entry, "sv", family=quota.family), sentence_of(entry, "en", family=quota.family))
        for entry in entries
    ]


@pytest.mark.parametrize(
    ("status", "fields", "kind", "sv", "en"),
    [
        ("planned", {}, "planned",
         "Planerat tillfälle 3 juni, räknas som 2.", "Occasion planned for 3 June, counts as 2."),
        ("completed", {}, "used",
         "Genomfört tillfälle 3 juni, räknas som 2.", "Occasion held on 3 June, counts as 2."),
        ("cancelled", {}, "released",
         "Inställt tillfälle 3 juni, räknas inte.", "Cancelled occasion on 3 June, does not count."),
        ("cancelled", {"cancelled_by": "other", "is_skipped": True}, "released",
         "Överhoppat tillfälle 3 juni, räknas inte.", "Skipped occasion on 3 June, does not count."),
        ("no_show", {}, "used",
         "Uteblivet tillfälle 3 juni, räknas som 2.", "Nobody came on 3 June, counts as 2."),
        ("planned", {"asked_units": 5}, "waiting",
         "Tillfälle 3 juni väntar på samordnaren: 3 till.",
         "Occasion on 3 June waits for the coordinator: 3 more."),
        ("planned", {"own_units": 0, "asked_units": 2}, "planned",
         "Planerat tillfälle 3 juni, räknas som 0.", "Occasion planned for 3 June, counts as 0."),
    ],
)  # fmt: skip
def test_every_occasion_explains_itself(status: str, fields: dict[str, Any], kind: str, sv: str, en: str) -> None:
    assert said(account(june(1), decision(), uses=[use(june(3), 2, status, **fields)]), kind) == [(sv, en)]


def test_late_cancellations_and_forgiven_no_shows_explain_themselves() -> None:
    outcomes = {"cancelled": True, "no_show": False}
    rows = [
        {"status": status, "by": by, "notice_hours": 0, "units_used": used, "paid": False, "costs_repaid": False}
        for status, used in outcomes.items()
        for by in ("client", "contact_person", "other")
    ]
    strict = policy(cancellations=CancellationTable.parse(rows))
    quota = account(june(1), decision(), strict, uses=[use(june(3), 2, "cancelled"), use(june(4), 2, "no_show")])
    assert said(quota, "used") == [
        ("Sent inställt tillfälle 3 juni, räknas som 2.", "Occasion on 3 June cancelled late, counts as 2."),
    ]
    assert said(quota, "released") == [
        ("Uteblivet tillfälle 4 juni, räknas inte.", "Nobody came on 4 June, does not count."),
    ]


def test_what_another_contact_person_did_is_said_to_be_anothers() -> None:
    svens = use(june(14), 2, "planned", occasion_id=None, by_another=True)
    assert said(account(june(1), decision(), uses=[svens]), "planned") == [
        (
            "En annan kontaktperson på samma beslut: planerat tillfälle 14 juni, räknas som 2.",
            "Another contact person on the same decision: occasion planned for 14 June, counts as 2.",
        )
    ]


@pytest.mark.parametrize(
    ("units", "sv", "en"),
    [
        ("1.0", "Beslutet ger 1 tillfälle i juni 2026.", "The decision grants 1 unit in June 2026."),
        ("4.0", "Beslutet ger 4 tillfällen i juni 2026.", "The decision grants 4 units in June 2026."),
        ("10", "Beslutet ger 10 tillfällen i juni 2026.", "The decision grants 10 units in June 2026."),
    ],
)
def test_the_grant_explains_itself(units: str, sv: str, en: str) -> None:
    assert said(account(june(1), decision(units)), "granted") == [(sv, en)]


def test_a_grant_of_a_part_says_of_how_many_days() -> None:
    quota = account(june(18), decision(4, june(18)), policy(partial_period="pro_rata"))
    assert said(quota, "granted") == [
        (
            "Beslutet ger 2 tillfällen i juni 2026, där det gäller 13 av 30 dagar.",
            "The decision grants 2 units in June 2026, in force on 13 of 30 days.",
        )
    ]


def test_a_grant_of_two_scopes_says_so() -> None:
    assert said(account(june(1), decision(4, changes={june(16): 6})), "granted") == [
        (
            "Beslutet ger 6 tillfällen i juni 2026, där omfattningen ändras.",
            "The decision grants 6 units in June 2026, within which its scope changes.",
        )
    ]


def test_saved_units_and_those_used_ahead_explain_themselves() -> None:
    may = date(2026, 5, 1)
    saved = account(june(1), decision(4, may), policy(saving_cap=2), uses=[use(may, 3)])
    assert said(saved, "carried_in") == [("Sparat från maj 2026: 1 tillfälle.", "1 unit saved from May 2026.")]
    ahead = account(june(1), decision(2, may), policy(ahead_cap=2), uses=[use(may, 3)])
    assert said(ahead, "carried_in") == [
        (
            "1 tillfälle togs i förväg i maj 2026 och arbetas av.",
            "1 unit used ahead in May 2026, to be worked off.",
        )
    ]


def test_what_expires_between_the_weeks_of_a_month_explains_itself() -> None:
    weekly = decision(2, june(1), period="week")
    uses = [use(june(2)), use(june(9), 3), *(use(june(day), 2) for day in (16, 23, 30))]
    quota = book(weekly, uses=uses).ledger(june(30)).in_month(Month(2026, 6))
    assert said(quota, "expired") == [
        ("1 tillfälle från vecka 23 2026 förföll.", "1 unit of week 23 of 2026 expired."),
        (
            "1 tillfälle för mycket under vecka 24 2026 dras inte av.",
            "1 unit too many in week 24 of 2026, not deducted.",
        ),
    ]


@pytest.mark.parametrize(
    ("units", "sv", "en"),
    [
        (2, "Samordnaren lade till 2 tillfällen: Sjuk {i maj}", "The coordinator added 2 units: Sjuk {i maj}"),
        (-1, "Samordnaren drog av 1 tillfälle: Sjuk {i maj}", "The coordinator took away 1 unit: Sjuk {i maj}"),
    ],
)
def test_an_adjustment_gives_its_reason(units: int, sv: str, en: str) -> None:
    quota = account(june(1), decision(), adjustments=[added(june(2), units, "Sjuk {i maj}")])
    assert said(quota, "adjustment") == [(sv, en)]


def test_a_family_counts_in_days() -> None:
    uses = [stay("2026-06-05 18:00", "2026-06-07 18:00")]
    quota = account(june(1), decision("4.5", family=True), uses=uses, adjustments=[added(june(2), 1)])
    assert said(quota, "granted") == [
        ("Beslutet ger 4,5 dygn i juni 2026.", "The decision grants 4.5 days in June 2026.")
    ]
    assert said(quota, "adjustment") == [
        ("Samordnaren lade till 1 dygn: Flytt", "The coordinator added 1 day: Flytt")
    ]
    assert said(quota, "used") == [
        ("Genomfört tillfälle 5 juni, räknas som 2,5.", "Occasion held on 5 June, counts as 2.5.")
    ]


def test_a_month_without_a_decision_says_so() -> None:
    quota = book(decision(4, june(1))).ledger(june(1)).in_month(Month(2026, 5))
    assert said(quota, "granted") == [
        ("Beslutet gäller inte i maj 2026.", "The decision is not in force in May 2026.")
    ]


@pytest.mark.parametrize(
    ("on", "sv", "en"),
    [
        (
            june(3),
            "Beslutet gäller inte under 1 juni–7 juni 2026.",
            "The decision is not in force during 1 June–7 June 2026.",
        ),
        (
            june(30),
            "Beslutet gäller inte under 20 juni–30 juni 2026.",
            "The decision is not in force during 20 June–30 June 2026.",
        ),
    ],
)
def test_days_without_a_decision_in_the_month_of_one_say_so(on: date, sv: str, en: str) -> None:
    ledger = book(decision(4, june(8), june(19))).ledger(on)
    assert said(ledger.on(on), "granted") == [(sv, en)]


@pytest.mark.parametrize(
    ("on", "kind", "sv", "en"),
    [
        (date(2027, 12, 31), "month", "december 2027", "December 2027"),
        (date(2028, 2, 29), "month", "februari 2028", "February 2028"),
        (date(2026, 6, 3), "week", "vecka 23 2026", "week 23 of 2026"),
        (date(2027, 1, 1), "week", "vecka 53 2026", "week 53 of 2026"),
        (date(2024, 12, 30), "week", "vecka 1 2025", "week 1 of 2025"),
        (date(2026, 6, 30), "half_year", "första halvåret 2026", "the first half of 2026"),
        (date(2026, 7, 1), "half_year", "andra halvåret 2026", "the second half of 2026"),
        (date(2026, 7, 1), "year", "2026", "2026"),
        (date(2026, 6, 1), "four_weeks", "1 juni–28 juni 2026", "1 June–28 June 2026"),
        (date(2026, 12, 7), "four_weeks", "7 december 2026–3 januari 2027", "7 December 2026–3 January 2027"),
    ],
)
def test_periods_have_names(on: date, kind: PeriodKind, sv: str, en: str) -> None:
    name = name_of(Period.around(on, kind, anchor=on))
    assert (name.sv, name.en) == (sv, en)


@pytest.mark.parametrize("kind", ["week", "month", "half_year", "year"])
def test_a_cut_period_keeps_its_name(kind: PeriodKind) -> None:
    for on in (date(2027, 1, 1), june(30), june(3)):
        whole = Period.around(on, kind, anchor=on)
        assert name_of(whole.within(on, None)) == name_of(whole.within(whole.first_day, on)) == name_of(whole)


@pytest.mark.parametrize(
    ("period", "granted", "saved", "ahead"),
    [
        ("week", "under vecka 23 2026", "vecka 22 2026", "in week 22 of 2026"),
        ("four_weeks", "under 1 juni–28 juni 2026", "4 maj–31 maj 2026", "during 4 May–31 May 2026"),
        ("month", "i juni 2026", "maj 2026", "in May 2026"),
        ("half_year", "under första halvåret 2026", "andra halvåret 2025", "in the second half of 2025"),
        ("year", "under 2026", "2025", "in 2025"),
    ],
)
def test_every_kind_of_period_goes_into_a_sentence(
    period: PeriodKind, granted: str, saved: str, ahead: str
) -> None:
    terms, generous = decision(2, date(2025, 12, 15), period=period), policy(saving_cap=2, ahead_cap=2)
    assert said(account(june(1), terms, generous), "granted")[0][0] == f"Beslutet ger 2 tillfällen {granted}."
    lots = said(account(june(1), terms, generous), "carried_in")
    assert f"Sparat från {saved}: 2 tillfällen." in [sv for sv, _ in lots]
    day = {"half_year": date(2025, 12, 20), "year": date(2025, 12, 20)}.get(period, date(2026, 5, 28))
    owing = account(june(1), terms, policy(ahead_cap=2), uses=[use(day, 3)])
    assert f"1 unit used ahead {ahead}, to be worked off." in [en for _, en in said(owing, "carried_in")]


def test_a_year_that_lasts_as_long_as_a_week_is_named_by_its_days() -> None:
    versions = [policy(period="year", saving_cap=3), policy(date(2027, 1, 1))]
    quota = account(date(2027, 1, 4), decision(1, date(2026, 6, 1), period="week"), *versions)
    assert said(quota, "carried_in") == [
        ("Sparat från 1 juni 2026–3 januari 2027: 3 tillfällen.", "3 units saved from 1 June 2026–3 January 2027.")
    ]


def test_several_weeks_are_named_by_their_days() -> None:
    weeks = Period(june(1), date(2026, 7, 5), "week")
    assert (name_of(weeks).sv, name_of(weeks).en) == ("1 juni–5 juli 2026", "1 June–5 July 2026")


def test_numbers_are_written_as_people_write_them() -> None:
    written = [plain_number(Decimal(number)).sv for number in ("0", "0.0", "2.0", "2.5", "100", "1E+2", "-1.5")]
    assert written == ["0", "0", "2", "2,5", "100", "100", "-1,5"]
    assert plain_number(Decimal("2.5")).en == "2.5"
    assert [amount(Decimal(units), family=False).sv for units in (0, 1, 2)] == [
        "0 tillfällen", "1 tillfälle", "2 tillfällen",
    ]  # fmt: skip
    assert [amount(Decimal(units), family=True).en for units in ("0.5", "1", "1.5")] == [
        "0.5 days", "1 day", "1.5 days",
    ]  # fmt: skip


def test_no_sentence_ends_without_its_point_or_holds_what_was_not_filled_in() -> None:
    statuses = ("planned", "completed", "cancelled", "no_show")
    uses = [use(june(3 + number), 2, status, asked_units=3) for number, status in enumerate(statuses)]
    hidden = [
        use(june(13 + number), 1, status, occasion_id=None, by_another=True)
        for number, status in enumerate(statuses)
    ]
    for period in ("week", "four_weeks", "month", "half_year", "year"):
        terms = decision(1, date(2026, 5, 20), period=period, changes={june(10): 2})
        ledger = book(terms, policy(saving_cap=1, ahead_cap=1), uses=[*uses, *hidden]).ledger(june(30))
        for entry in (*ledger.in_month(Month(2026, 6)).entries, *ledger.in_month(Month(2026, 4)).entries):
            for language in LANGUAGES:
                sentence = sentence_of(entry, language, family=False)
                assert sentence.endswith(".")
                assert not set(sentence) & set("{}")
                assert plain_number(abs(entry.units)).in_language(language) in sentence or not entry.units
