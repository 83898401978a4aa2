"""The rules alone, in milliseconds."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actions import Allowed
from core.errors import DomainError
from core.periods import local_date
from core.text import LANGUAGES
from occasions import rules
from occasions.rules import allowed_actions, check_action, check_days, check_times, check_units, reweigh

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STATUSES = ("planned", "completed", "cancelled", "no_show")
OFFSETS = st.timedeltas(timedelta(days=-400), timedelta(days=400))
UNITS = st.integers(1, 12).map(Decimal)


@given(OFFSETS, st.timedeltas(timedelta(days=-1), timedelta(days=20)))
def test_times_are_taken_just_when_every_rule_holds(offset: timedelta, length: timedelta) -> None:
    good = timedelta(0) < length <= rules.LONGEST and -rules.LONGEST_AGO <= offset <= rules.FARTHEST_AHEAD
    if good:
        check_times(NOW + offset, NOW + offset + length, NOW)
    else:
        with pytest.raises(DomainError, match=r"end_before_start|too_long|too_far_ahead|too_long_ago") as refused:
            check_times(NOW + offset, NOW + offset + length, NOW)
        assert refused.value.field in ("starts_at", "ends_at")


@given(st.dates(date(2026, 5, 1), date(2026, 8, 1)))
def test_a_day_lies_within_all_ranges_or_is_refused(day: date) -> None:
    assignment, decision = (date(2026, 6, 1), None), (date(2026, 5, 10), date(2026, 6, 30))
    if date(2026, 6, 1) <= day <= date(2026, 6, 30):
        check_days(day, assignment, decision)
    else:
        with pytest.raises(rules.OutsideAssignment):
            check_days(day, assignment, decision)


@pytest.mark.parametrize(
    ("asked", "most", "halves", "error"),
    [
        ("1", "1", False, None),
        ("2", "3", False, None),
        ("0", "1", False, rules.UnitsNotWhole),
        ("0.5", "1", False, rules.UnitsNotWhole),
        ("1.3", "2", False, rules.UnitsNotWhole),
        ("1.5", "2", False, rules.UnitsNotWhole),
        ("-1", "2", False, rules.UnitsNotWhole),
        ("3", "2", False, rules.UnitsAboveTable),
        ("0.5", "1", True, None),
        ("1.5", "2", True, None),
        ("0", "1", True, rules.UnitsNotHalf),
        ("1.3", "2", True, rules.UnitsNotHalf),
        ("2.5", "2", True, rules.UnitsAboveTable),
    ],
)
def test_units_are_whole_or_halves_and_within_the_table(
    asked: str, most: str, halves: bool, error: type[DomainError] | None
) -> None:
    if error is None:
        check_units(Decimal(asked), most=Decimal(most), halves=halves)
    else:
        with pytest.raises(error):
            check_units(Decimal(asked), most=Decimal(most), halves=halves)


@given(UNITS, UNITS, UNITS)
def test_what_weighed_its_length_goes_on_so_and_the_rest_never_grows(
    units: Decimal, before: Decimal, after: Decimal
) -> None:
    found = reweigh(units, before=before, after=after)
    assert found <= after
    assert found == after or (found == units and units != before)


@given(st.sampled_from(STATUSES), OFFSETS, st.sampled_from(list(rules.TRANSITIONS)))
def test_nothing_that_is_over_is_changed_and_nothing_is_held_before_its_day(
    status: str, offset: timedelta, action: str
) -> None:
    starts_at = NOW + offset
    later = local_date(starts_at, STOCKHOLM) > local_date(NOW, STOCKHOLM)
    try:
        after = check_action(action, status=status, starts_at=starts_at, now=NOW, zone=STOCKHOLM)
    except rules.WrongStatus:
        assert status in ("cancelled", "no_show") or (status == "completed" and action != "edit")
    except rules.NotYetHeld:
        assert later
        assert action in ("complete", "no_show") or (action, status) == ("edit", "completed")
    else:
        assert not (later and after in ("completed", "no_show"))
        assert status in ("planned", "completed")


@given(st.sampled_from(STATUSES), OFFSETS, st.none() | st.sampled_from(["wrong_role", "not_found"]))
def test_allowed_actions_say_what_the_rule_then_does(status: str, offset: timedelta, obstacle: str | None) -> None:
    starts_at = NOW + offset
    found = allowed_actions(
        status=status, starts_at=starts_at, now=NOW, zone=STOCKHOLM, settled=True, obstacle=obstacle
    )
    assert [allowed.action for allowed in found] == ["edit", "complete", "cancel", "no_show"]
    for allowed in found:
        code = obstacle
        try:
            check_action(allowed.action, status=status, starts_at=starts_at, now=NOW, zone=STOCKHOLM)
        except DomainError as error:
            code = code or error.code
        assert allowed == Allowed(allowed.action, code is None, code)


def test_logging_begins_when_it_has_ended() -> None:
    assert rules.is_held(NOW, NOW)
    assert not rules.is_held(NOW + timedelta(microseconds=1), NOW)


@pytest.mark.parametrize(
    "error",
    [
        rules.UnitsAboveTable(units="2"),
        rules.QuotaExceeded(remaining="0", month="juni 2026", units="1"),
        *[kind() for kind in (rules.EndBeforeStart, rules.TooLong, rules.TooFarAhead, rules.TooLongAgo)],
        *[kind() for kind in (rules.OutsideAssignment, rules.NotYetHeld, rules.WrongStatus)],
        *[kind() for kind in (rules.UnitsNotWhole, rules.UnitsNotHalf)],
    ],
    ids=lambda error: error.code,
)
def test_every_refusal_is_one_sentence_or_two_in_each_language(error: DomainError) -> None:
    for language in LANGUAGES:
        said = error.detail(language)
        assert said.endswith(".")
        assert "{" not in said
