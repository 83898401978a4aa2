"""The days of a series, told from a calendar and told by the rules."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occasions.recurrence import (
    LATEST,
    MOST_OCCURRENCES,
    Recurrence,
    RuleMissesStart,
    RuleTooLong,
    RuleTooMany,
    occurrences,
    on_another_day,
    parse_rule,
    rest_from,
)
from occasions.rule_text import WEEKDAYS, RuleError
from tests.occasions.day_by_day import DAY, RULES, STARTS, Rule, started

STOCKHOLM = ZoneInfo("Europe/Stockholm")
AFTERNOON = datetime.fromisoformat("2026-09-07T15:00")  # a Monday
unhurried = settings(deadline=None)


def parsed(text: str, first: datetime = AFTERNOON) -> Recurrence:
    return parse_rule(text, first=first, zone=STOCKHOLM)


def starts(recurrence: Recurrence | None) -> list[datetime]:
    return [each.original for each in occurrences(recurrence, STOCKHOLM)] if recurrence else []


def dates(text: str, first: datetime = AFTERNOON) -> str:
    return " ".join(f"{start:%-d/%-m}" for start in starts(parsed(text, first)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", "7/9 8/9 9/9"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=4", "7/9 17/9 27/9 7/10"),
        ("FREQ=DAILY;BYDAY=MO,SA,SU;COUNT=5", "7/9 12/9 13/9 14/9 19/9"),
        ("FREQ=WEEKLY;COUNT=3", "7/9 14/9 21/9"),
        ("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260921", "7/9 10/9 14/9 17/9 21/9"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=4", "7/9 13/9 21/9 27/9"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=4;WKST=SU", "7/9 20/9 21/9 4/10"),
        ("FREQ=MONTHLY;COUNT=3", "7/9 7/10 7/11"),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "7/9 5/10 2/11"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=4", "7/9 25/9 5/10 30/10"),
        ("FREQ=MONTHLY;BYMONTHDAY=7,-1;COUNT=4", "7/9 30/9 7/10 31/10"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5,-1;COUNT=4", "7/9 30/9 7/10 30/10"),
        ("FREQ=MONTHLY;INTERVAL=12;COUNT=2", "7/9 7/9"),
    ],
)
def test_a_rule_gives_the_days_in_the_calendar(text: str, expected: str) -> None:
    assert dates(text) == expected


def test_a_day_that_a_month_lacks_is_passed_over() -> None:
    assert dates("FREQ=MONTHLY;COUNT=4", datetime.fromisoformat("2027-01-31T15:00")) == "31/1 31/3 31/5 31/7"


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260921", "21/9"),
        ("20260920", "14/9"),
        ("20260921T150000", "21/9"),
        ("20260921T145959", "14/9"),
        ("20260921T130000Z", "21/9"),  # 15:00 in summer time
        ("20260921T125959Z", "14/9"),
        ("20260920T230000Z", "14/9"),  # the 21st already, at 01:00
        ("20260907", "7/9"),
        ("20261026T140000Z", "26/10"),  # 15:00 in winter time
        ("20261026T130000Z", "19/10"),
    ],
)
def test_the_end_is_included(until: str, last: str) -> None:
    assert dates(f"FREQ=WEEKLY;UNTIL={until}").split()[-1] == last


def test_three_in_the_afternoon_stays_so_across_both_switches() -> None:
    weekly = occurrences(parsed("FREQ=WEEKLY;INTERVAL=7;COUNT=5"), STOCKHOLM)
    assert [f"{each.starts_at:%m-%d %H:%M}" for each in weekly] == [
        "09-07 13:00",
        "10-26 14:00",
        "12-14 14:00",
        "02-01 14:00",
        "03-22 14:00",
    ]
    assert [each.starts_at.astimezone(STOCKHOLM).hour for each in weekly] == [15] * 5


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("2027-03-27T02:30", ["01:30", "01:30", "00:30"]),  # never shown: with the offset before it
        ("2026-10-24T02:30", ["00:30", "00:30", "01:30"]),  # shown twice: the first
    ],
)
def test_half_past_two_on_the_night_of_the_switch(start: str, utc: list[str]) -> None:
    first = datetime.fromisoformat(start)
    found = occurrences(parsed("FREQ=DAILY;COUNT=3", first), STOCKHOLM)
    assert [f"{each.starts_at:%H:%M}" for each in found] == utc
    assert [each.original for each in found] == [first + DAY * number for number in range(3)]
    night = found[1].original.replace(fold=1)
    assert occurrences(parsed("FREQ=DAILY;COUNT=2", night), STOCKHOLM) == found[1:]
    assert occurrences(rest_from(parsed("FREQ=DAILY;COUNT=3", first), night), STOCKHOLM) == found[1:]


def expected_starts(rule: Rule, first: datetime, until: datetime | None, count: int) -> list[datetime] | str:
    """Tell what a rule should give, or with which code it should be refused."""
    if count > MOST_OCCURRENCES:
        return RuleTooMany.code
    last = first.date() + LATEST
    found = [datetime.combine(day, first.time()) for day in rule.days(first.date(), last)]
    if until:
        found = [start for start in found if start.replace(tzinfo=STOCKHOLM).astimezone(UTC) <= until]
    if found[:1] != [first]:
        return RuleMissesStart.code
    if len(found) < count:
        return RuleTooLong.code
    found = found[: count or None]
    return found if len(found) <= MOST_OCCURRENCES else RuleTooMany.code


@unhurried
@given(started() | st.tuples(RULES, STARTS), st.integers(1, 210), st.data())
def test_a_rule_gives_what_counting_day_by_day_gives(
    case: tuple[Rule, datetime], count: int, data: st.DataObject
) -> None:
    (rule, first), until = case, None
    end = f"COUNT={count}"
    if data.draw(st.booleans(), "by date"):
        day = first.date() + DAY * data.draw(st.integers(-3, LATEST.days - 1), "days")
        until, count = datetime.combine(day, data.draw(st.times(), "at"), tzinfo=UTC).replace(microsecond=0), 0
        end = f"UNTIL={until:%Y%m%dT%H%M%SZ}"
    text = ";".join(data.draw(st.permutations([*rule.parts(), end])))
    expected = expected_starts(rule, first, until, count)
    if isinstance(expected, list):
        assert starts(parsed(text, first)) == expected
    else:
        with pytest.raises(RuleError, match=expected):
            parsed(text, first)


@st.composite
def taken(draw: st.DrawFn) -> Recurrence:
    """Draw a rule that is taken, ending by date or by count."""
    rule, first = draw(started())
    all_days = rule.days(first.date(), first.date() + LATEST)[:MOST_OCCURRENCES]
    number = draw(st.integers(1, len(all_days)))
    by_date = f"UNTIL={all_days[number - 1]:%Y%m%d}"
    return parsed(";".join([*rule.parts(), draw(st.sampled_from([by_date, f"COUNT={number}"]))]), first)


@unhurried
@given(taken(), st.data())
def test_one_spelling_stands_for_all_of_a_rule(recurrence: Recurrence, data: st.DataObject) -> None:
    shuffled = ";".join(data.draw(st.permutations(recurrence.rule.split(";"))))
    for text in (recurrence.rule, f"RRULE:{shuffled}", shuffled.lower()):
        assert parsed(text, recurrence.first) == recurrence


@unhurried
@given(taken())
def test_the_time_on_the_wall_is_always_that_of_the_first(recurrence: Recurrence) -> None:
    found = occurrences(recurrence, STOCKHOLM)
    assert found[0].original == recurrence.first
    assert {each.original.time() for each in found} == {recurrence.first.time()}
    for each in found:
        shown = each.starts_at.astimezone(STOCKHOLM).replace(tzinfo=None)
        assert shown in (each.original, each.original + timedelta(hours=1))
        assert shown == each.original or each.original.hour == 2
    assert sorted({each.starts_at for each in found}) == [each.starts_at for each in found]


@unhurried
@given(taken(), st.data())
def test_the_rest_from_an_occurrence_is_the_end_of_the_whole(recurrence: Recurrence, data: st.DataObject) -> None:
    whole = starts(recurrence)
    at = data.draw(st.integers(0, len(whole) - 1))
    rest = rest_from(recurrence, whole[at])
    assert starts(rest) == whole[at:]
    assert parsed(rest.rule, rest.first) == rest


@pytest.mark.parametrize(
    ("text", "day", "moved"),
    [
        ("FREQ=WEEKLY;COUNT=3", 1, "FREQ=WEEKLY;COUNT=3;BYDAY={}"),
        ("FREQ=MONTHLY;COUNT=3", 1, "FREQ=MONTHLY;COUNT=3;BYMONTHDAY={}"),
        ("FREQ=DAILY;COUNT=3", 1, "FREQ=DAILY;COUNT=3"),
    ],
)
def test_a_rule_that_only_says_its_first_day_follows_it(text: str, day: int, moved: str) -> None:
    recurrence = parsed(text)
    later = recurrence.first.date() + timedelta(days=day)
    said = WEEKDAYS[later.weekday()] if "WEEKLY" in text else later.day
    assert on_another_day(recurrence, later) == moved.format(said)


def test_a_rule_with_several_days_keeps_them() -> None:
    first = AFTERNOON.date()
    days = ",".join(sorted({WEEKDAYS[first.weekday()], "SU"}, key=WEEKDAYS.index))
    recurrence = parsed(f"FREQ=WEEKLY;COUNT=3;BYDAY={days}")
    assert on_another_day(recurrence, first + DAY) == recurrence.rule


@pytest.mark.parametrize("end", ["COUNT=3", "UNTIL=20260921"])
def test_a_split_falls_on_an_occurrence(end: str) -> None:
    recurrence = parsed(f"FREQ=WEEKLY;{end}")
    for stranger in (AFTERNOON + DAY, AFTERNOON + timedelta(hours=1), AFTERNOON + DAY * 21):
        with pytest.raises(ValueError, match="not in tuple"):
            rest_from(recurrence, stranger)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FREQ=DAILY;COUNT=10000", "rule_too_many"),
        ("FREQ=DAILY;COUNT=201", "rule_too_many"),
        ("FREQ=WEEKLY;COUNT=201", "rule_too_many"),
        ("FREQ=DAILY;UNTIL=20270326", "rule_too_many"),
        ("FREQ=WEEKLY;COUNT=54", "rule_too_long"),
        ("FREQ=MONTHLY;INTERVAL=12;COUNT=3", "rule_too_long"),
        ("FREQ=WEEKLY;UNTIL=20270908", "rule_too_long"),
        ("FREQ=WEEKLY;UNTIL=20270908T130000Z", "rule_too_long"),
        ("FREQ=DAILY;UNTIL=99991231", "rule_too_long"),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", "rule_too_long"),
        ("FREQ=WEEKLY;UNTIL=20260906", "rule_misses_start"),
        ("FREQ=WEEKLY;UNTIL=20260907T145959", "rule_misses_start"),
        ("FREQ=WEEKLY;UNTIL=10000101T000000Z", "rule_misses_start"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "rule_misses_start"),
        ("FREQ=MONTHLY;BYDAY=2MO;COUNT=3", "rule_misses_start"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12;COUNT=3", "rule_misses_start"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5;INTERVAL=12;COUNT=3", "rule_misses_start"),
    ],
)
def test_a_rule_that_can_not_be_followed_is_refused(text: str, code: str) -> None:
    with pytest.raises(RuleError, match=code) as refused:
        parsed(text)
    assert (refused.value.field, refused.value.status) == ("rule", 400)


@pytest.mark.parametrize(
    "text",
    ["FREQ=DAILY;COUNT=200", "FREQ=DAILY;UNTIL=20270325", "FREQ=WEEKLY;COUNT=53", "FREQ=WEEKLY;UNTIL=20270907"],
)
def test_a_rule_may_go_to_the_limit(text: str) -> None:
    assert starts(parsed(text))
