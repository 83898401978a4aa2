"""The rules alone, in milliseconds."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actions import Allowed
from core.errors import DomainError
from core.periods import local_date
from core.text import LANGUAGES
from occasions import rules
from occasions.rules import Obstacles, allowed_actions, check_action, check_days, check_times, is_ahead

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STATUSES = ("planned", "completed", "cancelled", "no_show")
OFFSETS = st.timedeltas(timedelta(days=-400), timedelta(days=400))
OBSTACLES = st.none() | st.sampled_from(["wrong_role", "not_found"])


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


@given(st.sampled_from(STATUSES), OFFSETS, st.sampled_from(list(rules.TRANSITIONS)), st.booleans())
def test_nothing_that_is_over_is_changed_and_nothing_is_held_before_its_day(
    status: str, offset: timedelta, action: str, skipped: bool
) -> None:
    starts_at = NOW + offset
    later = local_date(starts_at, STOCKHOLM) > local_date(NOW, STOCKHOLM)
    skipped = skipped and status == "cancelled"
    try:
        after = check_action(action, status=status, starts_at=starts_at, now=NOW, zone=STOCKHOLM, skipped=skipped)
    except rules.WrongStatus:
        assert status not in rules.TRANSITIONS[action]
        assert action == "restore" or status != "planned"
    except rules.NotSkipped:
        assert (action, status, skipped) == ("restore", "cancelled", False)
    except rules.NotYetHeld:
        assert later
        assert action in ("complete", "no_show") or (action, status) == ("edit", "completed")
    else:
        assert not (later and after in ("completed", "no_show"))
        assert status in ("planned", "completed") or skipped


@given(
    st.sampled_from(STATUSES),
    OFFSETS,
    st.booleans(),
    st.sampled_from(["", "waiting", "approved", "declined"]),
    st.builds(Obstacles, OBSTACLES, OBSTACLES),
)
def test_allowed_actions_say_what_the_rule_then_does(
    status: str, offset: timedelta, skipped: bool, asked: str, obstacles: Obstacles
) -> None:
    found = allowed_actions(
        status=status,
        settled=True,
        skipped=skipped,
        asked=asked,
        ahead=is_ahead(NOW + offset, now=NOW, zone=STOCKHOLM),
        obstacles=obstacles,
    )
    assert [allowed.action for allowed in found] == [
        "edit", "complete", "cancel", "no_show", "restore", "approve", "decline",
    ]  # fmt: skip
    for allowed in found[:5]:
        code = obstacles.plan
        try:
            check_action(
                allowed.action, status=status, starts_at=NOW + offset, now=NOW, zone=STOCKHOLM, skipped=skipped
            )
        except DomainError as error:
            code = code or error.code
        assert allowed == Allowed(allowed.action, code is None, code)
    for allowed in found[5:]:
        code = obstacles.answer or (None if asked == "waiting" else "nothing_asked")
        assert allowed == Allowed(allowed.action, code is None, code)


def test_logging_begins_when_it_has_ended() -> None:
    assert rules.is_held(NOW, NOW)
    assert not rules.is_held(NOW + timedelta(microseconds=1), NOW)


@pytest.mark.parametrize(
    "error",
    [
        *[kind() for kind in (rules.EndBeforeStart, rules.TooLong, rules.TooFarAhead, rules.TooLongAgo)],
        *[kind() for kind in (rules.OutsideAssignment, rules.NotYetHeld, rules.WrongStatus, rules.Overlapping)],
        *[kind() for kind in (rules.NotSkipped, rules.NothingAsked, rules.UnknownOccasion)],
    ],
    ids=lambda error: error.code,
)
def test_every_refusal_is_one_sentence_or_two_in_each_language(error: DomainError) -> None:
    for language in LANGUAGES:
        said = error.detail(language)
        assert said.endswith(".")
        assert "{" not in said
