"""What is sent at all, and what follows from an attempt: every outcome, at every attempt."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.fcm import Outcome
from notifications.rules import GIVE_UP_AFTER, LONGEST_WAIT_SECONDS, After, after_sending, why_not_send
from tests.world import NOW

SECOND = timedelta(seconds=1)
FINAL = (Outcome.SENT, Outcome.GONE, Outcome.WRONG_SENDER, Outcome.OUR_BUG, Outcome.REFUSED)
PASSING = (Outcome.BRAKE, Outcome.UNAVAILABLE, Outcome.UNAUTHORISED)
LONGEST_ASKED = 24 * 60 * 60.0  # what notifications.fcm lets through

MANY = 10_000  # more than fit into the time after which a delivery is given up
attempts = st.integers(1, MANY)
jitters = st.floats(0, 1, exclude_max=True)
asked = st.none() | st.floats(0, LONGEST_ASKED)


def after(outcome: Outcome, attempt: int = 1, *, retry_after: float | None = None, jitter: float = 0.0) -> After:
    return after_sending(
        outcome=outcome.value, attempts=attempt, now=NOW, retry_after_seconds=retry_after, jitter=jitter
    )


def wait(result: After) -> float:
    assert result.next_try_at
    return (result.next_try_at - NOW).total_seconds()


def test_every_outcome_has_a_consequence_of_its_own() -> None:
    assert set(FINAL) | set(PASSING) == set(Outcome)


@pytest.mark.parametrize("attempt", [1, MANY])
def test_what_is_sent_is_done(attempt: int) -> None:
    assert after(Outcome.SENT, attempt) == After("sent")


@pytest.mark.parametrize("attempt", [1, MANY])
def test_only_an_app_that_is_gone_or_anothers_ends_its_device(attempt: int) -> None:
    ending = {Outcome.GONE, Outcome.WRONG_SENDER}
    assert {outcome for outcome in Outcome if after(outcome, attempt).revoke} == ending


@pytest.mark.parametrize("attempt", [1, MANY])
def test_an_app_of_another_project_alarms_too(attempt: int) -> None:
    assert after(Outcome.GONE, attempt) == After("failed", revoke=True)
    assert after(Outcome.WRONG_SENDER, attempt) == After("failed", revoke=True, alarm=True)


def test_a_mistake_of_ours_alarms_and_keeps_the_device() -> None:
    assert after(Outcome.OUR_BUG) == After("failed", alarm=True)


@pytest.mark.parametrize("outcome", PASSING)
@pytest.mark.parametrize("attempt", [1, MANY])
def test_what_passes_is_tried_again_however_often_it_was(outcome: Outcome, attempt: int) -> None:
    result = after(outcome, attempt)

    assert result.status == "retrying"
    assert result.alarm == (outcome == Outcome.UNAUTHORISED)


def test_too_fast_waits_a_minute_when_fcm_names_no_time() -> None:
    assert wait(after(Outcome.BRAKE)) == 60
    assert wait(after(Outcome.UNAVAILABLE)) == 5


@given(st.sampled_from(PASSING), attempts, asked, jitters)
def test_nothing_is_tried_before_fcm_said_as_far_as_it_is_believed(
    outcome: Outcome, attempt: int, retry_after: float | None, jitter: float
) -> None:
    result = after(outcome, attempt, retry_after=retry_after, jitter=jitter)

    # A datetime is exact to a microsecond.
    assert wait(result) >= min(retry_after or 0, LONGEST_WAIT_SECONDS) - 1e-6


@given(st.sampled_from(PASSING), asked, jitters)
def test_the_waits_grow_and_are_bounded(outcome: Outcome, retry_after: float | None, jitter: float) -> None:
    waits = [
        wait(after(outcome, attempt, retry_after=retry_after, jitter=jitter)) for attempt in (*range(1, 30), MANY)
    ]

    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert waits[0] >= 5
    assert waits[-1] <= 1800 * 1.5 + 1e-6  # a datetime is exact to a microsecond


@given(st.sampled_from(list(Outcome)), attempts, asked, jitters)
def test_every_way_goes_on_or_ends(
    outcome: Outcome, attempt: int, retry_after: float | None, jitter: float
) -> None:
    result = after(outcome, attempt, retry_after=retry_after, jitter=jitter)

    assert result.status in ("sent", "failed", "retrying")
    assert (result.status == "retrying") == (result.next_try_at is not None)
    assert result.revoke is False or result.status == "failed"


@given(asked, st.sampled_from(PASSING))
def test_an_outage_costs_few_attempts(retry_after: float | None, outcome: Outcome) -> None:
    until_given_up, tries = GIVE_UP_AFTER.total_seconds(), 0
    while until_given_up > 0:
        tries += 1
        until_given_up -= wait(after(outcome, tries, retry_after=retry_after))

    assert tries <= 3 * 24 * 2 + 10  # every half hour for three days, and the first ones


def refused(
    *,
    is_revoked: bool = False,
    has_moved: bool = False,
    is_active: bool = True,
    is_outdated: bool = False,
    expires_in: int | None = None,
    is_wanted: bool = True,
    told: timedelta = timedelta(0),
) -> str:
    expires_at = None if expires_in is None else NOW + timedelta(seconds=expires_in)
    return why_not_send(
        is_revoked=is_revoked,
        has_moved=has_moved,
        is_active=is_active,
        is_wanted=is_wanted,
        is_outdated=is_outdated,
        expires_at=expires_at,
        told_at=NOW - told,
        at=NOW,
    )


def test_what_nothing_speaks_against_is_sent() -> None:
    assert refused() == ""
    assert refused(expires_in=1, told=GIVE_UP_AFTER - SECOND) == ""


def test_what_must_not_be_sent_says_why() -> None:
    assert refused(is_revoked=True) == "device_revoked"
    assert refused(has_moved=True) == "device_moved"
    assert refused(is_active=False) == "recipient_inactive"
    assert refused(is_wanted=False) == "muted"
    assert refused(is_outdated=True) == "outdated"
    assert refused(expires_in=0) == "expired"
    assert refused(told=GIVE_UP_AFTER) == "given_up"
