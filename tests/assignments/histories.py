"""Random policies, decisions and what happens in them, for tests of what always holds."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from assignments.grants import Scope, Terms
from assignments.judging import Book
from assignments.quota import Adjustment, Use
from assignments.rules import HALF, ONE, STATUSES, WHO, CancellationTable, PolicyRules, PolicyVersions
from core.periods import PERIOD_KINDS, local_moment
from tests.assignments.ledgers import CANCELLATIONS, STOCKHOLM, WEIGHTS

# Both switches of the clock, New Year and a leap day.
START, LONGEST = date(2027, 10, 1), 190
LATE_COSTS = CancellationTable.parse(
    {"status": status, "by": by, "notice_hours": hours, "units_used": by == "client" and not hours}
    | {"paid": False, "costs_repaid": False}
    for status in STATUSES
    for by in WHO
    for hours in (0, 24)
)
ANSWERS = st.sampled_from(["warn", "ask", "block"])
DAYS = st.integers(0, LONGEST).map(lambda number: START + timedelta(days=number))
# Around midnight and the switch of the clock as often as at noon.
TIMES = st.sampled_from([time(0), time(0, 30), time(2), time(2, 30), time(12), time(15), time(22), time(23, 59)])
LENGTHS = st.sampled_from([30, 120, 299, 300, 540, 600, 1200, 2880, 4000])  # minutes
MOST = Decimal(4)  # none of these weighs more
DECISIONS = st.tuples(
    st.booleans(),
    st.sampled_from(PERIOD_KINDS),
    st.integers(0, 40),
    st.none() | st.integers(0, LONGEST),
    st.integers(1, 8),
)
MOMENTS = st.tuples(st.integers(-3, 70) | st.integers(-3, LONGEST), TIMES, LENGTHS)
STATES = st.tuples(
    st.sampled_from(["planned", "planned", "completed", "cancelled", "no_show"]),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(1, 4),
    st.sampled_from(WHO),
    st.sampled_from([0, 23, 24, 100]),
    st.booleans(),
    st.booleans(),
)
ADJUSTED = st.lists(st.tuples(DAYS, st.integers(-6, 6).filter(bool)), max_size=3)
# The same examples every time, so that one that fails can be tried again.
same = settings(derandomize=True, deadline=None, max_examples=60)


def policies(answers: st.SearchStrategy[str] = ANSWERS) -> st.SearchStrategy[PolicyVersions]:
    """Return a policy of up to four versions."""
    caps = st.integers(0, 12).map(Decimal)
    version = st.builds(
        PolicyRules,
        first_day=st.integers(-30, LONGEST).map(lambda number: START + timedelta(days=number)),
        weights=st.just(WEIGHTS),
        cancellations=st.sampled_from([CANCELLATIONS, LATE_COSTS]),
        period=st.sampled_from(["", *PERIOD_KINDS]),
        partial_period=st.sampled_from(["whole", "pro_rata"]),
        saving_cap=st.just(Decimal(0)) | caps,
        saving_age=st.none() | st.integers(1, 4),
        ahead_cap=st.just(Decimal(0)) | caps,
        on_exceeded=answers,
    )
    versions = st.lists(version, min_size=1, max_size=4, unique_by=lambda one: one.first_day)
    return versions.map(PolicyVersions.of)


@st.composite
def decisions(draw: st.DrawFn) -> Terms:
    """Return the terms of a decision of either kind, of one day or many, with up to three scopes."""
    family, period, first, length, *steps = draw(DECISIONS)
    step = HALF if family else ONE
    first_day = START + timedelta(days=first)
    changes = draw(st.dictionaries(DAYS, st.integers(1, 8), max_size=2))
    later = [Scope(day, units * step) for day, units in sorted(changes.items()) if day > first_day]
    return Terms(
        scopes=(Scope(first_day, steps[0] * step), *later),
        first_day=first_day,
        last_day=None if length is None else first_day + timedelta(days=length),
        period=period,
        family=family,
    )


@st.composite
def times(draw: st.DrawFn, terms: Terms) -> tuple[datetime, datetime]:
    """Return when an occasion starts and ends, mostly in the first months of a decision."""
    day, at, length = draw(MOMENTS)
    starts_at = local_moment(terms.first_day + timedelta(days=day), at, STOCKHOLM)
    return starts_at, starts_at + timedelta(minutes=length)


@st.composite
def occasions(draw: st.DrawFn, terms: Terms, occasion_id: str | None) -> Use:
    """Return an occasion in any state, with or without units of its own."""
    starts_at, ends_at = draw(times(terms))
    status, own, more, by, hours, flag, by_another = draw(STATES)
    settled = status in STATUSES
    own_units = None if own is None else own * terms.step
    waits = more is not None and status == "planned"
    return Use(
        occasion_id=occasion_id,
        starts_at=starts_at,
        ends_at=ends_at,
        status=status,
        own_units=own_units,
        asked_units=(MOST if own_units is None else own_units) + more * terms.step if waits else None,
        cancelled_by=by if settled else "",
        cancelled_at=starts_at - timedelta(hours=hours) if settled else None,
        is_skipped=flag and status == "cancelled",
        by_another=by_another,
    )


@st.composite
def books(draw: st.DrawFn, answers: st.SearchStrategy[str] = ANSWERS, most: int = 8) -> Book:
    """Return the book of a decision in which anything may have happened."""
    terms = draw(decisions())
    keys = [str(number) for number in range(draw(st.integers(0, most)))]
    return Book(
        terms=terms,
        versions=draw(policies(answers)),
        zone=STOCKHOLM,
        uses={key: draw(occasions(terms, key)) for key in keys},
        adjustments=tuple(
            Adjustment(f"adjustment-{number}", day, steps * terms.step, "Flytt")
            for number, (day, steps) in enumerate(draw(ADJUSTED))
        ),
    )
