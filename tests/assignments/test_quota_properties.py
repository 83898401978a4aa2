"""What holds for every quota, whatever happened in the month."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from assignments.quota import KINDS, Quota, Terms, Use, quota_of
from core.periods import Month
from core.text import LANGUAGES

JUNE = Month(2026, 6)
UNITS = st.integers(1, 12).map(lambda halves: Decimal(halves) / 2)
DAYS = st.dates(JUNE.first_day, JUNE.last_day)
USES = st.lists(
    st.builds(
        Use,
        st.none() | st.uuids().map(str),
        DAYS,
        UNITS,
        st.sampled_from(list(KINDS)),
        st.booleans(),
    ),
    max_size=8,
)
TERMS = st.builds(
    Terms,
    UNITS,
    st.dates(date(2026, 5, 1), date(2026, 6, 15)),
    st.none() | st.dates(date(2026, 6, 15), date(2027, 1, 1)),
)


@given(TERMS, USES)
def test_entries_add_up_to_the_totals(terms: Terms, uses: list[Use]) -> None:
    quota = quota_of(terms, JUNE, uses)
    sums = {kind: Decimal(0) for kind in ("granted", "used", "planned", "released")}
    for entry in quota.entries:
        assert entry.units >= 0
        sums[entry.kind] += entry.units
    assert (quota.granted, quota.used, quota.planned, Decimal(0)) == tuple(sums.values())
    assert quota.remaining == quota.granted - quota.used - quota.planned
    assert len(quota.entries) == len(uses) + 1


@given(TERMS, USES)
def test_every_entry_has_a_sentence_in_both_languages_that_names_its_number(terms: Terms, uses: list[Use]) -> None:
    for entry in quota_of(terms, JUNE, uses).entries:
        for language in LANGUAGES:
            said = entry.sentence(language)
            assert said.endswith(".")
            assert "{" not in said
            if entry.units:
                number = f"{entry.units.normalize():f}"
                assert (number.replace(".", ",") if language == "sv" else number) in said


@given(TERMS, USES, st.randoms(use_true_random=False))
def test_the_order_in_which_occasions_are_read_does_not_matter(
    terms: Terms, uses: list[Use], random: Random
) -> None:
    shuffled = list(uses)
    random.shuffle(shuffled)
    assert quota_of(terms, JUNE, shuffled) == quota_of(terms, JUNE, uses)


def test_the_order_does_not_matter_among_the_hidden_ones_of_one_day_either() -> None:
    terms = Terms(Decimal(4), date(2026, 1, 1), None)
    day = [Use(None, date(2026, 6, 3), Decimal(1), status, by_another=True) for status in KINDS]
    quotas = {quota_of(terms, JUNE, order) for order in permutations(day)}
    assert len(quotas) == 1


def changed(terms: Terms, uses: list[Use], position: int, after: Decimal) -> tuple[Quota, bool]:
    """Return the quota with one occasion changed, and whether there was room for that."""
    before = uses[position]
    counted = Decimal(0) if KINDS[before.status] == "released" else before.units
    allowed = quota_of(terms, JUNE, uses).has_room_for(before=counted, after=after)
    there = replace(before, units=after, status="planned")
    return quota_of(terms, JUNE, [*uses[:position], there, *uses[position + 1 :]]), allowed


@given(TERMS, USES.filter(bool), st.data(), UNITS)
def test_an_edit_is_refused_just_when_it_takes_more_than_there_is(
    terms: Terms, uses: list[Use], data: st.DataObject, after: Decimal
) -> None:
    position = data.draw(st.integers(0, len(uses) - 1))
    counted = Decimal(0) if KINDS[uses[position].status] == "released" else uses[position].units
    quota, allowed = changed(terms, uses, position, after)
    assert allowed == (after <= counted or quota.remaining >= 0)


@given(TERMS, USES, UNITS)
def test_an_edit_that_touches_no_units_is_never_refused_and_shrinking_always_works(
    terms: Terms, uses: list[Use], units: Decimal
) -> None:
    quota = quota_of(terms, JUNE, uses)
    assert quota.has_room_for(before=units, after=units)
    assert quota.has_room_for(before=units, after=units - Decimal("0.5"))


@given(TERMS, USES, UNITS)
def test_a_move_to_another_month_pays_in_full_there(terms: Terms, uses: list[Use], units: Decimal) -> None:
    quota = quota_of(terms, JUNE, uses)
    assert quota.has_room_for(before=Decimal(0), after=units) == (units <= quota.remaining)
