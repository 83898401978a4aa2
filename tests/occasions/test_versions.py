"""Two people, or one with two phones, never write over each other unawares."""

from typing import Any

import pytest

from assignments.models import Assignment
from occasions.models import Occasion
from people.models import User
from tests import world
from tests.occasions.calls import FRIDAY, act, cancel, edit, planned, problem, times

pytestmark = pytest.mark.usefixtures("noon")
WALK = [{"kind": "walk", "note": "Runt sjön"}]


def test_an_edit_without_a_version_is_refused(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    problem(edit(karin, occasion["id"], None, title="Bio"), 428, "version_required")
    assert Occasion.objects.get().title == ""


@pytest.mark.parametrize("tag", ['"0"', '"9"', "*", "rubbish", '"1", "2"', '"1000000000"', ""])
def test_a_version_that_is_not_the_present_one_is_stale(tag: str, karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    path = f"/api/v1/occasions/{occasion['id']}"
    answer: Any = world.signed_in(karin).patch(path, {"title": "Bio"}, headers={"If-Match": tag})
    refused = problem(answer, 412, "stale_version")
    assert refused["present"] == occasion
    assert answer["ETag"] == '"1"'


def test_a_weak_tag_of_the_present_version_is_good_enough(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    path = f"/api/v1/occasions/{occasion['id']}"
    answer: Any = world.signed_in(karin).patch(path, {"title": "Bio"}, headers={"If-Match": 'W/"1"'})
    assert answer.status_code == 200


def test_the_second_of_two_edits_is_shown_what_the_first_did(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    assert edit(karin, occasion["id"], 1, title="Bio").status_code == 200
    late = edit(karin, occasion["id"], 1, title="Fika")
    refused = problem(late, 412, "stale_version")
    assert (refused["present"]["title"], refused["present"]["version"], late["ETag"]) == ("Bio", 2, '"2"')


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Bio"},
        {"activities": WALK},
        {"activities": []},
        {"units": 1, "note": "Hej"},
        times("2026-06-12T14:00:00Z"),
        times(FRIDAY, 9) | {"activities": WALK, "place": "Torget"},
    ],
    ids=str,
)
def test_a_stale_edit_whose_wish_already_holds_is_the_same_call_again(
    values: dict[str, Any], karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment, activities=[{"kind": "coffee"}])
    first = edit(karin, occasion["id"], 1, **values)
    again = edit(karin, occasion["id"], 1, **values)
    assert (again.status_code, again.json()) == (200, first.json())
    assert Occasion.objects.get().version == 2


def test_a_repeated_edit_is_no_conflict_with_what_was_settled_since(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment)
    edit(karin, occasion["id"], 1, title="Bio")
    cancel(karin, occasion["id"])
    again = edit(karin, occasion["id"], 1, title="Bio")
    assert (again.status_code, again.json()["status"], again.json()["version"]) == (200, "cancelled", 3)


def test_an_edit_of_activities_alone_counts_the_version_up(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, activities=[{"kind": "coffee"}])
    changed = edit(karin, occasion["id"], 1, activities=WALK)
    assert (changed.json()["activities"], changed["ETag"]) == (WALK, '"2"')
    refused = problem(edit(karin, occasion["id"], 1, activities=[{"kind": "cinema"}]), 412, "stale_version")
    assert refused["present"]["activities"] == WALK


def test_the_order_of_activities_is_part_of_what_is_said(karin: User, assignment: Assignment) -> None:
    both = [{"kind": "coffee"}, {"kind": "walk"}]
    occasion = planned(karin, assignment, activities=both)
    assert edit(karin, occasion["id"], 1, activities=both).json()["version"] == 1
    assert edit(karin, occasion["id"], 1, activities=both[::-1]).json()["version"] == 2


def test_an_edit_of_nothing_changes_nothing_but_must_be_of_the_present(
    karin: User, assignment: Assignment
) -> None:
    occasion = planned(karin, assignment)
    unchanged = edit(karin, occasion["id"], 1)
    assert (unchanged.status_code, unchanged.json()) == (200, occasion)
    problem(edit(karin, occasion["id"], 7), 412, "stale_version")


def test_an_edit_to_what_it_is_already_is_no_new_version(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, title="Bio")
    same = edit(karin, occasion["id"], 1, title=" Bio ", **times("2026-06-12T13:00:00Z"))
    assert (same.json()["version"], same["ETag"]) == (1, '"1"')


def test_settling_counts_the_version_up_too(karin: User, assignment: Assignment) -> None:
    occasion = planned(karin, assignment, "2026-06-10T09:00:00+02:00", hours=8)
    assert act(karin, occasion["id"], "complete")["ETag"] == '"2"'
    problem(edit(karin, occasion["id"], 1, title="Bio"), 412, "stale_version")
