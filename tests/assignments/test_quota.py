"""The quota of a whole month, number by number. Decision: four a month unless said."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from assignments.quota import Quota, Terms, Use, name_of, plain_number, quota_of
from core.periods import Month, local_date, local_moment

STOCKHOLM = ZoneInfo("Europe/Stockholm")
JUNE, JULY = Month(2026, 6), Month(2026, 7)
FOUR = Terms(Decimal(4), date(2026, 1, 1), None)


def use(day: int, units: int | str = 1, status: str = "completed", **more: bool) -> Use:
    """An occasion in June."""
    return Use(f"june-{day}", date(2026, 6, day), Decimal(units), status, **more)


def totals(quota: Quota) -> dict[str, int]:
    numbers = {name: getattr(quota, name) for name in ("granted", "used", "planned", "remaining")}
    return {name: int(number) for name, number in numbers.items() if number}


def room(quota: Quota, after: int, *, before: int = 0) -> bool:
    return quota.has_room_for(before=Decimal(before), after=Decimal(after))


def test_example_1_a_day_trip_counts_twice_and_a_fourth_occasion_has_no_room() -> None:
    quota = quota_of(FOUR, JUNE, [use(3), use(14, 2), use(26)])
    assert totals(quota) == {"granted": 4, "used": 4}
    assert len([entry for entry in quota.entries if entry.kind == "used"]) == 3
    assert not room(quota, 1)


def test_planned_ones_take_room_as_held_ones_do() -> None:
    quota = quota_of(FOUR, JUNE, [use(3), use(14, 2, "planned")])
    assert totals(quota) == {"granted": 4, "used": 1, "planned": 2, "remaining": 1}
    assert room(quota, 1)
    assert not room(quota, 2)


def test_a_cancelled_one_gives_its_units_back_and_one_where_nobody_came_does_not() -> None:
    quota = quota_of(FOUR, JUNE, [use(3, 2, "cancelled"), use(14, 1, "no_show")])
    assert totals(quota) == {"granted": 4, "used": 1, "remaining": 3}
    assert [(entry.kind, int(entry.units)) for entry in quota.entries[1:]] == [("released", 0), ("used", 1)]


def test_example_5_an_old_and_a_new_decision_are_split_at_the_date() -> None:
    old = Terms(Decimal(4), date(2025, 7, 1), date(2026, 6, 30))
    new = Terms(Decimal(2), date(2026, 7, 1), None)
    granted = [quota_of(terms, month, []).granted for terms in (old, new) for month in (JUNE, JULY)]
    assert granted == [4, 0, 0, 2]


def test_a_month_that_the_decision_only_touches_is_granted_whole() -> None:
    assert quota_of(Terms(Decimal(4), date(2026, 6, 18), date(2026, 7, 1)), JUNE, []).granted == 4
    assert quota_of(Terms(Decimal(4), date(2026, 6, 18), date(2026, 7, 1)), JULY, []).granted == 4


def test_a_month_without_a_decision_says_so() -> None:
    quota = quota_of(Terms(Decimal(4), date(2026, 7, 1), None), JUNE, [])
    assert totals(quota) == {}
    assert quota.entries[0].sentence("sv") == "Beslutet gäller inte i juni 2026."
    assert quota.entries[0].sentence("en") == "The decision is not in force in June 2026."
    assert not room(quota, 1)


@pytest.mark.parametrize(
    ("local", "month"),
    [
        (datetime(2026, 6, 30, 20, 0, tzinfo=STOCKHOLM), JUNE),  # overnight to 1 July
        (datetime(2026, 6, 30, 23, 30, tzinfo=STOCKHOLM), JUNE),  # 21:30 UTC
        (datetime(2026, 7, 1, 0, 30, tzinfo=STOCKHOLM), JULY),  # 22:30 UTC on 30 June
        (datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM), Month(2026, 10)),  # the hour that comes twice
        (datetime(2026, 3, 29, 3, 0, tzinfo=STOCKHOLM), Month(2026, 3)),  # after the hour that never comes
    ],
)
def test_example_6_an_occasion_belongs_to_the_local_month_in_which_it_starts(
    local: datetime, month: Month
) -> None:
    for fold in (0, 1):
        moment = local.replace(fold=fold).astimezone(UTC)
        assert Month.of(local_date(moment, STOCKHOLM)) == month


@pytest.mark.parametrize("month", [Month(2026, 3), Month(2026, 10)])
def test_example_6_months_with_the_switch_of_summer_time_add_up(month: Month) -> None:
    days = [month.first_day + timedelta(days=n) for n in range(31)]
    moments = [local_moment(day, at, STOCKHOLM) for day in days for at in (time(0), time(2, 30), time(23, 59))]
    uses = [Use(str(n), local_date(at, STOCKHOLM), Decimal(1), "completed") for n, at in enumerate(moments)]
    quota = quota_of(Terms(Decimal(100), date(2026, 1, 1), None), month, uses)
    assert quota.used == 93
    assert {entry.on for entry in quota.entries} == set(days)


def test_two_contact_persons_share_one_quota_but_not_what_they_do() -> None:
    svens = Use(None, date(2026, 6, 14), Decimal(2), "planned", by_another=True)
    quota = quota_of(FOUR, JUNE, [use(3), svens])
    assert quota.remaining == 1
    entry = next(entry for entry in quota.entries if entry.by_another)
    assert (entry.kind, int(entry.units), entry.occasion_id) == ("planned", 2, None)
    assert entry.sentence("sv") == (
        "En annan kontaktperson på samma beslut: planerat tillfälle 14 juni, räknas som 2."
    )
    assert entry.sentence("en") == (
        "Another contact person on the same decision: occasion planned for 14 June, counts as 2."
    )


@pytest.mark.parametrize(
    ("status", "sv", "en"),
    [
        ("planned", "Planerat tillfälle 3 juni, räknas som 1.", "Occasion planned for 3 June, counts as 1."),
        ("completed", "Genomfört tillfälle 3 juni, räknas som 1.", "Occasion held on 3 June, counts as 1."),
        ("cancelled", "Inställt tillfälle 3 juni, räknas inte.", "Cancelled occasion on 3 June, does not count."),
        ("no_show", "Uteblivet tillfälle 3 juni, räknas som 1.", "Nobody came on 3 June, counts as 1."),
    ],
)
def test_every_entry_explains_itself(status: str, sv: str, en: str) -> None:
    entry = quota_of(FOUR, JUNE, [use(3, status=status)]).entries[1]
    assert (entry.sentence("sv"), entry.sentence("en")) == (sv, en)


@pytest.mark.parametrize(
    ("units", "sv", "en"),
    [
        ("1.0", "Beslutet ger 1 tillfälle i juni 2026.", "The decision grants 1 unit in June 2026."),
        ("4.0", "Beslutet ger 4 tillfällen i juni 2026.", "The decision grants 4 units in June 2026."),
        ("2.5", "Beslutet ger 2,5 tillfällen i juni 2026.", "The decision grants 2.5 units in June 2026."),
    ],
)
def test_the_grant_explains_itself(units: str, sv: str, en: str) -> None:
    entry = quota_of(Terms(Decimal(units), date(2026, 1, 1), None), JUNE, []).entries[0]
    assert (entry.sentence("sv"), entry.sentence("en")) == (sv, en)


def test_numbers_and_months_are_written_as_people_write_them() -> None:
    assert [plain_number(Decimal(n)).sv for n in ("0.0", "2.0", "2.5", "100", "1E+2")] == [
        "0", "2", "2,5", "100", "100",
    ]  # fmt: skip
    assert plain_number(Decimal("2.5")).en == "2.5"
    assert (name_of(Month(2027, 12)).sv, name_of(Month(2027, 12)).en) == ("december 2027", "December 2027")


def test_an_overdrawn_month_still_takes_every_edit_that_adds_nothing() -> None:
    quota = quota_of(FOUR, JUNE, [use(3, 3), use(14, 3)])
    assert quota.remaining == -2
    assert room(quota, 3, before=3)
    assert room(quota, 2, before=3)
    assert not room(quota, 4, before=3)
    assert not room(quota, 1)
