"""An edit of something that somebody else may have changed: what is not the same merges, what is asks a person."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.queue_merging import TOGETHER, BaseIncomplete, compare
from assignments.models import Assignment
from expenses.models import Expense
from occasions.models import ActivityKind, Occasion
from people.models import User
from tests import world
from tests.api.queues import item, outcomes, sent

TITLES = {"title": "Bio"}
START, END = "2026-06-12T15:00:00+02:00", "2026-06-12T17:00:00+02:00"
LATER = "2026-06-12T18:00:00+02:00"


@pytest.fixture
def occasion(noon: Any, assignment: Assignment) -> Occasion:
    """What Karin has planned for Friday."""
    return world.make_occasion(assignment, world.NOW + timedelta(days=2, hours=3), place="Torget")


def read(user: User, row: Occasion | Expense) -> Any:
    """Read an object as a phone does."""
    kind = "occasions" if isinstance(row, Occasion) else "expenses"
    return world.signed_in(user).get(f"/api/v1/{kind}/{row.pk}").json()


def edit(user: User, row: Occasion | Expense, body: Any, **more: Any) -> Any:
    """Send one edit; return its result."""
    kind = "occasions" if isinstance(row, Occasion) else "expenses"
    [result] = sent(user, item(user, "PATCH", f"/{kind}/{row.pk}", body, **more))
    return result


def conflicts(result: Any) -> dict[str, tuple[Any, Any, Any]]:
    """Return what is in conflict: by field what was seen, what is wanted and what is there."""
    assert (result["status"], result["code"]) == (409, "edit_conflict"), result
    return {one["field"]: (one["base"], one["yours"], one["theirs"]) for one in result["body"]["conflicts"]}


def test_other_fields_merge(karin: User, occasion: Occasion) -> None:
    seen = read(karin, occasion)
    occasion.change(place="Biblioteket")

    result = edit(karin, occasion, {"note": "Ta med paraply."}, base=seen)

    assert result["status"] == 200
    assert (result["body"]["note"], result["body"]["place"]) == ("Ta med paraply.", "Biblioteket")


def test_the_same_field_comes_back_with_both(karin: User, occasion: Occasion) -> None:
    occasion.change(place="Biblioteket")

    result = edit(karin, occasion, {"place": "Kaféet", "note": "x"}, base={"place": "Torget", "note": ""})

    assert conflicts(result) == {"place": ("Torget", "Kaféet", "Biblioteket")}
    assert result["body"]["present"] == read(karin, occasion)
    assert read(karin, occasion)["note"] == ""


def test_what_is_so_already_is_no_conflict_and_no_news(karin: User, occasion: Occasion) -> None:
    occasion.change(place="Kaféet")
    result = edit(karin, occasion, {"place": "Kaféet"}, base={"place": "Torget"})
    assert (result["status"], result["body"]["version"]) == (200, 2)


def test_a_new_start_and_another_s_new_end_are_no_third_time(karin: User, occasion: Occasion) -> None:
    occasion.change(ends_at=occasion.ends_at + timedelta(hours=1))

    result = edit(
        karin, occasion, {"starts_at": "2026-06-12T14:00:00+02:00"}, base={"starts_at": START, "ends_at": END}
    )

    assert conflicts(result).keys() == {"ends_at"}


def test_a_moment_is_the_same_in_every_zone(karin: User, occasion: Occasion) -> None:
    base = {"starts_at": "2026-06-12T13:00:00Z", "ends_at": "2026-06-12T16:00:00+01:00"}
    occasion.change(note="x")
    result = edit(karin, occasion, {"ends_at": LATER}, base=base)
    assert (result["status"], result["body"]["note"]) == (200, "x")


def test_activities_are_one_field(karin: User, occasion: Occasion) -> None:
    kind = ActivityKind.objects.get(municipality=occasion.municipality, code="walk")
    occasion.activities.create(kind=kind, position=0)
    occasion.touch()
    wanted = {"activities": [{"kind": "walk"}, {"kind": "coffee"}]}

    assert conflicts(edit(karin, occasion, wanted, base={"activities": []})).keys() == {"activities"}
    assert edit(karin, occasion, wanted, base={"activities": [{"kind": "walk", "note": ""}]})["status"] == 200


def test_other_units_are_asked_for_something_as_long_as_it_was(karin: User, occasion: Occasion) -> None:
    seen = read(karin, occasion)
    occasion.change(ends_at=occasion.ends_at + timedelta(hours=4))
    wanted = {"units": 2, "units_reason": "Långt dit."}

    assert conflicts(edit(karin, occasion, wanted, base=seen)).keys() >= {"ends_at"}


def test_an_occasion_is_skipped_for_another_by_an_edit_that_merges(karin: User, occasion: Occasion) -> None:
    other = world.make_occasion(occasion.assignment, world.NOW + timedelta(days=4))
    seen = read(karin, occasion)
    occasion.change(note="x")
    edited = item(
        karin, "PATCH", f"/occasions/{occasion.pk}", {"title": "Bio", "skip": [str(other.pk)]}, base=seen
    )

    assert [sent(karin, edited)[0]["status"] for _ in range(2)] == [200, 200]

    other.refresh_from_db()
    assert other.skipped_for_id == occasion.pk


def test_money_is_one_field_with_what_it_was_for(karin: User, assignment: Assignment, noon: Any) -> None:
    expense = world.make_expense(assignment, category="coins")
    seen = read(karin, expense)
    expense.change(spent_on=world.NOW.date())

    assert conflicts(edit(karin, expense, {"claimed_amount": "99.00"}, base=seen)).keys() == {"spent_on"}
    assert edit(karin, expense, {"note": "Två kaffe"}, base=seen)["status"] == 200
    assert edit(karin, expense, {"claimed_amount": "99.00"}, base=read(karin, expense))["status"] == 200


def test_a_drive_is_compared_as_it_was_sent(karin: User, assignment: Assignment, noon: Any) -> None:
    world.make_drive(assignment.municipality)
    drive: dict[str, Any] = {"mileage_from": "Kalix", "mileage_to": "Luleå", "mileage_purpose": "Bio"}
    drive |= {"mileage_km": Decimal(12), "mileage_rate": Decimal("2.50")}
    expense = world.make_expense(assignment, category="car", claimed="30.00", **drive)
    base = read(karin, expense)
    base["mileage"] = {"from": "Kalix", "to": "Luleå", "purpose": "Bio", "km": 12}
    wanted = {"mileage": {"from": "Kalix", "to": "Boden", "purpose": "Bio", "km": 9.5}}

    assert edit(karin, expense, wanted, base=base)["status"] == 200


def test_without_a_base_the_version_counts(karin: User, occasion: Occasion) -> None:
    occasion.change(note="x")
    results = [edit(karin, occasion, TITLES, **more) for more in ({}, {"version": 1}, {"version": 2})]
    assert outcomes(results) == [(428, "version_required"), (412, "stale_version"), (200, None)]
    assert results[1]["body"]["present"]["note"] == "x"


def test_what_was_seen_of_each_field_has_to_be_said(karin: User, occasion: Occasion) -> None:
    result = edit(karin, occasion, {"ends_at": LATER}, base={"ends_at": END})
    assert (result["status"], result["code"]) == (400, "base_incomplete")
    assert "starts_at" in result["body"]["detail"]


def test_the_own_profile_merges_too(karin: User, noon: Any) -> None:
    karin.change(name="Karin K")
    [result] = sent(karin, item(karin, "PATCH", "/me", {"language": "en"}, base={"language": "sv"}))
    assert (result["status"], result["body"]["name"]) == (200, "Karin K")


def test_what_follows_a_series_is_the_same_again(karin: User, assignment: Assignment, noon: Any) -> None:
    values = {"assignment": str(assignment.pk), "rule": "FREQ=WEEKLY;COUNT=3", "starts_at": START, "ends_at": END}
    [made] = sent(karin, item(karin, "POST", "/occasion-series", values))
    seen, path = made["body"], f"/occasion-series/{made['body']['id']}"
    change = item(karin, "PATCH", path, {"from": "2026-06-19", "title": "Fika"}, base=seen)

    first, again = (sent(karin, change)[0] for _ in range(2))

    assert (first["status"], first["body"]["follows"]) == (200, seen["id"])
    assert again == first


def test_who_edits_between_looking_and_writing_is_seen(karin: User, occasion: Occasion) -> None:
    looked: list[str] = []

    def interfere(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"assignments_policy"' in sql and not looked:  # the last that is asked to show it
            looked.append(sql)
            Occasion.objects.filter(pk=occasion.pk).update(note="x", version=7)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(interfere):
        result = edit(karin, occasion, TITLES, base={"title": ""})

    assert (result["status"], result["body"]["note"], result["body"]["title"]) == (200, "x", "Bio")


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # where a machine is busy
FIELDS = ("place", "title", "starts_at", "ends_at")
values = st.fixed_dictionaries(dict.fromkeys(FIELDS, st.integers(0, 2)))
asked = st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 2))


def same(field: str, one: Any, other: Any) -> bool:
    return bool(one == other)


@patient
@given(base=values, present=values, wanted=asked)
def test_nothing_of_another_s_is_lost_without_a_word(base: Any, present: Any, wanted: Any) -> None:
    found = compare("occasion", base=base, wanted=wanted, present=present, same=same)
    merged = present | wanted
    lost = {field for field in FIELDS if merged[field] != present[field] and present[field] != base[field]}
    assert lost <= {one["field"] for one in found.conflicts}
    if not found.conflicts and wanted.keys() & {"starts_at", "ends_at"}:
        times = [(one["starts_at"], one["ends_at"]) for one in (merged, base | wanted)]
        assert times[0] == times[1]  # no third time


@patient
@given(base=values, wanted=asked)
def test_alone_or_repeated_there_is_no_conflict(base: Any, wanted: Any) -> None:
    assert not compare("occasion", base=base, wanted=wanted, present=base, same=same).conflicts
    again = compare("occasion", base=base, wanted=wanted, present=base | wanted, same=same)
    assert not again.conflicts
    assert again.holds


@patient
@given(base=asked, wanted=asked, present=values)
def test_a_base_that_leaves_out_something_is_refused(base: Any, wanted: Any, present: Any) -> None:
    needed = set().union(*(TOGETHER["occasion"].get(field, {field}) for field in wanted))
    if needed <= base.keys():
        compare("occasion", base=base, wanted=wanted, present=present, same=same)
        return
    with pytest.raises(BaseIncomplete):
        compare("occasion", base=base, wanted=wanted, present=present, same=same)
